"""Readings: a number with its interval as a person reads it, rounded to what its interval can carry."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from clustersim.report.page.folder import Arm, StoredComparison
from clustersim.report.page.language import Language

__all__ = ["Contrast", "Effect", "contrasts", "decimals", "effect_of", "leading"]


@dataclass(frozen=True)
class Effect:
    """A difference from the control in words.

    Attributes:
        value: The difference, with its sign.
        interval: From where to where.
        size: The difference without its sign.
        verdict: "more", "fewer", "unclear" (the interval holds zero) or "unknown" (no interval).
        treated: Level with the measure.
        control: Level without it.
    """

    value: str
    interval: str
    size: str
    verdict: str
    treated: str
    control: str


@dataclass(frozen=True)
class Contrast:
    """What one arm does to one outcome, as numbers.

    `low` and `high` hold for all arms at once where several are compared. `scale` turns a share into percent, and its
    difference into percentage points.
    """

    arm: Arm
    outcome: str
    difference: float
    low: float
    high: float
    low_alone: float
    high_alone: float
    control: float
    treated: float
    share_better: float
    best: float
    n: int
    scale: float

    @property
    def verdict(self) -> str:
        """Whether the interval says more, fewer, nothing sure, or is not known."""
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return "unknown"
        return "more" if self.low > 0 else "fewer" if self.high < 0 else "unclear"

    @property
    def support(self) -> float:
        """How far the interval lies from zero, in its own half-widths; what is not known comes last."""
        half = (self.high - self.low) / 2
        return abs(self.difference) / half if half > 0 else -1.0


def leading(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast]) -> list[Contrast]:
    """For each headline outcome the contrast that lies farthest from zero, measured by its interval."""
    found = []
    for outcome in stored.headlines:
        ours = [contrasts[arm.name, outcome] for arm in stored.treated if (arm.name, outcome) in contrasts]
        if ours:
            found.append(max(ours, key=lambda contrast: contrast.support))
    return found


def contrasts(stored: StoredComparison) -> dict[tuple[str, str], Contrast]:
    """Every arm and outcome: (arm, outcome) -> contrast."""
    ranking = stored.tables["ranking"].set_index(["arm", "outcome"])
    several = len(stored.treated) > 1
    arms, found = {arm.name: arm for arm in stored.treated}, {}
    for row in stored.tables["effects"].itertuples():
        key = (row.arm, row.outcome)
        if row.arm not in arms:
            continue
        ranked = ranking.loc[key] if key in ranking.index else None
        jointly = several and ranked is not None
        found[key] = Contrast(
            arms[row.arm],
            row.outcome,
            float(row.difference),
            float(ranked["low_simultaneous"] if jointly else row.low),
            float(ranked["high_simultaneous"] if jointly else row.high),
            float(row.low),
            float(row.high),
            float(row.control),
            float(row.treated),
            float(row.share_better),
            float("nan") if ranked is None else float(ranked["probability_best"]),
            int(row.n),
            stored.scale(row.outcome),
        )
    return found


def effect_of(contrast: Contrast, language: Language) -> Effect:
    """A contrast as a person reads it."""
    factor = contrast.scale
    places = decimals(contrast.low, contrast.high, contrast.difference, factor)
    low, high = (language.number(factor * end, places, signed=True) for end in (contrast.low, contrast.high))
    known = contrast.verdict != "unknown"
    return Effect(
        value=language.number(factor * contrast.difference, places, signed=True),
        interval=language.say("format.interval", low=low, high=high) if known else language.say("words.no_interval"),
        size=language.number(factor * abs(contrast.difference), places),
        verdict=contrast.verdict,
        treated=language.number(factor * contrast.treated, places),
        control=language.number(factor * contrast.control, places),
    )


def decimals(low: float, high: float, value: float, factor: float = 1.0) -> int:
    """Decimals that show the interval's half-width, or else the value, with one digit, or two if the first is 1 or 2."""
    half = (high - low) / 2
    # an interval that is next to nothing says nothing about decimals
    scale = factor * (half if math.isfinite(half) and half > abs(value) / 1_000 else abs(value))
    if not math.isfinite(scale) or scale == 0:
        return 0
    power = math.floor(math.log10(scale))
    return min(4, -power + (scale < 3 * 10.0**power))
