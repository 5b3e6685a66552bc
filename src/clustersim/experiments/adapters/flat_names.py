"""Flat names: paths as tools spell them that take no dots. `processes.meeting.decay_km` is `processes__meeting__decay_km` there."""

__all__ = ["SCENARIO", "dotted", "flat"]

SCENARIO = "scenario_name"  # which of several scenarios; plain "scenario" means something else to some of these tools


def flat(path: str) -> str:
    """A path as one plain name."""
    return path.replace(".", "__")


def dotted(name: str) -> str:
    """The path that a plain name stands for."""
    return name.replace("__", ".")
