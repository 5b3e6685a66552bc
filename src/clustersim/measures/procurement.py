"""Procurement: social clauses, by which a buyer pays a social enterprise more for the needs that it meets.

A framework contract sets a ceiling aside for one supplier. In every month of the contract it is paid

    (1)  min(premium share x what it earned by its services last month, what is left of the ceiling)      in whole cents

on top of that income (what it earns in this month is known only after the measures have acted). A contract pays until its ceiling
is reached or its time is over, and bars its holder from another until then; what was not used is its funder's again at its end.
So money flows only where persons are served, and more where more are: unlike a grant it rewards use. It may be spent on anything,
and what it does follows from cash.

No amounts of such contracts were found: share, ceiling and time are assumed, and so is that orders go to organisations that would
serve those persons anyway: a clause brings no users here. Social enterprises ask for it, 53 % of 1 800 in 31 countries (ESEM
2023-24). No study of its effect was found. Where private actors may apply too, (1) takes their ordinary income. A change of the
premium over time holds for the contracts that run already.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck
from clustersim.measures.calls import Measure, choose, months_to_run
from clustersim.measures.eligibility import OrganisationCall, eligible_organisations
from clustersim.measures.paying import give_back, hand_over, running
from clustersim.measures.ranking import Applicants
from clustersim.money import Flow, share_of, to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["Procurement", "enact"]


class Procurement(OrganisationCall):
    """How much is bought, and for how long."""

    amount_eur = Parameter(60_000.0, "EUR", (100.0, 1e7), "assumed", "ceiling of one contract; less where the window ends before")
    premium_share = Parameter(0.15, "share", (0.0, 1.0), "assumed", "premium of a contract on what its holder earns by its services")
    renewable = Parameter(True, "-", None, "assumed", "whether one who has had this support may apply again when it has ended")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, pay what suppliers have earned, and end the contracts that are over."""
    if money_cents > 0:
        months = months_to_run(measure.numbers, state.month - state.spin_up)
        amount_cents = to_cents(measure.numbers.amount_eur) * months // measure.numbers.duration_months
        applicants = Applicants.organisations(state, eligible_organisations(state, measure, amount_cents))
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants)
    contracts = running(state, measure)
    if contracts.size == 0:
        return
    a, o = state.awards, state.organisations
    part = np.empty(contracts.size, np.int64)
    plan_premiums(
        contracts, measure.numbers.premium_share, o.income_cents, a.organisation_row, a.awarded_cents, a.paid_cents, a.returned_cents, part
    )
    hand_over(state, measure, contracts, part, Flow.PROCUREMENT)
    give_back(state, measure, contracts[a.end_month[contracts] == state.month])


@kernel
def plan_premiums(contracts, premium_share, income, organisation_row, awarded, paid, returned, part):
    """Equation 1 for each of the contracts [cents]."""
    for k in range(contracts.size):
        row = contracts[k]
        part[k] = min(share_of(income[organisation_row[row]], premium_share), awarded[row] - paid[row] - returned[row])
