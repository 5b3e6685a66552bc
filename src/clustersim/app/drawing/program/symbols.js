/* Forms by which things are known, on maps and in legends: organisations by kind, poles, numbers of purposes, agents of a Mesa user's own. */

/* Forms of kinds, by the marks that pictures have for them: traced on a canvas, drawn as a symbol, and where their middle is felt to be. */
const FORMS = {
  o: {
    trace(context, x, y, r) {
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 2 * Math.PI);
    },
    symbol: (look, labelled) => `<circle cx="8" cy="8" r="${labelled ? 8 : 5.5}" ${look}/>`,
    lower: 0.5,
  },
  s: {
    trace(context, x, y, r) {
      context.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
    },
    symbol: (look) => `<rect x="3" y="3" width="10" height="10" ${look}/>`,
    lower: 0.5,
  },
  "^": {
    trace(context, x, y, r) {
      context.moveTo(x, y - 1.25 * r);
      context.lineTo(x + 1.15 * r, y + 0.8 * r);
      context.lineTo(x - 1.15 * r, y + 0.8 * r);
      context.closePath();
    },
    symbol: (look) => `<path d="M8 1.5 L14.3 12.7 L1.7 12.7 Z" ${look}/>`,
    lower: 1.5,
  },
};

const formOf = (kind) => FORMS[LOOK.kinds[kind].mark];

function star(context, x, y, r) {
  context.beginPath();
  for (let k = 0; k < 10; k++) {
    const reach = k % 2 ? 0.42 * r : r, angle = (k * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  context.closePath();
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

/* Agents of a Mesa user's own: hollow and large, in ink, so that none looks like an organisation; each class has a form. */
function guestCorners(kind, x, y, r) {
  const [corners, degrees] = LOOK.forms_of_guests[kind % LOOK.forms_of_guests.length], turned = ((degrees - 90) * Math.PI) / 180;
  return Array.from({ length: corners }, (_, k) => {
    const angle = turned + (2 * Math.PI * k) / corners;
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });
}

clustersim.symbol = function ({ kind = null, colour = GREY, ringed = false, label = "", what = "organisation" } = {}) {
  const edge = ringed ? `stroke="${INK}" stroke-width="1.4"` : "";
  const body = {
    organisation: () => formOf(kind ?? 0).symbol(`fill="${colour}" ${edge}`, label !== ""),
    tie: () => `<path d="M1 8 H15" stroke="rgb(${LOOK.tie})" stroke-width="1.6" opacity=".75"/>`,
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
