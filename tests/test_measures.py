"""What all measures share: budgets by the year, calls, rankings, promises and instalments to the cent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustersim.measures import KINDS, PARAMETERS, calls, ranking
from clustersim.money import Flow
from clustersim.state import State
from clustersim.state.ledger import A_POLE, OUTSIDE, Ledger
from measure_builders import FUNDER_UID, cluster, end_pole, measure, month, months, pole, town, winners
from network_builders import relabelled

PAYING = sorted(kind for kind, numbers in PARAMETERS.items() if issubclass(numbers, calls.Call))


# budgets


def test_a_budget_arrives_in_the_first_month_of_every_year_and_what_is_left_lapses():
    state = town(0, budgets_eur=(1_234.56, 0.0))
    arrived = [int(month(state).funders.available_cents[0]) for _ in range(24)]
    assert arrived == [123_456] * 24
    assert state.ledger.total_cents[Flow.BUDGET] == 2 * 123_456
    assert state.ledger.total_cents[Flow.LAPSED_BUDGET] == 123_456


def test_the_discretionary_part_of_a_budget_follows_attention():
    state = town(0, budgets_eur=(1_000.0, 1_000.0, 1_000.0))
    state.funders.discretionary_share[:] = [0.0, 0.3, 1.0]
    state.funders.attention[:] = [0.1, 0.25, 0.333333]
    # 1 000 x (1 - .3 + .3 x .25) = 775 EUR; 333.333 EUR is 33 333 cents
    assert month(state).funders.available_cents.tolist() == [100_000, 77_500, 33_333]


def test_nothing_happens_during_the_spin_up():
    state = town(3, spin_up=6)
    before = state.organisations.cash_cents.copy()
    months(state, 6, measure())
    assert (len(state.awards), state.ledger.total_cents[Flow.BUDGET]) == (0, 0)
    assert (state.organisations.cash_cents == before).all()
    month(state, measure())
    assert (len(state.awards), state.funders.available_cents[0] + state.funders.committed_cents[0] > 0) == (2, True)


# calls


def test_a_grant_is_promised_whole_and_paid_in_equal_instalments_with_the_odd_cents_last():
    state = town(1)
    grant = measure(amount_eur=1_000.0, duration_months=3)
    month(state, grant)
    assert (state.funders.available_cents[0], state.funders.committed_cents[0]) == (9_900_000, 66_667)
    cash = [int(state.organisations.cash_cents[0])]
    for _ in range(3):
        cash.append(int(month(state, grant).organisations.cash_cents[0]))
    assert cash == [133_333, 166_666, 200_000, 200_000]
    a = state.awards
    assert (a.requested_cents[0], a.awarded_cents[0], a.paid_cents[0], a.returned_cents[0]) == (100_000, 100_000, 100_000, 0)
    assert (a.start_month[0], a.end_month[0]) == (1, 3)
    assert (state.organisations.support_cents[0], state.funders.paid_cents[0]) == (100_000, 100_000)
    rows = state.ledger.journal.flow == Flow.SUPPORT
    assert state.ledger.journal.amount_cents[rows].tolist() == [33_333, 33_333, 33_334]
    assert set(state.ledger.journal.payer_uid[rows].tolist()) == {FUNDER_UID}
    assert set(state.ledger.journal.payee_uid[rows].tolist()) == {1}


def test_a_call_promises_no_more_than_the_measures_budget_and_leaves_the_rest():
    state = month(town(5), measure(amount_eur=30_000.0, budget_eur_per_year=80_000.0))
    assert len(state.awards) == 2
    assert state.funders.available_cents[0] == 4_000_000
    state = month(town(1), measure(amount_eur=30_000.0))
    assert state.funders.available_cents[0] == 7_000_000


def test_a_measure_cannot_promise_more_than_its_funder_has():
    state = month(town(9), measure(amount_eur=30_000.0, budget_eur_per_year=1e6))
    assert len(state.awards) == 3


@pytest.mark.parametrize(
    ("per_year", "expected"), [(1, [3, 15]), (2, [3, 9, 15]), (5, [3, 6, 8, 11, 13, 15, 18]), (12, list(range(3, 19)))]
)
def test_calls_are_spread_over_the_year_from_the_first_month_on(per_year, expected):
    numbers = PARAMETERS["seed_grant"](start_month=3, end_month=18, calls_per_year=per_year)
    assert [m for m in range(1, 40) if calls.opens(numbers, m)] == expected


def test_the_budget_of_a_year_is_spread_over_its_calls_and_left_over_money_goes_to_the_next():
    state = town(9)
    grant = measure(amount_eur=10_000.0, budget_eur_per_year=80_000.0, calls_per_year=4)
    # nobody is young enough in months 1 and 4; the calls of months 7 and 10 then have half of the budget each
    state.organisations.founded_month[:9] = -500
    months(state, 6, grant)
    state.organisations.founded_month[:9] = 0
    month(state, grant)
    assert len(state.awards) == 4
    months(state, 3, grant)
    assert len(state.awards) == 8
    months(state, 3, grant)
    assert len(state.awards) == 9


# calls with dates


def test_calls_with_dates_are_held_in_these_months_and_no_others():
    numbers = PARAMETERS["seed_grant"](start_month=3, end_month=30)
    assert [m for m in range(1, 60) if calls.opens(numbers, m, (3, 4, 13, 30))] == [3, 4, 13, 30]
    state = town(30)
    months(state, 40, measure(call_months=(5, 11, 29), amount_eur=10_000.0, budget_eur_per_year=20_000.0))
    assert state.calls.month.tolist() == [5, 11, 29]
    assert state.awards.start_month.tolist() == [5, 11, 29, 29]


def test_a_year_gives_each_of_its_dates_an_equal_part_of_what_is_left_and_nothing_to_other_years():
    state = town(40)
    grant = measure(call_months=(3, 5, 6, 26), amount_eur=100.0, budget_eur_per_year=1_000.01)
    state.organisations.founded_month[:40] = -500  # nobody is young enough
    months(state, 3, grant)
    state.organisations.founded_month[:40] = 0
    months(state, 33, grant)
    # a third of 100 001 cents finds no taker; then half of all; then what is left of it; the second year has no call, the third one
    assert state.calls.month.tolist() == [3, 5, 6, 26]
    assert state.calls.money_cents.tolist() == [33_333, 50_000, 50_001, 100_001]
    assert state.calls.promised_cents.tolist() == [0, 50_000, 50_000, 100_000]
    assert np.bincount(state.awards.start_month).nonzero()[0].tolist() == [5, 6, 26]


def test_dates_that_are_spread_evenly_are_calls_spread_evenly():
    for kind in KINDS:
        given_per_year = measure(kind, start_month=2, end_month=26, calls_per_year=3, duration_months=5)
        dated = measure(kind, start_month=2, end_month=26, call_months=(2, 6, 10, 14, 18, 22, 26), duration_months=5)
        rival = measure(name="rival", number=1, amount_eur=7_000.0, calls_per_year=4)
        one, other = town(20), town(20)
        for world in (one, other):
            cluster(world, 0, 1, 2, 3)
            pole(world, 4, 5, 6)
        for _ in range(30):
            assert month(one, given_per_year, rival).hash() == month(other, dated, rival).hash(), kind
        assert len(one.awards) > 3


def test_a_measure_with_dates_claims_from_its_funder_in_years_with_a_call_alone():
    terms = {"amount_eur": 10_000.0, "budget_eur_per_year": 100_000.0, "longest_age_months": 1_200}
    yearly, dated = measure(name="yearly", **terms), measure(name="dated", number=1, call_months=(7, 31), **terms)
    state = town(60)
    found = []
    for _ in range(36):
        before = len(state.awards)
        month(state, yearly, dated)
        found += [(state.month, count) for count in [len(state.awards) - before] if count]
    # in the first and third year half is kept for the date in the middle; the second year is all for the other
    assert found == [(1, 5), (7, 5), (13, 10), (25, 5), (31, 5)]


def test_a_measure_with_dates_changes_nothing_before_the_year_of_the_first():
    yearly = measure(name="yearly", amount_eur=9_000.0, calls_per_year=4)
    dated = measure(name="dated", number=1, amount_eur=9_000.0, call_months=(15,))
    one, other = town(40), town(40)
    for _ in range(12):
        assert month(one, yearly, dated).hash() == month(other, yearly).hash()
    months(one, 3, yearly, dated), months(other, 3, yearly)
    assert one.hash() != other.hash()


def test_labels_are_given_on_the_dates_of_calls():
    state = town(40)
    for first in range(0, 20, 4):
        cluster(state, *range(first, first + 4))
    months(state, 20, measure("recognition", labels_per_call=1, rule_of_three=False, call_months=(4, 17)))
    assert state.awards.start_month.tolist() == [4, 17]


def test_outside_its_window_a_measure_changes_nothing():
    grant = measure(start_month=5, end_month=9, amount_eur=3_000.0, duration_months=24)
    state, without = town(3), town(3)
    for now in range(1, 16):
        before = state.awards.paid_cents.sum()
        month(state, grant)
        if now < 5:
            assert state.hash() == month(without).hash()
        assert bool(state.awards.paid_cents.sum() > before) is (5 <= now <= 9)
    # what is promised in the window is paid in it: five months
    assert state.awards.paid_cents.tolist() == [300_000] * 3
    assert state.funders.committed_cents[0] == 0


def test_a_measure_without_budget_is_as_if_it_were_absent():
    others = [measure(name="two", number=1, amount_eur=7_000.0, selection="lottery", calls_per_year=3)]
    for kind, dates in [(kind, dates) for kind in KINDS for dates in ((), (1, 8, 13))]:
        means = {"labels_per_call": 0} if kind == "recognition" else {"budget_eur_per_year": 0.0}
        nothing = measure(kind, call_months=dates, **means)
        one, other = town(20), town(20)
        for world in (one, other):
            cluster(world, 0, 1, 2, 3)
            pole(world, 4, 5, 6)
        for _ in range(14):
            assert month(one, nothing, *others).hash() == month(other, *others).hash()
        assert len(other.awards) > 10


def test_another_measure_of_another_funder_shifts_nobodys_luck():
    lottery = {"selection": "lottery", "amount_eur": 20_000.0}
    one, other = measure(name="a", **lottery), measure(name="b", number=1, funder=1, **lottery)
    alone = month(town(30, budgets_eur=(100_000.0, 100_000.0)), other)
    both = month(town(30, budgets_eur=(100_000.0, 100_000.0)), one, other)
    assert winners(alone) == winners(both)[5:]
    assert winners(both)[:5] != winners(both)[5:]


# one funder, several measures


def test_measures_that_share_a_funder_are_cut_in_proportion_to_their_budgets():
    small = measure(name="small", number=0, amount_eur=1_000.0, budget_eur_per_year=50_000.0)
    large = measure(name="large", number=1, amount_eur=1_000.0, budget_eur_per_year=150_000.0)
    state = month(town(200), small, large)
    assert np.bincount(state.awards.measure).tolist() == [25, 75]


def test_the_order_of_measures_does_not_matter():
    force = [
        measure(name="c", number=0, amount_eur=9_000.0, calls_per_year=2),
        measure(name="a", number=1, amount_eur=13_000.0, calls_per_year=3, selection="lottery"),
        measure("animation", name="b", number=2, amount_eur=11_000.0, start_month=4),
        measure("advice", name="d", number=3, amount_eur=2_000.0, call_months=(1, 2, 15)),
    ]
    worlds = []
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)):
        state = town(40)
        cluster(state, 0, 1, 2, 3)
        pole(state, 4, 5, 6)
        worlds.append(months(state, 15, *(force[k] for k in order)).hash())
    assert len(set(worlds)) == 1


def test_a_measure_that_joins_later_in_the_year_takes_nothing_from_another_before():
    first = measure(name="first", amount_eur=10_000.0, budget_eur_per_year=100_000.0)
    later = measure(name="later", number=1, amount_eur=10_000.0, budget_eur_per_year=100_000.0, start_month=7)
    one, other = town(40), town(40)
    for _ in range(6):
        assert month(one, first, later).hash() == month(other, first).hash()
    months(one, 6, first, later)
    assert np.bincount(one.awards.measure).tolist() == [10]
    # in the second year both have a call, in months 13 and 19, and an equal part
    months(one, 12, first, later)
    assert np.bincount(one.awards.measure).tolist() == [15, 5]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_budgets_are_never_exceeded(data):
    amounts = st.floats(100.0, 60_000.0)
    budgets = st.floats(0.0, 150_000.0)
    force = [
        measure(
            data.draw(st.sampled_from(PAYING)),
            name=f"measure {number}",
            number=number,
            funder=data.draw(st.integers(0, 1)),
            start_month=data.draw(st.integers(1, 14)),
            end_month=data.draw(st.integers(1, 28)),
            budget_eur_per_year=data.draw(budgets),
            amount_eur=data.draw(amounts),
            duration_months=data.draw(st.integers(1, 30)),
            selection=data.draw(st.sampled_from(calls.SELECTIONS)),
            calls_per_year=data.draw(st.integers(1, 12)),
            call_months=tuple(sorted(data.draw(st.sets(st.integers(1, 28), max_size=5)))),
        )
        for number in range(3)
    ]
    state = town(12, budgets_eur=(data.draw(budgets), data.draw(budgets)))
    cluster(state, 0, 1, 2, 3)
    doomed = pole(state, 4, 5, 6)
    pole(state, 7, 8, 9)
    for now in range(1, 29):
        month(state, *force)  # which checks that no account of a funder is below zero
        if now == 9:
            end_pole(state, doomed)
        a = state.awards
        for m in force:
            this_year = (a.start_month > (now - 1) // 12 * 12) & (a.measure == m.number)
            assert (a.awarded_cents - a.returned_cents)[this_year].sum() <= calls.to_cents(m.numbers.budget_eur_per_year)
    assert (state.awards.paid_cents + state.awards.returned_cents == state.awards.awarded_cents).all()
    support = state.ledger.total_cents[[Flow.SUPPORT, Flow.SUPPORT_RUNNING, Flow.PROCUREMENT]]
    assert support.sum() == state.awards.paid_cents.sum() == state.funders.paid_cents.sum()
    assert state.ledger.total_cents[Flow.REPAYMENT] == state.awards.repaid_cents.sum() == state.funders.repaid_cents.sum()


def test_payments_noted_together_are_as_if_noted_one_by_one():
    together, apart = Ledger(), Ledger()
    flows, payees, cents = [Flow.SUPPORT, Flow.SUPPORT_RUNNING, Flow.SUPPORT], [7, OUTSIDE, A_POLE], [10, 200, 3_000]
    together.record_payments(5, np.array(flows), 2, 99, np.array(payees), np.array(cents))
    together.record_payments(5, Flow.REPAYMENT, 2, 99, 7, np.array([1, 1]))
    for flow, payee, amount in zip([*flows, *[Flow.REPAYMENT] * 2], [*payees, 7, 7], [*cents, 1, 1], strict=True):
        apart.record_payment(5, flow, 2, 99, payee, amount)
    assert together.total_cents[[Flow.SUPPORT, Flow.SUPPORT_RUNNING, Flow.REPAYMENT]].tolist() == [3_010, 200, 2]
    assert together.journal.payee_uid.tolist() == [7, OUTSIDE, A_POLE, 7, 7]
    for ledger in (together, apart):
        ledger.close_month(5)  # nothing is left to sum up: all is itemised
    for (_, one), (_, other) in zip(together.journal.arrays(), apart.journal.arrays(), strict=True):
        assert one.tolist() == other.tolist()


def test_poles_and_groups_paid_in_one_month_stand_in_the_journal_in_the_order_of_their_promises():
    state = town(12)
    state.organisations.quality[:12] = np.repeat([0.1, 0.3, 0.2], 4)
    cluster(state, 0, 1, 2, 3)
    pole(state, 4, 5, 6, 7)
    cluster(state, 8, 9, 10, 11)
    month(state, measure("animation", amount_eur=12_000.0, duration_months=12))
    journal = state.ledger.journal
    payments = journal.measure == 0
    assert state.awards.pole_row.tolist() == [0, -1, -1]
    assert journal.payee_uid[payments].tolist() == [A_POLE, OUTSIDE, OUTSIDE]
    assert journal.flow[payments].tolist() == [Flow.SUPPORT, Flow.SUPPORT_RUNNING, Flow.SUPPORT_RUNNING]
    assert journal.amount_cents[payments].tolist() == [100_000] * 3


# rankings


def two_of(state: State, selection: str, **numbers) -> list[int]:
    return winners(month(state, measure(amount_eur=50_000.0, selection=selection, **numbers)))


def test_merit_is_coverage_of_ones_challenge_plus_quality():
    state = town(4)
    # the challenge is .5 in each of eight competences: coverage 1, .5, .25 and .5 + quality .1
    state.organisations.competences[:4] = np.array([0.9, 0.25, 0.125, 0.25])[:, None]
    state.organisations.quality[3] = 0.1
    assert two_of(state, "merit") == [1, 4]


def test_coverage_counts_each_competence_up_to_what_is_demanded():
    challenge = np.array([[0.8, 0.2], [0.0, 0.0]])
    got = ranking.coverage(np.array([[0.4, 1.0], [0.0, 0.1], [1.0, 1.0]]), np.array([0, 0, 1]), challenge)
    assert got == pytest.approx([0.6, 0.1, 0.0])


def test_need_is_the_number_of_persons_not_served_for_ones_own_purpose():
    state = town(4, places=np.arange(4), purpose=[0, 1, 0, 0])
    state.places.need[:, 0] = [100.0, 0.0, 90.0, 50.0]
    state.places.need[1] = [999.0, 60.0, 999.0]
    state.places.met_share[:, 0] = [0.9, 0.0, 0.1, 0.0]
    # not served: 10, 60, 81, 50
    assert two_of(state, "need") == [3, 2]


def test_lagging_are_places_where_the_mean_share_of_needs_met_is_lowest():
    state = town(4, places=np.arange(4))
    state.places.met_share[:] = [[0.5, 0.5, 0.5], [0.0, 0.0, 0.9], [0.1, 0.1, 0.0], [1.0, 1.0, 1.0]]
    assert two_of(state, "lagging") == [3, 2]


def test_a_lottery_draws_anew_in_every_call_and_first_come_are_always_the_same():
    for selection, repeats in (("lottery", False), ("first_come", True)):
        first = two_of(town(40), selection)
        state = town(40, spin_up=5)
        state.month = 5
        assert (two_of(state, selection) == first) is repeats


def test_a_lottery_gives_everybody_the_same_chance():
    won = np.zeros(11, int)
    for start in range(1, 301):
        state = town(10)
        state.month = start - 1
        state.funders.available_cents[0] = 10_000_000
        state.ledger.record(Flow.BUDGET, 10_000_000)
        won[two_of(state, "lottery", start_month=start, end_month=start, longest_age_months=1_200)] += 1
    # hypergeometric: 2 of 10 in each of 300 calls, deviation .4 x sqrt(300) = 6.9
    assert won[0] == 0
    assert (np.abs(won[1:] - 60) < 4 * 6.9).all()


@pytest.mark.parametrize("selection", calls.SELECTIONS)
def test_who_wins_does_not_depend_on_the_position_of_rows(selection):
    generator = np.random.default_rng(2)
    state = town(30, places=generator.integers(0, 4, 30), quality=generator.integers(0, 3, 30) / 10)
    state.places.need[:] = 10.0
    order = generator.permutation(31)
    twin = relabelled(state, order)
    twin.funders.organisation_row[0] = np.argsort(order)[30]
    grant = measure(selection=selection, amount_eur=9_000.0, calls_per_year=3)
    assert winners(months(state, 6, grant)) == winners(months(twin, 6, grant))
    # 100 000 EUR in three calls: three grants in month 1, then half of the 73 000 left makes four in month 5
    assert len(state.awards) == 7


def test_every_kind_declares_its_numbers_and_shares_those_of_calls():
    assert KINDS.keys() == PARAMETERS.keys()
    for kind, numbers in PARAMETERS.items():
        shared = calls.Window if kind == "recognition" else calls.Call
        assert {p.name for p in shared.declared()} <= {p.name for p in numbers.declared()}
    assert PARAMETERS["animation"]().amount_eur == 50_000.0
    assert PARAMETERS["seed_grant"]().amount_eur == 40_000.0
