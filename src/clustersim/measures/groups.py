"""Groups: poles, and clusters that have no pole yet, as those who apply for a measure and benefit from it together.

An emerging group is a cluster fewer than half of whose members are in a pole. It has no cash of its own, so where a share of the
cost is asked it cannot hold it. In a call its voice is the member of the smallest uid: where that one sits, the group sits.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import hash_with
from clustersim.measures.calls import Call, Measure
from clustersim.measures.eligibility import affords, eligible_places, eligible_purposes, had_support, rule_of_three
from clustersim.measures.ranking import Applicants, coverage
from clustersim.state import State

__all__ = ["beneficiaries", "group_applicants", "poled"]


def group_applicants(state: State, measure: Measure, amount_cents: int, *, emerging: bool, of_three: bool) -> Applicants:
    """Poles that may apply for the amount, and emerging groups if `emerging`; only those that hold the rule of three if `of_three`."""
    o, poles, clusters, awards, numbers = state.organisations, state.poles, state.clusters, state.awards, measure.numbers
    had, served = had_support(state, measure), eligible_places(state, measure)

    free_pole = poles.alive & affords(poles.cash_cents, amount_cents, numbers) & served[poles.place_row]
    free_pole &= eligible_purposes(measure, poles.purpose)
    free_pole[awards.pole_row[had & (awards.pole_row >= 0)]] = False

    uid, place = speakers(o.uid, o.place_row, o.cluster_row, len(clusters))
    holds_share = not isinstance(numbers, Call) or numbers.co_funding_share == 0.0
    free_group = clusters.alive & ~poled(state) & served[place] & (emerging and holds_share)
    free_group &= eligible_purposes(measure, clusters.purpose)
    free_group[awards.cluster_row[had & (awards.cluster_row >= 0)]] = False

    if of_three:
        free_pole &= rule_of_three(o.pole_row, o.kind, len(poles))
        free_group &= rule_of_three(o.cluster_row, o.kind, len(clusters))
    pole, group = np.flatnonzero(free_pole), np.flatnonzero(free_group)

    order, challenge = state.by_place()[1], state.purposes.challenge
    merit = [
        merits(order, member_of, table.purpose, o.competences, o.quality, challenge)[rows]
        for member_of, table, rows in ((o.pole_row, poles, pole), (o.cluster_row, clusters, group))
    ]
    return Applicants(
        organisation_row=np.full(pole.size + group.size, -1),
        pole_row=np.concatenate((pole, np.full(group.size, -1))),
        cluster_row=np.concatenate((np.full(pole.size, -1), group)),
        uid=np.concatenate(
            (identities(0, poles.founder_uid[pole], poles.founded_month[pole]), identities(1, uid[group], clusters.first_month[group]))
        ),
        place_row=np.concatenate((poles.place_row[pole], place[group])),
        purpose=np.concatenate((poles.purpose[pole], clusters.purpose[group])),
        merit=np.concatenate(merit),
    )


def beneficiaries(state: State, awards: np.ndarray) -> np.ndarray:
    """For each organisation whether it is now a member of a group to which one of these awards (rows) went, or of such a pole."""
    o, a = state.organisations, state.awards
    found = np.zeros(len(o), np.bool_)
    for member_of, supported in ((o.pole_row, a.pole_row[awards]), (o.cluster_row, a.cluster_row[awards])):
        found |= np.isin(member_of, supported[supported >= 0])
    return found


def poled(state: State) -> np.ndarray:
    """For each cluster whether half of its members or more are in a pole: such a group is no longer emerging."""
    o, clusters = state.organisations, state.clusters
    members = np.bincount(o.cluster_row[(o.cluster_row >= 0) & (o.pole_row >= 0)], minlength=len(clusters))
    return 2 * members >= clusters.members


@kernel
def identities(sort, uid, month):
    """A number of its own for each pole or group: one organisation may found two poles, and belong to a group besides."""
    found = np.empty(uid.size, np.int64)
    for i in range(uid.size):
        found[i] = int(hash_with(np.uint64(sort), uid[i], month[i]) >> np.uint64(1))
    return found


@kernel
def speakers(uid, place_row, cluster_row, clusters):
    """For each cluster the smallest uid among its members, and that member's place."""
    smallest = np.full(clusters, -1, np.int64)
    place = np.zeros(clusters, np.int32)
    for i in range(uid.size):
        c = cluster_row[i]
        if c >= 0 and (smallest[c] < 0 or uid[i] < smallest[c]):
            smallest[c] = uid[i]
            place[c] = place_row[i]
    return smallest, place


@kernel
def merits(order, member_of, purpose, competences, quality, challenge):
    """For each pole (or cluster) the coverage of its challenge by the best of its members, plus their mean quality."""
    best = np.zeros((purpose.size, competences.shape[1]))
    total = np.zeros(purpose.size)
    members = np.zeros(purpose.size, np.int64)
    for i in order:
        group = member_of[i]
        if group >= 0:
            members[group] += 1
            total[group] += quality[i]
            for d in range(competences.shape[1]):
                best[group, d] = max(best[group, d], competences[i, d])
    return coverage(best, purpose, challenge) + total / np.maximum(members, 1)
