"""The same cluster over time: which group of this month is which cluster of last month.

Clusters keep their identity by greatest overlap of members: each group takes the row of last month's cluster with which
it shares most members, the largest overlaps first (then the larger cluster, then the smaller row). What remains
unclaimed has ended, by merger where at least half of those of its members who still live are in one other cluster. What
remains unmatched is new, by split where at least half of its members come from one cluster that lives on.
"""

import numpy as np

from clustersim.kernels import kernel


@kernel
def shared_members(label, cluster_row, clusters):
    """How many members each group shares with each cluster of last month, where any: group, cluster, overlap; by group, cluster."""
    couple = np.empty(label.size, np.int64)
    count = 0
    for i in range(label.size):
        if label[i] >= 0 and cluster_row[i] >= 0:
            couple[count] = np.int64(label[i]) * clusters + cluster_row[i]
            count += 1
    couple = np.sort(couple[:count])
    group = np.empty(count, np.int64)
    cluster = np.empty(count, np.int64)
    overlap = np.zeros(count, np.int64)
    pairs = 0
    for k in range(count):
        if k == 0 or couple[k] != couple[k - 1]:
            group[pairs] = couple[k] // clusters
            cluster[pairs] = couple[k] % clusters
            pairs += 1
        overlap[pairs - 1] += 1
    return group[:pairs], cluster[:pairs], overlap[:pairs]


@kernel
def match(label, groups, alive, cluster_row, cluster_alive, members, merged_row):
    """Give each group its cluster and end the clusters that nobody claims.

    Returns the cluster row of each group (new rows follow the existing ones), the origin of each new row, and their number.
    """
    clusters = cluster_alive.size
    size = np.zeros(groups, np.int64)
    living = np.zeros(clusters, np.int64)
    for i in range(label.size):
        if label[i] >= 0:
            size[label[i]] += 1
        if alive[i] and cluster_row[i] >= 0:
            living[cluster_row[i]] += 1
    group, cluster, overlap = shared_members(label, cluster_row, clusters)
    # largest overlap first, then the larger cluster, the smaller row, the smaller group
    largest = label.size + 1
    rank = np.empty(group.size, np.int64)
    for k in range(group.size):
        rank[k] = ((largest - overlap[k]) * largest + (largest - members[cluster[k]])) * clusters + cluster[k]
    ranked = np.argsort(rank, kind="mergesort")

    row = np.full(groups, -1, np.int64)
    claimed = np.zeros(clusters, np.bool_)
    source = np.full(groups, -1, np.int64)
    for k in ranked:
        g, c = group[k], cluster[k]
        if source[g] < 0 and 2 * overlap[k] >= size[g]:
            source[g] = c
        if row[g] < 0 and not claimed[c]:
            row[g] = c
            claimed[c] = True
    born = 0
    origin = np.empty(groups, np.int32)
    for g in range(groups):
        if row[g] < 0:
            row[g] = clusters + born
            origin[born] = source[g]
            born += 1

    most = np.zeros(clusters, np.int64)
    for k in range(group.size):
        g, c = group[k], cluster[k]
        if not claimed[c] and 2 * overlap[k] >= living[c]:
            if overlap[k] > most[c] or (overlap[k] == most[c] and row[g] < merged_row[c]):
                merged_row[c] = row[g]
            most[c] = max(most[c], overlap[k])
    for c in range(clusters):
        if cluster_alive[c] and not claimed[c]:
            cluster_alive[c] = False
    return row, origin[:born], born
