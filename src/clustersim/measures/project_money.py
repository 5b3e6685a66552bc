"""Project money: what project calls and vouchers pay, earmarked for joint projects until it is used or has to be paid back.

It lies in its holder's cash, set aside for joint projects that the holder leads, of which it pays a share at most (equation 3 of
`innovating`). Nobody holds the money of two promises: from the first instalment of one until it is settled its holder may apply for
no other. So the money of a promise that is left is

    (1)  left = paid - paid back - grants of the projects which its holder has led since the promise

and a promise is settled when it has been paid whole and nothing is left. What is left `valid_months` after the last instalment
may no longer be used, and is paid back: at once as far as there is cash at hand (it may have gone for wages), else as cash comes
in. With a holder that closes its cash is lost, and with it what was earmarked. Terms are those of the month of the promise, also
if the measure's numbers change later.
"""

from typing import Any

import numpy as np

from clustersim.kernels import kernel
from clustersim.measures.calls import Measure
from clustersim.measures.paying import pay, pay_back
from clustersim.state import State

__all__ = ["earmark", "holds_project_money", "settle"]


def holds_project_money(state: State) -> np.ndarray:
    """For each organisation whether it holds project money, awaits more of it, or has some to pay back."""
    o = state.organisations
    return (o.project_grant_cents > 0) | (o.project_grant_share > 0.0)


def earmark(state: State, measure: Measure, *, for_new_partners: bool) -> None:
    """Pay this month's instalments and set them aside."""
    o = state.organisations
    paid, cents = pay(state, measure)
    holder = state.awards.organisation_row[paid]
    terms, of = terms_of(state, measure, paid)
    o.project_grant_cents[holder] += cents
    o.project_grant_share[holder] = np.array([t.paid_share for t in terms])[of]
    o.voucher[holder] = for_new_partners


def settle(state: State, measure: Measure) -> None:
    """Free those who have used up their money, take back what was left for too long, and forget what the closed had."""
    a, o = state.awards, state.organisations
    rows = np.flatnonzero(a.measure == measure.number)
    rows = rows[holds_project_money(state)[a.organisation_row[rows]]]
    if rows.size == 0:
        return
    alive = o.alive[a.organisation_row[rows]]
    closed, rows = a.organisation_row[rows[~alive]], rows[alive & (a.end_month[rows] < state.month)]
    holder, left = a.organisation_row[rows], unused(state, rows)
    terms, of = terms_of(state, measure, rows)
    # on an older promise of who holds the money of another now, less than nothing is left, or all of the other's money is
    used_up = (left == 0) & (o.project_grant_cents[holder] == 0)
    late = (left > 0) & (state.month >= a.end_month[rows] + np.array([t.valid_months for t in terms])[of])
    cents = np.minimum(left, np.maximum(0, o.cash_cents[holder]))[late]
    o.project_grant_cents[closed] = 0
    o.project_grant_cents[holder[late]] -= cents
    pay_back(state, measure, rows[late], cents)
    ended = np.concatenate((closed, holder[used_up | late]))
    o.project_grant_share[ended] = 0.0
    o.voucher[ended] = False


def terms_of(state: State, measure: Measure, rows: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """The numbers under which the awards `rows` were promised, and for each award which of them are its own."""
    promised, of = np.unique(state.awards.start_month[rows], return_inverse=True)
    return [measure.at(month - state.spin_up).numbers for month in promised.tolist()], of


def unused(state: State, rows: np.ndarray) -> np.ndarray:
    """Equation 1 for each of the awards `rows`, all paid whole [cents]."""
    a, projects = state.awards, state.projects
    left = a.paid_cents[rows] - a.repaid_cents[rows]
    granted = np.flatnonzero(projects.grant_cents)
    take_grants(
        a.organisation_row[rows], a.start_month[rows], projects.team[granted, 0], projects.start_month[granted],
        projects.grant_cents[granted], left,
    )  # fmt: skip
    return left


@kernel
def take_grants(holder, promised_month, leader, start_month, grant, left):
    """Equation 1: take from each promise's money the grants of its holder's projects since."""
    for k in range(holder.size):
        for r in range(leader.size):
            if leader[r] == holder[k] and start_month[r] >= promised_month[k]:
                left[k] -= grant[r]
