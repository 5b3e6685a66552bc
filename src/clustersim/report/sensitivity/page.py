"""The page of a sensitivity analysis: one file that needs nothing else, in English or French."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clustersim.report.page.language import Language, language
from clustersim.report.page.rendering import render
from clustersim.report.sensitivity import folder
from clustersim.report.sensitivity.figures import pictures
from clustersim.report.sensitivity.folder import StoredSensitivity
from clustersim.report.sensitivity.grids import grids
from clustersim.report.sensitivity.readings import Reading, readings
from clustersim.report.sensitivity.words import answer, luck_of, undecided
from clustersim.results import ResultsError

__all__ = ["build", "content"]

FEW_SEEDS = 10  # under so many the chance that something emerges is known in steps of more than a tenth
MOST_FAILURES = 20  # told one by one


@dataclass(frozen=True)
class Answer:
    """What decides one quantity, in words: a line a factor, what cannot be told apart, and how much is luck
    with its interval."""

    title: str
    unit: str
    lines: list[str]
    undecided: str
    run: tuple[str, str]
    mean: tuple[str, str]


def build(analysis: str | os.PathLike[str], code: str = "en") -> Path:
    """Write the page of an analysis into its folder, and return the file: `report.html`, or `report.fr.html` in French.

    Args:
        analysis: Folder of the analysis.
        code: The language, one of `LANGUAGES`.

    Raises:
        ResultsError: if the folder holds no analysis, or it cannot be read or written.
    """
    speaking, stored = language(code), folder.read(Path(analysis))
    page = render("sensitivity.html.j2", content(stored, speaking), speaking)
    path = stored.folder / f"report{'' if code == 'en' else f'.{code}'}.html"
    try:
        path.write_text(page, "utf-8", "backslashreplace", "\n")  # names of files need not be in UTF-8
    except OSError as error:
        raise ResultsError(f"cannot write {path}: {error}", "Check free space and rights") from error
    return path


def content(stored: StoredSensitivity, speaking: Language) -> dict[str, Any]:
    """All that the template shows."""
    found, said = readings(stored), stored.manifest
    return {
        "title": said["title"],
        "question": said["question"],
        "done": _done(stored, speaking),
        "method": stored.method,
        "caveats": _caveats(stored, found, speaking),
        "answers": [
            (each.said(speaking), [_answer(stored, reading, speaking) for reading in found if reading.combination == each.label])
            for each in stored.combinations
        ],
        "pictures": list(pictures(stored, found, speaking)),
        "grids": grids(stored, found, speaking),
        "warnings": said["warnings"],
        "failures": _failures(stored, speaking),
        "seeds": _seeds(stored, speaking),
        "design": speaking.say(
            f"designs.{said['design']['kind']}",
            points=speaking.number(said["design"]["points"]),
            blocks=speaking.number(said["design"]["blocks"]),
            factors=speaking.number(said["design"]["factors"]),
        ),
        "commands": said["commands"],
        "versions": said["versions"],
        "date": speaking.date(said["created"]),
    }


def _done(stored: StoredSensitivity, speaking: Language) -> str:
    """What was asked, in one sentence."""
    design = stored.manifest["design"]
    return speaking.say(
        "sensitivity.done",
        factors=speaking.number(design["factors"]),
        points=speaking.number(design["points"]),
        seeds=speaking.number(len(stored.seeds)),
        months=speaking.number(stored.months),
        scenarios=speaking.listed([speaking.say("sensitivity.quoted", text=each.said(speaking)) for each in stored.combinations]),
    )


def _answer(stored: StoredSensitivity, reading: Reading, speaking: Language) -> Answer:
    return Answer(
        reading.title(speaking),
        reading.unit(stored.months, speaking),
        answer(reading, speaking),
        undecided(reading, speaking),
        luck_of(reading.run, speaking),
        luck_of(reading.mean, speaking),
    )


def _caveats(stored: StoredSensitivity, found: list[Reading], speaking: Language) -> list[str]:
    """What a reader must know before the numbers."""
    said, caveats = stored.manifest, []
    if said["runs"]["missing"]:
        numbers = {name: speaking.number(said["runs"][name]) for name in ("missing", "asked")}
        left = max(int(reading.facts["blocks_left_out"]) for reading in found)
        caveats.append(speaking.say("sensitivity.missing", **numbers))
        caveats += [speaking.say(f"sensitivity.left_out_{stored.method}", left=speaking.number(left))] if left else []
    if not said["design"]["luck"] and stored.method != "correlations":
        caveats.append(speaking.say("sensitivity.without_luck"))
    if len(stored.seeds) < FEW_SEEDS:
        caveats.append(speaking.say("sensitivity.few_seeds", seeds=speaking.number(len(stored.seeds))))
    return caveats


def _failures(stored: StoredSensitivity, speaking: Language) -> list[str]:
    failures = stored.manifest["failures"]
    said = [speaking.say("sensitivity.failure", **failure) for failure in failures[:MOST_FAILURES]]
    more = len(failures) - len(said)
    return [*said, speaking.say("sensitivity.and_more", count=speaking.number(more))] if more > 0 else said


def _seeds(stored: StoredSensitivity, speaking: Language) -> str:
    seeds = stored.seeds
    said = speaking.say("making.seeds_range", first=seeds[0], last=seeds[-1], count=speaking.number(len(seeds)))
    return f"{said} {speaking.say('sensitivity.more_seeds')}" if stored.manifest["design"]["luck"] else said
