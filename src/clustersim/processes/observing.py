"""Observing: the territory is looked at, and who is in a cluster is written down.

    (1)  a tie connects          iff trust >= tau* and length <= R
    (2)  a group is a cluster    iff members >= m and social enterprises >= share x members

A group is connected by ties of one purpose that satisfy (1). An organisation in several groups that satisfy (2) belongs
to the largest (then to the smaller purpose number); what is left of a smaller one is a cluster as far as it is still
connected and satisfies (2), and else dissolves: its members are in none. The definition is the theory's own (MODEL 5), after
Perard & Stokkink (2015): a geographical grouping, mostly but not only of the social economy, around a social or environmental
purpose.

Clusters keep their identity from month to month by greatest overlap of members (`identity`).

Reduces to: connected components of the graph of ties when tau* = 0, R is large, m = 2, the share is 0 and there is one purpose.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.graph import find, unite
from clustersim.luck import Luck
from clustersim.parameters import Parameter, Parameters
from clustersim.processes.identity import match
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
    if purpose.size == 0 and np.count_nonzero(clusters.alive) == 0:
        return
    row, origin, born = match(label, purpose.size, o.alive, o.cluster_row, clusters.alive, clusters.members, clusters.merged_row)
    if born:
        clusters.append(born, first_month=state.month, alive=True, origin_row=origin)
    describe(
        state.living_by_place(),
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
    return single_out(o.uid, o.kind, o.x_km, o.y_km, ties.degree, ties.partner_row, ties.trust, ties.purpose, numbers.numbers)


ANY = -1  # stands for every purpose
NONE = -2  # stands for none of them


@kernel
def connects(trust, x1, y1, x2, y2, p):
    """Equation 1."""
    return trust >= p.least_trust and (x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2) <= p.longest_km * p.longest_km


@kernel
def is_cluster(members, social, p):
    """Equation 2."""
    return members >= p.fewest_members and social >= p.social_share * members


@kernel
def connect(x, y, degree, partner, trust, purpose, choice, p):
    """Components of the graph whose nodes are organisations at work on a purpose, where a tie connects them.

    `choice` is the only purpose that counts for each organisation, or ANY, or NONE. Returns for each node its organisation (ascending),
    its purpose and the smallest node of its component.
    """
    n = degree.size
    ends = 0
    for i in range(n):
        ends += degree[i]
    row = np.empty(ends, np.int32)
    topic = np.empty(ends, np.int8)
    root = np.empty(ends, np.int32)
    first = np.empty(n + 1, np.int32)
    nodes = 0
    for i in range(n):
        first[i] = nodes
        for k in range(degree[i]):
            j = partner[i, k]
            chosen = (choice[i] == ANY or choice[i] == purpose[i, k]) and (choice[j] == ANY or choice[j] == purpose[i, k])
            if not (chosen and connects(trust[i, k], x[i], y[i], x[j], y[j], p)):
                continue
            node = first[i] + position(topic[first[i] : nodes], purpose[i, k])
            if node == nodes:
                row[node] = i
                topic[node] = purpose[i, k]
                root[node] = node
                nodes += 1
            if j < i:  # whose nodes are all known by now
                unite(root, node, first[j] + position(topic[first[j] : first[j + 1]], purpose[i, k]))
    for node in range(nodes):
        root[node] = find(root, node)
    return row[:nodes], topic[:nodes], root[:nodes]


@kernel
def position(values, value):
    """Where a value is in a short list; its length if it is not there."""
    for k in range(values.size):
        if values[k] == value:
            return k
    return values.size


@kernel
def census(row, root, kind):
    """Members and social enterprises of each component."""
    members = np.zeros(root.size, np.int32)
    social = np.zeros(root.size, np.int32)
    for node in range(root.size):
        members[root[node]] += 1
        social[root[node]] += kind[row[node]] == SOCIAL_ENTERPRISE
    return members, social


@kernel
def choose(row, topic, root, members, social, choice, p):
    """The purpose of each organisation's largest cluster, of the smaller number at a draw. Returns whether anybody had to choose."""
    contested = False
    best = -1
    choice[:] = NONE
    for node in range(row.size):
        if not is_cluster(members[root[node]], social[root[node]], p):
            continue
        if best >= 0 and row[best] == row[node]:
            contested = True
            size, largest = members[root[node]], members[root[best]]
            if size < largest or (size == largest and topic[node] > topic[best]):
                continue
        best = node
        choice[row[node]] = topic[node]
    return contested


@kernel
def single_out(uid, kind, x, y, degree, partner, trust, purpose, p):
    """Each organisation in its largest cluster only. Returns the group of each row (-1 for none), and the purpose of each group."""
    choice = np.full(uid.size, ANY, np.int8)
    row, topic, root = connect(x, y, degree, partner, trust, purpose, choice, p)
    members, social = census(row, root, kind)
    if choose(row, topic, root, members, social, choice, p):
        # who left for a larger cluster may have held the smaller one together, so what is left of it is connected anew
        row, topic, root = connect(x, y, degree, partner, trust, purpose, choice, p)
        members, social = census(row, root, kind)
    nodes = row.size
    # numbers in order of first row, then in order of smallest uid: the same whatever the order of rows
    label = np.full(uid.size, -1, np.int32)
    number = np.full(nodes, -1, np.int32)
    smallest = np.empty(nodes, np.int64)
    topic_of = np.empty(nodes, np.int8)
    count = 0
    for node in range(nodes):
        r = root[node]
        if is_cluster(members[r], social[r], p):
            who = uid[row[node]]
            if number[r] < 0:
                number[r] = count
                topic_of[count] = topic[node]
                smallest[count] = who
                count += 1
            label[row[node]] = number[r]
            smallest[number[r]] = min(smallest[number[r]], who)
    by_uid = np.argsort(smallest[:count])
    rank = np.empty(count, np.int32)
    rank[by_uid] = np.arange(count)
    for node in range(nodes):
        if is_cluster(members[root[node]], social[root[node]], p):
            label[row[node]] = rank[label[row[node]]]
    return label, topic_of[by_uid]


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
