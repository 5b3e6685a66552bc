/* The map: where everybody is. */

function frameOf(world, view, width, height) {
  const { box } = world, pad = Math.max(12, Math.min(30, 0.05 * Math.min(width, height)));
  const fit = Math.min((width - 2 * pad) / box.width, (height - 2 * pad) / box.height);
  const scale = Math.max(fit, 1e-6) * (view?.zoom || 1), centre = { x: view?.x ?? box.x, y: view?.y ?? box.y };
  return { scale, zoom: view?.zoom || 1, x: (km) => width / 2 + (km - centre.x) * scale, y: (km) => height / 2 - (km - centre.y) * scale };
}

/* From few unmet needs to many: ever darker and warmer, and never as dark as what stands on it. */
function shade(share) {
  const mix = (low, high) => Math.round(low + (high - low) * Math.min(1, Math.max(0, share)));
  return `rgb(${LOOK.met.map((part, k) => mix(part, LOOK.unmet[k])).join(", ")})`;
}
clustersim.shade = shade;

/* Between which shares of unmet needs the places of some months lie, but for a few at each end; in whole percents. As `unmet_range` in
   look.py finds them. */
clustersim.unmet = function (frames) {
  const shares = frames.flatMap(({ places: { need, unmet_need } }) => Array.from(need, (persons, row) => [persons, unmet_need[row] / persons]))
    .filter(([persons]) => persons > 0).map(([, share]) => share).sort((a, b) => a - b);
  if (!shares.length) return [0, 1];
  const at = (part) => shares[Math.round(part * (shares.length - 1))];
  const { outliers, least_points: least } = LOOK, low = Math.floor(100 * at(outliers)), high = Math.ceil(100 * at(1 - outliers));
  // where all are alike, differences of nothing are not made to look like much
  return high - low < least ? [Math.max(0, high - least) / 100, Math.max(least, high) / 100] : [low / 100, high / 100];
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
    const reach = Math.min(2.15 * r, widest / Math.sqrt(o.crowd[row])) * 0.85 * Math.sqrt(o.seat[row]), angle = LOOK.sunflower * o.seat[row];
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
  const p = frame.poles, only = options.only ?? null, many = p.row.length > LOOK.most_numbered;
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
