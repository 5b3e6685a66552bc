"""The answer: every method on every quantity of every combination, as rows of the tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.experiments.sensitivity.chance import chance
from clustersim.experiments.sensitivity.correlations import correlate
from clustersim.experiments.sensitivity.indices import indices
from clustersim.experiments.sensitivity.layout import Layout, LayoutError
from clustersim.experiments.sensitivity.quantities import Quantity, quantities, varies
from clustersim.experiments.sensitivity.screening import screen
from clustersim.experiments.sensitivity.tables import TABLES, frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Combination", "answer"]

type Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Combination:
    """One scenario with one set of crossed lever values.

    Attributes:
        label: What it is called.
        outcomes: Outcome to a table of a row a point of the design and a column a seed; NaN where a run failed or is missing.
    """

    label: str
    outcomes: Mapping[str, np.ndarray]


def answer(layout: Layout, combinations: Sequence[Combination], factors: Sequence[Row]) -> "dict[str, pd.DataFrame]":
    """All tables that have a row.

    Args:
        layout: The design that each combination went through.
        combinations: What came of it.
        factors: Rows of the table of factors.

    Raises:
        LayoutError: if a table does not have a row a point.
        KeyError: for an outcome that there is none of.
    """
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    rows["factors"] += factors
    for combination in combinations:
        for quantity in quantities(combination.outcomes):
            values = combination.outcomes[quantity.outcome]
            _check(layout, combination, quantity, values)
            key = {"combination": combination.label, "outcome": quantity.outcome, "statistic": quantity.statistic}
            for table, row in _rows(layout, quantity, values):
                rows[table].append(key | row)
    return {name: frame(name, found) for name, found in rows.items() if found}


def _check(layout: Layout, combination: Combination, quantity: Quantity, values: np.ndarray) -> None:
    if values.ndim != 2 or len(values) != len(layout.unit):
        shape = " x ".join(map(str, values.shape))
        raise LayoutError(
            f"{combination.label}: {quantity.outcome} is a table of {shape}, the design has {len(layout.unit)} points. "
            "Give a row a point and a column a seed"
        )


def _rows(layout: Layout, quantity: Quantity, values: np.ndarray) -> Iterator[tuple[str, Row]]:
    """What there is to say of one quantity: table and row."""
    each, points = quantity.each(values), quantity.at_points(values)
    known, whole = ~np.isnan(points), layout.whole(points)
    numbers = points[known]
    yield "quantities", {
        "unit": quantity.unit,
        "points": len(points),
        "points_without": int((~known).sum()),
        "points_short": int((np.isnan(each).any(axis=1) & known).sum()),
        "blocks": layout.blocks,
        "blocks_left_out": int((~whole).sum()),
        "mean": float(numbers.mean()) if numbers.size else np.nan,
        "spread": float(numbers.std(ddof=1)) if numbers.size > 1 else np.nan,
        "least": float(numbers.min()) if numbers.size else np.nan,
        "most": float(numbers.max()) if numbers.size else np.nan,
        "varies": varies(points),
    }
    yield from _of_chance(layout, each)
    if varies(points):
        yield from {"morris": _screened, "indices": _decomposed, "correlations": _correlated}[layout.method](layout, points)


def _of_chance(layout: Layout, each: np.ndarray) -> Iterator[tuple[str, Row]]:
    found = chance(layout, each)
    for of, number, share in () if found is None else (("run", 1, found.run), ("mean", found.seeds, found.mean)):
        luck = np.nansum((found.common, found.own))
        yield "chance", {
            "of": of,
            "seeds": number,
            "points": found.points,
            "variance_parameters": found.point,
            "variance_chance": luck / number,
            "common_share": found.common / luck if luck > 0 else np.nan,
            "share": share.share,
            "low": share.low,
            "high": share.high,
        }


def _screened(layout: Layout, points: np.ndarray) -> Iterator[tuple[str, Row]]:
    found = screen(layout, points)
    if found is None:
        return
    told, rank = found.above_luck, _ranks(layout, found.mu_star)
    for k in _in_order(rank):
        yield "morris", {
            "rank": rank[k], "factor": layout.names[k], "mu": found.mu[k], "mu_star": found.mu_star[k], "low": found.low[k],
            "high": found.high[k], "sigma": found.sigma[k], "told_apart": told[k],
        }  # fmt: skip


def _decomposed(layout: Layout, points: np.ndarray) -> Iterator[tuple[str, Row]]:
    found = indices(layout, points)
    if found is None:
        return
    told, rank = _above_luck(layout, *found.total_ends.T), _ranks(layout, found.total)
    for k in _in_order(rank):
        first, total = found.first_ends[k], found.total_ends[k]
        yield "indices", {
            "rank": rank[k], "factor": layout.names[k], "first": found.first[k], "first_low": first[0], "first_high": first[1],
            "total": found.total[k], "total_low": total[0], "total_high": total[1], "told_apart": told[k],
        }  # fmt: skip
    for pair in sorted(found.pairs, key=lambda pair: -pair.index):
        yield "pairs", {"factor": pair.one, "other": pair.other, "second": pair.index, "low": pair.low, "high": pair.high}


def _correlated(layout: Layout, points: np.ndarray) -> Iterator[tuple[str, Row]]:
    found = correlate(layout, points)
    if found is None:
        return
    rank = _ranks(layout, np.abs(found.correlation))
    for k in _in_order(rank):
        low, high = found.ends[k]
        told = None if k == layout.luck else bool(low > 0 or high < 0)
        yield "correlations", {
            "rank": rank[k], "factor": layout.names[k], "correlation": found.correlation[k], "low": low, "high": high, "told_apart": told,
        }  # fmt: skip


def _above_luck(layout: Layout, low: np.ndarray, high: np.ndarray) -> list[bool | None]:
    """Whether each interval lies above that of luck; None for luck itself, and where there is none."""
    luck = layout.luck
    return [None if luck is None or k == luck else bool(low[k] > high[luck]) for k in range(len(low))]


def _ranks(layout: Layout, sizes: np.ndarray) -> list[int | None]:
    """1 for the largest; None for luck. Equals keep the order of the design."""
    order = [k for k in np.argsort(-sizes, kind="stable") if k != layout.luck]
    return [order.index(k) + 1 if k in order else None for k in range(len(sizes))]


def _in_order(ranks: list[int | None]) -> list[int]:
    """Which factor comes first, luck last."""
    return sorted(range(len(ranks)), key=lambda k: len(ranks) + 1 if ranks[k] is None else ranks[k])
