"""Learning: lessons both ways, barter, forgetting, and Cowan & Jonard (2004)."""

import numpy as np
import pytest

from clustersim.kernels import kernel
from clustersim.kernels.blocks import Workers
from clustersim.kernels.graph import draw_halves, favourites
from clustersim.luck import Luck, Stream, stream_key
from clustersim.processes import learning
from clustersim.processes.learning import Learning, ahead, learn, subjects, swap
from clustersim.state import State
from clustersim.state.purposes import Purposes
from clustersim.state.ties import add_tie

COMPETENCES = ("trade", "law", "digital", "finance")
CHALLENGE = np.array([[0.9, 0.3, 0.31, 0.0], [0.0, 0.8, 0.2, 0.6]])
PURPOSES = Purposes(("work", "food"), COMPETENCES, np.full(2, 0.01), np.full(2, 1000), CHALLENGE)


def territory(uids, ties, competences, workers=None, **columns):
    """Organisations with these uids and competences, and ties (one, other, trust) between positions in the list."""
    state = State(PURPOSES, tie_bound=8, workers=workers)
    state.places.append(1)
    state.settle(len(uids), **({"uid": uids, "alive": True, "competences": competences} | columns))
    t = state.ties
    for one, other, trust in ties:
        add_tie(t.degree, t.partner_row, t.trust, t.born_month, t.purpose, t.joint_successes, t.refused, one, other, trust, 0, 0)
    return state


def advance(state, months=1, seed=1, **numbers):
    for _ in range(months):
        state.month += 1
        learning.advance(state, Luck(seed), Learning(**numbers))
    return state.organisations.competences


def random_territory(order, workers=None):
    """The same 60 organisations and 150 ties, listed in the given order."""
    draw = np.random.default_rng(3)
    uids, competences, purpose = np.arange(100, 160), draw.random((60, 4)), draw.integers(0, 2, 60)
    couples = sorted({tuple(sorted(pair)) for pair in draw.integers(0, 60, (150, 2)).tolist() if pair[0] != pair[1]})
    place = np.argsort(order)
    ties = [(place[a], place[b], 0.1 + 0.8 * draw.random()) for a, b in couples]
    return territory(uids[order], ties, competences[order], workers, purpose=purpose[order])


def test_the_one_behind_gains_alpha_times_trust_times_the_gap_in_both_directions():
    state = territory([7, 9], [(0, 1, 0.5)], [[0.2, 0.8, 0.5, 0.0], [0.6, 0.4, 0.5, 1.0]])
    found = advance(state, alpha=0.1, fade_rate=0.0)
    assert found == pytest.approx(np.array([[0.22, 0.8, 0.5, 0.05], [0.6, 0.42, 0.5, 1.0]]), abs=1e-15)


def test_what_the_own_purpose_does_not_ask_for_fades():
    # work asks .9, .3, .31, 0 and food 0, .8, .2, .6: above .3 is used
    state = territory([7, 9], [], [[0.5] * 4, [0.5] * 4], purpose=[0, 1])
    found = advance(state, months=2, fade_rate=0.1)
    assert found == pytest.approx(np.array([[0.5, 0.405, 0.5, 0.405], [0.405, 0.5, 0.405, 0.5]]), abs=1e-15)


def test_what_was_just_learnt_fades_too_and_the_closed_stay_as_they_were():
    state = territory([7, 9, 11], [(0, 1, 1.0)], [[0.0, 0.0, 0.0, 0.2], [0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.5]])
    state.organisations.alive[2] = False
    found = advance(state, alpha=0.5, fade_rate=0.1)
    assert found[:, 3] == pytest.approx([0.54, 0.9, 0.5], abs=1e-15)


def test_without_trust_or_ties_or_with_alpha_zero_nobody_learns():
    competences = [[0.2] * 4, [0.4] * 4, [0.5] * 4]
    for ties, alpha in (([(0, 1, 0.0)], 0.5), ([], 0.5), ([(0, 1, 1.0), (1, 2, 1.0)], 0.0)):
        found = advance(territory([7, 9, 11], ties, competences), months=5, alpha=alpha, fade_rate=0.0)
        assert (found == np.array(competences)).all()


def test_competences_stay_within_their_bounds_and_nobody_forgets_by_teaching():
    state = random_territory(np.arange(60))
    before = state.organisations.competences.copy()
    after = advance(state, months=60, alpha=1.0, fade_rate=0.0)
    assert (after >= before).all() and after.max() == before.max()
    assert after.mean() > before.mean() + 0.1


@pytest.mark.parametrize("barter", [False, True])
def test_the_order_of_rows_does_not_matter(barter):
    order = np.random.default_rng(5).permutation(60)
    plain, shuffled = random_territory(np.arange(60)), random_territory(order)
    expected = advance(plain, months=12, barter=barter)[order]
    assert (advance(shuffled, months=12, barter=barter) == expected).all()


@pytest.mark.parametrize("barter", [False, True])
def test_the_number_of_threads_does_not_matter(barter):
    workers = Workers(3, worth_splitting=1)
    one, three = random_territory(np.arange(60)), random_territory(np.arange(60), workers)
    advance(one, months=12, barter=barter)
    advance(three, months=12, barter=barter)
    workers.close()
    assert one.hash() == three.hash()


# barter


def test_differences_below_a_thousandth_count_as_equal_in_barter():
    p = Learning(equal_share=0.001).numbers
    assert ahead(0.5, 0.4994, p) and not ahead(0.5, 0.4996, p)
    assert not ahead(0.4, 0.5, p) and not ahead(0.0, 0.0, p)
    assert subjects(np.array([0.5, 0.5, 0.2]), np.array([0.4, 0.4999, 0.1]), p) == 2


