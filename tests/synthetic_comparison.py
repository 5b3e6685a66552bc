"""A made-up comparison in its folder, for tests of the report: the shapes that `compare` writes, and nothing of the theory."""

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w

from clustersim import Scenario
from clustersim.experiments.comparisons import shapley
from clustersim.experiments.comparisons.cautions import noted
from clustersim.experiments.comparisons.comparison import Comparison
from clustersim.experiments.comparisons.storing import EXAMPLES
from clustersim.experiments.outcomes import HEADLINES, OUTCOMES, PLACE_TYPES, SIZE_CLASSES
from clustersim.measures import PARAMETERS
from clustersim.results import RESULTS_VERSION
from synthetic import SyntheticRun, make_state

NUMBERS = {  # level in the control, effect of an arm of strength 1
    "clusters": (9.0, 3.2),
    "clustered_share": (0.11, 0.024),
    "poles": (1.4, 1.1),
    "cooperation": (3.9, 0.21),
    "joint_projects": (640.0, 55.0),
    "innovations": (510.0, 4.0),
    "persons_served": (812_000.0, 9_400.0),
    "met_share": (0.34, 0.006),
    "lagging_need_share": (0.12, -0.004),
    "social_enterprises": (604.0, 5.0),
    "survival": (0.55, 0.004),
    "survivors": (332.0, 2.4),
    "jobs": (9_100.0, 40.0),
    "attention": (0.21, 0.03),
}


COURSES = {"clusters": 9.0, "poles": 1.4, "mean_degree": 3.9, "innovations": 4.0, "social_enterprises": 604.0, "met_share": 0.34}
GROUPS = {
    "kind": ("social_enterprise", "private_actor", "public_funder"),
    "size_class": SIZE_CLASSES,
    "purpose": ("employment_and_inclusion", "housing"),
    "place_type": PLACE_TYPES,
}


