/* Words about what is pointed at, and the card of who was clicked. */

const kinds = { 0: "card.title_social_enterprise", 1: "card.title_private_actor", 2: "card.title_public_funder" };
const called = (row) => o.names[row] || say(kinds[o.kind[row]], { place: world.places.names[o.place[row]] });
const members = (table, row) => table.members[table.row.indexOf(row)];

function tipOf(found) {
  if (found.what === "organisation") return `${called(found.row)} · ${names.purposes[o.purpose[found.row]]}`;
  if (found.what === "place") {
    const { need, unmet_need } = frame.places;
    const unmet = share(need[found.row] > 0 ? unmet_need[found.row] / need[found.row] : 0);
    return say("replay.place", { place: world.places.names[found.row], population: number(world.places.population[found.row]), unmet });
  }
  if (found.what === "measure") {
    const [paid, back] = [frame.paid_eur[found.row], frame.repaid_eur[found.row]];
    return `${names.measures[found.row]} · ${euros(paid)}${back > 0 ? `, ${say("stage.came_back", { value: euros(back) })}` : ""}`;
  }
  if (found.what === "month") return say("replay.month", { month: number(found.month) });
  const table = found.what === "pole" ? frame.poles : frame.clusters, k = table.row.indexOf(found.row);
  const said = [names.purposes[table.purpose[k]], say("drawing.members", { count: number(table.members[k]) })];
  if (found.what === "pole" && table.coordinator[k]) said.push(say("replay.coordinator"));
  return `${say(found.what === "pole" ? "legend.pole" : "legend.cluster")} · ${said.join(", ")}`;
}

/* As the card of the page, of what is recorded. */
function card() {
  const row = state.selected, box = one("card");
  box.hidden = row === null;
  if (row === null) return;
  const k = frame.living.indexOf(row), founded = o.founded_month[row], facts = [];
  const add = (key, value) => facts.push(`<dt>${escaped(say(key))}</dt><dd>${escaped(value)}</dd>`);
  let partners = "", lived = say(founded > months[state.k] ? "card.not_yet" : "card.closed");
  if (k >= 0) {
    lived = founded > 0 ? say("card.since", { month: number(founded) }) : say("card.before");
    const group = (what, table) => (what < 0 ? say("card.none") : say("card.members", { count: number(members(table, what) ?? 0) }));
    add("card.staff", `${number(frame.staff_fte[k], { maximumFractionDigits: 1 })} ${say("unit.FTE")}`);
    add("card.partners", number(frame.degree[k]));
    add("card.support", euros(frame.support_eur[k]));
    add("card.cluster", group(frame.cluster[k], frame.clusters));
    add("card.pole", group(frame.pole[k], frame.poles));
    // not all of them are among the ties that are drawn
    const all = frame.degree[k], found = clustersim.partners(frame, row).slice(0, 8);
    if (all > 0) {
      partners = `<h3>${escaped(say("card.partners_title"))}</h3><ul>` + found.map((partner) =>
        `<li><button type="button" data-row="${partner.row}">${clustersim.symbol({ kind: o.kind[partner.row], colour: clustersim.colour(o.purpose[partner.row]) })}`
        + `<span>${escaped(called(partner.row))}</span><span class="grey">${number(partner.trust, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}</span></button></li>`).join("")
        + (all > found.length ? `<li class="grey">${escaped(say("replay.more_partners", { count: number(all - found.length) }))}</li>` : "") + "</ul>";
    }
  }
  const what = say("card.subtitle", { kind: names.kinds[o.kind[row]], purpose: names.purposes[o.purpose[row]] });
  box.innerHTML = `<button type="button" class="close" aria-label="${escaped(say("card.close"))}">×</button><h2>${escaped(called(row))}</h2>`
    + `<p>${clustersim.symbol({ kind: o.kind[row], colour: clustersim.colour(o.purpose[row]) })}${escaped(what)}</p>`
    + `<p class="grey">${escaped(lived)}</p><dl>${facts.join("")}</dl>${partners}`;
  box.querySelector(".close").addEventListener("click", () => select(null));
  for (const button of box.querySelectorAll("[data-row]")) button.addEventListener("click", () => select(Number(button.dataset.row)));
}

function select(row) {
  state.selected = row;
  dirty = true;
}
