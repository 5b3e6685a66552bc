/* Draws worlds and months of clustersim on canvases. No dependency; the app and replays carry it inside, its parts joined in the order that
 * `clustersim.app.drawing` gives, in one scope. What it shares with pictures (colours, forms, bounds) Python gives as `LOOK`.
 *
 *   world = clustersim.world(packed)              what does not change (packing.py tells the form), with typed arrays
 *   clustersim.grow(world, packed.newcomers)      organisations seen for the first time; false if some in between were missed
 *   frame = clustersim.frame(packed)              one month
 *   recording = await clustersim.recording(text)  all months of a replay: {world, months, frame(k), series, paid, repaid}
 *
 *   clustersim.map(canvas, world, frame, options)       places, ties, clusters, organisations, poles
 *       options: view {x, y, zoom}, selected (row), only (number of a purpose), unmet (shares drawn lightest and darkest), locale
 *   clustersim.network(canvas, world, frame, options)   who is tied to whom, without geography
 *       options: layout (a `clustersim.layout()` that is kept from month to month), selected, only, words {none}
 *   clustersim.series(canvas, data, options)            lines over months
 *       data: {months: [], lines: [{label, colour, values: [], dash?, width?}]}
 *       options: now (month), percent, whole (no fractions on the axis), bare (no values beside the lines), locale,
 *       words {month, none}: with `month`, the time axis says what it counts
 *   clustersim.sizes(canvas, world, frame, options)     clusters by their number of members; options: only, locale, words {none}
 *   clustersim.paid(canvas, world, frame, options)      what each measure has paid so far; options: labels[], locale, words {none}
 *
 * Each draws the whole canvas at the size that CSS gives it, in letters of the canvas's font size, and returns a drawing.
 * `drawing.at(x, y)` says what lies at a point of the canvas in CSS pixels, or null: {what: "month", month}, or {what, row} with what:
 * "organisation" | "pole" | "cluster" | "place" | "guest" | "measure".
 * `drawing.locate(row)` says where an organisation is drawn.
 *
 *   clustersim.navigate(canvas, world, view, redraw)      wheel and drag change the view {x, y, zoom}, a double click brings it back;
 *                                                         returns how to stop; after a drag `canvas.dataset.dragged` is "yes"
 *   clustersim.zoom(canvas, world, view, factor, x, y)    zoom about a point of the canvas, for buttons and keys
 *   clustersim.partners(frame, row)                       partners of an organisation: [{row, trust 0..1}], the most trusted first
 *   clustersim.unmet(frames)                              shares of needs unmet that maps of these months draw lightest and darkest
 *   clustersim.mostTied(frame)                            the organisation with the most partners; null where nobody lives
 *   clustersim.symbol({what, kind, colour, ringed, label})  a small SVG for legends; what: organisation, tie, cluster, place, pole, guest
 *   clustersim.colour(purpose), clustersim.readable(colour), clustersim.shade(share unmet)
 *   clustersim.PALETTE, clustersim.KINDS                  colours of purposes, and kinds by the number that worlds give them
 *
 * Words come from `options.words`, numbers are written as `options.locale` has them: no part speaks a language. Purposes have the
 * colours of Okabe & Ito (2008) and their number: on each cluster, on organisations where there is room, in legends; and one purpose may
 * be shown `only`. Kinds have shapes. Neither is told by colour alone.
 */

const { palette: PALETTE, ink: INK, grey: GREY } = LOOK;
const FAINT = "#E4E5E9", DIM = "#D3D5DB"; // lines of axes; what is not of the purpose that is shown alone
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
const CLUSTERED = 1;
const clustersim = { PALETTE, KINDS: LOOK.kinds.map(({ name }) => name) };

const colourOf = (purpose) => PALETTE[purpose % PALETTE.length];
clustersim.colour = colourOf;

/* Ink or white, whichever can be read on a colour of a purpose. */
const inkOn = (colour) => LOOK.ink_on[colour] || INK;

/* Letters in the colour of a line: the same hue, as dark as letters must be on white (4.5 to 1). */
const readable = (colour) => LOOK.letters[colour] || colour;
clustersim.readable = readable;
