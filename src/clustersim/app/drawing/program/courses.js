/* Lines over months. */

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
    // the last one ends with the axis, so that none is cut off or lies under what is written beside the lines
    else if (!axis || x(month) - half > left + begun + 1.4 * size) {
      write(context, text, Math.min(x(month), (labelled.length ? right + 5 : width - 1) - half), bottom + 0.95 * size, { size, colour: GREY, align: "center" });
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
