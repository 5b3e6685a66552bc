"""Analysing a sweep: its results through the method that its design was made for."""

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from clustersim import durable
from clustersim.experiments.outcomes import outcome
from clustersim.experiments.sensitivity.answering import Combination, answer
from clustersim.experiments.sensitivity.cautions import cautions
from clustersim.experiments.sensitivity.layout import Layout
from clustersim.experiments.sensitivity.names import short_names
from clustersim.experiments.sensitivity.sensitivity import Sensitivity
from clustersim.experiments.sweeps.agreeing import OF_RUNS, runs_digest
from clustersim.experiments.sweeps.designs import LUCK
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.results import RESULTS_VERSION

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answered", "analyse", "layout_of"]

_PACKAGES = ("clustersim", "numpy", "scipy", "pandas", "salib")


class Answered(Protocol):
    """What came of an experiment: the `Results` of a store, or the tables of a sweep's folder."""

    @property
    def experiment(self) -> Experiment:
        """What was asked."""

    @property
    def missing(self) -> int:
        """Runs that failed or have not been done."""

    def outcome(self, name: str) -> np.ndarray:
        """One outcome: a row a point, a column a replication; NaN where there is no run."""

    def failures(self) -> "pd.DataFrame":
        """A row a run that failed: point, seed and error."""


def analyse(answered: Answered, outcomes: Sequence[str] | None = None, commands: Sequence[str] = ()) -> Sensitivity:
    """What decides the outcomes of an experiment, what cannot be told apart from chance, and how much is chance.

    Args:
        answered: What came of it.
        outcomes: Names of outcomes; those of the experiment unless said.
        commands: How to ask it again, a line each.

    Raises:
        LayoutError: if the design is none that tells what decides an outcome.
        KeyError: for an outcome that there is none of.
    """
    experiment = answered.experiment
    layout = layout_of(experiment)
    names = [outcome(name).name for name in outcomes or experiment.outcomes]
    tables = {name: answered.outcome(name) for name in names}
    combinations = [Combination(each.label, {name: tables[name][each.points] for name in names}) for each in experiment.combinations]
    frames = answer(layout, combinations, _factors(experiment))
    warnings = cautions(layout, frames)
    return Sensitivity(_facts(answered, layout, names, warnings, commands), frames)


def layout_of(experiment: Experiment) -> Layout:
    """The design of an experiment as the methods read it.

    Raises:
        LayoutError: if it is none that tells what decides an outcome.
    """
    design = experiment.design
    said = design.numbers.values()
    numbers = {name: said[name] for name in ("second_order", "levels") if name in said}
    return Layout(design.kind, design.unit, design.names, **numbers)


def _factors(experiment: Experiment) -> list[dict[str, Any]]:
    """What the design drew, a row each in its order."""
    short = short_names(experiment.design.names)
    rows = []
    for factor in experiment.drawn:
        declared, spread = factor.parameter, factor.spread
        assert spread is not None, f"{factor.path} is drawn"
        rows.append(
            {
                "factor": factor.path, "name": short[factor.path], "role": factor.role, "low": spread.low, "high": spread.high,
                "default": declared.default, "unit": declared.unit, "distribution": spread.distribution, "source": declared.source,
                "meaning": declared.meaning,
            }
        )  # fmt: skip
    if LUCK in experiment.design.names:
        rows.append({"factor": LUCK, "name": LUCK, "role": LUCK, "meaning": "another set of seeds, and nothing else"})
    return rows


def _facts(answered: Answered, layout: Layout, outcomes: list[str], warnings: list[str], commands: Sequence[str]) -> dict[str, Any]:
    """Everything that is needed to read the analysis, and to ask it again."""
    experiment = answered.experiment
    scenarios = experiment.scenarios
    failures = answered.failures()
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": experiment.name,
        "identity": experiment.identity(),
        "title": experiment.title,
        "question": experiment.question,
        "design": {
            "kind": layout.kind,
            "method": layout.method,
            "points": len(layout.unit),
            "blocks": layout.blocks,
            "factors": len(experiment.drawn),
            "luck": layout.luck is not None,
            "numbers": experiment.design.numbers.values(),
        },
        "combinations": [
            {
                "label": each.label,
                "scenario": scenarios[each.scenario].name,
                "title": scenarios[each.scenario].title,
                "crossed": dict(each.changes),
            }
            for each in experiment.combinations
        ],
        "outcomes": outcomes,
        "months": scenarios[0].run.months,
        "seeds": list(range(experiment.first_seed, experiment.first_seed + experiment.seeds)),
        "all_seeds": _all_seeds(experiment),
        "runs": {"asked": experiment.runs, "missing": answered.missing},
        OF_RUNS: runs_digest(answered),
        "failures": failures[["point", "seed", "error"]].to_dict("records"),
        "warnings": warnings,
        "commands": list(commands) or [f"clustersim sweep {experiment.name}.toml", f"clustersim sensitivity {experiment.name}.toml"],
        "versions": {
            "results": RESULTS_VERSION,
            "python": platform.python_version(),
            **{package: durable.version_of(package) for package in _PACKAGES},
        },
        "platform": f"{sys.platform} {platform.machine()}",
    }


def _all_seeds(experiment: Experiment) -> dict[str, int]:
    """How many sets of seeds there are, how many seeds each has, and the first and last of all; `seeds` are those of the first set."""
    sets = np.unique(experiment.design.luck)
    first, last = (experiment.first_seed + int(luck) * experiment.seeds for luck in (sets[0], sets[-1] + 1))
    return {"sets": len(sets), "seeds": experiment.seeds, "first": first, "last": last - 1}
