"""Support measures: one module a kind, and step 1 of the month, in which they are enacted.

A module of a kind declares the class of its numbers and `enact(state, luck, measure, money_cents)`, which is called in every
month from the first of the measure's window on; `money_cents` is what it may promise in the call that opens this month, 0 where
none opens. `measure.numbers` are those of the month. What kinds share is in `calls` (budgets, promises), `eligibility`, `ranking`,
`paying` and `groups`. The order in which a scenario lists its measures does not matter: claims on a shared
funder are settled together before the first measure acts, and measures act in the order of their names.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from clustersim.luck import Luck
from clustersim.measures import (
    advice,
    animation,
    brokerage,
    calls,
    loan,
    procurement,
    project_call,
    recognition,
    seed_grant,
    shared_space,
    voucher,
)
from clustersim.measures.advice import Advice
from clustersim.measures.animation import Animation
from clustersim.measures.brokerage import Brokerage
from clustersim.measures.calls import Measure, Window
from clustersim.measures.loan import Loan
from clustersim.measures.procurement import Procurement
from clustersim.measures.project_call import ProjectCall
from clustersim.measures.recognition import Recognition
from clustersim.measures.seed_grant import SeedGrant
from clustersim.measures.shared_space import SharedSpace
from clustersim.measures.voucher import Voucher
from clustersim.money import Flow
from clustersim.state import State

__all__ = ["KINDS", "PARAMETERS", "Measure", "enact", "renew_budgets"]

KINDS: dict[str, ModuleType] = {
    "project_call": project_call,
    "voucher": voucher,
    "seed_grant": seed_grant,
    "animation": animation,
    "shared_space": shared_space,
    "advice": advice,
    "recognition": recognition,
    "brokerage": brokerage,
    "procurement": procurement,
    "loan": loan,
}
PARAMETERS: dict[str, type[Window]] = {
    "project_call": ProjectCall,
    "voucher": Voucher,
    "seed_grant": SeedGrant,
    "animation": Animation,
    "shared_space": SharedSpace,
    "advice": Advice,
    "recognition": Recognition,
    "brokerage": Brokerage,
    "procurement": Procurement,
    "loan": Loan,
}


def enact(state: State, luck: Luck, measures: Sequence[Measure]) -> None:
    """Renew budgets when a budget year begins; let every measure in its window act. Nothing happens during the spin-up."""
    month = state.month - state.spin_up
    if month < 1:
        return
    if (month - 1) % calls.YEAR == 0:
        renew_budgets(state)
    if not measures:
        return
    at_work = sorted((m.at(month) for m in measures if month >= m.numbers.start_month), key=lambda m: m.name)
    for measure, money_cents in zip(at_work, calls.moneys(state, at_work), strict=True):
        KINDS[measure.kind].enact(state, luck, measure, money_cents)


def renew_budgets(state: State) -> None:
    """What is left of last year's budget lapses, and the new one arrives: its discretionary part as attention allows."""
    funders = state.funders
    lapsed = int(funders.available_cents.sum())
    factor = 1.0 - funders.discretionary_share + funders.discretionary_share * funders.attention
    funders.available_cents[:] = np.rint(funders.budget_cents * factor)
    state.ledger.record(Flow.LAPSED_BUDGET, lapsed)
    state.ledger.record(Flow.BUDGET, int(funders.available_cents.sum()))
