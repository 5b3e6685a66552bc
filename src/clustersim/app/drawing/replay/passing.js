/* A month is drawn; months pass. */

function draw() {
  if (drawn !== state.k) frame = recording.frame(state.k);
  const stepped = drawn !== state.k;
  drawn = state.k;
  const shown = { selected: state.selected, only: state.hinted ?? state.only, locale };
  drawings.map = clustersim.map(one("map"), world, frame, { ...shown, view: state.view });
  for (const chart of CHARTS.filter(({ panel }) => panel === state.tab)) {
    const { lines, percent, whole } = chart, words = { none: say("words.not_defined"), month: say("stage.month_axis") };
    chart.drawing = clustersim.series(chart.canvas, { months, lines }, { now: months[state.k], percent, whole, locale, words });
  }
  if (state.tab === "network") {
    drawings.network = clustersim.network(one("network"), world, frame, { ...shown, layout: state.layout, words: { none: say("drawing.no_tie") } });
    const { shown: nodes, all } = drawings.network;
    one("network-cut").textContent = nodes < all ? say("legend.network_cut", { shown: number(nodes), all: number(all) }) : "";
  } else if (state.tab === "sizes") {
    drawings.sizes = clustersim.sizes(one("sizes"), world, frame, { ...shown, words: { none: say("drawing.no_cluster") } });
  } else if (state.tab === "money") {
    drawings.paid = clustersim.paid(one("paid"), world, frame, { labels: names.measures, locale });
  }
  const [low, high] = clustersim.unmet([frame]).map((part) => number(100 * part, { maximumFractionDigits: 0 }));
  one("unmet").textContent = say("legend.need", { low, high });
  const month = months[state.k], text = month < 1 ? say("bar.start") : say("replay.month", { month: number(month) });
  const year = month < 1 ? "" : ` · ${say("bar.year", { year: number(Math.ceil(month / 12)) })}`;
  one("month").textContent = text;
  one("of").textContent = say("replay.of", { months: number(months[last]) }) + year;
  one("slider").value = state.k;
  one("slider").setAttribute("aria-valuetext", text);
  const { one: ends, all } = frame.ties;
  one("cut").textContent = ends.length < all ? say("legend.ties_cut", { drawn: number(ends.length), all: number(all) }) : "";
  if (stepped || state.selected !== card.row) card();
  card.row = state.selected;
  document.body.dataset.month = month;
}

let before = 0;
function turn(now) {
  if (state.playing && now - before >= (Number(one("speed").value) && 1000 / Number(one("speed").value))) {
    before = now;
    if (state.k < last) go(state.k + 1);
    if (state.k === last) play(false);
  }
  if (dirty || (state.tab === "network" && drawings.network && !drawings.network.settled)) {
    dirty = false;
    draw();
  }
  requestAnimationFrame(turn);
}

function go(k) {
  state.k = Math.max(0, Math.min(last, k));
  dirty = true;
}

function play(on) {
  if (on && state.k === last) go(0);
  state.playing = on;
  one("play").textContent = say(on ? "bar.pause" : "bar.play");
  one("play").setAttribute("aria-pressed", String(on));
}

const pausing = (act) => () => (play(false), act());
