"""The drawing program: JavaScript that the page and replays carry inside themselves."""

import json
from functools import cache
from importlib.resources import files

from clustersim.app import look

__all__ = ["PARTS", "PARTS_OF_REPLAYS", "program", "replay_program", "replay_style"]

# in the order in which they are joined: each knows those before it
PARTS = (
    "contents", "worlds", "recording", "canvas", "symbols", "organisations", "clusters", "map", "steering", "network", "courses", "bars",
    "arranging",
)  # fmt: skip
PARTS_OF_REPLAYS = ("opening", "lines", "legend", "telling", "passing", "hands")
_HERE = files(__package__)


@cache
def program() -> str:
    """All parts as one, to be set between script tags. They share a scope, of which `window.clustersim` alone is seen from outside."""
    look_of_all, parts = json.dumps(look.told()), _joined("program", PARTS)
    return f'(function () {{\n"use strict";\nconst LOOK = {look_of_all};\n{parts}\nwindow.clustersim = clustersim;\n}})();\n'


@cache
def replay_program() -> str:
    """What the page of a replay does with the drawing program, which must come before it."""
    return f'(async function () {{\n"use strict";\n{_joined("replay", PARTS_OF_REPLAYS)}}})();\n'


def replay_style() -> str:
    """The look of the page of a replay."""
    return (_HERE / "replay" / "replay.css").read_text(encoding="utf-8")


def _joined(folder: str, parts: tuple[str, ...]) -> str:
    return "\n".join((_HERE / folder / f"{part}.js").read_text(encoding="utf-8") for part in parts)
