"""Calls: what all measures share. A funder opens a call, ranks who applies, and promises.

A budget year begins at the scenario's month 1, 13, 25, ... What a measure may still promise in a year is

    (1)  B min(1, Y / sum of B) - promised this year

with B the yearly budget, Y what the funder has free this year plus what it has promised this year, and the sum over the
funder's measures that are in their window; where those claims together exceed what is free they are cut in proportion.
So the order of measures does not matter, and a measure changes nothing before its window. A measure whose calls have dates
claims in the years that hold one of them, from the first month of the year on, and in others leaves all to the rest. A call gets
the claim divided by the calls still to come this year: what one call leaves over the next may use. Promises are made whole, in
order of rank, until one can no longer be; the whole promise is set aside at once. Every call is written down, with how many were
eligible, so that money left for want of applicants can be told from money that was too little for one more promise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from clustersim.luck import Luck
from clustersim.measures.ranking import SELECTIONS, Applicants, ranking
from clustersim.money import to_cents
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State

__all__ = ["YEAR", "Call", "Measure", "Window", "choose", "claims_in", "in_window", "moneys", "months_to_run", "opens"]

YEAR = 12


class Window(Parameters):
    """When a measure is at work, and for whom its calls are open."""

    start_month = Parameter(1, "scenario month", (1, 1_200), "assumed", "first month of the measure; evenly spread calls begin in it")
    end_month = Parameter(120, "scenario month", (1, 1_200), "assumed", "last month of the measure: nothing is promised or paid after it")
    selection = Parameter("merit", "-", None, "assumed", "how a call ranks those who are eligible", choices=SELECTIONS)
    calls_per_year = Parameter(
        1, "1/year", (1, 12), "assumed",
        "calls in a year, spread evenly from the first month of the measure; where `call_months` names months, those count instead",
    )  # fmt: skip
    duration_months = Parameter(24, "months", (1, 120), "assumed", "months over which a promise runs")
    renewable = Parameter(False, "-", None, "assumed", "whether one who has had this support may apply again when it has ended")
    most_place_population = Parameter(
        1e8, "persons", (0.0, 1e8), "assumed", "only for those at places of at most so many inhabitants: a way to favour the countryside"
    )


class Call(Window):
    """What every measure that promises money declares besides."""

    budget_eur_per_year = Parameter(
        200_000.0, "EUR/year", (0.0, 1e9), "assumed", "most that the measure promises in a budget year, less what comes back unpaid in it"
    )
    amount_eur = Parameter(40_000.0, "EUR", (100.0, 1e7), "assumed", "amount of one promise")
    co_funding_share = Parameter(
        0.0, "share", (0.0, 0.9), "assumed", "share of the whole cost that who applies must hold in cash of its own; it is not collected"
    )


@dataclass(frozen=True, eq=False)
class Measure:
    """A measure resolved for a run.

    Attributes:
        name: Its name in the scenario; the key of its luck.
        kind: The name of the module that says what it does.
        number: Its number in awards and in the journal.
        funder_row: Who pays.
        numbers: Its parameters, of the class that the module declares; in `enact` those of the month.
        course: Where numbers vary, the parameters from each month of change on, the beginning (month 0) included; empty where they do not.
        purposes: Whether each purpose is eligible; None for all.
        call_months: Months of the scenario in which calls are held, ascending; empty where they are spread evenly.
    """

    name: str
    kind: str
    number: int
    funder_row: int
    numbers: Any
    course: tuple[tuple[int, Any], ...] = ()
    purposes: np.ndarray | None = None
    call_months: tuple[int, ...] = ()

    def at(self, month: int) -> Self:
        """The measure with the numbers of that month of the scenario."""
        current = [numbers for first, numbers in self.course if first <= month]
        return replace(self, numbers=current[-1]) if current else self


def in_window(numbers: Window, month: int) -> bool:
    """Whether the measure is at work in that month of the scenario."""
    return numbers.start_month <= month <= numbers.end_month


def opens(numbers: Window, month: int, call_months: Sequence[int] = ()) -> bool:
    """Whether a call opens in that month of the scenario: one of the dates, or of calls spread evenly where there are no dates."""
    if call_months:
        return in_window(numbers, month) and month in call_months
    step, calls = (month - numbers.start_month) % YEAR, numbers.calls_per_year
    return in_window(numbers, month) and (step == 0 or step * calls // YEAR > (step - 1) * calls // YEAR)


def claims_in(numbers: Window, month: int, call_months: Sequence[int] = ()) -> bool:
    """Whether the measure claims its part of its funder's budget year: in its window, with dates only if the year holds one."""
    year = (month - 1) // YEAR
    return in_window(numbers, month) and (not call_months or any((call - 1) // YEAR == year for call in call_months))


def months_to_run(numbers: Window, month: int) -> int:
    """For how many months a promise made in that month of the scenario runs: never beyond the window."""
    return min(numbers.duration_months, numbers.end_month - month + 1)


def moneys(state: State, measures: Sequence[Measure]) -> list[int]:
    """What each measure may promise in the call that it opens this month [cents]; 0 where it opens none. Equation 1."""
    month = state.month - state.spin_up
    paying = [m for m in measures if isinstance(m.numbers, Call)]
    if not any(opens(m.numbers, month, m.call_months) for m in paying):
        return [0] * len(measures)
    claims = dict(zip((m.number for m in paying), _claims(state, paying, month), strict=True))
    year_end = month + YEAR - 1 - (month - 1) % YEAR
    return [
        claims[m.number] // sum(opens(m.numbers, later, m.call_months) for later in range(month, year_end + 1))
        if m.number in claims and opens(m.numbers, month, m.call_months)
        else 0
        for m in measures
    ]


def _claims(state: State, measures: Sequence[Measure], month: int) -> list[int]:
    """What is left of each measure's part of its funder's year [cents]."""
    awards, funders = state.awards, state.funders
    this_year = awards.start_month >= state.month - (month - 1) % YEAR
    kept = awards.awarded_cents - awards.returned_cents
    claims = [0] * len(measures)
    for row in {m.funder_row for m in measures}:
        ours = [k for k, m in enumerate(measures) if m.funder_row == row and claims_in(m.numbers, month, m.call_months)]
        if not ours:
            continue
        free = int(funders.available_cents[row])
        year = free + int(kept[this_year & (awards.funder_row == row)].sum())
        budgets = {k: to_cents(measures[k].numbers.budget_eur_per_year) for k in ours}
        wanted = max(1, sum(budgets.values()))
        left = {}
        for k in ours:
            promised = int(kept[this_year & (awards.measure == measures[k].number)].sum())
            left[k] = max(0, budgets[k] * min(year, wanted) // wanted - promised)
        claimed = sum(left.values())
        for k in ours:
            claims[k] = left[k] if claimed <= free else left[k] * free // claimed
    return claims


def choose(
    state: State,
    luck: Luck,
    measure: Measure,
    money_cents: int,
    amount_cents: np.ndarray,
    applicants: Applicants,
    *,
    in_kind: bool = False,
    most: int | None = None,
) -> np.ndarray:
    """Promise `amount_cents` to the first in rank while the money lasts; returns the rows of the new awards.

    Args:
        state: What exists.
        luck: The seed's luck.
        measure: Whose call it is.
        money_cents: What the call may promise.
        amount_cents: What each applicant would be promised.
        applicants: Who is eligible.
        in_kind: Whether the money buys a service for the beneficiary instead of reaching its cash.
        most: Most promises of this call; None for as many as the money allows.
    """
    ranked = ranking(state, luck, measure.name, measure.numbers.selection, applicants)
    chosen = ranked[: np.searchsorted(np.cumsum(amount_cents[ranked]), money_cents, side="right")][:most]
    promised = amount_cents[chosen]
    total = int(promised.sum())
    rows = state.awards.append(
        chosen.size,
        measure=measure.number,
        funder_row=measure.funder_row,
        organisation_row=applicants.organisation_row[chosen],
        pole_row=applicants.pole_row[chosen],
        cluster_row=applicants.cluster_row[chosen],
        in_kind=in_kind,
        requested_cents=promised,
        awarded_cents=promised,
        start_month=state.month,
        end_month=state.month + months_to_run(measure.numbers, state.month - state.spin_up) - 1,
    )
    state.calls.append(
        1,
        measure=measure.number,
        month=state.month,
        money_cents=money_cents,
        eligible=applicants.uid.size,
        chosen=chosen.size,
        promised_cents=total,
    )
    state.funders.available_cents[measure.funder_row] -= total
    state.funders.committed_cents[measure.funder_row] += total
    return np.arange(rows.start, rows.stop)
