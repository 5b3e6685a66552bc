"""Paying: how what was promised is paid by the month, taken back from those who are gone, and paid back.

Instalments are equal, the last takes the odd cents, and none falls after the measure's window. Where the beneficiary is gone, the
rest of the promise returns to its funder, who may promise it again in the same budget year. Money paid back by a beneficiary is
free again as well, for what the funder's measures still claim of their budgets of that year; what is not promised lapses with it.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.measures.calls import Measure
from clustersim.money import Flow
from clustersim.state import State
from clustersim.state.ledger import A_POLE, OUTSIDE

__all__ = ["give_back", "hand_over", "pay", "pay_back", "running"]


def running(state: State, measure: Measure) -> np.ndarray:
    """The rows of this measure's awards that run this month, whether or not there is money in them."""
    a = state.awards
    return np.flatnonzero((a.measure == measure.number) & (a.start_month <= state.month) & (state.month <= a.end_month))


def pay(state: State, measure: Measure, flow: Flow = Flow.SUPPORT) -> tuple[np.ndarray, np.ndarray]:
    """Pay this month's instalments, take back the promises to those who are gone.

    Args:
        state: What exists.
        measure: Whose awards are due.
        flow: What the money that reaches a beneficiary's cash is called in the ledger.

    Returns:
        The rows of the awards paid, and what was paid on each [cents].
    """
    a = state.awards
    due = np.flatnonzero((a.measure == measure.number) & (a.paid_cents + a.returned_cents < a.awarded_cents))
    if due.size == 0:
        return due, np.empty(0, np.int64)
    part = np.empty(due.size, np.int64)
    plan_instalments(due, state.month, a.awarded_cents, a.paid_cents, a.start_month, a.end_month, part)
    return hand_over(state, measure, due, part, flow)


def hand_over(state: State, measure: Measure, due: np.ndarray, part: np.ndarray, flow: Flow) -> tuple[np.ndarray, np.ndarray]:
    """Pay `part` [cents] on each of the awards `due`, or return the rest of the promise where the beneficiary is gone."""
    a, o, poles, funders = state.awards, state.organisations, state.poles, state.funders
    cents = part.copy()
    pay_parts(
        due, cents, bool(funders.public[measure.funder_row]), measure.funder_row, a.organisation_row, a.pole_row, a.cluster_row, a.in_kind,
        a.awarded_cents, a.paid_cents, a.returned_cents, o.alive, o.cash_cents, o.support_cents, poles.alive, poles.cash_cents,
        poles.support_cents, poles.private_support_cents, state.clusters.alive, funders.available_cents, funders.committed_cents,
        funders.paid_cents,
    )  # fmt: skip
    paid, cents = due[cents > 0], cents[cents > 0]
    organisation, pole = a.organisation_row[paid], a.pole_row[paid]
    outside = a.in_kind[paid] | ((organisation < 0) & (pole < 0))
    payee = np.where(outside, OUTSIDE, np.where(organisation >= 0, o.uid[organisation], A_POLE))
    payer = o.uid[funders.organisation_row[measure.funder_row]]
    state.ledger.record_payments(state.month, np.where(outside, Flow.SUPPORT_RUNNING, flow), measure.number, payer, payee, cents)
    return paid, cents


def give_back(state: State, measure: Measure, rows: np.ndarray) -> None:
    """What is left of the promises `rows` is their funder's again."""
    a, funders = state.awards, state.funders
    rest = a.awarded_cents[rows] - a.paid_cents[rows] - a.returned_cents[rows]
    a.returned_cents[rows] += rest
    funders.committed_cents[measure.funder_row] -= rest.sum()
    funders.available_cents[measure.funder_row] += rest.sum()


def pay_back(state: State, measure: Measure, rows: np.ndarray, cents: np.ndarray) -> None:
    """Organisations pay back to the funder what they had on the awards `rows`."""
    a, o, funders = state.awards, state.organisations, state.funders
    rows, cents = rows[cents > 0], cents[cents > 0]
    if rows.size == 0:
        return
    payer, payee = a.organisation_row[rows], o.uid[funders.organisation_row[measure.funder_row]]
    np.subtract.at(o.cash_cents, payer, cents)
    a.repaid_cents[rows] += cents
    funders.available_cents[measure.funder_row] += cents.sum()
    funders.repaid_cents[measure.funder_row] += cents.sum()
    state.ledger.record_payments(state.month, Flow.REPAYMENT, measure.number, o.uid[payer], payee, cents)


@kernel
def instalment(awarded, paid, months, last):
    """An equal part of what was promised, and in the last month all that is left [cents]."""
    return awarded - paid if last else awarded // months


@kernel
def plan_instalments(due, month, awarded, paid, start_month, end_month, part):
    """What each of the awards `due` pays this month [cents]."""
    for k in range(due.size):
        row = due[k]
        part[k] = instalment(awarded[row], paid[row], end_month[row] - start_month[row] + 1, month >= end_month[row])


@kernel
def pay_parts(
    due, part, public, funder, organisation_row, pole_row, cluster_row, in_kind, awarded, paid, returned,
    alive, cash, support, pole_alive, pole_cash, pole_support, pole_private_support, cluster_alive,
    available, committed, funder_paid,
):  # fmt: skip
    """Move one month's money of the awards `due`, all of one funder; sets `part` to 0 where the beneficiary is gone."""
    for k in range(due.size):
        row = due[k]
        organisation, pole, cluster = organisation_row[row], pole_row[row], cluster_row[row]
        if organisation >= 0:
            lives = alive[organisation]
        elif pole >= 0:
            lives = pole_alive[pole]
        else:
            lives = cluster_alive[cluster]
        if not lives:
            rest = awarded[row] - paid[row] - returned[row]
            returned[row] += rest
            committed[funder] -= rest
            available[funder] += rest
            part[k] = 0
            continue
        paid[row] += part[k]
        committed[funder] -= part[k]
        funder_paid[funder] += part[k]
        if in_kind[row]:
            continue
        if organisation >= 0:
            cash[organisation] += part[k]
            support[organisation] += part[k]
        elif pole >= 0:
            pole_cash[pole] += part[k]
            if public:
                pole_support[pole] += part[k]
            else:
                pole_private_support[pole] += part[k]
