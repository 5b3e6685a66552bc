"""Advice: who is accompanied, to the cent; what it teaches, by hand; and when it stops."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustersim.measures import Measure, advice, calls
from clustersim.money import Flow, to_cents
from clustersim.scenario import Scenario
from clustersim.state import State
from clustersim.state.ledger import OUTSIDE
from lively import COUNCIL, LIVELY, hashes_of, lived
from measure_builders import FUNDER_UID, PRIVATE, measure, month, months, town, winners
from network_builders import relabelled

ADVISERS: dict = {"kind": "advice", "funder": "council", "budget_eur_per_year": 300_000}
ASKED = np.array([[0.5] * 8, [0.9, 0.0, 0.3, 0.2, 0.0, 0.0, 0.0, 0.0], [0.0] * 8])


def adviser(**numbers) -> Measure:
    return measure("advice", **numbers)


def learners(competences, **columns) -> State:
    """Social enterprises that can do what is given, in a town where purpose 1 asks for .9, 0, .3, .2 and nothing, and 2 for nothing."""
    competences = np.asarray(competences, float)
    state = town(len(competences), **columns)
    state.purposes = replace(state.purposes, challenge=ASKED)
    state.organisations.competences[: len(competences)] = competences
    return state


def close(state: State, row: int) -> None:
    o = state.organisations
    o.alive[row], o.closed_month[row] = False, state.month
    state.ledger.record(Flow.CLOSING, int(o.cash_cents[row]))
    o.cash_cents[row] = 0


# what it teaches


def test_a_month_makes_up_its_share_of_the_largest_gap_and_of_no_other():
    state = learners([[0.6, 0.4, 0.1, 0.3, 0.5, 0.2, 0.5, 0.9]])
    month(state, adviser(gain_share=0.25))
    # furthest below .5 is the third, by .4
    assert state.organisations.competences[0] == pytest.approx([0.6, 0.4, 0.2, 0.3, 0.5, 0.2, 0.5, 0.9])


def test_the_largest_gap_is_judged_anew_each_month():
    state = learners([[0.5, 0.4, 0.1, 0.3, 0.5, 0.2, 0.5, 0.9]])
    taught = []
    for _ in range(5):
        before = state.organisations.competences[0].copy()
        month(state, adviser(gain_share=1.0))
        taught.append(np.flatnonzero(state.organisations.competences[0] != before).tolist())
    assert taught == [[2], [5], [3], [1], []]
    # what one can do beyond the challenge is not lost
    assert state.organisations.competences[0] == pytest.approx([0.5] * 7 + [0.9])


def test_what_is_taught_is_what_ones_own_purpose_asks_for():
    state = learners(np.full((3, 8), 0.1), purpose=[1, 0, 2])
    month(state, adviser(gain_share=0.5))
    expected = np.full((3, 8), 0.1)
    expected[0, 0] = 0.5  # half of the way from .1 to .9
    expected[1, 0] = 0.3  # all eight are alike: the first
    assert state.organisations.competences[:3] == pytest.approx(expected)


@pytest.mark.parametrize("gain_share", [0.0, 0.02, 0.3, 1.0])
def test_a_single_gap_closes_geometrically(gain_share):
    state = learners([[0.5, 0.5, 0.1, 0.5, 0.5, 0.5, 0.5, 0.5]])
    for now in range(1, 13):
        month(state, adviser(gain_share=gain_share))
        assert 0.5 - state.organisations.competences[0, 2] == pytest.approx(0.4 * (1 - gain_share) ** now)


def test_at_the_default_a_year_makes_up_about_as_much_as_practice_in_one_project():
    practice = Scenario.load("baseline").processes.innovating.practice_gain
    numbers = advice.Advice()
    assert 1 - (1 - numbers.gain_share) ** numbers.duration_months == pytest.approx(practice, abs=0.02)


def test_those_not_chosen_learn_nothing_and_their_rows_do_not_matter():
    competences = np.random.default_rng(5).random((12, 8))
    state = learners(competences, quality=np.arange(12) / 10)
    order = np.random.default_rng(6).permutation(13)
    twin = relabelled(state, order)
    twin.funders.organisation_row[0] = np.argsort(order)[12]
    advised = adviser(gain_share=0.2, amount_eur=8_000.0, budget_eur_per_year=24_000.0)
    months(state, 3, advised)
    months(twin, 3, advised)
    changed = (state.organisations.competences[:12] != competences).any(axis=1)
    assert sorted(winners(state)) == (np.flatnonzero(changed) + 1).tolist()
    assert changed.sum() == 3
    assert twin.organisations.competences.tolist() == state.organisations.competences[order].tolist()


# to the cent, and when


def test_the_adviser_is_paid_month_by_month_and_the_organisation_gets_no_cash():
    state = learners([[0.1] * 8])
    for now in range(1, 7):
        before = state.organisations.competences.copy()
        month(state, adviser(amount_eur=1_000.0, duration_months=3))
        assert bool((state.organisations.competences != before).any()) is (now <= 3)
    a, journal = state.awards, state.ledger.journal
    assert (a.in_kind.tolist(), a.awarded_cents.tolist(), a.paid_cents.tolist()) == ([True], [100_000], [100_000])
    running = journal.flow == Flow.SUPPORT_RUNNING
    assert journal.amount_cents[running].tolist() == [33_333, 33_333, 33_334]
    assert set(journal.payer_uid[running].tolist()) == {FUNDER_UID}
    assert set(journal.payee_uid[running].tolist()) == {OUTSIDE}
    assert (state.organisations.cash_cents[0], state.organisations.support_cents[0]) == (100_000, 0)
    assert (state.funders.available_cents[0], state.funders.committed_cents[0], state.funders.paid_cents[0]) == (9_900_000, 0, 100_000)


def test_it_ends_with_the_window_and_for_one_that_closes():
    state = learners(np.full((2, 8), 0.1))
    advised = adviser(amount_eur=1_200.0, duration_months=12, end_month=6)
    months(state, 2, advised)
    close(state, 0)
    at_its_end = state.organisations.competences[0].copy()
    months(state, 2, advised)
    assert dict(zip(winners(state), state.awards.paid_cents.tolist(), strict=True)) == {1: 20_000, 2: 40_000}
    assert dict(zip(winners(state), state.awards.returned_cents.tolist(), strict=True)) == {1: 40_000, 2: 0}
    months(state, 2, advised)
    learnt = state.organisations.competences[1].copy()
    months(state, 2, advised)
    assert state.organisations.competences[0].tolist() == at_its_end.tolist()
    assert state.organisations.competences[1].tolist() == learnt.tolist()
    # of twelve months six fall into the window, and are paid for
    assert (state.awards.paid_cents.max(), state.funders.committed_cents[0]) == (60_000, 0)


def test_who_may_ask_for_advice_and_once():
    state = learners(np.full((5, 8), 0.1), staff_fte=[0.5, 3.0, 3.0, 12.0, 3.0])
    o = state.organisations
    o.kind[1] = PRIVATE
    o.founded_month[4] = -100
    employers = {"amount_eur": 1_000.0, "least_staff_fte": 1.0, "most_staff_fte": 10.0, "least_age_months": 60}
    assert winners(month(state.copy(), adviser(**employers))) == [5]
    months(state, 26, adviser(amount_eur=1_000.0))
    assert sorted(winners(state)) == [1, 3, 4, 5]
    assert (state.calls.eligible.tolist(), state.calls.chosen.tolist()) == ([4, 0, 0], [4, 0, 0])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_budget_is_exceeded_and_nobody_is_taught_beyond_the_challenge(data):
    advised = adviser(
        start_month=data.draw(st.integers(1, 14)),
        end_month=data.draw(st.integers(14, 30)),
        budget_eur_per_year=data.draw(st.floats(0.0, 120_000.0)),
        amount_eur=data.draw(st.floats(100.0, 40_000.0)),
        duration_months=data.draw(st.integers(1, 20)),
        selection=data.draw(st.sampled_from(calls.SELECTIONS)),
        calls_per_year=data.draw(st.integers(1, 12)),
        renewable=data.draw(st.booleans()),
        gain_share=data.draw(st.floats(0.0, 1.0)),
    )
    start = np.random.default_rng(data.draw(st.integers(0, 99))).random((9, 8))
    state = learners(start, budgets_eur=(data.draw(st.floats(0.0, 150_000.0)),), purpose=np.arange(9) % 3)
    budget_cents, asked = to_cents(advised.numbers.budget_eur_per_year), ASKED[np.arange(9) % 3]
    for now in range(1, 31):
        before = state.organisations.competences[:9].copy()
        month(state, advised)
        after = state.organisations.competences[:9]
        assert (after >= before).all()
        assert (after <= np.maximum(before, asked + 1e-12)).all()
        assert ((after != before).sum(axis=1) <= 1).all()
        a = state.awards
        assert (a.awarded_cents - a.returned_cents)[a.start_month > (now - 1) // 12 * 12].sum() <= budget_cents
        if now in (9, 18):
            close(state, now // 9)
    assert (state.awards.paid_cents + state.awards.returned_cents == state.awards.awarded_cents).all()


# in the course of a run


def test_without_a_budget_it_is_as_if_it_were_absent_and_before_its_window_too():
    alone = {**LIVELY, **COUNCIL, "run.spin_up": 2}
    without, _ = hashes_of(Scenario.load("baseline", alone), 3, 10)
    penniless, _ = hashes_of(Scenario.load("baseline", {**alone, "measures.advisers": {**ADVISERS, "budget_eur_per_year": 0}}), 3, 10)
    late, _ = hashes_of(Scenario.load("baseline", {**alone, "measures.advisers": {**ADVISERS, "start_month": 7}}), 3, 10)
    assert penniless == without
    assert (late[:8] == without[:8], late[8] != without[8]) == (True, True)


def test_a_run_with_advice_keeps_every_invariant_and_raises_coverage():
    plain = {**LIVELY, **COUNCIL, "run.spin_up": 0}
    state = lived(Scenario.load("baseline", {**plain, "measures.advisers": ADVISERS}), 1, 24).state
    state.check()
    without = lived(Scenario.load("baseline", plain), 1, 24).state.organisations
    o, advised = state.organisations, np.unique(state.awards.organisation_row)
    advised = advised[o.alive[advised] & without.alive[advised]]
    challenge = state.purposes.challenge[o.purpose[advised]]
    covered = [np.minimum(table.competences[advised], challenge).sum() / challenge.sum() for table in (without, o)]
    assert advised.size >= 40
    assert covered[1] > covered[0] + 0.005
    assert int(state.awards.paid_cents.sum()) == state.ledger.total_cents[Flow.SUPPORT_RUNNING] > 0
