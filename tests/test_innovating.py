"""Innovating: teams, money, success and its effects, each by hand; then luck, order and threads."""

import numpy as np
import pytest

from clustersim.kernels.blocks import Workers
from clustersim.luck import Luck, Stream
from clustersim.money import Flow
from clustersim.processes import innovating
from clustersim.processes.innovating import Innovating
from clustersim.processes.project_costs import project_cost, project_grant, shares
from clustersim.processes.projecting import practise, success_chance
from clustersim.processes.teams import leaders, team_coverage
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE
from clustersim.state.projects import FAILED, SUCCEEDED
from clustersim.state.purposes import Purposes
from clustersim.state.ties import add_tie

CHALLENGE = np.array([[0.8, 0.6, 0.4, 0.2], [0.2, 0.2, 0.8, 0.8]])  # each asks 2.0 in all
PURPOSES = Purposes(("work", "food"), ("trade", "law", "digital", "finance"), np.full(2, 0.01), np.full(2, 1000), CHALLENGE)
SURE = {"idea_rate": 1.0, "private_idea_share": 0.0, "gamma": 0.0, "distrust_success": 1.0}  # everybody tries, everything succeeds
RICH = 10_000_000  # 100 000 EUR


def territory(kinds, competences, ties=(), cash=RICH, **columns):
    """Organisations with uids 10, 11, ... and ties (one, other, trust) between positions in the list; one pole, one cluster."""
    state = State(PURPOSES, tie_bound=8)
    state.places.append(1)
    if "pole_row" in columns:
        state.poles.append(1, alive=True, members=sum(row == 0 for row in columns["pole_row"]))
    if "cluster_row" in columns:
        state.clusters.append(1, alive=True, members=sum(row == 0 for row in columns["cluster_row"]))
    uids = 10 + np.arange(len(kinds))
    state.settle(len(kinds), **({"uid": uids, "kind": kinds, "alive": True, "competences": competences, "cash_cents": cash} | columns))
    state.ledger.record(Flow.STARTING_CAPITAL, int(state.organisations.cash_cents.sum()))
    t = state.ties
    for one, other, trust in ties:
        add_tie(t.degree, t.partner_row, t.trust, t.born_month, t.purpose, t.joint_successes, t.refused, one, other, trust, 0, 0)
    state.check()
    return state


def advance(state, months=1, seed=1, **numbers):
    for _ in range(months):
        state.month += 1
        innovating.advance(state, Luck(seed), Innovating(**(SURE | numbers)))
        state.check()
    return state.projects


# A social enterprise that covers .8 of 2.0, and three private actors that never lead: what each adds to it is
# B: law .6 and digital .4 -> 1.0;   C: law .6 -> .6;   D: finance .2 -> .2
TRADER, B, C, D = [0.8, 0.0, 0.0, 0.0], [0.0, 0.6, 0.4, 0.0], [0.0, 0.9, 0.0, 0.0], [0.0, 0.0, 0.0, 0.9]
FOUR = [SOCIAL_ENTERPRISE, PRIVATE_ACTOR, PRIVATE_ACTOR, PRIVATE_ACTOR]


def four(trusts, competences=(TRADER, B, C, D), **columns):
    """The four, with ties from the first to the others of the given trusts."""
    return territory(FOUR, competences, [(0, k + 1, trust) for k, trust in enumerate(trusts)], **columns)


# formulas


def test_coverage_is_the_share_of_the_challenge_that_the_best_of_the_team_meet():
    competences = np.array([[0.9, 0.3, 0.0, 0.0], [0.2, 0.5, 0.1, 0.9]])
    alone, both = np.array([0, -1, -1, -1]), np.array([0, 1, -1, -1])
    assert team_coverage(alone, competences, CHALLENGE[0]) == pytest.approx((0.8 + 0.3) / 2.0)
    assert team_coverage(both, competences, CHALLENGE[0]) == pytest.approx((0.8 + 0.5 + 0.1 + 0.2) / 2.0)


def test_cost_grows_with_each_partner_by_the_overhead():
    p = Innovating(small_cost_eur=8_000, large_cost_eur=40_000, coordination_overhead=0.1).numbers
    assert [project_cost(size, False, p) for size in (1, 2, 4)] == [800_000, 880_000, 1_040_000]
    assert [project_cost(size, True, p) for size in (1, 3)] == [4_000_000, 4_800_000]


