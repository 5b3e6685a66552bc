"""The drawing program: JavaScript that the page and replays carry inside themselves."""

import json
from functools import cache
from importlib.resources import files

from clustersim.app import look

__all__ = ["PARTS", "program"]

# in the order in which they are joined: each knows those before it
PARTS = (
    "contents", "worlds", "recording", "canvas", "symbols", "organisations", "clusters", "map", "steering", "network", "courses", "bars",
    "arranging",
)  # fmt: skip


@cache
def program() -> str:
    """All parts as one, to be set between script tags. They share a scope, of which `window.clustersim` alone is seen from outside."""
    folder = files(__package__) / "program"
    parts = "\n".join((folder / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)
    return f'(function () {{\n"use strict";\nconst LOOK = {json.dumps(look.told())};\n{parts}\nwindow.clustersim = clustersim;\n}})();\n'
