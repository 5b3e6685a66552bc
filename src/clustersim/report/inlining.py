"""A figure as part of a page: SVG whose letters are text in the page's own font, the same to the byte for the same figure."""

import re
import textwrap
from collections.abc import Callable
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from clustersim.report.style import LOOK

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from clustersim.report.page.folder import Arm

__all__ = ["PAGE_LOOK", "WIDTH", "inline", "named", "number_ticks"]

WIDTH = 9.2  # inches; the page shows every figure as wide as its text
PAGE_DOTS = 150  # dots per inch of what is drawn as a picture within a figure
PAGE_LOOK = {**LOOK, "svg.fonttype": "none", "text.parse_math": False, "axes.grid": False}
_NOTHING = {"Date": None, "Creator": None, "Format": None, "Type": None}
_NAMED = re.compile(r'(\bid="|url\(#|href="#)')
_SIZE = re.compile(r' width="[\d.]+pt" height="[\d.]+pt"')


def inline(figure: "Figure", name: str) -> str:
    """The figure as an SVG element; its identifiers begin with `name`, so that several stand on one page."""
    import matplotlib

    file = StringIO()
    with matplotlib.rc_context(PAGE_LOOK):
        figure.savefig(file, format="svg", dpi=PAGE_DOTS, metadata=_NOTHING)
    text = file.getvalue()
    text = _NAMED.sub(rf"\g<1>{name}-", text[text.index("<svg") :])
    return _SIZE.sub("", text, count=1).replace("<svg ", '<svg aria-hidden="true" ', 1).strip()


def named(arm: "Arm", letters: int) -> str:
    """Number and title of an arm in at most two lines."""
    return "\n".join(textwrap.wrap(f"{arm.number}  {arm.title}" if arm.number else arm.title, letters, max_lines=2, placeholder=" …"))


def number_ticks(axis: "Axis", said: Callable[[float, int], str], most: int = 4) -> None:
    """Few round ticks on an axis, written by `said(value, decimals)`."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))

    def written(value: float, _: Any) -> str:
        ticks = axis.get_majorticklocs()
        step = min((b - a for a, b in pairwise(ticks)), default=1.0)
        places = next((n for n in range(7) if abs(step * 10**n - round(step * 10**n)) < 1e-6 * step * 10**n), 6)
        return said(0.0 if abs(value) < 1e-9 * step else value, places)

    axis.set_major_formatter(FuncFormatter(written))
