"""Partnering: two who met decide, each for itself, whether to cooperate.

    (1)  V = w_c 4 z (1 - z) + w_v max(0, 1 - dv / tolerance) + w_s c / (1 + c) + w_p [shared purpose] - w_d d / scale - threshold
    (2)  B = b (degree / capacity)^2 sqrt(usual staff / staff), lighter by a share where a coordinator or animator helps
    (3)  chance to accept = 1 / (1 + exp(-(V - B) / temperature)); a tie is born, with low trust, if both accept

z is the distance of competences (root mean square difference, scaled, at most 1), dv the mean absolute difference of values, c the
number of common partners, d the distance [km]. A public body answers for all purposes, so it shares each one's. The burden falls
with the root of staff, of which less than a tenth of a full-time post counts as that much. Moderate cognitive distance is best
(Nooteboom et al. 2007): hence z (1 - z). A common third, nearness and likeness ease new ties (Boschma 2005; Ter Wal 2014; Tóth et
al. 2021, on repeated co-invention). V is the same for both sides, B is not. The form follows section 4 of the theory; the weights
are assumed.

Judging reads the ties as they were; then the accepted are tied one by one in an order drawn by lot for each pair, which matters
only where the bound on ties binds.

Reduces to: ties born independently with chance logistic(-threshold / temperature)^2 when all weights are zero.
"""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.distance import distance
from clustersim.kernels.exact import logistic
from clustersim.kernels.graph import common_partners, slot_of
from clustersim.luck import Luck, Stream, happens, hash_with, pair_hash
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE
from clustersim.state.ties import add_tie

READS = (
    "organisations.uid",
    "organisations.kind",
    "organisations.alive",
    "organisations.x_km",
    "organisations.y_km",
    "organisations.purpose",
    "organisations.competences",
    "organisations.values",
    "organisations.staff_fte",
    "organisations.coordinated",
    "organisation_levers.animated",
)
WRITES = (
    "ties.degree",
    "ties.partner_row",
    "ties.trust",
    "ties.born_month",
    "ties.purpose",
    "ties.joint_successes",
    "ties.refused",
    "encounters.one_row",
    "encounters.other_row",
)


class Partnering(Parameters):
    """What makes two organisations choose each other."""

    cognitive_weight = Parameter(
        1.0, "-", (0.0, 5.0), "inverted U of Nooteboom et al. 2007; size assumed", "worth of the best cognitive distance"
    )
    values_weight = Parameter(1.0, "-", (0.0, 5.0), "assumed", "worth of holding the same values")
    social_weight = Parameter(0.8, "-", (0.0, 5.0), "assumed", "worth of very many common partners; one is worth half of it")
    purpose_weight = Parameter(0.8, "-", (0.0, 5.0), "assumed", "worth of serving the same purpose")
    distance_weight = Parameter(0.1, "-", (0.0, 5.0), "assumed", "cost of being one distance scale apart")
    competence_scale = Parameter(
        0.8, "-", (0.05, 2.0), "assumed", "root mean square difference of competences that counts as fully strange; half of it is best"
    )
    tolerance = Parameter(0.4, "-", (0.01, 1.0), "assumed", "mean difference of values from which they share none")
    distance_scale_km = Parameter(
        12.0, "km", (1.0, 100.0), "area of French inter-communal bodies (430 km2)", "distance at which the distance weight is paid once"
    )
    threshold = Parameter(1.2, "-", (-5.0, 10.0), "assumed", "worth that a partner must have to be accepted as often as not")
    burden = Parameter(1.0, "-", (0.0, 20.0), "assumed", "weight of the ties one already has when they fill one's capacity")
    capacity = Parameter(
        8.0, "count", (1.0, 100.0), "assumed", "ties that an organisation can look after; no bound, beyond it the burden grows fast"
    )
    usual_staff = Parameter(
        6.0, "FTE", (0.1, 500.0), "assumed", "staff of an organisation with the plain burden; it falls with the root of staff"
    )
    coordinator_relief = Parameter(0.5, "share", (0.0, 1.0), "assumed", "part of the burden that a coordinator or animator takes away")
    temperature = Parameter(0.25, "-", (0.001, 10.0), "assumed", "how far chance blurs the judgement; small is sharp")
    start_trust = Parameter(0.25, "0..1", (0.0, 1.0), "assumed", "trust in a new tie")


def advance(state: State, luck: Luck, numbers: Partnering) -> None:
    """Judge all encounters of the month, make ties of those that both sides accept, and forget the encounters."""
    o, ties, encounters, p = state.organisations, state.ties, state.encounters, numbers.numbers
    accepted = np.empty(len(encounters), np.bool_)
    state.workers.over(
        len(encounters), judge, luck.key(Stream.ACCEPTANCE, state.month), encounters.one_row, encounters.other_row, o.uid, o.alive, o.x_km,
        o.y_km, o.kind, o.purpose, o.competences, o.values, o.staff_fte, o.coordinated, state.organisation_levers.animated, ties.degree,
        ties.partner_row, p, accepted,
    )  # fmt: skip
    tie_up(
        luck.key(Stream.TIE_ORDER, state.month), luck.key(Stream.TIE_PURPOSE, state.month), accepted, encounters.one_row,
        encounters.other_row, o.uid, o.kind, o.purpose, state.month, p, ties.degree, ties.partner_row, ties.trust, ties.born_month,
        ties.purpose, ties.joint_successes, ties.refused,
    )  # fmt: skip
    encounters.clear()


