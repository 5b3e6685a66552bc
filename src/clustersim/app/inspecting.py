"""One organisation, looked at: what it is, whom it works with, what it received, how it has come here.

Everything that is recorded is said for any month. The other columns are not recorded: they are shown in the last month that was lived.
"""

from typing import Any

import numpy as np

from clustersim.app.packing import packed_array
from clustersim.app.snapshots import TRUST_LEVELS, Snapshot
from clustersim.app.speaking import Language
from clustersim.app.world import LivedWorld
from clustersim.state.organisations import KINDS

__all__ = ["card", "name_in"]

# told elsewhere on the card, or keys of the program's own
_NOT_LISTED = {
    "uid", "kind", "alive", "place_row", "x_km", "y_km", "founded_month", "closed_month", "purpose",
    "cluster_row", "pole_row", "support_cents",
}  # fmt: skip
_MOST_PARTNERS = 24


def card(world: LivedWorld, row: int, month: int, language: Language) -> dict[str, Any]:
    """The card of an organisation in a recorded month, as plain values. All of it is of that month: the world may be living the next."""
    snapshot, people = world.memory[month], world.recorder.everybody
    kind, purpose = KINDS[people.kind[row]], world.recorder.world.purposes[people.purpose[row]]
    place = world.recorder.world.place_names[people.place[row]]
    at = int(np.searchsorted(snapshot.living, row))
    alive = at < snapshot.living.size and snapshot.living[at] == row
    columns, lived = _columns(world, row, month, language) if alive else ([], month)
    return {
        "row": row,
        "kind": kind,
        "purpose": int(people.purpose[row]),
        "title": people.names.get(row) or language.say(f"card.title_{kind}", place=place),
        "subtitle": language.say(
            "card.subtitle", kind=language.name_of("kinds_of_organisation", kind), purpose=language.name_of("purposes", purpose)
        ),
        "state": _state(world, row, month, alive, language),
        "facts": _recorded(snapshot, at, language) if alive else [],
        "partners": _partners(world, snapshot, row, language) if alive else [],
        "support": _support(world, row, month, language),
        "columns": columns,
        "columns_note": "" if lived == month else language.say("card.columns_note", month=lived),
        "history": _history(world, row),
    }


def name_in(world: LivedWorld, row: int, language: Language) -> str:
    """What an organisation is called in a list."""
    people = world.recorder.everybody
    said = people.names.get(row)
    return said or language.say(f"card.title_{KINDS[people.kind[row]]}", place=world.recorder.world.place_names[people.place[row]])


def _state(world: LivedWorld, row: int, month: int, alive: bool, language: Language) -> str:
    founded = int(world.recorder.everybody.founded_month[row])
    if alive:
        return language.say("card.since", month=founded) if founded > 0 else language.say("card.before")
    return language.say("card.not_yet" if founded > month else "card.closed")


def _recorded(snapshot: Snapshot, at: int, language: Language) -> list[dict[str, str]]:
    """What snapshots hold of one of the living."""
    facts = [
        ("staff", language.number(float(snapshot.staff_fte[at]), 1), language.unit("FTE")),
        ("partners", language.number(int(snapshot.degree[at])), ""),
        ("support", language.euros(int(snapshot.support_cents[at]) / 100), ""),
        ("cluster", _group(snapshot, "cluster", int(snapshot.cluster[at]), language), ""),
        ("pole", _group(snapshot, "pole", int(snapshot.pole[at]), language), ""),
    ]
    return [{"label": language.say(f"card.{key}"), "value": value, "unit": unit} for key, value, unit in facts]


def _group(snapshot: Snapshot, what: str, row: int, language: Language) -> str:
    if row < 0:
        return language.say("card.none")
    rows, members = getattr(snapshot, f"{what}_row"), getattr(snapshot, f"{what}_members")
    found = np.flatnonzero(rows == row)
    return language.say("card.members", count=int(members[found[0]])) if found.size else language.say("card.none")


