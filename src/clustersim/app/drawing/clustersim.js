/* clustersim.js: draws worlds and months of clustersim on canvases. One file, no dependency; the app and replays carry it inside.
 *
 *   world = clustersim.world(packed)              what does not change (packing.py tells the form), with typed arrays
 *   clustersim.grow(world, packed.newcomers)      organisations seen for the first time; false if some in between were missed
 *   frame = clustersim.frame(packed)              one month
 *   recording = await clustersim.recording(text)  all months of a replay: {world, months, frame(k), series, paid, repaid}
 *
 *   clustersim.map(canvas, world, frame, options)       places, ties, clusters, organisations, poles
 *       options: view {x, y, zoom}, selected (row), only (number of a purpose), unmet (shares drawn lightest and darkest), locale
 *   clustersim.network(canvas, world, frame, options)   who is tied to whom, without geography
 *       options: layout (a `clustersim.layout()` that is kept from month to month), selected, only, words {none}
 *   clustersim.series(canvas, data, options)            lines over months
 *       data: {months: [], lines: [{label, colour, values: [], dash?, width?}]}
 *       options: now (month), percent, whole (no fractions on the axis), bare (no values beside the lines), locale,
 *       words {month, none}: with `month`, the time axis says what it counts
 *   clustersim.sizes(canvas, world, frame, options)     clusters by their number of members; options: only, locale, words {none}
 *   clustersim.paid(canvas, world, frame, options)      what each measure has paid so far; options: labels[], locale, words {none}
 *
 * Each draws the whole canvas at the size that CSS gives it, in letters of the canvas's font size, and returns a drawing.
 * `drawing.at(x, y)` says what lies at a point of the canvas in CSS pixels, or null: {what: "month", month}, or {what, row} with what:
 * "organisation" | "pole" | "cluster" | "place" | "guest" | "measure".
 * `drawing.locate(row)` says where an organisation is drawn.
 *
 *   clustersim.navigate(canvas, world, view, redraw)      wheel and drag change the view {x, y, zoom}, a double click brings it back;
 *                                                         returns how to stop; after a drag `canvas.dataset.dragged` is "yes"
 *   clustersim.zoom(canvas, world, view, factor, x, y)    zoom about a point of the canvas, for buttons and keys
 *   clustersim.reach(world, view, row)                    move a view so that an organisation stands in the middle
 *   clustersim.partners(frame, row)                       partners of an organisation: [{row, trust 0..1}], the most trusted first
 *   clustersim.unmet(frames)                              shares of needs unmet that maps of these months draw lightest and darkest
 *   clustersim.mostTied(frame)                            the organisation with the most partners; null where nobody lives
 *   clustersim.symbol({what, kind, colour, ringed, label})  a small SVG for legends; what: organisation, tie, cluster, place, pole, guest
 *   clustersim.colour(purpose), clustersim.readable(colour), clustersim.shade(share unmet)
 *
 * Words come from `options.words`, numbers are written as `options.locale` has them: this file speaks no language. Purposes have the
 * colours of Okabe & Ito (2008) and their number: on each cluster, on organisations where there is room, in legends; and one purpose may
 * be shown `only`. Kinds have shapes. Neither is told by colour alone.
 */
