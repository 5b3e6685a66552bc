"""Animation: money for the coordinator of a pole, or an animator for a group that has no pole yet.

The French calls of 2021 to 2023 gave a pole 100 000 EUR over two years, one full-time post, earmarked for animation.
A pole receives the money as cash and hires from it. An emerging group, a cluster fewer than half of whose members are in a
pole, has no account: the animator is paid for it, and in every month of pay accompanies the members whom the
cluster has then (the lever `animated`). A group's promise ends with the group; a pole's with the pole.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck, hash_with
from clustersim.measures.calls import Applicants, Call, Measure, affords, choose, coverage, months_to_run, pay, served_places
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["Animation", "applicants", "enact"]


class Animation(Call):
    """How much, and for whom."""

    amount_eur = Parameter(50_000.0, "EUR/year", (100.0, 1e6), "PTCE call 2021", "what one coordinator or animator is paid for a year")
    emerging = Parameter(True, "-", None, "assumed", "whether emerging groups may apply beside poles")
    renewable = Parameter(False, "-", None, "decree 2015-431", "whether one who has had this support may apply again when it has ended")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, pay what is due, and accompany the groups paid for."""
    if money_cents > 0:
        eligible = applicants(state, measure)
        amount = np.full(eligible.uid.size, _promise_cents(state, measure))
        choose(state, luck, measure, money_cents, amount, eligible)
    paid = state.awards.cluster_row[pay(state, measure)]
    if (paid >= 0).any():
        accompanied = np.zeros(len(state.clusters), np.bool_)
        accompanied[paid[paid >= 0]] = True
        cluster = state.organisations.cluster_row
        state.organisation_levers.animated[(cluster >= 0) & accompanied[cluster]] = True


def applicants(state: State, measure: Measure) -> Applicants:
    """Poles with a seat in the jurisdiction, and emerging groups, that are not yet supported and hold their own share."""
    o, poles, clusters, awards, numbers = state.organisations, state.poles, state.clusters, state.awards, measure.numbers
    had = awards.measure == measure.number
    if numbers.renewable:
        had &= awards.end_month >= state.month
    amount, served = _promise_cents(state, measure), served_places(state, measure.funder_row)

    free_pole = poles.alive & affords(poles.cash_cents, amount, numbers) & served[poles.place_row]
    free_pole[awards.pole_row[had & (awards.pole_row >= 0)]] = False
    pole = np.flatnonzero(free_pole)

    uid, place, poled = speakers(o.uid, o.place_row, o.cluster_row, o.pole_row, len(clusters))
    # a group has no cash of its own, so where a share is asked it cannot hold it
    group = clusters.alive & (2 * poled < clusters.members) & served[place] & (numbers.emerging and numbers.co_funding_share == 0)
    group[awards.cluster_row[had & (awards.cluster_row >= 0)]] = False
    cluster = np.flatnonzero(group)

    order, challenge = state.by_place()[1], state.purposes.challenge
    merit = [
        merits(order, member_of, table.purpose, o.competences, o.quality, challenge)[rows]
        for member_of, table, rows in ((o.pole_row, poles, pole), (o.cluster_row, clusters, cluster))
    ]
    return Applicants(
        organisation_row=np.full(pole.size + cluster.size, -1),
        pole_row=np.concatenate((pole, np.full(cluster.size, -1))),
        cluster_row=np.concatenate((np.full(pole.size, -1), cluster)),
        uid=np.concatenate(
            (identities(0, poles.founder_uid[pole], poles.founded_month[pole]), identities(1, uid[cluster], clusters.first_month[cluster]))
        ),
        place_row=np.concatenate((poles.place_row[pole], place[cluster])),
        purpose=np.concatenate((poles.purpose[pole], clusters.purpose[cluster])),
        merit=np.concatenate(merit),
    )


def _promise_cents(state: State, measure: Measure) -> int:
    """The yearly amount for the months a promise runs from now."""
    return to_cents(measure.numbers.amount_eur) * months_to_run(measure.numbers, state.month - state.spin_up) // 12


@kernel
def identities(sort, uid, month):
    """A number of its own for each pole or group: one organisation may found two poles, and belong to a group besides."""
    found = np.empty(uid.size, np.int64)
    for i in range(uid.size):
        found[i] = int(hash_with(np.uint64(sort), uid[i], month[i]) >> np.uint64(1))
    return found


@kernel
def speakers(uid, place_row, cluster_row, pole_row, clusters):
    """For each cluster the smallest uid among its members and that member's place, and how many members are in a pole."""
    smallest = np.full(clusters, -1, np.int64)
    place = np.zeros(clusters, np.int32)
    poled = np.zeros(clusters, np.int64)
    for i in range(uid.size):
        c = cluster_row[i]
        if c >= 0:
            poled[c] += pole_row[i] >= 0
            if smallest[c] < 0 or uid[i] < smallest[c]:
                smallest[c] = uid[i]
                place[c] = place_row[i]
    return smallest, place, poled


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
