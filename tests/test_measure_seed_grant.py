"""The seed grant: who gets it, once, in which area, and what becomes of a promise to who closes."""

import numpy as np
import pytest

from clustersim.money import Flow
from clustersim.state.funders import DISTRICT, LOCALITY, REGION, TERRITORY
from measure_builders import PRIVATE, measure, month, months, town, winners


def test_a_seed_grant_goes_to_young_social_enterprises_only_and_once():
    state = town(6)
    o = state.organisations
    o.kind[1] = PRIVATE
    o.founded_month[2] = -35
    o.founded_month[3] = -34
    o.alive[4], o.closed_month[4] = False, 1
    state.ledger.record(Flow.CLOSING, int(o.cash_cents[4]))
    o.cash_cents[4] = 0
    month(state, measure(amount_eur=1_000.0, selection="lottery"))
    # in month 1 the third is 36 months old, the fourth 35
    assert sorted(winners(state)) == [1, 4, 6]
    months(state, 12, measure(amount_eur=1_000.0, selection="lottery"))
    assert len(state.awards) == 3


def test_who_cannot_hold_its_own_share_is_not_eligible():
    state = town(3)
    o = state.organisations
    o.cash_cents[:3] = [250_000, 249_999, 400_000]
    state.ledger.record(Flow.SERVICES, 599_999)
    # a fifth of the cost: 10 000 EUR come with 2 500 EUR of one's own
    month(state, measure(amount_eur=10_000.0, co_funding_share=0.2))
    assert sorted(winners(state)) == [1, 3]


@pytest.mark.parametrize(
    ("level", "area", "served"), [(TERRITORY, 0, [1, 2, 3, 4]), (REGION, 1, [3, 4]), (DISTRICT, 1, [2]), (LOCALITY, 3, [4])]
)
def test_a_funder_serves_its_jurisdiction(level, area, served):
    state = town(4, places=np.arange(4))
    state.funders.level[0], state.funders.area[0] = level, area
    month(state, measure(amount_eur=1_000.0))
    assert sorted(winners(state)) == served


def test_the_promise_to_an_enterprise_that_closes_is_taken_back():
    state = town(1)
    grant = measure(amount_eur=1_000.0, duration_months=4)
    months(state, 2, grant)
    o = state.organisations
    o.alive[0], o.closed_month[0] = False, 2
    state.ledger.record(Flow.CLOSING, int(o.cash_cents[0]))
    o.cash_cents[0] = 0
    month(state, grant)
    assert (state.awards.paid_cents[0], state.awards.returned_cents[0]) == (50_000, 50_000)
    assert (state.funders.available_cents[0], state.funders.committed_cents[0]) == (9_950_000, 0)
