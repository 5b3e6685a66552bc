"""Calls: what all measures that give money share. A funder opens a call, ranks who applies, promises, and pays by the month.

A budget year begins at the scenario's month 1, 13, 25, ... What a measure may still promise in a year is

    (1)  B min(1, Y / sum of B) - promised this year

with B the yearly budget, Y what the funder has free this year plus what it has promised this year, and the sum over the
funder's measures that are in their window; where those claims together exceed what is free they are cut in proportion.
So the order of measures does not matter, and a measure changes nothing before its window. A call gets the claim divided
by the calls still to come this year: what one call leaves over the next may use. Promises are made whole, in order of
rank, until one can no longer be; the whole promise is set aside at once. Instalments are equal, the last takes the odd
cents, and none falls after the window: promises made near its end run for fewer months.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck
from clustersim.measures.ranking import SELECTIONS, Applicants, coverage, ranking, served_places
from clustersim.money import Flow, to_cents
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.ledger import A_POLE, OUTSIDE

__all__ = [
    "SELECTIONS",
    "Applicants",
    "Call",
    "Measure",
    "affords",
    "choose",
    "coverage",
    "in_window",
    "moneys",
    "months_to_run",
    "pay",
    "served_places",
]

YEAR = 12


class Call(Parameters):
    """What every measure that opens calls declares."""

    start_month = Parameter(1, "scenario month", (1, 1_200), "assumed", "first month of the measure, and of its first call")
    end_month = Parameter(120, "scenario month", (1, 1_200), "assumed", "last month of the measure: nothing is promised or paid after it")
    budget_eur_per_year = Parameter(200_000.0, "EUR/year", (0.0, 1e9), "assumed", "most that the measure promises in a budget year")
    amount_eur = Parameter(40_000.0, "EUR", (100.0, 1e7), "assumed", "amount of one promise")
    co_funding_share = Parameter(0.0, "share", (0.0, 0.9), "assumed", "share of the whole cost that the beneficiary must hold in cash")
    duration_months = Parameter(24, "months", (1, 120), "assumed", "months over which a promise is paid")
    selection = Parameter("merit", "-", None, "assumed", "how a call ranks those who are eligible", choices=SELECTIONS)
    calls_per_year = Parameter(1, "1/year", (1, 12), "assumed", "calls in a year, spread evenly from the first month of the measure")


@dataclass(frozen=True, eq=False)
class Measure:
    """A measure resolved for a run.

    Attributes:
        name: Its name in the scenario; the key of its luck.
        kind: The name of the module that says what it does.
        number: Its number in awards and in the journal.
        funder_row: Who pays.
        numbers: Its parameters, of the class that the module declares.
    """

    name: str
    kind: str
    number: int
    funder_row: int
    numbers: Any


def in_window(numbers: Call, month: int) -> bool:
    """Whether the measure is at work in that month of the scenario."""
    return numbers.start_month <= month <= numbers.end_month


def opens(numbers: Call, month: int) -> bool:
    """Whether a call opens in that month of the scenario."""
    step, calls = (month - numbers.start_month) % YEAR, numbers.calls_per_year
    return in_window(numbers, month) and (step == 0 or step * calls // YEAR > (step - 1) * calls // YEAR)


def months_to_run(numbers: Call, month: int) -> int:
    """For how many months a promise made in that month of the scenario is paid."""
    return min(numbers.duration_months, numbers.end_month - month + 1)


def moneys(state: State, measures: Sequence[Measure]) -> list[int]:
    """What each measure may promise in the call that it opens this month [cents]; 0 where it opens none. Equation 1."""
    month = state.month - state.spin_up
    if not any(opens(m.numbers, month) for m in measures):
        return [0] * len(measures)
    claims = _claims(state, measures, month)
    year_end = month + YEAR - 1 - (month - 1) % YEAR
    return [
        claim // sum(opens(m.numbers, later) for later in range(month, year_end + 1)) if opens(m.numbers, month) else 0
        for m, claim in zip(measures, claims, strict=True)
    ]


def _claims(state: State, measures: Sequence[Measure], month: int) -> list[int]:
    """What is left of each measure's part of its funder's year [cents]."""
    awards, funders = state.awards, state.funders
    this_year = awards.start_month >= state.month - (month - 1) % YEAR
    kept = awards.awarded_cents - awards.returned_cents
    claims = [0] * len(measures)
    for row in {m.funder_row for m in measures}:
        ours = [k for k, m in enumerate(measures) if m.funder_row == row and in_window(m.numbers, month)]
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


def affords(cash_cents: np.ndarray, amount_cents: int, numbers: Call) -> np.ndarray:
    """Whether each beneficiary holds its own share of a cost of which the rest is the amount."""
    return cash_cents >= amount_cents * numbers.co_funding_share / (1.0 - numbers.co_funding_share)


def choose(state: State, luck: Luck, measure: Measure, money_cents: int, amount_cents: np.ndarray, applicants: Applicants) -> np.ndarray:
    """Promise `amount_cents` to the first in rank while the money lasts; returns the rows of the new awards."""
    ranked = ranking(state, luck, measure.name, measure.numbers.selection, applicants)
    chosen = ranked[: np.searchsorted(np.cumsum(amount_cents[ranked]), money_cents, side="right")]
    promised = amount_cents[chosen]
    rows = state.awards.append(
        chosen.size,
        measure=measure.number,
        funder_row=measure.funder_row,
        organisation_row=applicants.organisation_row[chosen],
        pole_row=applicants.pole_row[chosen],
        cluster_row=applicants.cluster_row[chosen],
        requested_cents=promised,
        awarded_cents=promised,
        start_month=state.month,
        end_month=state.month + months_to_run(measure.numbers, state.month - state.spin_up) - 1,
    )
    total = int(promised.sum())
    state.funders.available_cents[measure.funder_row] -= total
    state.funders.committed_cents[measure.funder_row] += total
    return np.arange(rows.start, rows.stop)


def pay(state: State, measure: Measure) -> np.ndarray:
    """Pay this month's instalments, take back the promises to those who are gone; returns the rows of the awards paid."""
    a, o, poles, funders = state.awards, state.organisations, state.poles, state.funders
    due = np.flatnonzero((a.measure == measure.number) & (a.paid_cents + a.returned_cents < a.awarded_cents))
    if due.size == 0:
        return due
    payer = funders.organisation_row[measure.funder_row]
    cents = np.empty(due.size, np.int64)
    pay_instalments(
        due,
        state.month,
        bool(funders.public[measure.funder_row]),
        measure.funder_row,
        a.organisation_row,
        a.pole_row,
        a.cluster_row,
        a.awarded_cents,
        a.paid_cents,
        a.returned_cents,
        a.start_month,
        a.end_month,
        o.alive,
        o.cash_cents,
        o.support_cents,
        poles.alive,
        poles.cash_cents,
        poles.support_cents,
        poles.private_support_cents,
        state.clusters.alive,
        funders.available_cents,
        funders.committed_cents,
        funders.paid_cents,
        cents,
    )
    paid, cents = due[cents > 0], cents[cents > 0]
    organisation, pole = a.organisation_row[paid], a.pole_row[paid]
    flow = np.where((organisation >= 0) | (pole >= 0), Flow.SUPPORT, Flow.SUPPORT_RUNNING)
    payee = np.where(organisation >= 0, o.uid[organisation], np.where(pole >= 0, A_POLE, OUTSIDE))
    state.ledger.record_payments(state.month, flow, measure.number, o.uid[payer], payee, cents)
    return paid


