"""A made-up sweep analysed as `clustersim sensitivity` does, for tests of its report: known effects, and nothing of the theory."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clustersim.experiments.sensitivity.answering import Combination, answer
from clustersim.experiments.sensitivity.cautions import cautions
from clustersim.experiments.sensitivity.layout import Layout
from clustersim.experiments.sensitivity.names import short_names
from clustersim.experiments.sensitivity.sensitivity import Sensitivity
from clustersim.experiments.sweeps.designs import LUCK
from clustersim.results import RESULTS_VERSION
from clustersim.scenario.theory import whole_theory

WEIGHTS = {  # what a factor adds to the outcome over its whole interval, in standard deviations of the luck of a run
    "processes.meeting.decay_km": 6.0,
    "processes.federating.founding_chance": -3.0,
    "processes.trusting.growth_share": 1.5,
    "measures.animators.budget_eur_per_year": 0.8,
    "population.organisations": 0.1,
    "processes.innovating.success_chance": 0.0,
}
LEVELS = {"clusters": (0.5, 1.2), "poles": (-1.0, 0.6), "cooperation": (3.9, 0.4), "innovations": (510.0, 30.0), "met_share": (0.34, 0.02)}


def morris(factors: int, trajectories: int = 20, seed: int = 1) -> np.ndarray:
    """A Morris sample of the unit cube."""
    from SALib.sample import morris

    return morris.sample(_cube(factors), trajectories, num_levels=4, seed=seed)


def saltelli(factors: int, base: int = 64, seed: int = 1, *, second_order: bool = False) -> np.ndarray:
    """A Saltelli sample of the unit cube."""
    from SALib.sample import sobol

    return sobol.sample(_cube(factors), base, calc_second_order=second_order, seed=seed)


def _cube(factors: int) -> dict[str, Any]:
    return {"num_vars": factors, "names": [f"x{k}" for k in range(factors)], "bounds": [[0.0, 1.0]] * factors}


@dataclass
class SyntheticSensitivity:
    """What was varied, and how it came out."""

    kind: str = "morris"
    seeds: int = 12
    second_order: bool = False
    luck: bool = True
    outcomes: tuple[str, ...] = tuple(LEVELS)
    combinations: tuple[str, ...] = ("no_support",)
    failures: tuple[dict[str, Any], ...] = ()
    constant: tuple[str, ...] = ()
    title: str = "What decides clusters in Brittany?"
    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    size: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.weights, LUCK) if self.luck else tuple(self.weights)

    def layout(self) -> Layout:
        names = self.names
        if self.kind == "morris":
            unit = morris(len(names), self.size or 20)
        elif self.kind == "saltelli":
            unit = saltelli(len(names), self.size or 64, second_order=self.second_order)
        else:
            unit = np.random.default_rng(1).random((self.size or 200, len(names)))
        return Layout(self.kind, unit, names, self.second_order)

    def analysed(self) -> Sensitivity:
        layout = self.layout()
        made = [
            Combination(label, {name: self._outcome(layout, name, k) for name in self.outcomes})
            for k, label in enumerate(self.combinations)
        ]
        tables = answer(layout, made, self._factors())
        return Sensitivity(self._facts(layout, cautions(layout, tables)), tables)

    def write(self, folder: Path) -> Path:
        """Write it as the command does, figures included."""
        from clustersim.report.sensitivity import figures

        return self.analysed().write(folder / "sensitivity", figures.write)

    def _outcome(self, layout: Layout, name: str, number: int) -> np.ndarray:
        """Points x seeds: what the factors add, a little interplay, and the luck of each set of seeds."""
        level, step = LEVELS.get(name, (10.0, 1.0))
        centred = layout.unit[:, : len(self.weights)] - 0.5
        weights = np.array(list(self.weights.values()))
        signal = centred @ weights + 0.6 * np.abs(weights).max() * centred[:, 0] * centred[:, -1]
        sets = np.unique(layout.unit[:, -1], return_inverse=True)[1] if self.luck else np.zeros(len(layout.unit), int)
        rng = np.random.default_rng([len(name), number])
        luck = rng.normal(size=(sets.max() + 1, self.seeds))[sets] + 0.4 * rng.normal(size=(len(layout.unit), self.seeds))
        values = level + step * ((1 + number) * signal[:, None] + luck)
        if name in ("clusters", "poles"):
            values = np.maximum(np.round(values), 0.0)
        if name in self.constant:
            values = np.full_like(values, level)
        for failure in self.failures:
            values[failure["point"], failure["seed"] - 1] = np.nan
        return values

    def _factors(self) -> list[dict[str, Any]]:
        meeting = whole_theory().processes["meeting"].declared()[0]
        names = short_names(self.names)
        rows = [
            {
                "factor": path, "name": names[path], "role": "lever" if path.startswith("measures") else "uncertainty", "low": 5.0 + k,
                "high": 40.0 + k, "default": 20.0, "unit": "km", "distribution": "log_uniform" if k == 1 else "uniform",
                "source": meeting.source, "meaning": meeting.meaning,
            }
            for k, path in enumerate(self.weights)
        ]  # fmt: skip
        luck = {"factor": LUCK, "name": LUCK, "role": LUCK, "meaning": "another set of seeds, and nothing else"}
        return [*rows, luck] if self.luck else rows

    def _facts(self, layout: Layout, warnings: list[str]) -> dict[str, Any]:
        points = len(layout.unit)
        return {
            "created": "2026-11-24T02:37:00+00:00",
            "name": "synthetic",
            "title": self.title,
            "question": "Which numbers decide whether clusters emerge?",
            "design": {
                "kind": self.kind, "method": layout.method, "points": points, "blocks": layout.blocks, "factors": len(self.weights),
                "luck": self.luck, "numbers": {},
            },
            "combinations": [
                {"label": label, "scenario": label, "title": label.replace("_", " ").capitalize(), "crossed": {}}
                for label in self.combinations
            ],
            "outcomes": list(self.outcomes),
            "months": 120,
            "seeds": list(range(1, self.seeds + 1)),
            "runs": {"asked": points * self.seeds * len(self.combinations), "missing": len(self.failures)},
            "failures": list(self.failures),
            "warnings": warnings,
            "commands": ["clustersim sweep experiments/synthetic.toml", "clustersim sensitivity experiments/synthetic.toml"],
            "versions": {"results": RESULTS_VERSION, "clustersim": "0.1.0", "python": "3.12.1", "salib": "1.6.0"},
        }  # fmt: skip
