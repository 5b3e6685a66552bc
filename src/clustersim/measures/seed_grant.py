"""Seed grant: cash to a single young social enterprise, once.

The Walloon cooperative grants gave 38 000 to 78 000 EUR over at most two years to holders of a project and to accredited
cooperatives of less than three years (SPW Economie 2022). No study of their effect was found. The money is paid in equal
instalments and may be spent on anything: what it does follows from the beneficiary's cash.
"""

import numpy as np

from clustersim.luck import Luck
from clustersim.measures.calls import Measure, choose
from clustersim.measures.eligibility import OrganisationCall, eligible_organisations
from clustersim.measures.paying import pay
from clustersim.measures.ranking import Applicants
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["SeedGrant", "enact"]


class SeedGrant(OrganisationCall):
    """How much, and for whom."""

    amount_eur = Parameter(
        40_000.0, "EUR", (100.0, 1e6), "assumed; Walloon grants 38 000 to 78 000 (SPW Economie)", "amount of one grant, all its instalments"
    )
    longest_age_months = Parameter(36, "months", (0, 1_200), "SPW Economie 2022", "an organisation must be younger than this")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, and pay what is due."""
    if money_cents > 0:
        amount_cents = to_cents(measure.numbers.amount_eur)
        applicants = Applicants.organisations(state, eligible_organisations(state, measure, amount_cents))
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants)
    pay(state, measure)
