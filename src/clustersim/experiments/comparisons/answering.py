"""Answering a plan: which worlds are run, what is checked, and what is put together of them.

What all arms share (the spin-up, the state when the scenario begins) is checked to be the same to the bit: then a difference is the
effect of the measures and of nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.comparisons import pairing
from clustersim.experiments.comparisons.cautions import said_of_missed, said_of_precision, said_of_seeds, said_of_target
from clustersim.experiments.comparisons.comparison import Comparison
from clustersim.experiments.comparisons.equal_budget import Intensity, equal_intensities, public_eur
from clustersim.experiments.comparisons.facts import facts_of
from clustersim.experiments.comparisons.frames import Key, cohort_frame, measures_frame, paths_frame, runs_frame
from clustersim.experiments.comparisons.plan import Plan, Precision
from clustersim.experiments.comparisons.scaling import AS_WRITTEN, scaled
from clustersim.experiments.comparisons.shapley import parts_of
from clustersim.experiments.comparisons.storing import EXAMPLES
from clustersim.experiments.comparisons.uncertainty import states_of
from clustersim.experiments.comparisons.worlds import World, Worlds, part_of
from clustersim.experiments.execution.crew import Failure
from clustersim.experiments.records import Record
from clustersim.experiments.statistics import FEW_SEEDS
from clustersim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answer", "ComparisonError"]

LEAST_ADDED = 10  # seeds at a time
SOMEWHAT_NARROW = "seeds were added until the interval was narrow: it may be somewhat narrower than it should be"


class ComparisonError(Exception):
    """A comparison that cannot be made of what came of its runs."""


@dataclass(eq=False)
class Answer:
    """A comparison in the making."""

    asked: Plan
    worlds: Worlds
    seeds: tuple[int, ...] = ()
    intensities: list[Intensity] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def comparison(self, command: str | None) -> Comparison:
        """All of it, in the order in which one part needs the other."""
        asked = self.asked
        self.seeds, self.warnings = asked.seeds, asked.warnings()
        if asked.equal_budget is not False:
            target = None if asked.equal_budget is True else asked.equal_budget
            self.intensities = equal_intensities(asked.arms, self.worlds, self.seeds, target)
            self.warnings += said_of_target(asked.arms, self.intensities)
        precision = self._run()
        records, failures = self._records()
        self._check_beginnings(records)
        self.warnings += said_of_seeds(asked, self.seeds, records, failures)
        arms = {arm.name: arm.with_changes(dict(self._world(k).changes)) for k, arm in enumerate(asked.arms)}
        as_written = {key: record for key, record in records.items() if key[1] == 0}
        parts = self._parts(failures)
        return Comparison(
            facts=facts_of(asked, arms, self.seeds, self._verified(records), precision, failures, self.warnings, command),
            scenarios={name: arm.to_toml() for name, arm in arms.items()},
            runs=runs_frame(records),
            measures=measures_frame(records, arms),
            paths=paths_frame(as_written),
            cohort=cohort_frame(as_written, asked.control.purposes.names),
            parts=parts,
            examples=self._examples(as_written),
        )

    def _world(self, number: int, state: tuple = ()) -> World:
        """An arm at its intensity, in a state of the world."""
        scale = self.intensities[number].scale if self.intensities else AS_WRITTEN
        return World(number, scaled(self.asked.arms[number], scale) + state)

    @property
    def _numbers(self) -> range:
        return range(len(self.asked.arms))

    def _run(self) -> dict | None:
        """Run every arm in every state under every seed; with a wanted precision, under so many seeds as it takes."""
        self._run_all()
        self._check_all_have_runs()
        wanted = self.asked.precision
        if wanted is None:
            return None
        while True:
            gaps, (low, high) = self._main_contrast(wanted)
            varies = high > low
            reached = varies and gaps.size >= FEW_SEEDS and high - low <= wanted.width
            if reached or len(self.seeds) >= wanted.max_seeds:
                break
            self._add_seeds((high - low) / wanted.width if varies else inf, wanted.max_seeds)
            self._run_all()
        if not reached:
            self.warnings.append(said_of_precision(wanted, gaps, (low, high)))
        note = "" if len(self.seeds) == len(self.asked.seeds) else SOMEWHAT_NARROW
        return {**vars(wanted), "reached": bool(reached), "seeds": len(self.seeds), "low": low, "high": high, "note": note}

    def _run_all(self) -> None:
        drawn = states_of(self.asked.control, self.asked.uncertainties, self.asked.states)
        self.worlds.run([self._world(number) for number in self._numbers], self.seeds, whole=True)
        self.worlds.run([self._world(number, state) for state in drawn[1:] for number in self._numbers], self.seeds)

    def _main_contrast(self, wanted: Precision) -> tuple[np.ndarray, tuple[float, float]]:
        """Differences by seed of the contrast whose interval is to be narrow, those that are defined; and its interval as it is shown."""
        control, treated = self.asked.control.name, [arm.name for arm in self.asked.arms[1:]]
        values = pairing.worlds(runs_frame(self._records()[0]), wanted.outcome)
        gaps = pairing.differences(values, wanted.arm, control)
        low, high = pairing.intervals_together(values, treated, control)[treated.index(wanted.arm)].tolist()
        return gaps[~np.isnan(gaps)], (low, high)

    def _add_seeds(self, too_wide: float, most: int) -> None:
        """As many as the width calls for (it shrinks with the root of seeds), at most as many again, but enough to judge by."""
        count = len(self.seeds)
        needed = count * min(too_wide, 2.0) ** 2
        total = min(most, max(count + LEAST_ADDED, FEW_SEEDS, min(int(needed) + 1, 2 * count)))
        first = max(self.seeds) + 1
        self.seeds += tuple(range(first, first + total - count))

    def _records(self) -> tuple[dict[Key, Record], list[dict]]:
        """What came of every run that is shown, and those that failed."""
        drawn = states_of(self.asked.control, self.asked.uncertainties, self.asked.states)
        records: dict[Key, Record] = {}
        failures: list[dict] = []
        for number, arm in enumerate(self.asked.arms):
            for state, changes in enumerate(drawn):
                for seed, result in zip(self.seeds, self.worlds.results(self._world(number, changes), self.seeds), strict=True):
                    if isinstance(result, Failure):
                        failures.append({"arm": arm.name, "state": state, "seed": seed, **vars(result)})
                    else:
                        records[arm.name, state, seed] = result
        return records, failures

    def _check_all_have_runs(self) -> None:
        """An arm without a run is found before more seeds are added."""
        records, failures = self._records()
        known = {arm for arm, state, _ in records if state == 0}
        for arm in self.asked.arms:
            if arm.name not in known:
                first = next(failure for failure in failures if failure["arm"] == arm.name)
                error = ComparisonError(f"{arm.name}: every run failed; seed {first['seed']}: {first['error']}")
                error.add_note(first["traceback"])
                raise error

    def _check_beginnings(self, records: Mapping[Key, Record]) -> None:
        """All arms begin alike in every state and seed."""
        if self.asked.allow_differences:
            return
        starts: dict[tuple[int, int], tuple[str, str]] = {}
        for (arm, state, seed), record in records.items():
            other, start = starts.setdefault((state, seed), (arm, record.start_hash))
            if record.start_hash != start:
                raise ComparisonError(
                    f"{arm} and {other} do not begin alike (seed {seed}, state {state}): their spin-up differs, so a difference is not "
                    "the measures' effect. This is a defect of the program, please report it"
                )

    def _verified(self, records: Mapping[Key, Record]) -> list[Intensity]:
        """The intensities with what was spent in the end, on all seeds that were run."""
        found = []
        for arm, intensity in zip(self.asked.arms, self.intensities, strict=False):
            spent = [public_eur(record) for (name, state, _), record in records.items() if name == arm.name and state == 0]
            found.append(intensity.verified(sum(spent) / len(spent)))
            if not found[-1].met:
                self.warnings.append(said_of_missed(arm.name, found[-1]))
        return found

    def _parts(self, failures: list[dict]) -> "pd.DataFrame":
        """The runs of all parts of each mix, in the state as written; those that fail are noted."""
        records: dict[Key, Record] = {}
        names: list[str] = []
        for arm in self.asked.mixes():
            found = self._worlds_of_parts(arm)
            self.worlds.run(found.values(), self.seeds)
            for k, (part, world) in enumerate(found.items()):
                called = f"{arm.name}, only {', '.join(sorted(part)) or 'no measure'}"
                for seed, result in zip(self.seeds, self.worlds.results(world, self.seeds), strict=True):
                    if isinstance(result, Record):
                        records[arm.name, k, seed] = result
                        names.append(json.dumps(sorted(part)))
                    elif len(part) < len(arm.measures):  # the whole mix is noted already
                        failures.append({"arm": called, "state": 0, "seed": seed, **vars(result)})
        table = runs_frame(records).drop(columns="state")
        table.insert(1, "part", names)
        return table

    def _worlds_of_parts(self, arm: Scenario) -> dict[frozenset[str], World]:
        """Each part of a mix as a world; no measure at all is the control, where arms differ in nothing else."""
        number = self.asked.arms.index(arm)
        whole = self._world(number).changes
        parts = parts_of(frozenset(measure.name for measure in arm.measures))
        found = {part: World(number, part_of(arm, part, whole)) for part in parts}
        if not self.asked.allow_differences:
            found[frozenset()] = World(0)
        return found

    def _examples(self, records: Mapping[Key, Record]) -> "dict[str, dict[str, pd.DataFrame]]":
        """Tables at the end of the first seed that no arm failed in."""
        names: Sequence[str] = [arm.name for arm in self.asked.arms]
        seed = next((seed for seed in self.seeds if all((name, 0, seed) in records for name in names)), None)
        if seed is None:
            return {}
        found = self.worlds.tables([self._world(number) for number in self._numbers], seed, EXAMPLES)
        return dict(zip(names, found, strict=True))
