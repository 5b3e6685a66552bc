"""A table on a page, as words."""

from collections.abc import Iterable
from dataclasses import dataclass

from clustersim.report.page.language import Language

__all__ = ["Grid", "grid_of"]


@dataclass(frozen=True)
class Grid:
    """A table on the page.

    Attributes:
        name: `grids.NAME` in the catalogue holds its title and note; also its link on the page.
        heads: Names of the columns.
        rows: Cells in words.
        source: The CSV file with the same numbers, relative to the folder.
        words: How many columns at the left hold words.
        workbook: The workbook that has it too.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str
    words: int = 1
    workbook: str = "tables.xlsx"


def grid_of(name: str, heads: Iterable[str], rows: Iterable[Iterable[str]], source: str, language: Language, words: int = 1) -> Grid:
    """A table whose columns are named by `heads.HEAD` in the catalogue."""
    said = tuple(language.say(f"heads.{head}") for head in heads)
    return Grid(name, said, tuple(tuple(row) for row in rows), source, words)
