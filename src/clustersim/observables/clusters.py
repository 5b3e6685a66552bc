"""Clusters as they are seen, and poles as they are founded."""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.observables.observable import Observable
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE

OBSERVABLES = (
    Observable(
        "clusters", "count", "clusters of social innovation seen at the end of the month", "more groups cooperate closely enough to be seen"
    ),
    Observable("clusters_new", "count/month", "clusters seen for the first time", "emergence is faster"),
    Observable("cluster_members", "count", "organisations in a cluster", "more organisations belong to one"),
    Observable("mean_cluster_size", "count", "mean number of members of a cluster", "clusters are larger"),
    Observable("largest_cluster_size", "count", "members of the largest cluster", "the largest cluster has grown or clusters have merged"),
    Observable(
        "clustered_share", "share", "share of living social enterprises that are in a cluster", "clusters reach more social enterprises"
    ),
    Observable(
        "mixed_clusters",
        "count",
        "clusters with social enterprises, private actors and public bodies",
        "more clusters could found a pole",
    ),
    Observable("cluster_purposes", "count", "purposes for which there is a cluster", "clusters answer a wider range of needs"),
    Observable(
        "poles",
        "count",
        "living poles: jointly managed legal entities of clusters",
        "more clusters have become organised, or fewer poles end",
    ),
    Observable("pole_members", "count", "organisations that are members of a pole", "more organisations share an entity"),
    Observable("mean_pole_members", "count", "mean number of members of a pole", "poles are larger"),
    Observable("coordinators", "count", "poles with a coordinator in post", "more poles can afford animation"),
    Observable(
        "pole_public_share",
        "share",
        "public support as a share of all income of the living poles so far",
        "poles depend more on public money",
    ),
)


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `OBSERVABLES`."""
    o, c, p = state.organisations, state.clusters, state.poles
    describe_clusters(
        state.month,
        len(state.purposes),
        o.kind,
        o.alive,
        o.cluster_row,
        c.purpose,
        c.alive,
        c.first_month,
        c.members,
        c.social_enterprises,
        c.private_actors,
        c.public_funders,
        out[:8],
    )
    describe_poles(p.alive, p.members, p.coordinator, p.dues_cents, p.sales_cents, p.support_cents, p.private_support_cents, out[8:])


@kernel
def describe_clusters(month, purposes, kind, living, cluster_row, purpose, alive, first_month, members, social, private, public, out):
    """The clusters of this month; the share is recounted from the organisations."""
    count = 0
    born = 0
    largest = 0
    belonging = 0
    mixed = 0
    answered = 0
    seen = np.zeros(purposes, np.bool_)
    for c in range(alive.size):
        if alive[c]:
            count += 1
            born += first_month[c] == month
            belonging += members[c]
            largest = max(largest, members[c])
            mixed += social[c] > 0 and private[c] > 0 and public[c] > 0
            answered += not seen[purpose[c]]
            seen[purpose[c]] = True
    enterprises = 0
    clustered = 0
    for i in range(kind.size):
        enterprise = living[i] & (kind[i] == SOCIAL_ENTERPRISE)  # no branch: several rows are counted at once
        enterprises += enterprise
        clustered += enterprise & (cluster_row[i] >= 0)
    out[0] = count
    out[1] = born
    out[2] = belonging
    out[3] = belonging / count if count > 0 else math.nan
    out[4] = largest
    out[5] = clustered / enterprises if enterprises > 0 else math.nan
    out[6] = mixed
    out[7] = answered


@kernel
def describe_poles(alive, members, coordinator, dues, sales, support, private_support, out):
    """The poles of this month; money in whole cents since each was founded."""
    count = 0
    belonging = 0
    coordinators = 0
    public = 0
    income = 0
    for p in range(alive.size):
        if alive[p]:
            count += 1
            belonging += members[p]
            coordinators += coordinator[p]
            public += support[p]
            income += dues[p] + sales[p] + support[p] + private_support[p]
    out[0] = count
    out[1] = belonging
    out[2] = belonging / count if count > 0 else math.nan
    out[3] = coordinators
    out[4] = public / income if income > 0 else math.nan