(function (root) {
  "use strict";

  const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"];
  const INK = "#222222", GREY = "#6B6B6B", FAINT = "#E4E5E9", DIM = "#D3D5DB";
  const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
  const GOLDEN = 2.399963; // the angle between the seeds of a sunflower
  const CLUSTERED = 1, SOCIAL = 0, PRIVATE = 1;
  const clustersim = { PALETTE };

  const colourOf = (purpose) => PALETTE[purpose % PALETTE.length];
  clustersim.colour = colourOf;

  /* ---- what comes in ------------------------------------------------------------------------------------------------ */

  const ARRAYS = { i1: Int8Array, i2: Int16Array, i4: Int32Array, u1: Uint8Array, u2: Uint16Array, f4: Float32Array, f8: Float64Array };

  function bytesOf(said) {
    if (typeof said === "string") {
      const letters = atob(said), bytes = new Uint8Array(letters.length);
      for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
      return bytes.buffer;
    }
    if (said instanceof ArrayBuffer) return said;
    return said.buffer.slice(said.byteOffset, said.byteOffset + said.byteLength);
  }

  /* The same with every packed array as a typed array; `store` holds the bytes of those that say where theirs begin. */
  clustersim.unpack = function unpack(said, store) {
    if (Array.isArray(said)) return said.map((part) => unpack(part, store));
    if (said === null || typeof said !== "object" || ArrayBuffer.isView(said)) return said;
    if (said.type in ARRAYS && "bytes" in said) return new ARRAYS[said.type](bytesOf(said.bytes));
    if (said.type in ARRAYS && "begins" in said) return new ARRAYS[said.type](store.slice(said.begins, said.ends));
    return Object.fromEntries(Object.entries(said).map(([key, value]) => [key, unpack(value, store)]));
  };

  clustersim.frame = (packed) => clustersim.unpack(packed);

  clustersim.world = (packed) => furnished(clustersim.unpack(packed));

  function furnished(world) {
    const o = world.organisations, p = world.places;
    o.count = o.kind.length;
    let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const [xs, ys] of [[p.x_km, p.y_km], [o.x_km, o.y_km]]) {
      for (let i = 0; i < xs.length; i++) {
        west = Math.min(west, xs[i]);
        east = Math.max(east, xs[i]);
        south = Math.min(south, ys[i]);
        north = Math.max(north, ys[i]);
      }
    }
    // places are discs by population, and none is cut off at the edge
    world.mostPeople = p.population.reduce((most, people) => Math.max(most, people), 1);
    world.discs_km = 0.038 * Math.max(east - west, (north - south) / 2, 10);
    for (let i = 0; i < p.x_km.length; i++) {
      const reach = world.discs_km * Math.sqrt(p.population[i] / world.mostPeople);
      west = Math.min(west, p.x_km[i] - reach);
      east = Math.max(east, p.x_km[i] + reach);
      south = Math.min(south, p.y_km[i] - reach);
      north = Math.max(north, p.y_km[i] + reach);
    }
    const width = Math.max(east - west, (north - south) / 2, 10), height = Math.max(north - south, width / 2.2);
    world.box = { x: (west + east) / 2, y: (south + north) / 2, width, height };
    world.crowds = new Map();
    o.crowd = crowdsOf(world, o, 0);
    return world;
  }

  /* How many seats there were at each organisation's point when it came: the more, the closer they stand. */
  function crowdsOf(world, told, from) {
    const key = (i) => `${told.x_km[i]} ${told.y_km[i]}`;
    for (let i = from; i < told.kind.length; i++) {
      if (!world.crowds.has(key(i)) || from === 0) world.crowds.set(key(i), Math.max(world.crowds.get(key(i)) || 0, told.seat[i] + 1));
    }
    return Int32Array.from({ length: told.kind.length - from }, (_, k) => world.crowds.get(key(from + k)));
  }

  /* Known rows are left alone, so that the same newcomers may be told twice. */
  clustersim.grow = function (world, packed) {
    const known = world.organisations, told = clustersim.unpack(packed), last = told.first_row + told.kind.length;
    if (told.first_row > known.count) return false;
    if (last <= known.count) return true;
    told.crowd = crowdsOf(world, told, known.count - told.first_row);
    for (const name of ["x_km", "y_km", "seat", "kind", "purpose", "place", "founded_month", "crowd"]) {
      const grown = new known[name].constructor(last);
      grown.set(known[name].subarray(0, known.count));
      grown.set(name === "crowd" ? told.crowd : told[name].subarray(known.count - told.first_row), known.count);
      known[name] = grown;
    }
    Object.assign(known.names, told.names);
    known.count = last;
    return true;
  };

  /* ---- a replay: courses of values, month by month (recording.py tells the form) -------------------------------------- */

  clustersim.recording = async function (text) {
    const stream = new Blob([bytesOf(text.trim())]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = await new Response(stream).arrayBuffer();
    const length = new DataView(bytes).getUint32(0, true);
    const said = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
    return replayed(clustersim.unpack(said, bytes.slice(4 + length)));
  };

  function replayed(said) {
    const world = furnished(said.world), ties = said.ties, places = said.places.most_need.length;
    const trustBegins = new Int32Array(ties.one.length + 1);
    for (let i = 0; i < ties.one.length; i++) {
      trustBegins[i + 1] = trustBegins[i] + ties.last[i] - ties.first[i] + 1;
      for (let k = trustBegins[i] + 1; k < trustBegins[i + 1]; k++) ties.trust[k] += ties.trust[k - 1]; // bytes wrap around
    }
    for (const name of ["unmet_share", "need_level"]) {
      const levels = said.places[name];
      for (let k = 0; k < levels.length; k++) if (k % said.months.length) levels[k] += levels[k - 1];
    }
    const names = Object.keys(said.courses);
    let reached = -1, now = {};

    /* Values by row as they are in month k. A step forwards goes on from the month before. */
    function reach(k) {
      if (k < reached) reached = -1;
      for (const name of names) {
        const { begins, row, value, rows, empty } = said.courses[name];
        if (reached < 0) now[name] = new Float64Array(rows).fill(empty);
        for (let e = begins[reached + 1]; e < begins[k + 1]; e++) now[name][row[e]] = value[e];
      }
      reached = k;
    }

    function frame(k) {
      reach(k);
      const living = Int32Array.from(rowsWhere(now.alive, (value) => value === 1));
      const of = (name) => Float32Array.from(living, (row) => now[name][row]);
      const there = [];
      for (let i = 0; i < ties.one.length; i++) if (ties.first[i] <= k && k <= ties.last[i]) there.push(i);
      const clusters = rowsWhere(now.cluster_members, (value) => value > 0), poles = rowsWhere(now.pole_members, (value) => value >= 0);
      const share = Float32Array.from({ length: places }, (_, p) => said.places.unmet_share[p * said.months.length + k] / 255);
      const need = Float32Array.from(
        { length: places }, (_, p) => (said.places.most_need[p] * said.places.need_level[p * said.months.length + k]) / 255);
      return {
        month: said.months[k],
        living,
        cluster: Int32Array.from(of("cluster")),
        pole: Int32Array.from(of("pole")),
        staff_fte: of("staff_fte"),
        support_eur: of("support_eur"),
        degree: Uint8Array.from(of("degree")),
        ties: {
          one: Int32Array.from(there, (i) => ties.one[i]),
          other: Int32Array.from(there, (i) => ties.other[i]),
          trust: Uint8Array.from(there, (i) => ties.trust[trustBegins[i] + k - ties.first[i]]),
          all: said.ties_in_all[k],
        },
        clusters: {
          row: Int32Array.from(clusters),
          purpose: Int8Array.from(clusters, (row) => now.cluster_purpose[row]),
          members: Int32Array.from(clusters, (row) => now.cluster_members[row]),
        },
        poles: {
          row: Int32Array.from(poles),
          purpose: Int8Array.from(poles, (row) => now.pole_purpose[row]),
          members: Int32Array.from(poles, (row) => now.pole_members[row]),
          coordinator: Uint8Array.from(poles, (row) => now.pole_coordinator[row]),
          x_km: Float32Array.from(poles, (row) => now.pole_x_km[row]),
          y_km: Float32Array.from(poles, (row) => now.pole_y_km[row]),
        },
        places: { need, unmet_need: need.map((persons, p) => persons * share[p]) },
        series: rowOf(said.series, k, world.observables.length),
        paid_eur: rowOf(said.paid_eur, k, world.measures.length),
        repaid_eur: rowOf(said.repaid_eur, k, world.measures.length),
      };
    }

    const series = Object.fromEntries(world.observables.map((observable, column) => [
      observable.name, said.months.map((_, k) => defined(said.series[k * world.observables.length + column]))]));
    return { world, months: said.months, frame, series };
  }

  const defined = (value) => (Number.isFinite(value) ? value : null);
  const rowOf = (table, k, width) => Array.from(table.subarray(k * width, (k + 1) * width), defined);

  function rowsWhere(values, holds) {
    const rows = [];
    for (let row = 0; row < values.length; row++) if (holds(values[row])) rows.push(row);
    return rows;
  }

  /* ---- the canvas, and what all drawings share ------------------------------------------------------------------------ */

  function pen(canvas) {
    const ratio = root.devicePixelRatio || 1;
    const width = canvas.clientWidth || 640, height = canvas.clientHeight || 400;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d"), size = parseFloat(root.getComputedStyle(canvas).fontSize) || 13;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.setLineDash([]);
    context.lineJoin = "round";
    context.clearRect(0, 0, width, height);
    return { context, width, height, size };
  }

  function write(context, text, x, y, { size = 13, colour = INK, align = "left", weight = 400, casing = 0, middle = "middle" } = {}) {
    context.font = `${weight} ${size}px ${FONT}`;
    context.textAlign = align;
    context.textBaseline = middle;
    if (casing) {
      context.strokeStyle = "white";
      context.lineWidth = casing;
      context.strokeText(text, x, y);
    }
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  function sayInMiddle({ context, width, height, size }, text) {
    if (text) write(context, text, width / 2, height / 2, { size: 1.08 * size, colour: GREY, align: "center" });
  }

  const number = (value, options, more) => new Intl.NumberFormat(options.locale || "en", more).format(value);

  function shape(context, kind, x, y, r) {
    if (kind === SOCIAL) {
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 2 * Math.PI);
    } else if (kind === PRIVATE) {
      context.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
    } else {
      context.moveTo(x, y - 1.25 * r);
      context.lineTo(x + 1.15 * r, y + 0.8 * r);
      context.lineTo(x - 1.15 * r, y + 0.8 * r);
      context.closePath();
    }
  }

  function star(context, x, y, r) {
    context.beginPath();
    for (let k = 0; k < 10; k++) {
      const reach = k % 2 ? 0.42 * r : r, angle = (k * Math.PI) / 5 - Math.PI / 2;
      context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
    }
    context.closePath();
  }

  function drawAlike(context, points, r, colour, ringed) {
    context.beginPath();
    for (const { x, y, kind } of points) shape(context, kind, x, y, r);
    context.fillStyle = colour;
    context.fill();
    if (r < 2 && !ringed) return;
    context.strokeStyle = ringed ? (colour === DIM ? GREY : INK) : "white";
    context.lineWidth = ringed ? Math.min(1.4, 0.5 + r / 6) : 0.5;
    context.stroke();
  }

  /* Ink or white, whichever can be read on a colour (relative luminance as WCAG 2 defines it). */
  function inkOn(colour) {
    const [r, g, b] = [1, 3, 5].map((k) => {
      const part = parseInt(colour.slice(k, k + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.066 ? "white" : INK;
  }

  /* The number of a purpose on a disc of its colour, as legends show it. */
  function drawNumber(context, purpose, x, y, size) {
    const colour = colourOf(purpose);
    context.beginPath();
    context.arc(x, y, 0.66 * size, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = "white";
    context.lineWidth = 1.5;
    context.stroke();
    write(context, String(purpose + 1), x, y + 0.5, { size: 0.88 * size, colour: inkOn(colour), align: "center", weight: 700 });
  }

  const BATCH = 400; // organisations drawn together: where they overlap, no purpose always lies on top

  /* Members of a cluster are ringed in ink, others in white. A canvas is fast with few, long paths: one for each colour of a batch. */
  function drawOrganisations(context, points, r, options) {
    const only = options.only ?? null;
    const shades = points.map(({ purpose }) => (only === null || purpose === only ? colourOf(purpose) : DIM));
    for (const ringed of [0, CLUSTERED]) {
      const chosen = [...points.keys()].filter((k) => points[k].ringed === ringed);
      // what is dimmed lies below
      if (only !== null) chosen.sort((a, b) => (shades[b] === DIM) - (shades[a] === DIM));
      for (let begin = 0; begin < chosen.length; begin += BATCH) {
        const groups = new Map();
        for (const k of chosen.slice(begin, begin + BATCH)) {
          if (!groups.has(shades[k])) groups.set(shades[k], []);
          groups.get(shades[k]).push(points[k]);
        }
        for (const [colour, group] of groups) drawAlike(context, group, r, colour, ringed);
      }
    }
    if (r >= 7.5) {
      for (const { x, y, kind, purpose } of points) {
        const colour = only === null || purpose === only ? inkOn(colourOf(purpose)) : GREY;
        write(context, String(purpose + 1), x, y + (kind > PRIVATE ? 1.5 : 0.5), { size: 1.15 * r, colour, align: "center", weight: 600 });
      }
    }
  }

  /* The more ties there are, the fainter each. */
  const strengthOf = (frame) => Math.min(0.85, Math.max(0.26, 0.85 * Math.sqrt(500 / (frame.ties.one.length + 1))));

  /* Ties in six shades of trust, each one path. */
  function drawTies({ context, width: wide, height: high }, frame, spotOf, strength, width) {
    const { one, other, trust } = frame.ties;
    // a tie that passes through with neither end in sight says nothing
    const inSight = ({ x, y }) => x >= 0 && x <= wide && y >= 0 && y <= high;
    for (let shade = 0; shade < 6; shade++) {
      context.beginPath();
      let some = false;
      for (let i = 0; i < one.length; i++) {
        if (Math.min(5, (trust[i] * 6) >> 8) !== shade) continue;
        const a = spotOf(one[i]), b = spotOf(other[i]);
        if (!a || !b || !(inSight(a) || inSight(b))) continue;
        context.moveTo(a.x, a.y);
        context.lineTo(b.x, b.y);
        some = true;
      }
      if (!some) continue;
      context.strokeStyle = `rgba(41, 51, 71, ${strength * (0.08 + (0.72 * (shade + 0.5)) / 6)})`;
      context.lineWidth = width;
      context.stroke();
    }
  }

  /* An organisation chosen: its ties in ink, its partners ringed. */
  function drawSelected(context, frame, spotOf, row, r) {
    const centre = spotOf(row);
    if (!centre) return;
    const partners = clustersim.partners(frame, row).map((partner) => spotOf(partner.row)).filter(Boolean);
    context.strokeStyle = INK;
    context.lineWidth = 1.4;
    context.beginPath();
    for (const spot of partners) {
      context.moveTo(centre.x, centre.y);
      context.lineTo(spot.x, spot.y);
    }
    for (const { x, y } of partners) {
      context.moveTo(x + r + 3, y);
      context.arc(x, y, r + 3, 0, 2 * Math.PI);
    }
    context.stroke();
    for (const [colour, line] of [["white", 5], [INK, 2.4]]) {
      context.beginPath();
      context.arc(centre.x, centre.y, r + 6, 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.stroke();
    }
  }

  /* The partners of an organisation with their trust (0..1), the most trusted first. */
  clustersim.partners = function (frame, row) {
    const { one, other, trust } = frame.ties, found = [];
    for (let i = 0; i < one.length; i++) {
      if (one[i] === row || other[i] === row) found.push({ row: one[i] === row ? other[i] : one[i], trust: trust[i] / 255 });
    }
    return found.sort((a, b) => b.trust - a.trust || a.row - b.row);
  };

  clustersim.mostTied = (frame) => {
    const best = frame.degree.reduce((most, degree, k) => (degree > frame.degree[most] ? k : most), 0);
    return frame.living[best] ?? null;
  };

  function nearest(points, x, y, reach) {
    let best = null, least = reach * reach;
    for (const point of points) {
      const square = (point.x - x) ** 2 + (point.y - y) ** 2;
      if (square < least) [best, least] = [point, square];
    }
    return best;
  }

  function pointsOf(world, frame, spot) {
    const o = world.organisations, points = [];
    for (let k = 0; k < frame.living.length; k++) {
      const row = frame.living[k], at = spot(row);
      if (at) points.push({ row, x: at.x, y: at.y, kind: o.kind[row], purpose: o.purpose[row], ringed: frame.cluster[k] >= 0 ? CLUSTERED : 0 });
    }
    return points;
  }

  /* Groups of points by cluster. */
  function clustersOf(frame, spotOf) {
    const groups = new Map();
    for (let k = 0; k < frame.living.length; k++) {
      const spot = frame.cluster[k] >= 0 && spotOf(frame.living[k]);
      if (!spot) continue;
      if (!groups.has(frame.cluster[k])) groups.set(frame.cluster[k], []);
      groups.get(frame.cluster[k]).push(spot);
    }
    return groups;
  }

  /* The convex hull of discs around points: round even about a single one (Andrew's monotone chain). */
  function halo(points, margin) {
    const corners = [];
    for (const { x, y } of points) {
      for (let k = 0; k < 16; k++) corners.push([x + margin * Math.cos((k * Math.PI) / 8), y + margin * Math.sin((k * Math.PI) / 8)]);
    }
    corners.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    const half = (ordered) => {
      const chain = [];
      for (const corner of ordered) {
        while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], corner) <= 0) chain.pop();
        chain.push(corner);
      }
      return chain.slice(0, -1);
    };
    return [...half(corners), ...half(corners.reverse())];
  }

  function trace(context, corners) {
    context.beginPath();
    for (const [x, y] of corners) context.lineTo(x, y);
    context.closePath();
  }

  function holds(corners, x, y) {
    let inside = false;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
      const [ax, ay] = corners[i], [bx, by] = corners[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
  }

  function halosOf(frame, spotOf, margin) {
    const purpose = new Map(Array.from(frame.clusters.row, (row, k) => [row, frame.clusters.purpose[k]]));
    return [...clustersOf(frame, spotOf)].map(([row, points]) => ({ row, purpose: purpose.get(row) ?? 0, corners: halo(points, margin) }));
  }

  function fillHalos(context, halos, only) {
    for (const { corners, purpose } of halos) {
      if (only !== null && purpose !== only) continue;
      trace(context, corners);
      context.fillStyle = colourOf(purpose) + "24";
      context.fill();
    }
  }

  /* The outline runs above the organisations, with a white edge, so that a cluster in a crowded city is seen too. */
  function outlineHalos(context, halos, only) {
    const many = halos.length > 400;
    for (const { corners, purpose } of halos) {
      if (only !== null && purpose !== only) continue;
      trace(context, corners);
      if (!many) {
        context.strokeStyle = "white";
        context.lineWidth = 3.4;
        context.stroke();
      }
      context.strokeStyle = colourOf(purpose);
      context.lineWidth = many ? 0.8 : 1.7;
      context.stroke();
    }
  }

  const MOST_NUMBERED = 60; // more numbers hide what they explain

  /* Each cluster says its purpose by its number too, at its upper left. */
  function numberHalos(context, halos, only, size) {
    if (halos.length > MOST_NUMBERED) return;
    for (const { corners, purpose } of halos) {
      if (only !== null && purpose !== only) continue;
      const [x, y] = corners.reduce((best, corner) => (corner[0] + corner[1] < best[0] + best[1] ? corner : best));
      drawNumber(context, purpose, x, y, size);
    }
  }

  /* Agents of a Mesa user's own: hollow and large, in ink, so that none looks like an organisation; each class has a form. */
  function guestCorners(kind, x, y, r) {
    const corners = [4, 6, 3, 5][kind % 4], turned = kind % 4 === 2 ? Math.PI / 2 : -Math.PI / 2;
    return Array.from({ length: corners }, (_, k) => {
      const angle = turned + (2 * Math.PI * k) / corners;
      return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
    });
  }

  function drawGuests(context, frame, to, r) {
    const { kind, x_km, y_km } = frame.guests || { kind: [], x_km: [], y_km: [] };
    return Array.from(kind, (number, row) => {
      const guest = { row, x: to.x(x_km[row]), y: to.y(y_km[row]) };
      trace(context, guestCorners(number, guest.x, guest.y, r));
      context.fillStyle = "white";
      context.fill();
      for (const [colour, line] of [["white", 4.5], [INK, 2]]) {
        context.strokeStyle = colour;
        context.lineWidth = line;
        context.stroke();
      }
      return guest;
    });
  }

  /* ---- the map --------------------------------------------------------------------------------------------------------- */

  function frameOf(world, view, width, height) {
    const { box } = world, pad = Math.max(12, Math.min(30, 0.05 * Math.min(width, height)));
    const fit = Math.min((width - 2 * pad) / box.width, (height - 2 * pad) / box.height);
    const scale = Math.max(fit, 1e-6) * (view?.zoom || 1), centre = { x: view?.x ?? box.x, y: view?.y ?? box.y };
    return { scale, zoom: view?.zoom || 1, x: (km) => width / 2 + (km - centre.x) * scale, y: (km) => height / 2 - (km - centre.y) * scale };
  }

  /* From few unmet needs to many: ever darker and warmer, and never as dark as what stands on it. */
  function shade(share) {
    const mix = (low, high) => Math.round(low + (high - low) * Math.min(1, Math.max(0, share)));
    return `rgb(${mix(243, 222)}, ${mix(244, 196)}, ${mix(246, 182)})`;
  }
  clustersim.shade = shade;

  /* Between which shares of unmet needs the places of some months lie, but for a twentieth at each end; in whole percents. */
  clustersim.unmet = function (frames) {
    const shares = frames.flatMap(({ places: { need, unmet_need } }) => Array.from(need, (persons, row) => [persons, unmet_need[row] / persons]))
      .filter(([persons]) => persons > 0).map(([, share]) => share).sort((a, b) => a - b);
    if (!shares.length) return [0, 1];
    const at = (part) => shares[Math.round(part * (shares.length - 1))];
    const low = Math.floor(100 * at(0.05)), high = Math.ceil(100 * at(0.95));
    // where all are alike, differences of nothing are not made to look like much
    return high - low < 5 ? [Math.max(0, high - 5) / 100, Math.max(5, high) / 100] : [low / 100, high / 100];
  };

  clustersim.map = function (canvas, world, frame, options = {}) {
    const drawn = pen(canvas), { context, width, height, size } = drawn;
    const o = world.organisations, to = frameOf(world, options.view, width, height), only = options.only ?? null;
    const usual = Math.min(5, Math.max(1.7, 100 / Math.sqrt(frame.living.length + 1)));
    const large = Math.min(1.6, Math.max(1, (world.box.width * to.scale) / to.zoom / 560)); // on a large screen
    const r = Math.min(12 * large, usual * large * to.zoom ** 0.45);
    const widest = 0.035 * world.box.width * to.scale;
    const spots = new Map();
    for (const row of frame.living) {
      const reach = Math.min(2.15 * r, widest / Math.sqrt(o.crowd[row])) * 0.85 * Math.sqrt(o.seat[row]), angle = GOLDEN * o.seat[row];
      spots.set(row, { x: to.x(o.x_km[row]) + reach * Math.cos(angle), y: to.y(o.y_km[row]) + reach * Math.sin(angle) });
    }
    const spotOf = (row) => spots.get(row);
    const discs = drawPlaces(context, world, frame, to, options.unmet || clustersim.unmet([frame]));
    const halos = halosOf(frame, spotOf, Math.max(5, 2.2 * r));
    fillHalos(context, halos, only);
    drawTies(drawn, frame, spotOf, strengthOf(frame), 0.9);
    const points = pointsOf(world, frame, spotOf);
    drawOrganisations(context, points, r, options);
    outlineHalos(context, halos, only);
    numberHalos(context, halos, only, size);
    const poles = drawPoles(context, frame, to, options, size);
    const guests = drawGuests(context, frame, to, Math.max(7, 1.6 * r));
    if (options.selected !== undefined && options.selected !== null) drawSelected(context, frame, spotOf, options.selected, r);
    drawScale(drawn, to.scale, options);
    return {
      at(x, y) {
        const guest = nearest(guests, x, y, Math.max(9, 1.8 * r));
        if (guest) return { what: "guest", row: guest.row };
        const pole = nearest(poles, x, y, 11);
        if (pole) return { what: "pole", row: pole.row };
        const organisation = nearest(points, x, y, r + 4);
        if (organisation) return { what: "organisation", row: organisation.row };
        const around = halos.filter(({ corners }) => holds(corners, x, y));
        if (around.length) return { what: "cluster", row: around[around.length - 1].row };
        const place = discs.filter((disc) => (disc.x - x) ** 2 + (disc.y - y) ** 2 < Math.max(disc.r, 6) ** 2).pop();
        return place ? { what: "place", row: place.row } : null;
      },
      locate: (row) => spotOf(row) || null,
    };
  };

  /* Places by population, the shadier the more of their needs are unmet; the large ones first, so that none is hidden. */
  function drawPlaces(context, world, frame, to, [low, high]) {
    const { x_km, y_km, population } = world.places, { need, unmet_need } = frame.places;
    world.placesBySize ??= Array.from(population.keys()).sort((a, b) => population[b] - population[a]);
    const most = world.discs_km * to.scale;
    return world.placesBySize.map((row) => {
      const disc = { row, x: to.x(x_km[row]), y: to.y(y_km[row]), r: 1 + most * Math.sqrt(population[row] / world.mostPeople) };
      context.beginPath();
      context.arc(disc.x, disc.y, disc.r, 0, 2 * Math.PI);
      context.fillStyle = shade(need[row] > 0 ? (unmet_need[row] / need[row] - low) / (high - low) : 0);
      context.fill();
      return disc;
    });
  }

  function drawPoles(context, frame, to, options, size) {
    const p = frame.poles, only = options.only ?? null, many = p.row.length > 60;
    const r = (many ? 6 : 9) * Math.min(1.5, to.zoom ** 0.2);
    return Array.from(p.row, (row, k) => ({ row, k, x: to.x(p.x_km[k]), y: to.y(p.y_km[k]) })).map((pole) => {
      star(context, pole.x, pole.y, r);
      context.strokeStyle = "white";
      context.lineWidth = 3;
      context.stroke();
      context.fillStyle = only === null || p.purpose[pole.k] === only ? INK : DIM;
      context.fill();
      if (!many && p.members[pole.k] > 0) {
        write(context, number(p.members[pole.k], options), pole.x + r + 3, pole.y, { size, weight: 700, casing: 3 });
      }
      return pole;
    });
  }

  /* A bar of a round length, at most a fifth of the map. */
  function drawScale({ context, width, height, size }, scale, options) {
    let length = 0.1;
    for (let power = 0.1; power < 1e5; power *= 10) {
      for (const step of [1, 2, 5]) if (step * power * scale <= Math.max(40, 0.2 * width)) length = step * power;
    }
    const text = new Intl.NumberFormat(options.locale || "en", { style: "unit", unit: "kilometer", maximumFractionDigits: 1 }).format(length);
    context.font = `400 ${size}px ${FONT}`;
    context.fillStyle = "rgba(255, 255, 255, 0.8)"; // over whom it stands
    context.fillRect(8, height - 14 - 0.75 * size, length * scale + context.measureText(text).width + 20, 1.5 * size);
    context.strokeStyle = INK;
    context.lineWidth = 2.5;
    context.beginPath();
    context.moveTo(16, height - 14);
    context.lineTo(16 + length * scale, height - 14);
    context.stroke();
    write(context, text, 22 + length * scale, height - 14, { size, casing: 3 });
  }

  /* A view moved so that what lies under a point of the canvas stays there. */
  clustersim.zoom = function (canvas, world, view, factor, x, y) {
    const before = frameOf(world, view, canvas.clientWidth, canvas.clientHeight);
    const zoom = Math.min(60, Math.max(1, before.zoom * factor));
    if (zoom === 1) return Object.assign(view, { x: world.box.x, y: world.box.y, zoom });
    const moved = 1 / before.scale - 1 / (before.scale * (zoom / before.zoom));
    view.x = (view.x ?? world.box.x) + (x - canvas.clientWidth / 2) * moved;
    view.y = (view.y ?? world.box.y) - (y - canvas.clientHeight / 2) * moved;
    view.zoom = zoom;
    return view;
  };

  clustersim.reach = function (world, view, row) {
    view.zoom = Math.max(view.zoom || 1, 4);
    view.x = world.organisations.x_km[row];
    view.y = world.organisations.y_km[row];
    return view;
  };

  clustersim.navigate = function (canvas, world, view, redraw) {
    let held = null;
    const listeners = {
      wheel(event) {
        event.preventDefault();
        const { left, top } = canvas.getBoundingClientRect(), pull = Math.max(-0.4, Math.min(0.4, -event.deltaY / 300));
        clustersim.zoom(canvas, world, view, Math.exp(pull), event.clientX - left, event.clientY - top);
        redraw();
      },
      pointerdown(event) {
        held = { x: event.clientX, y: event.clientY, moved: false };
      },
      pointermove(event) {
        if (!held) return;
        if (event.buttons === 0) {
          held = null;
          return;
        }
        const right = event.clientX - held.x, down = event.clientY - held.y;
        if (!held.moved && Math.abs(right) + Math.abs(down) < 4) return;
        held = { x: event.clientX, y: event.clientY, moved: true };
        const { scale } = frameOf(world, view, canvas.clientWidth, canvas.clientHeight);
        view.x = (view.x ?? world.box.x) - right / scale;
        view.y = (view.y ?? world.box.y) + down / scale;
        redraw();
      },
      pointerup() {
        canvas.dataset.dragged = held?.moved ? "yes" : ""; // so that the end of a drag is not taken for a click
        held = null;
      },
      dblclick() {
        Object.assign(view, { x: world.box.x, y: world.box.y, zoom: 1 });
        redraw();
      },
    };
    for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener, { passive: false });
    return () => {
      for (const [name, listener] of Object.entries(listeners)) canvas.removeEventListener(name, listener);
    };
  };

  /* ---- the network: points that repel those near them and are drawn together along ties (Fruchterman & Reingold 1991) ---- */

  const MOST_NODES = 2500; // what a picture can show, and a page can lay out while it plays

  const MOST_STRETCHED = 1.8;

  clustersim.layout = () => ({ at: new Map(), heat: 0, box: null });

  clustersim.network = function (canvas, world, frame, options = {}) {
    const drawn = pen(canvas), { context, width, height } = drawn, only = options.only ?? null;
    const layout = options.layout || clustersim.layout();
    const tied = [];
    for (let k = 0; k < frame.living.length; k++) if (frame.degree[k] > 0) tied.push(k);
    const nodes = (tied.length > MOST_NODES ? bestTied(frame, tied) : tied).map((k) => frame.living[k]);
    if (!nodes.length) sayInMiddle(drawn, options.words?.none);
    settle(layout, world, frame, nodes);
    const box = seen(layout, nodes), pad = 18;
    // a network has no shape of its own: it is stretched to fill its box, but never so far that near and far lose their meaning
    const across = (width - 2 * pad) / box.width, along = (height - 2 * pad) / box.height, scale = Math.min(across, along);
    const [wide, high] = [across, along].map((fit) => Math.min(fit, MOST_STRETCHED * scale));
    const spots = new Map(nodes.map((row) => {
      const at = layout.at.get(row);
      return [row, { x: width / 2 + (at.x - box.x) * wide, y: height / 2 + (at.y - box.y) * high }];
    }));
    const spotOf = (row) => spots.get(row);
    const r = Math.min(8, Math.max(2.1, 0.24 * scale));
    drawTies(drawn, frame, spotOf, 1.4 * strengthOf(frame), 0.8);
    const points = pointsOf(world, frame, spotOf);
    drawOrganisations(context, points, r, { ...options, only });
    if (options.selected !== undefined && options.selected !== null) drawSelected(context, frame, spotOf, options.selected, r);
    return {
      at(x, y) {
        const organisation = nearest(points, x, y, r + 5);
        return organisation && { what: "organisation", row: organisation.row };
      },
      locate: (row) => spotOf(row) || null,
      settled: layout.heat < 0.04,
      shown: nodes.length,
      all: tied.length,
    };
  };

  /* Where there are too many: members of clusters first, then those with the most ties. */
  function bestTied(frame, tied) {
    const rank = (k) => (frame.cluster[k] >= 0 ? 1000 : 0) + frame.degree[k];
    return tied.sort((a, b) => rank(b) - rank(a) || a - b).slice(0, MOST_NODES).sort((a, b) => a - b);
  }

  /* Newcomers start beside their partners, or where they sit; then everybody moves a little, the less the longer nothing new came. */
  function settle(layout, world, frame, nodes) {
    const o = world.organisations, wanted = new Set(nodes), begun = performance.now();
    for (const row of layout.at.keys()) if (!wanted.has(row)) layout.at.delete(row);
    const first = layout.at.size === 0, side = 1.1 * Math.sqrt(nodes.length || 1);
    const partner = new Map();
    for (let i = 0; i < frame.ties.one.length; i++) {
      const a = frame.ties.one[i], b = frame.ties.other[i];
      if (layout.at.has(a) && !partner.has(b)) partner.set(b, a);
      if (layout.at.has(b) && !partner.has(a)) partner.set(a, b);
    }
    let come = 0;
    for (const row of nodes) {
      if (layout.at.has(row)) continue;
      const near = layout.at.get(partner.get(row)), angle = GOLDEN * row;
      const { box } = world, size = Math.max(box.width, box.height);
      const start = near || { x: (side * (o.x_km[row] - box.x)) / size, y: (-side * (o.y_km[row] - box.y)) / size };
      layout.at.set(row, { x: start.x + 0.5 * Math.cos(angle), y: start.y + 0.5 * Math.sin(angle) });
      come++;
    }
    layout.heat = first ? 1 : Math.max(layout.heat, Math.min(0.3, 0.05 + (3 * come) / (nodes.length + 1)));
    const index = new Map(nodes.map((row, k) => [row, k])), at = nodes.map((row) => layout.at.get(row));
    const pairs = [];
    for (let i = 0; i < frame.ties.one.length; i++) {
      const a = index.get(frame.ties.one[i]), b = index.get(frame.ties.other[i]);
      if (a !== undefined && b !== undefined) pairs.push(a, b);
    }
    const steps = first ? 150 : 4, budget = first ? 250 : 12; // milliseconds: a page must go on answering
    for (let step = 0; step < steps && performance.now() - begun < budget; step++) {
      pushAndPull(at, pairs, layout.heat);
      layout.heat *= first ? 0.98 : 0.9;
    }
  }

  function pushAndPull(at, pairs, heat) {
    const n = at.length, right = new Float64Array(n), down = new Float64Array(n), reach = 5, cells = new Map();
    const cell = (v) => Math.floor(v / reach);
    at.forEach(({ x, y }, k) => {
      const key = cell(x) * 65536 + cell(y);
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(k);
    });
    at.forEach(({ x, y }, k) => {
      for (let across = -1; across <= 1; across++) {
        for (let along = -1; along <= 1; along++) {
          for (const other of cells.get((cell(x) + across) * 65536 + cell(y) + along) || []) {
            if (other <= k) continue;
            const dx = x - at[other].x, dy = y - at[other].y, square = dx * dx + dy * dy + 1e-3;
            if (square > reach * reach) continue;
            const push = 1.5 / square;
            right[k] += dx * push;
            down[k] += dy * push;
            right[other] -= dx * push;
            down[other] -= dy * push;
          }
        }
      }
      right[k] -= 0.015 * x; // towards the middle, so that groups without ties between them do not drift apart
      down[k] -= 0.015 * y;
    });
    for (let i = 0; i < pairs.length; i += 2) {
      const a = at[pairs[i]], b = at[pairs[i + 1]], dx = b.x - a.x, dy = b.y - a.y, pull = 0.08 * Math.sqrt(dx * dx + dy * dy);
      right[pairs[i]] += dx * pull;
      down[pairs[i]] += dy * pull;
      right[pairs[i + 1]] -= dx * pull;
      down[pairs[i + 1]] -= dy * pull;
    }
    at.forEach((spot, k) => {
      const length = Math.hypot(right[k], down[k]) + 1e-9, step = Math.min(0.1 * length, heat);
      spot.x += (right[k] / length) * step;
      spot.y += (down[k] / length) * step;
    });
  }

  /* The box around the nodes, following them slowly so that the picture does not jump. */
  function seen(layout, nodes) {
    const xs = nodes.map((row) => layout.at.get(row).x), ys = nodes.map((row) => layout.at.get(row).y);
    const [west, east, north, south] = nodes.length ? [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)] : [-1, 1, -1, 1];
    const now = { x: (west + east) / 2, y: (north + south) / 2, width: Math.max(east - west, 3), height: Math.max(south - north, 3) };
    if (!layout.box) layout.box = now;
    for (const key of Object.keys(now)) layout.box[key] += 0.25 * (now[key] - layout.box[key]);
    return layout.box;
  }

  /* ---- lines over months ------------------------------------------------------------------------------------------------ */

  clustersim.series = function (canvas, data, options = {}) {
    const drawn = pen(canvas), { context, width, height, size } = drawn, { months, lines } = data;
    const first = months[0], last = months[months.length - 1], now = options.now ?? last;
    const known = lines.flatMap((line) => line.values.filter((value) => value !== null));
    const ticks = niceTicks(known, height, size, options.whole);
    const decimals = Math.max(0, -Math.floor(Math.log10(ticks.step) + 1e-9));
    const said = (value, more = 0) => number(value, options, options.percent
      ? { style: "percent", maximumFractionDigits: ticks.step * 100 < 1 ? 1 : 0 }
      : { notation: Math.abs(ticks.high) >= 1e5 ? "compact" : "standard", maximumFractionDigits: decimals + more, minimumFractionDigits: more });
    // the value of a month is said one digit finer than the axis, unless all values are whole
    const finer = known.every(Number.isInteger) ? 0 : 1;
    const at = months.indexOf(now) < 0 ? months.length - 1 : months.indexOf(now);
    const ends = lines.map((line) => ({ line, value: line.values[at] ?? null })).filter(({ value }) => value !== null);
    const labelled = options.bare ? [] : ends.map((end) => ({ ...end, text: `${end.line.label ? end.line.label + "  " : ""}${said(end.value, finer)}` }));
    context.font = `600 ${size}px ${FONT}`;
    const left = 10 + Math.max(...ticks.values.map((value) => context.measureText(said(value)).width));
    const right = width - 14 - Math.min(0.5 * width, Math.max(0, ...labelled.map(({ text }) => context.measureText(text).width)));
    const top = 0.7 * size, bottom = height - 1.75 * size;
    const x = (month) => (last > first ? left + ((month - first) / (last - first)) * (right - left) : (left + right) / 2);
    const y = (value) => bottom - ((value - ticks.low) / (ticks.high - ticks.low)) * (bottom - top);
    for (const value of ticks.values) {
      context.strokeStyle = value === 0 ? "#B9BBC2" : FAINT;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(left, Math.round(y(value)) + 0.5);
      context.lineTo(right, Math.round(y(value)) + 0.5);
      context.stroke();
      write(context, said(value), left - 6, y(value), { size, colour: GREY, align: "right" });
    }
    const axis = options.words?.month ? `${options.words.month} ${number(first, options)}` : "", begun = context.measureText(axis).width;
    for (const month of monthTicks(first, last, right - left, size)) {
      const text = number(month, options), half = context.measureText(text).width / 2;
      if (month === first && axis) write(context, axis, x(first), bottom + 0.95 * size, { size, colour: GREY });
      // the last one ends with the axis, so that none is cut off
      else if (!axis || x(month) - half > left + begun + 1.4 * size) {
        write(context, text, Math.min(x(month), width - half - 1), bottom + 0.95 * size, { size, colour: GREY, align: "center" });
      }
    }
    if (!known.length) sayInMiddle(drawn, options.words?.none);
    for (const line of lines) {
      // what is still to come is faint
      for (const [from, to, alpha] of [[at, months.length - 1, 0.22], [0, at, 1]]) {
        context.beginPath();
        let open = false;
        for (let k = from; k <= to; k++) {
          const value = line.values[k] ?? null;
          if (value === null) open = false;
          else if (open) context.lineTo(x(months[k]), y(value));
          else {
            context.moveTo(x(months[k]), y(value));
            open = true;
          }
        }
        context.globalAlpha = alpha;
        context.setLineDash(line.dash || []);
        context.strokeStyle = line.colour;
        context.lineWidth = line.width || 2;
        context.stroke();
      }
      context.globalAlpha = 1;
      context.setLineDash([]);
    }
    if (now < last) {
      context.strokeStyle = GREY;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(Math.round(x(now)) + 0.5, top);
      context.lineTo(Math.round(x(now)) + 0.5, bottom);
      context.stroke();
    }
    for (const { line, value } of ends) {
      context.beginPath();
      context.arc(x(months[at]), y(value), 3, 0, 2 * Math.PI);
      context.fillStyle = line.colour;
      context.fill();
    }
    const placed = apart(labelled.map(({ value }) => y(value)), Math.min(1.2 * size, (height - 1.2 * size) / labelled.length), 0.6 * size, height - 0.6 * size);
    labelled.forEach(({ line, text }, k) => write(context, text, right + 8, placed[k], { size, colour: readable(line.colour), weight: 600 }));
    return {
      at(px, py) {
        if (px < left - 8 || px > right + 8 || py < 0 || py > height) return null;
        const k = Math.round(((px - left) / Math.max(right - left, 1)) * (months.length - 1));
        return { what: "month", month: months[Math.max(0, Math.min(months.length - 1, k))] };
      },
    };
  };

  /* Letters in the colour of a line: the same hue, as dark as letters must be on white (4.5 to 1). */
  const DARKER = { "#E69F00": "#8F6300", "#009E73": "#007A59", "#D55E00": "#B34E00", "#CC79A7": "#A14C78", "#56B4E9": "#1F75A5",
    "#F0E442": "#757000", "#7F7F7F": "#6B6B6B" };
  const readable = (colour) => DARKER[colour] || colour;
  clustersim.readable = readable;

  function niceTicks(values, height, size, whole = false) {
    const low = Math.min(0, ...values), high = Math.max(...values, 0) || 1;
    const wanted = Math.max(1, Math.floor((height - 2.4 * size) / (2.2 * size)));
    const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
    const nice = power * [1, 2, 5, 10].find((k) => k * power >= raw * 0.999), step = whole ? Math.max(1, nice) : nice;
    const from = Math.floor(low / step + 1e-9), to = Math.ceil(high / step - 1e-9);
    return { low: from * step, high: to * step, step, values: Array.from({ length: to - from + 1 }, (_, k) => (from + k) * step) };
  }

  function monthTicks(first, last, width, size) {
    const step = [1, 3, 6, 12, 24, 60, 120, 240, 600].find((k) => (last - first) / k <= width / (3.4 * size)) || 1200;
    const ticks = [];
    for (let month = Math.ceil(first / step) * step; month <= last; month += step) ticks.push(month);
    return ticks;
  }

  /* Positions moved so that neighbours are `gap` apart and all lie within bounds. */
  function apart(wanted, gap, low, high) {
    const order = [...wanted.keys()].sort((a, b) => wanted[a] - wanted[b] || a - b), placed = [];
    order.forEach((k, rank) => (placed[k] = Math.max(low + rank * gap, rank ? placed[order[rank - 1]] + gap : -Infinity, wanted[k])));
    for (let rank = order.length - 1; rank >= 0; rank--) {
      const above = rank < order.length - 1 ? placed[order[rank + 1]] - gap : high;
      placed[order[rank]] = Math.min(placed[order[rank]], above);
    }
    return placed;
  }

  /* ---- sizes of clusters, and money of measures ------------------------------------------------------------------------ */

  clustersim.sizes = function (canvas, world, frame, options = {}) {
    const drawn = pen(canvas), { context, width, height, size } = drawn, only = options.only ?? null;
    const { row, purpose, members } = frame.clusters;
    const order = [...row.keys()].sort((a, b) => members[b] - members[a] || row[a] - row[b]);
    if (!order.length) sayInMiddle(drawn, options.words?.none);
    const ticks = niceTicks(order.length ? [members[order[0]]] : [1], height, size, true);
    const left = 2.4 * size, bottom = height - 1.7 * size, top = size;
    const pitch = Math.min(2 * size, (width - left - 8) / Math.max(order.length, 1)), wide = Math.max(0.8, pitch - Math.min(3, 0.25 * pitch));
    for (const value of ticks.values) {
      const y = bottom - (value / ticks.high) * (bottom - top);
      context.strokeStyle = value === 0 ? "#B9BBC2" : FAINT;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(left, Math.round(y) + 0.5);
      context.lineTo(width - 8, Math.round(y) + 0.5);
      context.stroke();
      write(context, number(value, options), left - 6, y, { size, colour: GREY, align: "right" });
    }
    const bars = order.map((k, rank) => {
      const bar = { row: row[k], x: left + 4 + rank * pitch, y: bottom - (members[k] / ticks.high) * (bottom - top) };
      context.fillStyle = only === null || purpose[k] === only ? colourOf(purpose[k]) : DIM;
      context.fillRect(bar.x, bar.y, wide, bottom - bar.y);
      // the number of its purpose, for those who do not see the colour
      if (pitch >= 0.8 * size) {
        write(context, String(purpose[k] + 1), bar.x + wide / 2, bottom + 0.85 * size, { size: Math.min(size, pitch), colour: GREY, align: "center" });
      }
      return bar;
    });
    return {
      at(x, y) {
        const bar = y <= height ? bars.find((one) => x >= one.x && x < one.x + pitch) : null;
        return bar ? { what: "cluster", row: bar.row } : null;
      },
    };
  };

  clustersim.paid = function (canvas, world, frame, options = {}) {
    const drawn = pen(canvas), { context, width, height, size } = drawn, labels = options.labels || world.measures;
    const most = Math.max(...frame.paid_eur, 0) || 1, pitch = Math.min(3.6 * size, (height - 8) / Math.max(labels.length, 1));
    if (!labels.length) sayInMiddle(drawn, options.words?.none);
    const said = (value) => number(value, options, { style: "currency", currency: "EUR", maximumFractionDigits: value >= 1e4 ? 1 : 0,
      notation: value >= 1e4 ? "compact" : "standard" });
    const room = 6 * size;
    labels.forEach((label, k) => {
      const y = 4 + k * pitch, below = y + 1.45 * size, bar = Math.max(3, Math.min(size, pitch - 1.7 * size));
      const net = Math.max(0, frame.paid_eur[k] - frame.repaid_eur[k]);
      write(context, label, 8, y + 0.7 * size, { size });
      const long = ((width - room - 8) * frame.paid_eur[k]) / most, kept = ((width - room - 8) * net) / most;
      // all of it, what was paid, and of that what did not come back
      for (const [colour, length] of [[FAINT, width - room - 8], ["#9DB8CC", long], [PALETTE[0], kept]]) {
        context.fillStyle = colour;
        context.fillRect(8, below, length, bar);
      }
      write(context, said(frame.paid_eur[k]), width - 6, below + bar / 2, { size, weight: 600, align: "right" });
    });
    return {
      at(x, y) {
        const k = Math.floor((y - 4) / pitch);
        return k >= 0 && k < labels.length ? { what: "measure", row: k } : null;
      },
    };
  };

  /* ---- legends ------------------------------------------------------------------------------------------------------------ */

  clustersim.symbol = function ({ kind = null, colour = GREY, ringed = false, label = "", what = "organisation" } = {}) {
    const edge = ringed ? `stroke="${INK}" stroke-width="1.4"` : "";
    const body = {
      organisation: () => [
        `<circle cx="8" cy="8" r="${label ? 8 : 5.5}" fill="${colour}" ${edge}/>`,
        `<rect x="3" y="3" width="10" height="10" fill="${colour}" ${edge}/>`,
        `<path d="M8 1.5 L14.3 12.7 L1.7 12.7 Z" fill="${colour}" ${edge}/>`,
      ][kind ?? 0],
      tie: () => `<path d="M1 8 H15" stroke="rgb(41,51,71)" stroke-width="1.6" opacity=".75"/>`,
      cluster: () => `<rect x="1.5" y="2.5" width="13" height="11" rx="5" fill="${colour}30" stroke="${colour}" stroke-width="1.6"/>`,
      place: () => `<circle cx="8" cy="8" r="6.5" fill="${colour}"/>`,
      guest: () => {
        const points = guestCorners(kind, 8, 8, 6.6).map((corner) => corner.map((at) => at.toFixed(2)).join(","));
        return `<polygon points="${points.join(" ")}" fill="white" stroke="${INK}" stroke-width="1.8"/>`;
      },
      pole: () => {
        const corners = Array.from({ length: 10 }, (_, k) => {
          const reach = k % 2 ? 3 : 7.2, angle = (k * Math.PI) / 5 - Math.PI / 2;
          return `${(8 + reach * Math.cos(angle)).toFixed(2)},${(8.4 + reach * Math.sin(angle)).toFixed(2)}`;
        });
        return `<polygon points="${corners.join(" ")}" fill="${INK}"/>`;
      },
    }[what]();
    const said = label === "" ? "" : `<text x="8" y="8.4" font-size="11" font-weight="700" font-family="sans-serif" font-style="normal" text-anchor="middle"
      dominant-baseline="central" fill="${inkOn(colour)}">${label}</text>`;
    return `<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${body}${said}</svg>`;
  };

  root.clustersim = clustersim;
})(globalThis);
