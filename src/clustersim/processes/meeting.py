"""Meeting: who comes across whom this month.

    (1)  encounters that i looks for ~ Poisson(rate sqrt(staff_i / usual staff) + extra_i + space [a shared space where i sits])
    (2)  each is with a partner's partner with chance `closure`; else, with chance `far`, with anyone of the same purpose; else
         with somebody at place q, chosen with weight exp(-d / decay) x living organisations at q, oneself left out
    (3)  encounters that i has among the members of its coordinated pole, or animated cluster, ~ Poisson(group rate)
         of each sort, (1) and (3), at most `most_encounters` a month

d is the distance from i's place to q [km]; places beyond three decay lengths are out of reach. Larger organisations have more
people who meet people; the square root keeps the largest from meeting everybody, and gives the right-skewed degrees of observed
networks. New ties close triangles and are near (Granovetter 1973; Ter Wal 2014, co-inventors): hence (2). Two private actors do
not look for each other, and partners need not meet again: such encounters are dropped.

Who is met is drawn so that one organisation more or less disturbs few other draws, or else two policies could not be compared on
the same luck. A place is found by halving the neighbourhood; within it one draws a slot among all who ever sat there, and draws
again where the one found is closed. The closed keep their slots, newcomers take the last: nobody else moves.

Reduces to: encounters by distance in proportion to kernel x density of pairs when all have the same staff and closure = far = 0;
a Poisson graph when, besides, the decay is much longer than the territory.
"""

import math
from typing import NamedTuple

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.choice import descend, slot
from clustersim.kernels.graph import slot_of
from clustersim.luck import Luck, Stream, happens, hash_of, hash_with, poisson, uniform
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, members_of

READS = (
    "organisations.uid",
    "organisations.kind",
    "organisations.alive",
    "organisations.place_row",
    "organisations.purpose",
    "organisations.staff_fte",
    "organisations.pole_row",
    "organisations.coordinated",
    "organisations.cluster_row",
    "organisation_levers.animated",
    "organisation_levers.extra_encounters",
    "places.spaces",
    "place_levers.extra_spaces",
    "ties.degree",
    "ties.partner_row",
)
WRITES = ("encounters.one_row", "encounters.other_row")

VICINITY_SCALES = 3.0  # the neighbourhood ends at so many decay lengths, where the kernel is at 5 %
_REDRAWS = 32  # then one walks on to the next living one; it is hardly ever needed


class Meeting(Parameters):
    """How often organisations come across each other, and how far they look."""

    encounter_rate = Parameter(0.3, "1/month", (0.0, 5.0), "assumed", "encounters that an organisation looks for by itself")
    usual_staff = Parameter(6.0, "FTE", (0.1, 500.0), "assumed", "staff of an organisation that looks for encounters at the plain rate")
    space_encounters = Parameter(0.08, "1/month", (0.0, 5.0), "assumed", "encounters more where there is a shared working space")
    group_encounters = Parameter(
        0.3, "1/month", (0.0, 5.0), "assumed", "encounters more among the members of a pole with a coordinator or an animated cluster"
    )
    most_encounters = Parameter(6, "count", (1, 50), "assumed", "most encounters of each sort that one has time for in a month")
    closure_chance = Parameter(
        0.3, "share", (0.0, 1.0), "triadic closure of Ter Wal 2014; size assumed", "share of encounters with a partner's partner"
    )
    far_chance = Parameter(
        0.08, "share", (0.0, 1.0), "assumed", "share of the other encounters that are with anyone of the same purpose in the territory"
    )
    decay_km = Parameter(
        20.0,
        "km",
        (1.0, 100.0),
        "area of French inter-communal bodies (about 430 km2); half of ties within about 20 km (jurisdictions of PTCE, Labo de l'ESS 2020)",
        "distance over which the chance to meet falls to 1/e",
    )


class Keys(NamedTuple):
    """The month's luck, one key per question that an encounter asks."""

    kind: np.uint64
    partner: np.uint64
    third: np.uint64
    far: np.uint64
    place: np.uint64
    slot: np.uint64


