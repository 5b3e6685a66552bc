/* Where things stand on a page that shows two worlds. */

/* Whether two maps stand side by side or one on the other, and how high the charts below them are, 0 where they stand beside: as the
 * territory is drawn largest. Of the territory its {width, height}; `room` {width, height} is what there is without titles and legends;
 * charts need `beside` of its width or `least` of its height, may take `most` of it, and nothing where they are `folded` away.
 */
clustersim.arrangement = function ({ width: wide, height: high }, { width, height }, { beside, least, most, title, folded }) {
  const fit = (across, along) => Math.min(across / wide, along / high), taken = folded ? 0 : beside;
  const sideBySide = fit((width - taken) / 2, height), onEachOther = fit(width - taken, height / 2 - title);
  if (!folded) {
    // below, the charts take what the maps leave free
    const below = Math.round(Math.max(least, Math.min(most, height - (width / 2 / wide) * high)));
    // charts are wider below: where the maps lose next to nothing by it, that is better too
    if (fit(width / 2, height - below) > 0.95 * Math.max(sideBySide, onEachOther)) return { stacked: false, below };
  }
  return { stacked: onEachOther > sideBySide, below: 0 };
};