def test_shares_are_equal_and_the_leader_pays_the_cents_left_over():
    p = Innovating(small_cost_eur=8_000, coordination_overhead=0.1).numbers
    assert shares(0, 1.0, 1, False, p)[0] == 800_000
    assert shares(0, 1.0, 3, False, p) == (320_000, 320_000)
    assert shares(100_001, 1.0, 3, False, p) == (286_667, 286_666)  # 859 999 in all
    assert shares(960_000, 0.75, 3, False, p) == (80_000, 80_000)


def test_a_grant_pays_at_most_its_share_of_the_cost_and_only_for_joint_projects():
    assert project_grant(500, 1.0, 800, 2) == 500
    assert project_grant(900, 1.0, 800, 2) == 800
    assert project_grant(500, 0.5, 800, 2) == 400
    assert project_grant(500, 0.5, 801, 2) == 400  # whole cents, never more than the share
    assert project_grant(500, 0.0, 800, 2) == 0
    assert project_grant(500, 1.0, 800, 1) == 0


def test_chance_of_success_rises_with_coverage_and_trust():
    assert success_chance(0.25, 1.0, 1.5, 0.5) == pytest.approx(0.125)
    assert success_chance(0.25, 0.2, 0.5, 0.5) == pytest.approx(0.5 * 0.6)
    assert success_chance(1.0, 0.0, 1.5, 0.5) == 0.5
    assert success_chance(0.0, 1.0, 1.5, 0.5) == 0.0


def test_practice_raises_the_competence_furthest_below_the_challenge():
    p = Innovating(practice_gain=0.2).numbers
    competences = np.array([0.7, 0.1, 0.0, 0.0])  # below by .1, .5, .4, .2
    practise(competences, CHALLENGE[0], p)
    assert competences == pytest.approx([0.7, 0.2, 0.0, 0.0])
    master = np.array([0.9, 0.9, 0.9, 0.9])
    practise(master, CHALLENGE[0], p)
    assert (master == 0.9).all()


# teams


def test_a_leader_picks_partners_one_by_one_by_gain_in_coverage_times_trust():
    # 1.0 x .5 beats .6 x .7 and .2 x .9; then C adds nothing more, so D follows
    projects = advance(four([0.5, 0.7, 0.9]))
    assert projects.team[0].tolist() == [0, 1, 3, -1]
    assert projects.coverage[0] == pytest.approx(1.0)
    assert projects.trust[0] == pytest.approx(0.7)
    assert (projects.size[0], projects.large[0], projects.start_month[0], projects.due_month[0]) == (3, False, 1, 7)
    # .6 x .9 beats 1.0 x .5; then B still adds .4 x .5, D .2 x .2
    projects = advance(four([0.5, 0.9, 0.2]))
    assert projects.team[0].tolist() == [0, 2, 1, 3]
    assert projects.trust[0] == pytest.approx((0.9 + 0.5 + 0.2) / 3)


def test_a_partner_must_be_trusted_idle_and_add_enough():
    assert advance(four([0.1, 0.7, 0.9]), partner_trust=0.15).team[0].tolist() == [0, 2, 3, -1]
    assert advance(four([0.5, 0.7, 0.9]), min_gain=0.11).team[0].tolist() == [0, 1, -1, -1]
    busy = four([0.5, 0.7, 0.9])
    busy.projects.append(1, team=[[1, -1, -1, -1]], size=1, due_month=9)
    busy.organisations.project_row[1] = 0
    assert advance(busy).team[1].tolist() == [0, 2, 3, -1]


def test_of_equally_good_partners_the_one_with_the_smaller_uid_is_asked():
    for uids in ([10, 11, 12], [10, 12, 11]):
        state = territory(FOUR[:3], [TRADER, C, C], [(0, 1, 0.5), (0, 2, 0.5)], uid=uids)
        assert state.organisations.uid[advance(state).team[0, 1]] == 11


def test_one_alone_does_a_project_alone_with_trust_one():
    projects = advance(territory([SOCIAL_ENTERPRISE], [TRADER]))
    assert projects.team[0].tolist() == [0, -1, -1, -1]
    assert (projects.size[0], projects.trust[0], projects.coverage[0], projects.cost_cents[0]) == (1, 1.0, pytest.approx(0.4), 800_000)


