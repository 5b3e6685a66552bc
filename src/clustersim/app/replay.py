"""A stored run as one HTML file that plays it in any browser, without Python and without network.

Results hold the months' numbers, but of who was where and with whom only the end. So the scenario is lived again: results of the same
version are the same to the bit, and the state hash at the end proves it.
"""

import base64
import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from clustersim.app import recording
from clustersim.app.drawing import program, replay_program, replay_style
from clustersim.app.drawing.words import told_keys, words
from clustersim.app.recorder import Recorder
from clustersim.app.snapshots import Newcomers, Snapshot, World
from clustersim.durable import ResultsError, bring_to_disk, version_of
from clustersim.report.page.language import Language
from clustersim.results import RESULTS_VERSION, StoredRun, read
from clustersim.scenario import Scenario, ScenarioError
from clustersim.simulation import Simulation
from clustersim.state.organisations import KINDS

__all__ = ["page", "relive", "write_replay"]


def write_replay(
    results: str | os.PathLike[str], out: str | os.PathLike[str], code: str = "en", *, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write the replay of a run, whole or not at all, and return its file.

    Args:
        results: Folder of one run.
        out: The HTML file.
        code: Language of the page.
        progress: Called after every month with (months done, months in all), the spin-up counted.

    Raises:
        ResultsError: if the results cannot be read or lived again, or the file cannot be written.
    """
    stored = read(results)
    target = Path(out)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with _writing(target):  # before a run is lived for nothing
            if target.is_dir():
                raise IsADirectoryError("a folder of that name is there")
            part.touch()
            part.unlink()
        world, everybody, snapshots = relive(stored, progress)
        text = page(world, everybody, snapshots, stored.state_hash, code)
        with _writing(target):
            part.write_text(text, encoding="utf-8")
            bring_to_disk([part])
            part.replace(target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)  # whatever stopped it, Ctrl-C too
    return target


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultsError(f"cannot write {target}: {error}", "Check free space and rights, or choose another file") from error


def relive(stored: StoredRun, progress: Callable[[int, int], None] | None = None) -> tuple[World, Newcomers, list[Snapshot]]:
    """Live a stored run again: its world, its organisations, and its months from the eve of the first.

    Raises:
        ResultsError: if it ends otherwise than it did, or what it was made of is no longer there.
    """
    again = "Run the scenario again, and replay the new results"
    try:
        scenario = Scenario.load(stored.folder / "scenario.toml")
    except ScenarioError as error:
        raise ResultsError(f"the scenario in {stored.folder} cannot be lived again: {error}", "Put the lists it names back") from error
    if scenario.identity() != stored.scenario.identity():
        raise ResultsError(
            f"the scenario in {stored.folder} is not the one that was run: a list of places or organisations it names has changed", again
        )
    simulation = Simulation(scenario, stored.seed)
    length = scenario.run.spin_up + stored.months
    try:
        for done in range(scenario.run.spin_up):
            simulation.step()
            _tell(progress, done + 1, length)
        recorder = Recorder(simulation)
        snapshots = [recorder.look()]
        for done in range(scenario.run.spin_up, length):
            simulation.step()
            snapshots.append(recorder.look())
            _tell(progress, done + 1, length)
    finally:
        simulation.state.workers.close()
    if simulation.state.hash() != stored.state_hash:
        theirs = stored.manifest["versions"].get("clustersim", "of another version")
        raise ResultsError(
            f"lived again, {stored.folder} ends otherwise than it did when clustersim {theirs} wrote it",
            f"{again}, or replay it with the version that wrote it",
        )
    world = replace(recorder.world, name=stored.scenario.name)
    return world, recorder.everybody, snapshots


def page(world: World, everybody: Newcomers, snapshots: list[Snapshot], state_hash: str, code: str = "en") -> str:
    """The page that plays these months."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    say = words(code)
    environment = Environment(
        loader=PackageLoader("clustersim.app.drawing"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    packet = recording.bytes_of(world, everybody, snapshots)
    return environment.get_template("replay.html.j2").render(
        say=say,
        title=say.title(world.name, world.title),
        subtitle=say.say("replay.subtitle", territory=say.territory(world.territory), seed=world.seed),
        made=say.say(
            "replay.made",
            version=version_of("clustersim"),
            results=RESULTS_VERSION,
            hash=state_hash,
            months=snapshots[-1].month,
        ),
        told=_told(world, say),
        recording=base64.b64encode(packet).decode("ascii"),
        style=Markup(replay_style()),
        drawing=Markup(program()),
        script=Markup(replay_program()),
    )


def _told(world: World, say: Language) -> dict[str, object]:
    """What the page's script says, and how."""
    return {
        "locale": say.code,
        "texts": {key: say.texts[key] for key in told_keys()},
        "names": {
            "purposes": [say.name_of("purposes", name) for name in world.purposes],
            "kinds": [say.name_of("kinds_of_organisation", kind) for kind in KINDS],
            "measures": [_capital(say.name_of("measure_names", name)) for name in world.measures],
        },
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tell(progress: Callable[[int, int], None] | None, done: int, length: int) -> None:
    if progress is not None:
        progress(done, length)
