"""Cautions: what a reader must know before the numbers of a sensitivity analysis, a sentence each."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clustersim.experiments.sensitivity.layout import LUCK, Layout
from clustersim.experiments.sensitivity.quantities import LEAST_SEEDS_SHARE, Quantity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEW_TRAJECTORIES", "WIDE", "cautions"]

FEW_TRAJECTORIES = 10  # the least that is usual (Saltelli et al. 2004); Sarrazin et al. 2016 find more to be needed
WIDE = 0.1  # half-width of an interval of a total index; Sarrazin, Pianosi & Wagener 2016 ask for a width of .05
_BLOCKS = {"morris": "trajectories", "indices": "base rows", "correlations": "points"}


def cautions(layout: Layout, tables: "Mapping[str, pd.DataFrame]") -> list[str]:
    """Everything to say, of the design first and then of each quantity."""
    said = []
    if layout.luck is None and layout.method != "correlations":
        said.append("the design has no factor of luck: nothing shows which effects are larger than what other seeds alone do")
    if layout.kind == "morris" and layout.blocks < FEW_TRAJECTORIES:
        said.append(f"{layout.blocks} trajectories are few: take {FEW_TRAJECTORIES} or more before a factor is left out")
    several = tables["quantities"]["combination"].nunique() > 1
    for row in tables["quantities"].to_dict("records"):
        ours = {name: _of(table, row) for name, table in tables.items() if name not in ("factors", "quantities")}
        for sentence in _of_quantity(layout, row, ours):
            said.append(f"{row['combination']}, {sentence}" if several else sentence)
    return said


def _of(table: "pd.DataFrame", row: Mapping[str, Any]) -> "pd.DataFrame":
    same = [table[name] == row[name] for name in ("combination", "outcome", "statistic")]
    return table[same[0] & same[1] & same[2]]


def _of_quantity(layout: Layout, row: Mapping[str, Any], tables: "Mapping[str, pd.DataFrame]") -> Iterator[str]:
    name = Quantity(row["outcome"], row["statistic"]).said
    if row["points_without"] == row["points"]:
        yield f"{name}: no point has a number: every run failed, or the outcome is defined in none"
        return
    if row["blocks_left_out"]:
        left = f"{row['blocks_left_out']} of {row['blocks']} {_BLOCKS[layout.method]} were left out"
        yield f"{name}: {left}, because a point has no number; if runs fail where parameters are extreme, so do the results"
    if row["points_short"]:
        least = f"{LEAST_SEEDS_SHARE:.0%}"
        yield f"{name}: {row['points_short']} points rest on a part of their seeds, {least} or more: their means carry more luck"
    if not row["varies"]:
        yield f"{name} does not vary: it is {row['mean']:.3g} at every point, so no factor decides it within these intervals"
        return
    answered = tables.get(layout.method)
    if answered is None or answered.empty:
        yield f"{name}: too few whole {_BLOCKS[layout.method]} on which it varies to tell what decides it"
    elif layout.method == "indices":
        yield from _of_indices(name, answered)
    if "chance" not in tables or tables["chance"].empty:
        yield f"{name}: with one seed a point, or hardly any point with all seeds, the share of chance cannot be told"


def _of_indices(name: str, table: "pd.DataFrame") -> Iterator[str]:
    half = (table["total_high"] - table["total_low"]) / 2
    if half.max() > WIDE:
        widest = table.loc[half.idxmax()]
        yield (
            f"{name}: the interval of the total index of {widest['factor']} is {widest['total_low']:.2f} to {widest['total_high']:.2f}: "
            "too few base rows; double the base of the design"
        )
    negative = table[table["first"] < 0]
    sure = negative[negative["first_high"] < 0]
    if len(sure):
        yield (
            f"{name}: the first-order index of {', '.join(sure['factor'])} is below zero with its whole interval, which no index can be: "
            "the base of the design is too small"
        )
    elif len(negative):
        yield f"{name}: first-order indices below zero ({', '.join(negative['factor'])}) are sampling error and stand for none"
    together = table.loc[table["factor"] != LUCK, "first"].sum()
    if together > 1 + WIDE:
        yield f"{name}: first-order indices add up to {together:.2f}, which cannot be more than 1: too few base rows"
