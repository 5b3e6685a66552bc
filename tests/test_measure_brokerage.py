"""Brokerage: who is introduced to whom, what it costs to the cent, and how little the luck of others changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustersim.luck import Luck
from clustersim.measures import PARAMETERS, Measure, brokerage, calls
from clustersim.money import Flow
from clustersim.processes import partnering
from clustersim.state import State
from clustersim.state.funders import DISTRICT
from clustersim.state.ledger import OUTSIDE
from lively import hashes_of, lived, lively
from measure_builders import FUNDER_UID, PRIVATE, PUBLIC, SOCIAL, measure, month, months, town
from network_builders import encounters_by_uid, plane, relabelled, tie


def broker(**numbers) -> Measure:
    """A broker who considers so many draws that nobody in a small town is overlooked, but for the numbers given."""
    return measure("brokerage", **{"considered": 200, **numbers})


def introductions(state: State) -> dict[int, int]:
    """Whom each participant was introduced to this month, by uid."""
    return dict(encounters_by_uid(state))


def close(state: State, row: int) -> None:
    o = state.organisations
    o.alive[row], o.closed_month[row] = False, state.month
    state.ledger.record(Flow.CLOSING, int(o.cash_cents[row]))
    o.cash_cents[row] = 0


def crowd(organisations: int = 200, *, lacking: tuple[int, ...] = ()) -> State:
    """Organisations of all kinds on a plane, and a funder of the territory; those of some uids have never been."""
    state = plane(20, organisations, uid=np.arange(organisations) + 1)
    state.organisations.alive[np.array(lacking, int)] = False
    state.organisations.closed_month[np.array(lacking, int)] = 1
    funder = state.settle(1, uid=10**6, kind=PUBLIC, alive=True, values=0.5, competences=0.5, staff_fte=6.0, x_km=state.places.x_km[0],
                          y_km=state.places.y_km[0]).start  # fmt: skip
    state.funders.append(1, organisation_row=funder, public=True, budget_cents=10_000_000, attention=0.1)
    state.month = 0
    return state


# to the cent


def test_a_meeting_is_paid_for_in_kind_in_the_month_in_which_it_is_arranged():
    state = month(town(3), broker())
    a, o, f, journal = state.awards, state.organisations, state.funders, state.ledger.journal
    assert len(state.encounters) == 3
    assert (a.in_kind.tolist(), a.awarded_cents.tolist(), a.paid_cents.tolist()) == ([True] * 3, [50_000] * 3, [50_000] * 3)
    assert (f.available_cents[0], f.committed_cents[0], f.paid_cents[0]) == (10_000_000 - 150_000, 0, 150_000)
    assert (o.cash_cents[:3].tolist(), o.support_cents[:3].tolist()) == ([100_000] * 3, [0] * 3)
    paid = journal.flow == Flow.SUPPORT_RUNNING
    assert journal.amount_cents[paid].tolist() == [50_000] * 3
    assert (set(journal.payer_uid[paid].tolist()), set(journal.payee_uid[paid].tolist())) == ({FUNDER_UID}, {OUTSIDE})


def test_a_round_is_as_large_as_a_twelfth_of_the_budget_pays_for():
    state = month(town(30), broker(budget_eur_per_year=60_000.0))
    assert len(state.encounters) == len(state.awards) == 10
    assert (state.calls.eligible.tolist(), state.calls.chosen.tolist(), state.calls.money_cents.tolist()) == ([30], [10], [500_000])
    assert len(months(state, 11, broker(budget_eur_per_year=60_000.0)).awards) == 120
    assert state.funders.paid_cents[0] == 6_000_000


def test_a_longer_promise_is_a_meeting_in_each_of_its_months_and_nothing_is_paid_after_the_window():
    state, held = town(1), []
    for _ in range(6):
        held.append(len(month(state, broker(duration_months=3, end_month=5, renewable=True)).encounters))
    # three months from the first, then two up to the end of the window
    assert held == [1, 1, 1, 1, 1, 0]
    assert state.awards.awarded_cents.tolist() == [150_000, 100_000] == state.awards.paid_cents.tolist()
    once = town(1)
    assert [len(month(once, broker(renewable=False)).encounters) for _ in range(3)] == [1, 0, 0]


def test_the_meetings_of_one_who_closes_end_and_their_money_returns():
    state = month(town(2), broker(duration_months=3))
    close(state, 0)
    assert introductions(month(state, broker(duration_months=3, renewable=False)))[2] == FUNDER_UID
    assert sorted(state.awards.returned_cents.tolist()) == [0, 100_000]
    assert len(state.encounters) == 1


# who meets whom


def test_one_meets_the_organisation_with_which_most_of_ones_challenge_is_covered():
    state = town(4)
    o = state.organisations
    # the challenge is .5 in each of eight competences; 1 and 2 complete each other, 3 knows no more than 1, 4 somewhat more than 2
    o.competences[:5] = 0.0
    o.competences[[0, 2], :4] = 0.9
    o.competences[1, 4:] = 0.5
    o.competences[3, 4:7] = 0.6
    month(state, broker())
    assert introductions(state) == {1: 2, 2: 1, 3: 2, 4: 1}
    assert brokerage.joint_coverage(o.competences[0], o.competences[3], state.purposes.challenge[0]) == pytest.approx(3.5)


def test_the_challenge_is_that_of_the_participants_purpose():
    state = town(3)
    challenge = np.zeros_like(state.purposes.challenge)
    challenge[0, 0] = challenge[1, 1] = 0.5
    state.purposes = replace(state.purposes, challenge=challenge)
    state.organisations.purpose[:3] = [1, 0, 0]
    state.organisations.competences[:4] = 0.0
    state.organisations.competences[[1, 2], [0, 1]] = 0.5
    # 3 has what 1 needs, 2 has what 3 needs; 2 needs nobody, and meets the smallest uid
    assert introductions(month(state, broker())) == {1: 3, 2: 1, 3: 2}


def test_where_all_are_alike_one_meets_the_smallest_uid():
    assert introductions(month(town(4), broker())) == {1: 2, 2: 1, 3: 1, 4: 1}


def test_partners_the_closed_and_oneself_are_passed_over_and_the_broker_is_paid_where_nobody_is_left():
    state = month(town(4))
    tie(state, 1, 0)
    close(state, 2)
    assert introductions(month(state, broker())) == {1: 4, 2: 4, 4: 1}
    for other in (3, 4):
        tie(state, 0, other)
    assert introductions(month(state, broker())) == {2: 4, 4: 2}
    assert (len(state.awards), state.funders.paid_cents[0]) == (6, 300_000)


def test_public_bodies_are_met_and_two_private_actors_are_not_brought_together():
    state = town(3)
    state.organisations.kind[:3] = [PRIVATE, PRIVATE, SOCIAL]
    assert introductions(month(state.copy(), broker())) == {3: 1}
    assert introductions(month(state.copy(), broker(private_actors=True))) == {1: 3, 2: 3, 3: 1}
    state.organisations.competences[:3] = 0.1
    assert introductions(month(state, broker(private_actors=True))) == dict.fromkeys((1, 2, 3), FUNDER_UID)


def test_those_met_sit_in_the_funders_jurisdiction_however_large_their_place():
    state = town(5, places=[2, 2, 3, 1, 0])
    state.places.population[:] = [1e6, 1e6, 100.0, 1e6]
    state.funders.level[0], state.funders.area[0] = DISTRICT, 2
    assert introductions(month(state.copy(), broker())) == {1: 2, 2: 1, 3: 1}
    state.organisations.competences[[0, 1, 3]] = 0.1
    assert introductions(month(state, broker(most_place_population=1_000.0))) == {1: 3, 2: 3}


def test_far_ones_meet_and_judge_each_other_as_after_any_meeting():
    state = town(2, places=[0, 3])
    state.places.x_km[3] = state.organisations.x_km[1] = 900.0
    state.organisations.competences[2] = 0.0
    month(state, broker())
    assert introductions(state) == {1: 2, 2: 1}
    likely = {"threshold": -5.0, "temperature": 0.001}
    for weight, partners in ((5.0, 0), (0.0, 1)):
        world = state.copy()
        partnering.advance(world, Luck(4), partnering.Partnering(distance_weight=weight, **likely))
        assert world.ties.degree.tolist() == [partners, partners, 0]
        assert len(world.encounters) == 0
        world.check()


# luck


def test_considering_one_alone_everybody_is_met_equally_often():
    state, met = town(10), []
    for _ in range(300):
        month(state, broker(considered=1, end_month=300))
        met += [other for one, other in encounters_by_uid(state) if one == 1]
    assert len(met) == 300
    count = np.bincount(met, minlength=11)[2:11]
    assert abs(count - 30).max() < 5 * np.sqrt(30 * 0.9)  # ten others, the funder among them
    assert count.min() > 0


def test_the_more_are_considered_the_better_is_the_match():
    def covered(considered: int) -> float:
        state = month(crowd(), broker(considered=considered))
        e, o = state.encounters, state.organisations
        pairs = zip(e.one_row.tolist(), e.other_row.tolist(), strict=True)
        return sum(brokerage.joint_coverage(o.competences[i], o.competences[j], state.purposes.challenge[o.purpose[i]]) for i, j in pairs)

    assert covered(1) < covered(4) < covered(12) < covered(100)


def test_one_who_closes_changes_the_meetings_of_those_alone_who_would_have_met_it():
    before = introductions(month(crowd(), broker(considered=1)))
    after = introductions(month(crowd(lacking=(7,)), broker(considered=1)))  # the row of uid 8
    assert len(before) > 12
    assert {one: other for one, other in before.items() if one != 8 and other != 8}.items() <= after.items()


def test_a_newcomer_changes_the_meetings_of_those_alone_who_meet_it():
    everybody = {"budget_eur_per_year": 100_000.0, "calls_per_year": 1, "considered": 1}
    before, changed = introductions(month(crowd(), broker(**everybody))), 0
    state = crowd()
    state.settle(1, uid=10**7, kind=PRIVATE, alive=True, values=0.5, competences=0.5, staff_fte=6.0, x_km=state.places.x_km[0],
                 y_km=state.places.y_km[0])  # fmt: skip
    after = introductions(month(state, broker(**everybody)))
    for one, other in before.items():
        changed += after[one] != other
        assert after[one] in (other, 10**7)
    assert (len(before) > 100, changed < 6) == (True, True)


def test_two_brokers_do_not_introduce_the_same_to_each_other():
    one, other = (introductions(month(crowd(), broker(considered=1, selection="merit", name=name))) for name in ("a", "b"))
    assert one.keys() == other.keys()
    assert (len(one) > 12, sum(one[uid] == other[uid] for uid in one) <= 2) == (True, True)


def test_the_order_of_rows_does_not_matter():
    state = crowd()
    order = np.random.default_rng(1).permutation(len(state.organisations))
    twin = relabelled(state, order)
    twin.funders.organisation_row[:] = np.argsort(order)[twin.funders.organisation_row]
    for world in (state, twin):
        month(world, broker(considered=3))
    assert encounters_by_uid(state) == encounters_by_uid(twin)
    assert len(encounters_by_uid(state)) > 12


def test_numbers_outside_their_intervals_are_refused():
    with pytest.raises(ValueError, match=r"Brokerage.considered: found 0, allowed is 1 to 1000 count"):
        PARAMETERS["brokerage"](considered=0)


# in the course of a run


def meetings(**numbers) -> dict:
    """Changes of the lively scenario: a measure after the others, so that their numbers stay."""
    return {"measures.the_broker": {"kind": "brokerage", "funder": "council", **numbers}}


def test_without_budget_it_is_as_if_there_were_none_and_before_its_window_too():
    changes = {"run.spin_up": 2, "funders.council.budget_eur_per_year": 1_000_000}
    without = hashes_of(lively(changes), 3, 12)[0]
    assert hashes_of(lively({**changes, **meetings(budget_eur_per_year=0)}), 3, 12)[0] == without
    late = hashes_of(lively({**changes, **meetings(budget_eur_per_year=60_000, start_month=7)}), 3, 12)[0]
    assert late[:8] == without[:8]
    assert late[8] != without[8]


def test_in_a_run_a_broker_makes_ties_between_organisations_farther_apart():
    rich = {"funders.council.budget_eur_per_year": 2_000_000}
    ties, km = np.zeros(2), np.zeros(2)
    for seed in (1, 2, 3):
        for world, more in enumerate(({}, meetings(budget_eur_per_year=600_000))):
            state = lived(lively({**rich, **more}), seed, 36).state
            state.check()
            o, t = state.organisations, state.ties
            one, k = np.nonzero(np.arange(t.partner_row.shape[1]) < t.degree[:, None])
            other = t.partner_row[one, k]
            ties[world] += one.size
            km[world] += np.hypot(o.x_km[one] - o.x_km[other], o.y_km[one] - o.y_km[other]).sum()
    assert ties[1] > ties[0]
    assert km[1] / ties[1] > km[0] / ties[0]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_brokers_of_one_funder_never_exceed_its_budget(data):
    budgets = st.floats(0.0, 40_000.0)
    brokers = [
        broker(
            name=f"broker {number}",
            number=number,
            start_month=data.draw(st.integers(1, 5)),
            end_month=data.draw(st.integers(5, 28)),
            budget_eur_per_year=data.draw(budgets),
            amount_eur=data.draw(st.floats(100.0, 2_000.0)),
            duration_months=data.draw(st.integers(1, 5)),
            calls_per_year=data.draw(st.integers(1, 12)),
            considered=data.draw(st.integers(1, 12)),
            renewable=data.draw(st.booleans()),
        )
        for number in range(3)
    ]
    state = town(6, budgets_eur=(data.draw(budgets),))
    for now in range(1, 29):
        month(state, *brokers)  # which checks that every account balances, and that none of a funder is below zero
        a, e, alive = state.awards, state.encounters, state.organisations.alive
        running = (a.start_month <= now) & (now <= a.end_month) & (a.returned_cents == 0)
        assert len(e) == np.count_nonzero(running)  # somebody is always left to be met
        assert (alive[e.one_row] & alive[e.other_row] & (e.one_row != e.other_row)).all()
        for one in brokers:
            this_year = (a.start_month > (now - 1) // 12 * 12) & (a.measure == one.number)
            assert (a.awarded_cents - a.returned_cents)[this_year].sum() <= calls.to_cents(one.numbers.budget_eur_per_year)
        if now == 7:
            close(state, data.draw(st.integers(0, 5)))
    a = state.awards
    assert (a.paid_cents + a.returned_cents == a.awarded_cents).all()
    assert state.ledger.total_cents[Flow.SUPPORT_RUNNING] == a.paid_cents.sum() == state.funders.paid_cents[0]
    assert state.organisations.cash_cents[:6].sum() == 500_000
