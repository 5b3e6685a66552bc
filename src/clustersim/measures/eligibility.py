"""Eligibility: the predicates by which a call says who may apply.

The rule of three is that of the French calls for territorial poles (decree 2015-431): at least three organisations, of which at
least one of the social economy, one that is not, and one public or knowledge body.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.measures.calls import Call, Measure, Window
from clustersim.parameters import Parameter
from clustersim.state import State
from clustersim.state.funders import TERRITORY
from clustersim.state.organisations import KINDS, PUBLIC_FUNDER, SOCIAL_ENTERPRISE

__all__ = [
    "OrganisationCall",
    "affords",
    "eligible_organisations",
    "eligible_places",
    "eligible_purposes",
    "had_support",
    "jurisdiction",
    "rule_of_three",
]


class OrganisationCall(Call):
    """A call open to single organisations."""

    least_age_months = Parameter(0, "months", (0, 1_200), "assumed", "an organisation must be at least this old")
    longest_age_months = Parameter(1_200, "months", (0, 1_200), "assumed", "an organisation must be younger than this")
    least_staff_fte = Parameter(0.0, "FTE", (0.0, 1e5), "assumed", "an organisation must have at least this staff")
    most_staff_fte = Parameter(1e5, "FTE", (0.0, 1e5), "assumed", "an organisation may have at most this staff")
    private_actors = Parameter(False, "-", None, "assumed", "whether private actors may apply beside social enterprises")


def jurisdiction(state: State, measure: Measure) -> np.ndarray:
    """For each place whether the funder answers for it."""
    places, funders = state.places, state.funders
    level, area = int(funders.level[measure.funder_row]), funders.area[measure.funder_row]
    if level == TERRITORY:
        return np.ones(len(places), np.bool_)
    return (places.region, places.district, places.locality)[level - 1] == area


def eligible_places(state: State, measure: Measure) -> np.ndarray:
    """For each place whether it lies in the funder's jurisdiction and is small enough."""
    return jurisdiction(state, measure) & (state.places.population <= measure.numbers.most_place_population)


def eligible_purposes(measure: Measure, purpose: np.ndarray) -> np.ndarray:
    """Whether each of some purposes is one that the measure serves."""
    return np.ones(purpose.shape, np.bool_) if measure.purposes is None else measure.purposes[purpose]


def eligible_organisations(state: State, measure: Measure, amount_cents: int) -> np.ndarray:
    """For each organisation whether it may apply for that amount in a call for single organisations."""
    o, numbers = state.organisations, measure.numbers
    age = state.month - o.founded_month
    sort = (o.kind != PUBLIC_FUNDER) if numbers.private_actors else (o.kind == SOCIAL_ENTERPRISE)
    eligible = (
        o.alive
        & sort
        & (age >= numbers.least_age_months)
        & (age < numbers.longest_age_months)
        & (o.staff_fte >= numbers.least_staff_fte)
        & (o.staff_fte <= numbers.most_staff_fte)
        & affords(o.cash_cents - o.project_grant_cents, amount_cents, numbers)
        & eligible_places(state, measure)[o.place_row]
        & eligible_purposes(measure, o.purpose)
    )
    eligible[state.funders.organisation_row[measure.funder_row]] = False  # nobody supports itself
    supported = state.awards.organisation_row[had_support(state, measure)]
    eligible[supported[supported >= 0]] = False
    return eligible


def had_support(state: State, measure: Measure) -> np.ndarray:
    """For each award whether it bars its beneficiary from this measure's calls: any of the past, or if renewable one that runs."""
    had = state.awards.measure == measure.number
    return had & (state.awards.end_month >= state.month) if measure.numbers.renewable else had


def affords(cash_cents: np.ndarray, amount_cents: int, numbers: Window) -> np.ndarray:
    """Whether each beneficiary holds its own share of a cost of which the rest is the amount; always where no share is asked."""
    share = numbers.co_funding_share if isinstance(numbers, Call) else 0.0
    return np.ones(cash_cents.shape, np.bool_) if share == 0.0 else cash_cents >= amount_cents * share / (1.0 - share)


def rule_of_three(group: np.ndarray, kind: np.ndarray, groups: int) -> np.ndarray:
    """For each group whether at least one of each kind of organisation is in it; `group` is -1 for who is in none."""
    return (count_kinds(group, kind, groups) > 0).all(axis=1)


@kernel
def count_kinds(group, kind, groups):
    """How many of each kind are in each group: groups x kinds."""
    count = np.zeros((groups, len(KINDS)), np.int64)
    for i in range(group.size):
        if group[i] >= 0:
            count[group[i], kind[i]] += 1
    return count
