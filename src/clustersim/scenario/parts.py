"""The parts of a scenario that describe the world: territory, purposes, population.

Each function returns checked settings, or a stand-in where a mistake was noted.
"""

import os
from pathlib import Path

import numpy as np

from clustersim.money import to_cents
from clustersim.population import Population
from clustersim.problems import did_you_mean, in_words
from clustersim.scenario.checking import Checker
from clustersim.scenario.settings import Purpose
from clustersim.scenario.shape import MOST_WORDS
from clustersim.state.purposes import Purposes
from clustersim.territory import Drawn, TerritorySettings, shipped_territories

__all__ = ["population", "purposes", "territory"]

_FEWEST_SOCIAL_SHARE = 0.05


def territory(check: Checker) -> TerritorySettings:
    """Drawn with its numbers, or real with its list."""
    said = dict(check.table("territory"))
    kind = said.pop("kind", None)
    if kind == "real":
        return _real(check, said.get("places"))
    if kind is None:  # a mistake is noted
        return TerritorySettings(Drawn())
    drawn = Drawn(**said)
    if drawn.districts < drawn.regions:
        found = f"{drawn.districts} districts in {drawn.regions} regions"
        values = {"districts": drawn.districts, "regions": drawn.regions}
        check.refuse(("territory", "districts"), found, "at least one district a region", kind="few_districts", values=values)
    return TerritorySettings(drawn)


def _real(check: Checker, places: str | None) -> TerritorySettings:
    shipped = shipped_territories()
    if places is None:  # a mistake is noted
        return TerritorySettings(Drawn())
    if places in shipped:
        return TerritorySettings(None, places, Path(shipped[places]["file"]), shipped=True)
    allowed = f"one of {', '.join(shipped)}, or the path of a CSV file"
    if not places.casefold().endswith((".csv", ".csv.gz")):
        check.refuse(("territory", "places"), in_words(places), allowed, did_you_mean(places, shipped))
    elif not os.path.isfile(places):
        check.refuse(("territory", "places"), f'"{places}", which does not exist', allowed)
    return TerritorySettings(None, places, Path(places))


def purposes(check: Checker) -> Purposes:
    """The vocabulary of purposes and competences."""
    competences, said = tuple(check.table("competences")), check.table("purposes")
    numbers = [Purpose(**{key: value for key, value in table.items() if key != "challenge"}) for table in said.values()]
    for name, table in said.items():
        for competence in table.get("challenge", ()):
            if competences and competence not in competences:
                check.refuse_unknown(("purposes", name, "challenge", competence), competences)
    if not 1 <= len(said) <= MOST_WORDS:
        check.refuse(("purposes",), f"{len(said)} purposes", f"1 to {MOST_WORDS} purposes")
    elif sum(purpose.prevalence_share for purpose in numbers) <= 0:
        check.refuse(("purposes",), "nobody in need", "at least one purpose with a prevalence_share above 0", kind="nobody_in_need")
    challenge = [[table.get("challenge", {}).get(competence, 0.0) for competence in competences] for table in said.values()]
    return Purposes(
        tuple(said),
        competences,
        np.array([purpose.prevalence_share for purpose in numbers], np.float64),
        np.array([to_cents(purpose.price_eur) for purpose in numbers], np.int64),
        np.array(challenge, np.float64).reshape(len(said), len(competences)),
    )


def population(check: Checker) -> tuple[Population, Path | None]:
    """Numbers of the population, and the user's own list of organisations if there is one."""
    said = dict(check.table("population"))
    own_list = said.pop("organisations_file", None)
    numbers = Population(**said)
    if numbers.private_share + numbers.public_share > 1.0 - _FEWEST_SOCIAL_SHARE:
        found = f"private_share {numbers.private_share:g} and public_share {numbers.public_share:g}"
        allowed = f"at most {1.0 - _FEWEST_SOCIAL_SHARE:g} together, so that there are social enterprises"
        values = {"private": numbers.private_share, "public": numbers.public_share, "most": 1.0 - _FEWEST_SOCIAL_SHARE}
        check.refuse(("population", "private_share"), found, allowed, kind="few_social_enterprises", values=values)
    for name in ("staff_median", "private_staff_median", "public_staff_median"):
        if getattr(numbers, name) > numbers.largest_staff:
            found = f"{getattr(numbers, name):g} with a largest_staff of {numbers.largest_staff:g}"
            values = {"median": getattr(numbers, name), "largest": numbers.largest_staff}
            check.refuse(("population", name), found, "a median not above largest_staff", kind="median_above_largest", values=values)
    if own_list is not None and not os.path.isfile(own_list):
        found, own_list = f'"{own_list}", which does not exist', None
        check.refuse(("population", "organisations_file"), found, "the path of an existing CSV file")
    return numbers, None if own_list is None else Path(own_list)
