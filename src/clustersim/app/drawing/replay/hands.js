/* Hands: buttons, slider, keys, tabs, and what is clicked in a drawing. */

one("slider").max = last;
one("play").addEventListener("click", () => play(!state.playing));
one("back").addEventListener("click", pausing(() => go(state.k - 1)));
one("step").addEventListener("click", pausing(() => go(state.k + 1)));
one("slider").addEventListener("input", pausing(() => go(Number(one("slider").value))));
const zoom = (factor) => {
  const canvas = one("map");
  clustersim.zoom(canvas, world, state.view, factor, canvas.clientWidth / 2, canvas.clientHeight / 2);
  dirty = true;
};
one("zoom-in").addEventListener("click", () => zoom(1.6));
one("zoom-out").addEventListener("click", () => zoom(1 / 1.6));
one("zoom-all").addEventListener("click", () => zoom(1e-9));
clustersim.navigate(one("map"), world, state.view, () => (dirty = true));
// asked as the focus comes: with the next key even a button that was clicked is :focus-visible
let tabbed = false;
document.addEventListener("focusin", (event) => (tabbed = event.target.matches(":focus-visible")));
document.addEventListener("pointerdown", () => (tabbed = false));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || /SELECT/.test(event.target.tagName)) return;
  const onSlider = event.target === one("slider"), onButton = event.target.tagName === "BUTTON" && tabbed;
  const does = {
    Enter: () => event.target === one("map") && select(clustersim.mostTied(frame)),
    " ": () => !onButton && play(!state.playing),
    ArrowLeft: () => !onSlider && pausing(() => go(state.k - 1))(),
    ArrowRight: () => !onSlider && pausing(() => go(state.k + 1))(),
    Home: () => !onSlider && pausing(() => go(0))(),
    End: () => !onSlider && pausing(() => go(last))(),
    "+": () => zoom(1.6),
    "-": () => zoom(1 / 1.6),
    0: () => zoom(1e-9),
    Escape: () => select(null),
  }[event.key];
  if (!does) return;
  if (event.key === " " && !onButton) {
    event.preventDefault();
    if (event.target.tagName === "BUTTON") event.target.blur(); // else it, clicked last, answers too
  }
  does();
});

for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => {
    state.tab = tab.id.slice(4);
    for (const other of document.querySelectorAll("[role=tab]")) {
      other.setAttribute("aria-selected", String(other === tab));
      one(other.getAttribute("aria-controls")).hidden = other !== tab;
    }
    dirty = true;
  });
}

for (const [id, name] of [["map", "map"], ["network", "network"], ["sizes", "sizes"], ["paid", "paid"]]) {
  const canvas = one(id), tip = one("tip");
  canvas.addEventListener("pointermove", (event) => {
    const found = event.buttons ? null : drawings[name]?.at(event.offsetX, event.offsetY);
    tip.hidden = !found;
    if (!found) return;
    tip.textContent = tipOf(found);
    const beside = event.clientX + 16 + tip.offsetWidth > innerWidth ? event.clientX - 12 - tip.offsetWidth : event.clientX + 16;
    Object.assign(tip.style, { left: `${beside}px`, top: `${event.clientY + 14}px` });
  });
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("click", (event) => {
    if (canvas.dataset.dragged) return;
    const found = drawings[name]?.at(event.offsetX, event.offsetY);
    if (name === "map" || found?.what === "organisation") select(found?.what === "organisation" ? found.row : null);
  });
}
new ResizeObserver(() => (dirty = true)).observe(document.body);

if (!world.measures.length) {
  one("money-said").textContent = say("stage.no_measure");
  one("paid").hidden = true;
}
legend();
draw();
requestAnimationFrame(turn);
window.replay = { recording, state, drawings, go, frame: () => frame };
document.body.dataset.ready = "yes";
