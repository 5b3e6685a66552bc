"""The shared space: who is paid for running one, to the cent, where it opens and when it closes; and what its neighbours save."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustersim.measures import Measure, calls
from clustersim.money import Flow, to_cents
from clustersim.processes.accounts import payroll_of, relief_of
from clustersim.scenario import Scenario
from clustersim.state import State
from clustersim.state.ledger import OUTSIDE
from clustersim.state.organisations import SOCIAL_ENTERPRISE
from lively import COUNCIL, LIVELY, hashes_of, lived
from measure_builders import FUNDER_UID, PRIVATE, measure, month, town, winners

SPACES: dict = {"kind": "shared_space", "funder": "council", "budget_eur_per_year": 300_000}


def space(**numbers) -> Measure:
    return measure("shared_space", **numbers)


def next_month(state: State, *in_force: Measure) -> list[int]:
    """The next month as far as measures go; returns the spaces that they run at each place."""
    state.place_levers.extra_spaces[:] = 0
    return month(state, *in_force).place_levers.extra_spaces.tolist()


def close(state: State, row: int) -> None:
    o = state.organisations
    o.alive[row], o.closed_month[row] = False, state.month
    state.ledger.record(Flow.CLOSING, int(o.cash_cents[row]))
    o.cash_cents[row] = 0


# to the cent


def test_a_host_is_paid_in_kind_for_three_years_and_the_place_is_open_as_long():
    state = town(1, places=[2])
    fund = space(amount_eur=10_000.0, end_month=60)
    opened = [next_month(state, fund) for _ in range(40)]
    assert opened == [[0, 0, 1, 0]] * 36 + [[0, 0, 0, 0]] * 4
    a, journal = state.awards, state.ledger.journal
    assert (a.in_kind.tolist(), a.awarded_cents.tolist(), a.paid_cents.tolist()) == ([True], [3_000_000], [3_000_000])
    assert (a.start_month[0], a.end_month[0]) == (1, 36)
    running = journal.flow == Flow.SUPPORT_RUNNING
    # 30 000 EUR in 36 parts of 833.33 EUR, the last with the odd 12 cents
    assert journal.amount_cents[running].tolist() == [83_333] * 35 + [83_345]
    assert set(journal.payer_uid[running].tolist()) == {FUNDER_UID}
    assert set(journal.payee_uid[running].tolist()) == {OUTSIDE}
    # nothing of it is the host's
    assert (state.organisations.cash_cents[0], state.organisations.support_cents[0]) == (100_000, 0)
    assert state.ledger.total_cents[Flow.SUPPORT] == 0


def test_the_window_ends_the_place_and_the_promise_is_for_its_months_alone():
    state = town(1)
    opened = [next_month(state, space(amount_eur=10_000.0, start_month=2, end_month=6))[0] for _ in range(8)]
    assert opened == [0, 1, 1, 1, 1, 1, 0, 0]
    # five twelfths of 10 000 EUR
    assert state.awards.paid_cents.tolist() == state.awards.awarded_cents.tolist() == [416_666]


def test_a_host_that_closes_ends_the_place_and_the_rest_returns_to_the_funder():
    state = town(2, places=[0, 1])
    fund = space(amount_eur=12_000.0, duration_months=12)
    assert [next_month(state, fund) for _ in range(4)] == [[1, 1, 0, 0]] * 4
    close(state, 0)
    assert [next_month(state, fund) for _ in range(8)] == [[0, 1, 0, 0]] * 8
    assert dict(zip(winners(state), state.awards.paid_cents.tolist(), strict=True)) == {1: 400_000, 2: 1_200_000}
    assert dict(zip(winners(state), state.awards.returned_cents.tolist(), strict=True)) == {1: 800_000, 2: 0}
    assert state.funders.available_cents[0] == 10_000_000 - 2_400_000 + 800_000
    assert state.funders.committed_cents[0] == 0


def test_a_host_may_run_several_spaces():
    assert next_month(town(2, places=[1, 3]), space(spaces=4, amount_eur=1_000.0)) == [0, 4, 0, 4]


# who hosts


def test_at_each_place_the_first_in_rank_hosts_and_the_others_are_no_applicants():
    state = town(7, places=[0, 0, 0, 1, 1, 2, 3], quality=[0.1, 0.7, 0.2, 0.3, 0.4, 0.0, 0.5])
    # 3 x 10 000 EUR for three places of four: the best of each place, the best place first
    next_month(state, space(amount_eur=10_000.0, duration_months=12, budget_eur_per_year=35_000.0))
    assert winners(state) == [2, 7, 5]
    assert (state.calls.eligible[0], state.calls.chosen[0], state.calls.promised_cents[0]) == (4, 3, 3_000_000)


def test_without_that_rule_a_place_may_have_several_hosts():
    state = town(5, places=[0, 0, 0, 1, 1], quality=[0.5, 0.4, 0.3, 0.2, 0.1])
    fund = space(amount_eur=10_000.0, duration_months=12, budget_eur_per_year=45_000.0, one_per_place=False)
    assert next_month(state, fund) == [3, 1, 0, 0]
    assert winners(state) == [1, 2, 3, 4]


def test_the_next_host_at_a_place_follows_when_the_promise_has_ended_or_the_host_has_closed():
    state = town(3, places=[0, 0, 0], quality=[0.3, 0.2, 0.1], budgets_eur=(300_000.0,))
    fund = space(amount_eur=12_000.0, duration_months=14, calls_per_year=12, budget_eur_per_year=300_000.0)
    hosts = []
    for now in range(1, 32):
        assert next_month(state, fund)[0] == 1
        if now == 19:
            close(state, 1)
        a = state.awards
        hosts.append(state.organisations.uid[a.organisation_row[-1]])
    # a call opens every month; the first host's time ends, the second closes after five months
    assert hosts == [1] * 14 + [2] * 5 + [3] * 12
    assert state.awards.end_month.tolist() == [14, 28, 33]


def test_who_has_had_support_may_host_again_where_it_is_renewable():
    for renewable, expected in ((False, [1]), (True, [1, 1])):
        state = town(1)
        for _ in range(14):
            next_month(state, space(amount_eur=1_000.0, duration_months=12, renewable=renewable))
        assert winners(state) == expected


def test_lagging_places_and_places_in_need_come_first():
    for selection, expected in (("lagging", [4, 3]), ("need", [2, 3])):
        state = town(4, places=np.arange(4), quality=[0.9, 0.8, 0.7, 0.1])
        state.places.met_share[:] = np.array([0.9, 0.5, 0.2, 0.0])[:, None]
        state.places.need[:] = np.array([100.0, 200.0, 80.0, 10.0])[:, None]
        next_month(state, space(amount_eur=50_000.0, duration_months=12, selection=selection))
        assert winners(state) == expected


def test_a_place_in_the_countryside_only_where_the_call_says_so():
    state = town(4, places=np.arange(4))
    state.places.population[:] = [20_000, 900, 2_001, 2_000]
    assert next_month(state, space(amount_eur=1_000.0, most_place_population=2_000.0)) == [0, 1, 0, 1]


def test_hosts_are_social_enterprises_that_hold_their_own_share():
    state = town(4, places=np.arange(4))
    o = state.organisations
    o.kind[0] = PRIVATE
    o.cash_cents[1:3] = [299_999, 300_000]
    state.ledger.record(Flow.SERVICES, 399_999)
    fund = {"amount_eur": 12_000.0, "duration_months": 12, "co_funding_share": 0.2}
    # a fifth of the cost: 12 000 EUR come with 3 000 EUR of one's own
    assert next_month(state.copy(), space(**fund)) == [0, 0, 1, 0]
    o.cash_cents[0] += 900_000
    state.ledger.record(Flow.MARKET, 900_000)
    assert next_month(state, space(**fund, private_actors=True)) == [1, 0, 1, 0]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_budget_is_exceeded_and_no_place_has_two_hosts(data):
    fund = space(
        start_month=data.draw(st.integers(1, 14)),
        end_month=data.draw(st.integers(14, 30)),
        budget_eur_per_year=data.draw(st.floats(0.0, 120_000.0)),
        amount_eur=data.draw(st.floats(100.0, 40_000.0)),
        duration_months=data.draw(st.integers(1, 20)),
        selection=data.draw(st.sampled_from(calls.SELECTIONS)),
        calls_per_year=data.draw(st.integers(1, 12)),
        renewable=data.draw(st.booleans()),
        spaces=data.draw(st.integers(1, 3)),
    )
    state = town(12, budgets_eur=(data.draw(st.floats(0.0, 150_000.0)),), places=np.arange(12) % 3)
    budget_cents = to_cents(fund.numbers.budget_eur_per_year)
    for now in range(1, 31):
        opened = next_month(state, fund)
        a = state.awards
        hosts = (a.start_month <= now) & (now <= a.end_month) & state.organisations.alive[a.organisation_row]
        assert opened == (fund.numbers.spaces * np.bincount(state.organisations.place_row[a.organisation_row[hosts]], minlength=4)).tolist()
        assert max(opened) <= fund.numbers.spaces
        assert (a.awarded_cents - a.returned_cents)[a.start_month > (now - 1) // 12 * 12].sum() <= budget_cents
        if now in (9, 18):
            close(state, now // 9)
    assert (state.awards.paid_cents + state.awards.returned_cents == state.awards.awarded_cents).all()


# in the course of a run


def test_without_a_budget_it_is_as_if_it_were_absent_and_before_its_window_too():
    alone = {**LIVELY, **COUNCIL, "run.spin_up": 2}
    without, _ = hashes_of(Scenario.load("baseline", alone), 3, 10)
    penniless, _ = hashes_of(Scenario.load("baseline", {**alone, "measures.places": {**SPACES, "budget_eur_per_year": 0}}), 3, 10)
    late, _ = hashes_of(Scenario.load("baseline", {**alone, "measures.places": {**SPACES, "start_month": 7}}), 3, 10)
    assert penniless == without
    assert (late[:8] == without[:8], late[8] != without[8]) == (True, True)


def test_who_sits_at_the_place_saves_overheads_and_nobody_else_does():
    plain = {**LIVELY, **COUNCIL, "run.spin_up": 0, "population.spaces_per_100_000": 0.0}
    scenario = Scenario.load("baseline", {**plain, "measures.places": {**SPACES, "selection": "lottery"}})
    before, p = lived(scenario, 5, 0).state.organisations, scenario.processes.serving.numbers
    payroll = np.array([payroll_of(staff, False, p) for staff in before.staff_fte])
    base = p.overhead_cents + p.overhead_share * payroll
    without, supported = lived(Scenario.load("baseline", plain), 5, 1).state, lived(scenario, 5, 1).state
    o, seats = supported.organisations, supported.place_levers.extra_spaces
    assert np.bincount(seats).tolist() == [38, 2]  # of 40 places; 300 000 EUR pay for two of them
    rows = np.arange(len(before))
    tenants = np.bincount(o.place_row[rows][before.kind != 2], minlength=seats.size)[o.place_row[rows]]
    relief = np.array([relief_of(int(s), int(t), p) for s, t in zip(seats[o.place_row[rows]], tenants, strict=True)])
    saved = without.organisations.expense_cents[rows] - o.expense_cents[rows]
    assert np.abs(saved - base * relief).max() <= 1.0
    assert (saved > 0).sum() >= 2
    assert ((saved > 0) == (seats[o.place_row[rows]] > 0)).all()
    hosts = supported.awards.organisation_row
    assert (o.kind[hosts] == SOCIAL_ENTERPRISE).all()
    assert sorted(o.place_row[hosts]) == np.flatnonzero(seats).tolist()


def test_a_run_with_shared_spaces_keeps_every_invariant():
    scenario = Scenario.load("baseline", {**LIVELY, **COUNCIL, "measures.places": {**SPACES, "calls_per_year": 4, "duration_months": 12}})
    state = lived(scenario, 1).state
    state.check()
    paid = int(state.awards.paid_cents.sum())
    assert paid == state.ledger.total_cents[Flow.SUPPORT_RUNNING] == pytest.approx(3 * 30_000_000, rel=0.4)
    assert state.organisations.support_cents.sum() == 0
