"""The figures of a sensitivity analysis: on the page with their words, and as files with a title."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clustersim.report import style
from clustersim.report.page.language import Language, language
from clustersim.report.picture import Picture, picture
from clustersim.report.sensitivity import folder
from clustersim.report.sensitivity.folder import StoredSensitivity
from clustersim.report.sensitivity.planes import plane
from clustersim.report.sensitivity.readings import Factor, Reading, readings
from clustersim.report.sensitivity.rows import MOST
from clustersim.report.sensitivity.shares import chance_shares, correlations, indices
from clustersim.report.sensitivity.words import size_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["pictures", "write"]

_HEAD = 0.8  # inches for a title in a file


def pictures(stored: StoredSensitivity, found: list[Reading], speaking: Language) -> Iterator[Picture]:
    """What decides each quantity of each combination, and how much of it is chance."""
    explained = False
    for number, combination in enumerate(stored.combinations):
        ours = [reading for reading in found if reading.combination == combination.label]
        for reading in ours:
            if reading.factors:
                name = f"{reading.method}_{reading.key}{_ending(stored, number)}"
                drawn = picture(
                    name,
                    str(number),
                    _figure(reading, stored.months, speaking),
                    f"tables/{reading.method}.csv",
                    " ".join([combination.said(speaking), *(_in_words(reading, factor, speaking) for factor in reading.factors[:MOST])]),
                    speaking,
                    _key(reading),
                    **_values(reading, speaking),
                )
                yield replace(drawn, caption="") if explained else drawn
                explained = True
        yield from _of_chance(stored, number, [reading for reading in ours if reading.run], speaking)


def _of_chance(stored: StoredSensitivity, number: int, ours: list[Reading], speaking: Language) -> Iterator[Picture]:
    if ours:
        said = [
            speaking.say("sensitivity.chance_said", what=reading.title(speaking), share=speaking.share(reading.run.share))
            for reading in ours
            if reading.run
        ]
        name = f"chance{_ending(stored, number)}"
        yield picture(name, str(number), chance_shares(ours, speaking), "tables/chance.csv", " ".join(said), speaking, "chance")


def write(path: Path) -> None:
    """Draw all figures into the folder of an analysis, in English, each as SVG and PNG.

    Raises:
        ResultsError: if the folder cannot be read.
    """
    stored, speaking = folder.read(path), language("en")
    figures = path / "figures"
    figures.mkdir(exist_ok=True)
    found = readings(stored)
    for number, combination in enumerate(stored.combinations):
        said = combination.said(speaking)
        ours = [reading for reading in found if reading.combination == combination.label]
        for reading in ours:
            if reading.factors:
                figure = _figure(reading, stored.months, speaking, _HEAD)
                style.entitle(figure, speaking.say(f"titles.{_key(reading)}", **_values(reading, speaking)), said)
                style.save(figure, figures / f"{reading.method}_{reading.key}{_ending(stored, number)}")
        if any(reading.run for reading in ours):
            figure = chance_shares([reading for reading in ours if reading.run], speaking, _HEAD)
            style.entitle(figure, speaking.say("titles.chance"), said)
            style.save(figure, figures / f"chance{_ending(stored, number)}")


def _figure(reading: Reading, months: int, speaking: Language, head: float = 0.0) -> "Figure":
    if reading.method == "morris":
        return plane(reading, months, speaking, head)
    return indices(reading, speaking, head) if reading.method == "indices" else correlations(reading, speaking, head)


def _key(reading: Reading) -> str:
    """Which title and caption: a figure that does not show all factors says so."""
    return f"{reading.method}_many" if len(reading.factors) > MOST else reading.method


def _values(reading: Reading, speaking: Language) -> dict[str, str]:
    """What the title of a figure is filled in with."""
    return {"what": reading.title(speaking), "shown": speaking.number(MOST), "factors": speaking.number(len(reading.factors))}


def _in_words(reading: Reading, factor: Factor, speaking: Language) -> str:
    return speaking.say("format.of", whole=factor.name, part=size_of(reading, factor, speaking)) + "."


def _ending(stored: StoredSensitivity, number: int) -> str:
    """What tells figures of several combinations apart."""
    return f"-{number + 1}" if len(stored.combinations) > 1 else ""
