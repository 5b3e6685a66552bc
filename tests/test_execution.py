"""The crew: the same results whoever works, and what happens when a run or a worker comes to grief."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from clustersim import Scenario, run
from clustersim.experiments.execution.crew import IN_HAND, Crew, ExecutionError, Failure, Task
from clustersim.experiments.outcomes import OUTCOMES, PATHS, outcome
from clustersim.experiments.records import COHORT, FATE, MONEY, _last_of_year, record_of, warm_kernels
from clustersim.measures import KINDS
from clustersim.results import frame
from lively import SUPPORT, assert_lively, lived, lively

POISON, DEADLY = 13, 99


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.load("village", SUPPORT)


def remembered(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> tuple[str, int, int]:
    """A result without a run: quick, and different for every task. Some seeds do harm."""
    if seed == POISON:
        raise RuntimeError(f"seed {seed} is poisoned")
    if seed == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.002 * (seed % 3))  # who is first is not who was asked first
    return (scenario.name, seed, scenario.run.months)


def slept(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> int:
    print(os.getpid(), flush=True)
    time.sleep(600)
    return seed


def same(one, other) -> bool:
    """Whether two records are equal to the last bit; the time they took is no part of that."""
    facts = lambda record: pickle.dumps([record.outcomes.tobytes(), record.paths.tobytes(), record.money.tobytes(), record.state_hash,  # noqa: E731
                                         record.start_hash, {k: v.tobytes() for k, v in record.cohort.items()}])  # fmt: skip
    return facts(one) == facts(other)


# ---- what a run leaves behind


def test_a_record_is_what_the_run_says() -> None:
    scenario = lively()
    found, alone = record_of(scenario, 1, ("ties",)), run(scenario, 1)
    assert found.state_hash == alone.state_hash
    value = dict(zip((o.name for o in OUTCOMES), found.outcomes, strict=True))
    series = alone.series
    assert value["clusters"] == series["clusters"].iloc[-12:].mean() > 0
    assert value["innovations"] == series["innovations"].sum() > 0
    assert value["joint_projects"] == series["projects_shared"].sum() > 0
    assert value["jobs"] == series["social_enterprise_jobs"].iloc[-1]
    assert value["persons_served"] == pytest.approx((series["met_share"] * series["persons_in_need"]).sum())
    np.testing.assert_array_equal(found.paths, series[list(PATHS)].to_numpy(np.float32))
    assert found.tables["ties"].equals(frame("ties", alone.state, alone.territory))


def test_the_money_of_a_record_is_the_money_of_the_ledger() -> None:
    simulation = lived(lively(), 1)
    assert_lively(simulation.state)
    found, state = record_of(lively(), 1), simulation.state
    journal = state.ledger.journal
    for number in range(len(lively().measures)):
        row = dict(zip(MONEY, found.money[number], strict=True))
        assert row["paid_cents"] == journal.amount_cents[journal.measure == number].sum() > 0
        assert row["awards"] == (state.awards.measure == number).sum()
        assert row["calls"] == (state.calls.measure == number).sum() >= row["short_calls"]
    assert found.public_cents == found.money[:, MONEY.index("paid_cents")].sum() - found.money[:, MONEY.index("repaid_cents")].sum()
    assert found.private_cents == 0


def test_a_call_is_short_only_where_what_is_left_would_have_served_one_more() -> None:
    plenty = {"funders.council.budget_eur_per_year": 1e8, "measures.seeds.budget_eur_per_year": 5e7}
    number = [measure.name for measure in lively().measures].index("seeds")
    row = dict(zip(MONEY, record_of(lively(plenty), 1).money[number], strict=True))
    assert row["short_calls"] == row["calls"] > 0
    assert row["left_cents"] >= 3 * 5e9 - row["awarded_cents"] - 5e9
    row = dict(zip(MONEY, record_of(lively({"measures.seeds.budget_eur_per_year": 40_000}), 1).money[number], strict=True))
    assert row["awards"] > 0
    assert row["short_calls"] == row["left_cents"] == 0


@pytest.mark.parametrize("longest_age_months", [0, 12, 1_200])
def test_what_calls_leave_to_later_calls_of_their_year_is_not_left_over(longest_age_months: int) -> None:
    changes = {"funders.council.budget_eur_per_year": 1e7, "measures.seeds.budget_eur_per_year": 400_000}
    asked = lively({**changes, "measures.seeds.calls_per_year": 4, "measures.seeds.longest_age_months": longest_age_months})
    number = [measure.name for measure in asked.measures].index("seeds")
    row = dict(zip(MONEY, record_of(asked, 1).money[number], strict=True))
    years = -(-asked.run.months // 12)
    assert row["calls"] == 4 * years
    promised = row["awarded_cents"] - row["returned_cents"]
    assert promised + row["left_cents"] <= years * 40_000_000
    if longest_age_months == 0:
        assert row["left_cents"] == years * 40_000_000, "nobody may apply"
        assert row["short_calls"] == row["calls"]


def test_the_last_call_of_each_year_and_measure_is_found_whatever_the_order_of_measures() -> None:
    measure, month = np.array([0, 1, 0, 0, 1, 0]), np.array([1, 1, 12, 13, 14, 24])
    assert _last_of_year(measure, month).tolist() == [False, True, True, False, True, True]
    assert _last_of_year(measure[:0], month[:0]).size == 0


def test_the_cohort_is_who_lives_on_the_first_day_whatever_is_done_later() -> None:
    unsupported = lively().with_changes({"measures.seeds.remove": True, "measures.animators.remove": True})
    with_it, without = record_of(lively(), 2), record_of(unsupported, 2)
    assert with_it.start_hash == without.start_hash
    assert with_it.state_hash != without.state_hash
    assert set(with_it.cohort) == {*COHORT, *FATE}
    for name in COHORT:
        np.testing.assert_array_equal(with_it.cohort[name], without.cohort[name])
    assert (np.diff(with_it.cohort["uid"]) > 0).all()
    survived = with_it.cohort["survived"]
    assert 0 < survived.sum() < survived.size
    for name in ("degree", "staff_fte", "clustered"):
        assert not with_it.cohort[name][~survived].any(), "the closed have nothing"
    enterprise = with_it.cohort["kind"] == 0
    names = [o.name for o in OUTCOMES]
    assert with_it.outcomes[names.index("survival")] == survived[enterprise].mean()
    assert with_it.outcomes[names.index("survivors")] == survived[enterprise].sum()


def test_an_outcome_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="no outcome 'happiness'; there are clusters"):
        outcome("happiness")


# ---- who works


def test_processes_threads_and_one_thread_give_the_same_records(scenario: Scenario) -> None:
    tasks = [Task(0, 1), Task(0, 2), Task(0, 1, (("measures.seeds.remove", True),)), Task(1, 1)]
    scenarios = [scenario, scenario.with_changes({"run.months": 12})]
    found = {}
    for workers, kind in ((1, "processes"), (2, "threads"), (2, "processes")):
        with Crew(scenarios, record_of, workers=workers, kind=kind) as crew:
            found[workers, kind] = crew.all(tasks)
    alone = found.pop((1, "processes"))
    assert len({record.state_hash for record in alone}) == len(tasks)
    for others in found.values():
        assert all(same(one, other) for one, other in zip(alone, others, strict=True))


@pytest.mark.parametrize(("workers", "kind"), [(1, "processes"), (3, "threads"), (2, "processes")])
def test_results_come_in_the_order_of_the_tasks_and_a_failure_stops_nobody(scenario: Scenario, workers: int, kind: str) -> None:
    seeds, counted = [*range(1, 30), POISON], []
    with Crew([scenario], remembered, workers=workers, kind=kind) as crew:
        results = crew.all((Task(0, seed, (("run.months", seed),)) for seed in seeds), counted.append)
    for seed, result in zip(seeds, results, strict=True):
        if seed == POISON:
            assert result.error == "RuntimeError: seed 13 is poisoned"
            assert "in remembered" in result.traceback
        else:
            assert result == (scenario.name, seed, seed)
    assert counted == list(range(1, len(seeds) + 1))


def test_a_task_whose_changes_are_refused_is_a_failure(scenario: Scenario) -> None:
    with Crew([scenario], remembered, workers=1) as crew:
        (result,) = crew.all([Task(0, 1, (("run.months", -1),))])
    assert "found -1" in result.error


def test_a_worker_that_dies_takes_only_its_own_run_along(scenario: Scenario) -> None:
    seeds = [1, 2, DEADLY, 3, 4, 5, DEADLY, 6]
    with Crew([scenario], remembered, workers=2) as crew:
        results = crew.all(Task(0, seed) for seed in seeds)
        assert crew.all([Task(0, 7)]) == [(scenario.name, 7, 24)], "the crew goes on working"
    assert [seed for seed, result in zip(seeds, results, strict=True) if isinstance(result, Failure)] == [DEADLY, DEADLY]
    assert "died twice" in results[2].error
    assert [result[1] for result in results if not isinstance(result, Failure)] == [1, 2, 3, 4, 5, 6]


def test_a_result_that_cannot_travel_is_a_failure(scenario: Scenario) -> None:
    with Crew([scenario], _lambda_of, workers=2) as crew:
        (result,) = crew.all([Task(0, 1)])
    assert isinstance(result, Failure)
    assert "pickle" in result.error.lower()


def _lambda_of(scenario: Scenario, seed: int, keep: tuple[str, ...]):
    return lambda: seed


def test_only_a_few_tasks_are_in_hand_at_a_time(scenario: Scenario) -> None:
    asked = []

    def endless():
        for seed in range(1, 10**9):
            asked.append(seed)
            yield Task(0, seed, (("run.months", 1),))

    with Crew([scenario], remembered, workers=3, kind="threads") as crew:
        results = crew.each(endless())
        for _ in range(5):
            next(results)
        results.close()
    assert len(asked) <= 5 + 3 * 2 * IN_HAND


@pytest.mark.parametrize(("asked", "said"), [({"workers": 0}, "found 0 workers"), ({"kind": "ghosts"}, "found 'ghosts'")])
def test_a_crew_that_cannot_be_is_refused(scenario: Scenario, asked: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Crew([scenario], remembered, **asked)


def test_a_script_without_its_guard_is_told_so(tmp_path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from clustersim import Scenario\nfrom clustersim.experiments.execution.crew import Crew, Task\n"
        "from clustersim.experiments.records import record_of\n"
        "with Crew([Scenario.load('village')], record_of, workers=2) as crew:\n    crew.all([Task(0, 1)])\n"
    )
    answer = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 1
    assert ExecutionError.__name__ in answer.stderr
    assert "__main__" in answer.stderr.splitlines()[-1]


class KilledAtTheStart:
    """Kills the first workers that receive it, as many as the file has bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, scenario: Scenario, seed: int, keep: tuple[str, ...]) -> int:
        return seed

    def __setstate__(self, state: dict) -> None:
        self.__dict__ = state
        left = self.path.read_bytes()
        if left:
            self.path.write_bytes(left[1:])
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("kills", [1, 3, 12])
def test_workers_that_are_killed_as_they_start_are_started_again(kills: int, scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "left").write_bytes(b"x" * kills)
    with Crew([scenario], KilledAtTheStart(tmp_path / "left"), workers=2) as crew:
        assert crew.all(Task(0, seed) for seed in range(9)) == list(range(9))
    assert (tmp_path / "left").read_bytes() == b""


