"""Factors: what an experiment varies. A factor is drawn from a spread, or its values are crossed with everything else."""

from dataclasses import dataclass
from typing import Any

from clustersim.experiments.numbers import is_whole
from clustersim.experiments.spreads import Spread
from clustersim.parameters import Parameter

__all__ = ["LEVER", "UNCERTAINTY", "Factor"]

UNCERTAINTY, LEVER = "uncertainty", "lever"


@dataclass(frozen=True)
class Factor:
    """One thing that an experiment varies.

    Attributes:
        path: Dotted path in the scenarios.
        role: `UNCERTAINTY` (nobody knows it) or `LEVER` (somebody decides it).
        parameter: How it is declared there.
        spread: Where it is drawn from; None for a factor whose values are crossed.
        values: The values that are crossed with everything else; empty for a factor that is drawn.
    """

    path: str
    role: str
    parameter: Parameter
    spread: Spread | None = None
    values: tuple[Any, ...] = ()

    def at(self, share: float) -> Any:
        """The value of a drawn factor at a share of its distribution."""
        assert self.spread is not None, f"{self.path} is not drawn"
        return self.spread.at(share, whole=is_whole(self.parameter))

    def said(self) -> dict[str, Any]:
        """What the experiment says of it, laid out like a file."""
        return {"values": list(self.values)} if self.spread is None else self.spread.values()
