"""Graph algorithms on bounded adjacency rows: `partner[i, :degree[i]]` are the neighbours of i."""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import half_hash, mix


@kernel
def find(parent, i):
    """Root of i in a union-find forest, halving the path on the way."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def unite(parent, i, j):
    """Join the trees of i and j; the smaller root wins, so the result does not depend on the order of joining."""
    a = find(parent, i)
    b = find(parent, j)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@kernel
def component_of(degree, partner):
    """Connected components: for each row the smallest row of its component. Shapes (n,), (n, bound) -> (n,) int64."""
    n = degree.size
    parent = np.arange(n)
    for i in range(n):
        for k in range(degree[i]):
            unite(parent, i, partner[i, k])
    for i in range(n):
        parent[i] = find(parent, i)
    return parent


@kernel
def slot_of(degree, partner, i, j):
    """The slot of j among i's ties, or -1."""
    for k in range(degree[i]):
        if partner[i, k] == j:
            return k
    return -1


@kernel
def common_partners(degree, partner, i, j):
    """How many partners i and j share."""
    count = 0
    for a in range(degree[i]):
        for b in range(degree[j]):
            if partner[i, a] == partner[j, b]:
                count += 1
    return count


@kernel
def draw_halves(start, stop, key, uid, half):
    """Each row's part of the luck of its ties this month; without a branch, so that several rows are hashed at once."""
    for i in range(start, stop):
        half[i] = half_hash(key, uid[i])


@kernel
def favourites(start, stop, half, degree, partner, favourite):
    """Each row's partner of the luckiest tie this month (luck is the tie's, the same at both ends); -1 without ties.

    Where two name each other they are paired: a random matching, found by every row on its own. The luck of a tie is the
    mixed sum of its ends' halves: one mixing a tie, where hashing the ordered pair takes three and a comparison.
    """
    for i in range(start, stop):
        best = degree[i] - 1  # with one tie or none there is nothing to draw
        if degree[i] > 1:
            luckiest = np.uint64(0)
            for k in range(degree[i]):
                luck = mix(half[i] + half[partner[i, k]])
                if luck >= luckiest:
                    luckiest = luck
                    best = k
        favourite[i] = partner[i, best] if best >= 0 else -1
