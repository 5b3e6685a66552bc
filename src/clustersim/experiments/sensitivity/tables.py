"""The tables of a sensitivity analysis, their columns with unit and meaning."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "TABLES", "frame"]

_QUANTITY = {
    "combination": ("-", "scenario and crossed values of levers; each is analysed by itself"),
    "outcome": ("-", "outcome of a run"),
    "statistic": ("-", "mean over seeds, or chance: share of seeds in which the outcome is above zero"),
}
_FACTOR = {
    "rank": ("-", "1 for the factor that does most; missing for luck"),
    "factor": ("-", "path of the parameter; luck: another set of seeds and nothing else"),
}
_TOLD = {"told_apart": ("-", "whether it does more than luck; missing where the design has no luck to compare with")}

COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "factors": {
        "factor": _FACTOR["factor"],
        "name": ("-", "short name in figures"),
        "role": ("-", "uncertainty, lever, or luck"),
        "low": ("of the factor", "lowest value"),
        "high": ("of the factor", "highest value"),
        "default": ("of the factor", "declared value"),
        "unit": ("-", "unit of the factor"),
        "distribution": ("-", "how values lie between the ends"),
        "source": ("-", "where the declared value and interval come from"),
        "meaning": ("-", "what it is"),
    },
    "quantities": _QUANTITY | {
        "unit": ("-", "unit of the quantity"),
        "points": ("count", "points of the design"),
        "points_without": ("count", "points left without a number: fewer than half of their seeds have one"),
        "points_short": ("count", "points whose number rests on a part of the seeds"),
        "blocks": ("count", "trajectories, base rows or points that the method needs whole"),
        "blocks_left_out": ("count", "of these, left out because a point has no number"),
        "mean": ("of the outcome", "mean over points"),
        "spread": ("of the outcome", "standard deviation over points"),
        "least": ("of the outcome", "lowest over points"),
        "most": ("of the outcome", "highest over points"),
        "varies": ("-", "whether it differs between points at all"),
    },
    "morris": _QUANTITY | _FACTOR | {
        "mu": ("of the outcome", "mean effect of the factor over its whole interval"),
        "mu_star": ("of the outcome", "mean size of these effects"),
        "low": ("of the outcome", "low end of the 95 % interval of mu_star"),
        "high": ("of the outcome", "high end"),
        "sigma": ("of the outcome", "spread of the effects: much where it depends on other factors, or bends"),
    } | _TOLD,
    "indices": _QUANTITY | _FACTOR | {
        "first": ("share of variance", "first-order index: what the factor does alone"),
        "first_low": ("share of variance", "low end of its 95 % interval"),
        "first_high": ("share of variance", "high end"),
        "total": ("share of variance", "total index: what the factor does alone and together with others"),
        "total_low": ("share of variance", "low end of its 95 % interval"),
        "total_high": ("share of variance", "high end"),
    } | _TOLD,
    "pairs": _QUANTITY | {
        "factor": _FACTOR["factor"],
        "other": ("-", "path of the other parameter"),
        "second": ("share of variance", "second-order index: what the two do together beyond what each does alone"),
        "low": ("share of variance", "low end of its 95 % interval"),
        "high": ("share of variance", "high end"),
    },
    "correlations": _QUANTITY | _FACTOR | {
        "correlation": ("-1..1", "partial rank correlation: whether the outcome rises or falls with the factor"),
        "low": ("-1..1", "low end of its 95 % interval"),
        "high": ("-1..1", "high end"),
        "told_apart": ("-", "whether the interval leaves out zero"),
    },
    "chance": _QUANTITY | {
        "of": ("-", "run: a single run; mean: the mean over the seeds of a point"),
        "seeds": ("count", "seeds that are averaged"),
        "points": ("count", "points at which no seed is missing"),
        "variance_parameters": ("of the outcome, squared", "variance that the factors make"),
        "variance_chance": ("of the outcome, squared", "variance that luck makes"),
        "common_share": ("share", "part of luck that all points share; missing where they have other seeds"),
        "share": ("share", "share of chance in the variance"),
        "low": ("share", "low end of its 95 % interval over points"),
        "high": ("share", "high end"),
    },
}  # fmt: skip
TABLES = tuple(COLUMNS)
_WHOLE = ("rank",)
_WHETHER = ("told_apart", "varies")


def frame(name: str, rows: Iterable[Mapping[str, Any]]) -> "pd.DataFrame":
    """One of `TABLES` of rows; what has no number is missing."""
    import pandas as pd

    columns = COLUMNS[name]
    table = pd.DataFrame(list(rows), columns=list(columns))
    types = {column: "Int64" if unit == "count" else float for column, (unit, _) in columns.items() if unit != "-"}
    types |= {column: "Int64" for column in _WHOLE if column in columns} | {column: "boolean" for column in _WHETHER if column in columns}
    table = table.astype(types)
    table.attrs["columns"] = {column: {"unit": unit, "meaning": meaning} for column, (unit, meaning) in columns.items()}
    return table