def advance(state: State, luck: Luck, numbers: Meeting) -> None:
    """Add this month's encounters to those that measures have arranged."""
    o, places, ties, vicinity, living = state.organisations, state.places, state.ties, state.vicinity, state.living()
    own, grouped = np.zeros(len(o), np.int32), np.zeros(len(o), np.int32)
    state.workers.over(
        living.size, plan, living, luck.key(Stream.ENCOUNTERS, state.month), luck.key(Stream.ENCOUNTER_GROUP, state.month),
        o.uid, o.place_row, o.staff_fte, o.pole_row, o.coordinated, o.cluster_row, state.organisation_levers.animated,
        state.organisation_levers.extra_encounters, places.spaces, state.place_levers.extra_spaces, numbers.numbers, own, grouped,
    )  # fmt: skip
    first, in_groups = number(own, grouped)
    who, met = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    by_uid = state.by_uid()
    keys = Keys(
        luck.key(Stream.ENCOUNTER_KIND, state.month), luck.key(Stream.ENCOUNTER_PARTNER, state.month),
        luck.key(Stream.ENCOUNTER_THIRD, state.month), luck.key(Stream.ENCOUNTER_FAR, state.month),
        luck.key(Stream.ENCOUNTER_PLACE, state.month), luck.key(Stream.ENCOUNTER_SLOT, state.month),
    )  # fmt: skip
    state.workers.over(
        len(places), look_around, keys, first, own, o.uid, o.kind, o.alive, o.purpose, ties.degree, ties.partner_row, *state.by_place(),
        *state.by_purpose(), vicinity.start, vicinity.place, vicinity.weight, living_at(living, o.place_row, len(places)),
        numbers.numbers, who, met,
    )  # fmt: skip
    if in_groups:
        state.workers.over(
            len(o), look_within, luck.key(Stream.ENCOUNTER_MEMBER, state.month), first, own, o.uid, o.kind, o.alive, o.pole_row,
            o.coordinated, o.cluster_row, ties.degree, ties.partner_row, *members_of(o.pole_row, by_uid, len(state.poles)),
            *members_of(o.cluster_row, by_uid, len(state.clusters)), who, met,
        )  # fmt: skip
    one, other = fruitful(who, met)
    state.encounters.append(one.size, one_row=one, other_row=other)


@kernel
def plan(start, stop, living, own_key, group_key, uid, place_row, staff, pole_row, coordinated, cluster_row, animated, extra, spaces,
         extra_spaces, p, own, grouped):  # fmt: skip
    """Equations 1 and 3: how many encounters each of the living has of its own accord, and in its group."""
    for i in living[start:stop]:
        rate = p.encounter_rate * math.sqrt(staff[i] / p.usual_staff) + extra[i]
        if spaces[place_row[i]] + extra_spaces[place_row[i]] > 0:
            rate += p.space_encounters
        bits = hash_of(own_key, uid[i])
        # most look for nobody, and 1 - rate <= exp(-rate) finds most of them without an exponential
        if uniform(bits) >= 1.0 - rate:
            own[i] = min(poisson(bits, rate), p.most_encounters)
        if (coordinated[i] and pole_row[i] >= 0) or (animated[i] and cluster_row[i] >= 0):
            grouped[i] = min(poisson(hash_of(group_key, uid[i]), p.group_encounters), p.most_encounters)


@kernel
def number(own, grouped):
    """Where each row's encounters begin, its own before those in its group; and how many there are in groups."""
    first = np.empty(own.size + 1, np.int64)
    first[0] = 0
    in_groups = 0
    for i in range(own.size):
        first[i + 1] = first[i] + own[i] + grouped[i]
        in_groups += grouped[i]
    return first, in_groups


@kernel
def living_at(living, place_row, places):
    """How many living organisations sit at each place."""
    count = np.zeros(places, np.int64)
    for i in living:
        count[place_row[i]] += 1
    return count


@kernel
def luckiest(key, i, who, uid, degree, partner_row):
    """Among who's partners the one with whom i has most luck, -1 if there is none. Those count who can introduce others (for
    i's own partners) or who are new to i (for another's)."""
    found = -1
    most = np.uint64(0)
    for k in range(degree[who]):
        j = partner_row[who, k]
        useful = degree[j] > 1 if who == i else j != i and slot_of(degree, partner_row, i, j) < 0
        bits = hash_with(key, uid[i], uid[j])  # ordered: whom j would choose is another draw
        if useful and (found < 0 or bits > most):
            most = bits
            found = j
    return found


@kernel
def someone(bits, me, row, start, stop, alive):
    """A living one other than `me` among row[start:stop], all equally likely; -1 if there is none."""
    if stop <= start:
        return -1
    at = start
    for attempt in range(_REDRAWS):
        at = start + slot(hash_of(bits, attempt), stop - start)
        if alive[row[at]] and row[at] != me:
            return row[at]
    for _ in range(start, stop):
        at = at + 1 if at + 1 < stop else start
        if alive[row[at]] and row[at] != me:
            return row[at]
    return -1