def test_workers_that_are_always_killed_as_they_start_are_given_up(scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "left").write_bytes(b"x" * 99)
    killed = KilledAtTheStart(tmp_path / "left")
    with pytest.raises(ExecutionError, match="0 have ended and 20 were killed"), Crew([scenario], killed, workers=2):
        pass


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_driver(blow: signal.Signals) -> None:
    code = (
        "import test_execution as t\nfrom clustersim import Scenario\nfrom clustersim.experiments.execution.crew import Crew, Task\n"
        "with Crew([Scenario.load('village')], t.slept, workers=2) as crew:\n    crew.all(Task(0, s) for s in range(9))\n"
    )
    driver = subprocess.Popen(
        [sys.executable, "-c", code], cwd=os.path.dirname(__file__), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    workers = [int(driver.stdout.readline()) for _ in range(2)]
    driver.send_signal(blow)
    assert driver.wait(20) != 0
    until = time.monotonic() + 20
    while any(map(_lives, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_lives, workers))
    driver.stdout.close()


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_is_compiled_once_is_not_compiled_again(tmp_path, monkeypatch) -> None:
    calls = []
    monkeypatch.setattr("clustersim.experiments.records.record_of", lambda *asked: calls.append(asked))
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path))
    warm_kernels()
    warm_kernels()
    assert len(calls) == 1
    assert {measure.kind for measure in calls[0][0].measures} == set(KINDS)
