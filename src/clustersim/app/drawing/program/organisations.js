/* Organisations and their ties, as maps and networks show them. */

function drawAlike(context, points, r, colour, ringed) {
  context.beginPath();
  for (const { x, y, kind } of points) formOf(kind).trace(context, x, y, r);
  context.fillStyle = colour;
  context.fill();
  if (r < 2 && !ringed) return;
  context.strokeStyle = ringed ? (colour === DIM ? GREY : INK) : "white";
  context.lineWidth = ringed ? Math.min(1.4, 0.5 + r / 6) : 0.5;
  context.stroke();
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
      write(context, String(purpose + 1), x, y + formOf(kind).lower, { size: 1.15 * r, colour, align: "center", weight: 600 });
    }
  }
}

/* The more ties there are, the fainter each. */
const strengthOf = (frame) => Math.min(0.85, Math.max(0.26, 0.85 * Math.sqrt(500 / (frame.ties.one.length + 1))));

/* Ties in a few shades of trust, each one path. */
function drawTies({ context, width: wide, height: high }, frame, spotOf, strength, width) {
  const { one, other, trust } = frame.ties, { shades, trust_levels } = LOOK;
  // a tie that passes through with neither end in sight says nothing
  const inSight = ({ x, y }) => x >= 0 && x <= wide && y >= 0 && y <= high;
  for (let shade = 0; shade < shades; shade++) {
    context.beginPath();
    let some = false;
    for (let i = 0; i < one.length; i++) {
      if (Math.floor((trust[i] * shades) / (trust_levels + 1)) !== shade) continue;
      const a = spotOf(one[i]), b = spotOf(other[i]);
      if (!a || !b || !(inSight(a) || inSight(b))) continue;
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
      some = true;
    }
    if (!some) continue;
    context.strokeStyle = `rgba(${LOOK.tie}, ${strength * (LOOK.faintest + (LOOK.fainter * (shade + 0.5)) / shades)})`;
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
    if (one[i] === row || other[i] === row) found.push({ row: one[i] === row ? other[i] : one[i], trust: trust[i] / LOOK.trust_levels });
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