@kernel
def introduced(i, k, keys, uid, degree, partner_row):
    """A partner's partner for i's k-th encounter; -1 where no partner knows anyone new."""
    friend = luckiest(hash_of(keys.partner, k), i, i, uid, degree, partner_row)
    if friend < 0:
        return -1
    return luckiest(hash_of(keys.third, k), i, friend, uid, degree, partner_row)


@kernel
def fruitless(i, j, kind, degree, partner_row):
    """Whether nothing can come of it: nobody met, two private actors, or partners already."""
    return j < 0 or (kind[i] == PRIVATE_ACTOR and kind[j] == PRIVATE_ACTOR) or slot_of(degree, partner_row, i, j) >= 0


@kernel
def cumulate(place, weight, living, cumulative):
    """Running sums of equation 2's weights over a neighbourhood, in whole numbers."""
    total = np.int64(0)
    for m in range(place.size):
        total += np.int64(weight[m]) * living[np.uint32(place[m])]  # unsigned: no negative index to look out for
        cumulative[m] = total


@kernel
def look_around(start, stop, keys, first, own, uid, kind, alive, purpose, degree, partner_row, place_start, at_place, purpose_start,
                of_purpose, vicinity_start, vicinity_place, weight, living, p, who, met):  # fmt: skip
    """Equation 2 for those who sit at places start to stop: whom each meets of its own accord, -1 for nobody of use."""
    longest = 0
    for home in range(start, stop):
        longest = max(longest, vicinity_start[home + 1] - vicinity_start[home])
    cumulative = np.empty(longest, np.int64)
    others = living.copy()
    for home in range(start, stop):
        near = vicinity_place[vicinity_start[home] : vicinity_start[home + 1]]
        summed = False  # most homes have no encounter that asks for it
        for s in range(place_start[home], place_start[home + 1]):
            i = at_place[s]
            for k in range(own[i]):
                j = -1
                if happens(hash_with(keys.kind, uid[i], k), p.closure_chance):
                    j = introduced(i, k, keys, uid, degree, partner_row)
                if j < 0 and happens(hash_with(keys.far, uid[i], k), p.far_chance):
                    g = purpose[i]
                    j = someone(hash_with(keys.slot, uid[i], k), i, of_purpose, purpose_start[g], purpose_start[g + 1], alive)
                elif j < 0:
                    if not summed:
                        others[home] -= 1
                        cumulate(near, weight[vicinity_start[home] : vicinity_start[home + 1]], others, cumulative)
                        others[home] += 1
                        summed = True
                    m = descend(cumulative, near.size, hash_with(keys.place, uid[i], k))
                    if m >= 0:
                        q = near[m]
                        j = someone(hash_with(keys.slot, uid[i], k), i, at_place, place_start[q], place_start[q + 1], alive)
                who[first[i] + k] = i
                met[first[i] + k] = -1 if fruitless(i, j, kind, degree, partner_row) else j


@kernel
def look_within(start, stop, key, first, own, uid, kind, alive, pole_row, coordinated, cluster_row, degree, partner_row, pole_start,
                of_pole, cluster_start, of_cluster, who, met):  # fmt: skip
    """Equation 3: whom each meets in its pole where that has a coordinator, else in its animated cluster."""
    for i in range(start, stop):
        for at in range(first[i] + own[i], first[i + 1]):
            bits = hash_with(key, uid[i], at - first[i] - own[i])
            if coordinated[i] and pole_row[i] >= 0:
                j = someone(bits, i, of_pole, pole_start[pole_row[i]], pole_start[pole_row[i] + 1], alive)
            else:
                j = someone(bits, i, of_cluster, cluster_start[cluster_row[i]], cluster_start[cluster_row[i] + 1], alive)
            who[at] = i
            met[at] = -1 if fruitless(i, j, kind, degree, partner_row) else j


@kernel
def fruitful(who, met):
    """The encounters that may lead to something, as two columns: who looked, who was met."""
    one = np.empty(met.size, np.int32)
    other = np.empty(met.size, np.int32)
    count = 0
    for at in range(met.size):  # written always, kept only if somebody was met: no branch
        one[count] = who[at]
        other[count] = met[at]
        count += met[at] >= 0
    return one[:count], other[:count]
