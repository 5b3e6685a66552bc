/* The page of a replay: what is shown, and what is done with it. Drawing is the program's. */
(async function () {
  "use strict";

  const told = JSON.parse(document.getElementById("told").textContent);
  const { texts, names, locale } = told;
  const one = (id) => document.getElementById(id);
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value, more) => new Intl.NumberFormat(locale, more).format(value);
  const euros = (value) => number(value, { style: "currency", currency: "EUR", maximumFractionDigits: 0 });
  const share = (value) => number(value, { style: "percent", maximumFractionDigits: 0 });
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function stop(text) {
    one("message").textContent = text;
    one("message").hidden = false;
    one("page").hidden = true;
  }

  if (typeof DecompressionStream === "undefined") return stop(say("replay.too_old"));
  let recording;
  try {
    recording = await clustersim.recording(one("recording").textContent);
  } catch (error) {
    return stop(say("replay.broken", { error: error.message }));
  }
  one("recording").textContent = "";

  const { world, months, series } = recording, last = months.length - 1, o = world.organisations;
  const state = { k: 0, playing: false, selected: null, only: null, hinted: null, tab: "time", view: { zoom: 1 }, layout: clustersim.layout() };
  let frame = recording.frame(0), drawings = {}, drawn = -1, dirty = true;

  /* ---- lines over time ---- */

  const colour = (k) => clustersim.PALETTE[k];
  const line = (label, k, name, values = series[name]) => ({ label: say(label), colour: colour(k), values });
  /* What came to be since the beginning: the eve of month 1 counts nothing. */
  function since(name) {
    let sum = 0;
    return series[name].map((value, k) => (sum += months[k] > 0 ? value || 0 : 0));
  }
  const paidBy = (name) => since(name).map((cents) => cents / 100);
  const CHARTS = [
    { title: "replay.clusters_and_poles", lines: [line("charts.clusters", 0, "clusters"), line("charts.poles", 3, "poles")], whole: true },
    { title: "charts.mean_degree", meaning: "chart_meanings.mean_degree", lines: [line("charts.mean_degree", 0, "mean_degree")] },
    { title: "charts.met_share", meaning: "chart_meanings.met_share", lines: [line("charts.met_share", 2, "met_share")], percent: true },
    {
      title: "charts.innovations",
      meaning: "chart_meanings.innovations",
      lines: [line("charts.innovations", 4, "innovations", since("innovations"))],
      whole: true,
    },
    { title: "charts.attention", meaning: "chart_meanings.attention", lines: [line("charts.attention", 3, "attention")] },
    {
      title: "replay.population",
      lines: [
        line("replay.social_enterprises", 0, "social_enterprises"),
        line("replay.private_actors", 1, "private_actors"),
        line("replay.public_funders", 7, "public_funders"),
      ],
      whole: true,
    },
    { title: "charts.mean_trust", meaning: "chart_meanings.mean_trust", panel: "network", lines: [line("charts.mean_trust", 0, "mean_trust")] },
    {
      title: "replay.paid",
      panel: "money",
      lines: [
        line("replay.public", 0, "public_support_cents", paidBy("public_support_cents")),
        line("replay.private", 3, "private_support_cents", paidBy("private_support_cents")),
      ],
      whole: true,
    },
  ];
  // a label that repeats the title above it says nothing
  for (const chart of CHARTS) if (chart.lines.length === 1) chart.lines[0].label = "";
  for (const chart of CHARTS) {
    const figure = document.createElement("figure"), caption = document.createElement("figcaption");
    chart.canvas = document.createElement("canvas");
    if (chart.lines.length > 2) figure.className = "several";
    caption.textContent = say(chart.title);
    if (chart.meaning) figure.title = capital(say(chart.meaning));
    figure.append(caption, chart.canvas);
    one(`panel-${(chart.panel ??= "time")}`).append(figure);
    chart.canvas.addEventListener("click", (event) => {
      const found = chart.drawing?.at(event.offsetX, event.offsetY);
      if (found) go(months.indexOf(found.month));
    });
  }

  /* ---- legend ---- */

  function legend() {
    const item = (symbol, text) => `<li>${symbol}<span>${escaped(text)}</span></li>`;
    const purposes = names.purposes.map((name, k) => `<li><button type="button" data-purpose="${k}" aria-pressed="false" title="${escaped(say("legend.only", { purpose: name }))}">`
      + `${clustersim.symbol({ colour: clustersim.colour(k), label: k + 1 })}<span>${escaped(name)}</span></button></li>`);
    const kinds = names.kinds.map((name, kind) => item(clustersim.symbol({ kind }), name));
    const map = [
      item(clustersim.symbol({ what: "tie" }), say("legend.tie")),
      item(clustersim.symbol({ what: "cluster" }), say("legend.cluster")),
      item(clustersim.symbol({ ringed: true }), say("legend.member")),
      item(clustersim.symbol({ what: "pole" }), say("legend.pole")),
      item(clustersim.symbol({ what: "place", colour: clustersim.shade(1) }), "").replace("<span>", '<span id="unmet">'),
    ];
    const block = (title, items) => `<h2>${escaped(title)}</h2><ul>${items.join("")}</ul>`;
    one("legend").innerHTML = block(say("legend.purposes"), purposes) + block(say("legend.kinds"), kinds) + block(say("legend.map"), map);
    for (const button of one("legend").querySelectorAll("button")) {
      const purpose = Number(button.dataset.purpose);
      for (const [event, hinted] of [["pointerenter", purpose], ["pointerleave", null]]) {
        button.addEventListener(event, () => {
          state.hinted = hinted;
          dirty = true;
        });
      }
      button.addEventListener("click", () => {
        state.only = state.only === purpose ? null : purpose;
        for (const other of one("legend").querySelectorAll("button")) other.setAttribute("aria-pressed", String(Number(other.dataset.purpose) === state.only));
        dirty = true;
      });
    }
  }

  function escaped(text) {
    const holder = document.createElement("i");
    holder.textContent = text;
    return holder.innerHTML.replace(/"/g, "&quot;");
  }

  /* ---- words about what is pointed at ---- */

  const kinds = { 0: "card.title_social_enterprise", 1: "card.title_private_actor", 2: "card.title_public_funder" };
  const called = (row) => o.names[row] || say(kinds[o.kind[row]], { place: world.places.names[o.place[row]] });
  const members = (table, row) => table.members[table.row.indexOf(row)];

  function tipOf(found) {
    if (found.what === "organisation") return `${called(found.row)} · ${names.purposes[o.purpose[found.row]]}`;
    if (found.what === "place") {
      const { need, unmet_need } = frame.places;
      const unmet = share(need[found.row] > 0 ? unmet_need[found.row] / need[found.row] : 0);
      return say("replay.place", { place: world.places.names[found.row], population: number(world.places.population[found.row]), unmet });
    }
    if (found.what === "measure") {
      const [paid, back] = [frame.paid_eur[found.row], frame.repaid_eur[found.row]];
      return `${names.measures[found.row]} · ${euros(paid)}${back > 0 ? `, ${say("stage.came_back", { value: euros(back) })}` : ""}`;
    }
    if (found.what === "month") return say("replay.month", { month: number(found.month) });
    const table = found.what === "pole" ? frame.poles : frame.clusters, k = table.row.indexOf(found.row);
    const said = [names.purposes[table.purpose[k]], say("drawing.members", { count: number(table.members[k]) })];
    if (found.what === "pole" && table.coordinator[k]) said.push(say("replay.coordinator"));
    return `${say(found.what === "pole" ? "legend.pole" : "legend.cluster")} · ${said.join(", ")}`;
  }

  /* As the card of the page, of what is recorded. */
  function card() {
    const row = state.selected, box = one("card");
    box.hidden = row === null;
    if (row === null) return;
    const k = frame.living.indexOf(row), founded = o.founded_month[row], facts = [];
    const add = (key, value) => facts.push(`<dt>${escaped(say(key))}</dt><dd>${escaped(value)}</dd>`);
    let partners = "", lived = say(founded > months[state.k] ? "card.not_yet" : "card.closed");
    if (k >= 0) {
      lived = founded > 0 ? say("card.since", { month: number(founded) }) : say("card.before");
      const group = (what, table) => (what < 0 ? say("card.none") : say("card.members", { count: number(members(table, what) ?? 0) }));
      add("card.staff", `${number(frame.staff_fte[k], { maximumFractionDigits: 1 })} ${say("unit.FTE")}`);
      add("card.partners", number(frame.degree[k]));
      add("card.support", euros(frame.support_eur[k]));
      add("card.cluster", group(frame.cluster[k], frame.clusters));
      add("card.pole", group(frame.pole[k], frame.poles));
      // not all of them are among the ties that are drawn
      const all = frame.degree[k], found = clustersim.partners(frame, row).slice(0, 8);
      if (all > 0) {
        partners = `<h3>${escaped(say("card.partners_title"))}</h3><ul>` + found.map((partner) =>
          `<li><button type="button" data-row="${partner.row}">${clustersim.symbol({ kind: o.kind[partner.row], colour: clustersim.colour(o.purpose[partner.row]) })}`
          + `<span>${escaped(called(partner.row))}</span><span class="grey">${number(partner.trust, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}</span></button></li>`).join("")
          + (all > found.length ? `<li class="grey">${escaped(say("replay.more_partners", { count: number(all - found.length) }))}</li>` : "") + "</ul>";
      }
    }
    const what = say("card.subtitle", { kind: names.kinds[o.kind[row]], purpose: names.purposes[o.purpose[row]] });
    box.innerHTML = `<button type="button" class="close" aria-label="${escaped(say("card.close"))}">×</button><h2>${escaped(called(row))}</h2>`
      + `<p>${clustersim.symbol({ kind: o.kind[row], colour: clustersim.colour(o.purpose[row]) })}${escaped(what)}</p>`
      + `<p class="grey">${escaped(lived)}</p><dl>${facts.join("")}</dl>${partners}`;
    box.querySelector(".close").addEventListener("click", () => select(null));
    for (const button of box.querySelectorAll("[data-row]")) button.addEventListener("click", () => select(Number(button.dataset.row)));
  }

  function select(row) {
    state.selected = row;
    dirty = true;
  }

  /* ---- drawing ---- */

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

  /* ---- hands ---- */

  one("slider").max = last;
  one("play").addEventListener("click", () => play(!state.playing));
  one("back").addEventListener("click", pausing(() => go(state.k - 1)));
  one("step").addEventListener("click", pausing(() => go(state.k + 1)));
  one("slider").addEventListener("input", pausing(() => go(Number(one("slider").value))));
  const zoom = (factor) => {
    const canvas = one("map");
    clustersim.zoom(canvas, world, state.view, factor, canvas.clientWidth / 2, canvas.clientHeight / 2);
    dirty = true;
  };
  one("zoom-in").addEventListener("click", () => zoom(1.6));
  one("zoom-out").addEventListener("click", () => zoom(1 / 1.6));
  one("zoom-all").addEventListener("click", () => zoom(1e-9));
  clustersim.navigate(one("map"), world, state.view, () => (dirty = true));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || /SELECT/.test(event.target.tagName)) return;
    const onSlider = event.target === one("slider"), onButton = event.target.tagName === "BUTTON";
    const does = {
      Enter: () => event.target === one("map") && select(clustersim.mostTied(frame)),
      " ": () => !onButton && play(!state.playing),
      ArrowLeft: () => !onSlider && pausing(() => go(state.k - 1))(),
      ArrowRight: () => !onSlider && pausing(() => go(state.k + 1))(),
      Home: () => !onSlider && pausing(() => go(0))(),
      End: () => !onSlider && pausing(() => go(last))(),
      "+": () => zoom(1.6),
      "-": () => zoom(1 / 1.6),
      0: () => zoom(1e-9),
      Escape: () => select(null),
    }[event.key];
    if (!does) return;
    if (event.key === " " && !onButton) event.preventDefault();
    does();
  });

  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.addEventListener("click", () => {
      state.tab = tab.id.slice(4);
      for (const other of document.querySelectorAll("[role=tab]")) {
        other.setAttribute("aria-selected", String(other === tab));
        one(other.getAttribute("aria-controls")).hidden = other !== tab;
      }
      dirty = true;
    });
  }

  for (const [id, name] of [["map", "map"], ["network", "network"], ["sizes", "sizes"], ["paid", "paid"]]) {
    const canvas = one(id), tip = one("tip");
    canvas.addEventListener("pointermove", (event) => {
      const found = event.buttons ? null : drawings[name]?.at(event.offsetX, event.offsetY);
      tip.hidden = !found;
      if (!found) return;
      tip.textContent = tipOf(found);
      const beside = event.clientX + 16 + tip.offsetWidth > innerWidth ? event.clientX - 12 - tip.offsetWidth : event.clientX + 16;
      Object.assign(tip.style, { left: `${beside}px`, top: `${event.clientY + 14}px` });
    });
    canvas.addEventListener("pointerleave", () => (tip.hidden = true));
    canvas.addEventListener("click", (event) => {
      if (canvas.dataset.dragged) return;
      const found = drawings[name]?.at(event.offsetX, event.offsetY);
      if (name === "map" || found?.what === "organisation") select(found?.what === "organisation" ? found.row : null);
    });
  }
  new ResizeObserver(() => (dirty = true)).observe(document.body);

  if (!world.measures.length) {
    one("money-said").textContent = say("stage.no_measure");
    one("paid").hidden = true;
  }
  legend();
  draw();
  requestAnimationFrame(turn);
  window.replay = { recording, state, drawings, go, frame: () => frame };
  document.body.dataset.ready = "yes";
})();
