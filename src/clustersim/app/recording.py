"""All months of a run in one small packet, for a page that plays it without Python.

A month is much like the one before, so a `Recording` keeps what changed: the course of each value by organisation, cluster and pole as
events (month, row, new value), each tie from its birth to its end with its trust month by month, needs of places in levels.
`bytes_of` packs it; `clustersim.recording` of the drawing program gives the months back as frames like those of `packing`.

The packet, compressed by gzip: the length of the head (4 bytes, little-endian); the head, JSON in which an array is
`{"type": "i4", "begins": 0, "ends": 400}`; then the bytes of the arrays. In the head:

    world, months[]             as in `packing`; the months that were recorded, in order
    courses {name: {begins row value rows empty}}
                                events of month k are entries begins[k] to begins[k + 1]; before the first, `rows` rows are `empty`
    ties {one other first last trust}   from month number `first` to `last`, with that many levels of trust, each as the difference from
                                the one before, modulo 256
    ties_in_all[]               how many there were in each month, as no more than `most_ties` of a month are kept
    places {most_need unmet_share need_level levels}    by place, then month: levels, as differences modulo 256
    series, paid_eur, repaid_eur        by month, then observable or measure
"""

import gzip
import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from clustersim.app.packing import drawn_ties, packed_array, world_said
from clustersim.app.snapshots import Newcomers, Snapshot, World
from clustersim.report.maps import MOST_TIES

__all__ = ["bytes_of"]

_LEVELS = 255
_STAFF_STEP = 0.5  # FTE: finer changes are not kept
# by column: type, value before the first event, and of which table the rows are
_COURSES = {
    "alive": ("u1", 0, "organisations"),
    "cluster": ("i4", -1, "organisations"),
    "pole": ("i4", -1, "organisations"),
    "degree": ("u1", 0, "organisations"),
    "staff_fte": ("f4", 0, "organisations"),
    "support_eur": ("f4", 0, "organisations"),
    "cluster_purpose": ("i1", 0, "clusters"),
    "cluster_members": ("i4", 0, "clusters"),
    "pole_purpose": ("i1", 0, "poles"),
    "pole_members": ("i4", -1, "poles"),
    "pole_coordinator": ("u1", 0, "poles"),
    "pole_x_km": ("f4", 0, "poles"),
    "pole_y_km": ("f4", 0, "poles"),
}


def bytes_of(world: World, everybody: Newcomers, snapshots: Iterable[Snapshot], *, most_ties: int = MOST_TIES) -> bytes:
    """The packet of some months, which must come one after the other."""
    months = list(snapshots)
    if not months:
        raise ValueError("there is no month to record")
    rows = {
        "organisations": len(everybody),
        "clusters": 1 + max((int(s.cluster_row.max(initial=-1)) for s in months), default=-1),
        "poles": 1 + max((int(s.pole_row.max(initial=-1)) for s in months), default=-1),
    }
    said = {
        "world": world_said(world, everybody, binary=True),
        "months": [s.month for s in months],
        "courses": {name: _course([_values(name, s, rows[table], empty) for s in months], code, empty)
                    for name, (code, empty, table) in _COURSES.items()},
        "ties": _ties(months, most_ties),
        "ties_in_all": [s.tie_one.size for s in months],
        "places": _places(months),
        "series": _packed(np.array([s.series for s in months]), "f4"),
        "paid_eur": _packed(np.array([s.paid_cents for s in months]) / 100, "f8"),
        "repaid_eur": _packed(np.array([s.repaid_cents for s in months]) / 100, "f8"),
    }  # fmt: skip
    return _packet(said)


