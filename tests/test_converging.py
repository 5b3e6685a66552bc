"""Converging: pairs of partners, bounded confidence, and Deffuant et al. (2000)."""

import numpy as np
import pytest

from clustersim.kernels import kernel
from clustersim.kernels.blocks import Workers
from clustersim.luck import Luck, Stream, hash_of, hash_with, uniform
from clustersim.processes import converging
from clustersim.processes.converging import Converging, converse, movement
from clustersim.state import State
from clustersim.state.purposes import Purposes
from clustersim.state.ties import add_tie

PURPOSES = Purposes(("work",), ("trade", "law"), np.array([0.01]), np.array([1000]), np.array([[0.5, 0.5]]))


def territory(uids, ties, values, workers=None):
    """Organisations with these uids and values, and ties (one, other, trust) between positions in the list."""
    state = State(PURPOSES, tie_bound=8, workers=workers)
    state.places.append(1)
    state.settle(len(uids), uid=uids, alive=True, values=values)
    t = state.ties
    for one, other, trust in ties:
        add_tie(t.degree, t.partner_row, t.trust, t.born_month, t.purpose, t.joint_successes, t.refused, one, other, trust, 0, 0)
    return state


def advance(state, months=1, seed=1, **numbers):
    for _ in range(months):
        state.month += 1
        converging.advance(state, Luck(seed), Converging(**numbers))


def random_territory(order, workers=None):
    """The same 60 organisations and 150 ties, listed in the given order."""
    draw = np.random.default_rng(3)
    uids, values = np.arange(100, 160), draw.random((60, 2))
    couples = sorted({tuple(sorted(pair)) for pair in draw.integers(0, 60, (150, 2)).tolist() if pair[0] != pair[1]})
    place = np.argsort(order)
    ties = [(place[a], place[b], 0.1 + 0.8 * draw.random()) for a, b in couples]
    return territory(uids[order], ties, values[order], workers)


def test_two_partners_move_towards_each_other_by_mu_times_trust_times_the_gap():
    state = territory([7, 9], [(0, 1, 0.5)], [[0.2, 0.9], [0.4, 0.7]])
    advance(state, mu=0.1, tolerance=0.4)
    assert state.organisations.values == pytest.approx(np.array([[0.21, 0.89], [0.39, 0.71]]), abs=1e-15)


def test_a_value_too_far_apart_does_not_move_while_the_other_does():
    state = territory([7, 9], [(0, 1, 1.0)], [[0.1, 0.5], [0.9, 0.6]])
    advance(state, mu=0.5, tolerance=0.4)
    assert state.organisations.values == pytest.approx(np.array([[0.1, 0.55], [0.9, 0.55]]), abs=1e-15)


def test_a_difference_equal_to_the_tolerance_is_already_too_far():
    assert movement(0.25, 0.75, 1.0, Converging(mu=0.5, tolerance=0.5).numbers) == 0.0
    assert movement(0.25, 0.74, 1.0, Converging(mu=0.5, tolerance=0.5).numbers) == pytest.approx(0.245)


def test_without_trust_or_ties_or_with_mu_zero_nothing_moves():
    values = [[0.2, 0.9], [0.4, 0.7], [0.5, 0.5]]
    for ties, mu in (([(0, 1, 0.0)], 0.5), ([], 0.5), ([(0, 1, 1.0), (1, 2, 1.0)], 0.0)):
        state = territory([7, 9, 11], ties, values)
        advance(state, months=5, mu=mu)
        assert (state.organisations.values == np.array(values)).all()


def test_each_organisation_has_at_most_one_conversation_a_month():
    # a star of three: the centre talks with one of the leaves only
    state = territory([1, 2, 3], [(0, 1, 1.0), (0, 2, 1.0)], [[0.5, 0.5], [0.4, 0.4], [0.6, 0.6]])
    advance(state, mu=0.5)
    values = state.organisations.values[:, 0]
    assert sorted(values.tolist()) in ([pytest.approx(0.4), pytest.approx(0.55), pytest.approx(0.55)],
                                       [pytest.approx(0.45), pytest.approx(0.45), pytest.approx(0.6)])  # fmt: skip


