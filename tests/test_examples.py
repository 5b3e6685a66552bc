"""The worked examples run, and find what they say they look for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from clustersim import Experiment

pytestmark = pytest.mark.slow  # each does many runs

EXAMPLES = Path(__file__).parent.parent / "examples"
SAID = {
    "sensitivity_with_salib": r"\.encounter_rate +(?P<first>\d\.\d\d) .*\.success_gain +(?P<last>-?\d\.\d\d)",
    "scenario_discovery_with_ema": r"clusters emerge in (?P<all>\d+) of 60 .* inside it they emerge in (?P<inside>\d+)%",
    "batch_run_with_mesa": r"12 runs; .*\n0\.1 +(?P<few>\d\.\d+) .*\n0\.9 +(?P<many>\d\.\d+)",
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What an example prints, seen from a folder in which it must leave nothing."""

    def shown(name: str) -> dict[str, float]:
        folder = tmp_path_factory.mktemp(name)
        done = subprocess.run([sys.executable, str(EXAMPLES / f"{name}.py")], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not list(folder.iterdir())
        found = re.search(SAID[name], done.stdout, re.DOTALL)
        assert found, done.stdout
        return {key: float(value) for key, value in found.groupdict().items()}

    return shown


def test_every_example_is_run_here():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SAID)


def test_the_experiment_of_the_examples_is_sound():
    assert Experiment.load(EXAMPLES / "experiment.toml").cautions() == []


def test_salib_finds_that_encounters_decide_how_much_organisations_cooperate(printed):
    found = printed("sensitivity_with_salib")
    assert found["first"] > 0.8 and found["last"] < 0.2


def test_prim_finds_a_box_in_which_clusters_are_far_more_common(printed):
    found = printed("scenario_discovery_with_ema")
    assert 0 < found["all"] < 30 and found["inside"] > 2 * 100 * found["all"] / 60


def test_mesas_batch_shows_that_more_encounters_make_more_partners(printed):
    found = printed("batch_run_with_mesa")
    assert found["many"] > 2 * found["few"]
