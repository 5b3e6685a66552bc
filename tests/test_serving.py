"""Serving: needs served, money earned and paid, staff, against hand-computed numbers."""

import math

import numpy as np
import pytest

from clustersim.kernels.blocks import Workers
from clustersim.luck import Luck
from clustersim.money import FLOWS, Flow
from clustersim.processes import serving
from clustersim.processes.accounts import next_staff, relief_of
from clustersim.processes.serving import Serving
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE, pack_uid
from clustersim.state.places import Neighbourhood
from clustersim.state.purposes import Purposes

CALM = Serving(income_sd=0.0, market_sd=0.0, regional_sd=0.0)
LUCK = Luck(7)


@pytest.fixture(autouse=True)
def _wrapping_is_meant():
    with np.errstate(over="ignore"):
        yield


def territory(x_km, structural_need, numbers=CALM, workers=None) -> State:
    """Places on a line with these needs, (places, purposes), and nobody there yet."""
    structural_need = np.array(structural_need, float)
    purposes = structural_need.shape[1]
    names = tuple(f"purpose {k}" for k in range(purposes))
    vocabulary = Purposes(names, ("trade",), np.full(purposes, 0.1), np.full(purposes, 45_000), np.ones((purposes, 1)))
    state = State(vocabulary, workers=workers)
    places = len(structural_need)
    state.places.append(places, uid=np.arange(places), x_km=x_km, population=1000, structural_need=structural_need, need=structural_need)
    state.place_levers.append(places)
    near = state.catchment = Neighbourhood.of(state.places, numbers.reach_km, serving.CATCHMENT_SCALES)
    serving.weigh_catchment(near.start, near.place, near.weight, state.places.structural_need, state.places.catchment_need)
    state.month = 1
    return state


def settle(state: State, place: int, *, slot=0, kind=SOCIAL_ENTERPRISE, purpose=0, staff=2.0, cash=0, **columns) -> int:
    """One organisation; returns its row."""
    columns |= {"uid": pack_uid(0, place, slot), "kind": kind, "place_row": place, "purpose": purpose}
    rows = state.settle(1, alive=True, staff_fte=staff, cash_cents=cash, **columns)
    state.ledger.record(Flow.STARTING_CAPITAL, cash)
    return rows.start


def random_territory(seed: int, workers=None) -> State:
    rng = np.random.default_rng(seed)
    state = territory(rng.random(60) * 100, rng.random((60, 3)) * 200, workers=workers)
    for slot in range(150):
        settle(
            state,
            int(rng.integers(60)),
            slot=slot,
            kind=int(rng.integers(3)),
            purpose=int(rng.integers(3)),
            staff=rng.random() * 10,
            cash=int(rng.integers(10**7)),
            quality=rng.random(),
        )
    return state


def test_one_provider_at_the_only_place_has_the_closed_form():
    state = territory([0.0], [[60.0]])
    i = settle(state, 0, staff=2.0, quality=0.5)
    serving.advance(state, LUCK, CALM)
    o, places = state.organisations, state.places
    # capacity 2 x 10 x 1.5 = 30 persons for 60 in need: x = .5
    assert places.supply[0, 0] == pytest.approx(30.0, rel=1e-14)
    assert places.met_share[0, 0] == pytest.approx(0.3934693402873666, rel=1e-13)
    assert o.utilisation[i] == pytest.approx(0.7869386805747332, rel=1e-13)
    assert places.resolved[0, 0] == pytest.approx(0.01 * 60 * 0.3934693402873666, rel=1e-13)
    assert o.income_cents[i] == 1_062_367  # 45 000 x 30 x .786938...
    assert o.expense_cents[i] == 660_000 + 20_000 + 99_000
    assert o.cash_cents[i] == 1_062_367 - 779_000
    assert o.credit_cents[i] == 3 * 779_000
    assert o.staff_fte[i] == pytest.approx(2.0 * (1 - 0.05 * (0.80 - 0.7869386805747332) / 0.80), rel=1e-13)


def test_all_capacity_arrives_somewhere_and_users_are_counted_once():
    state = random_territory(1)
    o, places = state.organisations, state.places
    social = o.kind == SOCIAL_ENTERPRISE
    capacity = np.where(social, o.staff_fte * CALM.productivity * (1 + o.quality), 0.0)
    serving.advance(state, LUCK, CALM)
    for k in range(3):
        mine = o.purpose == k
        assert places.supply[:, k].sum() == pytest.approx(capacity[mine].sum(), rel=1e-12)
        served = (capacity * o.utilisation)[mine].sum()
        assert served == pytest.approx((places.need * places.met_share)[:, k].sum(), rel=1e-12)


