"""A comparison: what was asked, what came of every run, and the tables that answer."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from clustersim.experiments.comparisons import effects, gains, shapley, standing, worth
from clustersim.experiments.comparisons.frontier import frontier
from clustersim.experiments.outcomes import HEADLINES, OUTCOMES, outcome

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES", "Comparison"]

TABLES = ("levels", "effects", "emergence", "money", "frontier", "plane", "ranking", "regret", "groups", "shares")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Arms on the same seeds, against one of them. Tables are made when they are first asked for.

    Attributes:
        facts: What was asked and how it went, as `comparison.json` says it.
        scenarios: Arm to its resolved scenario as a file, the control first; budgets as they were made equal.
        runs: One row a run: its outcomes and what was spent.
        measures: One row a measure and run: what it promised, paid and got back.
        paths: One row a month and run of the scenarios as written (state 0).
        cohort: One row an organisation alive when the scenario began, and run of the scenarios as written (state 0).
        parts: One row a run of a part of a mix of measures; empty unless mixes were decomposed.
        examples: Arm to tables at the end of its first seed.
    """

    facts: dict[str, Any]
    scenarios: dict[str, str]
    runs: "pd.DataFrame" = field(repr=False)
    measures: "pd.DataFrame" = field(repr=False)
    paths: "pd.DataFrame" = field(repr=False)
    cohort: "pd.DataFrame" = field(repr=False)
    parts: "pd.DataFrame" = field(repr=False)
    examples: dict[str, dict[str, "pd.DataFrame"]] = field(repr=False)
    _made: dict[str, "pd.DataFrame"] = field(default_factory=dict, init=False, repr=False)

    # ---- what was asked

    @property
    def control(self) -> str:
        """The arm that all others are compared with."""
        return self.facts["control"]

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms, the control first."""
        return tuple(self.scenarios)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that all arms were run on, failed runs included."""
        return tuple(self.facts["seeds"])

    @property
    def failures(self) -> tuple[dict[str, Any], ...]:
        """The runs that did not end well: arm, state, seed, error, traceback."""
        return tuple(self.facts["failures"])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before the numbers, a sentence each."""
        return tuple(self.facts["warnings"])

    # ---- what came of it

    def levels(self) -> "pd.DataFrame":
        """Mean of each outcome in each arm."""
        return self._table("levels", lambda: effects.levels(self.runs, OUTCOMES))

    def effects(self) -> "pd.DataFrame":
        """What each arm changes against the control."""
        return self._table("effects", lambda: effects.effects(self.runs, OUTCOMES, self.control))

    def emergence(self) -> "pd.DataFrame":
        """Chance that clusters and poles emerge, and how many where they do."""
        return self._table("emergence", lambda: effects.emergence(self.runs))

    def money(self) -> "pd.DataFrame":
        """What each arm spends, and what a further cluster, survivor or person-year of service costs."""
        return self._table("money", lambda: worth.money(self.runs, self._costed(), self.control))

    def frontier(self) -> "pd.DataFrame":
        """Which arms are on the cost-effectiveness frontier, and who dominates the others."""
        return self._table("frontier", lambda: frontier(self.runs, self._costed(), self.control))

    def plane(self) -> "pd.DataFrame":
        """Points of the cost-effectiveness plane."""
        return self._table("plane", lambda: worth.plane(self.runs, self._costed(), self.control))

    def ranking(self) -> "pd.DataFrame":
        """All arms at once: intervals that hold together, and the probability of being best."""
        return self._table("ranking", lambda: standing.ranking(self.runs, OUTCOMES, self.control))

    def regret(self) -> "pd.DataFrame":
        """What each arm gives away against the best within the same seed and state; empty without states of the world."""
        return self._table("regret", lambda: standing.regret(self.runs, OUTCOMES))

    def groups(self) -> "pd.DataFrame":
        """Who gains and who loses, by kind, size, purpose and type of place."""
        return self._table("groups", lambda: gains.groups(self.cohort, self.control))

    def shares(self) -> "pd.DataFrame":
        """Each measure's share of what a mix does; empty unless mixes were decomposed."""
        return self._table("shares", self._shares)

    def tables(self) -> dict[str, "pd.DataFrame"]:
        """All tables that have a row."""
        found = {name: getattr(self, name)() for name in TABLES}
        return {name: table for name, table in found.items() if len(table)}

    # ---- where it lies

    def write(self, folder_base: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write everything into a folder of its own below `folder_base`, whole or not at all, and return it.

        Raises:
            ResultsError: if there is such a comparison already and `overwrite` is false, or it cannot be written.
        """
        from clustersim.experiments.comparisons import storing

        return storing.write(self, folder_base, overwrite=overwrite)

    @classmethod
    def read(cls, folder: str | os.PathLike[str], *, verify: bool = True) -> Self:
        """The comparison in `folder`, as `write` returned it.

        Raises:
            ResultsError: if there is none, it is of another version, or a file is missing or changed.
        """
        from clustersim.experiments.comparisons import storing

        return cls(**storing.read(folder, verify=verify))

    def _table(self, name: str, make: Callable[[], "pd.DataFrame"]) -> "pd.DataFrame":
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def _costed(self) -> list[Any]:
        return [outcome(name) for name in worth.COSTED]

    def _shares(self) -> "pd.DataFrame":
        import pandas as pd

        tables = [
            shapley.shares(str(arm), {declared.name: _by_part(rows, declared.name) for declared in OUTCOMES})
            for arm, rows in self.parts.groupby("arm", sort=False)
        ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(shapley.SHARES))

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.arms[1:])} against {self.control}, {len(self.seeds)} seeds>"

    def headlines(self) -> "pd.DataFrame":
        """The rows of `effects` that come first, the headline outcomes of each arm, and the intervals of `ranking` beside them."""
        table = self.effects()
        together = self.ranking().drop(columns="difference")
        return table[table["outcome"].isin(HEADLINES)].merge(together, on=["arm", "outcome"], how="left", validate="1:1")


def _by_part(rows: "pd.DataFrame", name: str) -> dict[frozenset[str], Any]:
    """Outcome by seed of every part of a mix, the same seeds in the same order; NaN where the part has no number."""
    import json

    wide = rows.pivot(index="seed", columns="part", values=name)
    return {frozenset(json.loads(part)): wide[part].to_numpy(float) for part in wide.columns}
