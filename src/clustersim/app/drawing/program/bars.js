/* Bars: sizes of clusters, and money of measures. */

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