@dataclass
class SyntheticComparison:
    """What is compared, and how well it does."""

    titles: dict[str, str] = field(
        default_factory=lambda: {
            "no_support": "Brittany: no support",
            "animation": "Animation of clusters",
            "seed_grants": "Seed grants",
            "policy_mix": "A mix of three measures",
        }
    )
    strength: dict[str, float] = field(default_factory=lambda: {"animation": 1.0, "seed_grants": -0.05, "policy_mix": 1.6})
    measures: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: _measures())
    seeds: int = 40
    months: int = 60
    organisations: int = 150
    undefined: tuple[str, ...] = ()
    states: int = 1
    failures: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    equal_budget: dict[str, Any] | None = None
    differences_allowed: bool = False
    precision: dict[str, Any] | None = None
    noise: float = 0.35

    @property
    def arms(self) -> list[str]:
        return list(self.titles)

    @property
    def control(self) -> str:
        return self.arms[0]

    def write(self, base: Path) -> Path:
        """Write it below `base` as `compare` does, and return its folder."""
        rng = np.random.default_rng(5)
        runs = self.runs(rng)
        comparison = Comparison(
            facts=self._facts(),
            scenarios={arm: self._toml(arm) for arm in self.arms},
            runs=runs,
            measures=self._paid(runs),
            paths=self._paths(rng),
            cohort=self._cohort(rng),
            parts=self._parts(runs),
            examples=self._examples(),
        )
        return comparison.write(base)

    def runs(self, rng: np.random.Generator) -> pd.DataFrame:
        failed = {(f["arm"], f["seed"]) for f in self.failures}
        rows = []
        for state in range(self.states):
            luck = rng.normal(size=(self.seeds, len(NUMBERS)))
            for arm in self.arms:
                strength, own = self.strength.get(arm, 0.0), rng.normal(size=luck.shape)
                for seed in range(1, self.seeds + 1):
                    if (arm, seed) in failed:
                        continue
                    values = {
                        name: level + effect * strength + (luck[seed - 1, k] * 1.5 + own[seed - 1, k] * self.noise * (arm != self.control))
                        * max(abs(effect), 1e-6)
                        for k, (name, (level, effect)) in enumerate(NUMBERS.items())
                    }  # fmt: skip
                    values.update({name: np.nan for name in self.undefined})
                    public = 0.0 if arm == self.control else 9.1e5 * (1 + 0.6 * self.arms.index(arm)) + 3e4 * own[seed - 1, 0]
                    money = {"public_eur": public, "private_eur": 0.2 * public * (arm == "policy_mix"), "own_eur": 0.1 * public}
                    money |= {"public_committed_eur": 0.05 * public * (arm == "policy_mix"), "private_committed_eur": 0.0}
                    rows.append({"arm": arm, "state": state, "seed": seed, **values, **money})
        return pd.DataFrame(rows)

    def _parts(self, runs: pd.DataFrame) -> pd.DataFrame:
        """Runs of all parts of each mix, as if every measure had an effect of its own size."""
        rows = []
        for arm in self.arms:
            measures = self.measures.get(arm, {})
            for part in shapley.parts_of(frozenset(measures)) if len(measures) > 1 else ():
                strength = sum(len(measure) / 10 for measure in part)
                control = runs[(runs["arm"] == self.control) & (runs["state"] == 0)]
                effects = {name: control[name] + effect * strength for name, (_, effect) in NUMBERS.items()}
                rows.append(control.assign(arm=arm, part=json.dumps(sorted(part)), **effects))
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=[*runs.columns, "part"])

    def _paid(self, runs: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {
                    "arm": r.arm, "state": r.state, "seed": r.seed, "measure": name, "kind": said["kind"], "public": True,
                    "awarded_eur": r.public_eur, "paid_eur": r.public_eur, "returned_eur": 0.0, "repaid_eur": 0.0, "awards": 21,
                    "calls": 5, "short_calls": 1, "left_eur": 30_000.0,
                }
                for r in runs.itertuples()
                for name, said in self.measures.get(r.arm, {}).items()
            ]
        )  # fmt: skip

    def _paths(self, rng: np.random.Generator) -> pd.DataFrame:
        months = np.arange(1, self.months + 1)
        parts = []
        for state in range(1):  # the scenarios as written
            for seed in range(1, self.seeds + 1):
                luck = rng.normal(size=(len(COURSES), self.months)).cumsum(axis=1) * 0.01
                for arm in self.arms:
                    rise = 0.25 * self.strength.get(arm, 0.0) * (months / self.months)
                    own = 0.004 * rng.normal(size=luck.shape).cumsum(axis=1) * (arm != self.control)
                    values = {name: level * (1 + luck[k] + own[k] + rise) for k, (name, level) in enumerate(COURSES.items())}
                    parts.append(pd.DataFrame({"arm": arm, "state": state, "seed": seed, "month": months, **values}))
        return pd.concat(parts, ignore_index=True)

    def _cohort(self, rng: np.random.Generator) -> pd.DataFrame:
        n = 60
        start = {"uid": np.arange(n), **{column: rng.choice(words, n) for column, words in GROUPS.items()}}
        luck = {seed: rng.random(n) for seed in range(1, self.seeds + 1)}
        parts = []
        for arm in self.arms:
            for seed, chance in luck.items():
                rise = 0.05 * self.strength.get(arm, 0.0)
                fate = {
                    "survived": chance < 0.6 + rise, "clustered": chance < 0.2 + rise, "degree": (8 * chance + 2 * rise).astype(int),
                    "staff_fte": 10 * chance, "innovations": (3 * chance).astype(int), "support_eur": np.zeros(n),
                }  # fmt: skip
                parts.append(pd.DataFrame({"arm": arm, "state": 0, "seed": seed, **start, **fate}))
        return pd.concat(parts, ignore_index=True)

    def _toml(self, arm: str) -> str:
        """The resolved scenario of an arm: a shipped one with the arm's measures."""
        resolved = tomllib.loads(Scenario.load("bretagne").to_toml())
        resolved |= {"title": self.titles[arm], "measures": self.measures.get(arm, {})}
        return tomli_w.dumps(resolved)

    def _examples(self) -> dict[str, dict[str, pd.DataFrame]]:
        found = {}
        for k, arm in enumerate(self.arms):
            run = SyntheticRun(make_state(self.organisations + 12 * k, 80, 1.5 + 0.2 * k, seed=2))
            found[arm] = {name: run.table(name) for name in EXAMPLES}
        return found

    def _facts(self) -> dict[str, Any]:
        return {
            "created": "2026-11-23T02:37:00+00:00",
            "name": "synthetic",
            "identity": "0123abcd",
            "title": "What helps clusters in Brittany?",
            "question": "Does animation help, per euro?",
            "control": self.control,
            "arms": [{"name": arm, "title": title, "question": "", "identity": "0123abcd"} for arm, title in self.titles.items()],
            "seeds": list(range(1, self.seeds + 1)),
            "months": self.months,
            "territory": {"title": "Brittany", "source": "INSEE", "places": 1202, "hash": "feed"},
            "outcomes": [{"name": o.name, "unit": o.unit, "meaning": o.meaning, "better": o.better} for o in OUTCOMES],
            "headlines": list(HEADLINES),
            "states": self.states,
            "uncertainties": {"processes.meeting.decay_km": [10.0, 40.0]} if self.states > 1 else {},
            "equal_budget": self.equal_budget,
            "precision": self.precision,
            "differences_allowed": self.differences_allowed,
            "failures": list(self.failures),
            **noted(self.warnings),
            "command": "clustersim compare animation seed_grants policy_mix --against no_support --on bretagne --seeds 40",
            "versions": {"results": RESULTS_VERSION, "clustersim": "0.1.0", "python": "3.12.1", "numpy": "2.5.5"},
        }


def _measures() -> dict[str, dict[str, dict[str, Any]]]:
    """A measure or two an arm, every number at its default."""

    def at_default(kind: str, **changes: Any) -> dict[str, Any]:
        return {"kind": kind, "funder": "region_council", **{p.name: p.default for p in PARAMETERS[kind].declared()}, **changes}

    return {
        "animation": {"animators": at_default("animation", budget_eur_per_year=250_000.0)},
        "seed_grants": {"grants": at_default("seed_grant")},
        "policy_mix": {"animators": at_default("animation"), "grants": at_default("seed_grant", selection="lagging")},
    }
