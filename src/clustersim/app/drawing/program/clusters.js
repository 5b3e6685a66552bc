/* Clusters: the convex hulls of their members, with the number of their purpose. */

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

/* Each cluster says its purpose by its number too, at its upper left. */
function numberHalos(context, halos, only, size) {
  if (halos.length > LOOK.most_numbered) return;
  for (const { corners, purpose } of halos) {
    if (only !== null && purpose !== only) continue;
    const [x, y] = corners.reduce((best, corner) => (corner[0] + corner[1] < best[0] + best[1] ? corner : best));
    drawNumber(context, purpose, x, y, size);
  }
}
