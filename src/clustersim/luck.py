"""Luck by key: every chance event is a pure function of (seed, stream, month, who[, whom][, k]).

Nothing is drawn from a sequence. The same organisation meets the same luck in every scenario, for any number of
threads and in any order, which is what makes paired comparisons of policies sharp. The mixer is splitmix64's finaliser
applied twice per word (Steele, Lea & Flood 2014); `tests/test_luck.py` screens it for uniformity and independence.

The seed stands for the replication, never for the scenario. A stream is one decision; streams are numbered for ever,
because renumbering one changes every result.
"""

from enum import IntEnum, unique

import numpy as np
from numba import config

from clustersim.kernels import kernel
from clustersim.kernels.exact import exp, log

if config.DISABLE_JIT:
    np.seterr(over="ignore")  # hashing wraps around on purpose; only uncompiled NumPy would warn of it

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIER_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLIER_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_11 = np.uint64(11)
_SHIFT_27 = np.uint64(27)
_SHIFT_30 = np.uint64(30)
_SHIFT_31 = np.uint64(31)
_TWO_TO_MINUS_53 = 2.0**-53
_SMALLEST_SEED = -(2**63)
_LARGEST_SEED = 2**64 - 1


@unique
class Stream(IntEnum):
    """One number per decision, frozen: a number once given is never given to another. Gaps keep the decisions of a process together."""

    # set-up
    PLACE_POSITION = 1
    PLACE_NEED = 3
    PLACE_SPACES = 4
    HOME = 5
    AGE = 11
    # needing
    NEED_SHOCK = 20
    # serving
    INCOME = 30
    MARKET = 31
    # meeting
    ENCOUNTERS = 40
    ENCOUNTER_KIND = 41
    ENCOUNTER_PARTNER = 42
    ENCOUNTER_THIRD = 43
    ENCOUNTER_PLACE = 44
    ENCOUNTER_SLOT = 45
    ENCOUNTER_FAR = 46
    ENCOUNTER_GROUP = 47
    ENCOUNTER_MEMBER = 48
    # partnering
    ACCEPTANCE = 50
    TIE_PURPOSE = 51
    TIE_ORDER = 52
    # trusting
    TIE_LOSS = 60
    # converging
    CONVERSATION = 70
    # learning
    LESSON = 80
    LESSON_SUBJECT = 81
    # innovating
    PROJECT_IDEA = 90
    PROJECT_ORDER = 91
    PROJECT_SUCCESS = 92
    # federating
    POLE_FOUNDING = 100
    POLE_ENDING = 101
    POLE_JOINING = 102
    POLE_LEAVING = 103
    # founding
    FOUNDERS = 120
    FOUNDER_TRAITS = 121
    FOUNDING_DECISION = 122
    # closing
    CLOSING = 130
    # measures
    CALL_LOTTERY = 150
    ARRANGED_MEETING = 151
    # sampling outside the model
    REWIRING = 201


@kernel
def mix(z):
    """Bijective scrambling of 64 bits."""
    z = (z ^ (z >> _SHIFT_30)) * _MULTIPLIER_1
    z = (z ^ (z >> _SHIFT_27)) * _MULTIPLIER_2
    return z ^ (z >> _SHIFT_31)


@kernel
def stream_key(seed, month, stream):
    """The key of one stream in one month: uint64. Months before the start (negative) are as good as any."""
    s = mix(np.uint64(seed) + _GOLDEN)
    s = mix(s + np.uint64(month) * _GOLDEN)
    return mix(s + np.uint64(stream) * _GOLDEN)


@kernel
def month_keys(seed, month, keys):
    """The keys of all streams in one month, each at the number of its stream."""
    for stream in range(keys.size):
        keys[stream] = stream_key(seed, month, stream)


@kernel
def hash_of(key, who):
    """64 bits for one organisation."""
    return mix(mix(np.uint64(who) * _GOLDEN + key) ^ key)


@kernel
def half_hash(key, who):
    """One end's part of a pair's luck: `mix(half_hash(key, a) + half_hash(key, b))` is the same from either side."""
    return mix(np.uint64(who) * _GOLDEN + key)


@kernel
def hash_with(key, who, k):
    """64 bits for an ordered couple: an organisation and a number (a slot, an attempt, a candidate)."""
    return mix(mix(mix(np.uint64(who) * _GOLDEN + key) + np.uint64(k) * _GOLDEN) ^ key)


@kernel
def pair_hash(key, one, other):
    """64 bits for an unordered pair: the same whichever comes first."""
    return hash_with(key, min(one, other), max(one, other))  # no branch: which is smaller could not be foreseen


@kernel
def uniform(bits):
    """A number in [0, 1) with 53 random bits."""
    return float(bits >> _SHIFT_11) * _TWO_TO_MINUS_53


@kernel
def happens(bits, probability):
    """Whether an event of that probability happens; never at 0, always at 1."""
    return uniform(bits) < probability


@kernel
def poisson(bits, mean):
    """A Poisson count by inversion, non-decreasing in `mean` for the same luck. For means up to about 500."""
    u = uniform(bits)
    if u < 1.0 - mean:  # exp(-mean) is never less, so the count is zero; most counts are
        return 0
    p = exp(-mean)
    total = p
    count = 0
    while u >= total and p > 0.0:
        count += 1
        p = p * mean / count
        total += p
    return count


@kernel
def normal(u):
    """Standard normal deviate from a uniform in [0, 1), by the inverse distribution (Wichura 1988, AS 241 PPND16)."""
    # half a step inwards, so that 0 does not give minus infinity
    p = u + 0.5 * _TWO_TO_MINUS_53
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                + 42.313330701600911252) * r + 1.0)
        )  # fmt: skip
    r = np.sqrt(-log(p if q < 0.0 else (1.0 - u) - 0.5 * _TWO_TO_MINUS_53))
    if r <= 5.0:
        r -= 1.6
        value = (
            (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
                + 4.6303378461565452959) * r + 1.42343711074968357734)
            / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                + 2.05319162663775882187) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        value = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
                + 5.4637849111641143699) * r + 6.6579046435011037772)
            / (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
                + 0.59983220655588793769) * r + 1.0)
        )  # fmt: skip
    return -value if q < 0.0 else value


class Luck:
    """The luck of one replication: `luck.key(stream, month)` is what kernels draw with."""

    def __init__(self, seed: int) -> None:
        """The luck of a replication.

        Args:
            seed: Any whole number of 64 bits, with or without sign; the same seed is the same luck in every scenario. A
                negative seed and the positive one of the same bits (-1 and 2^64 - 1) are one.

        Raises:
            ValueError: for a seed of more bits.
        """
        self.seed = int(seed)
        if not _SMALLEST_SEED <= self.seed <= _LARGEST_SEED:
            raise ValueError(f"seed {self.seed} is not a whole number of 64 bits: from {_SMALLEST_SEED} to {_LARGEST_SEED}")
        self._seed = np.uint64(self.seed & _LARGEST_SEED)
        self._keys: dict[int, np.ndarray] = {}

    def key(self, stream: Stream, month: int = 0) -> np.uint64:
        """The key of one decision in one month."""
        keys = self._keys.get(month)
        if keys is None:
            keys = np.empty(max(Stream) + 1, np.uint64)
            month_keys(self._seed, int(month), keys)
            if len(self._keys) > 1:  # month 0, asked for again and again, came first and stays; the month before this one goes
                self._keys.popitem()
            self._keys[month] = keys
        return keys[stream]

    def __repr__(self) -> str:
        return f"Luck(seed={self.seed})"
