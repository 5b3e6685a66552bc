/* The page of a replay: what it is told, and the recording. Drawing is the program's. */

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