def test_public_bodies_and_the_closed_do_not_lead_and_private_actors_seldom():
    n = 3000
    kinds = np.repeat([SOCIAL_ENTERPRISE, PRIVATE_ACTOR, PUBLIC_FUNDER], n // 3)
    alive, project_row = np.arange(n) % 2 == 0, np.full(n, -1, np.int32)
    key, p, none = Luck(1).key(Stream.PROJECT_IDEA), Innovating(idea_rate=0.4, private_idea_share=0.5).numbers, np.zeros(n, np.int64)
    row = leaders(key, key, np.flatnonzero(alive), np.arange(n), kinds, project_row, none, np.zeros(n), p)
    assert alive[row].all() and np.unique(row).size == row.size
    by_kind = np.bincount(kinds[row], minlength=3)
    assert by_kind[2] == 0
    assert abs(by_kind[0] - 200) < 4 * np.sqrt(500 * 0.4 * 0.6)
    assert abs(by_kind[1] - 100) < 4 * np.sqrt(500 * 0.2 * 0.8)


def test_members_of_a_coordinated_pole_may_be_asked_and_get_a_tie():
    def pole(coordinated):
        return four([0.5], pole_row=[0, 0, -1, 0], coordinated=[coordinated, coordinated, False, coordinated])

    assert advance(pole(False)).team[0].tolist() == [0, 1, -1, -1]
    state = pole(True)
    projects = advance(state, pole_trust=0.2)
    assert projects.team[0].tolist() == [0, 1, 3, -1]
    assert projects.trust[0] == pytest.approx(0.35)
    assert state.ties.partner_row[0, :2].tolist() == [1, 3] and state.ties.partner_row[3, 0] == 0
    assert (state.ties.trust[3, 0], state.ties.born_month[3, 0], state.ties.degree[3]) == (0.2, 1, 1)


def clustered(animated, **columns):
    """The four, the first with one tie; all but the third are seen in one cluster, with an animator or without."""
    state = four([0.5], cluster_row=[0, 0, -1, 0], **columns)
    state.organisation_levers.animated[[0, 1, 3]] = animated
    return state


def test_members_of_an_animated_cluster_may_be_asked_and_get_a_tie():
    assert advance(clustered(False)).team[0].tolist() == [0, 1, -1, -1]
    state = clustered(True)
    projects = advance(state, pole_trust=0.2)
    assert projects.team[0].tolist() == [0, 1, 3, -1]
    assert projects.trust[0] == pytest.approx(0.35)
    assert (state.ties.trust[3, 0], state.ties.degree[3]) == (0.2, 1)


def test_whose_pole_has_a_coordinator_asks_there_and_not_in_its_animated_cluster():
    led = {"pole_row": [0, -1, 0, -1], "coordinated": [True, False, True, False]}
    # D is in the cluster only, and C in the pole only: C adds law .6, more than B's digital .4 after it
    assert advance(clustered(True, **led), pole_trust=0.5).team[0].tolist() == [0, 1, -1, -1]
    assert advance(clustered(True, **led), pole_trust=1.0).team[0].tolist() == [0, 2, 1, -1]


def test_where_two_teams_want_the_same_partner_one_by_luck_gets_it_and_the_other_idea_is_lost():
    winners = np.zeros(2)
    for seed in range(200):
        state = territory([SOCIAL_ENTERPRISE] * 2 + [PRIVATE_ACTOR], [TRADER, TRADER, B], [(0, 2, 0.5), (1, 2, 0.5)])
        projects = advance(state, seed=seed)
        assert len(projects) == 1 and projects.team[0, 1] == 2
        winners[projects.team[0, 0]] += 1
    assert abs(winners[0] - 100) < 4 * np.sqrt(50)


def test_a_team_does_a_small_project_before_a_large_one():
    state = four([0.5, 0.0, 0.0])
    projects = advance(state, months=7)
    assert projects.large.tolist() == [False, True]
    assert projects.start_month.tolist() == [1, 7] and projects.due_month.tolist() == [7, 22]
    assert projects.cost_cents.tolist() == [880_000, 4_400_000]
    # experienced, but never with this partner
    assert not advance(four([0.5, 0.0, 0.0], successes=3)).large[0]


# money


def test_each_member_pays_its_share_and_the_ledger_knows():
    state = four([0.5, 0.7, 0.9])
    projects = advance(state, small_cost_eur=8_000.01, coordination_overhead=0.0)
    assert projects.cost_cents[0] == 800_001
    assert (RICH - state.organisations.cash_cents).tolist() == [266_667, 266_667, 0, 266_667]
    state = four([0.5, 0.7, 0.9])
    advance(state, small_cost_eur=8_000.00, coordination_overhead=0.0)
    assert (RICH - state.organisations.cash_cents).tolist() == [266_668, 266_666, 0, 266_666]
    assert state.ledger.total_cents[Flow.PROJECT_COST] == 800_000


def test_a_partner_is_asked_only_when_its_share_leaves_it_a_reserve():
    def team(cash_of_b):
        return advance(four([0.5, 0.7, 0.9], cash=[RICH, cash_of_b, RICH, RICH], expense_cents=[0, 100_000, 0, 0])).team[0].tolist()

    # beyond a reserve of 200 000 cents, B has to pay 440 000 in a team of two, 320 000 in one of three, 260 000 in one of four
    assert team(640_000) == [0, 1, 3, -1]
    assert team(639_999) == [0, 2, 1, 3]
    assert team(520_000) == [0, 2, 1, 3]
    assert team(519_999) == [0, 2, 3, 1]
    assert team(459_999) == [0, 2, 3, -1]


def test_cooperation_lets_a_leader_do_what_it_could_not_pay_alone():
    cash = [439_999, RICH, RICH, RICH]
    state = four([0.5, 0.0, 0.0], cash=cash)
    assert len(advance(state)) == 0 and state.organisations.hindered[0] == 1
    cash[0] = 440_000
    state = four([0.5, 0.0, 0.0], cash=cash)
    assert advance(state).size[0] == 2
    assert state.organisations.hindered[0] == 0 and state.organisations.cash_cents[0] == 0


def test_a_team_that_cannot_pay_a_large_project_does_a_small_one():
    state = four([0.5, 0.0, 0.0], cash=[RICH, 2_199_999, 0, 0], successes=1)
    state.ties.joint_successes[:2, 0] = 1
    assert not advance(state).large[0]
    state = four([0.5, 0.0, 0.0], cash=[RICH, 2_200_000, 0, 0], successes=1)
    state.ties.joint_successes[:2, 0] = 1
    assert advance(state).large[0]


def test_one_without_money_is_hindered_and_every_such_idea_is_counted():
    state = territory([SOCIAL_ENTERPRISE] * 2, [TRADER] * 2, cash=[799_999, 800_000])
    advance(state, months=3)
    assert state.organisations.hindered.tolist() == [3, 0]
    assert len(state.projects) == 1 and state.organisations.cash_cents.tolist() == [799_999, 0]


def test_a_grant_lowers_all_shares_and_is_used_up_first():
    state = four([0.5, 0.0, 0.0], cash=[590_000, 290_001, 0, 0], project_grant_cents=[300_000, 0, 0, 0], project_grant_share=1.0)
    projects = advance(state)
    # 880 000 less 300 000, in two
    assert (projects.cost_cents[0], projects.grant_cents[0]) == (880_000, 300_000)
    assert state.organisations.cash_cents.tolist() == [0, 1, 0, 0]
    assert state.organisations.project_grant_cents[0] == 0


def test_a_grant_above_the_cost_pays_all_of_its_share_and_the_rest_stays_earmarked():
    state = four([0.5, 0.0, 0.0], cash=[1_000_000, 0, 0, 0], project_grant_cents=[1_000_000, 0, 0, 0], project_grant_share=1.0)
    projects = advance(state)
    assert projects.grant_cents[0] == projects.cost_cents[0] == 880_000
    assert state.organisations.cash_cents.tolist() == [120_000, 0, 0, 0]
    assert state.organisations.project_grant_cents[0] == 120_000


def test_the_team_pays_what_the_share_of_the_money_leaves():
    # 80 % of 880 000 are 704 000; the other 176 000 are paid in halves
    cash = [1_000_000 + 88_000, 88_000, 0, 0]
    state = four([0.5, 0.0, 0.0], cash=cash, project_grant_cents=[1_000_000, 0, 0, 0], project_grant_share=0.8)
    projects = advance(state)
    assert (projects.cost_cents[0], projects.grant_cents[0], projects.size[0]) == (880_000, 704_000, 2)
    assert state.organisations.cash_cents.tolist() == [296_000, 0, 0, 0]
    assert state.organisations.project_grant_cents[0] == 296_000
    # a cent less with the leader stops the project, with the partner it leaves nobody to do it with
    for poor in (0, 1):
        fewer = [c - (k == poor) for k, c in enumerate(cash)]
        state = four([0.5, 0.0, 0.0], cash=fewer, project_grant_cents=[1_000_000, 0, 0, 0], project_grant_share=0.8)
        assert len(advance(state)) == 0 and state.organisations.hindered[0] == 1


def test_partners_pay_their_share_of_a_large_project_too():
    state = four([0.5, 0.0, 0.0], cash=5_000_000, project_grant_cents=[3_000_000, 0, 0, 0], project_grant_share=0.5, successes=1)
    state.ties.joint_successes[:2, 0] = 1
    projects = advance(state)
    # half of 4 400 000 is granted
    assert (projects.large[0], projects.grant_cents[0]) == (True, 2_200_000)
    assert state.organisations.cash_cents.tolist() == [5_000_000 - 2_200_000 - 1_100_000, 3_900_000, 5_000_000, 5_000_000]


def test_money_that_is_due_back_pays_nothing_and_is_no_free_money_either():
    state = four([0.5, 0.0, 0.0], cash=[740_000, 440_000, 0, 0], project_grant_cents=[300_000, 0, 0, 0], project_grant_share=0.0)
    projects = advance(state)
    assert (projects.size[0], projects.grant_cents[0]) == (2, 0)
    assert state.organisations.cash_cents.tolist() == [300_000, 0, 0, 0]


def test_a_grant_for_a_joint_project_pays_nothing_alone_and_is_no_free_money():
    state = territory([SOCIAL_ENTERPRISE], [TRADER], cash=1_000_000, project_grant_cents=300_000, project_grant_share=1.0)
    assert len(advance(state)) == 0 and state.organisations.hindered[0] == 1
    state = territory([SOCIAL_ENTERPRISE], [TRADER], cash=1_100_000, project_grant_cents=300_000, project_grant_share=1.0)
    assert advance(state).grant_cents[0] == 0
    assert state.organisations.cash_cents[0] == 300_000 and state.organisations.project_grant_cents[0] == 300_000


# ideas that money brings


def ideas(n, rate, **columns):
    """Which of n rows have an idea under that rate."""
    given = {"kind": np.zeros(n, np.int8), "earmarked": np.zeros(n, np.int64), "grant_share": np.zeros(n)} | columns
    key = Luck(1).key(Stream.PROJECT_IDEA)
    p = Innovating(idea_rate=rate, private_idea_share=0.5, granted_idea_rate=0.25).numbers
    idle = np.full(n, -1, np.int32)
    return leaders(
        key, key, np.arange(n), np.arange(n), given["kind"], idle, given["earmarked"], given["grant_share"], p
    )  # fmt: skip


def test_who_holds_money_for_a_joint_project_has_ideas_more_often_by_the_same_luck():
    n = 10_000
    holds = {"earmarked": np.full(n, 1), "grant_share": np.full(n, 0.8)}
    plain, granted = ideas(n, 0.05), ideas(n, 0.05, **holds)
    assert set(plain.tolist()) < set(granted.tolist())
    assert abs(granted.size - 0.25 * n) < 4 * np.sqrt(n * 0.25 * 0.75)
    assert set(ideas(n, 0.05, kind=np.ones(n, np.int8), **holds).tolist()) == set(granted.tolist())
    # never less often than without, and not for money that is due back
    assert ideas(n, 0.4, **holds).tolist() == ideas(n, 0.4).tolist()
    assert ideas(n, 0.05, earmarked=np.full(n, 1)).tolist() == plain.tolist()


def granted_four(trusts, idea_rate, *, partner_cash=RICH, **columns):
    """What the four start where the first holds money for joint projects and so always has an idea."""
    grant = {"project_grant_cents": [800_000, 0, 0, 0], "project_grant_share": [0.8, 0, 0, 0]}
    state = four(trusts, cash=[RICH, *[partner_cash] * 3], **(grant | columns))
    return state, advance(state, idea_rate=idea_rate, granted_idea_rate=1.0)


def test_an_idea_that_only_the_money_brought_is_dropped_where_the_money_cannot_be_used():
    state, projects = granted_four([0.5, 0.0, 0.0], 0.0)
    assert projects.grant_cents.tolist() == [704_000]
    for nobody in ({"trusts": [0.0, 0.0, 0.0]}, {"trusts": [0.5, 0.0, 0.0], "partner_cash": 0}):
        state, projects = granted_four(idea_rate=0.0, **nobody)
        assert len(projects) == 0 and state.organisations.hindered[0] == 0 and (state.organisations.project_row == -1).all()
        # an idea of its own it does alone
        state, projects = granted_four(idea_rate=1.0, **nobody)
        assert (projects.size.tolist(), projects.grant_cents.tolist()) == ([1], [0])


def test_an_idea_that_the_money_brought_is_dropped_where_it_pays_too_little_of_the_project():
    # a small project of two costs 8 800 EUR, of which a quarter is 2 200
    for grant, starts in ((219_999, 0), (220_000, 1)):
        _, projects = granted_four([0.5, 0.0, 0.0], 0.0, project_grant_cents=grant)
        assert len(projects) == starts
        _, projects = granted_four([0.5, 0.0, 0.0], 1.0, project_grant_cents=grant)
        assert projects.grant_cents.tolist() == [grant]  # an idea of its own takes what there is


# vouchers


def voucher_four(trusts, known=(), *, cash=RICH, **columns):
    """The four; the first holds a voucher of 4 000 EUR and has succeeded with those it knows."""
    grant = {"project_grant_cents": [400_000, 0, 0, 0], "project_grant_share": [0.8, 0, 0, 0], "voucher": [True, False, False, False]}
    state = four(trusts, cash=cash, **(grant | columns))
    for j in known:
        state.ties.joint_successes[0, j - 1] = state.ties.joint_successes[j, 0] = 1
    return state


def test_a_voucher_fills_the_first_seat_with_the_best_new_partner_and_pays():
    # without it B would be first (1.0 x .5), as in the tests of teams above; of the new ones C beats D
    state = voucher_four([0.5, 0.7, 0.9], known=[1])
    projects = advance(state)
    assert projects.team[0].tolist() == [0, 2, 1, 3]
    assert projects.grant_cents[0] == 400_000
    # 1 040 000 less 400 000 in four
    assert (RICH - state.organisations.cash_cents).tolist() == [560_000, 160_000, 160_000, 160_000]
    state = voucher_four([0.5, 0.7, 0.9], known=[1])
    state.organisations.voucher[0] = False
    assert advance(state).team[0].tolist() == [0, 1, 3, -1]


def test_a_voucher_is_not_used_where_nobody_new_can_be_asked():
    state = voucher_four([0.5, 0.0, 0.0], known=[1])
    projects = advance(state)
    assert (projects.team[0].tolist(), projects.grant_cents[0]) == ([0, 1, -1, -1], 0)
    assert state.organisations.cash_cents[:2].tolist() == [RICH - 440_000, RICH - 440_000]
    assert state.organisations.project_grant_cents[0] == 400_000
    # and an idea that only the voucher brought is dropped
    assert len(advance(voucher_four([0.5, 0.0, 0.0], known=[1]), idea_rate=0.0, granted_idea_rate=1.0)) == 0


def test_a_new_partner_must_be_able_to_pay_its_share_beside_the_voucher():
    # a team of two pays 880 000 less 400 000: 240 000 each. With D for a partner, B and C have nothing
    for cash_of_d, team, grant in ((240_000, [0, 3, -1, -1], 400_000), (239_999, [0, -1, -1, -1], 0)):
        projects = advance(voucher_four([0.5, 0.7, 0.9], known=[1], cash=[RICH, 0, 0, cash_of_d]))
        assert (projects.team[0].tolist(), projects.grant_cents[0]) == (team, grant)


def test_one_without_the_money_for_a_team_without_the_voucher_is_hindered():
    # B is known, so the voucher may not be used: the leader's purse is what it holds besides
    state = voucher_four([0.5, 0.0, 0.0], known=[1], cash=[839_999, RICH, 0, 0])
    assert len(advance(state)) == 0 and state.organisations.hindered[0] == 1
    assert advance(voucher_four([0.5, 0.0, 0.0], known=[1], cash=[840_000, RICH, 0, 0])).size.tolist() == [2]


def test_a_failure_together_leaves_partners_new_to_each_other_and_a_success_does_not():
    weak = [[0.0] * 4, [0.05, 0, 0, 0], [0.0] * 4, [0.0] * 4]
    state = voucher_four([0.5, 0.0, 0.0], competences=weak, project_grant_cents=[100_000, 0, 0, 0])
    advance(state, months=7, gamma=10.0)
    assert state.projects.outcome.tolist()[:1] == [FAILED] and state.projects.size.tolist() == [2, 2]
    state.organisations.project_grant_cents[0] = 100_000
    advance(state, months=6, gamma=10.0)
    assert state.projects.grant_cents.tolist() == [100_000, 0, 100_000]
    state = voucher_four([0.5, 0.0, 0.0])
    advance(state, months=6)
    state.organisations.project_grant_cents[0] = 100_000
    advance(state)
    assert state.projects.outcome[0] == SUCCEEDED and state.projects.grant_cents.tolist() == [400_000, 0]


def test_with_a_voucher_a_team_does_a_small_project_even_if_all_have_experience():
    projects = advance(voucher_four([0.5, 0.7, 0.9], known=[1, 3], successes=3))
    assert (projects.team[0, 1], projects.large[0]) == (2, False)


def test_members_of_ones_circle_without_a_tie_are_new_partners():
    led = {"pole_row": [0, 0, -1, 0], "coordinated": [True, True, False, True]}
    state = voucher_four([0.5], known=[1], **led)
    projects = advance(state, pole_trust=0.2)
    assert (projects.team[0].tolist(), projects.grant_cents[0]) == ([0, 3, 1, -1], 400_000)


def test_an_empty_voucher_asks_nobody_in_particular():
    state = voucher_four([0.5, 0.7, 0.9], known=[1], project_grant_cents=0)
    assert advance(state).team[0].tolist() == [0, 1, 3, -1]


# endings


def test_a_small_success_leaves_experience_quality_practice_and_a_record():
    state = four([0.5, 0.0, 0.0])
    advance(state, months=6, quality_fade_rate=0.0)
    assert state.organisations.successes.sum() == 0
    advance(state, idea_rate=0.0, quality_fade_rate=0.0)
    o, t, projects = state.organisations, state.ties, state.projects
    assert (projects.outcome[0], projects.ended_month[0]) == (SUCCEEDED, 7)
    assert (o.project_row == -1).all()
    assert o.successes.tolist() == [1, 1, 0, 0] and o.innovations.sum() == 0
    assert o.quality.tolist() == [0.02, 0, 0, 0]  # of the social enterprise only
    assert o.competences[0] == pytest.approx([0.8, 0.12, 0.0, 0.0]) and o.competences[1] == pytest.approx([0.16, 0.6, 0.4, 0.0])
    assert t.joint_successes[0, :3].tolist() == [1, 0, 0] and t.joint_successes[1, 0] == 1


def test_partners_of_a_success_who_are_tied_to_each_other_record_it_too():
    state = territory(FOUR[:3], [TRADER, [0, 0.6, 0, 0], [0, 0, 0.4, 0]], [(0, 1, 0.5), (0, 2, 0.5), (1, 2, 0.5)])
    advance(state, months=7)
    assert state.projects.size[0] == 3
    assert (state.ties.joint_successes[:, :2] == 1).all()


def test_a_large_success_with_a_social_enterprise_is_a_validated_innovation():
    state = four([0.5, 0.0, 0.0])
    advance(state, months=21)
    assert state.organisations.innovations.tolist() == [0, 0, 0, 0]
    advance(state, quality_fade_rate=0.0, idea_rate=0.0)
    assert state.organisations.innovations.tolist() == [1, 1, 0, 0]
    assert state.organisations.quality[0] > 0.1


def test_a_large_success_of_private_actors_alone_is_none():
    state = territory([PRIVATE_ACTOR], [TRADER], successes=1)
    advance(state, idea_rate=1.0, private_idea_share=1.0, months=16)
    assert state.projects.large[0] and state.projects.outcome[0] == SUCCEEDED
    assert state.organisations.innovations[0] == 0 and state.organisations.quality[0] == 0


def test_a_failure_leaves_nothing_but_the_team_is_free():
    state = four([0.5, 0.0, 0.0], competences=[[0.0] * 4, [0.05, 0, 0, 0], [0.0] * 4, [0.0] * 4])
    before = state.organisations.competences.copy()
    advance(state, months=6, gamma=10.0)
    advance(state, gamma=10.0, idea_rate=0.0)
    o = state.organisations
    assert (state.projects.outcome[0], state.projects.ended_month[0], state.projects.size[0]) == (FAILED, 7, 2)
    assert (o.project_row == -1).all() and o.successes.sum() == 0 and state.ties.joint_successes.sum() == 0
    assert (o.competences == before).all()


def test_without_ties_success_is_an_independent_trial_of_chance_coverage_to_the_power_gamma():
    n = 4000
    state = territory([SOCIAL_ENTERPRISE] * n, [[0.8, 0.2, 0.0, 0.0]] * n)  # half of the challenge
    advance(state, months=7, gamma=1.5, distrust_success=0.5)
    succeeded = np.count_nonzero(state.projects.outcome[:n] == SUCCEEDED)
    chance = 0.5**1.5
    assert abs(succeeded - n * chance) < 4 * np.sqrt(n * chance * (1 - chance))


def test_the_luck_of_a_project_is_its_leaders_and_its_starts():
    outcomes = []
    for bystanders in (0, 5):
        state = territory([SOCIAL_ENTERPRISE] * 20 + [PUBLIC_FUNDER] * bystanders, [[0.8, 0.2, 0, 0]] * (20 + bystanders))
        advance(state, months=7, gamma=1.0)
        by_leader = np.empty(20)
        by_leader[state.projects.team[:20, 0]] = state.projects.outcome[:20]
        outcomes.append(by_leader)
    assert (outcomes[0] == outcomes[1]).all() and np.unique(outcomes[0]).size == 2


def test_quality_fades_by_its_rate_when_nobody_has_ideas():
    state = territory([SOCIAL_ENTERPRISE], [TRADER], quality=0.5)
    advance(state, months=3, idea_rate=0.0, quality_fade_rate=0.1)
    assert state.organisations.quality[0] == pytest.approx(0.5 * 0.9**3)
    assert len(state.projects) == 0


# a whole small territory


def crowd(order, workers=None):
    """The same 80 organisations, 200 ties and 4 coordinated poles, listed in the given order."""
    n = 80
    draw = np.random.default_rng(3)
    place = np.argsort(order)
    couples = sorted({tuple(sorted(pair)) for pair in draw.integers(0, n, (200, 2)).tolist() if pair[0] != pair[1]})
    ties = [(place[a], place[b], draw.random()) for a, b in couples]
    cash = draw.integers(0, 5_000_000, n)
    columns = {
        "uid": 100 + np.arange(n),
        "kind": draw.choice([0, 0, 0, 1, 1, 2], n),
        "purpose": draw.integers(0, 2, n),
        "expense_cents": draw.integers(0, 100_000, n),
        "cash_cents": cash,
        "pole_row": np.where(np.arange(n) < 40, np.arange(n) % 4, -1),
        "coordinated": (np.arange(n) < 40) & (np.arange(n) % 4 < 3),
        "cluster_row": np.arange(n) % 7 // 2,
        "project_grant_cents": np.where(np.arange(n) % 9 == 0, np.minimum(cash, 700_000), 0),
        "project_grant_share": np.where(np.arange(n) % 9 == 0, 0.8, 0.0),
        "voucher": np.arange(n) % 18 == 0,
    }
    state = State(PURPOSES, tie_bound=24, workers=workers)
    state.places.append(1)
    state.settle(n, alive=True, competences=draw.random((n, 4))[order], **{name: column[order] for name, column in columns.items()})
    state.poles.append(4, alive=True, members=10)
    state.clusters.append(4, alive=True, members=np.bincount(columns["cluster_row"], minlength=4))
    state.organisation_levers.animated[:] = state.organisations.cluster_row == 3
    state.ledger.record(Flow.STARTING_CAPITAL, int(state.organisations.cash_cents.sum()))
    t = state.ties
    for one, other, trust in ties:
        add_tie(t.degree, t.partner_row, t.trust, t.born_month, t.purpose, t.joint_successes, t.refused, one, other, trust, 0, 0)
    return state


USUAL = {"idea_rate": 0.3, "private_idea_share": 0.3, "gamma": 1.5, "distrust_success": 0.5}


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(5).permutation(80)
    plain, shuffled = crowd(np.arange(80)), crowd(order)
    advance(plain, months=40, **USUAL)
    advance(shuffled, months=40, **USUAL)
    for name in ("cash_cents", "quality", "competences", "successes", "innovations", "hindered", "project_row"):
        assert (getattr(shuffled.organisations, name) == getattr(plain.organisations, name)[order]).all(), name
    for name, column in plain.projects.arrays():
        other = getattr(shuffled.projects, name)
        if name == "team":
            other = np.where(other >= 0, order[other], -1)
        assert (other == column).all(), name
    assert plain.ties.joint_successes.sum() > 0 and plain.organisations.innovations.sum() > 0 and plain.organisations.hindered.sum() > 0
    on_voucher = plain.organisations.voucher[plain.projects.team[:, 0]]
    assert plain.projects.grant_cents[on_voucher].sum() > 0 and plain.projects.grant_cents[~on_voucher].sum() > 0
    ended = plain.projects.outcome > 0
    assert (plain.projects.ended_month[ended] == plain.projects.due_month[ended]).all() and (plain.projects.due_month[~ended] > 40).all()
    assert plain.ties.degree.sum() == shuffled.ties.degree.sum() > crowd(order).ties.degree.sum()


def test_the_number_of_threads_does_not_matter():
    workers = Workers(3, worth_splitting=1)
    one, three = crowd(np.arange(80)), crowd(np.arange(80), workers)
    advance(one, months=40, **USUAL)
    advance(three, months=40, **USUAL)
    workers.close()
    assert one.hash() == three.hash()


def test_with_an_idea_rate_of_zero_it_is_as_if_absent():
    state = crowd(np.arange(80))
    before = state.hash()
    advance(state, months=5, idea_rate=0.0, granted_idea_rate=0.0)
    state.month = 0
    assert state.hash() == before
