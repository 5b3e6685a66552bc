"""Observing: the territory is looked at, and who is in a cluster is written down.

    (1)  a tie connects          iff trust >= tau* and length <= R
    (2)  a group is a cluster    iff members >= m and social enterprises >= share x members

A group is connected by ties of one purpose that satisfy (1). An organisation in several groups that satisfy (2) belongs
to the largest (then to the smaller purpose number); a group that thereby no longer satisfies (2) dissolves, and its
members are in none. The definition is the theory's own (MODEL 5), after Perard & Stokkink (2015): a geographical
grouping, mostly but not only of the social economy, around a social or environmental purpose.

Clusters keep their identity by greatest overlap of members: each group takes the row of last month's cluster with which
it shares most members, the largest overlaps first (then the larger cluster, then the smaller row). What remains
unclaimed has ended, by merger where at least half of those of its members who still live are in one other cluster. What
remains unmatched is new, by split where at least half of its members come from one cluster that lives on.

Reduces to: connected components of the graph of ties when tau* = 0, R is large, m = 2, the share is 0 and there is one purpose.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.graph import find, unite
from clustersim.luck import Luck
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE

READS = (
    "organisations.uid",
    "organisations.kind",
    "organisations.alive",
    "organisations.place_row",
    "organisations.x_km",
    "organisations.y_km",
    "ties.degree",
    "ties.partner_row",
    "ties.trust",
    "ties.purpose",
)
WRITES = (
    "organisations.cluster_row",
    "clusters.purpose",
    "clusters.alive",
    "clusters.first_month",
    "clusters.last_month",
    "clusters.members",
    "clusters.social_enterprises",
    "clusters.private_actors",
    "clusters.public_funders",
    "clusters.x_km",
    "clusters.y_km",
    "clusters.origin_row",
    "clusters.merged_row",
)


class Observing(Parameters):
    """What counts as a cluster."""

    least_trust = Parameter(0.3, "0..1", (0.0, 1.0), "assumed", "least trust of a tie that connects members of a cluster")
    longest_km = Parameter(
        15.0, "km", (0.0, 500.0), "Labo de l'ESS 2020", "longest tie that connects members of a cluster; half of cooperation is nearer"
    )
    fewest_members = Parameter(4, "count", (2, 100), "assumed", "fewest members of a cluster")
    social_share = Parameter(0.5, "share", (0.0, 1.0), "Perard & Stokkink 2015", "least share of social enterprises among the members")


def groups(state: State, numbers: Observing) -> np.ndarray:
    """For each organisation the number of its group, -1 for none; groups are numbered by their members' smallest uid."""
    label, _ = _groups(state, numbers)
    return label


def advance(state: State, luck: Luck, numbers: Observing) -> None:
    """See this month's clusters and carry over the identity of last month's."""
    o, clusters = state.organisations, state.clusters
    label, purpose = _groups(state, numbers)
    row, origin, born = match(label, purpose.size, o.alive, o.cluster_row, clusters.alive, clusters.members, clusters.merged_row)
    if born:
        clusters.append(born, first_month=state.month, alive=True, origin_row=origin)
    describe(
        state.by_place()[1],
        label,
        row,
        purpose,
        state.month,
        o.kind,
        o.x_km,
        o.y_km,
        o.cluster_row,
        clusters.purpose,
        clusters.last_month,
        clusters.members,
        clusters.social_enterprises,
        clusters.private_actors,
        clusters.public_funders,
        clusters.x_km,
        clusters.y_km,
    )


def _groups(state: State, numbers: Observing) -> tuple[np.ndarray, np.ndarray]:
    o, ties = state.organisations, state.ties
    purposes = len(state.purposes)
    root = connect(purposes, o.x_km, o.y_km, ties.degree, ties.partner_row, ties.trust, ties.purpose, numbers.numbers)
    return single_out(purposes, root, o.uid, o.kind, numbers.numbers)


@kernel
def connects(trust, x1, y1, x2, y2, p):
    """Equation 1."""
    return trust >= p.least_trust and (x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2) <= p.longest_km * p.longest_km


@kernel
def is_cluster(members, social, p):
    """Equation 2."""
    return members >= p.fewest_members and social >= p.social_share * members


