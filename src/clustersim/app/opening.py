"""What the page opens with: two scenarios, territory, seed and language, as the command line or a notebook asked for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Opening", "Stepping"]

# Makes what lives the months of a scenario under a seed: an object with `step()` and `simulation`, such as a `ClusterModel`.
Stepping = Callable[..., Any]


@dataclass(frozen=True)
class Opening:
    """What is there when the page opens.

    Attributes:
        scenario: Name or file of the first world's scenario.
        other: Name or file of the second world's; None for one world alone.
        territory: Name or file of the scenario whose territory both are put on; None for their own.
        seed: The replication of both.
        language: "en" or "fr".
        files: More scenario files of the user's own.
        changes: Dotted paths with values that count instead of the scenario's.
        model: Makes a Mesa model of each world (a `ClusterModel` of the user's own); None for a simulation without Mesa.
        components: Components of Mesa users, each called with the first world's model and shown under the map.
    """

    scenario: str = "no_support"
    other: str | None = None
    territory: str | None = "bretagne"
    seed: int = 1
    language: str = "en"
    files: tuple[str, ...] = ()
    changes: tuple[tuple[str, Any], ...] = ()
    model: Stepping | None = None
    components: tuple[Callable[[Any], Any], ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """All scenarios that whoever opened the page named: besides the shipped ones they are what a page may load, and nothing else is."""
        said = (self.scenario, self.other, self.territory, *self.files)
        return tuple(dict.fromkeys(name for name in said if name is not None))
