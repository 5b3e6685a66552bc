"""An experiment: scenarios, what is varied in them, and under which seeds, checked; and the points that this makes.

A point is one scenario with one value for each factor. Points are numbered: for each combination of a scenario and the values of crossed
factors, the rows of the design in their order. Each point is run under so many seeds; in designs with a dummy, points whose luck differs
have other seeds.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from os import PathLike
from typing import Any, NamedTuple, Self

import numpy as np

from clustersim.experiments.sweeps.designs import Design
from clustersim.experiments.sweeps.factors import Factor
from clustersim.experiments.sweeps.own_lists import OwnList
from clustersim.results import RESULTS_VERSION
from clustersim.scenario import Scenario

__all__ = ["Combination", "Experiment", "Point"]


class Point(NamedTuple):
    """One point of an experiment.

    Attributes:
        number: Its number, from 0.
        scenario: Number of its scenario.
        changes: Dotted paths and values that count instead of the scenario's.
        luck: Which set of seeds it has.
        seeds: Its seeds.
    """

    number: int
    scenario: int
    changes: tuple[tuple[str, Any], ...]
    luck: int
    seeds: tuple[int, ...]


class Combination(NamedTuple):
    """A scenario with one value for each crossed factor: every design is lived in each of them.

    Attributes:
        label: In words.
        scenario: Number of the scenario.
        changes: The values of the crossed factors.
        points: Numbers of its points.
    """

    label: str
    scenario: int
    changes: tuple[tuple[str, Any], ...]
    points: slice


@dataclass(frozen=True, eq=False)
class Experiment:
    """Many runs, asked for in one file.

    Attributes:
        name: Stem of its file.
        title: What it is called.
        question: What it asks, in plain words.
        scenarios: With the horizon and the constants set.
        seeds: Replications of each point.
        first_seed: The first seed of the first set; each set follows the one before.
        outcomes: Names of what is looked at.
        factors: What is varied: drawn factors in the order of the design's columns, and crossed ones.
        design: Which points of the unit cube are visited.
        listed: The paths of the user's own table, where there is one.
        rows: Its values.
        own_table: Its file.
        text: The file as it was read, with the folder that its paths start from; of one that comes from a store, all that it kept.
    """

    name: str
    title: str
    question: str
    scenarios: tuple[Scenario, ...]
    seeds: int
    first_seed: int
    outcomes: tuple[str, ...]
    factors: tuple[Factor, ...]
    design: Design
    listed: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)
    own_table: OwnList | None = None
    text: str = field(default="", repr=False)

    @classmethod
    def load(cls, path: str | PathLike[str], **instead: Any) -> Self:
        """An experiment by its file.

        Args:
            path: A TOML file.
            instead: `seeds`, `first_seed`, `months`: what counts instead of what the file says.

        Raises:
            ScenarioError: naming every mistake.
        """
        from clustersim.experiments.sweeps.loading import load

        return cls(**load(path, instead))

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], name: str = "experiment", *, folder: str | PathLike[str] = ".") -> Self:
        """An experiment from a mapping laid out like a file. Relative paths in it start at `folder`.

        Raises:
            ScenarioError: naming every mistake.
        """
        from clustersim.experiments.sweeps.loading import read

        return cls(**read(table, name, folder))

    @classmethod
    def from_text(cls, text: str, **instead: Any) -> Self:
        """An experiment from what a store keeps of it, with the scenarios and lists of then.

        Args:
            text: What `keeping.kept_text` made. One without scenarios, of an earlier version, takes them from the files of now.
            instead: As in `load`.

        Raises:
            ScenarioError: naming every mistake; files that it names may have gone.
        """
        from clustersim.experiments.sweeps.keeping import keeps_scenarios, restored
        from clustersim.experiments.sweeps.loading import read

        if keeps_scenarios(text):
            return cls(**restored(text, instead))
        kept, changed = json.loads(text), {name: value for name, value in instead.items() if value is not None}
        return cls(**read(kept["said"] | changed, kept["name"], kept["folder"], instead=kept.get("instead", {}) | changed))

    def under(self, seeds: int, first_seed: int) -> Self:
        """The same under other seeds."""
        kept, changed = json.loads(self.text), {"seeds": seeds, "first_seed": first_seed}
        kept |= {"said": kept["said"] | changed, "instead": kept["instead"] | changed}
        return replace(self, seeds=seeds, first_seed=first_seed, text=json.dumps(kept))

    # ---- its points

    @cached_property
    def drawn(self) -> tuple[Factor, ...]:
        """The factors that the design draws."""
        return tuple(factor for factor in self.factors if factor.spread is not None)

    @cached_property
    def crossed(self) -> tuple[Factor, ...]:
        """The factors whose values are crossed."""
        return tuple(factor for factor in self.factors if factor.spread is None)

    @cached_property
    def combinations(self) -> tuple[Combination, ...]:
        """Every scenario with every combination of crossed values, and its points."""
        found = []
        for number in range(self._crossings):
            scenario, changes = self._crossing(number)
            words = [self.scenarios[scenario].name, *(f"{path} = {_in_short(value)}" for path, value in changes)]
            points = slice(number * self._rows, (number + 1) * self._rows)
            found.append(Combination(", ".join(words), scenario, changes, points))
        return tuple(found)

    @property
    def paths(self) -> tuple[str, ...]:
        """Everything that is varied, a column each in tables."""
        return tuple(dict.fromkeys((*self.listed, *(factor.path for factor in self.factors))))

    @property
    def has_luck(self) -> bool:
        """Whether points have sets of seeds of their own."""
        return bool(self.design.luck.any())

    def __len__(self) -> int:
        return self._crossings * self._rows

    @property
    def runs(self) -> int:
        """How many runs it asks for."""
        return len(self) * self.seeds

    def points(self) -> Iterator[Point]:
        """Every point, in the order of numbers."""
        return map(self.point, range(len(self)))

    def point(self, number: int) -> Point:
        """The point of that number. A grid of millions is never in memory: each point is made when it is asked for."""
        crossing, row = divmod(number, self._rows)
        scenario, crossed = self._crossing(crossing)
        if self.rows:
            own, luck = tuple(zip(self.listed, self.rows[row], strict=True)), 0
        else:
            shares = self.design.unit[row]
            own = tuple((factor.path, factor.at(share)) for factor, share in zip(self.drawn, shares, strict=False))
            luck = int(self.design.luck[row])
        first = self.first_seed + luck * self.seeds
        return Point(number, scenario, crossed + own, luck, tuple(range(first, first + self.seeds)))

    @cached_property
    def _rows(self) -> int:
        return len(self.rows) or len(self.design)

    @cached_property
    def _crossings(self) -> int:
        return len(self.scenarios) * prod(len(factor.values) for factor in self.crossed)

    def _crossing(self, number: int) -> tuple[int, tuple[tuple[str, Any], ...]]:
        """The scenario and the crossed values of a combination: the last factor changes first, the scenario last."""
        changes = []
        for factor in reversed(self.crossed):
            number, value = divmod(number, len(factor.values))
            changes.append((factor.path, factor.values[value]))
        return number, tuple(reversed(changes))

    def scenario_of(self, point: Point) -> Scenario:
        """What a point simulates.

        Raises:
            ScenarioError: if its values contradict each other.
        """
        base = self.scenarios[point.scenario]
        return base.with_changes(dict(point.changes)) if point.changes else base

    @cached_property
    def known_scenarios(self) -> np.ndarray:
        """Identities of the scenarios of points as far as somebody has found them out, empty for the others: one takes milliseconds."""
        return np.zeros(len(self), "S16")

    # ---- what it is

    def identity(self) -> str:
        """A digest of everything that its tables depend on; not its words or paths."""
        said = {
            "version": RESULTS_VERSION,
            "scenarios": [(scenario.name, scenario.identity()) for scenario in self.scenarios],
            "seeds": (self.seeds, self.first_seed),
            "outcomes": self.outcomes,
            "factors": [(factor.path, factor.role, factor.said()) for factor in self.factors],
            "design": (self.design.kind, self.design.numbers.values(), self.design.names),
            "points": hashlib.blake2b(self.design.unit.tobytes() + self.design.luck.tobytes()).hexdigest(),
            "list": (self.listed, self.rows),
        }
        return hashlib.blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()

    def cautions(self) -> list[str]:
        """What is allowed but can hardly be meant, a sentence each."""
        found = [f"{scenario.name}: {sentence}" for scenario in self.scenarios for sentence in scenario.warnings()]
        size = {"sobol": "points", "saltelli": "base"}.get(self.design.kind)
        if size is not None and (number := getattr(self.design.numbers, size)) & (number - 1):
            found.append(f"design.{size} is {number}; with a power of two the points lie more evenly")
        if self.design.kind == "morris" and self.design.numbers.levels % 2:
            found.append(f"design.levels is {self.design.numbers.levels}; with an even number all levels are visited equally often")
        return found

    def __repr__(self) -> str:
        return f"<Experiment {self.name!r}: {len(self)} points x {self.seeds} seeds, {self.design.kind}>"


def _in_short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