def test_supply_goes_where_need_is_and_less_far_away():
    state = territory([0.0, 8.0], [[100.0], [300.0]])
    settle(state, 0)
    serving.advance(state, LUCK, CALM)
    # shares 100 and 300 / e of 20 persons, 1 / e in whole 2^-30ths as weights are kept
    near, far = 100.0, 300.0 * math.floor(2**30 / math.e) / 2**30
    assert state.places.supply[:, 0] == pytest.approx([20 * near / (near + far), 20 * far / (near + far)], rel=1e-13)


def test_providers_out_of_reach_of_each_other_serve_as_if_alone():
    def month(places):
        state = territory([0.0, 5.0, 200.0, 206.0], [[50.0], [80.0], [70.0], [20.0]])
        for place in places:
            settle(state, place, staff=3.0 + place)
        serving.advance(state, LUCK, CALM)
        return state

    both, left, right = month([0, 2]), month([0]), month([2])
    assert both.organisations.income_cents.tolist() == left.organisations.income_cents.tolist() + right.organisations.income_cents.tolist()
    assert (both.places.supply == left.places.supply + right.places.supply).all()
    assert left.places.supply[2:].sum() == 0.0 and right.places.supply[2:].sum() > 0.0


def test_a_competitor_within_reach_takes_users_away():
    alone, shared = territory([0.0, 5.0], [[50.0], [50.0]]), territory([0.0, 5.0], [[50.0], [50.0]])
    for state in (alone, shared):
        settle(state, 0)
    settle(shared, 1)
    for state in (alone, shared):
        serving.advance(state, LUCK, CALM)
    assert shared.organisations.utilisation[0] < alone.organisations.utilisation[0]


def test_the_ledger_says_what_happened_to_cash():
    state = random_territory(2)
    before = state.organisations.cash_cents.copy()
    serving.advance(state, LUCK, Serving())
    o = state.organisations
    month = state.ledger.month_cents.copy()
    month[Flow.STARTING_CAPITAL] = 0
    assert sum(FLOWS[flow].sign * int(month[flow]) for flow in Flow) == int((o.cash_cents - before).sum())
    assert int(o.income_cents.sum()) == month[Flow.SERVICES] + month[Flow.MARKET]
    assert int(o.expense_cents.sum()) == month[Flow.WAGES] + month[Flow.OVERHEADS] + month[Flow.TIE_UPKEEP]
    assert state.ledger.inside_cents() == int(o.cash_cents.sum())


def test_a_shared_space_relieves_overheads():
    state = territory([0.0], [[60.0]])
    settle(state, 0)
    state.place_levers.extra_spaces[0] = 1
    serving.advance(state, LUCK, CALM)
    assert state.ledger.month_cents[Flow.OVERHEADS] == 101_150  # 119 000 less 15 %


def test_a_crowded_space_divides_its_relief():
    p = CALM.numbers
    assert relief_of(0, 5, p) == 0.0
    assert relief_of(1, 5, p) == pytest.approx(0.15)
    assert relief_of(1, 40, p) == pytest.approx(0.15 / 4)
    assert relief_of(2, 40, p) == pytest.approx(0.15 / 2)


def test_a_coordinator_pools_payroll_and_ties_cost_upkeep():
    state = territory([0.0], [[60.0]])
    i = settle(state, 0, coordinated=True)
    state.ties.degree[i] = 3
    serving.advance(state, LUCK, CALM)
    payroll = 660_000 * 0.97
    assert state.organisations.expense_cents[i] == int(payroll) + int(20_000 + 0.15 * payroll) + 12_000
    assert state.ledger.month_cents[Flow.TIE_UPKEEP] == 12_000


def test_private_actors_live_on_their_market_and_public_bodies_on_their_treasury():
    state = territory([0.0], [[60.0]])
    private = settle(state, 0, slot=0, kind=PRIVATE_ACTOR, staff=4.0, cash=100)
    public = settle(state, 0, slot=1, kind=PUBLIC_FUNDER, staff=9.0, cash=500)
    serving.advance(state, LUCK, CALM)
    o = state.organisations
    assert o.income_cents[private] == int(4 * 330_000 * 1.43 * 0.84)
    assert o.cash_cents[private] == 100 + int(4 * 330_000 * 1.43 * 0.84) - (1_320_000 + 20_000 + 198_000)
    assert o.income_cents[public] == o.expense_cents[public] == 2_970_000 + 20_000 + 445_500
    assert (o.cash_cents[public], o.staff_fte[public]) == (500, 9.0)
    assert state.places.supply.sum() == 0.0 and state.places.met_share[0, 0] == 0.0


