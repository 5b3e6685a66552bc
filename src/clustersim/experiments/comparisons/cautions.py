"""Cautions: what a reader must know of the seeds, of the precision, of equal budgets and of who was reached before the numbers.

Each is a sentence in English that knows what it says (`Caution`), so that a page can say it in its own language.
"""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.experiments.comparisons.equal_budget import Intensity
from clustersim.experiments.comparisons.frames import Key
from clustersim.experiments.comparisons.plan import Plan, Precision
from clustersim.experiments.records import Record
from clustersim.experiments.statistics import FEW_SEEDS
from clustersim.problems import Caution
from clustersim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["noted", "said_of_missed", "said_of_precision", "said_of_reach", "said_of_seeds", "said_of_target"]

LEAST_PART = 0.05  # of what the dearest arm spends; a lower target says little


def noted(warnings: Sequence[str]) -> dict[str, list[Any]]:
    """Sentences as a manifest keeps them: in English, and beside them what each says; of a sentence that does not know it, nothing."""
    known = [(said.kind, said.values) if isinstance(said, Caution) else ("", {}) for said in warnings]
    return {"warnings": list(warnings), "cautions": [{"kind": kind, "values": dict(values)} for kind, values in known]}


def said_of_seeds(asked: Plan, seeds: Sequence[int], records: Mapping[Key, Record], failures: Sequence[dict]) -> list[str]:
    """On how many seeds each comparison rests, where runs failed or seeds are few."""
    worlds = {arm.name: {(state, seed) for name, state, seed in records if name == arm.name} for arm in asked.arms}
    common = {name: len({seed for _, seed in found & worlds[asked.control.name]}) for name, found in worlds.items()}
    found: list[str] = []
    for arm in asked.arms:
        failed = sum(failure["arm"] == arm.name for failure in failures)
        if failed:
            said = {"arm": arm.name, "failed": failed, "runs": len(seeds) * (1 + asked.states), "seeds": common[arm.name]}
            found.append(_caution("failed", **said))
    least = min(common.values())
    if least < FEW_SEEDS:
        found.append(_caution("few_seeds", seeds=least, enough=FEW_SEEDS))
    return found


def said_of_precision(wanted: Precision, gaps: np.ndarray, ends: tuple[float, float]) -> str:
    """Why the interval of the differences `gaps` is not as narrow as was asked for."""
    said = {"outcome": wanted.outcome, "arm": wanted.arm, "seeds": int(gaps.size)}
    if gaps.size and np.ptp(gaps) == 0:
        return _caution("never_differs" if gaps[0] == 0 else "always_alike", **said)
    if gaps.size < FEW_SEEDS:
        return _caution("width_of_few", **said, enough=FEW_SEEDS)
    return _caution("still_wide", **said, width=float(ends[1] - ends[0]), wanted=wanted.width)


def said_of_target(arms: Sequence[Scenario], intensities: Sequence[Intensity]) -> list[str]:
    """Which arms are left as they are; and whether the equal spending is next to nothing, as where loans come back in time."""
    found: list[str] = [
        _caution(f"left_{note.kind}", arm=arm.name)
        for arm, intensity in zip(arms, intensities, strict=True)
        if not intensity.equalised
        for note in intensity.notes
    ]
    target = next(intensity.target_eur for intensity in intensities if intensity.equalised)
    written, name = max((found.written_eur, arm.name) for arm, found in zip(arms, intensities, strict=True) if not isnan(found.written_eur))
    if target < LEAST_PART * written:
        found.append(_caution("small_target", target_eur=target, part_share=LEAST_PART, arm=name, written_eur=written))
    return found


def said_of_missed(arm: str, found: Intensity) -> str:
    """That an arm does not spend what all were to spend, and why."""
    notes = [{"kind": note.kind, "values": dict(note.values)} for note in found.notes]
    said = {"arm": arm, "achieved_eur": found.achieved_eur, "target_eur": found.target_eur}
    sentence = _caution("missed", **said) + (f" ({found.note})" if found.note else "")
    return Caution("missed", sentence, {**said, "notes": notes})


def said_of_reach(measures: "pd.DataFrame") -> list[str]:
    """Which measures reach nobody, and whose calls had money left for want of anybody who could apply; means over runs."""
    found: list[str] = []
    for (arm, measure), rows in measures[measures["state"] == 0].groupby(["arm", "measure"], sort=False):
        calls, short, left = (float(rows[name].mean()) for name in ("calls", "short_calls", "left_eur"))
        said = {"arm": str(arm), "measure": str(measure), "calls": round(calls, 1), "short": round(short, 1), "left_eur": left}
        if not rows["awards"].any():
            found.append(_caution("nobody_reached" if short else "nothing_promised" if calls else "no_call", **said))
        elif short and left > 0:
            found.append(_caution("too_few_eligible", **said))
    return found


_SAID = {
    "failed": "{arm}: {failed} of {runs} runs failed; compared on {seeds} seeds",
    "few_seeds": "{seeds} seeds are few: under {enough}, intervals of skewed outcomes may be narrower than they should be",
    "never_differs": "{outcome} ({arm}) differs in none of {seeds} seeds: how precisely that is known cannot be told",
    "always_alike": "{outcome} ({arm}) differs by the same in each of {seeds} seeds: how precisely that is known cannot be told",
    "width_of_few": "the interval of {outcome} ({arm}) rests on {seeds} seeds: under {enough} its width is not to be trusted",
    "still_wide": "the interval of {outcome} ({arm}) is still {width:.3g} wide after {seeds} seeds, wider than the {wanted:g} asked for",
    "left_no_public_budget": "{arm}: left as it is and not made equal, for no measure of it has a public funder's budget",
    "left_unspent": "{arm}: left as it is and not made equal, for it spends no public money within the horizon, net of repayments",
    "small_target": (
        "budgets are made equal at {target_eur} of public money net of repayments, under {part_share:.0%} of the {written_eur} that {arm} "
        "spends as written: measures so small say little; give an amount to reach (--equal-budget-at), or leave out the arm that spends "
        "least"
    ),
    "missed": "{arm} does not spend the same public money: {achieved_eur} of {target_eur}",
    "nobody_reached": (
        "{arm}: {measure} reaches nobody in any run, so it changes nothing; of {calls:g} calls {short:g} had money and nobody who could "
        "apply, and {left_eur} was left over (see its eligibility and its amounts)"
    ),
    "nothing_promised": (
        "{arm}: {measure} promises nothing in any of its {calls:g} calls a run, so it changes nothing (see its budget, its amounts and its "
        "eligibility)"
    ),
    "no_call": "{arm}: {measure} holds no call within the horizon, so it changes nothing (see its months)",
    "too_few_eligible": (
        "{arm}: of {calls:g} calls of {measure} {short:g} had money left and nobody more who could apply; {left_eur} was left over"
    ),
}


def _caution(kind: str, **values: Any) -> Caution:
    """A sentence of `_SAID`; amounts in whole euro."""
    said = {name: f"{value:,.0f} EUR" if name.endswith("_eur") else value for name, value in values.items()}
    return Caution(kind, _SAID[kind].format(**said), values)
