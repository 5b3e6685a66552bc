/* Hands on a map: zoom and drag. */

/* A view moved so that what lies under a point of the canvas stays there. */
clustersim.zoom = function (canvas, world, view, factor, x, y) {
  const before = frameOf(world, view, canvas.clientWidth, canvas.clientHeight);
  const zoom = Math.min(60, Math.max(1, before.zoom * factor));
  if (zoom === 1) return Object.assign(view, { x: world.box.x, y: world.box.y, zoom });
  const moved = 1 / before.scale - 1 / (before.scale * (zoom / before.zoom));
  view.x = (view.x ?? world.box.x) + (x - canvas.clientWidth / 2) * moved;
  view.y = (view.y ?? world.box.y) - (y - canvas.clientHeight / 2) * moved;
  view.zoom = zoom;
  return view;
};

clustersim.navigate = function (canvas, world, view, redraw) {
  let held = null;
  const listeners = {
    wheel(event) {
      event.preventDefault();
      const { left, top } = canvas.getBoundingClientRect(), pull = Math.max(-0.4, Math.min(0.4, -event.deltaY / 300));
      clustersim.zoom(canvas, world, view, Math.exp(pull), event.clientX - left, event.clientY - top);
      redraw();
    },
    pointerdown(event) {
      held = { x: event.clientX, y: event.clientY, moved: false };
    },
    pointermove(event) {
      if (!held) return;
      if (event.buttons === 0) {
        held = null;
        return;
      }
      const right = event.clientX - held.x, down = event.clientY - held.y;
      if (!held.moved && Math.abs(right) + Math.abs(down) < 4) return;
      held = { x: event.clientX, y: event.clientY, moved: true };
      const { scale } = frameOf(world, view, canvas.clientWidth, canvas.clientHeight);
      view.x = (view.x ?? world.box.x) - right / scale;
      view.y = (view.y ?? world.box.y) + down / scale;
      redraw();
    },
    pointerup() {
      canvas.dataset.dragged = held?.moved ? "yes" : ""; // so that the end of a drag is not taken for a click
      held = null;
    },
    dblclick() {
      Object.assign(view, { x: world.box.x, y: world.box.y, zoom: 1 });
      redraw();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener, { passive: false });
  return () => {
    for (const [name, listener] of Object.entries(listeners)) canvas.removeEventListener(name, listener);
  };
};
