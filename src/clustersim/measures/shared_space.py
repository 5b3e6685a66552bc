"""Shared space: a host is paid for running a place in which others work, where it sits.

The French call Fabrique de territoire gave a host (of a tiers-lieu) 75 000 to 150 000 EUR over three years, at most 50 000 a year:
300 places in 2020 and 2021, 80 more in 2023. No study of an effect was found; the number of such places rose from 1 800 (2018) to
2 500 (2021) and 3 500 (2023), with the call and before it. In 2021 a place had 60 daily workers on average (France Tiers-Lieux):
ten organisations of six employees, which is what one space houses in serving (`tenants_per_space`).

The money runs the place and leaves nothing in the host's cash (it is in kind). In every month in which it is paid the place counts
`spaces` more (the lever `extra_spaces`): overheads fall for all who sit there, the less the more they are, and where there was no
space before all meet others more often. So a second space helps only where the first is full. It is assumed that the place opens at
once and closes with the money, or with its host: it never comes to earn its own living.
"""

import numpy as np

from clustersim.luck import Luck
from clustersim.measures.calls import YEAR, Measure, choose, months_to_run
from clustersim.measures.eligibility import OrganisationCall, eligible_organisations
from clustersim.measures.paying import pay, running
from clustersim.measures.ranking import Applicants, ranking
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["SharedSpace", "enact"]


class SharedSpace(OrganisationCall):
    """How much, for how long, and how many seats it brings."""

    amount_eur = Parameter(50_000.0, "EUR/year", (100.0, 1e6), "Fabrique de territoire 2020", "what running the place is paid for a year")
    duration_months = Parameter(36, "months", (1, 120), "Fabrique de territoire 2020", "months over which a promise runs")
    spaces = Parameter(
        1, "count", (1, 100), "France Tiers-Lieux 2021: 60 daily workers a place", "shared working places that one host runs"
    )
    one_per_place = Parameter(True, "-", None, "assumed", "whether the measure supports at most one host at a place at a time")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, pay what is due, and open the places paid for."""
    numbers = measure.numbers
    if money_cents > 0:
        amount_cents = to_cents(numbers.amount_eur) * months_to_run(numbers, state.month - state.spin_up) // YEAR
        eligible = eligible_organisations(state, measure, amount_cents)
        if numbers.one_per_place:
            eligible = first_at_each_place(state, luck, measure, eligible & ~hosting(state, measure)[state.organisations.place_row])
        applicants = Applicants.organisations(state, eligible)
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants, in_kind=True)
    paid, _ = pay(state, measure)
    np.add.at(state.place_levers.extra_spaces, places_of(state, paid), numbers.spaces)


def places_of(state: State, awards: np.ndarray) -> np.ndarray:
    """The place of the host of each of the awards."""
    return state.organisations.place_row[state.awards.organisation_row[awards]]


def hosting(state: State, measure: Measure) -> np.ndarray:
    """For each place whether a living host there has a promise of this measure that still runs."""
    supported = np.zeros(len(state.places), np.bool_)
    rows = running(state, measure)
    supported[places_of(state, rows[state.organisations.alive[state.awards.organisation_row[rows]]])] = True
    return supported


def first_at_each_place(state: State, luck: Luck, measure: Measure, eligible: np.ndarray) -> np.ndarray:
    """Those of the eligible that rank first in this call among those at their place: more than these it cannot choose."""
    applicants = Applicants.organisations(state, eligible)
    ranked = ranking(state, luck, measure.name, measure.numbers.selection, applicants)
    _, first = np.unique(applicants.place_row[ranked], return_index=True)
    only = np.zeros_like(eligible)
    only[applicants.organisation_row[ranked[first]]] = True
    return only
