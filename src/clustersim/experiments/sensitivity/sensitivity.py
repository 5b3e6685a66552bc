"""A sensitivity analysis: what was varied, what came of it, and the tables that say what decides the outcomes."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sensitivity"]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What decides the outcomes of a sweep, what cannot be told apart from chance, and how much is chance.

    Attributes:
        facts: What was varied and how it went, as the manifest says it.
        frames: Table by name; unit and meaning of each column in `attrs["columns"]`.
    """

    facts: dict[str, Any]
    frames: "dict[str, pd.DataFrame]" = field(repr=False)

    @property
    def method(self) -> str:
        """How it was analysed, and the table that answers: "morris", "indices" or "correlations"."""
        return self.facts["design"]["method"]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before the numbers, a sentence each."""
        return tuple(self.facts["warnings"])

    @property
    def failures(self) -> tuple[dict[str, Any], ...]:
        """The runs that did not end well."""
        return tuple(self.facts["failures"])

    def tables(self) -> "dict[str, pd.DataFrame]":
        """All tables that have a row: factors, quantities, the table of the method, pairs, chance."""
        return dict(self.frames)

    def write(
        self,
        folder: str | os.PathLike[str],
        draw: Callable[[Path], None] | None = None,
        notes: Callable[[str], None] | None = None,
    ) -> Path:
        """Write everything into `folder`, whole or not at all, in place of an older analysis, and return it.

        Args:
            folder: Where; a sweep keeps it in its subfolder `sensitivity`.
            draw: Draws figures into a folder that holds the rest: `clustersim.report.sensitivity.figures.write`.
            notes: Told in a sentence if another has to be waited for.

        Raises:
            ResultsError: if it cannot be written.
        """
        from clustersim.experiments.sensitivity import storing

        return storing.write(self, folder, draw, notes)

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Self:
        """The analysis in `folder`, as `write` returned it.

        Raises:
            ResultsError: if there is none, it is of another version, or a file is missing or changed.
        """
        from clustersim.experiments.sensitivity import storing

        return cls(*storing.read(folder))

    def __repr__(self) -> str:
        design = self.facts["design"]
        return f"<Sensitivity of {design['factors']} factors on {design['points']} points, {design['kind']}>"
