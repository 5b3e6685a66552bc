"""`clustersim report`: a comparison as one page, for people who decide."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clustersim.cli.asking import MISTAKE, complain

MANIFEST = "comparison.json"


class Language(StrEnum):
    """The languages of the report."""

    ENGLISH = "en"
    FRENCH = "fr"


def report(
    comparison: Annotated[
        Path, typer.Argument(metavar="COMPARISON", help="Folder of a comparison, or one that holds several: then the newest of them.")
    ],
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.ENGLISH,
) -> None:
    """Write a comparison as one self-contained page, report.html (report.fr.html in French), into its folder."""
    from clustersim.report.page.build import build
    from clustersim.results import ResultsError

    try:
        typer.echo(build(_newest(comparison), lang.value))
    except ResultsError as error:
        complain(str(error), MISTAKE)


def _newest(folder: Path) -> Path:
    """The folder itself, or the newest comparison right inside it."""
    inside = [] if (folder / MANIFEST).exists() else list(folder.glob(f"*/{MANIFEST}"))
    return max(inside, key=lambda manifest: manifest.stat().st_mtime).parent if inside else folder
