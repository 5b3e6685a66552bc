"""Cautions: what a reader must know of the seeds, of the precision and of equal budgets before the numbers."""

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np

from clustersim.experiments.comparisons.equal_budget import Intensity
from clustersim.experiments.comparisons.frames import Key
from clustersim.experiments.comparisons.plan import Plan, Precision
from clustersim.experiments.records import Record
from clustersim.experiments.statistics import FEW_SEEDS
from clustersim.scenario import Scenario

__all__ = ["said_of_precision", "said_of_seeds", "said_of_target"]

LEAST_PART = 0.05  # of what the dearest arm spends; a lower target says little


def said_of_seeds(asked: Plan, seeds: Sequence[int], records: Mapping[Key, Record], failures: Sequence[dict]) -> list[str]:
    """On how many seeds each comparison rests, where runs failed or seeds are few."""
    worlds = {arm.name: {(state, seed) for name, state, seed in records if name == arm.name} for arm in asked.arms}
    common = {name: len({seed for _, seed in found & worlds[asked.control.name]}) for name, found in worlds.items()}
    found = []
    for arm in asked.arms:
        failed = sum(failure["arm"] == arm.name for failure in failures)
        if failed:
            runs = len(seeds) * (1 + asked.states)
            found.append(f"{arm.name}: {failed} of {runs} runs failed; compared on {common[arm.name]} seeds")
    least = min(common.values())
    if least < FEW_SEEDS:
        found.append(f"{least} seeds are few: under {FEW_SEEDS}, intervals are narrower than they should be")
    return found


def said_of_precision(wanted: Precision, gaps: np.ndarray, ends: tuple[float, float]) -> str:
    """Why the interval of the differences `gaps` is not as narrow as was asked for."""
    contrast, seeds, width = f"{wanted.outcome} ({wanted.arm})", gaps.size, ends[1] - ends[0]
    if seeds and np.ptp(gaps) == 0:
        same = "in none" if gaps[0] == 0 else "by the same in each"
        return f"{contrast} differs {same} of {seeds} seeds: how precisely that is known cannot be told"
    if seeds < FEW_SEEDS:
        return f"the interval of {contrast} rests on {seeds} seeds: under {FEW_SEEDS} its width is not to be trusted"
    return f"the interval of {contrast} is still {width:.3g} wide after {seeds} seeds, wider than the {wanted.width:g} asked for"


def said_of_target(arms: Sequence[Scenario], intensities: Sequence[Intensity]) -> list[str]:
    """Whether the equal spending is next to nothing: loans that come back within the horizon cost little in the end."""
    target = next(intensity.target_eur for intensity in intensities if not isnan(intensity.target_eur))
    written, name = max((found.written_eur, arm.name) for arm, found in zip(arms, intensities, strict=True) if not isnan(found.written_eur))
    if target >= LEAST_PART * written:
        return []
    small, large = (f"{eur:,.0f} EUR".replace(",", " ") for eur in (target, written))
    return [
        f"budgets are made equal at {small} of public money net of repayments, under {LEAST_PART:.0%} of the {large} that {name} "
        "spends as written: measures so small say little; give an amount to reach, or leave out the arm that spends least"
    ]
