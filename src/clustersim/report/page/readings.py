"""Readings: a number with its interval as a person reads it, rounded to what its interval can carry."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clustersim.report.page.folder import Arm, StoredComparison
from clustersim.report.page.language import Language

__all__ = ["FEW_SEEDS", "Contrast", "Effect", "contrasts", "decimals", "digits_of", "effect_of", "leading", "unit_of"]

FEW_SEEDS = 30  # under so many, intervals of skewed outcomes may be narrower than they should be
YEAR = 12
NOISE = 1e-12  # what is left of a number that cancels, as a part of what it was made of
MOST_DECIMALS = 7


@dataclass(frozen=True)
class Effect:
    """A difference from the control in words.

    Attributes:
        value: The difference, with its sign.
        interval: From where to where.
        size: The difference without its sign.
        verdict: "more", "fewer", "unclear" (the interval holds zero), "same" (no difference in any history) or "unknown" (no interval).
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

    `low` and `high` hold for all arms at once where several are compared. `share_better` is the share of seeds in which the arm
    does better, `share_equal` that in which nothing differs. `scale` turns a share into percent, and its difference into
    percentage points.
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
    share_equal: float
    best: float
    n: int
    scale: float

    @property
    def verdict(self) -> str:
        """Whether the interval says more, fewer, nothing sure, nothing differs, or is not known."""
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return "unknown"
        if self.low == self.high == self.difference == 0:
            return "same"
        return "more" if self.low > 0 else "fewer" if self.high < 0 else "unclear"

    @property
    def sure(self) -> bool:
        """Whether the effect can be told apart from none."""
        return self.verdict in ("more", "fewer")

    @property
    def chance(self) -> float:
        """The chance of being best; none where it is not known."""
        return self.best if math.isfinite(self.best) else 0.0

    @property
    def support(self) -> float:
        """The difference in lengths of the interval's part that reaches towards zero: above 1 where it is sure; what is not known last."""
        reach = self.difference - self.low if self.difference > 0 else self.high - self.difference
        return abs(self.difference) / reach if reach > 0 else -1.0


def leading(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast]) -> list[Contrast]:
    """For each headline outcome the arm most probably best of those that can be told apart from none; where none can, the nearest to it.

    Arms whose chance is the same in percent go by the size of their change: so where all do harm, the one that does most.
    """
    found = []
    for outcome in stored.headlines:
        ours = [contrasts[arm.name, outcome] for arm in stored.treated if (arm.name, outcome) in contrasts]
        if ours:
            sure = [contrast for contrast in ours if contrast.sure]
            best = max(sure, key=lambda contrast: (round(contrast.chance, 2), abs(contrast.difference)), default=None)
            found.append(best or max(ours, key=lambda contrast: contrast.support))
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
        ends = (ranked["low_simultaneous"], ranked["high_simultaneous"]) if jointly else (row.low, row.high)
        found[key] = Contrast(
            arms[row.arm],
            row.outcome,
            *(_without_noise(value, row) for value in (row.difference, *ends, row.low, row.high)),
            float(row.control),
            float(row.treated),
            float(row.share_better),
            float(row.share_equal),
            float("nan") if ranked is None else float(ranked["probability_best"]),
            int(row.n),
            stored.scale(row.outcome),
        )
    return found


def effect_of(contrast: Contrast, language: Language) -> Effect:
    """A contrast as a person reads it."""
    factor, verdict = contrast.scale, contrast.verdict
    places = decimals(contrast.low, contrast.high, contrast.difference, factor)
    level_places = places if contrast.difference != 0 else decimals(math.nan, math.nan, contrast.control, factor)
    low, high = (language.number(factor * end, places, signed=True) for end in (contrast.low, contrast.high))
    return Effect(
        value=language.number(factor * contrast.difference, places, signed=True),
        interval=language.say("words.no_interval")
        if verdict == "unknown"
        else language.say("words.no_difference", n=language.number(contrast.n))
        if verdict == "same"
        else language.say("format.interval", low=low, high=high),
        size=language.number(factor * abs(contrast.difference), places),
        verdict=verdict,
        treated=language.number(factor * contrast.treated, level_places),
        control=language.number(factor * contrast.control, level_places),
    )


def unit_of(outcome: str, months: int, language: Language) -> str:
    """The unit of an outcome with the time it is of; in a scenario shorter than a year that is all of it."""
    key = f"units_of.{outcome}"
    span = language.say("spans.whole" if months < YEAR else "spans.last_year")
    return language.say(key, last_year=span) if language.knows(key) else ""


def _without_noise(value: float, row: Any) -> float:
    """Zero for what is only the rounding of numbers that cancel."""
    value = float(value)
    return 0.0 if abs(value) <= NOISE * max(abs(row.control), abs(row.treated)) else value


def decimals(low: float, high: float, value: float, factor: float = 1.0) -> int:
    """Decimals that show the interval's half-width, or else the value, with one digit, or two if the first is 1 or 2.

    An interval that leaves out zero has so many that its end nearest to zero does too.
    """
    half = (high - low) / 2
    # an interval that is next to nothing says nothing about decimals
    scale = factor * (half if math.isfinite(half) and half > abs(value) / 1_000 else abs(value))
    if not math.isfinite(scale) or scale == 0:
        return 0
    power = math.floor(math.log10(scale))
    places = min(4, -power + (scale < 3 * 10.0**power))
    nearest = factor * min(abs(low), abs(high)) if low > 0 or high < 0 else math.nan
    while places < MOST_DECIMALS and nearest > 0 and round(nearest, places) == 0:
        places += 1
    return places


def digits_of(value: float) -> int:
    """Decimals that six significant digits need."""
    whole, _, after = f"{abs(value):.6g}".partition(".")
    return min(len(after), 6) if "e" not in f"{whole}{after}" else 6 if abs(value) < 1 else 0
