"""The invariants of a territory, each a function that says what is wrong or nothing.

The numbers are those of the trust document, `docs/trust.md`. What is here is checked after every month in debug mode and by
property tests over random scenarios. I6 is part of I5; I11, I12 and I14 are no matter of a single state, and have tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from clustersim.state.projects import RUNNING

if TYPE_CHECKING:
    from clustersim.state import State


def broken_invariants(state: State) -> list[str]:
    """Every invariant that does not hold, in words."""
    return [f"{name}: {problem}" for name, check in INVARIANTS.items() if (problem := check(state))]


def _first(mask: np.ndarray) -> str:
    return f"{int(np.count_nonzero(mask))} rows, first {int(np.flatnonzero(mask)[0])}"


def money_balances(state: State) -> str | None:
    """I1: all accounts together hold what came in less what went out."""
    held = sum(
        int(column.sum())
        for column in (state.organisations.cash_cents, state.poles.cash_cents, state.funders.available_cents, state.funders.committed_cents)
    )
    inside = state.ledger.inside_cents()
    return None if held == inside else f"accounts hold {held} cents, the ledger says {inside}"


def journal_agrees(state: State) -> str | None:
    """I1: the journal adds up to the ledger's totals, flow by flow (between months)."""
    journal = state.ledger.journal
    summed = np.zeros_like(state.ledger.total_cents)
    np.add.at(summed, journal.flow, journal.amount_cents)
    pending = state.ledger.month_cents - state.ledger._itemised_cents
    wrong = summed + pending != state.ledger.total_cents
    return f"flow {int(np.flatnonzero(wrong)[0])}" if wrong.any() else None


def budgets_hold(state: State) -> str | None:
    """I2: no funder promises or pays more than it has; promises equal the unpaid part of its awards."""
    funders, awards = state.funders, state.awards
    overdrawn = (funders.available_cents < 0) | (funders.committed_cents < 0)
    if overdrawn.any():
        return f"budget below zero: {_first(overdrawn)}"
    owed = np.zeros(len(funders), np.int64)
    np.add.at(owed, awards.funder_row, awards.awarded_cents - awards.paid_cents - awards.returned_cents)
    wrong = owed != funders.committed_cents
    return f"commitments differ from unpaid awards: {_first(wrong)}" if wrong.any() else None


def no_hidden_debt(state: State) -> str | None:
    """I3: no cash below the credit line, no pole in debt, nothing left with the closed."""
    o = state.organisations
    wrong = o.alive & (o.cash_cents < -o.credit_cents)
    if wrong.any():
        return f"cash below the credit line: {_first(wrong)}"
    left = ~o.alive & (o.cash_cents != 0)
    if left.any():
        return f"cash left with closed organisations: {_first(left)}"
    poor = (state.poles.cash_cents < 0) | (~state.poles.alive & (state.poles.cash_cents != 0))
    return f"pole in debt, or ended with cash: {_first(poor)}" if poor.any() else None


def awards_are_honoured(state: State) -> str | None:
    """I4: paid + returned <= awarded <= requested, and none of them negative."""
    a = state.awards
    wrong = (a.paid_cents + a.returned_cents > a.awarded_cents) | (a.awarded_cents > a.requested_cents)
    wrong |= (a.paid_cents < 0) | (a.returned_cents < 0)
    return _first(wrong) if wrong.any() else None


def ties_are_sound(state: State) -> str | None:
    """I5, I6: no tie to oneself, to the closed or unborn; the same at both ends; no duplicates; degrees within the bound."""
    t = state.ties
    n, bound = len(t), t.partner_row.shape[1] if len(t) else 0
    if (t.degree < 0).any() or (t.degree > bound).any():
        return "degree outside the bound"
    used = np.arange(bound) < t.degree[:, None]
    one, slot = np.nonzero(used)
    other = t.partner_row[one, slot]
    if ((other < 0) | (other >= n)).any():
        return "a tie to a row that does not exist"
    if (one == other).any():
        return "a tie to oneself"
    alive = state.organisations.alive
    if not (alive[one] & alive[other]).all():
        return "a tie to a closed organisation"
    key, mirror = one * n + other, other * n + one
    if np.unique(key).size != key.size:
        return "a tie twice"
    order, mirrored = np.argsort(key), np.argsort(mirror)
    if (key[order] != mirror[mirrored]).any():
        return "a tie at one end only"
    for name in ("trust", "born_month", "purpose", "joint_successes"):
        values = getattr(t, name)[one, slot]
        if (values[order] != values[mirrored]).any():
            return f"{name} differs between the two ends"
    trust = t.trust[one, slot]
    return "trust outside 0..1" if ((trust < 0) | (trust > 1)).any() else None


