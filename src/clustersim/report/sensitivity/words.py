"""The answer in words: what decides a quantity, what cannot be told apart from chance, and how much is luck."""

import math

from clustersim.report.page.language import FIXED, Language
from clustersim.report.page.readings import decimals, digits_of
from clustersim.report.sensitivity.readings import Factor, Luck, Reading

__all__ = ["answer", "interval_of", "luck_of", "size_of", "undecided"]

MOST_NAMED = 5  # factors in a sentence; figures and tables have more


def answer(reading: Reading, language: Language) -> list[str]:
    """What decides it: a line a factor, the one that does most first; or why nothing can be said."""
    if not reading.varies:
        mean = reading.scale * float(reading.facts["mean"])
        if not math.isfinite(mean):
            return [language.say("sensitivity.no_number")]
        return [language.say("sensitivity.does_not_vary", value=language.number(mean, digits_of(mean)))]
    if not reading.factors:
        return [language.say("sensitivity.too_few")]
    named = reading.told if _knows_floor(reading) else reading.factors
    if not named:
        nearest = language.say("sensitivity.nearest", said=_decides(reading, reading.factors[0], language))
        return [language.say("sensitivity.nothing_told"), nearest]
    lines = [_decides(reading, factor, language) for factor in named[:MOST_NAMED]]
    more = len(named) - MOST_NAMED
    return [*lines, language.say("sensitivity.and_more", count=language.number(more))] if more > 0 else lines


def undecided(reading: Reading, language: Language) -> str:
    """How many factors cannot be told apart from chance."""
    if not reading.factors:
        return language.say("sensitivity.none")
    if not _knows_floor(reading):
        return language.say("sensitivity.no_floor")
    of = language.number(len(reading.factors))
    return language.say("sensitivity.undecided", count=language.number(len(reading.factors) - len(reading.told)), of=of)


def size_of(reading: Reading, factor: Factor, language: Language) -> str:
    """What a factor does, with its sign where it has one, as precisely as its interval allows."""
    if reading.method == "indices":
        return language.share(max(factor.size, 0.0))
    if reading.method == "correlations":
        return language.number(factor.size, 2, signed=True)
    return language.number(reading.scale * factor.size, _places(reading, factor))


def interval_of(reading: Reading, factor: Factor, language: Language) -> str:
    """The interval of that number."""
    if reading.method == "indices":
        low, high = (language.share(max(end, 0.0)) for end in (factor.low, factor.high))
    elif reading.method == "correlations":
        low, high = (language.number(end, 2, signed=True) for end in (factor.low, factor.high))
    else:
        low, high = (language.number(reading.scale * end, _places(reading, factor)) for end in (factor.low, factor.high))
    return language.say("format.interval", low=low, high=high)


def luck_of(luck: Luck | None, language: Language) -> tuple[str, str]:
    """A share of chance, and its interval; empty where there is none."""
    if luck is None or not math.isfinite(luck.share):
        return language.say("sensitivity.none"), ""
    known = math.isfinite(luck.low)
    ends = {"low": language.share(luck.low), "high": language.share(luck.high)} if known else {}
    return language.share(luck.share), language.say("format.interval", **ends) if known else ""


def _decides(reading: Reading, factor: Factor, language: Language) -> str:
    return language.say("sensitivity.decides", factor=factor.name, size=_together(reading, factor, language))


def _together(reading: Reading, factor: Factor, language: Language) -> str:
    """The number with its interval, which no line may break."""
    interval = interval_of(reading, factor, language)
    said = language.say("sensitivity.with_interval", value=size_of(reading, factor, language), interval=interval)
    return said.replace(" ", FIXED)


def _places(reading: Reading, factor: Factor) -> int:
    return decimals(factor.low, factor.high, factor.size, reading.scale)


def _knows_floor(reading: Reading) -> bool:
    return any(factor.told is not None for factor in reading.factors)
