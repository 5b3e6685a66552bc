"""The parts of a scenario that support: funders and measures, and what they need of the territory.

Each function returns checked settings, or a stand-in where a mistake was noted.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clustersim.parameters import Parameters
from clustersim.problems import ScenarioError, did_you_mean, in_words
from clustersim.scenario.checking import LISTED, Checker
from clustersim.scenario.settings import CALL_DATES, EVEN_CALLS, Funder, FunderSettings, MeasureSettings
from clustersim.state.purposes import Purposes
from clustersim.territory import GivenOrganisations, Territory, TerritorySettings, load_organisations, load_territory

_NAME = re.compile(r"[\w-]{1,60}")

__all__ = ["funders", "measures", "read_lists", "seated"]


def funders(check: Checker) -> list[FunderSettings]:
    """The named funders by name; areas and places are checked by `seated`."""
    funders = []
    for name, said in sorted(check.table("funders").items()):
        _check_name(check, "funders", name)
        numbers, path = {key: value for key, value in said.items() if key not in ("area", "place")}, ("funders", name, "area")
        funder = FunderSettings(name, area=said.get("area"), place=said.get("place"), **Funder(**numbers).values())
        if funder.level == "territory" and funder.area is not None:
            check.refuse(path, in_words(funder.area), 'no area for level = "territory"', "set the level of the area")
        if funder.level != "territory" and funder.area is None:
            check.refuse(path, "nothing", f"the name or code of the {funder.level} that it answers for")
        funders.append(funder)
    return funders


def measures(check: Checker, funders: list[FunderSettings], purposes: tuple[str, ...]) -> tuple[MeasureSettings, ...]:
    """The measures by name; `purposes` are those of the scenario."""
    known, measures = tuple(funder.name for funder in funders), []
    for name, said in sorted(check.table("measures").items()):
        _check_name(check, "measures", name)
        kind, funder, served, dates = said.get("kind"), said.get("funder"), said.get("purposes", ()), said.get(CALL_DATES, ())
        numbers = {key: value for key, value in said.items() if key not in ("kind", "funder", "purposes", CALL_DATES)}
        if funder not in known:
            allowed = f"one of the funders of this scenario: {', '.join(known)}" if known else "a funder, but this scenario names none"
            check.refuse(("measures", name, "funder"), in_words(funder), allowed, did_you_mean(str(funder), known) if funder else "")
        first, last = numbers.get("start_month"), numbers.get("end_month")
        if isinstance(first, int) and isinstance(last, int) and first > last:
            allowed, values = f"{first} (its start_month) or later", {"first": first, "last": last}
            check.refuse(("measures", name, "end_month"), str(last), allowed, kind="ends_before_it_starts", values=values)
        if kind is None:  # a mistake is noted, and what depends on the kind was not looked at
            continue
        for purpose in served:
            if purposes and purpose not in purposes:
                found, allowed = f'an unknown purpose "{purpose}"', f"purposes of this scenario: {', '.join(purposes[:LISTED])}"
                check.refuse(("measures", name, "purposes"), found, allowed, did_you_mean(purpose, purposes))
        (_, begun), *later = _courses(numbers, check.theory.measures[kind])
        if dates:
            _check_dates(check, name, dates, numbers, begun)
        asked = tuple(purpose for purpose in purposes if purpose in served)
        measures.append(MeasureSettings(name, kind, str(funder), begun, tuple(later), asked, tuple(sorted(map(int, dates)))))
    return tuple(measures)


def _check_dates(check: Checker, name: str, dates: Sequence[int], said: Mapping[str, Any], numbers: Any) -> None:
    """Dates of calls lie in the window, and stand in place of calls spread over the year."""
    path = ("measures", name, CALL_DATES)
    if EVEN_CALLS in said:
        found = f"{EVEN_CALLS} = {in_words(said[EVEN_CALLS])} beside it"
        check.refuse(path, found, "only one of the two", f"leave out {CALL_DATES} or {EVEN_CALLS}")
    first, last = numbers.start_month, numbers.end_month
    if outside := [month for month in sorted(dates) if not first <= month <= last]:
        allowed = f"{first} to {last}, the window from its start_month to its end_month"
        if first <= last:  # else that is the mistake
            found, hint = ", ".join(map(str, outside)), "hold these calls in the window, or move its start or end"
            check.refuse(path, found, allowed, hint, kind="call_outside", values={"months": found, "first": first, "last": last})


def _check_name(check: Checker, table: str, name: str) -> None:
    """Names are written in paths, file names and tables, so they are plain."""
    if not _NAME.fullmatch(name):
        found = f"a name like {in_words(name[:60])}"
        check.refuse((table, name[:60]), found, "letters, digits, - and _, at most 60 of them", f"write [{table}.another_name]")


def _courses(said: Mapping[str, Any], group: type[Parameters]) -> list[tuple[int, Parameters]]:
    """The numbers of a measure from each month on in which some of them change, those of the beginning first."""
    changes: dict[int, dict[str, Any]] = {0: {}}
    for name, value in said.items():
        for month, new in value.items() if isinstance(value, Mapping) else [(0, value)]:
            # month 1 is the first, so what begins with it begins with the scenario
            changes.setdefault(int(month) if int(month) > 1 else 0, {})[name] = new
    numbers = group(**changes.pop(0))
    courses = [(0, numbers)]
    for month, others in sorted(changes.items()):
        if (changed := numbers.replace(**others)) != numbers:
            numbers = changed
            courses.append((month, numbers))
    return courses


def read_lists(
    check: Checker, settings: TerritorySettings, purposes: Purposes, organisations: Path | None
) -> tuple[Territory | None, GivenOrganisations | None]:
    """The list of places of a real territory, and the user's own list of organisations: each read once; None where there is none."""
    if _in_doubt(check):
        return None, None
    territory, given = None, None
    try:
        territory = load_territory(settings) if settings.drawn is None else None
        if organisations is not None:
            given = load_organisations(organisations, territory or load_territory(settings), purposes)
    except ScenarioError as error:
        check.problems.extend(error.problems)
    return territory, given


