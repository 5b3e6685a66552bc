/* All months of a replay: courses of values, month by month (recording.py tells the form). */

clustersim.recording = async function (text) {
  const stream = new Blob([bytesOf(text.trim())]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  const length = new DataView(bytes).getUint32(0, true);
  const said = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  return replayed(clustersim.unpack(said, bytes.slice(4 + length)));
};

function replayed(said) {
  const world = furnished(said.world), ties = said.ties, places = said.places.most_need.length;
  const trustBegins = new Int32Array(ties.one.length + 1);
  for (let i = 0; i < ties.one.length; i++) {
    trustBegins[i + 1] = trustBegins[i] + ties.last[i] - ties.first[i] + 1;
    for (let k = trustBegins[i] + 1; k < trustBegins[i + 1]; k++) ties.trust[k] += ties.trust[k - 1]; // bytes wrap around
  }
  for (const name of ["unmet_share", "need_level"]) {
    const levels = said.places[name];
    for (let k = 0; k < levels.length; k++) if (k % said.months.length) levels[k] += levels[k - 1];
  }
  const names = Object.keys(said.courses);
  let reached = -1, now = {};

  /* Values by row as they are in month k. A step forwards goes on from the month before. */
  function reach(k) {
    if (k < reached) reached = -1;
    for (const name of names) {
      const { begins, row, value, rows, empty } = said.courses[name];
      if (reached < 0) now[name] = new Float64Array(rows).fill(empty);
      for (let e = begins[reached + 1]; e < begins[k + 1]; e++) now[name][row[e]] = value[e];
    }
    reached = k;
  }

  function frame(k) {
    reach(k);
    const living = Int32Array.from(rowsWhere(now.alive, (value) => value === 1));
    const of = (name) => Float32Array.from(living, (row) => now[name][row]);
    const there = [];
    for (let i = 0; i < ties.one.length; i++) if (ties.first[i] <= k && k <= ties.last[i]) there.push(i);
    const clusters = rowsWhere(now.cluster_members, (value) => value > 0), poles = rowsWhere(now.pole_members, (value) => value >= 0);
    const share = Float32Array.from({ length: places }, (_, p) => said.places.unmet_share[p * said.months.length + k] / said.places.levels);
    const need = Float32Array.from(
      { length: places }, (_, p) => (said.places.most_need[p] * said.places.need_level[p * said.months.length + k]) / said.places.levels);
    return {
      month: said.months[k],
      living,
      cluster: Int32Array.from(of("cluster")),
      pole: Int32Array.from(of("pole")),
      staff_fte: of("staff_fte"),
      support_eur: of("support_eur"),
      degree: Uint8Array.from(of("degree")),
      ties: {
        one: Int32Array.from(there, (i) => ties.one[i]),
        other: Int32Array.from(there, (i) => ties.other[i]),
        trust: Uint8Array.from(there, (i) => ties.trust[trustBegins[i] + k - ties.first[i]]),
        all: said.ties_in_all[k],
      },
      clusters: {
        row: Int32Array.from(clusters),
        purpose: Int8Array.from(clusters, (row) => now.cluster_purpose[row]),
        members: Int32Array.from(clusters, (row) => now.cluster_members[row]),
      },
      poles: {
        row: Int32Array.from(poles),
        purpose: Int8Array.from(poles, (row) => now.pole_purpose[row]),
        members: Int32Array.from(poles, (row) => now.pole_members[row]),
        coordinator: Uint8Array.from(poles, (row) => now.pole_coordinator[row]),
        x_km: Float32Array.from(poles, (row) => now.pole_x_km[row]),
        y_km: Float32Array.from(poles, (row) => now.pole_y_km[row]),
      },
      places: { need, unmet_need: need.map((persons, p) => persons * share[p]) },
      series: rowOf(said.series, k, world.observables.length),
      paid_eur: rowOf(said.paid_eur, k, world.measures.length),
      repaid_eur: rowOf(said.repaid_eur, k, world.measures.length),
    };
  }

  const series = Object.fromEntries(world.observables.map((observable, column) => [
    observable.name, said.months.map((_, k) => defined(said.series[k * world.observables.length + column]))]));
  return { world, months: said.months, frame, series };
}

const defined = (value) => (Number.isFinite(value) ? value : null);
const rowOf = (table, k, width) => Array.from(table.subarray(k * width, (k + 1) * width), defined);

function rowsWhere(values, holds) {
  const rows = [];
  for (let row = 0; row < values.length; row++) if (holds(values[row])) rows.push(row);
  return rows;
}
