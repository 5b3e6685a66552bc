/* Who is tied to whom: points that repel those near them and are drawn together along ties (Fruchterman & Reingold 1991). */

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
    const near = layout.at.get(partner.get(row)), angle = LOOK.sunflower * row;
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