def identities_are_unique(state: State) -> str | None:
    """I7: uids are unique and never used again."""
    uid = state.organisations.uid
    return None if np.unique(uid).size == uid.size else "a uid is used twice"


def memberships_are_sound(state: State) -> str | None:
    """I8: members of clusters and poles live, the clusters and poles too, and member counts equal a recount."""
    o = state.organisations
    for name, column, table in (("pole", o.pole_row, state.poles), ("cluster", o.cluster_row, state.clusters)):
        member = column >= 0
        if (member & ~o.alive).any():
            return f"a closed organisation in a {name}"
        if (column[member] >= len(table)).any() or not table.alive[column[member]].all():
            return f"a member of a {name} that has ended"
        counted = np.bincount(column[member], minlength=len(table))
        if (counted[table.alive] != table.members[table.alive]).any():
            return f"members of a {name} differ from a recount"
    return None


def positions_are_inside(state: State) -> str | None:
    """I9: every organisation sits at a place of the territory, where that place is."""
    o, places = state.organisations, state.places
    if not ((o.place_row >= 0) & (o.place_row < len(places))).all():
        return "an organisation at no place"
    apart = (o.x_km != places.x_km[o.place_row]) | (o.y_km != places.y_km[o.place_row])
    return f"away from their place: {_first(apart)}" if apart.any() else None


def projects_are_sound(state: State) -> str | None:
    """A running project's team lives and names it; nobody names an ended one."""
    o, p = state.organisations, state.projects
    busy = o.project_row >= 0
    if (busy & ~o.alive).any():
        return "a closed organisation in a project"
    if (p.outcome[o.project_row[busy]] != RUNNING).any():
        return "an organisation in an ended project"
    seats = p.team[p.outcome == RUNNING]
    return None if np.count_nonzero(seats >= 0) == np.count_nonzero(busy) else "teams and organisations disagree"


def lives_are_counted(state: State) -> str | None:
    """I10: the living are those founded, by now, and not closed."""
    o = state.organisations
    wrong = (o.alive == (o.closed_month > 0)) | (o.founded_month > state.month) | (o.closed_month > state.month)
    return _first(wrong) if wrong.any() else None


def numbers_are_finite(state: State) -> str | None:
    """I13: no NaN or infinity anywhere; shares within 0..1; needs and staff not negative."""
    for table_name, table in state.tables():
        for column_name, array in table.arrays():
            if array.dtype.kind == "f" and table_name != "ties" and not np.isfinite(array).all():
                return f"{table_name}.{column_name}"
    o, places = state.organisations, state.places
    shares = {"competences": o.competences, "values": o.values, "utilisation": o.utilisation, "met_share": places.met_share}
    for name, array in shares.items():
        if ((array < 0) | (array > 1)).any():
            return f"{name} outside 0..1"
    return "need or staff below zero" if (places.need < 0).any() or (o.staff_fte < 0).any() else None


INVARIANTS: dict[str, Callable[[State], str | None]] = {
    "I1 money": money_balances,
    "I1 journal": journal_agrees,
    "I2 budgets": budgets_hold,
    "I3 debt": no_hidden_debt,
    "I4 awards": awards_are_honoured,
    "I5 ties": ties_are_sound,
    "I7 identities": identities_are_unique,
    "I8 memberships": memberships_are_sound,
    "I9 positions": positions_are_inside,
    "projects": projects_are_sound,
    "I10 lives": lives_are_counted,
    "I13 numbers": numbers_are_finite,
}
