"""Agents of a Mesa user's own that say where they are: they are drawn on the map beside the organisations.

Who has a position is a guest, whatever its class. A position is a pair of numbers in km, east and north, as those of places and
organisations are; it is looked for in this order:

    x_km, y_km      two attributes
    pos             as Mesa's spaces and renderers have it
    position        as agents in Mesa's continuous space have it
    cell            of Mesa's cell spaces: the cell's position
    x, y            two attributes

An agent that is nowhere (None, or a node of a network) is not drawn. In legend and tips a guest is called by the `legend` of its class,
or else by the name of its class in words.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Guests", "guests_among"]

_PAIRS = (("x_km", "y_km"), "pos", "position", "cell", ("x", "y"))


@dataclass(frozen=True, eq=False)
class Guests:
    """Who is where.

    Attributes:
        names: What each class of guests is called, in the order in which they were first seen.
        kind: For each guest the number of its class.
        x_km, y_km: Where each is.
    """

    names: tuple[str, ...]
    kind: np.ndarray
    x_km: np.ndarray
    y_km: np.ndarray

    def __post_init__(self) -> None:
        for array in (self.kind, self.x_km, self.y_km):
            array.flags.writeable = False


def guests_among(agents: Iterable[Any], known: tuple[str, ...] = ()) -> Guests:
    """Those of some agents who say where they are. `known` are the names of classes that were seen before, which keep their numbers."""
    names, found = list(known), []
    for agent in agents:
        position = _position_of(agent)
        if position is None:
            continue
        name = _name_of(agent)
        if name not in names:
            names.append(name)
        found.append((names.index(name), *position))
    kind, x, y = zip(*found, strict=True) if found else ((), (), ())
    return Guests(tuple(names), np.array(kind, np.int16), np.array(x, np.float32), np.array(y, np.float32))


def _position_of(agent: Any) -> tuple[float, float] | None:
    for source in _PAIRS:
        said = tuple(getattr(agent, name, None) for name in source) if isinstance(source, tuple) else getattr(agent, source, None)
        found = _pair(said.position if source == "cell" and said is not None else said)
        if found is not None:
            return found
    return None


def _pair(said: Any) -> tuple[float, float] | None:
    """Two finite numbers; None for anything else."""
    if said is None or isinstance(said, str):
        return None
    try:
        east, north = said
        x, y = float(east), float(north)
    except (TypeError, ValueError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _name_of(agent: Any) -> str:
    kind = type(agent)
    return getattr(kind, "legend", None) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind.__name__).replace("_", " ").strip().lower()