@kernel
def cognitive_distance(competences, i, j, scale):
    """Root mean square difference of the competences of i and j over the scale, at most 1."""
    total = 0.0
    for d in range(competences.shape[1]):
        gap = competences[i, d] - competences[j, d]
        total += gap * gap
    return min(1.0, math.sqrt(total / competences.shape[1]) / scale)


@kernel
def difference_of_values(values, i, j):
    """Mean absolute difference of the values that i and j hold."""
    total = 0.0
    for v in range(values.shape[1]):
        total += abs(values[i, v] - values[j, v])
    return total / values.shape[1]


@kernel
def worth(cognitive, values_apart, common, shared_purpose, apart_km, p):
    """Equation 1."""
    return (
        p.cognitive_weight * 4.0 * cognitive * (1.0 - cognitive)
        + p.values_weight * max(0.0, 1.0 - values_apart / p.tolerance)
        + p.social_weight * common / (1.0 + common)
        + p.purpose_weight * shared_purpose
        - p.distance_weight * apart_km / p.distance_scale_km
        - p.threshold
    )


@kernel
def shares_purpose(i, j, kind, purpose):
    """Whether both serve the same purpose; a public body serves every one."""
    return purpose[i] == purpose[j] or kind[i] == PUBLIC_FUNDER or kind[j] == PUBLIC_FUNDER


@kernel
def burden(ties, staff, helped, p):
    """Equation 2."""
    fill = ties / p.capacity
    return p.burden * fill * fill * math.sqrt(p.usual_staff / max(staff, 0.1)) * (1.0 - p.coordinator_relief * helped)


@kernel
def acceptance_chance(value, weight, p):
    """Equation 3."""
    return logistic((value - weight) / p.temperature)


@kernel
def accepts(key, me, partner, value, uid, staff, coordinated, animated, degree, p):
    """Whether one side accepts the other; its luck is that of the ordered couple."""
    weight = burden(degree[me], staff[me], coordinated[me] or animated[me], p)
    return happens(hash_with(key, uid[me], uid[partner]), acceptance_chance(value, weight, p))


@kernel
def judge(start, stop, key, one_row, other_row, uid, alive, x_km, y_km, kind, purpose, competences, values, staff, coordinated,
          animated, degree, partner_row, p, accepted):  # fmt: skip
    """Equations 1 to 3 for each encounter: whether both accept."""
    for e in range(start, stop):
        i, j = one_row[e], other_row[e]
        accepted[e] = False
        if i == j or not (alive[i] and alive[j]):
            continue
        value = worth(
            cognitive_distance(competences, i, j, p.competence_scale),
            difference_of_values(values, i, j),
            common_partners(degree, partner_row, i, j),
            shares_purpose(i, j, kind, purpose),
            distance(x_km[i], y_km[i], x_km[j], y_km[j]),
            p,
        )
        accepted[e] = accepts(key, i, j, value, uid, staff, coordinated, animated, degree, p) and accepts(
            key, j, i, value, uid, staff, coordinated, animated, degree, p
        )


@kernel
def agreed(key, accepted, one_row, other_row, uid):
    """The accepted encounters, the smaller uid first, and the lot that orders them."""
    count = 0
    for e in range(accepted.size):
        count += accepted[e]
    one = np.empty(count, np.int32)
    other = np.empty(count, np.int32)
    lot = np.empty(count, np.uint64)
    count = 0
    for e in range(accepted.size):
        if accepted[e]:
            i, j = one_row[e], other_row[e]
            one[count] = i if uid[i] < uid[j] else j
            other[count] = j if uid[i] < uid[j] else i
            lot[count] = pair_hash(key, uid[i], uid[j])
            count += 1
    return one, other, lot


@kernel
def purpose_of_tie(key, i, j, uid, kind, purpose):
    """The purpose that both serve; else the social enterprise's if exactly one is one; else that of the side that is no public body,
    if exactly one is none; else either, by the pair's luck."""
    if purpose[i] == purpose[j]:
        return purpose[i]
    for leading, other in ((i, j), (j, i)):
        if kind[leading] == SOCIAL_ENTERPRISE and kind[other] != SOCIAL_ENTERPRISE:
            return purpose[leading]
        if kind[leading] == PRIVATE_ACTOR and kind[other] == PUBLIC_FUNDER:
            return purpose[leading]
    return purpose[i] if happens(pair_hash(key, uid[i], uid[j]), 0.5) else purpose[j]


@kernel
def tie_up(order_key, purpose_key, accepted, one_row, other_row, uid, kind, purpose, month, p, degree, partner_row, trust, born_month,
           tie_purpose, joint_successes, refused):  # fmt: skip
    """Make the ties in order of their lots. Two who looked for each other come one after the other and are tied, or refused, once."""
    one, other, lot = agreed(order_key, accepted, one_row, other_row, uid)
    last_i, last_j = -1, -1
    for e in np.argsort(lot):
        i, j = one[e], other[e]
        if (i == last_i and j == last_j) or slot_of(degree, partner_row, i, j) >= 0:
            continue
        last_i, last_j = i, j
        add_tie(
            degree, partner_row, trust, born_month, tie_purpose, joint_successes, refused, i, j, p.start_trust, month,
            purpose_of_tie(purpose_key, i, j, uid, kind, purpose),
        )  # fmt: skip