def test_break_even_utilisation_is_expense_over_full_income():
    # the formula of the docstring, at 6.5 FTE: (330 000 x 1.15 + 20 000 / 6.5) / (45 000 x 10)
    even = (330_000 * 1.15 + 20_000 / 6.5) / 450_000
    assert even == pytest.approx(0.850171, abs=1e-6)
    x = 0.333919  # supply over need at which (1 - exp(-x)) / x is that utilisation
    state = territory([0.0], [[65.0 / x]])
    i = settle(state, 0, staff=6.5)
    serving.advance(state, LUCK, CALM)
    assert state.organisations.utilisation[i] == pytest.approx(even, abs=1e-6)
    assert abs(int(state.organisations.cash_cents[i])) < 1e-6 * int(state.organisations.expense_cents[i]) + 2


def test_staff_follow_slack_and_want():
    p = CALM.numbers
    rich, even, poor = 10**9, 1, -1
    assert next_staff(10.0, 0.94, rich, 100, p) == pytest.approx(10.0 * (1 + 0.03 * 0.06 / 0.12))
    assert next_staff(10.0, 1.0, rich, 100, p) == pytest.approx(10.3)
    assert next_staff(10.0, 1.0, even, 100, p) == 10.0
    assert next_staff(10.0, 0.85, rich, 100, p) == 10.0
    assert next_staff(10.0, 0.40, rich, 100, p) == pytest.approx(10.0 * (1 - 0.05 * 0.5))
    assert next_staff(10.0, 1.0, poor, 100, p) == pytest.approx(9.5)
    assert next_staff(0.51, 1.0, poor, 100, p) == 0.5
    assert next_staff(0.3, 1.0, poor, 100, p) == 0.3


def test_places_without_need_give_no_users_and_no_nan():
    state = territory([0.0, 100.0], [[60.0], [0.0]])
    state.places.need[0, 0] = 0.0
    settle(state, 0)
    settle(state, 1)
    serving.advance(state, LUCK, CALM)
    assert state.places.met_share[:, 0].tolist() == [1.0, 1.0]
    assert state.organisations.utilisation == pytest.approx([0.0, 0.0], abs=1e-300)
    assert state.organisations.income_cents.tolist() == [0, 0]
    assert np.isfinite(state.places.resolved).all()


def test_the_luck_of_income_has_the_declared_spread_and_no_bias():
    numbers = Serving(market_sd=0.0, regional_sd=0.0, income_sd=0.1)
    state = territory([0.0], [[1e9]])
    for slot in range(4000):
        settle(state, 0, slot=slot)
    serving.advance(state, LUCK, numbers)
    shock = state.organisations.income_cents / (45_000 * 20.0) - 1
    assert abs(shock.mean()) < 3 * 0.1 / math.sqrt(4000)
    assert shock.std() == pytest.approx(0.1, rel=3 / math.sqrt(2 * 4000))


def test_a_region_shares_its_market_luck():
    numbers = Serving(market_sd=0.0, regional_sd=0.05)
    state = territory([0.0, 50.0, 100.0], [[1.0]] * 3)
    state.places.region[2] = 1
    for place in range(3):
        settle(state, place, kind=PRIVATE_ACTOR)
    serving.advance(state, LUCK, numbers)
    first, second, other = state.organisations.utilisation
    assert first == second != other


def test_closed_organisations_neither_serve_nor_pay():
    state = territory([0.0], [[60.0]])
    i = settle(state, 0, cash=5)
    state.organisations.alive[i] = False
    serving.advance(state, LUCK, CALM)
    assert state.organisations.cash_cents[i] == 5
    assert state.places.supply[0, 0] == 0.0
    assert state.ledger.month_cents[Flow.WAGES] == 0


def test_threads_and_the_order_of_rows_change_nothing():
    one, many = random_territory(3), random_territory(3, workers=Workers(3, worth_splitting=1))
    for state in (one, many):
        serving.advance(state, LUCK, Serving())
    assert one.hash() == many.hash()

    def settled(order):
        state = territory([0.0, 5.0], [[50.0], [80.0]])
        for slot in order:
            settle(state, slot % 2, slot=slot, staff=1.1 + 0.7 * slot)
        serving.advance(state, LUCK, Serving())
        return state

    forward, backward = settled(range(5)), settled(reversed(range(5)))
    assert (forward.places.supply == backward.places.supply).all()
    assert (forward.organisations.cash_cents == backward.organisations.cash_cents[::-1]).all()
