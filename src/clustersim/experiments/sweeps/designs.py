"""Designs: which points of the unit cube an experiment visits, and under which luck.

A design is a table with a row a point and a column a drawn factor, all in [0, 1]. In Morris and Saltelli designs the last column is, unless
told otherwise, a dummy named `luck`: it changes nothing but the set of seeds. What it seems to do is what other luck alone does to a
mean over seeds: the noise floor under which no factor can be told apart from chance. All other columns are compared under the same
luck.

1. latin_hypercube: each column is cut into as many slices as there are points, each slice drawn once (McKay et al. 1979; SciPy)
2. sobol: scrambled Sobol sequence (Owen 1998; SciPy); even if the number of points is a power of two
3. saltelli: the design of Saltelli (2010) for Sobol indices: base samples A and B and their mixtures (SALib)
4. morris: trajectories that change one factor at a time on a grid of levels (Morris 1991; Campolongo et al. 2007; SALib)
5. grid: every combination of the values of all factors; nothing is drawn
6. list: the points of the user's own table

A design depends on its own numbers and on the number of columns alone: the same file asks for the same points on every machine.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from clustersim.parameters import Parameter, Parameters

__all__ = ["DESIGNS", "LUCK", "Design", "Grid", "LatinHypercube", "List", "Morris", "Saltelli", "Sobol", "made"]

LUCK = "luck"
_DRAW = Parameter(0, "-", (0, 2**31 - 1), "assumed", "which draw of the design; another number is another draw")


class LatinHypercube(Parameters):
    """Points spread evenly over the interval of each factor."""

    points = Parameter(100, "points", (2, 1_000_000), "assumed", "points drawn")
    draw = _DRAW


class Sobol(Parameters):
    """Points of a scrambled Sobol sequence, spread evenly over all factors together."""

    points = Parameter(128, "points", (2, 1_048_576), "assumed", "points drawn; a power of two keeps the sequence balanced")
    draw = _DRAW


class Saltelli(Parameters):
    """Points for Sobol indices: how much of the variance each factor accounts for."""

    base = Parameter(128, "base samples", (2, 1_048_576), "assumed", "base samples; a power of two keeps the sequence balanced")
    second_order = Parameter(False, "-", None, "assumed", "whether pairs of factors are looked at too, with twice as many points")
    dummy = Parameter(True, "-", None, "assumed", "whether a factor that changes the luck alone shows the noise floor")
    draw = _DRAW


class Morris(Parameters):
    """Trajectories for screening: which of many factors do anything at all."""

    trajectories = Parameter(
        20, "trajectories", (2, 100_000), "Campolongo et al. 2007: 10 to 50", "trajectories, each one point longer than there are factors"
    )
    levels = Parameter(4, "levels", (2, 64), "Morris 1991", "levels of the grid on which factors move; an even number")
    dummy = Parameter(True, "-", None, "assumed", "whether a factor that changes the luck alone shows the noise floor")
    draw = _DRAW


class Grid(Parameters):
    """Every combination of the values of all factors."""


class List(Parameters):
    """The points of the user's own table."""


DESIGNS: dict[str, type[Parameters]] = {
    "grid": Grid,
    "list": List,
    "latin_hypercube": LatinHypercube,
    "sobol": Sobol,
    "saltelli": Saltelli,
    "morris": Morris,
}


@dataclass(frozen=True, eq=False)
class Design:
    """Points of the unit cube.

    Attributes:
        kind: Name of the design.
        numbers: How it was made.
        names: Paths of the drawn factors, a column each; the last may be `LUCK`.
        unit: A row a point, a column a name, in [0, 1].
        luck: Which set of seeds each point has.
    """

    kind: str
    numbers: Parameters
    names: tuple[str, ...]
    unit: np.ndarray
    luck: np.ndarray

    def __len__(self) -> int:
        return len(self.unit)


def made(kind: str, numbers: Parameters, paths: tuple[str, ...]) -> Design:
    """The design of that kind for these drawn factors."""
    names = (*paths, LUCK) if getattr(numbers, "dummy", False) else paths
    unit, luck = _MAKERS[kind](numbers, names)
    return Design(kind, numbers, names, unit, luck)


def _nothing_drawn(numbers: Parameters, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((1, 0)), np.zeros(1, np.int64)


def _latin_hypercube(numbers: LatinHypercube, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    from scipy.stats import qmc

    unit = qmc.LatinHypercube(len(names), rng=np.random.default_rng(numbers.draw)).random(numbers.points)
    return unit, np.zeros(numbers.points, np.int64)


def _sobol(numbers: Sobol, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    from scipy.stats import qmc

    # the whole power of two is drawn: SciPy warns of less, and its first points are the same
    sequence = qmc.Sobol(len(names), rng=np.random.default_rng(numbers.draw))
    unit = sequence.random_base2(max(1, (numbers.points - 1).bit_length()))[: numbers.points]
    return unit, np.zeros(numbers.points, np.int64)


def _saltelli(numbers: Saltelli, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    from SALib.sample import sobol

    with _quietly():
        unit = sobol.sample(_cube(names), numbers.base, calc_second_order=numbers.second_order, seed=numbers.draw)
    return unit, _sets(unit, names, len(unit) // numbers.base)


def _morris(numbers: Morris, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    from SALib.sample import morris

    with _quietly():
        unit = morris.sample(_cube(names), numbers.trajectories, num_levels=numbers.levels, seed=numbers.draw)
    return unit, _sets(unit, names, len(names) + 1)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without SALib's warnings: what they say, `Experiment.cautions` says in words of the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _cube(names: tuple[str, ...]) -> dict:
    """SALib's problem for the unit cube."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _sets(unit: np.ndarray, names: tuple[str, ...], block: int) -> np.ndarray:
    """Number of the set of seeds of each point: two a block (trajectory, or base sample), one for each value of the dummy there."""
    if names[-1] != LUCK:
        return np.zeros(len(unit), np.int64)
    luck = unit[:, -1].reshape(-1, block)
    changed = luck != luck[:, :1]
    return (2 * np.arange(len(luck))[:, None] + changed).ravel().astype(np.int64)


_MAKERS: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
    "grid": _nothing_drawn,
    "list": _nothing_drawn,
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "saltelli": _saltelli,
    "morris": _morris,
}
