"""Numbers and monthly series of a run in a few kilobytes, exact to the bit, that say themselves what they are.

What is packed: the length of a head (four bytes), the head in JSON (names; type and shape of each series), then the numbers as
doubles and the series, little-endian, one after the other; all of it compressed. The bytes of an array are laid out by
significance (first bytes of all values, then second bytes...), because neighbours in time share their first bytes: a sixth smaller.
"""

import json
import zlib
from collections.abc import Iterable, Mapping

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
    arrays = {name: _little_endian(name, array) for name, array in series.items()}
    head = {"numbers": list(numbers), "series": [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]}
    text = json.dumps(head, separators=(",", ":")).encode()
    parts = [len(text).to_bytes(_LENGTH, "little"), text, _by_significance(values), *map(_by_significance, arrays.values())]
    return zlib.compress(b"".join(parts), _QUICK)


def unpack(content: bytes) -> tuple[dict[str, float], dict[str, np.ndarray], float]:
    """Numbers, series and seconds, as they were packed. Only for what a checksum has found whole."""
    raw = zlib.decompress(content)
    start = _LENGTH + int.from_bytes(raw[:_LENGTH], "little")
    head = json.loads(raw[_LENGTH:start])
    values, start = _taken(raw, start, np.dtype("<f8"), (len(head["numbers"]) + 1,))
    series = {}
    for name, kind, shape in head["series"]:
        series[name], start = _taken(raw, start, np.dtype(kind), tuple(shape))
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
    return np.frombuffer(array.tobytes(), np.uint8).reshape(-1, array.itemsize).T.tobytes()


def _taken(raw: bytes, start: int, kind: np.dtype, shape: tuple[int, ...]) -> tuple[np.ndarray, int]:
    """The array that begins at `start`, and where the next one does."""
    stop = start + kind.itemsize * int(np.prod(shape, dtype=np.int64))
    values = np.frombuffer(raw[start:stop], np.uint8).reshape(kind.itemsize, -1).T.tobytes()
    return np.frombuffer(values, kind).reshape(shape).astype(kind.newbyteorder("=")), stop
