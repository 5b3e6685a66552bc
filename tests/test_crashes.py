"""Sweeps that are killed, at many random moments, driver and workers: what is gone on with ends in the same bytes.

Slow: `uv run --group test pytest -n 0 -m slow`.
"""

import csv
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from clustersim.experiments.execution.tasks import WORKER_LOST

MOMENTS = 50
CHAINS = 2  # at once: who is killed leaves the machine idle
LONGEST = 6.0  # seconds between two kills at most
EXPERIMENT = """
scenarios = ["village"]
seeds = 20
months = 60
[uncertainties]
processes.meeting.decay_km = [5, 40]
processes.partnering.threshold = [0.6, 1.8]
[design]
kind = "latin_hypercube"
points = 12
"""
SWEEP = "from clustersim.cli import main; main()"


def started(folder: Path, out: Path, command: str = "sweep") -> subprocess.Popen:
    arguments = [command, str(folder / "killed.toml"), "--out", str(out), "--workers", "2", "--quiet"]
    return subprocess.Popen([sys.executable, "-c", SWEEP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def workers_of(driver: subprocess.Popen) -> list[psutil.Process]:
    """Processes that the driver has started, those at work last."""
    try:
        return psutil.Process(driver.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def ended(processes: list[psutil.Process], patience: float = 15.0) -> bool:
    """Whether all of them end by themselves."""
    return not psutil.wait_procs(processes, timeout=patience)[1]


def table_in(out: Path) -> bytes:
    # who is killed while tables are written leaves them under a hidden name, never under their own
    (table,) = (table for table in out.glob("killed/*/runs.parquet") if not table.parent.name.startswith("."))
    return table.read_bytes()


def failures_in(out: Path) -> list[str]:
    (table,) = (table for table in out.glob("killed/*/failures.csv") if not table.parent.name.startswith("."))
    with table.open(encoding="utf-8", newline="") as file:
        return [row["error"] for row in csv.DictReader(file)]


@pytest.mark.slow
def test_sweeps_that_are_killed_at_random_moments_end_in_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "killed.toml").write_text(EXPERIMENT, encoding="utf-8")
    whole = started(tmp_path, tmp_path / "whole")
    _, complaints = whole.communicate()
    assert whole.returncode == 0, complaints
    expected = table_in(tmp_path / "whole")
    assert len(expected) > 5_000
    with ThreadPoolExecutor(CHAINS) as both:
        said = list(both.map(lambda number: kill_and_go_on(tmp_path, number, expected), range(CHAINS)))
    print("; ".join(said))


def kill_and_go_on(folder: Path, chain: int, expected: bytes) -> str:
    """Sweeps of which driver and workers are killed until it is enough; what was killed."""
    luck = random.Random(chain)
    killed = {"driver": 0, "worker": 0}
    rounds = 0

    def enough() -> bool:
        return sum(killed.values()) >= MOMENTS / CHAINS and min(killed.values()) >= MOMENTS / CHAINS // 5

    while not enough():
        rounds += 1
        out = folder / f"chain {chain} round {rounds}"
        driver, done = started(folder, out), False
        while not done:
            try:
                # the moments of a start are as good as those of work
                _, complaints = driver.communicate(timeout=None if enough() else luck.uniform(0.0, LONGEST))
                assert driver.returncode in (0, 1), complaints
                done = True
            except subprocess.TimeoutExpired:
                children = workers_of(driver)
                if luck.random() < 0.5:
                    driver.send_signal(signal.SIGKILL)
                    driver.communicate()
                    assert ended(children), "a killed driver has left workers behind"
                    killed["driver"] += 1
                    driver = started(folder, out)
                elif len(children) >= 3:  # else there is no worker yet
                    victim = luck.choice(children[-2:])
                    victim.send_signal(signal.SIGKILL)
                    killed["worker"] += 1
        # a run whose worker was killed twice looks like one that kills its workers: it is kept as failed, until the sweep is gone on with
        assert all(why.startswith(WORKER_LOST) for why in failures_in(out))
        again = started(folder, out, "resume")
        _, complaints = again.communicate()
        assert again.returncode == 0, complaints
        assert table_in(out) == expected, f"chain {chain}, round {rounds}, after {killed}"
    return f"{killed['driver']} drivers and {killed['worker']} workers killed in {rounds} sweeps"


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "killed.toml").write_text(EXPERIMENT, encoding="utf-8")
    driver = started(tmp_path, tmp_path / "out")
    while not (tmp_path / "out" / "runs.store").exists() or len(workers_of(driver)) < 3:
        time.sleep(0.1)
    time.sleep(2.0)
    children = workers_of(driver)
    driver.send_signal(signal.SIGINT)
    _, complaints = driver.communicate(timeout=30)
    assert driver.returncode == 130
    assert "Stopped by Ctrl-C" in complaints and f"killed.toml --out {tmp_path / 'out'}" in complaints
    assert "Traceback" not in complaints
    assert ended(children)
