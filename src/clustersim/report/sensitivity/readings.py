"""Readings: what decides one quantity of one combination, as numbers that figures, tables and sentences share."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clustersim.report.page.language import Language
from clustersim.report.page.readings import unit_of
from clustersim.report.sensitivity.folder import StoredSensitivity

__all__ = ["LUCK", "Factor", "Luck", "Reading", "readings"]

LUCK = "luck"
SHARES = ("share", "share of seeds")  # units that are read in percent
# for each table: the size by which factors are ranked, its interval, and the second number beside it
_COLUMNS = {
    "morris": ("mu_star", "low", "high", "sigma"),
    "indices": ("total", "total_low", "total_high", "first"),
    "correlations": ("correlation", "low", "high", "correlation"),
}


@dataclass(frozen=True)
class Factor:
    """What one factor does.

    Attributes:
        path: Dotted path, or `LUCK`.
        name: Short name.
        size: Mean size of its effects, total index, or rank correlation.
        low: Low end of its interval.
        high: High end.
        second: Spread of the effects, or first-order index.
        signed: Mean effect with its sign, or rank correlation; for indices the size.
        told: Whether it can be told apart from chance; None where nothing shows what chance does.
        ends: Interval of the second number, where it has one.
    """

    path: str
    name: str
    size: float
    low: float
    high: float
    second: float
    signed: float
    told: bool | None
    ends: tuple[float, float] = (math.nan, math.nan)


@dataclass(frozen=True)
class Luck:
    """The share of chance in a variance with its interval, and the part of it that all points share."""

    seeds: int
    share: float
    low: float
    high: float
    common: float


@dataclass(frozen=True)
class Reading:
    """What decides one quantity of one combination.

    Attributes:
        combination: Scenario and crossed values.
        outcome: The outcome.
        statistic: "mean" or "chance".
        method: The table that answers.
        facts: Its row in the table of quantities.
        factors: All factors but luck, the one that does most first; empty where it does not vary or too few points are whole.
        luck: What other seeds alone do, where the design shows it.
        run: How much of one run is chance.
        mean: How much of the mean over seeds is chance.
    """

    combination: str
    outcome: str
    statistic: str
    method: str
    facts: dict[str, Any]
    factors: tuple[Factor, ...]
    luck: Factor | None
    run: Luck | None
    mean: Luck | None

    @property
    def key(self) -> str:
        """A name for links and files: the outcome, with what is asked of it where that is no mean."""
        return self.outcome if self.statistic == "mean" else f"{self.outcome}_{self.statistic}"

    @property
    def varies(self) -> bool:
        """Whether it differs between points."""
        return bool(self.facts["varies"])

    @property
    def told(self) -> tuple[Factor, ...]:
        """The factors that can be told apart from chance."""
        return tuple(factor for factor in self.factors if factor.told)

    @property
    def scale(self) -> float:
        """What effects are multiplied by for people: shares are read in percent."""
        return 100.0 if self.facts["unit"] in SHARES else 1.0

    def title(self, language: Language) -> str:
        """What it is called."""
        name = language.name_of("outcomes", self.outcome)
        return language.say("sensitivity.chance_of", outcome=name[:1].lower() + name[1:]) if self.statistic == "chance" else name

    def unit(self, months: int, language: Language) -> str:
        """Its unit in words."""
        return language.say("sensitivity.chance_unit") if self.statistic == "chance" else unit_of(self.outcome, months, language)


def readings(stored: StoredSensitivity) -> list[Reading]:
    """Everything that was asked, in the order of the tables."""
    return [_reading(stored, row) for row in stored.tables["quantities"].to_dict("records")]


def _reading(stored: StoredSensitivity, row: dict[str, Any]) -> Reading:
    key = (row["combination"], row["outcome"], row["statistic"])
    factors = list(_factors(stored, key))
    luck = {of: found for of, found in _luck(stored, key)}
    return Reading(
        *key,
        stored.method,
        row,
        tuple(factor for factor in factors if factor.path != LUCK),
        next((factor for factor in factors if factor.path == LUCK), None),
        luck.get("run"),
        luck.get("mean"),
    )


def _rows(stored: StoredSensitivity, table: str, key: tuple[str, str, str]) -> list[dict[str, Any]]:
    rows = stored.tables[table]
    return rows[(rows["combination"] == key[0]) & (rows["outcome"] == key[1]) & (rows["statistic"] == key[2])].to_dict("records")


def _factors(stored: StoredSensitivity, key: tuple[str, str, str]) -> Iterator[Factor]:
    size, low, high, second = _COLUMNS[stored.method]
    for row in _rows(stored, stored.method, key):
        told = row["told_apart"]
        ends = (float(row["first_low"]), float(row["first_high"])) if stored.method == "indices" else (math.nan, math.nan)
        yield Factor(
            row["factor"],
            stored.names.get(row["factor"], row["factor"]),
            *(float(row[column]) for column in (size, low, high, second)),
            signed=float(row["mu"] if stored.method == "morris" else row[size]),
            told=None if told != told or told is None else str(told) == "True",
            ends=ends,
        )


def _luck(stored: StoredSensitivity, key: tuple[str, str, str]) -> Iterator[tuple[str, Luck]]:
    for row in _rows(stored, "chance", key):
        yield row["of"], Luck(int(row["seeds"]), *(float(row[column]) for column in ("share", "low", "high", "common_share")))
