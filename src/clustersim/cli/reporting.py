"""`clustersim report`: a comparison, or what decides a sweep, as one page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clustersim.cli.asking import MISTAKE, complain
from clustersim.cli.finding import note_disagreement

COMPARISON, MANIFEST, ANALYSIS = "comparison.json", "manifest.json", "sensitivity"


class Language(StrEnum):
    """The languages of the report."""

    ENGLISH = "en"
    FRENCH = "fr"


def report(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Folder of a comparison, or of a sweep with its sensitivity; or one that holds several: then the newest."
        ),
    ],
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.ENGLISH,
) -> None:
    """Write a comparison, or what decides a sweep, as one self-contained page, report.html (report.fr.html), into its folder."""
    from clustersim.report.page.build import build
    from clustersim.report.sensitivity import page
    from clustersim.results import ResultsError

    found = _newest(folder)
    analysis = _analysis(found)
    if analysis is not None:
        note_disagreement(analysis)
    try:
        typer.echo(build(found, lang.value) if analysis is None else page.build(analysis, lang.value))
    except ResultsError as error:
        complain(str(error), MISTAKE)


def _newest(folder: Path) -> Path:
    """The folder itself, or the newest comparison or analysed sweep in one of the folders of it, or of those: `--out` is two floors up."""
    if (folder / COMPARISON).exists() or _analysis(folder) is not None:
        return folder
    kept = (COMPARISON, f"{ANALYSIS}/{MANIFEST}")
    inside = [manifest for floors in ("*", "*/*") for name in kept for manifest in folder.glob(f"{floors}/{name}")]
    newest = max(inside, key=lambda manifest: manifest.stat().st_mtime, default=None)
    return folder if newest is None else newest.parent


def _analysis(folder: Path) -> Path | None:
    """Where the sensitivity analysis of a folder is, or ought to be; None where the folder is not of a sweep."""
    kind = _kind(folder)
    if kind == ANALYSIS:
        return folder
    return folder / ANALYSIS if kind == "sweep" or _kind(folder / ANALYSIS) == ANALYSIS else None


def _kind(folder: Path) -> str | None:
    """What a manifest says that its folder holds."""
    import json

    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return said.get("kind") if isinstance(said, dict) else None
