"""The languages of the page: those of the report, with the page's own texts beside them.

Names and meanings of numbers are declared in the code, in English. The French catalogue says them in French; a word of the user's
own stands for itself.
"""

import re
from dataclasses import dataclass
from functools import cache

from clustersim.report.page import language as report
from clustersim.scenario import Scenario

__all__ = ["LANGUAGES", "MINUS", "Language", "language"]

LANGUAGES, MINUS = report.LANGUAGES, report.MINUS
_UNITS = re.compile(r"_(cents|km|months|eur|fte|eur_per_year|share)$")


@dataclass(frozen=True)
class Language(report.Language):
    """How the page speaks."""

    def unit(self, unit: str) -> str:
        """A unit in words; nothing for numbers without one."""
        return "" if unit in ("-", "") else self.texts.get(f"unit.{unit}", unit)  # type: ignore[return-value]

    def label(self, family: str, name: str) -> str:
        """What a number is called."""
        for key in (f"numbers.{family}.{name}", f"parameters.{name}"):
            if self.knows(key):
                return self._before_colon(key)
        plain = _UNITS.sub("", name).replace("_", " ")
        return plain[:1].upper() + plain[1:]

    def meaning(self, family: str, name: str, declared: str) -> str:
        """What a number means; as it is declared where the catalogue does not say it."""
        if self.code == "en":
            return declared
        key = f"numbers.{family}.{name}"
        if self.knows(key):
            return self.say(key).partition("|")[2]
        for key in (f"meanings.{family}.{name}", f"meanings.{name}"):
            if self.knows(key):
                return self.say(key)
        return declared

    def group(self, group: str, scenario: Scenario) -> str:
        """What a group of settings is called."""
        table, _, name = group.partition(".")
        if table == "measures":
            return self.measure(name, scenario)
        if table == "funders":
            return self.say("settings.funder", name=self.name_of("funders", name))
        return self.say(f"groups.{group}")

    def measure(self, name: str, scenario: Scenario) -> str:
        """What a measure is called: its name, and its kind where the name does not say it."""
        kind = next(measure.kind for measure in scenario.measures if measure.name == name)
        said = self.name_of("measure_names", name)
        said = said[:1].upper() + said[1:]
        known = self.say(f"kinds.{kind}")
        return said if known.casefold() in said.casefold() or self.knows(f"measure_names.{name}") else f"{said} ({known})"

    def _before_colon(self, key: str) -> str:
        return self.say(key).partition("|")[0]


@cache
def language(code: str) -> Language:
    """One of `LANGUAGES`.

    Raises:
        KeyError: for any other.
    """
    if code not in LANGUAGES:
        raise KeyError(f"no language {code!r}; there are {', '.join(LANGUAGES)}")
    return Language(code, {**report.catalogue(code), **report.catalogue(code, __package__)})
