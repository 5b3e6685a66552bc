"""Federating: dues and coordinators to the cent, who founds, joins and leaves, and how poles end."""

import numpy as np
import pytest

from clustersim.luck import Luck
from clustersim.money import Flow
from clustersim.processes import federating
from clustersim.processes.federating import Federating
from clustersim.processes.membership import joining_chance
from clustersim.state import State
from network_builders import relabelled, territory, tie

SOCIAL, PRIVATE, PUBLIC = 0, 1, 2
LUCK = Luck(1)
STILL = {"found_chance": 0.0, "join_chance": 0.0, "leave_chance": 0.0, "end_chance_with": 0.0, "end_chance_without": 0.0}
POOR = {**STILL, "dues_per_fte": 0.0, "sales_per_member": 0.0}
OPEN = {**POOR, "join_chance": 1.0, "span": 1_000.0}  # so roomy that hardly anybody has to wait


def organisations(*kinds: int, x_km=None, cash_eur=1_000.0, **columns) -> State:
    """One organisation of each kind given, each at a place of its own, with cash."""
    x = np.zeros(len(kinds)) if x_km is None else np.array(x_km, float)
    state = territory(x, np.zeros(len(kinds)), np.arange(len(kinds)), kind=list(kinds), **columns)
    state.organisations.cash_cents[:] = np.round(np.asarray(cash_eur) * 100).astype(np.int64)
    state.ledger.record(Flow.STARTING_CAPITAL, int(state.organisations.cash_cents.sum()))
    state.month = 10
    return state


def pole(
    state: State, *rows: int, cash_eur: float = 0.0, coordinator: bool = False, founder_uid: int | None = None, purpose: int = 0
) -> int:
    """A pole founded in month 1 with these members."""
    o = state.organisations
    cents = round(cash_eur * 100)
    row = state.poles.append(
        1,
        alive=True,
        purpose=purpose,
        founded_month=1,
        founder_uid=min(o.uid[list(rows)]) if founder_uid is None else founder_uid,
        members=len(rows),
        cash_cents=cents,
        coordinator=coordinator,
        x_km=o.x_km[list(rows)].mean(),
    ).start
    o.pole_row[list(rows)] = row
    o.coordinated[list(rows)] = coordinator
    state.ledger.record(Flow.POLE_SERVICES, cents)
    return row


def cluster(state: State, *rows: int, purpose: int = 2) -> int:
    """A cluster seen last month with these members."""
    kinds = np.bincount(state.organisations.kind[list(rows)], minlength=3)
    row = state.clusters.append(
        1, alive=True, purpose=purpose, members=len(rows), social_enterprises=kinds[0], private_actors=kinds[1], public_funders=kinds[2]
    ).start
    state.organisations.cluster_row[list(rows)] = row
    return row


def go(state: State, **numbers: float) -> State:
    federating.advance(state, LUCK, Federating(**numbers))
    state.check()
    return state


def test_members_pay_dues_by_staff_and_public_bodies_none():
    state = organisations(SOCIAL, PRIVATE, PUBLIC, SOCIAL, staff_fte=[10.0, 2.55, 100.0, 50.0])
    pole(state, 0, 1, 2)
    go(state, **{**STILL, "sales_per_member": 0.0})
    # 10 x 13 EUR, and 2.55 x 13 = 33.15 EUR; the last is no member
    assert state.organisations.cash_cents.tolist() == [87_000, 96_685, 100_000, 100_000]
    assert (state.poles.cash_cents[0], state.poles.dues_cents[0]) == (16_315, 16_315)
    assert state.ledger.total_cents[Flow.DUES] == 16_315


def test_a_public_body_pays_its_flat_contribution_where_one_is_set():
    state = organisations(SOCIAL, PRIVATE, PUBLIC, staff_fte=[0.0, 0.0, 100.0])
    pole(state, 0, 1, 2)
    go(state, **{**POOR, "public_contribution": 50.0})
    assert state.organisations.cash_cents.tolist() == [100_000, 100_000, 95_000]


def test_who_has_no_more_than_the_due_does_not_pay():
    state = organisations(SOCIAL, SOCIAL, SOCIAL, staff_fte=10.0, cash_eur=[130.0, 130.01, -5.0], credit_cents=1_000)
    pole(state, 0, 1, 2)
    go(state, **{**STILL, "sales_per_member": 0.0})
    assert state.organisations.cash_cents.tolist() == [13_000, 1, -500]
    assert state.poles.dues_cents[0] == 13_000


