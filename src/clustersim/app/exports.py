"""What leaves the page as a file: pictures, an animation, series and tables, and the settings as a scenario file.

Each function gives the bytes of a file; the same month, run or scenario gives the same bytes.
"""

import csv
import io
import zipfile
from collections.abc import Sequence

from clustersim.app.drawing.words import words
from clustersim.app.picture import Picture, palette
from clustersim.app.snapshots import Newcomers, Snapshot, World
from clustersim.durable import version_of
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.tables import TABLES, frame

__all__ = ["animation_gif", "picture_png", "picture_svg", "scenario_file", "series_csv", "tables_zip"]

MOST_FRAMES = 240  # a longer animation nobody watches, and hardly anything opens
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same tables are the same file


def picture_png(world: World, everybody: Newcomers, snapshot: Snapshot, code: str = "en") -> bytes:
    """The map of a month with its legend, as PNG. `everybody` are the organisations known by then (`Recorder.everybody`)."""
    return Picture(world, everybody, words(code), snapshot.guests.names).show(snapshot).png()


def picture_svg(world: World, everybody: Newcomers, snapshot: Snapshot, code: str = "en") -> bytes:
    """The same as SVG."""
    return Picture(world, everybody, words(code), snapshot.guests.names).show(snapshot).svg()


def animation_gif(
    world: World, everybody: Newcomers, snapshots: Sequence[Snapshot], code: str = "en", *, months_per_second: float = 6.0
) -> bytes:
    """The months one after the other as a GIF; of more than `MOST_FRAMES` the first, the last and as many between, evenly spread.

    Raises:
        ValueError: if there is no month.
    """
    if not snapshots:
        raise ValueError("there is no month to show: live one first")
    picture, last = Picture(world, everybody, words(code), snapshots[-1].guests.names), len(snapshots) - 1
    count = min(len(snapshots), MOST_FRAMES)
    chosen = [snapshots[round(k * last / max(count - 1, 1))] for k in range(count)]
    colours = palette()
    frames = [picture.show(snapshot).image().quantize(palette=colours, dither=0) for snapshot in chosen]
    milliseconds = [max(20, round(1000 / months_per_second))] * (count - 1) + [2000]
    file = io.BytesIO()
    frames[0].save(file, format="GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0, optimize=True)
    return file.getvalue()


def series_csv(simulation: Simulation) -> bytes:
    """One row a month of the scenario so far, one column an observable; an empty cell where a value is not defined."""
    names = [o.name for o in World.of(simulation).observables]
    rows = simulation.series()[simulation.state.spin_up :]
    return _csv([["month", *names], *([month, *map(_cell, row.tolist())] for month, row in enumerate(rows, 1))])


def tables_zip(simulation: Simulation) -> bytes:
    """The series and all tables as they are now, as CSV files in a zip file; `columns.csv` tells unit and meaning of each column."""
    measures = [measure.name for measure in simulation.scenario.measures]
    told = [["table", "column", "unit", "meaning"]]
    told += [["series", "month", "month", "month of the scenario"]]
    told += [["series", o.name, o.unit, o.meaning] for o in World.of(simulation).observables]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)

        put("series.csv", series_csv(simulation))
        for name in TABLES:
            table = frame(name, simulation.state, simulation.territory, measures)
            told += [[name, column, fact["unit"], fact["meaning"]] for column, fact in table.attrs["columns"].items()]
            put(f"{name}.csv", table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
        put("columns.csv", _csv(told))
    return file.getvalue()


def scenario_file(
    scenario: Scenario, seed: int, *, month: int | None = None, state_hash: str | None = None, own_model: str = ""
) -> bytes:
    """The settings as a scenario file that extends nothing, with the command that lives it again to the bit.

    Args:
        scenario: What is set.
        seed: The replication, which is no part of a scenario.
        month: The month of `state_hash`, if there is one to compare with.
        state_hash: Digest of the state at the end of that month.
        own_model: The class of a Mesa user that lived it, which the command does not know; empty where there is none.
    """
    until = "" if month is None else f" --months {month}"
    same = f"without {own_model}, the model of your own that lived it here" if own_model else "the same world, to the bit"
    said = [
        f"Written by clustersim {version_of('clustersim')}. Save it as NAME.toml; {same}:",
        f"clustersim run NAME.toml --seed {seed}{until}",
    ]
    if state_hash is not None and not own_model:
        said.append(f"state hash after month {month}: {state_hash}")
    return ("".join(f"# {line}\n" for line in said) + "\n" + scenario.to_toml()).encode("utf-8")


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode("utf-8")


def _cell(value: float) -> str:
    """The shortest digits that give the same number again; whole numbers without a point."""
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
