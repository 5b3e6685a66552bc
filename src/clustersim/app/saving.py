"""What is saved from the page as a file: which export, of which world, under which name."""

from collections.abc import Callable
from dataclasses import dataclass

from clustersim.app import exports
from clustersim.app.world import LivedWorld

__all__ = ["KINDS", "File", "file_of", "file_to_make"]

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
        KeyError: for an export that there is not, or a picture of a month that is not kept.
    """
    return file_to_make(what, world, month, code)()


def file_to_make(what: str, world: LivedWorld, month: int, code: str) -> Callable[[], File]:
    """What makes that export, in another thread and as long as it takes. The months that it shows are taken now, a copy of the state when
    it begins: meanwhile the world lives on, forgets older months, or goes back to its beginning.
    """
    ending, kind = KINDS[what]
    recorder, kept = world.recorder, {snapshot.month: snapshot for snapshot in world.memory.until(month)}
    everybody = recorder.everybody
    stem = f"{world.scenario.name}-seed{world.simulation.seed}"

    def drawn() -> File:
        if what == "animation":
            content = exports.animation_gif(recorder.world, everybody, list(kept.values()), code)
        else:
            draw = exports.picture_png if what == "picture_png" else exports.picture_svg
            content = draw(recorder.world, everybody, kept[month], code)
        return File(f"{stem}-month{month}.{ending}", kind, content)

    def counted() -> File:
        simulation = world.still()
        lived = simulation.month
        if what == "series":
            return File(f"{stem}-series.{ending}", kind, exports.series_csv(simulation))
        if what == "tables":
            return File(f"{stem}-month{lived}-tables.{ending}", kind, exports.tables_zip(simulation))
        # a run needs a month at least, so that there is nothing to compare with before the first
        known = {"month": lived, "state_hash": simulation.state.hash()} if lived else {}
        own_model = "" if type(world.model).__module__.startswith("clustersim.") or world.model is None else type(world.model).__name__
        return File(f"{stem}.{ending}", kind, exports.scenario_file(simulation.scenario, simulation.seed, own_model=own_model, **known))

    return counted if what in ("series", "tables", "settings") else drawn
