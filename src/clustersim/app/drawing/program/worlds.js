/* What comes in: packed worlds and months (packing.py tells the form) as typed arrays. */

const ARRAYS = { i1: Int8Array, i2: Int16Array, i4: Int32Array, u1: Uint8Array, u2: Uint16Array, f4: Float32Array, f8: Float64Array };

function bytesOf(said) {
  if (typeof said === "string") {
    const letters = atob(said), bytes = new Uint8Array(letters.length);
    for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
    return bytes.buffer;
  }
  if (said instanceof ArrayBuffer) return said;
  return said.buffer.slice(said.byteOffset, said.byteOffset + said.byteLength);
}

/* The same with every packed array as a typed array; `store` holds the bytes of those that say where theirs begin. */
clustersim.unpack = function unpack(said, store) {
  if (Array.isArray(said)) return said.map((part) => unpack(part, store));
  if (said === null || typeof said !== "object" || ArrayBuffer.isView(said)) return said;
  if (said.type in ARRAYS && "bytes" in said) return new ARRAYS[said.type](bytesOf(said.bytes));
  if (said.type in ARRAYS && "begins" in said) return new ARRAYS[said.type](store.slice(said.begins, said.ends));
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [key, unpack(value, store)]));
};

clustersim.frame = (packed) => clustersim.unpack(packed);

clustersim.world = (packed) => furnished(clustersim.unpack(packed));

function furnished(world) {
  const o = world.organisations, p = world.places;
  o.count = o.kind.length;
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [xs, ys] of [[p.x_km, p.y_km], [o.x_km, o.y_km]]) {
    for (let i = 0; i < xs.length; i++) {
      west = Math.min(west, xs[i]);
      east = Math.max(east, xs[i]);
      south = Math.min(south, ys[i]);
      north = Math.max(north, ys[i]);
    }
  }
  // places are discs by population, and none is cut off at the edge
  world.mostPeople = p.population.reduce((most, people) => Math.max(most, people), 1);
  world.discs_km = 0.038 * Math.max(east - west, (north - south) / 2, LOOK.smallest_km);
  for (let i = 0; i < p.x_km.length; i++) {
    const reach = world.discs_km * Math.sqrt(p.population[i] / world.mostPeople);
    west = Math.min(west, p.x_km[i] - reach);
    east = Math.max(east, p.x_km[i] + reach);
    south = Math.min(south, p.y_km[i] - reach);
    north = Math.max(north, p.y_km[i] + reach);
  }
  const width = Math.max(east - west, (north - south) / 2, LOOK.smallest_km), height = Math.max(north - south, width / LOOK.flattest);
  world.box = { x: (west + east) / 2, y: (south + north) / 2, width, height };
  world.crowds = new Map();
  o.crowd = crowdsOf(world, o, 0);
  return world;
}

/* How many seats there were at each organisation's point when it came: the more, the closer they stand. */
function crowdsOf(world, told, from) {
  const key = (i) => `${told.x_km[i]} ${told.y_km[i]}`;
  for (let i = from; i < told.kind.length; i++) {
    if (!world.crowds.has(key(i)) || from === 0) world.crowds.set(key(i), Math.max(world.crowds.get(key(i)) || 0, told.seat[i] + 1));
  }
  return Int32Array.from({ length: told.kind.length - from }, (_, k) => world.crowds.get(key(from + k)));
}

/* Known rows are left alone, so that the same newcomers may be told twice. */
clustersim.grow = function (world, packed) {
  const known = world.organisations, told = clustersim.unpack(packed), last = told.first_row + told.kind.length;
  if (told.first_row > known.count) return false;
  if (last <= known.count) return true;
  told.crowd = crowdsOf(world, told, known.count - told.first_row);
  for (const name of ["x_km", "y_km", "seat", "kind", "purpose", "place", "founded_month", "crowd"]) {
    const grown = new known[name].constructor(last);
    grown.set(known[name].subarray(0, known.count));
    grown.set(name === "crowd" ? told.crowd : told[name].subarray(known.count - told.first_row), known.count);
    known[name] = grown;
  }
  Object.assign(known.names, told.names);
  known.count = last;
  return true;
};
