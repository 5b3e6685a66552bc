"""Experiments for tests, and runs that take no time: what they give depends on the values of a point and on its seed alone."""

import os
import signal
import time
from math import pi, sin
from pathlib import Path

import numpy as np

from clustersim import Scenario
from clustersim.experiments.outcomes import OUTCOMES
from clustersim.experiments.store import Store
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.living import SPENT, Lived
from clustersim.experiments.sweeps.results import Results
from clustersim.experiments.sweeps.sweeping import Sweep

DECAY, FAR, RATE = "processes.meeting.decay_km", "processes.meeting.far_chance", "processes.meeting.encounter_rate"
POISON, DEADLY = 13, 99
VILLAGE = {"scenarios": ["village"], "months": 6, "seeds": 3, "outcomes": ["clusters", "cooperation"]}


def asked(**said) -> Experiment:
    """An experiment with the village."""
    return Experiment.from_dict(VILLAGE | said, "trial")


def small(**said) -> Experiment:
    """Four points of three seeds."""
    return asked(**({"levers": {DECAY: {"values": [10, 20]}, FAR: {"values": [0.1, 0.2]}}} | said))


def swept(experiment: Experiment, path: Path, do=None, **how) -> tuple[Results, Sweep]:
    """Sweep in this process unless told otherwise."""
    sweep_only = {key: how.pop(key) for key in ("shard", "retry", "progress") if key in how}
    with Store.open(path) as store:
        going = Sweep(experiment, store, do=do or imagined, **sweep_only)
        going.run(**({"workers": 1} | how))
    return Results(experiment, path), going


def imagined(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> Lived:
    """A result without a run. Some seeds do harm."""
    if seed == POISON:
        raise RuntimeError(f"seed {seed} is poisoned")
    if seed == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    value = scenario.processes.meeting.decay_km + seed / 1_000
    return result_of(value, f"{scenario.identity()}-{seed}")


def slow(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> Lived:
    """The same, in a while."""
    time.sleep(0.02)
    return imagined(scenario, seed, keep)


def result_of(value: float, state_hash: str = "-") -> Lived:
    """A result whose every number is that value."""
    numbers = {outcome.name: value for outcome in OUTCOMES} | dict.fromkeys(SPENT, 0.0)
    return Lived(numbers, {"clusters": np.full(6, value, np.float32)}, "-", state_hash, 0.001)


def ishigami(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> Lived:
    """Ishigami's function of three numbers of the scenario, each spread over -pi to pi by its interval [0, 1]."""
    meeting = scenario.processes.meeting
    x, y, z = (2 * pi * share - pi for share in (meeting.far_chance, meeting.closure_chance, meeting.space_encounters))
    return result_of(sin(x) + 7 * sin(y) ** 2 + 0.1 * z**4 * sin(x), f"{x} {y} {z} {seed}")
