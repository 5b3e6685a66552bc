"""What the page lets people set: scenario, territory, seed, single numbers, measures on or off; checked before anything is lived.

`Settings` are what is asked for, and always make a scenario. What someone types is tried first: a mistake leaves the settings as they were
and becomes a message beside its place. Files are read once for each settings, and never kept for other ones: who edits a scenario file and
chooses it again, or changes anything, has what the file says now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Self

from clustersim.luck import Luck
from clustersim.scenario import Scenario

__all__ = ["Settings", "value_at"]


@dataclass(frozen=True, eq=False)
class Settings:
    """What one world is made of. Two are equal if they ask for the same and their files said the same.

    Attributes:
        name: Name or file of the scenario.
        territory: Name or file of the scenario whose territory it is put on; None for its own.
        seed: The replication.
        changes: Dotted path to value, where these differ from the scenario.
        switched_off: Names of its measures that are left out.
    """

    name: str
    territory: str | None = None
    seed: int = 1
    changes: Mapping[str, Any] = field(default_factory=dict)
    switched_off: frozenset[str] = frozenset()

    def base(self) -> Scenario:
        """The scenario as it was chosen, nothing changed.

        Raises:
            ScenarioError: naming every mistake.
        """
        return self._base

    def scenario(self) -> Scenario:
        """The scenario that is lived.

        Raises:
            ScenarioError: naming every mistake.
        """
        return self._scenario

    @cached_property
    def _base(self) -> Scenario:
        return Scenario.load(self.name, on=self.territory)

    @cached_property
    def _scenario(self) -> Scenario:
        off = {f"measures.{name}.remove": True for name in sorted(self.switched_off)}
        kept = {path: value for path, value in self.changes.items() if _measure_of(path) not in self.switched_off}
        return self._base.with_changes({**kept, **off})

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Settings):
            return NotImplemented
        asked = all(getattr(self, part.name) == getattr(other, part.name) for part in fields(self))
        return asked and self.base() == other.base() and self.scenario() == other.scenario()

    __hash__ = None  # what files say is no key

    def checked(self) -> Self:
        """Itself, if it makes a scenario and a luck.

        Raises:
            ScenarioError: naming every mistake in the scenario.
            ValueError: for a seed that is no luck.
        """
        Luck(self.seed)
        self.scenario()
        return self

    def with_change(self, path: str, value: Any) -> Self:
        """The same with one value changed; with the scenario's own value it is no change."""
        others = {known: old for known, old in self.changes.items() if known != path}
        return replace(self, changes=others if value == value_at(self.base().to_dict(), path) else {**others, path: value}).checked()

    def without_change(self, path: str) -> Self:
        """The same with one value as the scenario has it."""
        return replace(self, changes={known: value for known, value in self.changes.items() if known != path}).checked()

    def as_chosen(self) -> Self:
        """The scenario as it was chosen, on its territory and under its seed: nothing changed, nothing switched off."""
        return replace(self, changes={}, switched_off=frozenset()).checked()

    def switched(self, measure: str) -> Self:
        """The same with one measure the other way round: left out, or taken in again."""
        return replace(self, switched_off=self.switched_off ^ {measure}).checked()

    def chosen(self, name: str, territory: str | None) -> Self:
        """Another scenario or territory with the same seed; what was changed elsewhere does not carry over."""
        return replace(self, name=name, territory=territory, changes={}, switched_off=frozenset()).checked()

    def shared_with(self, other: "Settings") -> Self:
        """This world's scenario, measures and what was changed in them; the territory, the seed and all other changes of another."""
        own = {path: value for path, value in self.changes.items() if _measure_of(path)}
        common = {path: value for path, value in other.changes.items() if not _measure_of(path)}
        return replace(self, territory=other.territory, seed=other.seed, changes={**common, **own}).checked()

    def elsewhere(self, other: "Settings") -> Self:
        """This world where its own scenario has it, with its own changes; the seed, and what was changed in the theory, of another."""
        own = {path: value for path, value in self.changes.items() if not _of_theory(path)}
        common = {path: value for path, value in other.changes.items() if _of_theory(path)}
        return replace(self, territory=None, seed=other.seed, changes={**common, **own}).checked()


def value_at(said: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path of all that a scenario says; None where nothing does."""
    found: Any = said
    for key in path.split("."):
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def _measure_of(path: str) -> str:
    """The measure that a path speaks of; empty if it speaks of none."""
    return path.split(".")[1] if path.startswith("measures.") else ""


def _of_theory(path: str) -> bool:
    """Whether a path speaks of how the world works, or for how long: what two territories have in common."""
    return path.startswith(("processes.", "run."))