def test_a_pole_sells_by_the_number_of_its_members():
    state = organisations(SOCIAL, SOCIAL, SOCIAL, SOCIAL)
    pole(state, 0, 1, 2, 3)
    go(state, **{**STILL, "dues_per_fte": 0.0, "sales_per_member": 60.5})
    assert (state.poles.cash_cents[0], state.poles.sales_cents[0]) == (24_200, 24_200)


def test_a_coordinator_is_hired_with_three_months_in_hand_paid_at_once_and_leaves_when_a_month_cannot_be_paid():
    state = organisations(SOCIAL, SOCIAL, SOCIAL)
    pole(state, 0, 1, 2, cash_eur=12_600.0)
    seen = []
    for _ in range(5):
        go(state, **POOR)
        seen.append((bool(state.poles.coordinator[0]), int(state.poles.cash_cents[0]) // 100))
        assert (state.organisations.coordinated == seen[-1][0]).all()
        state.month += 1
    assert seen == [(True, 8_400), (True, 4_200), (True, 0), (False, 0), (False, 0)]
    assert state.ledger.total_cents[Flow.COORDINATOR] == 1_260_000


def test_a_cent_less_than_three_months_hires_nobody():
    state = organisations(SOCIAL, SOCIAL, SOCIAL)
    pole(state, 0, 1, 2, cash_eur=12_599.99)
    go(state, **POOR)
    assert not state.poles.coordinator[0]
    assert state.poles.cash_cents[0] == 1_259_999


def test_a_cluster_with_the_three_kinds_founds_a_pole_of_all_its_members():
    state = organisations(PRIVATE, SOCIAL, PUBLIC, SOCIAL, SOCIAL, x_km=[1.0, 2.0, 3.0, 6.0, 50.0], uid=np.array([30, 25, 20, 10, 5]))
    cluster(state, 0, 1, 2, 3)
    go(state, **{**POOR, "found_chance": 1.0})
    poles = state.poles
    assert state.organisations.pole_row.tolist() == [0, 0, 0, 0, -1]
    assert (poles.purpose[0], poles.members[0], poles.founded_month[0], poles.alive[0]) == (2, 4, 10, True)
    assert (poles.founder_uid[0], poles.place_row[0]) == (10, 3)
    assert (poles.x_km[0], poles.cash_cents[0], poles.coordinator[0]) == (3.0, 0, False)


def test_the_seat_is_where_the_social_enterprise_of_the_smallest_uid_sits():
    state = organisations(PUBLIC, PRIVATE, SOCIAL, SOCIAL, uid=np.array([1, 2, 9, 4]))
    cluster(state, 0, 1, 2, 3)
    go(state, **{**POOR, "found_chance": 1.0})
    assert (state.poles.founder_uid[0], state.poles.place_row[0]) == (1, 3)


@pytest.mark.parametrize("kinds", [(SOCIAL, SOCIAL, PRIVATE, PRIVATE), (SOCIAL, SOCIAL, PUBLIC, SOCIAL), (PRIVATE, PRIVATE, PUBLIC)])
def test_a_cluster_without_one_of_the_three_kinds_founds_nothing(kinds):
    state = organisations(*kinds)
    cluster(state, *range(len(kinds)))
    go(state, **{**POOR, "found_chance": 1.0})
    assert len(state.poles) == 0


def test_a_cluster_that_has_ended_founds_nothing():
    state = organisations(SOCIAL, PRIVATE, PUBLIC)
    state.clusters.append(1, alive=False, members=3, social_enterprises=1, private_actors=1, public_funders=1)
    go(state, **{**POOR, "found_chance": 1.0})
    assert len(state.poles) == 0


@pytest.mark.parametrize(("poled", "founds"), [(3, False), (2, True)])
def test_only_a_cluster_of_which_fewer_than_half_are_in_a_pole_founds_one_and_of_the_rest_alone(poled, founds):
    state = organisations(SOCIAL, SOCIAL, SOCIAL, SOCIAL, PRIVATE, PUBLIC, SOCIAL)
    cluster(state, 0, 1, 2, 3, 4, 5)
    pole(state, *range(poled), *(() if poled == 3 else (6,)))
    go(state, **{**POOR, "found_chance": 1.0})
    assert len(state.poles) == 1 + founds
    if founds:
        assert state.organisations.pole_row.tolist() == [0, 0, 1, 1, 1, 1, 0]
        assert state.poles.founder_uid[1] == 2


def test_the_rule_of_three_holds_for_those_who_are_free():
    # the only public body is in another pole already
    state = organisations(SOCIAL, SOCIAL, SOCIAL, PRIVATE, PUBLIC, SOCIAL, SOCIAL)
    cluster(state, 0, 1, 2, 3, 4)
    pole(state, 4, 5, 6)
    go(state, **{**POOR, "found_chance": 1.0})
    assert len(state.poles) == 1


def test_labels_and_animation_raise_the_chance_of_founding():
    p = Federating().numbers
    assert federating.founding_chance(0.0, 0.0, p) == pytest.approx(0.03)
    assert federating.founding_chance(0.5, 0.0, p) == pytest.approx(0.045)
    assert federating.founding_chance(0.5, 1.0, p) == pytest.approx(0.135)


@pytest.mark.parametrize("lever", ["recognised", "animated"])
def test_levers_of_the_members_reach_the_chance_of_founding(lever):
    state = organisations(SOCIAL, SOCIAL, PRIVATE, PUBLIC)
    cluster(state, 0, 1, 2, 3)
    gains = {"recognition_gain": 20.0, "animation_gain": 20.0}
    months = range(1, 400)
    founded = {}
    for share in (0, 2, 4):
        getattr(state.organisation_levers, lever)[:] = np.arange(4) < share
        founded[share] = sum(_founds_in(state, month, 0.02, gains) for month in months)
    # 399 months at .02, .02 x 11 and .02 x 21
    assert founded[0] == pytest.approx(399 * 0.02, abs=9)
    assert founded[2] == pytest.approx(399 * 0.22, abs=33)
    assert founded[4] == pytest.approx(399 * 0.42, abs=40)


def _founds_in(state: State, month: int, chance: float, gains: dict) -> bool:
    twin = state.copy()
    twin.month = month
    return len(go(twin, **{**POOR, **gains, "found_chance": chance}).poles) > 0


def test_an_organisation_joins_the_pole_to_which_it_has_most_trusted_ties():
    state = organisations(*[SOCIAL] * 7)
    pole(state, 0, 1, 2)
    pole(state, 3, 4, 5)
    for partner, trust in ((0, 0.9), (3, 0.2), (4, 0.3), (1, 0.19)):
        tie(state, 6, partner, trust)
    for one, other in ((0, 1), (1, 2), (3, 4), (4, 5)):
        tie(state, one, other, 0.5)
    go(state, **OPEN)
    assert state.organisations.pole_row.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert state.poles.members.tolist() == [3, 4]


@pytest.mark.parametrize(("purposes", "joins"), [((0, 0, 1), 1), ((1, 0, 1), 0), ((0, 2, 2), -1)])
def test_only_ties_of_the_poles_purpose_draw(purposes, joins):
    state = organisations(*[SOCIAL] * 7)
    pole(state, 0, 1, 2, purpose=1)
    pole(state, 3, 4, 5, purpose=0)
    # to two members of the first pole, then to one of the second
    for partner, purpose in zip((0, 1, 3), purposes, strict=True):
        tie(state, 6, partner, 0.9, {0: 1, 1: 0, 2: 2}[purpose] if partner == 3 else purpose)
    go(state, **OPEN)
    assert state.organisations.pole_row[6] == joins


def test_a_tie_of_any_purpose_keeps_a_member():
    state = organisations(*[SOCIAL] * 4)
    pole(state, 0, 1, 2, 3, purpose=1)
    for one, other, purpose in ((0, 1, 1), (2, 3, 0)):
        tie(state, one, other, 0.5, purpose)
    go(state, **{**POOR, "leave_chance": 1.0})
    assert state.organisations.pole_row.tolist() == [0] * 4


def test_the_fuller_the_pole_the_more_slowly_it_is_joined():
    p = Federating(span=25.0).numbers
    assert joining_chance(0, p) == pytest.approx(0.1)
    assert joining_chance(5, p) == pytest.approx(0.08)  # .1 * (1 - 5 / 25)
    assert joining_chance(20, p) == pytest.approx(0.02)
    assert joining_chance(25, p) == joining_chance(40, p) == 0.0


@pytest.mark.parametrize(("span", "joining"), [(20.0, 0), (25.0, 40), (50.0, 120)])
def test_nobody_joins_beyond_the_span_of_a_pole(span, joining):
    state = organisations(*[SOCIAL] * 420)
    pole(state, *range(20))
    for candidate in range(20, 420):
        tie(state, candidate, candidate % 20, 0.9)
    go(state, **{**POOR, "join_chance": 0.5, "span": span})
    # 400 ask at .5 (1 - 20 / span): 0, .1 and .3; within four standard deviations
    chance = joining / 400
    assert state.poles.members[0] - 20 == pytest.approx(joining, abs=4 * np.sqrt(400 * chance * (1 - chance)))


def test_between_equal_poles_the_smaller_founder_decides():
    state = organisations(*[SOCIAL] * 7)
    pole(state, 0, 1, 2, founder_uid=50)
    pole(state, 3, 4, 5, founder_uid=40)
    tie(state, 6, 0, 0.5)
    tie(state, 6, 3, 0.5)
    go(state, **OPEN)
    assert state.organisations.pole_row[6] == 1


@pytest.mark.parametrize(
    ("trust", "x_km", "numbers", "joins"),
    [
        (0.2, 25.0, {}, True),
        (0.19, 25.0, {}, False),
        (0.9, 25.1, {}, False),
        (0.9, 0.0, {"join_ties": 2}, False),
        (0.9, 0.0, {"join_chance": 0.0}, False),
    ],
)
def test_joining_asks_for_trust_nearness_ties_and_luck(trust, x_km, numbers, joins):
    state = organisations(*[SOCIAL] * 4, x_km=[0.0, 0.0, 0.0, x_km])
    pole(state, 0, 1, 2)
    tie(state, 3, 0, trust)
    go(state, **{**OPEN, **numbers})
    assert state.organisations.pole_row[3] == (0 if joins else -1)


def test_who_joins_a_coordinated_pole_is_coordinated():
    state = organisations(*[SOCIAL] * 4)
    pole(state, 0, 1, 2, cash_eur=5_000, coordinator=True)
    tie(state, 3, 0, 0.5)
    go(state, **OPEN)
    assert state.organisations.coordinated.tolist() == [True] * 4


def test_a_friend_of_somebody_who_joins_this_month_joins_next_month():
    state = organisations(*[SOCIAL] * 5)
    pole(state, 0, 1, 2)
    tie(state, 0, 3, 0.5)
    tie(state, 3, 4, 0.5)
    go(state, **OPEN)
    assert state.organisations.pole_row.tolist() == [0, 0, 0, 0, -1]
    go(state, **OPEN)
    assert state.organisations.pole_row.tolist() == [0, 0, 0, 0, 0]


def test_a_member_that_trusts_no_fellow_leaves_and_so_does_one_far_away():
    state = organisations(*[SOCIAL] * 6, x_km=[0.0, 0.0, 0.0, 0.0, 0.0, 90.0])
    pole(state, 0, 1, 2, 3, 5)
    for one, other, trust in ((0, 1, 0.15), (2, 0, 0.15), (3, 0, 0.149), (3, 4, 0.9), (5, 0, 0.9)):
        tie(state, one, other, trust)
    # the centre is at 18 km: the last sits 72 km away; the fourth trusts only somebody outside
    go(state, **{**POOR, "leave_chance": 1.0})
    assert state.organisations.pole_row.tolist() == [0, 0, 0, -1, -1, -1]
    assert state.poles.members[0] == 3
    assert state.poles.x_km[0] == 0.0


def test_a_pole_left_by_all_but_two_ends_and_its_cash_leaves_through_the_ledger():
    state = organisations(*[SOCIAL] * 3)
    pole(state, 0, 1, 2, cash_eur=99_999.99, coordinator=True)
    tie(state, 0, 1, 0.5)
    go(state, **{**POOR, "leave_chance": 1.0})
    assert (state.poles.alive[0], state.poles.ended_month[0], state.poles.coordinator[0]) == (False, 10, False)
    assert (state.poles.members[0], state.poles.cash_cents[0]) == (0, 0)
    assert state.organisations.pole_row.tolist() == [-1] * 3
    assert not state.organisations.coordinated.any()
    assert state.ledger.total_cents[Flow.POLE_ENDING] == 9_999_999 - 420_000


def test_a_pole_with_a_coordinator_in_post_ends_half_as_often():
    p = Federating().numbers
    assert (federating.ending_chance(True, p), federating.ending_chance(False, p)) == (0.003, 0.006)


@pytest.mark.parametrize(("coordinator", "ends"), [(True, 40), (False, 160)])
def test_the_hazard_of_a_pole_depends_on_its_coordinator(coordinator, ends):
    state = organisations(*[SOCIAL] * 1_200)
    for first in range(0, 1_200, 3):
        pole(state, first, first + 1, first + 2, cash_eur=4_200.0 * coordinator, coordinator=coordinator)
    go(state, **{**POOR, "end_chance_with": 0.1, "end_chance_without": 0.4})
    # 400 poles: within four standard deviations
    assert np.count_nonzero(~state.poles.alive) == pytest.approx(ends, abs=4 * np.sqrt(ends * (1 - ends / 400)))


def test_a_pole_founded_this_month_does_not_end_this_month():
    state = organisations(SOCIAL, PRIVATE, PUBLIC)
    cluster(state, 0, 1, 2)
    certain = {**POOR, "found_chance": 1.0, "end_chance_without": 1.0}
    assert go(state, **certain).poles.alive.tolist() == [True]
    state.month += 1
    assert go(state, **{**certain, "found_chance": 0.0}).poles.alive.tolist() == [False]


def test_without_poles_and_clusters_nothing_changes():
    state = organisations(SOCIAL, PRIVATE, PUBLIC)
    tie(state, 0, 1)
    before = state.hash()
    assert go(state, found_chance=1.0, join_chance=1.0).hash() == before


def test_at_rate_zero_and_without_money_nothing_changes():
    state = organisations(SOCIAL, PRIVATE, PUBLIC, SOCIAL)
    cluster(state, 0, 1, 2, 3)
    pole(state, 0, 1, 2)
    tie(state, 3, 0)
    go(state, **POOR)
    before = state.hash()
    assert go(state, **POOR).hash() == before


def test_the_position_of_rows_changes_nothing():
    generator = np.random.default_rng(7)
    n = 90
    x = generator.random(n) * 60
    state = organisations(
        *generator.choice(3, n, p=[0.5, 0.3, 0.2]), x_km=x, uid=np.arange(n) * 3 + 2, staff_fte=generator.random(n) * 20, cash_eur=3_000.0
    )
    for first in range(0, 60, 6):
        cluster(state, *range(first, first + 6))
    for i, j in {(int(min(a)), int(max(a))) for a in generator.integers(0, n, (250, 2))}:
        if i != j:
            tie(state, i, j, generator.random())
    order = generator.permutation(n)
    twin = relabelled(state, order)
    lively = {"found_chance": 0.3, "join_chance": 0.5, "leave_chance": 0.3, "end_chance_without": 0.3, "end_chance_with": 0.1}
    for _ in range(12):
        for world in (state, twin):
            go(world, **lively)
            world.month += 1
        # places keep their rows, so seats agree too
        for (name, one), (_, other) in zip(state.poles.arrays(), twin.poles.arrays(), strict=True):
            assert (one == other).all(), name
        for name in ("pole_row", "coordinated", "cash_cents"):
            assert (getattr(twin.organisations, name) == getattr(state.organisations, name)[order]).all(), name
    assert state.poles.alive.any()
    assert not state.poles.alive.all()


def test_a_month_is_the_same_for_any_number_of_threads():
    hashes = []
    for threads in (1, 2):
        state = territory(np.zeros(1), np.zeros(1), np.zeros(40, int), threads=threads, kind=np.arange(40) % 3)
        state.month = 10
        for first in (0, 10, 20):
            pole(state, *range(first, first + 5))
        for i in range(39):
            tie(state, i, i + 1, 0.5)
        hashes.append(go(state, join_chance=0.5, leave_chance=0.5).hash())
    assert hashes[0] == hashes[1]
