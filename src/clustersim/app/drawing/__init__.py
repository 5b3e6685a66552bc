"""The drawing: one JavaScript file that the app and replays carry inside their pages."""

from importlib.resources import files

__all__ = ["script"]


def script() -> str:
    """`clustersim.js`, to be set between script tags."""
    return (files(__package__) / "clustersim.js").read_text(encoding="utf-8")
