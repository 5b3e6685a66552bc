"""Ranking: who applies in a call, and in which order they are chosen.

Selection:
    merit        coverage of the challenge of one's own purpose by one's competences, plus quality: highest first
    need         persons in need and not served at one's place, for one's own purpose: most first
    lagging      mean share of needs met at one's place, all purposes: lowest first
    lottery      luck of the call
    first_come   how quick one is; the same organisations are quick in every call
Ties go to the luck of the call, then to the smaller uid. That luck depends on the measure's name, never on other measures.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck, Stream, hash_of, hash_with, uniform
from clustersim.state import State

__all__ = ["SELECTIONS", "Applicants", "coverage", "ranking"]

SELECTIONS = ("merit", "need", "lagging", "lottery", "first_come")


@dataclass(frozen=True, eq=False)
class Applicants:
    """Who is eligible in a call, as parallel arrays; of the three rows of an applicant one is not -1.

    Attributes:
        organisation_row: Organisation that applies.
        pole_row: Pole that applies.
        cluster_row: Emerging group that applies.
        uid: Key of the applicant's luck.
        place_row: Where it sits.
        purpose: Its purpose.
        merit: Coverage of its purpose's challenge plus quality.
    """

    organisation_row: np.ndarray
    pole_row: np.ndarray
    cluster_row: np.ndarray
    uid: np.ndarray
    place_row: np.ndarray
    purpose: np.ndarray
    merit: np.ndarray

    @classmethod
    def organisations(cls, state: State, eligible: np.ndarray) -> "Applicants":
        """Those organisations of which `eligible` is true."""
        o = state.organisations
        rows = np.flatnonzero(eligible)
        none = np.full(rows.size, -1)
        covered = coverage(o.competences[rows], o.purpose[rows], state.purposes.challenge)
        return cls(rows, none, none, o.uid[rows], o.place_row[rows], o.purpose[rows], covered + o.quality[rows])


def ranking(state: State, luck: Luck, call: str, selection: str, applicants: Applicants) -> np.ndarray:
    """The applicants' positions, first choice first. `call` is the name of the measure, the key of the call's luck."""
    drawn = np.empty(applicants.uid.size)
    draw(luck.key(Stream.CALL_LOTTERY, state.month), zlib.crc32(call.encode()), applicants.uid, drawn)
    places, at = state.places, applicants.place_row
    match selection:
        case "merit":
            last = -applicants.merit
        case "need":
            last = -places.need[at, applicants.purpose] * (1.0 - places.met_share[at, applicants.purpose])
        case "lagging":
            last = mean_by_row(places.met_share)[at]
        case "lottery":
            last = drawn
        case _:
            last = np.empty(applicants.uid.size)
            draw_quickness(luck.key(Stream.CALL_LOTTERY), applicants.uid, last)
    return np.lexsort((applicants.uid, drawn, last))


@kernel
def coverage(competences, purpose, challenge):
    """For each row the share of its purpose's challenge that its competences cover [0..1]; 0 where nothing is demanded."""
    covered = np.zeros(purpose.size)
    for i in range(purpose.size):
        demanded = 0.0
        for d in range(challenge.shape[1]):
            covered[i] += min(challenge[purpose[i], d], competences[i, d])
            demanded += challenge[purpose[i], d]
        covered[i] = covered[i] / demanded if demanded > 0.0 else 0.0
    return covered


@kernel
def mean_by_row(share):
    """Mean of each row."""
    mean = np.empty(share.shape[0])
    for i in range(share.shape[0]):
        total = 0.0
        for k in range(share.shape[1]):
            total += share[i, k]
        mean[i] = total / share.shape[1]
    return mean


@kernel
def draw(key, call, uid, drawn):
    """Luck of each applicant in one call."""
    for i in range(uid.size):
        drawn[i] = uniform(hash_with(key, uid[i], call))


@kernel
def draw_quickness(key, uid, drawn):
    """How late each applicant comes, the same in all calls."""
    for i in range(uid.size):
        drawn[i] = uniform(hash_of(key, uid[i]))