def test_barter_needs_a_double_coincidence_of_wants():
    ahead_everywhere = [[0.5, 0.6, 0.7, 0.8], [0.1, 0.2, 0.3, 0.4]]
    assert (advance(territory([7, 9], [(0, 1, 1.0)], ahead_everywhere), barter=True, fade_rate=0.0) == ahead_everywhere).all()
    found = advance(territory([7, 9], [(0, 1, 1.0)], [[0.5, 0.6, 0.3, 0.3], [0.1, 0.8, 0.3, 0.3]]), barter=True, fade_rate=0.0)
    assert found == pytest.approx(np.array([[0.5, 0.62, 0.3, 0.3], [0.14, 0.8, 0.3, 0.3]]), abs=1e-15)


def test_barter_teaches_as_many_competences_one_way_as_the_other():
    # one is ahead in three, the other in one: one lesson each way
    found = advance(territory([7, 9], [(0, 1, 1.0)], [[1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]), alpha=0.5, barter=True, fade_rate=0.0)
    assert found[0].tolist() == [1.0, 1.0, 1.0, 0.5]
    assert sorted(found[1].tolist()) == [0.0, 0.0, 0.5, 1.0]


def test_barter_draws_its_subjects_evenly():
    p = Learning(alpha=1.0, barter=True).numbers
    taught = np.zeros(6)
    for seed in range(900):
        one, other = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 1.0, 1.0, 0.0])
        swap(one, other, 1.0, Luck(seed).key(Stream.LESSON_SUBJECT), p)
        assert other[:3].sum() == 2 and one[3:5].sum() == 2
        taught += other
    # two of three are taught: 600 times each, standard deviation 14
    assert np.abs(taught[:3] - 600).max() < 57


# the reduction: Cowan & Jonard (2004), barter on a frozen ring

AGENTS = 500
RING_DEGREE = 10
KINDS_OF_KNOWLEDGE = 5
EXPERTS = 10
ROOM = 40


def rewired_ring(rewired, draw):
    """Watts & Strogatz (1998): each tie of a ring lattice gets a new far end with a certain chance. Degrees and partners."""
    partners = [set() for _ in range(AGENTS)]
    for step in range(1, RING_DEGREE // 2 + 1):
        for i in range(AGENTS):
            partners[i].add((i + step) % AGENTS)
            partners[(i + step) % AGENTS].add(i)
    for step in range(1, RING_DEGREE // 2 + 1):
        for i in range(AGENTS):
            j = (i + step) % AGENTS
            if draw.random() < rewired:
                new = draw.integers(AGENTS)
                while new == i or new in partners[i]:
                    new = draw.integers(AGENTS)
                partners[i].remove(j)
                partners[j].remove(i)
                partners[i].add(int(new))
                partners[int(new)].add(i)
    degree = np.array([len(p) for p in partners], np.int16)
    partner = np.full((AGENTS, ROOM), -1, np.int32)
    for i, p in enumerate(partners):
        partner[i, : len(p)] = sorted(p)
    return degree, partner


def start_knowledge(draw):
    """Uniform knowledge, and for each kind ten experts who know ten times the most that others can."""
    knowledge = draw.random((AGENTS, KINDS_OF_KNOWLEDGE))
    for kind, experts in enumerate(draw.permutation(AGENTS)[: EXPERTS * KINDS_OF_KNOWLEDGE].reshape(KINDS_OF_KNOWLEDGE, EXPERTS)):
        knowledge[experts, kind] = 10.0
    return knowledge


@kernel
def trade_is_over(degree, partner, knowledge, p):
    """Whether no two partners have anything to swap."""
    for i in range(degree.size):
        for k in range(degree[i]):
            j = partner[i, k]
            if subjects(knowledge[i], knowledge[j], p) > 0 and subjects(knowledge[j], knowledge[i], p) > 0:
                return False
    return True


@kernel
def trade_until_over(seed, lesson, subject, degree, partner, knowledge, p):
    """The model's own kernels, month after month, until nobody can trade. Returns the months it took."""
    agents = degree.size
    uid = np.arange(agents)
    half, favourite = np.empty(agents, np.uint64), np.empty(agents, np.int32)
    trust = np.ones(partner.shape)
    month = 0
    while month % 100 > 0 or not trade_is_over(degree, partner, knowledge, p):
        month += 1
        draw_halves(0, agents, stream_key(seed, month, lesson), uid, half)
        favourites(0, agents, half, degree, partner, favourite)
        learn(0, agents, stream_key(seed, month, subject), uid, favourite, degree, partner, trust, knowledge, p)
    return month


def final_mean_knowledge(rewired, runs):
    """Mean knowledge when trade is over, in each of the runs."""
    p = Learning(alpha=0.25, barter=True, equal_share=0.001, fade_rate=0.0).numbers
    means = []
    for seed in range(runs):
        draw = np.random.default_rng(seed)
        degree, partner = rewired_ring(rewired, draw)
        knowledge = start_knowledge(draw)
        trade_until_over(np.uint64(seed), int(Stream.LESSON), int(Stream.LESSON_SUBJECT), degree, partner, knowledge, p)
        means.append(knowledge.mean())
    return np.array(means)


RUNS = 16


def test_by_barter_on_a_ring_knowledge_is_greatest_with_a_few_long_links():
    regular, small_world, random = (final_mean_knowledge(rewired, RUNS) for rewired in (0.0, 0.13, 1.0))
    assert small_world.mean() >= regular.mean() + 0.4
    assert small_world.mean() >= random.mean() + 0.4
