"""Worlds and snapshots as a browser is sent them: JSON in which each array is `{"type": "i4", "bytes": "..."}`.

The bytes are those of the array, little-endian, in base64, or as they are where whoever sends them can carry bytes
(`binary=True`). The drawing program makes typed arrays of them: `clustersim.world(packed)`, `clustersim.grow(world, packed.newcomers)`
and `clustersim.frame(packed)`.

    world      name title seed months territory purposes[] measures[] observables[{name unit meaning}]
               places {names[] x_km y_km population}
               organisations, newcomers as below: all seen so far
    newcomers  first_row x_km y_km seat kind purpose place founded_month names{row: name}
    frame      month rows newcomers living cluster pole degree staff_fte support_eur
               ties {one other trust all}: the two ends, trust in 255 levels, and how many there are in all, as no more
               than `most_ties` are sent
               clusters {row purpose members}  poles {row purpose members coordinator x_km y_km}
               places {need unmet_need}
               series[] paid_eur[] repaid_eur[]: numbers, null where not defined
               guests {names[] kind x_km y_km}: agents of a Mesa user's own

Arrays by organisation (`cluster`, `pole`, `degree`, `staff_fte`, `support_eur`) stand in the order of `living`, the rows of those who live.
"""

import base64
import math
from typing import Any

import numpy as np

from clustersim.app.recorder import Recorder
from clustersim.app.snapshots import Newcomers, Snapshot, World
from clustersim.report.maps import MOST_TIES

__all__ = ["drawn_ties", "numbers", "pack_frame", "pack_newcomers", "pack_world", "packed_array", "world_said"]

_TYPES = {"i1", "i2", "i4", "u1", "u2", "f4", "f8"}


def pack_world(recorder: Recorder, *, binary: bool = False) -> dict[str, Any]:
    """A world with all organisations seen so far: what a page is told when it opens."""
    return world_said(recorder.world, recorder.everybody, binary=binary)


def world_said(world: World, everybody: Newcomers, *, binary: bool = False) -> dict[str, Any]:
    """A world and its organisations."""
    return {
        "name": world.name,
        "title": world.title,
        "seed": str(world.seed),  # a browser's numbers have 53 bits
        "months": world.months,
        "territory": world.territory,
        "purposes": list(world.purposes),
        "measures": list(world.measures),
        "observables": [{"name": o.name, "unit": o.unit, "meaning": o.meaning} for o in world.observables],
        "places": {
            "names": list(world.place_names),
            "x_km": packed_array(world.place_x_km, "f4", binary=binary),
            "y_km": packed_array(world.place_y_km, "f4", binary=binary),
            "population": packed_array(world.population, "i4", binary=binary),
        },
        "organisations": pack_newcomers(everybody, binary=binary),
    }


def pack_newcomers(newcomers: Newcomers, *, binary: bool = False) -> dict[str, Any]:
    """Organisations seen for the first time."""
    types = {"x_km": "f4", "y_km": "f4", "seat": "i4", "kind": "i1", "purpose": "i1", "place": "i4", "founded_month": "i4"}
    return {
        "first_row": newcomers.first_row,
        **{name: packed_array(getattr(newcomers, name), code, binary=binary) for name, code in types.items()},
        "names": {str(row): name for row, name in newcomers.names.items()},
    }


def pack_frame(snapshot: Snapshot, *, most_ties: int = MOST_TIES, binary: bool = False) -> dict[str, Any]:
    """One month. Where there are more than `most_ties`, the same ones are left out month after month."""
    s = snapshot
    drawn = drawn_ties(s.tie_one, s.tie_other, most_ties)

    def array(values: np.ndarray, code: str) -> dict[str, Any]:
        return packed_array(values, code, binary=binary)

    return {
        "month": s.month,
        "rows": s.rows,
        "newcomers": pack_newcomers(s.newcomers, binary=binary),
        "living": array(s.living, "i4"),
        "cluster": array(s.cluster, "i4"),
        "pole": array(s.pole, "i4"),
        "degree": array(s.degree, "u1"),
        "staff_fte": array(s.staff_fte, "f4"),
        "support_eur": array(s.support_cents / 100, "f4"),
        "ties": {
            "one": array(s.tie_one[drawn], "i4"),
            "other": array(s.tie_other[drawn], "i4"),
            "trust": array(s.tie_trust[drawn], "u1"),
            "all": s.tie_one.size,
        },
        "clusters": {
            "row": array(s.cluster_row, "i4"),
            "purpose": array(s.cluster_purpose, "i1"),
            "members": array(s.cluster_members, "i4"),
        },
        "poles": {
            "row": array(s.pole_row, "i4"),
            "purpose": array(s.pole_purpose, "i1"),
            "members": array(s.pole_members, "i4"),
            "coordinator": array(s.pole_coordinator, "u1"),
            "x_km": array(s.pole_x_km, "f4"),
            "y_km": array(s.pole_y_km, "f4"),
        },
        "places": {"need": array(s.need, "f4"), "unmet_need": array(s.unmet_need, "f4")},
        "series": numbers(s.series),
        "paid_eur": numbers(s.paid_cents / 100),
        "repaid_eur": numbers(s.repaid_cents / 100),
        "guests": {
            "names": list(s.guests.names),
            "kind": array(s.guests.kind, "i2"),
            "x_km": array(s.guests.x_km, "f4"),
            "y_km": array(s.guests.y_km, "f4"),
        },
    }


def packed_array(values: np.ndarray, code: str, *, binary: bool = False) -> dict[str, Any]:
    """An array with its type: a letter and the bytes of a value."""
    if code not in _TYPES:
        raise ValueError(f"no type {code!r}; there are {', '.join(sorted(_TYPES))}")
    raw = np.ascontiguousarray(values, dtype=f"<{code}").tobytes()
    return {"type": code, "bytes": raw if binary else base64.b64encode(raw).decode("ascii")}


def numbers(values: np.ndarray) -> list[float | None]:
    """Numbers as JSON has them: nothing where one is not defined."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def drawn_ties(one: np.ndarray, other: np.ndarray, most: int) -> np.ndarray | slice:
    """Which ties are drawn: those first in an order by lot that is a tie's own, so that it is not now drawn and then not."""
    if one.size <= most:
        return slice(None)
    lot = one.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ other.astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    lot ^= lot >> np.uint64(29)
    lot *= np.uint64(0x94D049BB133111EB)
    return np.sort(np.argpartition(lot, most)[:most])
