"""Learning: partners who work side by side learn from each other; what is not used fades.

    (1)  c_i' = c_i + alpha trust max(0, c_j - c_i)   for each competence, in both directions
    (2)  c_i' = c_i (1 - fade_rate)                   where the challenge of i's purpose asks no more than `used_above`

Each month two organisations whose favourite ties (by luck) name each other have a lesson; then what one's purpose does not
ask for fades. That learning is a share of the gap, and stronger with trust, is the theory's (MODEL 4.8).

By barter (a switch) lessons are given only in exchange, as in Cowan & Jonard (2004): with n_ij the number of competences in
which i is strictly ahead of j, min(n_ij, n_ji) competences drawn by luck are taught each way, none without a double
coincidence of wants.

Reduces to: Cowan & Jonard (2004) by barter on a frozen ring with trust 1 and no fading, where mean knowledge is greatest
when about a tenth of the links are long; without ties to exponential forgetting of the unused.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.graph import draw_halves, favourites, slot_of
from clustersim.luck import Luck, Stream, hash_of, pair_hash, uniform
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State

READS = (
    "organisations.uid",
    "organisations.alive",
    "organisations.purpose",
    "ties.degree",
    "ties.partner_row",
    "ties.trust",
)
WRITES = ("organisations.competences",)


class Learning(Parameters):
    """How competences spread along ties and fade."""

    alpha = Parameter(0.1, "share", (0.0, 1.0), "assumed", "share of the gap that the one behind makes up in a lesson at full trust")
    barter = Parameter(
        False, "-", None, "Cowan & Jonard 2004", "whether lessons are given only in exchange for lessons"
    )
    equal_share = Parameter(
        0.001, "share", (0.0, 0.1), "assumed, so that barter comes to an end", "relative difference up to which barter counts two as equal"
    )
    fade_rate = Parameter(0.003, "1/month", (0.0, 0.2), "assumed", "share of an unused competence that is lost in a month")
    used_above = Parameter(
        0.3, "0..1", (0.0, 1.0), "assumed", "what the own purpose's challenge must ask of a competence for it not to fade"
    )


def advance(state: State, luck: Luck, numbers: Learning) -> None:
    """Pair organisations along their ties for a lesson, then let the unused fade."""
    organisations, ties = state.organisations, state.ties
    p = numbers.numbers
    rows = len(organisations)
    half, favourite = np.empty(rows, np.uint64), np.empty(rows, np.int32)
    state.workers.over(rows, draw_halves, luck.key(Stream.LESSON, state.month), organisations.uid, half)
    state.workers.over(rows, favourites, half, ties.degree, ties.partner_row, favourite)
    state.workers.over(
        rows,
        learn,
        luck.key(Stream.LESSON_SUBJECT, state.month),
        organisations.uid,
        favourite,
        ties.degree,
        ties.partner_row,
        ties.trust,
        organisations.competences,
        p,
    )
    living = state.living()
    state.workers.over(living.size, fade, living, organisations.purpose, state.purposes.challenge, organisations.competences, p)


@kernel
def gain(own, other, trust, p):
    """Equation 1: what the one behind gains."""
    return p.alpha * trust * max(0.0, other - own)


@kernel
def ahead(own, other, p):
    """Whether `own` is strictly ahead of `other`, small differences apart."""
    return own - other > p.equal_share * own


@kernel
def subjects(teacher, learner, p):
    """In how many competences the teacher is ahead."""
    count = 0
    for c in range(teacher.size):
        if ahead(teacher[c], learner[c], p):
            count += 1
    return count


@kernel
def least_luck(bits, teacher, learner, count, p):
    """The luck of the `count`-th luckiest competence in which the teacher is ahead: those at least as lucky are taught."""
    line = 1.0
    for _ in range(count):
        below = 0.0
        for c in range(teacher.size):
            fortune = uniform(hash_of(bits, c))
            if below < fortune < line and ahead(teacher[c], learner[c], p):
                below = fortune
        line = below
    return line


@kernel
def share(one, other, trust, p):
    """Equation 1 for all competences, both ways."""
    for c in range(one.size):
        one_gains = gain(one[c], other[c], trust, p)
        other[c] += gain(other[c], one[c], trust, p)
        one[c] += one_gains


@kernel
def swap(one, other, trust, bits, p):
    """Equation 1 for as many competences one way as the other, drawn by the luck `bits` of the pair."""
    swaps = min(subjects(one, other, p), subjects(other, one, p))
    if swaps == 0:
        return
    one_teaches = least_luck(bits, one, other, swaps, p)
    other_teaches = least_luck(bits, other, one, swaps, p)
    for c in range(one.size):
        fortune = uniform(hash_of(bits, c))
        if fortune >= one_teaches and ahead(one[c], other[c], p):
            other[c] += gain(other[c], one[c], trust, p)
        elif fortune >= other_teaches and ahead(other[c], one[c], p):
            one[c] += gain(one[c], other[c], trust, p)


@kernel
def learn(start, stop, key, uid, favourite, degree, partner, trust, competences, p):
    """A lesson for every pair whose smaller row is in the range. Pairs are disjoint: no row is written from two ranges."""
    for i in range(start, stop):
        j = favourite[i]
        if j > i and favourite[j] == i:
            trust_between = trust[i, slot_of(degree, partner, i, j)]
            if p.barter:
                swap(competences[i], competences[j], trust_between, pair_hash(key, uid[i], uid[j]), p)
            else:
                share(competences[i], competences[j], trust_between, p)


@kernel
def fade(start, stop, living, purpose, challenge, competences, p):
    """Equation 2 for the living."""
    kept = np.where(challenge > p.used_above, 1.0, 1.0 - p.fade_rate)
    for i in living[start:stop]:
        kept_of = kept[purpose[i]]
        for c in range(kept_of.size):
            competences[i, c] *= kept_of[c]
