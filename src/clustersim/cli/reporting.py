"""`clustersim report`: a comparison as one page, for people who decide."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clustersim.cli.asking import MISTAKE, complain


class Language(StrEnum):
    """The languages of the report."""

    ENGLISH = "en"
    FRENCH = "fr"


def report(
    comparison: Annotated[Path, typer.Argument(metavar="COMPARISON", help="Folder of a comparison, as `clustersim compare` wrote it.")],
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.ENGLISH,
) -> None:
    """Write a comparison as one self-contained page, report.html (report.fr.html in French), into its folder."""
    from clustersim.report.page.build import build
    from clustersim.results import ResultsError

    try:
        typer.echo(build(comparison, lang.value))
    except ResultsError as error:
        complain(str(error), MISTAKE)
