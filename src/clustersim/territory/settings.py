"""Which territory a scenario is about."""

from dataclasses import dataclass
from pathlib import Path

from clustersim.territory.drawn import Drawn

__all__ = ["KINDS", "TerritorySettings"]

KINDS = ("drawn", "real")


@dataclass(frozen=True)
class TerritorySettings:
    """A drawn territory with its numbers, or a list of real places.

    Attributes:
        drawn: Numbers of a drawn territory; None for a real one.
        places: Name of a shipped territory, or the path of the user's own list; empty for a drawn one.
        path: The file that holds the places; None for a drawn territory.
        shipped: Whether the list came with the program.
    """

    drawn: Drawn | None = None
    places: str = ""
    path: Path | None = None
    shipped: bool = False

    @property
    def kind(self) -> str:
        """Drawn or real, as the scenario file says it."""
        return "real" if self.drawn is None else "drawn"
