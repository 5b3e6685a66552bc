"""What a worker has before it: scenarios with changes, and lists that may not change under its hands; and what is compiled for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from clustersim import Scenario
from clustersim.experiments.execution.tasks import Bench, Failure, Task
from clustersim.territory import shipped_territories

PLACES = "code,name,population,x_km,y_km\na,Aville,3000,0,0\nb,Bourg,900,6,0\n"


def hashes(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> dict[str, str]:
    return scenario.data_hashes()


def test_a_list_that_was_edited_after_the_scenario_was_loaded_is_a_failure_not_another_result(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text(PLACES)
    own = Scenario.load("village", {"territory": {"kind": "real", "places": str(places)}})
    bench = Bench([own], hashes)
    as_loaded = bench.perform(Task(0, 1))
    assert bench.perform(Task(0, 1, (("run.months", 5),))) == as_loaded == own.data_hashes()
    places.write_text(PLACES + "c,Camp,400,0,9\n")
    assert bench.perform(Task(0, 1)) == as_loaded
    edited = bench.perform(Task(0, 1, (("run.months", 6),)))
    assert isinstance(edited, Failure)
    assert "another here and now than it was when the scenario was loaded" in edited.error
    other = bench.perform(Task(0, 1, (("territory.places", next(iter(shipped_territories()))),)))
    assert not isinstance(other, Failure), "who asks for another list gets it"
    assert other != as_loaded


COMPILED = """
import gc
from clustersim import Scenario
from clustersim.experiments import records
from numba.core.dispatcher import Dispatcher

def compiled():
    kernels = [thing for thing in gc.get_objects() if isinstance(thing, Dispatcher)]
    return {(k.py_func.__module__, k.py_func.__qualname__, s) for k in kernels for s in k.signatures}

records.record_of(records._everything(), 1)
warm = compiled()
for name in ("bretagne", "policy_mix"):
    records.record_of(Scenario.load(name), 1)
print(len(warm) > 50, sorted({kernel for _, kernel, _ in compiled() - warm}))
"""


@pytest.mark.slow
def test_warming_leaves_nothing_to_compile_to_the_workers() -> None:
    said = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["True", "[]"]
