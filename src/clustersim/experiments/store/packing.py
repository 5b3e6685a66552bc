"""Numbers and monthly series of a run in a few kilobytes, exact to the bit, that say themselves what they are.

What is packed: the length of a head (four bytes), the head in JSON (names of numbers; type, shape and names of series, those
alike in a row together), then the numbers as doubles and the series, little-endian; all of it compressed. The bytes of values are laid
out by significance (first bytes of all values, then second bytes...), because neighbours in time share their first bytes: a sixth smaller.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from math import prod

import numpy as np

__all__ = ["pack", "unpack"]

_QUICK = 1  # zlib's level; the highest saves two percent and takes twice the time
_LENGTH = 4
_KINDS = "biuf"  # of NumPy's types: truth values, whole numbers, floating point


def pack(numbers: Mapping[str, float], series: Mapping[str, np.ndarray], seconds: float) -> bytes:
    """All of it as bytes.

    Raises:
        TypeError: naming what is no number, or no array of numbers.
    """
    values = _doubles([*numbers.items(), ("seconds", seconds)])
    arrays = [(name, _little_endian(name, array)) for name, array in series.items()]
    alike = [(kind, list(some)) for kind, some in groupby(arrays, lambda named: (named[1].dtype.str, named[1].shape))]
    head = {"numbers": list(numbers), "series": [[*kind, [name for name, _ in some]] for kind, some in alike]}
    text = json.dumps(head, separators=(",", ":")).encode()
    blocks = [_by_significance(np.stack([array for _, array in some])) for _, some in alike]
    return zlib.compress(b"".join([len(text).to_bytes(_LENGTH, "little"), text, _by_significance(values), *blocks]), _QUICK)


def unpack(content: bytes) -> tuple[dict[str, float], dict[str, np.ndarray], float]:
    """Numbers, series and seconds, as they were packed. Only for what a checksum has found whole."""
    raw = zlib.decompress(content)
    start = _LENGTH + int.from_bytes(raw[:_LENGTH], "little")
    head = json.loads(raw[_LENGTH:start])
    values, start = _taken(raw, start, np.dtype("<f8"), (len(head["numbers"]) + 1,))
    series: dict[str, np.ndarray] = {}
    for kind, shape, names in head["series"]:
        block, start = _taken(raw, start, np.dtype(kind), (len(names), *shape))
        series |= zip(names, block, strict=True)
    *numbers, seconds = values.tolist()
    return dict(zip(head["numbers"], numbers, strict=True)), series, seconds


def _doubles(numbers: Iterable[tuple[str, float]]) -> np.ndarray:
    found = []
    for name, value in numbers:
        try:
            found.append(float(value))
        except (TypeError, ValueError):
            raise TypeError(f"{name}: found {value!r}, allowed is a number") from None
    return np.array(found, "<f8")


def _little_endian(name: str, array: np.ndarray) -> np.ndarray:
    found = np.asarray(array)
    if found.dtype.kind not in _KINDS:
        raise TypeError(f"series {name!r}: found values of type {found.dtype}, allowed are numbers")
    return np.ascontiguousarray(found, found.dtype.newbyteorder("<"))


def _by_significance(array: np.ndarray) -> bytes:
    return np.frombuffer(array.tobytes(), np.uint8).reshape(array.size, array.itemsize).T.tobytes()


def _taken(raw: bytes, start: int, kind: np.dtype, shape: tuple[int, ...]) -> tuple[np.ndarray, int]:
    """The array that begins at `start`, and where the next one does."""
    size = prod(shape)
    stop = start + kind.itemsize * size
    values = np.frombuffer(raw[start:stop], np.uint8).reshape(kind.itemsize, size).T.tobytes()
    return np.frombuffer(values, kind).reshape(shape).astype(kind.newbyteorder("=")), stop
