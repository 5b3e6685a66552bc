"""The parts of a scenario that describe the world: territory, purposes, population, processes, months.

Each function returns checked settings, or a stand-in where a mistake was noted.
"""

from pathlib import Path
from typing import Any

import numpy as np

from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.population import Population
from clustersim.problems import allowed_by, did_you_mean, faulty, in_words
from clustersim.scenario.checking import Checker
from clustersim.scenario.settings import Processes, Purpose, RunSettings
from clustersim.state.purposes import Purposes
from clustersim.territory import Drawn, TerritorySettings, shipped_territories
from clustersim.territory.settings import KINDS

__all__ = ["population", "processes", "purposes", "run", "territory"]

_MOST_WORDS = 32  # purposes or competences: columns of every organisation
_SHARE = Parameter(0.0, "-", (0.0, 1.0))
_FEWEST_SOCIAL_SHARE = 0.05


def territory(check: Checker) -> TerritorySettings:
    """Drawn with its numbers, or real with its list."""
    table = check.table(("territory",))
    kind = table.get("kind", "drawn")
    if kind not in KINDS:
        check.refuse(("territory", "kind"), in_words(kind), f"one of {', '.join(KINDS)}", did_you_mean(str(kind), KINDS))
        return TerritorySettings(Drawn())
    if kind == "drawn":
        if isinstance(table.get("places"), str):
            hint = 'a list of places needs kind = "real"'
            check.refuse(("territory", "places"), in_words(table["places"]), allowed_by(Drawn.places), hint)
            return TerritorySettings(Drawn())
        drawn = check.numbers(Drawn, ("territory",), ("kind",))
        if drawn.districts < drawn.regions:
            found = f"{drawn.districts} districts in {drawn.regions} regions"
            check.refuse(("territory", "districts"), found, "at least one district a region")
        return TerritorySettings(drawn)
    for name in table:
        if name not in ("kind", "places"):
            hint = 'it belongs to kind = "drawn"' if name in {p.name for p in Drawn.declared()} else did_you_mean(name, ("kind", "places"))
            check.refuse(("territory", name), f'an unknown name "{name}"', "kind and places", hint)
    return _real(check, table.get("places"))


def _real(check: Checker, places: Any) -> TerritorySettings:
    shipped = shipped_territories()
    allowed = f"one of {', '.join(shipped)}, or the path of a CSV file"
    if check.text(("territory", "places"), places, allowed) is None:
        return TerritorySettings(Drawn())
    if places in shipped:
        return TerritorySettings(None, places, Path(shipped[places]["file"]), shipped=True)
    if not places.casefold().endswith((".csv", ".csv.gz")):
        check.refuse(("territory", "places"), in_words(places), allowed, did_you_mean(places, shipped))
        return TerritorySettings(Drawn())
    if not Path(places).is_file():
        check.refuse(("territory", "places"), f'"{places}", which does not exist', allowed)
        return TerritorySettings(Drawn())
    return TerritorySettings(None, places, Path(places))


def purposes(check: Checker) -> Purposes:
    """The vocabulary of purposes and competences."""
    known = _competences(check)
    competences = known or ()
    names, prevalence, price, challenge = [], [], [], []
    for name in check.tables(("purposes",)):
        path = ("purposes", name)
        numbers = check.numbers(Purpose, path, ("challenge",))
        demands = check.table((*path, "challenge"))
        row = np.zeros(len(competences))
        for competence, value in demands.items():
            at = (*path, "challenge", competence)
            if known is not None and competence not in known:
                check.refuse_unknown(at, known)
            elif faulty(_SHARE, value):
                check.refuse(at, in_words(value), allowed_by(_SHARE))
            elif known is not None:
                row[known.index(competence)] = value
        if not any(isinstance(value, int | float) and value > 0 for value in demands.values()):
            check.refuse((*path, "challenge"), "no demand", "a table with at least one competence above 0, such as { trade = 0.5 }")
        names.append(name)
        prevalence.append(numbers.prevalence_share)
        price.append(to_cents(numbers.price_eur))
        challenge.append(row)
    if not 1 <= len(names) <= _MOST_WORDS:
        check.refuse(("purposes",), f"{len(names)} purposes", f"1 to {_MOST_WORDS} purposes")
    elif sum(prevalence) <= 0:
        check.refuse(("purposes",), "nobody in need", "at least one purpose with a prevalence_share above 0")
    return Purposes(
        tuple(names),
        competences,
        np.array(prevalence, np.float64),
        np.array(price, np.int64),
        np.array(challenge, np.float64).reshape(len(names), len(competences)),
    )


def _competences(check: Checker) -> tuple[str, ...] | None:
    """The names of the competences; None where they cannot be made out."""
    value = check.said.get("competences")
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) and word for word in value):
        check.refuse(("competences",), in_words(value), 'a list of names, such as ["trade", "finance"]')
        return None
    if not 1 <= len(value) <= _MOST_WORDS or len(set(value)) < len(value):
        check.refuse(("competences",), f"{len(value)} names, {len(set(value))} of them different", f"1 to {_MOST_WORDS} different names")
    return tuple(value)


def population(check: Checker) -> tuple[Population, Path | None]:
    """Numbers of the population, and the user's own list of organisations if there is one."""
    numbers = check.numbers(Population, ("population",), ("organisations_file",))
    if numbers.private_share + numbers.public_share > 1.0 - _FEWEST_SOCIAL_SHARE:
        found = f"private_share {numbers.private_share:g} and public_share {numbers.public_share:g}"
        allowed = f"at most {1.0 - _FEWEST_SOCIAL_SHARE:g} together, so that there are social enterprises"
        check.refuse(("population", "private_share"), found, allowed)
    for name in ("staff_median", "private_staff_median", "public_staff_median"):
        if getattr(numbers, name) > numbers.largest_staff:
            found = f"{getattr(numbers, name):g} with a largest_staff of {numbers.largest_staff:g}"
            check.refuse(("population", name), found, "a median not above largest_staff")
    value = check.table(("population",)).get("organisations_file")
    at = ("population", "organisations_file")
    if value is None or check.text(at, value, "the path of a CSV file") is None:
        return numbers, None
    if not Path(value).is_file():
        check.refuse(at, f'"{value}", which does not exist', "the path of an existing CSV file")
        return numbers, None
    return numbers, Path(value)


def processes(check: Checker) -> Processes:
    """The numbers of every process."""
    for name in check.table(("processes",)):
        if name not in check.theory.processes:
            check.refuse_unknown(("processes", name), tuple(check.theory.processes))
    groups = check.theory.processes.items()
    return Processes(**{name: check.numbers(group, ("processes", name)) for name, group in groups})


def run(check: Checker) -> RunSettings:
    """How long."""
    return check.numbers(RunSettings, ("run",))
