"""Mobilising: attention by hand, jurisdictions, and the resting points to which it reduces."""

import math

import numpy as np
import pytest

from clustersim.luck import Luck
from clustersim.processes import mobilising
from clustersim.processes.mobilising import Mobilising
from clustersim.state import State
from clustersim.state.funders import DISTRICT, LOCALITY, REGION, TERRITORY
from clustersim.state.projects import FAILED, SUCCEEDED
from network_builders import relabelled, territory

LUCK = Luck(1)
BLIND = {"weight_poles": 0.0, "weight_successes": 0.0, "weight_recognised": 0.0, "weight_needs": 0.0}


def four_places(organisations: int = 4, **funders) -> State:
    """Regions 0 0 1 1, districts 0 1 2 2, localities 0 1 2 3; organisations spread evenly; needs met .2 .4 .6 .8."""
    state = territory(np.arange(4.0), np.zeros(4), np.arange(organisations) % 4)
    state.places.region[:] = [0, 0, 1, 1]
    state.places.district[:] = [0, 1, 2, 2]
    state.places.locality[:] = [0, 1, 2, 3]
    state.places.met_share[:] = np.array([0.2, 0.4, 0.6, 0.8])[:, None]
    count = len(np.atleast_1d(funders["level"]))
    state.funders.append(count, **{"organisation_row": np.arange(count), "public": True, "attention": 0.1, **funders})
    return state


def pole_at(state: State, place: int, alive: bool = True) -> None:
    state.poles.append(1, alive=alive, place_row=place)


def project_of(state: State, leader: int, outcome: int = SUCCEEDED, ended: int = 1) -> None:
    state.projects.append(1, team=[[leader, -1, -1, -1]], size=1, outcome=outcome, ended_month=ended)


def attention(state: State, **numbers: float) -> list[float]:
    mobilising.advance(state, LUCK, Mobilising(**numbers))
    return state.funders.attention.tolist()


def after(visibility: float, start: float = 0.1) -> float:
    """Equation 1 with the default numbers, by hand."""
    return start + 0.05 * visibility * (1 - start) - 0.03 * (start - 0.1)


def test_attention_follows_the_equation():
    p = Mobilising().numbers
    # .5 + .05 x .8 x .5 - .03 x .4
    assert mobilising.next_attention(0.5, 0.8, p) == pytest.approx(0.508)


def test_visibility_follows_the_equation():
    p = Mobilising().numbers
    seen = mobilising.results_of(3, 2, 10, p)
    assert seen == pytest.approx(3 * 0.2 + 2 * 0.1 + 10 * 0.02)
    assert mobilising.visibility(1.0, 200, 0.4, p) == pytest.approx(1 - math.exp(-0.5 - 0.02))
    assert mobilising.visibility(1.0, 7, 0.0, p) == pytest.approx(1 - math.exp(-1.0))
    assert mobilising.visibility(0.0, 0, 0.0, p) == 0.0


def test_a_pole_is_seen_by_those_in_whose_jurisdiction_it_sits():
    state = four_places(
        6, level=[TERRITORY, REGION, REGION, DISTRICT, DISTRICT, LOCALITY], area=[0, 0, 1, 2, 1, 3]
    )
    pole_at(state, 3)
    pole_at(state, 0, alive=False)
    one = after(1 - math.exp(-0.2))
    assert attention(state, weight_needs=0.0) == pytest.approx([one, 0.1, one, one, 0.1, one])


def test_only_successes_of_this_month_count_and_where_the_leader_sits():
    state = four_places(4, level=[TERRITORY, LOCALITY, LOCALITY], area=[0, 1, 2])
    project_of(state, leader=1)
    project_of(state, leader=1, outcome=FAILED)
    project_of(state, leader=2, ended=0)
    one = after(1 - math.exp(-0.1))
    assert attention(state, weight_needs=0.0) == pytest.approx([one, one, 0.1])


def test_labels_are_seen_where_the_living_organisations_sit():
    state = four_places(8, level=[TERRITORY, LOCALITY], area=[0, 0])
    state.organisation_levers.recognised[[0, 4, 5]] = True
    state.organisations.alive[4], state.organisations.closed_month[4] = False, 1
    got = attention(state, weight_needs=0.0)
    assert got == pytest.approx([after(1 - math.exp(-0.04)), after(1 - math.exp(-0.02))])


def test_needs_met_count_by_the_mean_of_the_places():
    state = four_places(4, level=[TERRITORY, REGION, REGION, LOCALITY], area=[0, 0, 1, 3])
    by_hand = [after(1 - math.exp(-0.05 * met)) for met in (0.5, 0.3, 0.7, 0.8)]
    assert attention(state) == pytest.approx(by_hand)


def test_results_count_per_hundred_organisations_where_there_are_more():
    state = four_places(400, level=[TERRITORY, LOCALITY], area=[0, 0])
    pole_at(state, 0)
    # four hundred in the territory, a hundred in the locality
    assert attention(state, weight_needs=0.0) == pytest.approx([after(1 - math.exp(-0.05)), after(1 - math.exp(-0.2))])


def test_a_funder_of_an_area_without_places_sees_nothing():
    state = four_places(4, level=[LOCALITY, REGION], area=[9, 1], attention=0.5)
    pole_at(state, 3)
    assert attention(state, weight_needs=0.0)[0] == pytest.approx(after(0.0, 0.5))


def test_unseen_attention_returns_to_the_baseline_exponentially():
    state = four_places(1, level=[TERRITORY], area=[0], attention=0.9)
    for month in range(1, 25):
        assert attention(state, **BLIND)[0] == pytest.approx(0.1 + 0.8 * 0.97**month)


def test_under_a_constant_view_attention_rests_where_gain_and_fade_balance():
    state = four_places(1, level=[TERRITORY], area=[0])
    for place in range(4):
        pole_at(state, place)
    for _ in range(600):
        resting = attention(state, weight_needs=0.0)[0]
    view = 1 - math.exp(-0.8)
    assert resting == pytest.approx((0.05 * view + 0.03 * 0.1) / (0.05 * view + 0.03))
    assert 0.1 < resting < 1.0


def test_attention_stays_within_zero_and_one_under_extreme_numbers():
    state = four_places(2, level=[TERRITORY, REGION], area=[0, 0], attention=[0.0, 1.0])
    pole_at(state, 0)
    for _ in range(50):
        got = attention(state, gain=1.0, fade=0.0, weight_poles=10.0)
        assert all(0.0 <= a <= 1.0 for a in got)
    assert got == pytest.approx([1.0, 1.0])


def test_at_rate_zero_nothing_changes():
    state = four_places(2, level=[TERRITORY, REGION], area=[0, 0], attention=[0.3, 0.7])
    pole_at(state, 0)
    before = state.hash()
    attention(state, gain=0.0, fade=0.0)
    assert state.hash() == before


def test_a_territory_without_funders_is_left_alone():
    state = territory(np.zeros(1), np.zeros(1), np.zeros(1, int))
    before = state.hash()
    mobilising.advance(state, LUCK, Mobilising())
    assert state.hash() == before


def test_the_position_of_rows_changes_nothing():
    state = four_places(8, level=[TERRITORY, REGION, LOCALITY], area=[0, 1, 3])
    state.organisation_levers.recognised[:5] = True
    project_of(state, leader=3)
    order = np.array([5, 2, 7, 0, 1, 3, 6, 4])
    twin = relabelled(state, order)
    twin.projects.team[0, 0] = np.argsort(order)[3]
    assert attention(twin) == attention(state)