@kernel
def connect(purposes, x, y, degree, partner, trust, purpose, p):
    """Components over couples of row and purpose, the couple's number being row x purposes + purpose.

    Returns for each couple the smallest couple of its component, -1 for one without a tie that connects.
    """
    root = np.full(degree.size * purposes, -1, np.int32)
    for i in range(degree.size):
        for k in range(degree[i]):
            j = int(partner[i, k])
            # a tie is listed at both ends; once is enough
            if j > i and connects(trust[i, k], x[i], y[i], x[j], y[j], p):
                one = i * purposes + int(purpose[i, k])
                other = j * purposes + int(purpose[i, k])
                if root[one] < 0:
                    root[one] = one
                if root[other] < 0:
                    root[other] = other
                unite(root, one, other)
    for a in range(root.size):
        if root[a] >= 0:
            root[a] = find(root, a)
    return root


@kernel
def single_out(purposes, root, uid, kind, p):
    """Each organisation in its largest cluster only. Returns the group of each row (-1 for none), and the purpose of each group."""
    n = uid.size
    members = np.zeros(root.size, np.int32)
    social = np.zeros(root.size, np.int32)
    for i in range(n):
        for q in range(purposes):
            r = root[i * purposes + q]
            if r >= 0:
                members[r] += 1
                social[r] += kind[i] == SOCIAL_ENTERPRISE
    chosen = np.full(n, -1, np.int32)
    for i in range(n):
        for q in range(purposes):
            r = root[i * purposes + q]
            # purposes ascend, so of equal groups the one of the smaller purpose stays
            if r >= 0 and is_cluster(members[r], social[r], p) and (chosen[i] < 0 or members[r] > members[chosen[i]]):
                chosen[i] = r
    members[:] = 0
    social[:] = 0
    for i in range(n):
        if chosen[i] >= 0:
            members[chosen[i]] += 1
            social[chosen[i]] += kind[i] == SOCIAL_ENTERPRISE
    # numbers in order of first row, then in order of smallest uid: the same whatever the order of rows
    label = np.full(n, -1, np.int32)
    number = np.full(root.size, -1, np.int32)
    group_root = np.empty(n, np.int32)
    smallest = np.empty(n, np.int64)
    count = 0
    for i in range(n):
        r = chosen[i]
        if r >= 0 and is_cluster(members[r], social[r], p):
            if number[r] < 0:
                number[r] = count
                group_root[count] = r
                smallest[count] = uid[i]
                count += 1
            label[i] = number[r]
            smallest[number[r]] = min(smallest[number[r]], uid[i])
    by_uid = np.argsort(smallest[:count])
    rank = np.empty(count, np.int32)
    purpose = np.empty(count, np.int8)
    for place in range(count):
        rank[by_uid[place]] = place
        purpose[place] = group_root[by_uid[place]] % purposes
    for i in range(n):
        if label[i] >= 0:
            label[i] = rank[label[i]]
    return label, purpose


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


@kernel
def describe(
    order, label, row, purpose, month, kind, x, y,
    cluster_row, cluster_purpose, last_month, members, social_enterprises, private_actors, public_funders, mean_x, mean_y,
):  # fmt: skip
    """Write who is where, and each cluster's members by kind and mean position (summed by place and uid)."""
    for g in range(row.size):
        c = row[g]
        cluster_purpose[c] = purpose[g]
        last_month[c] = month
        members[c] = 0
        social_enterprises[c] = 0
        private_actors[c] = 0
        public_funders[c] = 0
        mean_x[c] = 0.0
        mean_y[c] = 0.0
    for i in order:
        if label[i] < 0:
            cluster_row[i] = -1
            continue
        c = row[label[i]]
        cluster_row[i] = c
        members[c] += 1
        social_enterprises[c] += kind[i] == SOCIAL_ENTERPRISE
        private_actors[c] += kind[i] == PRIVATE_ACTOR
        public_funders[c] += kind[i] == PUBLIC_FUNDER
        mean_x[c] += x[i]
        mean_y[c] += y[i]
    for g in range(row.size):
        mean_x[row[g]] /= members[row[g]]
        mean_y[row[g]] /= members[row[g]]
