"""A lively territory recorded month by month, for tests of what is drawn, exported and replayed."""

import numpy as np

from clustersim.app.recorder import Recorder
from clustersim.app.snapshots import Snapshot
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from lively import with_all_kinds

MONTHS = 24


def supported() -> Scenario:
    """A territory with clusters and poles, in which a measure of every kind pays."""
    return with_all_kinds({"run.months": MONTHS})


def record(scenario: Scenario, months: int, seed: int = 1) -> tuple[Simulation, Recorder, list[Snapshot]]:
    """The simulation after some months, its recorder, and a snapshot of each month from the eve of the first."""
    simulation = Simulation(scenario, seed)
    simulation.run_for(scenario.run.spin_up)
    recorder = Recorder(simulation)
    snapshots = [recorder.look()]
    for _ in range(months):
        simulation.step()
        snapshots.append(recorder.look())
    return simulation, recorder, snapshots


def unpacked(said):
    """What the drawing program makes of a packed world or frame."""
    import base64

    if isinstance(said, dict) and said.keys() == {"type", "bytes"}:
        raw = said["bytes"]
        return np.frombuffer(base64.b64decode(raw) if isinstance(raw, str) else raw, f"<{said['type']}")
    if isinstance(said, dict):
        return {key: unpacked(value) for key, value in said.items()}
    return said
