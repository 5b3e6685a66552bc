"""A run in a dozen sentences, and in numbers for programs."""

import math
from typing import Any

from clustersim.report.support import euros, said_of_measures

__all__ = ["headline", "summary"]

_SUMS = (
    "projects_started",
    "projects_shared",
    "innovations",
    "public_support_cents",
    "private_support_cents",
    "procurement_cents",
    "repayments_cents",
)
_BOTH = ("social_enterprises", "private_actors", "public_funders", "ties", "clusters", "clustered_share", "poles", "met_share")
_LAST = (
    "mean_degree",
    "mean_trust",
    "near_tie_share",
    "ties_refused",
    "mean_cluster_size",
    "largest_cluster_size",
    "coordinators",
    "mean_pole_members",
    "pole_public_share",
    "innovation_rate",
    "lagging_need_share",
    "ideas_hindered",
)
_YEAR = 12
_MUCH_REFUSED = 0.01  # refused ties in living ones, as about ten ties are made for each that lives: a thousandth of all
_KINDS = ("social_enterprises", "private_actors", "public_funders")


def headline(run: Any) -> dict[str, float | int | str | None]:
    """The figures of the summary: `_start` is month 1 of the scenario, `_end` the last month, sums run over the scenario.

    `ideas_hindered` and `projects_ever` count from the start of the spin-up, `ideas_stopped` over the scenario. A figure that is
    not defined (the mean size of clusters where there is none) is None, and so is `ideas_stopped` where the spin-up is not stored.
    """
    series = run.series
    first, last = series.iloc[0], series.iloc[-1]
    values: dict[str, Any] = {"scenario": run.scenario.name, "title": run.scenario.title, "months": len(series)}
    values["organisations_start"] = sum(first[kind] for kind in _KINDS)
    values["organisations_end"] = sum(last[kind] for kind in _KINDS)
    values["founded"] = sum(series[f"{kind}_founded"].sum() for kind in _KINDS)
    values["closed"] = sum(series[f"{kind}_closed"].sum() for kind in _KINDS)
    for name in _BOTH:
        values[f"{name}_start"], values[f"{name}_end"] = first[name], last[name]
    values.update({name: series[name].sum() for name in _SUMS})
    values.update({name: last[name] for name in _LAST})
    values["projects_ever"] = len(run.table("projects"))
    values["ideas_stopped"] = _ideas_stopped(run)
    return {name: _plain(value) for name, value in values.items()}


def summary(run: Any) -> str:
    """What happened, in plain words."""
    h = headline(run)
    end = h["months"]
    lines = [
        f"{run.scenario.title}: {_number(end, 'month')}, seed {run.seed}",
        f"Organisations: {_course(h, 'organisations')} ({h['founded']:,} founded, {h['closed']:,} closed). "
        f"Social enterprises: {_course(h, 'social_enterprises')}.",
        f"Cooperation: {_course(h, 'ties', 'tie')}" + _cooperation(h) + ".",
        f"Clusters: {_course(h, 'clusters')}"
        + (
            f", of {_decimal(h['mean_cluster_size'])} members on average, {h['largest_cluster_size']:,} in the largest."
            if h["clusters_end"]
            else "."
        ),
        f"In a cluster: {_course_of_share(h, 'clustered_share', 'social enterprises')}.",
        f"Poles: {_course(h, 'poles')}" + _poles(h) + ".",
        f"Projects: {h['projects_started']:,} started"
        + (f", {h['projects_shared']:,} of them by two organisations or more." if h["projects_started"] else "."),
        f"Social innovations: {h['innovations']:,}"
        + (
            f"; in the last twelve months {_decimal(h['innovation_rate'])} per 100 social enterprises."
            if end >= _YEAR and h["innovation_rate"] is not None
            else "."
        ),
        f"Needs: {_course_of_share(h, 'met_share', 'persons in need', ' were served')}"
        + (
            f"; {_share(h['lagging_need_share'])} of the need lies in places served less than half as well as the territory."
            if h["lagging_need_share"] is not None
            else "."
        ),
        f"Money of measures: {euros(h['public_support_cents'])} of public and {euros(h['private_support_cents'])} of private support"
        + (f", {euros(h['procurement_cents'])} of it by social clauses in orders" if h["procurement_cents"] else "")
        + (f"; {euros(h['repayments_cents'])} came back" if h["repayments_cents"] else "")
        + ".",
        *said_of_measures(run),
    ]
    stopped, realised, since = h["ideas_stopped"], h["projects_started"], "month 1"
    if stopped is None:
        stopped, realised, since = h["ideas_hindered"], h["projects_ever"], "the start of the spin-up"
    if stopped + realised:
        lines.append(f"Limits: lack of money stopped {stopped:,} of {_number(stopped + realised, 'idea')} for a project since {since}.")
    if h["ties_refused"] > _MUCH_REFUSED * h["ties_end"]:
        lines.append(
            f"Caution: {_number(h['ties_refused'], 'tie')} could not be made because of the technical bound on ties; raise `run.tie_bound`."
        )
    return "\n".join(lines)


def _ideas_stopped(run: Any) -> float:
    """Ideas that lack of money stopped since month 1; NaN for a stored run, which does not know the spin-up."""
    if not hasattr(run, "full_series"):
        return math.nan
    ideas = run.full_series["ideas_hindered"]
    return ideas.iloc[-1] - (ideas[0] if 0 in ideas.index else 0)


def _course(h: dict[str, Any], name: str, noun: str = "") -> str:
    """A number in the first and the last month, which may be the same."""
    first = _number(h[f"{name}_start"], noun) if noun else f"{h[f'{name}_start']:,}"
    return f"{first} in month 1" + (f", {h[f'{name}_end']:,} in month {h['months']}" if h["months"] > 1 else "")


def _course_of_share(h: dict[str, Any], name: str, whom: str, what: str = "") -> str:
    """A share of some in the first and the last month; where there were none, that is said instead."""
    said, of_whom = [], f" of {whom}{what}"
    for when, month in [("start", 1), ("end", h["months"])][: h["months"]]:
        share = h[f"{name}_{when}"]
        said.append(f"no {whom} in month {month}" if share is None else f"{_share(share)}{of_whom} in month {month}")
        of_whom = of_whom if share is None else ""
    return ", ".join(said)


def _cooperation(h: dict[str, Any]) -> str:
    if not h["ties_end"]:
        return ""
    return (
        f", {_decimal(h['mean_degree'])} an organisation; {_share(h['near_tie_share'])} span 20 km or less; "
        f"mean trust {_decimal(h['mean_trust'], 2)}"
    )


def _poles(h: dict[str, Any]) -> str:
    if not h["poles_end"]:
        return ""
    said = f", {h['coordinators']:,} with a coordinator, of {_decimal(h['mean_pole_members'])} members on average"
    share = h["pole_public_share"]
    return said if share is None else f"{said}; {_share(share)} of their income so far is public support"


def _plain(value: Any) -> float | int | str | None:
    """A value as JSON knows it: whole numbers whole, what is not defined None."""
    if isinstance(value, str):
        return value
    number = float(value)
    if math.isnan(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _number(count: Any, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _decimal(value: Any, places: int = 1) -> str:
    return "not defined" if value is None else f"{value:.{places}f}"


def _share(value: Any) -> str:
    return "not defined" if value is None else f"{100 * value:.1f} %"
