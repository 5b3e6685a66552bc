"""Closing: hazards, distress and insolvency, and everything that ends with an organisation."""

import math

import numpy as np
import pytest

from clustersim.luck import Luck
from clustersim.money import Flow
from clustersim.processes import closing
from clustersim.processes.closing import Closing, hazard_of
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE, pack_uid
from clustersim.state.projects import ABANDONED, RUNNING
from clustersim.state.purposes import Purposes
from clustersim.state.ties import add_tie

NEVER = Closing(social_rate=0.0, private_rate=0.0)


@pytest.fixture(autouse=True)
def _wrapping_is_meant():
    with np.errstate(over="ignore"):
        yield


def population(count: int, kind=SOCIAL_ENTERPRISE, cash=0, credit=0) -> State:
    """That many organisations at one place."""
    state = State(Purposes(("care",), ("trade",), np.array([0.1]), np.array([45_000]), np.ones((1, 1))))
    state.places.append(1)
    enter(state, count, kind=kind, cash_cents=cash, credit_cents=credit)
    state.ledger.record(Flow.STARTING_CAPITAL, int(state.organisations.cash_cents.sum()))
    return state


def enter(state: State, count: int, **columns) -> None:
    uid = [pack_uid(state.month, 0, slot) for slot in range(count)]
    state.settle(count, uid=uid, alive=True, founded_month=state.month, staff_fte=1.0, **columns)


def pass_months(state: State, luck: Luck, numbers: Closing, months: int) -> None:
    for _ in range(months):
        state.month += 1
        closing.advance(state, luck, numbers)


def test_the_hazard_falls_with_age_to_that_of_its_kind():
    p = Closing(social_rate=0.05, private_rate=0.10, youth_extra=0.5, youth_years=3.0).numbers
    assert hazard_of(SOCIAL_ENTERPRISE, 0.0, p) == pytest.approx(0.075)
    assert hazard_of(SOCIAL_ENTERPRISE, 3.0, p) == pytest.approx(0.05 * (1 + 0.5 / math.e))
    assert hazard_of(PRIVATE_ACTOR, 0.0, p) == pytest.approx(0.15)
    assert hazard_of(PRIVATE_ACTOR, 100.0, p) == pytest.approx(0.10)


def test_without_distress_survival_is_exponential():
    numbers = Closing(social_rate=0.10, youth_extra=0.0)
    state = population(20_000)
    for months in (12, 24, 24):
        pass_months(state, Luck(3), numbers, months)
        expected = (1 - 0.10 / 12) ** state.month
        assert abs(state.organisations.alive.mean() - expected) < 3 * math.sqrt(expected * (1 - expected) / 20_000)


def test_the_young_close_more_often_by_the_declared_extra():
    numbers = Closing(social_rate=0.3, youth_extra=1.0, youth_years=30.0)
    state = population(20_000)
    pass_months(state, Luck(4), numbers, 1)
    expected = 0.3 * (1 + math.exp(-1 / 360)) / 12  # at the age of one month
    assert abs((~state.organisations.alive).mean() - expected) < 3 * math.sqrt(expected / 20_000)


def test_poisson_entry_gives_a_poisson_number():
    numbers = Closing(social_rate=0.6, youth_extra=0.0)  # 5 % a month
    rng, luck = np.random.default_rng(5), Luck(5)
    state = population(0)
    alive = []
    for month in range(4000):
        state.month += 1
        enter(state, int(rng.poisson(1.5)))
        closing.advance(state, luck, numbers)
        if month >= 200:
            alive.append(int(state.organisations.alive.sum()))
    # those of this month have passed one month's hazard already: mean 1.5 x .95 / .05 = 28.5, and variance the same
    independent = len(alive) * 0.05 / 2  # months correlate with .95
    assert abs(np.mean(alive) - 28.5) < 3 * math.sqrt(28.5 / independent)
    assert abs(np.var(alive) / 28.5 - 1) < 3 * math.sqrt(4 / independent)


def test_cash_as_a_random_walk_with_a_floor_is_gamblers_ruin():
    steps, start, count = 60, 4, 20_000
    state = population(count, cash=start)
    rng = np.random.default_rng(6)
    for _ in range(steps):
        o = state.organisations
        move = np.where(o.alive, rng.choice((-1, 1), count), 0)
        o.cash_cents += move
        pass_months(state, Luck(6), NEVER, 1)
    # ruin at -1, five below the start; reflection: P(alive) = P(-5 < S < 5) + P(S = 5), S a sum of 60 steps of +-1
    chance = {2 * up - steps: math.comb(steps, up) / 2.0**steps for up in range(steps + 1)}
    expected = sum(p for s, p in chance.items() if -5 < s <= 5)
    assert abs(state.organisations.alive.mean() - expected) < 3 * math.sqrt(expected * (1 - expected) / count)


