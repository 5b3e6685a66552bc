"""A sensitivity analysis read from its folder: what was varied, how it went, and its tables."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim import durable
from clustersim.report.page import files
from clustersim.report.page.language import Language
from clustersim.results import ResultsError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["METHODS", "Combination", "StoredSensitivity", "read"]

AGAIN = "Run `clustersim sensitivity` again to write it anew"
METHODS = ("morris", "indices", "correlations")
_KEY = ("combination", "outcome", "statistic")
# what the report reads of each table; a table may hold more
COLUMNS = {
    "factors": ("factor", "name", "role", "low", "high", "default", "unit", "distribution", "source", "meaning"),
    "quantities": (*_KEY, "unit", "points", "points_without", "blocks", "blocks_left_out", "mean", "spread", "least", "most", "varies"),
    "morris": (*_KEY, "rank", "factor", "mu", "mu_star", "low", "high", "sigma", "told_apart"),
    "indices": (
        *_KEY, "rank", "factor", "first", "first_low", "first_high", "total", "total_low", "total_high", "told_apart",
    ),
    "pairs": (*_KEY, "factor", "other", "second", "low", "high"),
    "correlations": (*_KEY, "rank", "factor", "correlation", "low", "high", "told_apart"),
    "chance": (*_KEY, "of", "seeds", "points", "common_share", "share", "low", "high"),
}  # fmt: skip
NEEDED = ("factors", "quantities")


@dataclass(frozen=True)
class Combination:
    """What is analysed by itself.

    Attributes:
        label: As tables name it.
        scenario: Name of its scenario.
        title: The scenario's title.
        changes: Crossed values, as path and value in words.
    """

    label: str
    scenario: str
    title: str
    changes: tuple[tuple[str, str], ...]

    def said(self, language: Language) -> str:
        """What it is called."""
        title = language.title(self.scenario, self.title)
        return "; ".join([title, *(f"{path} = {value}" for path, value in self.changes)])


@dataclass(frozen=True)
class StoredSensitivity:
    """A sensitivity analysis on the disk.

    Attributes:
        folder: Where it lies.
        manifest: What its manifest says.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def method(self) -> str:
        """One of `METHODS`; also the table that answers."""
        return self.manifest["design"]["method"]

    @property
    def seeds(self) -> list[int]:
        """The seeds of a point."""
        return self.manifest["seeds"]

    @property
    def months(self) -> int:
        """Months of the scenarios."""
        return self.manifest["months"]

    @property
    def combinations(self) -> list[Combination]:
        """What is analysed by itself: scenarios, with crossed values of levers."""
        return [
            Combination(each["label"], each["scenario"], each["title"], _crossed(each))
            for each in self.manifest["combinations"]
        ]

    @cached_property
    def tables(self) -> dict[str, "pd.DataFrame"]:
        """The tables; one that says nothing in this analysis has no rows."""
        return {
            name: files.table(self.folder / "tables" / f"{name}.csv", columns, AGAIN, needed=name in NEEDED)
            for name, columns in COLUMNS.items()
        }

    @cached_property
    def names(self) -> dict[str, str]:
        """Short name of each factor by its path."""
        factors = self.tables["factors"]
        return dict(zip(factors["factor"], factors["name"], strict=True))


def read(folder: Path) -> StoredSensitivity:
    """Read the analysis in `folder`; its tables are read when asked for.

    Raises:
        ResultsError: if there is none, or a file is missing, changed or cannot be read.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        kind, method, written = manifest["kind"], manifest.get("design", {}).get("method"), manifest["files"]
    except FileNotFoundError:
        remedy = "Run `clustersim sensitivity` on the sweep first"
        raise ResultsError(f"no sensitivity analysis in {folder} (manifest.json is missing)", remedy) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"manifest.json in {folder} cannot be read ({error!r})", AGAIN) from error
    if kind != "sensitivity" or method not in METHODS:
        raise ResultsError(f"{folder} holds no sensitivity analysis", "Name the folder that `clustersim sensitivity` wrote")
    durable.check_files(folder, written, AGAIN)
    return StoredSensitivity(folder, manifest)


def _crossed(said: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((path, str(value)) for path, value in said["crossed"].items())
