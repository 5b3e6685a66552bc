"""Judging: a claim about the model as a target, and what seeds say to it.

A pattern is a distribution over seeds, never one run. The interval is the 95 % bootstrap interval over seeds; a pattern *holds*
where the whole interval lies inside the target, is *open* where only the measured number does, and *fails* otherwise. It is
*unseen* where no seed shows what it speaks of, or the seeds show too little of it for the number or its interval to be defined.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from clustersim.experiments.execution.crew import Crew, ExecutionError, Failure, Task
from clustersim.experiments.records import warm_kernels
from clustersim.scenario import Scenario

__all__ = ["NO_LIMIT", "Finding", "Pattern", "as_rows", "findings", "sampled"]

RESAMPLES = 2_000
MOST_UNDEFINED = 0.05  # of the resamples, for an interval of the others
NO_LIMIT = 1e3  # a target with such an upper end has none, with its negative as lower end neither


@dataclass(frozen=True)
class Pattern:
    """One claim about the model.

    Attributes:
        id: Number in the theory note.
        statement: What is measured.
        low: Lower end of the target.
        high: Upper end of the target.
        unit: Unit of the measured number.
        source: Where the target comes from.
        sample: What one seed contributes: one number, or many (the size of each pole, say), or none.
        statistic: The number made of all that the seeds contribute; the mean over seeds unless said.
    """

    id: str
    statement: str
    low: float
    high: float
    unit: str
    source: str
    sample: Callable[[Any], np.ndarray | float]
    statistic: Callable[[np.ndarray], float] = lambda values: float(values.mean())


@dataclass(frozen=True)
class Finding:
    """A pattern, measured: the number over all seeds with its 95 % interval, and how many seeds could say."""

    pattern: Pattern
    samples: tuple[np.ndarray, ...]

    @property
    def seeds(self) -> int:
        """Seeds that could say."""
        return sum(sample.size > 0 for sample in self.samples)

    @cached_property
    def value(self) -> float:
        """The statistic of all samples together; NaN where no seed could say."""
        return self._statistic([sample for sample in self.samples if sample.size])

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % interval by resampling seeds (percentile bootstrap: any statistic has one; narrow under some 30 seeds).

        NaN under two seeds, and where the statistic is undefined in too many of the resamples for the rest to speak for all.
        """
        from scipy.stats import DegenerateDataWarning, bootstrap

        known = [sample for sample in self.samples if sample.size]
        if len(known) < 2:
            return (float("nan"), float("nan"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DegenerateDataWarning)  # resamples without a number are dealt with below
            drawn = bootstrap(
                (np.arange(len(known)),), lambda draw: self._statistic([known[k] for k in draw]), n_resamples=RESAMPLES, vectorized=False,
                method="percentile", rng=np.random.default_rng(0),
            ).bootstrap_distribution  # fmt: skip
        defined = drawn[~np.isnan(drawn)]
        if defined.size < (1 - MOST_UNDEFINED) * RESAMPLES:
            return (float("nan"), float("nan"))
        low, high = np.quantile(defined, (0.025, 0.975))
        return (float(low), float(high))

    def _statistic(self, samples: list[np.ndarray]) -> float:
        return self.pattern.statistic(np.concatenate(samples)) if samples else float("nan")

    @property
    def verdict(self) -> str:
        """holds, open, fails, or unseen where the seeds could not say."""
        low, high = self.interval
        if np.isnan([self.value, low, high]).any():
            return "unseen"
        if self.pattern.low <= low and high <= self.pattern.high:
            return "holds"
        return "open" if self.pattern.low <= self.value <= self.pattern.high else "fails"


def sampled(patterns: tuple[Pattern, ...], look: Any) -> list[np.ndarray]:
    """What one seed contributes to each pattern; numbers that are not defined are left out."""
    samples = [np.atleast_1d(np.asarray(pattern.sample(look), float)) for pattern in patterns]
    return [sample[~np.isnan(sample)] for sample in samples]


def findings(
    patterns: tuple[Pattern, ...],
    scenario: Scenario,
    look: Callable[[Scenario, int, tuple[str, ...]], list[np.ndarray]],
    seeds: Sequence[int],
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Let all seeds say what they have to say to each pattern.

    Args:
        patterns: The claims.
        scenario: What each seed is given.
        look: Makes the samples of a scenario and a seed, one a pattern; found by its name in other processes.
        seeds: The replications.
        workers: Seeds at a time; all usable cores unless said.
        progress: Called with (seeds done, seeds in all).

    Raises:
        ExecutionError: if a run fails.
    """
    with Crew([scenario], look, workers=workers, warm=warm_kernels) as crew:
        tasks = [Task(0, seed) for seed in seeds]
        rows = crew.all(tasks, None if progress is None else lambda done: progress(done, len(tasks)))
    for seed, row in zip(seeds, rows, strict=True):
        if isinstance(row, Failure):
            raise ExecutionError(f"seed {seed}: {row.error}\n{row.traceback}")
    return [Finding(pattern, samples) for pattern, samples in zip(patterns, zip(*rows, strict=True), strict=True)]


def as_rows(findings: list[Finding]) -> list[dict[str, str]]:
    """The findings as rows of text, for a table on screen or in a document."""
    return [
        {
            "pattern": found.pattern.id,
            "what is measured": f"{found.pattern.statement} [{found.pattern.unit}]",
            "target": _target(found.pattern),
            "measured": _number(found.value),
            "95 % interval": "unknown" if np.isnan(found.interval).any() else f"{found.interval[0]:.3g} to {found.interval[1]:.3g}",
            "seeds": str(found.seeds),
            "verdict": found.verdict,
        }
        for found in findings
    ]


def _number(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{value:.3g}"


def _target(pattern: Pattern) -> str:
    if pattern.high >= NO_LIMIT:
        return f"over {pattern.low:g}"
    return f"under {pattern.high:g}" if pattern.low <= -NO_LIMIT else f"{pattern.low:g} to {pattern.high:g}"