def _values(name: str, s: Snapshot, rows: int, empty: float) -> np.ndarray:
    """A column of a month, by row of its table."""
    values = np.full(rows, empty, np.float64)
    if name.startswith("cluster_"):
        values[s.cluster_row] = getattr(s, name)
    elif name.startswith("pole_"):
        values[s.pole_row] = getattr(s, name)
    elif name == "alive":
        values[s.living] = 1
    elif name == "staff_fte":
        values[s.living] = np.rint(s.staff_fte / _STAFF_STEP) * _STAFF_STEP
    elif name == "support_eur":
        values[s.living] = s.support_cents / 100
    else:
        values[s.living] = getattr(s, name)
    return values


def _course(by_month: list[np.ndarray], code: str, empty: float) -> dict[str, Any]:
    """Where a column changes, month by month."""
    before = np.full_like(by_month[0], empty)
    changed, values = [], []
    for now in by_month:
        rows = np.flatnonzero(now != before)
        changed.append(rows)
        values.append(now[rows])
        before = now
    begins = np.cumsum([0, *(rows.size for rows in changed)])
    return {
        "begins": _packed(begins, "i4"),
        "row": _packed(np.concatenate(changed), "i4"),
        "value": _packed(np.concatenate(values), code),
        "rows": before.size,
        "empty": empty,
    }


def _ties(months: list[Snapshot], most: int) -> dict[str, Any]:
    """Each tie from month number `first` to `last`; a pair that parts and comes back has two."""
    keys, numbers, trusts = [], [], []
    for number, s in enumerate(months):
        drawn = drawn_ties(s.tie_one, s.tie_other, most)
        keys.append(s.tie_one[drawn].astype(np.int64) << 32 | s.tie_other[drawn])
        trusts.append(s.tie_trust[drawn])
        numbers.append(np.full(keys[-1].size, number))
    key, number, trust = (np.concatenate(parts) for parts in (keys, numbers, trusts))
    order = np.lexsort((number, key))
    key, number, trust = key[order], number[order], trust[order]
    begins = np.flatnonzero(np.r_[True, (np.diff(key) != 0) | (np.diff(number) != 1)]) if key.size else np.empty(0, np.int64)
    ends = np.r_[begins[1:], key.size] - 1 if key.size else begins
    steps = np.diff(trust, prepend=np.uint8(0))
    steps[begins] = trust[begins]
    return {
        "one": _packed(key[begins] >> 32, "i4"),
        "other": _packed(key[begins] & 0xFFFFFFFF, "i4"),
        "first": _packed(number[begins], "i4"),
        "last": _packed(number[ends], "i4"),
        "trust": _packed(steps, "u1"),
    }


def _places(months: list[Snapshot]) -> dict[str, Any]:
    need, unmet = (np.array([getattr(s, name) for s in months], np.float64).T for name in ("need", "unmet_need"))
    most = need.max(axis=1)
    share = np.divide(unmet, need, out=np.zeros_like(need), where=need > 0)
    level = np.divide(need, most[:, None], out=np.zeros_like(need), where=most[:, None] > 0)
    return {
        "most_need": _packed(most, "f4"),
        "unmet_share": _packed(_differences(share), "u1"),
        "need_level": _packed(_differences(level), "u1"),
        "levels": _LEVELS,
    }


def _differences(shares: np.ndarray) -> np.ndarray:
    """Levels, each as what it adds to the month before, modulo 256."""
    levels = np.rint(shares * _LEVELS).astype(np.uint8)
    return np.diff(levels, axis=1, prepend=np.uint8(0))


def _packed(values: np.ndarray, code: str) -> dict[str, Any]:
    return packed_array(values, code, binary=True)


def _packet(said: dict[str, Any]) -> bytes:
    """Head and bytes, compressed; the same recording gives the same bytes."""
    parts: list[bytes] = []

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            if isinstance(value.get("bytes"), bytes):
                begins = sum(map(len, parts))
                parts.append(value["bytes"])
                return {"type": value["type"], "begins": begins, "ends": begins + len(value["bytes"])}
            return {key: moved(part) for key, part in value.items()}
        return value

    head = json.dumps(moved(said), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return gzip.compress(len(head).to_bytes(4, "little") + head + b"".join(parts), compresslevel=9, mtime=0)
