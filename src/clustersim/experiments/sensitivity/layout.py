"""The layout of a design: which of its points belong together, and which factor stands for luck.

A block is what a method needs whole: a trajectory of Morris (a point for each factor and one more), a base row of Saltelli with
the points made of it; elsewhere each point by itself. A block that lacks a point is left out and counted. Blocks are also what a
bootstrap draws again, because the points within one are alike.

*Luck* is a factor that changes nothing but the set of seeds. What it does to a mean over seeds is what other seeds alone would
have done: the floor under which no other factor can be told apart from chance.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from clustersim.experiments.sweeps.designs import LUCK

__all__ = ["METHODS", "RESAMPLES", "Layout", "LayoutError", "drawn_again"]

RESAMPLES = 1_000
METHODS = {"morris": "morris", "saltelli": "indices", "latin_hypercube": "correlations", "sobol": "correlations"}
_NEEDED = "morris (screening), saltelli (Sobol indices), latin_hypercube or sobol (rank correlations)"


class LayoutError(Exception):
    """A design that cannot be analysed, or a table that does not fit it; says what can be done."""

    @classmethod
    def of_kind(cls, kind: str) -> Self:
        """That designs of a kind are not made for this."""
        return cls(f"a design of kind {kind} does not tell what decides an outcome. Choose one of {_NEEDED}")


@dataclass(frozen=True, eq=False)
class Layout:
    """A design as the methods read it.

    Attributes:
        kind: Kind of the design, a key of `METHODS`.
        unit: The sample: a row a point, a column a factor, each in [0, 1], in the order in which it was drawn.
        names: The factors; one named `LUCK` is the dummy.
        second_order: Whether a Saltelli design has the points for pairs of factors.
        levels: Levels of a Morris design.
    """

    kind: str
    unit: np.ndarray
    names: tuple[str, ...]
    second_order: bool = False
    levels: int = 4

    def __post_init__(self) -> None:
        if self.kind not in METHODS:
            raise LayoutError.of_kind(self.kind)
        if self.unit.ndim != 2 or self.unit.shape[1] != len(self.names) or len(self.unit) % self.block:
            shape = " x ".join(map(str, self.unit.shape))
            raise LayoutError(
                f"the {self.kind} sample of {shape} is not made of whole blocks of {self.block} points of {len(self.names)} factors. "
                "Give the sample as it was drawn"
            )

    @property
    def method(self) -> str:
        """How it is analysed: "morris", "indices" or "correlations"; also the table of its results."""
        return METHODS[self.kind]

    @property
    def block(self) -> int:
        """Points that belong together."""
        factors = len(self.names)
        return {"morris": factors + 1, "saltelli": 2 * factors + 2 if self.second_order else factors + 2}.get(self.kind, 1)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.unit) // self.block

    @property
    def luck(self) -> int | None:
        """Which factor stands for luck; None if all points have the same seeds."""
        return self.names.index(LUCK) if LUCK in self.names else None

    def whole(self, values: np.ndarray) -> np.ndarray:
        """Which blocks have a value at each of their points.

        Args:
            values: One number a point, NaN where there is none.
        """
        return ~np.isnan(values.reshape(self.blocks, self.block)).any(axis=1)


@lru_cache(maxsize=4)
def drawn_again(blocks: int) -> np.ndarray:
    """How often each block is drawn: a row a resample, a column a block; a pure function of the number of blocks."""
    luck = np.random.Generator(np.random.Philox(key=blocks))
    times = luck.multinomial(blocks, np.full(blocks, 1 / blocks), RESAMPLES).astype(float)
    times.flags.writeable = False
    return times
