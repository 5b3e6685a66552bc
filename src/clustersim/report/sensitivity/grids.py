"""Tables of the page: what each factor does to each quantity, pairs of factors, and what was varied."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from clustersim.report.page.grid import Grid, grid_of
from clustersim.report.page.language import Language
from clustersim.report.page.readings import decimals, digits_of
from clustersim.report.sensitivity.folder import StoredSensitivity
from clustersim.report.sensitivity.readings import Factor, Reading
from clustersim.report.sensitivity.words import interval_of, size_of

__all__ = ["grids"]

MOST_ROWS = 15  # factors of a quantity on the page; the file has all
MOST_PAIRS = 5


def grids(stored: StoredSensitivity, found: list[Reading], language: Language) -> dict[str, Grid]:
    """Every table for which there is something to say, by name."""
    made = (_answers(stored, found, language), _pairs(stored, found, language), _varied(stored, language))
    return {grid.name: grid for grid in made if grid.rows}


def _answers(stored: StoredSensitivity, found: list[Reading], language: Language) -> Grid:
    heads = {
        "morris": ("rank", "factor", "mu_star", "interval", "mu", "sigma", "told_apart"),
        "indices": ("rank", "factor", "total", "interval", "first", "interval", "told_apart"),
        "correlations": ("rank", "factor", "correlation", "interval", "told_apart"),
    }[stored.method]
    several = len(stored.combinations) > 1
    rows = [
        (*([name] if several else []), reading.title(language), *_row(reading, rank, factor, language))
        for combination in stored.combinations
        for name in [combination.said(language)]
        for reading in found
        if reading.combination == combination.label
        for rank, factor in _ranked(reading, language)
    ]
    first = ("scenario", "outcome") if several else ("outcome",)
    return grid_of(stored.method, (*first, *heads), rows, f"tables/{stored.method}.csv", language, len(first) + 2)


def _ranked(reading: Reading, language: Language) -> Iterator[tuple[str, Factor]]:
    """The factors that do most, and luck."""
    for rank, factor in enumerate(reading.factors[:MOST_ROWS], 1):
        yield language.number(rank), factor
    if reading.luck is not None:
        yield language.say("sensitivity.none"), reading.luck


def _row(reading: Reading, rank: str, factor: Factor, language: Language) -> Iterable[str]:
    name = language.say("sensitivity.luck") if factor.path == "luck" else factor.name
    told = language.say("sensitivity.none") if factor.told is None else language.say("words.yes" if factor.told else "words.no")
    size, interval = size_of(reading, factor, language), interval_of(reading, factor, language)
    if reading.method == "correlations":
        return (rank, name, size, interval, told)
    if reading.method == "indices":
        first, *ends = (_percent(value, language) for value in (factor.second, *factor.ends))
        return (rank, name, size, interval, first, _from_to(ends, language), told)
    places = decimals(factor.low, factor.high, factor.size, reading.scale)
    mu = language.number(reading.scale * factor.signed, places, signed=True)
    return (rank, name, size, interval, mu, language.number(reading.scale * factor.second, places), told)


def _pairs(stored: StoredSensitivity, found: list[Reading], language: Language) -> Grid:
    """The pairs that do most together."""
    table, rows = stored.tables["pairs"], []
    for reading in found:
        same = (table["combination"] == reading.combination) & (table["outcome"] == reading.outcome)
        ours = table[same & (table["statistic"] == reading.statistic)]
        for row in ours.head(MOST_PAIRS).to_dict("records"):
            second, *ends = (_percent(row[name], language) for name in ("second", "low", "high"))
            pair = [_named(stored, row[name], language) for name in ("factor", "other")]
            rows.append((reading.title(language), *pair, second, _from_to(ends, language)))
    return grid_of("pairs", ("outcome", "factor", "other", "second", "interval"), rows, "tables/pairs.csv", language, 3)


def _varied(stored: StoredSensitivity, language: Language) -> Grid:
    rows = [
        (
            _named(stored, row["factor"], language),
            language.name_of("roles", row["role"]),
            _value(row["default"], language),
            _ends(row, language),
            _word(row["unit"], language),
            _word(row["source"], language),
            _word(row["meaning"], language),
        )
        for row in stored.tables["factors"].to_dict("records")
    ]
    heads = ("factor", "role", "default", "from_to", "unit", "source", "meaning")
    return grid_of("factors", heads, rows, "tables/factors.csv", language, len(heads))


def _named(stored: StoredSensitivity, path: str, language: Language) -> str:
    return language.say("sensitivity.luck") if path == "luck" else stored.names.get(path, path)


def _ends(row: dict[str, Any], language: Language) -> str:
    """From where to where; a distribution that is not even is named."""
    if not math.isfinite(float(row["low"])):
        return language.say("sensitivity.none")
    said = language.say("format.interval", low=_value(row["low"], language), high=_value(row["high"], language))
    even = row["distribution"] == "uniform"
    kind = language.name_of("distributions", row["distribution"])
    return said if even else language.say("sensitivity.distributed", interval=said, kind=kind)


def _value(value: Any, language: Language) -> str:
    number = float(value)
    return language.number(number, digits_of(number)) if math.isfinite(number) else language.say("sensitivity.none")


def _percent(share: float, language: Language) -> str:
    """A share that may be below zero, in percent."""
    return language.say("sensitivity.percent", value=language.number(100 * share))


def _from_to(ends: list[str], language: Language) -> str:
    return language.say("format.interval", low=ends[0], high=ends[1])


def _word(text: Any, language: Language) -> str:
    return text if isinstance(text, str) and text else language.say("sensitivity.none")
