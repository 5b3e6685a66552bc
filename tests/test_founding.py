"""Founding: how many found, that they are the same in every scenario, and what they bring."""

import math

import numpy as np
import pytest

from clustersim.luck import Luck, Stream
from clustersim.money import Flow
from clustersim.processes import founding
from clustersim.processes.founding import Founding, attraction_of, count_founders, draw_capital, draw_staff, expect_founders
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, SOCIAL_ENTERPRISE, pack_uid
from clustersim.state.places import Neighbourhood
from clustersim.state.purposes import Purposes

PLAIN = Founding(need_weight=0.0, ecosystem_weight=0.0)
TRAITS = ("kind", "purpose", "place_row", "x_km", "y_km", "competences", "values", "staff_fte", "cash_cents")


@pytest.fixture(autouse=True)
def _wrapping_is_meant():
    with np.errstate(over="ignore"):
        yield


def territory(rates, met_share=0.25) -> State:
    """Places 5 km apart with these rates of potential founders."""
    purposes = Purposes(("care", "food", "housing"), ("trade", "law"), np.full(3, 0.1), np.full(3, 45_000), np.ones((3, 2)))
    state = State(purposes)
    count = len(rates)
    state.places.append(count, uid=np.arange(count) + 7, x_km=5.0 * np.arange(count), y_km=1.0, founders_rate=rates, met_share=met_share)
    state.vicinity = Neighbourhood.of(state.places, 10.0, 3.0)
    return state


def found_for(state: State, months: int, numbers: Founding, seed: int = 1) -> State:
    for _ in range(months):
        state.month += 1
        founding.advance(state, Luck(seed), numbers)
    return state


def by_uid(state: State) -> dict[int, tuple]:
    o = state.organisations
    return {int(u): tuple(getattr(o, name)[i].tolist() for name in TRAITS) for i, u in enumerate(o.uid)}


def test_expected_founders_follow_population():
    rate = expect_founders(np.array([1000, 3000]), 1000, Founding())
    assert rate == pytest.approx([7.1875, 21.5625])  # .115 / 12 x 1000 x 3 = 28.75


def test_attraction_rises_with_unmet_need_and_saturates_in_the_ecosystem():
    p = Founding(need_weight=1.0, usual_unmet_share=0.75, ecosystem_weight=0.5, ecosystem_half=10.0).numbers
    assert attraction_of(0.75, 0.0, p) == 1.0
    assert attraction_of(0.95, 10.0, p) == pytest.approx(1.45)
    assert attraction_of(0.75, 1e9, p) == pytest.approx(1.5)
    assert attraction_of(0.0, 0.0, Founding(need_weight=5.0).numbers) == 0.0


def test_entry_is_poisson_at_the_rate_without_envelope():
    months = 400
    state = found_for(territory([6.0, 0.0, 3.0]), months, PLAIN)
    o = state.organisations
    by_month = np.bincount(o.founded_month, minlength=months + 1)[1:]
    assert abs(len(o) - 3.0 * months) < 3 * math.sqrt(3.0 * months)
    assert by_month.var() == pytest.approx(3.0, rel=3 * math.sqrt((2 + 1 / 3.0) / months))
    assert not (o.place_row == 1).any()
    assert abs((o.place_row == 0).mean() - 2 / 3) < 3 * math.sqrt(2 / 9 / len(o))
    assert abs((o.kind == SOCIAL_ENTERPRISE).mean() - PLAIN.social_share) < 3 * math.sqrt(0.25 / len(o))
    assert np.bincount(o.purpose).tolist() == pytest.approx([len(o) / 3] * 3, abs=3 * math.sqrt(len(o) * 2 / 9))


def test_very_large_rates_are_drawn_in_parts():
    rate, months = np.array([2500.0]), 60
    counts = [count_founders(Luck(2).key(Stream.FOUNDERS, month), np.array([5]), rate)[0] for month in range(months)]
    assert abs(np.mean(counts) - 2500) < 3 * math.sqrt(2500 / months)
    assert np.var(counts) == pytest.approx(2500, rel=3 * math.sqrt(2 / months))


def test_the_same_entrant_is_the_same_in_every_scenario():
    calm, needy = by_uid(found_for(territory([5.0, 8.0], met_share=0.9), 24, Founding())), by_uid(
        found_for(territory([5.0, 8.0], met_share=0.1), 24, Founding())
    )
    both = calm.keys() & needy.keys()
    assert len(both) > 50
    assert all(calm[uid] == needy[uid] for uid in both)