def test_over_the_months_every_partner_of_a_star_is_talked_with_about_as_often():
    talks = np.zeros(4)
    for seed in range(400):
        state = territory([1, 2, 3, 4], [(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)], [[0.5, 0], [0.4, 0], [0.4, 0], [0.4, 0]])
        advance(state, seed=seed, mu=0.5)
        talks += state.organisations.values[:, 0] == 0.45
    assert talks[0] == 400
    assert np.abs(talks[1:] - 400 / 3).max() < 4 * np.sqrt(400 * 2 / 9)


def test_the_mean_of_each_value_stays_and_values_stay_within_their_bounds():
    state = random_territory(np.arange(60))
    before, spread = state.organisations.values.mean(axis=0), state.organisations.values.std()
    advance(state, months=60, mu=0.5, tolerance=1.01)
    after = state.organisations.values
    assert after.mean(axis=0) == pytest.approx(before, abs=1e-13)
    assert after.std() < spread / 2
    assert after.min() >= 0.0 and after.max() <= 1.0


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(5).permutation(60)
    plain, shuffled = random_territory(np.arange(60)), random_territory(order)
    advance(plain, months=12)
    advance(shuffled, months=12)
    assert (shuffled.organisations.values == plain.organisations.values[order]).all()


def test_the_number_of_threads_does_not_matter():
    workers = Workers(3, worth_splitting=1)
    one, three = random_territory(np.arange(60)), random_territory(np.arange(60), workers)
    advance(one, months=12)
    advance(three, months=12)
    workers.close()
    assert one.hash() == three.hash()


# the reduction: Deffuant et al. (2000) on a complete graph, 1 000 agents

AGENTS = 1000
DRAWS_PER_AGENT = 500


@kernel
def pair_up(key, turn, order, partner):
    """A random perfect matching of everybody with everybody: shuffle, then pair neighbours in the line."""
    for i in range(order.size - 1, 0, -1):
        j = int(uniform(hash_with(key, turn, i)) * (i + 1))
        order[i], order[j] = order[j], order[i]
    for i in range(0, order.size, 2):
        partner[order[i], 0] = order[i + 1]
        partner[order[i + 1], 0] = order[i]


@kernel
def frozen(opinion, tolerance):
    """Whether no two that would still move are more than a millionth apart."""
    line = np.sort(opinion)
    start = line[0]
    for i in range(1, line.size):
        if line[i] - line[i - 1] >= tolerance:
            start = line[i]
        elif line[i] - start > 1e-6:
            return False
    return True


@kernel
def major_groups(opinion, gap, least):
    """How many groups, cut where the line of opinions has a gap, hold at least so many."""
    line = np.sort(opinion)
    count = 0
    members = 1
    for i in range(1, line.size + 1):
        if i == line.size or line[i] - line[i - 1] > gap:
            count += members >= least
            members = 0
        members += 1
    return count


@kernel
def settle_opinions(key, agents, draws_per_agent, p):
    """Uniform opinions, then the model's own kernel on random disjoint pairs until they freeze. Number of major groups."""
    opinion = np.empty((agents, 1))
    for i in range(agents):
        opinion[i, 0] = uniform(hash_of(key, i))
    degree = np.ones(agents, np.int16)
    trust = np.ones((agents, 1))
    partner = np.empty((agents, 1), np.int32)
    order = np.arange(agents)
    for turn in range(2 * draws_per_agent):  # agents / 2 pairs at a time
        pair_up(key, turn, order, partner)
        converse(0, agents, partner[:, 0], degree, partner, trust, opinion, p)
        if turn % 20 == 19 and frozen(opinion[:, 0], p.tolerance):
            break
    return major_groups(opinion[:, 0], p.tolerance / 2.0, agents // 20)


@pytest.mark.parametrize(
    ("tolerance", "groups", "least_share"),
    [(0.50, 1, 1.0), (0.30, 1, 0.90), (0.25, 2, 0.90), (0.20, 2, 0.98)],
)
def test_on_a_complete_graph_it_is_deffuants_model(tolerance, groups, least_share):
    p = Converging(mu=0.5, tolerance=tolerance).numbers
    found = [settle_opinions(Luck(seed).key(Stream.CONVERSATION), AGENTS, DRAWS_PER_AGENT, p) for seed in range(50)]
    assert np.mean(np.array(found) == groups) >= least_share
