"""The page made: everything the templates show, filled in and written as one file that needs nothing else."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from clustersim.report.comparison_figures import pictures
from clustersim.report.page import evidence, first_page, folder, making, own_tables, sheets
from clustersim.report.page.grids import grids
from clustersim.report.page.language import Language, language
from clustersim.report.page.readings import contrasts, unit_of
from clustersim.report.page.rendering import render
from clustersim.results import ResultsError

__all__ = ["build", "content"]

# where the page goes on after its first part: place on the page, key of its heading
PARTS = (
    ("part-effects", "effects"), ("part-money", "money"), ("part-paths", "paths"), ("part-maps", "maps"), ("part-gains", "gains"),
    ("sheets", "sheets"), ("grades", "grades"), ("limits", "limits"), ("sureness", "sureness"), ("making", "making"), ("annex", "appendix"),
)  # fmt: skip


def build(comparison: str | os.PathLike[str], code: str = "en") -> Path:
    """Write the report of a comparison into its folder, and return the file: `report.html`, or `report.fr.html` in French.

    Args:
        comparison: Folder of the comparison.
        code: The language, one of `LANGUAGES`.

    Raises:
        ResultsError: if the folder holds no comparison, or it cannot be read or written.
    """
    speaking = language(code)
    stored = folder.read(Path(comparison)).spoken(speaking)
    own_tables.write(stored, evidence.graded(stored))
    shown = content(stored, speaking)
    ending = "" if code == "en" else f".{code}"
    path, figures = stored.folder / f"report{ending}.html", stored.folder / "figures"
    try:
        path.write_text(render("page.html.j2", shown, speaking), encoding="utf-8", newline="\n")
        figures.mkdir(exist_ok=True)
        for picture in shown["pictures"]:
            (figures / f"{picture.name}{ending}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ResultsError(f"cannot write {path}: {error}", "Check free space and rights") from error
    return path


def content(stored: folder.StoredComparison, speaking: Language) -> dict[str, Any]:
    """All that the templates show."""
    found, numbers = contrasts(stored), evidence.graded(stored)
    counted = evidence.counts(numbers)
    return {
        "stored": stored,
        **making.facts(stored, found, speaking),
        "compared": first_page.compared(stored, speaking),
        "headlines": first_page.headlines(stored, found, speaking),
        "rows": first_page.rows(stored, found, numbers, speaking),
        "pictures": pictures(stored, found, speaking),
        "grids": grids(stored, found, speaking),
        "sheets": sheets.sheets(stored, numbers, speaking),
        "grades": counted,
        "known_grades": evidence.GRADES,
        "units": {outcome: unit_of(outcome, stored.months, speaking) for outcome in stored.headlines},
        "total": sum((count for *_, count in counted), start=Counter()),
        "weak": sheets.weak(numbers, speaking),
        "parts": PARTS,
        "own_workbook": own_tables.WORKBOOK,
    }