def test_more_unmet_need_founds_a_superset_and_only_social_enterprises_more():
    calm, needy = (found_for(territory([20.0, 8.0], met_share=share), 24, Founding()) for share in (0.9, 0.1))
    fewer, more = by_uid(calm), by_uid(needy)
    assert fewer.keys() < more.keys()
    assert all(traits[0] == SOCIAL_ENTERPRISE for uid, traits in more.items() if uid not in fewer)


def test_an_ecosystem_of_the_same_purpose_nearby_founds_a_superset():
    def run(purpose):
        state = territory([30.0, 0.0])
        # twelve members of a pole at the next place, 5 km away
        state.settle(12, uid=[pack_uid(0, 8, slot) for slot in range(12)], alive=True, place_row=1, purpose=purpose, pole_row=0)
        return set(found_for(state, 12, Founding(ecosystem_weight=1.0)).organisations.uid.tolist()), state

    (care, state), (food, _) = run(0), run(1)
    o = state.organisations
    purpose = dict(zip(o.uid.tolist(), o.purpose.tolist(), strict=True))
    assert {purpose[uid] for uid in care - food} == {0}


def test_uids_are_unique_and_name_month_place_and_slot():
    state = found_for(territory([9.0, 9.0]), 20, Founding())
    o = state.organisations
    assert np.unique(o.uid).size == len(o)
    assert (o.uid >> 43 == o.founded_month).all()
    assert ((o.uid >> 19) & (2**24 - 1) == state.places.uid[o.place_row]).all()
    assert o.alive.all() and (o.x_km == 5.0 * o.place_row).all() and (o.y_km == 1.0).all()


def test_starting_cash_comes_in_through_the_ledger():
    state = found_for(territory([9.0]), 12, Founding())
    assert state.ledger.total_cents[Flow.STARTING_CAPITAL] == int(state.organisations.cash_cents.sum()) > 0
    state.check()


def test_capital_is_half_to_one_and_a_half_of_the_mean_for_the_staff():
    p = Founding(capital_cents=1_000_000).numbers
    assert draw_capital(0.0, 2.0, p) == 1_000_000
    assert draw_capital(0.5, 2.0, p) == 2_000_000
    assert draw_capital(0.25, 0.5, p) == 375_000


def test_staff_is_lognormal_between_half_a_post_and_the_largest():
    assert draw_staff(0.5, 6.5, 1.56, 500.0) == pytest.approx(6.5, rel=1e-12)
    assert draw_staff(0.8413447460685429, 6.5, 1.56, 500.0) == pytest.approx(6.5 * math.exp(1.56), rel=1e-9)
    assert draw_staff(1e-9, 2.6, 1.0, 50.0) == 0.5
    assert draw_staff(1 - 1e-9, 2.6, 1.0, 50.0) == 50.0


def test_competences_are_strong_in_few_fields_and_values_lie_around_those_of_the_kind():
    o = found_for(territory([100.0, 100.0]), 30, PLAIN).organisations
    count = len(o)
    # .05 + .95 u^2: mean .05 + .95 / 3, standard deviation .95 x sqrt(4 / 45)
    assert abs(o.competences.mean() - (0.05 + 0.95 / 3)) < 3 * 0.95 * math.sqrt(4 / 45 / (2 * count))
    assert o.competences.min() >= 0.05 and o.competences.max() <= 1.0
    for kind, means in ((SOCIAL_ENTERPRISE, (0.65, 0.75)), (PRIVATE_ACTOR, (0.45, 0.35))):
        of_kind = o.values[o.kind == kind]
        # clipping at 1 moves the mean of .75 by at most .004
        assert of_kind.mean(axis=0) == pytest.approx(means, abs=3 * 0.15 / math.sqrt(len(of_kind)) + 0.004)
    assert abs(np.corrcoef(o.competences[:, 0], o.values[:, 0])[0, 1]) < 4 / math.sqrt(count)


def test_where_nobody_arises_nothing_happens():
    state = territory([0.0, 0.0])
    before = state.hash()
    founding.advance(state, Luck(1), Founding())
    assert state.hash() == before and len(state.organisations) == 0