def _partners(world: LivedWorld, snapshot: Snapshot, row: int, language: Language) -> list[dict[str, Any]]:
    """The organisations it is tied to, those it trusts most first."""
    mine = np.flatnonzero((snapshot.tie_one == row) | (snapshot.tie_other == row))
    others = np.where(snapshot.tie_one[mine] == row, snapshot.tie_other[mine], snapshot.tie_one[mine])
    trust = snapshot.tie_trust[mine]
    order = np.lexsort((others, -trust.astype(int)))[:_MOST_PARTNERS]
    people = world.recorder.everybody
    return [
        {
            "row": int(other),
            "name": name_in(world, int(other), language),
            "kind": KINDS[people.kind[other]],
            "purpose": int(people.purpose[other]),
            "trust": round(float(level) / TRUST_LEVELS, 3),
            "trust_said": language.number(float(level) / TRUST_LEVELS, 2),
        }
        for other, level in zip(others[order], trust[order], strict=True)
    ]


def _support(world: LivedWorld, row: int, month: int, language: Language) -> list[dict[str, str]]:
    """What each measure has paid it until that month, by the ledger."""
    with world.at_rest() as simulation:
        state = simulation.state
        journal, uid = state.ledger.journal, state.organisations.uid[row]
        chosen = np.flatnonzero((journal.payee_uid == uid) & (journal.measure >= 0) & (journal.month - state.spin_up <= month))
        sums: dict[int, int] = {}
        for number, cents in zip(journal.measure[chosen].tolist(), journal.amount_cents[chosen].tolist(), strict=True):
            sums[number] = sums.get(number, 0) + cents
    names = [measure.name for measure in world.scenario.measures]
    return [
        {"label": language.measure(names[number], world.scenario), "value": language.euros(cents / 100)} for number, cents in sums.items()
    ]


def _columns(world: LivedWorld, row: int, month: int, language: Language) -> tuple[list[dict[str, str]], int]:
    """All columns of the organisation, with units, if the world is in that month; and the month in which it is."""
    with world.at_rest() as simulation:
        if simulation.month != month:
            return [], simulation.month
        organisations, purposes = simulation.state.organisations, simulation.state.purposes
        spin_up = simulation.state.spin_up
        parts = {"competences": purposes.competences, "values": ("cooperation", "social_purpose")}
        listed = []
        for column in organisations.columns():
            if column.name in _NOT_LISTED:
                continue
            value = getattr(organisations, column.name)[row]
            if column.name in parts:
                listed += [(column, part, value[k]) for k, part in enumerate(parts[column.name])]
            else:
                listed.append((column, "", value - spin_up if column.name.endswith("_month") else value))
    return [_column(column, part, value, language) for column, part, value in listed], month


def _column(column: Any, part: str, value: Any, language: Language) -> dict[str, str]:
    key = f"columns.{column.name}"
    name, _, meaning = language.say(key).partition("|")
    if isinstance(value, bool | np.bool_):
        said, unit = language.say("words.yes" if value else "words.no"), ""
    elif column.unit.startswith("cents"):
        said, unit = language.euros(int(value) / 100), language.unit(column.unit.replace("cents", "EUR", 1)).replace("EUR", "").strip()
    elif column.name.endswith("_row"):
        said, unit = (language.say("card.none") if value < 0 else language.number(int(value))), ""
    else:
        said = language.number(float(value), 0 if np.issubdtype(type(value), np.integer) else 2)
        unit = "" if column.unit == "0..1" else language.unit(column.unit)
    label = language.say("format.pair", name=name, part=language.name_of("parts", part)) if part else name
    return {"label": label, "value": said, "unit": unit, "meaning": meaning}


def _history(world: LivedWorld, row: int) -> dict[str, Any]:
    """Staff and partners over the months that are kept; not a number where it did not live."""
    kept = world.memory.until(world.last)
    staff, partners = np.full((2, len(kept)), np.nan)
    for number, snapshot in enumerate(kept):
        at = int(np.searchsorted(snapshot.living, row))
        if at < snapshot.living.size and snapshot.living[at] == row:
            staff[number], partners[number] = snapshot.staff_fte[at], snapshot.degree[at]
    months = np.array([snapshot.month for snapshot in kept])
    return {
        "months": packed_array(months, "i4", binary=True),
        "staff": packed_array(staff, "f8", binary=True),
        "partners": packed_array(partners, "f8", binary=True),
    }
