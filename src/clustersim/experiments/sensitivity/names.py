"""Short names of factors, for figures and tables: the part of the model and the number."""

from collections.abc import Sequence

__all__ = ["short_names"]

_SEEN = ("processes", "measures", "funders", "purposes")  # floors of a path that what follows makes plain


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """`processes.meeting.decay_km` as `meeting: decay_km`; the whole path where two would be called the same."""
    short = {path: _short(path) for path in paths}
    called = list(short.values())
    return {path: path if called.count(name) > 1 else name for path, name in short.items()}


def _short(path: str) -> str:
    parts = path.split(".")
    parts = parts[1:] if len(parts) > 2 and parts[0] in _SEEN else parts
    return ": ".join((".".join(parts[:-1]), parts[-1])) if len(parts) > 1 else path
