"""What is saved from the page as a file: which export, of which world, under which name."""

from dataclasses import dataclass

from clustersim.app import exports
from clustersim.app.world import LivedWorld

__all__ = ["KINDS", "File", "file_of"]

# what can be saved: ending and kind of the file
KINDS = {
    "picture_png": ("png", "image/png"),
    "picture_svg": ("svg", "image/svg+xml"),
    "series": ("csv", "text/csv"),
    "tables": ("zip", "application/zip"),
    "animation": ("gif", "image/gif"),
    "settings": ("toml", "application/toml"),
}


@dataclass(frozen=True)
class File:
    """A file to be saved.

    Attributes:
        name: What it is called.
        kind: Its media type.
        content: Its bytes.
    """

    name: str
    kind: str
    content: bytes


def file_of(what: str, world: LivedWorld, month: int, code: str) -> File:
    """An export of a world: pictures of the month that is shown, series and tables and settings as of the last month that was lived; an
    animation of the months until then that are kept.

    Raises:
        KeyError: for an export that there is not.
    """
    ending, kind = KINDS[what]
    with world.at_rest() as simulation:
        recorder, memory = world.recorder, world.memory
        scenario, seed, lived = simulation.scenario, simulation.seed, simulation.month
        stem = f"{scenario.name}-seed{seed}"
        if what == "settings":
            # a run needs a month at least, so that there is nothing to compare with before the first
            known = {"month": lived, "state_hash": simulation.state.hash()} if lived else {}
            return File(f"{stem}.{ending}", kind, exports.scenario_file(scenario, seed, **known))
        if what == "series":
            return File(f"{stem}-series.{ending}", kind, exports.series_csv(simulation))
        if what == "tables":
            return File(f"{stem}-month{lived}-tables.{ending}", kind, exports.tables_zip(simulation))
        everybody = recorder.everybody
    # snapshots never change, so that drawing them need not hold up the months
    if what == "animation":
        content = exports.animation_gif(recorder.world, everybody, memory.until(month), code)
    else:
        draw = exports.picture_png if what == "picture_png" else exports.picture_svg
        content = draw(recorder.world, everybody, memory[month], code)
    return File(f"{stem}-month{month}.{ending}", kind, content)