@kernel
def instalment(awarded, paid, months, last):
    """An equal part of what was promised, and in the last month all that is left [cents]."""
    return awarded - paid if last else awarded // months


@kernel
def pay_instalments(
    due, month, public, funder,
    organisation_row, pole_row, cluster_row, awarded, paid, returned, start_month, end_month,
    alive, cash, support, pole_alive, pole_cash, pole_support, pole_private_support, cluster_alive,
    available, committed, funder_paid, cents,
):  # fmt: skip
    """Move one month's money of the awards `due`, all of one funder; `cents` tells what was paid on each."""
    for k in range(due.size):
        row = due[k]
        organisation, pole, cluster = organisation_row[row], pole_row[row], cluster_row[row]
        if organisation >= 0:
            lives = alive[organisation]
        elif pole >= 0:
            lives = pole_alive[pole]
        else:
            lives = cluster_alive[cluster]
        cents[k] = 0
        if not lives:
            rest = awarded[row] - paid[row] - returned[row]
            returned[row] += rest
            committed[funder] -= rest
            available[funder] += rest
            continue
        part = instalment(awarded[row], paid[row], end_month[row] - start_month[row] + 1, month >= end_month[row])
        cents[k] = part
        paid[row] += part
        committed[funder] -= part
        funder_paid[funder] += part
        if organisation >= 0:
            cash[organisation] += part
            support[organisation] += part
        elif pole >= 0:
            pole_cash[pole] += part
            if public:
                pole_support[pole] += part
            else:
                pole_private_support[pole] += part
