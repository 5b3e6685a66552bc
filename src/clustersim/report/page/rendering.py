"""A page in HTML: a template filled in, with the style inside, so that it needs nothing else."""

from importlib.resources import files
from typing import Any

from clustersim.report.page.language import Language

__all__ = ["render"]


def render(name: str, values: dict[str, Any], speaking: Language) -> str:
    """A template with what it shows, as a page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("clustersim.report.page"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = Markup((files("clustersim.report.page") / "style.css").read_text(encoding="utf-8"))
    template = environment.get_template(name)
    page = template.render(values, say=speaking.say, points=speaking.points, language=speaking, style=style, markup=Markup)
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"
