/* Lines over time, in the panels beside the map. */

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
  chart.canvas.setAttribute("role", "img");
  chart.canvas.setAttribute("aria-label", say(chart.title));
  if (chart.lines.length > 1) figure.className = "several";
  caption.textContent = say(chart.title);
  if (chart.meaning) figure.title = capital(say(chart.meaning));
  figure.append(caption, chart.canvas);
  one(`panel-${(chart.panel ??= "time")}`).append(figure);
  chart.canvas.addEventListener("click", (event) => {
    const found = chart.drawing?.at(event.offsetX, event.offsetY);
    if (found) go(months.indexOf(found.month));
  });
}
