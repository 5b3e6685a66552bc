"""The network's kernels give published results where the model reduces to a known one."""

import numpy as np
import pytest

from clustersim.kernels.choice import slot
from clustersim.kernels.graph import common_partners, component_of, slot_of
from clustersim.luck import Luck, Stream, hash_of, hash_with
from clustersim.processes import partnering, trusting
from clustersim.processes.partnering import Partnering
from clustersim.processes.trusting import Trusting
from clustersim.state.ties import drop_slot
from network_builders import territory, tie, ties_by_uid

LUCK = Luck(14)


@pytest.mark.parametrize("mean_degree", [1.5, 2.0, 3.0])
def test_the_giant_component_of_a_random_graph_has_its_known_size(mean_degree):
    """Erdős & Rényi 1960: S = 1 - exp(-c S)."""
    n = 5_000
    state = territory([0.0], [0.0], np.zeros(n, int))
    t, key = state.ties, LUCK.key(Stream.ENCOUNTER_FAR)
    for e in range(int(mean_degree * n / 2)):
        i, j = (slot(np.uint64(hash_with(key, e, side)), n) for side in (0, 1))
        if i != j and slot_of(t.degree, t.partner_row, i, j) < 0:
            tie(state, i, j)
    largest = np.bincount(component_of(t.degree, t.partner_row)).max() / n
    share = 1.0
    for _ in range(200):
        share = 1.0 - np.exp(-mean_degree * share)
    assert t.refused.sum() == 0
    assert largest == pytest.approx(share, abs=0.02)


def test_ties_born_with_p_and_ended_with_q_reach_the_density_of_their_balance():
    n, q = 40, 0.02
    state = territory([0.0], [0.0], np.zeros(n, int), tie_bound=n - 1)
    nothing = {f"{name}_weight": 0.0 for name in ("cognitive", "values", "social", "purpose", "distance")}
    partner = Partnering(**nothing, burden=0.0, threshold=2.0, temperature=1.0, start_trust=0.0)
    p = (1.0 / (1.0 + np.exp(2.0))) ** 2
    one, other = np.triu_indices(n, 1)
    densities = []
    for state.month in range(1, 601):
        state.encounters.append(one.size, one_row=one, other_row=other)
        partnering.advance(state, LUCK, partner)
        trusting.advance(state, LUCK, Trusting(decay_rate=0.0, floor=0.0, loss_chance=q))
        densities.append(state.ties.degree.sum() / (n * (n - 1)))
    state.check()
    # a tie born this month can end this month: p (1 - q) are born for every q ended; p / (p + q) for small rates
    expected = p * (1 - q) / (p * (1 - q) + q)
    assert expected == pytest.approx(p / (p + q), abs=0.006)
    # 780 pairs over 500 months that forget in about 30: standard error .006
    assert np.mean(densities[100:]) == pytest.approx(expected, abs=0.02)


def hops(state, i):
    """Shortest path lengths from i over the ties; missing where there is no path."""
    found, edge = {i: 0}, [i]
    while edge:
        nearest = edge.pop(0)
        for j in state.ties.partner_row[nearest, : state.ties.degree[nearest]].tolist():
            if j not in found:
                found[j] = found[nearest] + 1
                edge.append(j)
    return found


def untie(state, i, j):
    t = state.ties
    for a, b in ((i, j), (j, i)):
        k = slot_of(t.degree, t.partner_row, a, b)
        drop_slot(t.degree, t.partner_row, t.trust, t.born_month, t.purpose, t.joint_successes, a, k)


def connections_utility(state, i, benefit, cost):
    """Jackson & Wolinsky 1996: benefit^distance from everyone reached, less the cost of one's own links."""
    return sum(benefit**d for d in hops(state, i).values() if d > 0) - cost * state.ties.degree[i]


def pairwise_stable_network(cost, benefit=0.5, n=8):
    """From the empty network: in keyed order, link if one gains and none loses, cut if either gains, until nothing moves."""
    state = territory([0.0], [0.0], np.zeros(n, int))
    t = state.ties
    pairs = list(zip(*np.triu_indices(n, 1), strict=True))
    moved, sweep = True, 0
    while moved and sweep < 200:
        moved, sweep = False, sweep + 1
        key = LUCK.key(Stream.TIE_ORDER, sweep)
        for i, j in sorted(pairs, key=lambda pair: hash_of(key, int(pair[0] * n + pair[1]))):
            tied = slot_of(t.degree, t.partner_row, i, j) >= 0
            before = [connections_utility(state, a, benefit, cost) for a in (i, j)]
            (untie if tied else tie)(state, i, j)
            gain = np.array([connections_utility(state, a, benefit, cost) for a in (i, j)]) - before
            wanted = (gain > 1e-12).any() if tied else (gain > 1e-12).any() and (gain > -1e-12).all()
            if wanted:
                moved = True
            else:
                (tie if tied else untie)(state, i, j)
    state.check()
    assert not moved
    return state


@pytest.mark.parametrize(("cost", "fewest", "most"), [(0.1, 28, 28), (0.24, 28, 28), (0.3, 7, 27), (0.55, 0, 0)])
def test_the_connections_model_forms_its_pairwise_stable_networks(cost, fewest, most):
    """With benefit .5: complete below .5 - .25, empty (from empty) above .5, in between connected but not complete."""
    state = pairwise_stable_network(cost)
    t = state.ties
    links = len(ties_by_uid(state)) // 2
    assert fewest <= links <= most
    components = np.unique(component_of(t.degree, t.partner_row)).size
    assert components == (8 if cost > 0.5 else 1)
    if links == 28:
        assert all(common_partners(t.degree, t.partner_row, i, j) == 6 for i in range(8) for j in range(i))
