"""Choosing by key so that a small change of the choices changes few draws.

Comparing two policies on the same luck works only while the same organisation goes on making the same choices. With
`floor(u * n)` one more candidate shifts about half of all draws; with these it shifts about as few as can be.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import hash_with, uniform

_JUMP_MULTIPLIER = np.uint64(2862933555777941757)
_ONE = np.uint64(1)
_SHIFT = np.uint64(33)


@kernel
def slot(key, slots):
    """A slot in [0, slots), uniformly; when a slot is added at the end only 1/(slots + 1) of the keys move, to it.

    Jump consistent hash (Lamping & Veach 2014). `key` is a uint64 hash, `slots` at least 1.
    """
    chosen = 0
    following = 0
    while following < slots:
        chosen = following
        key = key * _JUMP_MULTIPLIER + _ONE
        following = int((chosen + 1) * (2147483648.0 / (float(key >> _SHIFT) + 1.0)))
    return chosen


@kernel
def descend(cumulative, stop, key):
    """An index in [0, stop) with probability proportional to its share of `cumulative`; -1 where nothing has weight.

    `cumulative[i]` is the sum of the whole-number weights 0..i. Instead of one draw along the whole line, each halving
    of the range gets its own draw: a changed weight then disturbs only the halvings above it, and those a little.
    """
    if stop == 0 or cumulative[stop - 1] <= 0:
        return -1
    low = 0
    high = stop
    before = np.int64(0)
    while high - low > 1:
        middle = (low + high) // 2
        left = cumulative[middle - 1] - before
        both = cumulative[high - 1] - before
        if left >= both:
            high = middle
        elif left <= 0 or uniform(hash_with(key, low, middle)) * both >= left:
            before = cumulative[middle - 1]
            low = middle
        else:
            high = middle
    return low
