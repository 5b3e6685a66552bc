"""A figure with its words, as a page shows it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clustersim.report.inlining import inline
from clustersim.report.page.language import Language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "picture"]


@dataclass(frozen=True)
class Picture:
    """A figure on the page.

    Attributes:
        name: The same in every language; a link on the page.
        part: The part of the page it belongs to.
        title: What it shows.
        caption: How to read it.
        alternative: What a reader who cannot see it should know.
        source: The file with its numbers, relative to the folder; empty where there is none.
        svg: The drawing.
    """

    name: str
    part: str
    title: str
    caption: str
    alternative: str
    source: str
    svg: str


def picture(
    name: str, part: str, figure: "Figure", source: str, alternative: str, language: Language, key: str = "", **values: str
) -> Picture:
    """A figure with its words: `captions.KEY` and `titles.KEY`."""
    key = key or name
    title, caption = language.say(f"titles.{key}", **values), language.say(f"captions.{key}", **values)
    return Picture(name, part, title, caption, alternative, source, inline(figure, name))
