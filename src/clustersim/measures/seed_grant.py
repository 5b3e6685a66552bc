"""Seed grant: cash to a single young social enterprise, once.

The Walloon cooperative grants gave 38 000 to 78 000 EUR over at most two years to holders of a project and to accredited
cooperatives of less than three years (SPW Economie 2022). The money is paid in equal instalments and may be spent on
anything: what it does follows from the beneficiary's cash.
"""

import numpy as np

from clustersim.luck import Luck
from clustersim.measures.calls import Applicants, Call, Measure, affords, choose, pay, served_places
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE

__all__ = ["SeedGrant", "applicants", "enact"]


class SeedGrant(Call):
    """How much, and for whom."""

    amount_eur = Parameter(40_000.0, "EUR", (100.0, 1e6), "SPW Economie 2022", "amount of one grant, all instalments together")
    longest_age_months = Parameter(36, "months", (0, 1_200), "SPW Economie 2022", "an enterprise must be younger than this")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, and pay what is due."""
    if money_cents > 0:
        eligible = applicants(state, measure)
        amount = np.full(eligible.uid.size, to_cents(measure.numbers.amount_eur))
        choose(state, luck, measure, money_cents, amount, eligible)
    pay(state, measure)


def applicants(state: State, measure: Measure) -> Applicants:
    """Young social enterprises in the jurisdiction that never had this grant and hold their own share."""
    o, awards, numbers = state.organisations, state.awards, measure.numbers
    eligible = (
        o.alive
        & (o.kind == SOCIAL_ENTERPRISE)
        & (state.month - o.founded_month < numbers.longest_age_months)
        & affords(o.cash_cents, to_cents(numbers.amount_eur), numbers)
        & served_places(state, measure.funder_row)[o.place_row]
    )
    eligible[awards.organisation_row[awards.measure == measure.number]] = False
    return Applicants.organisations(state, eligible)
