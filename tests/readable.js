/* What tests ask of a page, in the page: whether it can be read by everybody. */
window.readable = (() => {
  const parts = (said) => (said.match(/[\d.]+/g) || []).map(Number);
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  /* Relative luminance and contrast as WCAG 2 defines them. */
  const luminance = (rgb) => rgb.slice(0, 3).reduce((sum, part, k) => sum + linear(part / 255) * [0.2126, 0.7152, 0.0722][k], 0);

  function contrast(one, other) {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  const hexed = (colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));

  function behind(node) {
    for (let one = node; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  }

  function said(node) {
    if (node.matches("input[type=text], input[type=search], select")) return node.value;
    return [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data.trim()).join("");
  }

  /* Every text that is seen: its contrast to what lies behind it, and the size of its letters. */
  function texts(within = ".cs-page *, .cs-menu *") {
    return [...document.querySelectorAll(within)].flatMap((node) => {
      const text = said(node), box = node.getBoundingClientRect(), style = getComputedStyle(node);
      if (!text || !box.width || !box.height || node.closest(":disabled") || node.closest("svg") || node.tagName === "OPTION") return [];
      return [{ text: text.slice(0, 40), size: parseFloat(style.fontSize), contrast: contrast(parts(style.color), behind(node)) }];
    });
  }

  const lettersOfDrawings = () => [...document.querySelectorAll("canvas")].map((canvas) => parseFloat(getComputedStyle(canvas).fontSize));

  const coloursOfLines = () => clustersim.PALETTE.map((colour) => contrast(hexed(clustersim.readable(colour)), [255, 255, 255]));

  /* What the keyboard has reached: its name for those who hear the page, and whether it shows that it is there. */
  function focused() {
    const one = document.activeElement, style = getComputedStyle(one), label = one.labels?.length ? one.labels[0].innerText : "";
    return {
      key: one.dataset.test || one.className,
      name: (one.getAttribute("aria-label") || label || one.innerText || one.title || one.placeholder || "").trim(),
      seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      page: Boolean(one.closest(".cs-page")),
      here: one.getBoundingClientRect().width > 0,
    };
  }

  /* Labels and controls that do not fit where they stand. */
  function cut() {
    const parted = ".cs-transport, .cs-transport *, .cs-chart-head, .cs-chart-label, .cs-chart-now, .cs-tabs button, .cs-hint";
    return [...document.querySelectorAll(parted)]
      .filter((node) => !node.closest(".v-icon") && node.clientWidth && node.scrollWidth > node.clientWidth + 1)
      .map((node) => `${node.className}: ${node.innerText}`);
  }

  /* How much of a map is of a purpose's colour. */
  function inked(map, purpose) {
    const canvas = document.querySelector(`[data-test=${map}]`), colour = hexed(clustersim.colour(purpose));
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let k = 0; k < data.length; k += 4) count += colour.every((part, c) => data[k + c] === part);
    return count;
  }

  /* How much of the width and of the height of each map its organisations take. */
  function filled() {
    const stage = document.querySelector(".cs-stage").__vue__, span = (values) => Math.max(...values) - Math.min(...values);
    return stage.drawings.map((drawing, k) => {
      const spots = [...stage.frames[k].living].map((row) => drawing.locate(row)), canvas = stage.$refs.canvases[k];
      return [span(spots.map((spot) => spot.x)) / canvas.clientWidth, span(spots.map((spot) => spot.y)) / canvas.clientHeight];
    });
  }

  return { texts, lettersOfDrawings, coloursOfLines, focused, cut, inked, filled };
})();