def seated(
    check: Checker, funders: list[FunderSettings], settings: TerritorySettings, territory: Territory | None
) -> tuple[FunderSettings, ...]:
    """The funders with their areas and places found; the territory is drawn only if that needs it."""
    unread = settings.drawn is None and territory is None  # its mistakes are noted
    if unread or _in_doubt(check) or not any(funder.area or funder.place for funder in funders):
        return tuple(funders)
    places = load_territory(settings) if territory is None else territory
    return tuple(_seated(check, funder, places) for funder in funders)


def _in_doubt(check: Checker) -> bool:
    """Whether a mistake in the territory is noted already."""
    return any(problem.path.partition(".")[0] == "territory" for problem in check.problems)


def _seated(check: Checker, funder: FunderSettings, territory: Territory) -> FunderSettings:
    path = ("funders", funder.name)
    if funder.area is not None and funder.level != "territory":
        try:
            territory.area(funder.level, funder.area)
        except KeyError:
            names = territory.area_names(funder.level)
            few = ", ".join(names[:LISTED]) + (", ..." if len(names) > LISTED else "")
            allowed = f"a {funder.level} of the territory: {few}" if names else f"no {funder.level}: the territory's list does not have any"
            check.refuse((*path, "area"), in_words(funder.area), allowed, did_you_mean(funder.area, names))
    if funder.place is None:
        return funder
    try:
        code = territory.codes[territory.place(funder.place)]
    except KeyError:
        allowed = "the code of a place of the territory, or a name that only one place has"
        check.refuse((*path, "place"), in_words(funder.place), allowed, did_you_mean(funder.place, territory.names))
        return funder
    return FunderSettings(**{**vars(funder), "place": code})
