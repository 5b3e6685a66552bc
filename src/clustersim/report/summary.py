"""A run in a dozen sentences, and in numbers for programs."""

import math
from typing import Any

__all__ = ["headline", "summary"]

_SUMS = ("projects_started", "projects_shared", "innovations", "public_support_cents", "private_support_cents", "procurement_cents")
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
_KINDS = ("social_enterprises", "private_actors", "public_funders")


def headline(run: Any) -> dict[str, float | int | str | None]:
    """The figures of the summary: `_start` is month 1 of the scenario, `_end` the last month, sums run over the scenario.

    A figure that is not defined (the mean size of clusters where there is none) is None.
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
    return {name: _plain(value) for name, value in values.items()}


def summary(run: Any) -> str:
    """What happened, in plain words."""
    h = headline(run)
    end = h["months"]
    lines = [
        f"{run.scenario.title}: {_number(end, 'month')}, seed {run.seed}",
        f"Organisations: {h['organisations_start']:,} in month 1, {h['organisations_end']:,} in month {end} ({h['founded']:,} founded, "
        f"{h['closed']:,} closed). Social enterprises: {h['social_enterprises_start']:,}, then {h['social_enterprises_end']:,}.",
        f"Cooperation: {_number(h['ties_start'], 'tie')}, then {h['ties_end']:,}, {_decimal(h['mean_degree'])} an organisation; "
        f"{_share(h['near_tie_share'])} span 20 km or less; mean trust {_decimal(h['mean_trust'], 2)}.",
        f"Clusters: {h['clusters_start']:,} in month 1, {h['clusters_end']:,} in month {end}"
        + (
            f", of {_decimal(h['mean_cluster_size'])} members on average, {h['largest_cluster_size']:,} in the largest."
            if h["clusters_end"]
            else "."
        ),
        f"In a cluster: {_share(h['clustered_share_start'])} of social enterprises in month 1, "
        f"{_share(h['clustered_share_end'])} in month {end}.",
        f"Poles: {h['poles_start']:,} in month 1, {h['poles_end']:,} in month {end}"
        + (
            f", {h['coordinators']:,} with a coordinator, of {_decimal(h['mean_pole_members'])} members on average; "
            f"{_share(h['pole_public_share'])} of their income so far is public support."
            if h["poles_end"]
            else "."
        ),
        f"Projects: {h['projects_started']:,} started, {h['projects_shared']:,} of them by two organisations or more.",
        f"Social innovations: {h['innovations']:,}; in the last twelve months {_decimal(h['innovation_rate'])} per 100 social enterprises.",
        f"Needs: {_share(h['met_share_start'])} of persons in need were served in month 1, {_share(h['met_share_end'])} in month {end}; "
        f"{_share(h['lagging_need_share'])} of the need lies in places served less than half as well as the territory.",
        f"Money of measures: {_euros(h['public_support_cents'])} of public and {_euros(h['private_support_cents'])} of private support, "
        f"{_euros(h['procurement_cents'])} by social clauses in public orders.",
        f"Limits: lack of money stopped {h['ideas_hindered']:,} of {h['ideas_hindered'] + h['projects_ever']:,} ideas for a project "
        "since the start of the spin-up.",
    ]
    if h["ties_refused"]:
        lines.append(f"Caution: {_number(h['ties_refused'], 'tie')} could not be made because of the technical bound on ties; raise it.")
    return "\n".join(lines)


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
    return "none" if value is None else f"{value:.{places}f}"


def _share(value: Any) -> str:
    return "none" if value is None else f"{100 * value:.1f} %"


def _euros(cents: Any) -> str:
    """An amount in the unit that reads well."""
    euros = cents / 100
    for scale, word in ((1e9, " thousand million"), (1e6, " million")):
        if euros >= scale:
            return f"{euros / scale:,.2f}{word} euro"
    return f"{euros:,.0f} euro"
