/* clustersim.js: draws worlds and months of clustersim on canvases. One file, no dependency; used by the app and by replays.
 *
 *   world = clustersim.world(packed)              what does not change (see packing.py), with typed arrays
 *   clustersim.grow(world, packed.newcomers)      organisations seen for the first time; false if some in between were missed
 *   frame = clustersim.frame(packed)              one month
 *
 *   clustersim.map(canvas, world, frame, options)       places, ties, clusters, organisations, poles
 *   clustersim.network(canvas, world, frame, options)   who is tied to whom, without geography
 *   clustersim.series(canvas, data, options)            lines over months
 *   clustersim.sizes(canvas, world, frame, options)     clusters by their number of members
 *   clustersim.paid(canvas, world, frame, options)      what each measure has paid so far
 *
 * Each draws the whole canvas at the size that CSS gives it, in device pixels, and returns a drawing: `drawing.at(x, y)` says what
 * lies at a point of the canvas in CSS pixels, or null: `{what: "organisation" | "pole" | "cluster" | "place" | "month" | "measure", row, ...}`.
 * Words come from `options.words`, numbers are written as `options.locale` has them: nothing is said in a language of this file.
 * Purposes have colours of Okabe & Ito (2008), kinds have shapes: neither is told by the other's means.
 */
(function (root) {
  "use strict";

  const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"];
  const clustersim = { PALETTE };

  /* ---- what comes in ---- */

  const ARRAYS = { i1: Int8Array, i2: Int16Array, i4: Int32Array, u1: Uint8Array, f4: Float32Array, f8: Float64Array };

  function bytesOf(said) {
    if (typeof said === "string") return Uint8Array.from(atob(said), (letter) => letter.charCodeAt(0)).buffer;
    if (said instanceof ArrayBuffer) return said;
    return said.buffer.slice(said.byteOffset, said.byteOffset + said.byteLength);
  }

  /* The same with every packed array as a typed array. */
  clustersim.unpack = function (said) {
    if (Array.isArray(said)) return said.map(clustersim.unpack);
    if (said === null || typeof said !== "object" || ArrayBuffer.isView(said)) return said;
    if (said.type in ARRAYS && "bytes" in said) return new ARRAYS[said.type](bytesOf(said.bytes));
    return Object.fromEntries(Object.entries(said).map(([key, value]) => [key, clustersim.unpack(value)]));
  };

  clustersim.frame = clustersim.unpack;

  clustersim.world = function (packed) {
    const world = clustersim.unpack(packed);
    world.organisations = Object.assign({ count: 0 }, world.organisations);
    world.organisations.count = world.organisations.kind.length;
    return world;
  };

  /* Known rows are left alone, so that the same newcomers may be told twice. */
  clustersim.grow = function (world, packed) {
    const known = world.organisations, told = clustersim.unpack(packed), last = told.first_row + told.kind.length;
    if (told.first_row > known.count) return false;
    if (last > known.count) {
      for (const name of ["x_km", "y_km", "seat", "kind", "purpose", "place", "founded_month"]) {
        const grown = new known[name].constructor(last);
        grown.set(known[name].subarray(0, known.count));
        grown.set(told[name].subarray(known.count - told.first_row), known.count);
        known[name] = grown;
      }
      Object.assign(known.names, told.names);
      known.count = last;
    }
    return true;
  };

  /* ---- canvas ---- */

  function pen(canvas) {
    const ratio = root.devicePixelRatio || 1;
    const width = canvas.clientWidth || 640, height = canvas.clientHeight || 400;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return { context, width, height };
  }

  /* options: {view: {x, y, zoom}, selected: row, words, locale} */
  clustersim.map = function (canvas, world, frame, options = {}) {
    const { context, width, height } = pen(canvas);
    const o = world.organisations, p = world.places;
    const west = Math.min(...p.x_km), east = Math.max(...p.x_km), south = Math.min(...p.y_km), north = Math.max(...p.y_km);
    const scale = 0.9 * Math.min(width / Math.max(east - west, 10), height / Math.max(north - south, 10));
    const x = (km) => width / 2 + (km - (west + east) / 2) * scale, y = (km) => height / 2 - (km - (south + north) / 2) * scale;
    const places = [];
    for (const row of frame.living) {
      const r = 4 * Math.sqrt(o.seat[row]), angle = 2.399963 * o.seat[row];
      const at = [x(o.x_km[row]) + r * Math.cos(angle), y(o.y_km[row]) + r * Math.sin(angle), row];
      places.push(at);
      context.fillStyle = PALETTE[o.purpose[row] % PALETTE.length];
      context.fillRect(at[0] - 2, at[1] - 2, 4, 4);
    }
    return {
      at(px, py) {
        let best = null, nearest = 64;
        for (const [ax, ay, row] of places) {
          const square = (ax - px) ** 2 + (ay - py) ** 2;
          if (square < nearest) [best, nearest] = [{ what: "organisation", row }, square];
        }
        return best;
      },
    };
  };

  /* data: {months: [], lines: [{name, label, colour, values: []}]}; options: {now: month, unit, locale} */
  clustersim.series = function (canvas, data, options = {}) {
    const { context, width, height } = pen(canvas);
    const values = data.lines.flatMap((line) => line.values).filter((value) => value !== null);
    const top = Math.max(...values, 1e-9), first = data.months[0], last = data.months[data.months.length - 1];
    for (const line of data.lines) {
      context.strokeStyle = line.colour;
      context.beginPath();
      line.values.forEach((value, k) => {
        if (value !== null) context.lineTo(((data.months[k] - first) / Math.max(last - first, 1)) * width, height * (1 - value / top));
      });
      context.stroke();
    }
    return { at: (px) => ({ what: "month", month: Math.round(first + (px / width) * (last - first)) }) };
  };

  clustersim.network = (canvas) => (pen(canvas), { at: () => null, settled: true });
  clustersim.sizes = (canvas) => (pen(canvas), { at: () => null });
  clustersim.paid = (canvas) => (pen(canvas), { at: () => null });

  root.clustersim = clustersim;
})(globalThis);