def test_distress_counts_months_in_a_row_and_closes_at_its_limit():
    state = population(1, cash=-10, credit=100)
    pass_months(state, Luck(1), NEVER, 5)
    assert (state.organisations.distress_months[0], state.organisations.alive[0]) == (5, True)
    state.organisations.cash_cents[0] = 0
    pass_months(state, Luck(1), NEVER, 1)
    assert state.organisations.distress_months[0] == 0
    state.organisations.cash_cents[0] = -10
    pass_months(state, Luck(1), NEVER, 6)
    assert not state.organisations.alive[0]
    assert state.organisations.closed_month[0] == 12


def test_debt_beyond_the_credit_line_closes_at_once():
    state = population(2, cash=[-100, -101], credit=100)
    pass_months(state, Luck(1), NEVER, 1)
    assert state.organisations.alive.tolist() == [True, False]


def test_cash_leaves_through_the_ledger_and_debts_stay_with_creditors():
    state = population(3, cash=[500, -101, 70], credit=[0, 100, 0])
    certain = Closing(social_rate=1.0, youth_extra=5.0, youth_years=30.0)  # 50 % a month
    pass_months(state, Luck(2), certain, 40)
    assert not state.organisations.alive.any()
    assert state.ledger.total_cents[Flow.CLOSING] == 500 - 101 + 70
    assert (state.organisations.cash_cents == 0).all() and state.ledger.inside_cents() == 0


def test_public_bodies_and_holders_of_budgets_never_close_and_owners_pay_their_debts():
    state = population(3, kind=[PUBLIC_FUNDER, PRIVATE_ACTOR, PRIVATE_ACTOR], cash=-101, credit=100)
    state.funders.append(1, organisation_row=1)
    pass_months(state, Luck(1), Closing(private_rate=1.0), 1)
    assert state.organisations.alive.tolist() == [True, True, False]
    assert state.organisations.cash_cents.tolist() == [0, 0, 0]
    assert state.ledger.total_cents[Flow.RECAPITALISATION] == 202
    assert state.ledger.inside_cents() == 0


def test_ties_projects_and_memberships_end_with_an_organisation():
    state = population(5, kind=[0, 0, 1, 2, 0], cash=[-1, 5, 5, 5, -1])
    o, t = state.organisations, state.ties
    columns = (t.degree, t.partner_row, t.trust, t.born_month, t.purpose, t.joint_successes, t.refused)
    for i, j, trust in ((1, 0, 0.2), (1, 2, 0.4), (1, 3, 0.6), (0, 2, 0.3), (0, 4, 0.1), (4, 1, 0.7)):
        add_tie(*columns, i, j, trust, 1, 0)
    state.projects.append(2, team=[[0, 1, 3, -1], [2, -1, -1, -1]], outcome=RUNNING)
    o.project_row[:] = [0, 0, 1, 0, -1]
    state.poles.append(1, alive=True, members=3)
    o.pole_row[:3], o.coordinated[:3] = 0, True
    state.clusters.append(1, alive=True, members=4, social_enterprises=2, private_actors=1, public_funders=1)
    o.cluster_row[:4] = 0
    pass_months(state, Luck(1), NEVER, 1)
    state.check()
    assert o.alive.tolist() == [False, True, True, True, False]
    assert t.degree.tolist() == [0, 2, 1, 1, 0]
    assert t.partner_row[1, :2].tolist() == [2, 3] and t.trust[1, :2].tolist() == [0.4, 0.6]
    assert state.projects.outcome.tolist() == [ABANDONED, RUNNING] and state.projects.ended_month.tolist() == [1, 0]
    assert o.project_row.tolist() == [-1, -1, 1, -1, -1]
    assert state.poles.members[0] == 2 and o.pole_row.tolist() == [-1, 0, 0, -1, -1]
    assert o.coordinated.tolist() == [False, True, True, False, False]
    c = state.clusters
    assert (c.members[0], c.social_enterprises[0], c.private_actors[0], c.public_funders[0]) == (3, 1, 1, 1)


def test_the_unpaid_part_of_awards_returns_to_the_funder():
    state = population(2, cash=[-1, 5])
    state.funders.append(1, organisation_row=1, available_cents=1_000, committed_cents=900)
    state.ledger.record(Flow.BUDGET, 1_900)
    promised = {"requested_cents": 500, "awarded_cents": [500, 400, 300], "paid_cents": [100, 0, 200]}
    state.awards.append(3, funder_row=0, organisation_row=[0, 1, -1], **promised)
    pass_months(state, Luck(1), NEVER, 1)
    state.check()
    assert state.awards.returned_cents.tolist() == [400, 0, 0]
    assert (state.funders.committed_cents[0], state.funders.available_cents[0]) == (500, 1_400)


def test_one_organisations_luck_does_not_depend_on_the_others():
    few, many = population(50), population(80)
    for state in (few, many):
        pass_months(state, Luck(9), Closing(social_rate=0.8), 6)
    assert 0 < few.organisations.alive.sum() < 50
    assert (few.organisations.closed_month == many.organisations.closed_month[:50]).all()
