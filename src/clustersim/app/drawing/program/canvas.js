/* The canvas, and letters on it. */

function pen(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth || 640, height = canvas.clientHeight || 400;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d"), size = parseFloat(getComputedStyle(canvas).fontSize) || 13;
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
