/* The legend: a purpose pointed at, or clicked, is shown alone. */

function legend() {
  const item = (symbol, text) => `<li>${symbol}<span>${escaped(text)}</span></li>`;
  const purposes = names.purposes.map((name, k) => `<li><button type="button" data-purpose="${k}" aria-pressed="false" title="${escaped(say("legend.only", { purpose: name }))}">`
    + `${clustersim.symbol({ colour: clustersim.colour(k), label: k + 1 })}<span>${escaped(name)}</span></button></li>`);
  const kinds = names.kinds.map((name, kind) => item(clustersim.symbol({ kind }), name));
  const map = [
    item(clustersim.symbol({ what: "tie" }), say("legend.tie")),
    item(clustersim.symbol({ what: "cluster" }), say("legend.cluster")),
    item(clustersim.symbol({ ringed: true }), say("legend.member")),
    item(clustersim.symbol({ what: "pole" }), say("legend.pole")),
    item(clustersim.symbol({ what: "place", colour: clustersim.shade(1) }), "").replace("<span>", '<span id="unmet">'),
  ];
  const block = (title, items) => `<h2>${escaped(title)}</h2><ul>${items.join("")}</ul>`;
  one("legend").innerHTML = block(say("legend.purposes"), purposes) + block(say("legend.kinds"), kinds) + block(say("legend.map"), map);
  for (const button of one("legend").querySelectorAll("button")) {
    const purpose = Number(button.dataset.purpose);
    for (const [event, hinted] of [["pointerenter", purpose], ["pointerleave", null]]) {
      button.addEventListener(event, () => {
        state.hinted = hinted;
        dirty = true;
      });
    }
    button.addEventListener("click", () => {
      state.only = state.only === purpose ? null : purpose;
      for (const other of one("legend").querySelectorAll("button")) other.setAttribute("aria-pressed", String(Number(other.dataset.purpose) === state.only));
      dirty = true;
    });
  }
}

function escaped(text) {
  const holder = document.createElement("i");
  holder.textContent = text;
  return holder.innerHTML.replace(/"/g, "&quot;");
}
