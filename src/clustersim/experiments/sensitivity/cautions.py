"""Cautions: what a reader must know before the numbers of a sensitivity analysis, a sentence each."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clustersim.experiments.sensitivity.layout import Layout
from clustersim.experiments.sensitivity.quantities import LEAST_SEEDS_SHARE, Quantity
from clustersim.experiments.sweeps.designs import LUCK

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEW_TRAJECTORIES", "WIDE", "cautions"]

FEW_TRAJECTORIES = 10  # the least that is usual (Saltelli et al. 2004); Sarrazin et al. 2016 find more to be needed
WIDE = 0.1  # half-width of an interval of a total index; Sarrazin, Pianosi & Wagener 2016 ask for a width of .05
_BLOCKS = {"morris": "trajectories", "indices": "base rows", "correlations": "points"}


def cautions(layout: Layout, tables: "Mapping[str, pd.DataFrame]") -> list[str]:
    """Everything to say, of the design first and then of the quantities; what holds for several is said once."""
    said = []
    if layout.luck is None and layout.method != "correlations":
        said.append("the design has no factor of luck: nothing shows which effects are larger than what other seeds alone do")
    if layout.kind == "morris" and layout.blocks < FEW_TRAJECTORIES:
        said.append(f"{layout.blocks} trajectories are few: take {FEW_TRAJECTORIES} or more before a factor is left out")
    several = tables["quantities"]["combination"].nunique() > 1
    alike: dict[str, list[str]] = {}
    for row in tables["quantities"].to_dict("records"):
        ours = {name: _of(table, row) for name, table in tables.items() if name not in ("factors", "quantities")}
        name = Quantity(row["outcome"], row["statistic"]).said
        for sentence in _of_quantity(layout, row, ours):
            alike.setdefault(sentence, []).append(f"{name} ({row['combination']})" if several else name)
    everything = len(tables["quantities"])
    return said + [f"{_named(names, everything)}: {sentence}" for sentence, names in alike.items()]


def _named(names: list[str], everything: int) -> str:
    return "everything that was asked" if len(names) == everything > 1 else ", ".join(names)


def _of(table: "pd.DataFrame", row: Mapping[str, Any]) -> "pd.DataFrame":
    same = [table[name] == row[name] for name in ("combination", "outcome", "statistic")]
    return table[same[0] & same[1] & same[2]]


def _of_quantity(layout: Layout, row: Mapping[str, Any], tables: "Mapping[str, pd.DataFrame]") -> Iterator[str]:
    if row["points_without"] == row["points"]:
        yield "no point has a number: every run failed, or the outcome is defined in none"
        return
    if row["blocks_left_out"]:
        left = f"{row['blocks_left_out']} of {row['blocks']} {_BLOCKS[layout.method]} were left out"
        yield f"{left}, because a point has no number; if runs fail where parameters are extreme, so do the results"
    if row["points_short"]:
        short = f"{row['points_short']} of {row['points']} points"
        yield f"{short} rest on a part of their seeds, at least {LEAST_SEEDS_SHARE:.0%}: their means carry more luck"
    if not row["varies"]:
        yield f"does not vary: it is {row['mean']:.3g} at every point, so no factor decides it within these intervals"
        return
    answered = tables.get(layout.method)
    if answered is None or answered.empty:
        yield f"too few whole {_BLOCKS[layout.method]} on which it varies to tell what decides it"
    elif layout.method == "indices":
        yield from _of_indices(answered)
    if "chance" not in tables or tables["chance"].empty:
        yield "with one seed a point, or hardly any point with all seeds, the share of chance cannot be told"


def _of_indices(table: "pd.DataFrame") -> Iterator[str]:
    half = (table["total_high"] - table["total_low"]) / 2
    if half.max() > WIDE:
        widest = table.loc[half.idxmax()]
        yield (
            f"the interval of the total index of {widest['factor']} is {widest['total_low']:.2f} to {widest['total_high']:.2f}: "
            "too few base rows; double the base of the design"
        )
    sure = table.loc[table["first_high"] < 0, "factor"]
    if len(sure):
        yield (
            f"the first-order index of {', '.join(sure)} is below zero with its whole interval, which no index can be: "
            "the base of the design is too small"
        )
    elif (table["first"] < 0).any():
        yield "first-order indices below zero are sampling error and stand for none"
    together = table.loc[table["factor"] != LUCK, "first"].sum()
    if together > 1 + WIDE:
        yield f"first-order indices add up to {together:.2f}, which cannot be more than 1: too few base rows"
