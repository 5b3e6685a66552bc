"""The store of runs: what goes in comes out to the bit, whatever happens to drivers, disks and files meanwhile."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from clustersim.experiments.store import FailedRun, Progress, Store, StoredRun, StoreError, mounts, opening, run_identity
from clustersim.experiments.store.locking import held
from clustersim.experiments.store.pages import PAGE
from clustersim.experiments.store.tables import CHUNK

SCENARIO = "5f00c1a2b3d4"
EXTRA = 3  # SQLite: a commit returns when it is on the disk, a rollback journal's end too


def made(seed: int, months: int = 24, scenario: str = SCENARIO) -> StoredRun:
    """A run that nobody has simulated; the same for the same seed."""
    luck = np.random.default_rng(seed % 2**64)
    return StoredRun(
        run_identity(scenario, seed), scenario, seed, luck.bytes(16).hex(), luck.bytes(16).hex(),
        {f"outcome_{k}": float(luck.normal()) for k in range(18)},
        {f"observable_{k}": luck.integers(0, 50, months).astype(np.float32) for k in range(14)},
        float(luck.uniform()),
    )  # fmt: skip


def failed(seed: int, attempts: int = 1, error: str = "ValueError: poison") -> FailedRun:
    return FailedRun(run_identity(SCENARIO, seed), SCENARIO, seed, error, f"Traceback...\n{error}", attempts)


def identities(runs) -> list[str]:
    return [run.identity for run in runs]


def same(one: StoredRun, other: StoredRun) -> bool:
    plain = lambda run: (run.identity, run.scenario, run.seed, run.state_hash, run.start_hash, list(run.numbers), list(run.series),  # noqa: E731
                         np.array(list(run.numbers.values())).tobytes(), [(v.dtype, v.shape, v.tobytes()) for v in run.series.values()],
                         run.seconds)  # fmt: skip
    return plain(one) == plain(other)


def with_(run: StoredRun, **changes) -> StoredRun:
    return StoredRun(**{**vars(run), **changes})


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "results" / "runs.store"


@pytest.fixture
def on_network(monkeypatch, tmp_path):
    """The whole machine lies on a network file system."""
    monkeypatch.setattr(mounts, "_MOUNTS", _mounts(tmp_path, "1 1 0:1 / / rw - nfs4 server:/export rw"))


def _mounts(folder: Path, *lines: str) -> Path:
    file = folder / "mountinfo"
    file.write_text("\n".join(lines) + "\n")
    return file


# ---- what goes in comes out


def test_a_run_comes_back_to_the_bit(path):
    numbers = {"a": float("nan"), "b": -0.0, "c": float("inf"), "d": 1 / 3, "e": 7, "f": np.float32(0.1), "": 5e-324}
    short, none = np.array([1.5], np.float32), np.zeros(0, np.float32)
    series = {"short": short, "none": none, "wide": np.arange(6).reshape(2, 3), "on": np.array([True]), "other": short}
    run = with_(made(2**64 - 1), numbers=numbers, series=series)
    with Store.open(path) as store:
        store.add([run, made(-(2**63), 300)])
    with Store.open(path, write=False) as store:
        found = list(store.runs([run.identity, made(-(2**63)).identity]))
    assert same(found[0], run)
    assert same(found[1], made(-(2**63), 300))


def test_the_identity_covers_results_version_scenario_and_seed(monkeypatch):
    one = run_identity("a", 1)
    assert len(one) == 32 and set(one) <= set("0123456789abcdef")
    assert len({one, run_identity("b", 1), run_identity("a", 2), run_identity("a1", 1), run_identity("a", 11)}) == 5
    assert run_identity("a", np.int64(1)) == one
    monkeypatch.setattr("clustersim.experiments.store.rows.RESULTS_VERSION", "another")
    assert run_identity("a", 1) != one


def test_runs_come_in_the_order_asked_for_and_never_all_at_once(path):
    runs = [made(seed, 3) for seed in range(1_200)]
    asked = [*identities(runs[::-1]), "0" * 32, runs[5].identity]
    with Store.open(path) as store:
        store.add(runs)
        assert store.known(asked) == set(identities(runs))
        assert identities(store.runs(asked)) == [identity for identity in asked if identity != "0" * 32]
        remaining = iter(asked)
        next(store.runs(remaining))
        assert len(list(remaining)) == len(asked) - CHUNK


def test_what_is_no_number_is_refused_by_name_and_nothing_is_stored(path):
    with Store.open(path) as store:
        with pytest.raises(TypeError, match=r"clusters: found 'many', allowed is a number"):
            store.add([made(1), with_(made(2), numbers={"clusters": "many"})])
        with pytest.raises(TypeError, match=r"series 'poles': found values of type object"):
            store.add([with_(made(2), series={"poles": np.array([None])})])
        assert store.facts()["runs"] == 0


def test_the_same_run_may_come_again_but_not_with_another_result(path):
    run = with_(made(1), numbers={"clusters": float("nan"), "jobs": 2.0})
    with Store.open(path) as store:
        store.add([run, run])
        store.add([with_(run, seconds=99.0)])
        for changes, said in (
            ({"state_hash": "f" * 32}, f"state hash {run.state_hash} in the store .* but {'f' * 32} in what has just been run"),
            ({"start_hash": "f" * 32}, "start hash"),
            ({"numbers": {**run.numbers, "jobs": 3.0}}, r"jobs 2.0 in the store .* but 3.0 in"),
            ({"numbers": {"clusters": float("nan")}}, r"jobs 2.0 in the store .* but nothing in"),
            ({"series": {**run.series, "observable_3": run.series["observable_3"] + 1}}, "observable_3 another course"),
        ):
            with pytest.raises(StoreError, match=said) as caught:
                store.add([made(2), with_(run, **changes)])
            assert caught.value.remedy
        with pytest.raises(StoreError, match="state hash"):
            store.add([made(3), with_(made(3), state_hash="0" * 32)])
        assert store.known(identities([run, made(2), made(3)])) == {run.identity}, "a batch goes in whole or not at all"
        assert same(next(store.runs([run.identity])), run), "the first stays"


def test_attempts_add_up_and_a_success_clears_the_failure(path):
    with Store.open(path) as store:
        store.add([], [failed(1), failed(2)])
        store.add([], [failed(1, 2, "MemoryError: \udcff")])
        assert [(f.seed, f.attempts, f.error) for f in store.failures([failed(1).identity, "0" * 32])] == [(1, 3, "MemoryError: \\udcff")]
        assert {f.seed for f in store.failures()} == {1, 2}
        store.add([made(1)], [failed(1)])
        assert store.failures() == [failed(2)]
        store.add([], [failed(1)])
        assert store.failures([failed(1).identity]) == [], "what went well has not failed"


def test_experiments_are_kept_with_their_first_day(path):
    with Store.open(path) as store:
        store.keep_experiment("a" * 32, "first", "seeds = 3")
        store.keep_experiment("b" * 32, "second", "seeds = 4")
        since = store.experiments()[0].since
        store.keep_experiment("a" * 32, "renamed", "seeds = 3 # more")
        found = {kept.identity: kept for kept in store.experiments()}
    assert found["a" * 32].name == "renamed" and found["a" * 32].text == "seeds = 3 # more" and found["a" * 32].since == since
    assert found["b" * 32].text == "seeds = 4"


def test_of_two_experiments_the_one_that_was_kept_later_is_the_younger_whatever_the_clock_says(path, monkeypatch):
    monkeypatch.setattr("clustersim.experiments.store.store.datetime", _StoppedClock)
    with Store.open(path) as store:
        for name in ("d", "a", "c", "b"):
            store.keep_experiment(name * 32, name, "seeds = 3")
        store.keep_experiment("a" * 32, "a", "seeds = 3")
        assert [kept.name for kept in store.experiments()] == ["d", "a", "c", "b"]


class _StoppedClock(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 1, 12, tzinfo=tz)


def test_facts_say_how_much_there_is_and_who_is_at_work(path):
    with Store.open(path) as store:
        store.add([made(1), made(2)], [failed(3)])
        facts = store.facts()
        assert (facts["runs"], facts["failures"], facts["experiments"], facts["journal"]) == (2, 1, 0, "wal")
        assert facts["bytes"] == sum(file.stat().st_size for file in path.parent.iterdir() if file.name in (path.name, f"{path.name}-wal"))
        assert facts["driver"]["pid"] == os.getpid() and facts["driver"]["host"] and facts["driver"]["since"]
        with Store.open(path, write=False) as reader:
            assert reader.facts() == facts
            assert reader.journal == "wal"
            with pytest.raises(StoreError, match="to be read only"):
                reader.add([made(4)])
    with Store.open(path, write=False) as reader:
        assert reader.facts()["driver"] is None


def test_others_read_whole_batches_while_the_driver_writes(path):
    with Store.open(path) as store:
        store.add([made(1)])
        with Store.open(path, write=False) as reader, Store.open(path, write=False) as other:
            reading = reader.runs(identities([made(1)]))
            store.add([made(2), made(3)])
            assert identities(reading) == [made(1).identity]
            store._connection.execute("BEGIN IMMEDIATE")
            store._connection.execute("DELETE FROM runs")
            assert len(other.known(identities(map(made, range(5))))) == 3
            store._connection.execute("ROLLBACK")
    assert {file.name for file in path.parent.iterdir()} == {"runs.store", "runs.store.lock", "runs.store.closed"}


# ---- a store that its driver has closed


@pytest.fixture
def read_whole(monkeypatch) -> list[str]:
    """One entry for each time that a store is read from end to end."""
    times: list[str] = []
    check = opening.damage_of_content
    monkeypatch.setattr(opening, "damage_of_content", lambda connection: times.append("read") or check(connection))
    return times


def test_what_a_driver_has_closed_is_read_from_end_to_end_by_the_next_all_the_same(path, read_whole):
    for number in range(3):
        with Store.open(path) as store:
            store.add([made(number)])
    assert len(read_whole) == 3


def _touched(path: Path) -> None:
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - PAGE)


def _copied_back(path: Path) -> None:
    shutil.copy(path, f"{path}.copy")
    shutil.copy(f"{path}.copy", path)


def _with_a_log(path: Path) -> None:
    Path(f"{path}-wal").write_bytes(b"something")


def _without_a_word(path: Path) -> None:
    Path(f"{path}.closed").unlink()


def _with_nonsense(path: Path) -> None:
    Path(f"{path}.closed").write_text('{"experiments": [1]')


@pytest.mark.parametrize("touch", [_touched, _cut, _copied_back, _with_a_log, _without_a_word, _with_nonsense])
def test_what_a_driver_said_at_its_end_does_not_count_where_somebody_has_touched_the_store_since(path, touch):
    with Store.open(path) as store:
        store.add(map(made, range(40)))
        store.note_progress("whole", Progress(40, 40, 0, 40))
    touch(path)
    with Store.open(path) as store:
        assert store.noted_progress() == {} and (touch is not _cut or store.repaired is not None)


def test_a_store_whose_driver_was_killed_is_read_whole_before_it_is_written(path, read_whole):
    process, _ = driver(path)
    process.kill()
    process.join()
    assert not Path(f"{path}.closed").exists()
    Store.open(path).close()
    assert len(read_whole) == 1


@pytest.mark.parametrize("write", [False, True])
def test_bits_that_a_disk_has_forgotten_are_found_although_the_file_has_its_time_and_its_drivers_word(path, write):
    with Store.open(path) as store:
        store.add(map(made, range(40)))
        store.note_progress("whole", Progress(40, 40, 0, 40))
    time = path.stat().st_mtime_ns
    at = path.read_bytes().find(made(7).state_hash.encode())
    flipped(path, at)
    os.utime(path, ns=(time, time))  # a disk that forgets tells nobody
    with Store.open(path, write=write) as store:
        assert len(store.known(identities(map(made, range(40))))) == 39
        assert not write or (store.repaired.runs == 39 and store.noted_progress() == {})
    with Store.open(path, write=False) as reader:
        assert reader.noted_progress() == {}, "who only reads takes the word back too"
    with Store.open(path) as store:
        assert (store.repaired is None) == write
        assert store.known(identities(map(made, range(40)))) == set(identities(map(made, range(40)))) - {made(7).identity}


def test_how_far_experiments_are_is_known_as_long_as_it_holds(path):
    begun, whole, looking = Progress(9, 4, 1, 9), Progress(5, 5, 0, 5), Progress(9, 1, 0, 3)
    with Store.open(path) as store:
        store.add([made(1)])
        for name, known in (("begun", begun), ("whole", whole), ("looking", looking)):
            store.note_progress(name, known)
        with Store.open(path, write=False) as reader:
            assert reader.noted_progress() == {"begun": begun, "whole": whole, "looking": looking}, "also while the driver is at work"
    with Store.open(path, write=False) as reader:
        assert reader.noted_progress() == {"begun": begun, "whole": whole}, "who has only begun to look knows nothing for good"
    with Store.open(path) as store:
        assert store.noted_progress() == {"begun": begun, "whole": whole}
        store.add([made(2)])
        assert store.noted_progress() == {"whole": whole}, "another run may be one of theirs"
        _spoil(store, made(1).identity)
        store.known([made(1).identity])
        assert store.noted_progress() == {}, "a run was taken out"
    with Store.open(path, write=False) as reader:
        assert reader.noted_progress() == {}


def test_what_is_read_of_one_moment_does_not_see_what_is_written_meanwhile(path):
    with Store.open(path) as store, Store.open(path, write=False) as reader:
        store.add([made(1)])
        with reader.one_moment():
            assert reader.facts()["runs"] == 1
            store.add([made(2)], [failed(3)])
            assert reader.facts()["runs"] == 1 and reader.failures() == [] and not reader.known([made(2).identity])
        assert reader.facts()["runs"] == 2


# ---- one driver at a time


def drive(path: str, batch: int, line) -> None:
    """Write batches until killed, and tell of each."""
    with Store.open(path) as store:
        start = 0
        while True:
            store.add([made(seed) for seed in range(start, start + batch)], [failed(-start - 1)])
            start += batch
            line.send(start)


def drive_on_network(path: str, batch: int, line) -> None:
    mounts._MOUNTS = Path(path).parent.parent / "mountinfo"
    drive(path, batch, line)


def in_process(do, *arguments):
    """What `do` says in a process of its own, or None if that was killed."""
    ours, theirs = context().Pipe()
    process = context().Process(target=do, args=(*arguments, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return None
    finally:
        process.join()


def context():
    """Processes that start quickly, from one that has the store loaded."""
    found = get_context("forkserver")
    found.set_forkserver_preload(["clustersim.experiments.store"])
    return found


def driver(path: Path, batch: int = 7, do=drive):
    """A process that drives the store and has stored something already, and the line on which it tells of that."""
    ours, theirs = context().Pipe()
    process = context().Process(target=do, args=(str(path), batch, theirs))
    process.start()
    theirs.close()
    ours.recv()
    return process, ours


def test_a_second_driver_is_refused_and_told_of_the_first(path):
    with Store.open(path) as store, pytest.raises(StoreError, match=rf"process {os.getpid()} on .*, since 20") as caught:
        Store.open(path.parent / ".." / "results" / path.name)
    assert "--store" in caught.value.remedy and "merge" in caught.value.remedy
    with pytest.raises(sqlite3.ProgrammingError):
        store.add([made(1)])
    process, _ = driver(path)
    try:
        with pytest.raises(StoreError, match=f"process {process.pid} on"):
            Store.open(path)
        with Store.open(path, write=False) as reader:
            assert reader.facts()["driver"]["pid"] == process.pid
    finally:
        process.kill()
        process.join()
    assert Path(f"{path}.driver").exists(), "nobody has cleaned up"
    with Store.open(path, write=False) as reader:
        assert reader.facts()["driver"] is None
    Store.open(path).close()


@pytest.mark.parametrize("content", ["", "somebody else's lock, from long ago\n" * 100])
def test_a_lock_file_that_lies_about_means_nothing(path, content):
    path.parent.mkdir()
    Path(f"{path}.lock").write_text(content)
    Path(f"{path}.driver").write_text("{not json")
    with Store.open(path) as store, pytest.raises(StoreError, match=f"process {os.getpid()} on"):
        Store.open(store.path)


def lock_what_may_only_be_read(lock: str, line) -> None:
    """Try to have a lock twice, as somebody whom the system lets read its file only."""
    if os.geteuid() == 0:
        os.setuid(65534)
    told, entered = [], []
    for _ in range(2):
        try:
            entered.append(held(Path(lock)))
        except OSError as error:
            told.append(str(error))
    line.send((len(entered), told))


def test_a_lock_that_may_only_be_read_lets_nobody_in_and_says_how_it_would():
    with TemporaryDirectory() as folder:  # one that everybody may look into, unlike those of tests
        os.chmod(folder, 0o755)
        lock = Path(folder) / "runs.store.lock"
        lock.touch()
        lock.chmod(0o444)
        entered, told = in_process(lock_what_may_only_be_read, str(lock))
    assert entered == 0
    assert len(told) == 2 and all(str(lock) in sentence and "chmod a+w" in sentence for sentence in told)


def test_a_lock_is_made_with_the_rights_of_new_files_and_asking_for_one_that_is_held_does_not_free_it(tmp_path):
    lock, before = tmp_path / "shared.lock", os.umask(0o002)
    try:
        mine = held(lock)
    finally:
        os.umask(before)
    assert lock.stat().st_mode & 0o777 == 0o664
    assert held(lock, 0.0) is None and in_process(is_held, str(lock)), "neither this process nor another gets it"
    mine.close()
    assert not in_process(is_held, str(lock))


def is_held(lock: str, line) -> None:
    line.send(held(Path(lock), 0.0) is None)


@pytest.mark.parametrize("do", [drive, drive_on_network])
def test_a_driver_killed_at_any_moment_leaves_whole_batches(path, do, request):
    if do is drive_on_network:
        request.getfixturevalue("on_network")
    luck = random.Random(4)
    for _ in range(4):
        shutil.rmtree(path.parent, ignore_errors=True)
        process, line = driver(path, do=do)
        told = 7
        for _ in range(luck.randrange(6)):
            told = line.recv()
        process.join(luck.uniform(0, 0.02))
        process.kill()
        process.join()
        with pytest.raises(EOFError):
            while True:
                told = line.recv()
        for write in (False, True):
            with Store.open(path, write=write) as store:
                stored = len(store.known(identities(map(made, range(told + 14)))))
                assert stored % 7 == 0 and stored in (told, told + 7)
                assert len(store.failures()) == stored // 7
                assert store.damaged == 0 and store.repaired is None


# ---- no room, no rights


def test_a_full_store_says_so_and_stays_whole(path):
    with Store.open(path) as store:
        store.add([made(1)], [failed(2)])
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count={pages + 3}")
        with pytest.raises(StoreError, match="no room left") as caught:
            store.add(map(made, range(2, 50)))
        assert "Free some space" in caught.value.remedy
        assert store.known(identities(map(made, range(50)))) == {made(1).identity}
        assert store.failures() == [failed(2)], "the batch that would have cleared it is not there"
        store._connection.execute("PRAGMA max_page_count=1000000")
        store.add(map(made, range(2, 50)))
        assert len(store.known(identities(map(made, range(50))))) == 49


def meet_the_limit(path: str, line) -> None:
    """Write until the system lets no file grow further; then again without that limit, until killed."""
    import resource

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    told, done, asked = [], 0, identities(map(made, range(1_000)))
    store = Store.open(path)
    limit(400_000)
    try:
        while True:
            store.add(map(made, range(done, done + 20)))
            done += 20
    except StoreError as error:
        told += [done, len(store.known(asked)), error.problem, error.remedy]
    limit(60_000)
    try:
        Store.open(Path(path).with_name("other.store")).merge(path)
    except StoreError as error:
        told += [error.problem]
    limit(resource.RLIM_INFINITY)
    store.add(map(made, range(done, done + 20)))
    line.send([*told, len(store.known(asked))])
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_where_the_system_gives_no_more_room_what_was_committed_stays_whole(path):
    done, known, problem, remedy, other_problem, last = in_process(meet_the_limit, str(path))
    assert done == known > 0 and last == done + 20
    assert "the disk refuses" in problem and "free space" in remedy and "other.store" in other_problem
    with Store.open(path) as store:
        assert store.repaired is None
        assert store.known(identities(map(made, range(1_000)))) == set(identities(map(made, range(last))))
    with Store.open(path.with_name("other.store"), write=False) as store:
        assert store.facts()["runs"] == 0


def repair_without_room(path: str, line) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
    try:
        Store.open(path)
    except StoreError as error:
        line.send(str(error))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_a_repair_without_room_leaves_the_damaged_store_to_be_repaired_later(path):
    with Store.open(path) as store:
        store.add(map(made, range(100)))
    flipped(path, 0)
    before = path.read_bytes()
    said = in_process(repair_without_room, str(path))
    assert "the disk refuses" in said and "free space" in said
    assert path.read_bytes() == before
    assert {file.name for file in path.parent.iterdir()} == {"runs.store", "runs.store.lock"}
    with Store.open(path) as store:
        assert store.repaired.runs == 100


def test_what_is_no_store_is_refused_and_left_as_it_is(tmp_path):
    text, database, newer, empty = (tmp_path / name for name in ("notes.txt", "other.sqlite", "newer.store", "empty.store"))
    text.write_text("not a database\n" * 1_000)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE runs (identity TEXT PRIMARY KEY, content BLOB) WITHOUT ROWID")
        connection.execute("INSERT INTO runs VALUES ('a', zeroblob(10000))")
    connection.close()
    Store.open(newer).close()
    content = newer.read_bytes().replace(b"format 1.", b"format 2.")
    newer.write_bytes(content[:60] + (2).to_bytes(4) + content[64:])
    Path(f"{newer}.lock").unlink()
    empty.touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    for place, said in (
        (text, "is not a store of runs"), (database, "is not a store of runs"), (newer, "has format 2"), (folder, "is a folder"),
        (Path(os.devnull), "or a device"), (text / "below.store", "cannot be opened or written|there is no store"),
    ):  # fmt: skip
        for write in (True, False):
            with pytest.raises(StoreError, match=said) as caught:
                Store.open(place, write=write)
            assert caught.value.remedy
    with pytest.raises(StoreError, match="there is no store"):
        Store.open(tmp_path / "none.store", write=False)
    with pytest.raises(StoreError, match="empty"):
        Store.open(empty, write=False)
    assert {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()} == before, "nothing is touched or left beside"


def read_where_nothing_can_be_written(path: str, line) -> None:
    """Mount the store's folder read-only, for this process alone, and look what can be done there."""
    folder, me = str(Path(path).parent), os.getuid()
    try:
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
        Path("/proc/self/uid_map").write_text(f"0 {me} 1")
        for command in (["mount", "--bind", folder, folder], ["mount", "-o", "remount,ro,bind", folder]):
            subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError):
        line.send(None)
        return
    with Store.open(path, write=False) as store:
        told = [same(next(store.runs([made(1).identity])), made(1)), store.facts()["driver"]]
    for place in (path, str(Path(path).with_name("new.store"))):
        try:
            Store.open(place)
        except StoreError as error:
            told.append(error.remedy)
    line.send(told)


@pytest.mark.skipif(not hasattr(os, "unshare"), reason="a process cannot mount for itself alone")
def test_a_store_that_may_not_be_written_is_read_all_the_same(path):
    with Store.open(path) as store:
        store.add([made(1)])
    told = in_process(read_where_nothing_can_be_written, str(path))
    if told is None:
        pytest.skip("the system lets nobody mount")
    right, driver, *remedies = told
    assert right and driver is None
    assert len(remedies) == 2 and all("Check the rights" in remedy for remedy in remedies)


# ---- network file systems


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("9 1 0:9 / /data rw - nfs4 server:/ rw", "nfs4"),
        ("9 1 0:9 / /data rw,relatime shared:7 master:1 - fuse.sshfs me@there: rw", "fuse.sshfs"),
        ("9 1 0:9 / /data rw - cifs //server/share rw", "cifs"),
        ("9 1 0:9 / /data rw - lustre 10.0.0.1@o2ib:/scratch rw", "lustre"),
        ("9 1 0:9 / /data rw - beegfs beegfs_nodev rw", "beegfs"),
        ("9 1 0:9 / /data rw - 9p C: rw", "9p"),
        ("9 1 0:9 / /data rw - ceph 10.0.0.1:/ rw", "ceph"),
        ("9 1 0:9 / /dat rw - nfs4 server:/ rw", None),
        ("9 1 0:9 / /data/my\\040runs/deep rw - nfs4 server:/ rw", None),
        ("9 1 0:9 / /data/my\\040runs rw - nfs4 server:/ rw", "nfs4"),
        ("9 1 0:9 / /data rw - nfs4 server:/ rw\n10 9 8:1 / /data/my\\040runs rw - ext4 /dev/b rw", None),
        ("9 1 8:1 / /data rw - ext4 /dev/b rw\n10 1 0:9 / /data rw - nfs4 server:/ rw", "nfs4"),
        ("9 1 0:9 / /data rw - fuseblk /dev/b rw", None),
    ],
)
def test_a_network_file_system_is_known_by_the_longest_mount_point(monkeypatch, tmp_path, line, found):
    monkeypatch.setattr(mounts, "_MOUNTS", _mounts(tmp_path, "1 1 8:0 / / rw - ext4 /dev/a rw", line))
    assert mounts.network_file_system(Path("/data/my runs/sweep/runs.store")) == found


def test_without_a_list_of_mounts_a_path_counts_as_local(monkeypatch, tmp_path):
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "none")
    assert mounts.network_file_system(tmp_path) is None


def test_on_a_network_file_system_a_rollback_journal_is_kept_and_the_user_is_told(path, request):
    with Store.open(path) as store:
        assert (store.journal, store.notes) == ("wal", ())
        assert store._connection.execute("PRAGMA synchronous").fetchone()[0] == EXTRA
        store.add([made(1)])
        there = path.with_name("copied")
        there.mkdir()
        for ending in ("", "-wal"):
            shutil.copy(f"{path}{ending}", there / f"runs.store{ending}")  # with its log, as a killed driver leaves it
    request.getfixturevalue("on_network")
    (there / "runs.store-shm").mkdir()  # no memory can be shared
    with Store.open(there / "runs.store") as store:
        assert store.journal == store.facts()["journal"] == "delete"
        assert store._connection.execute("PRAGMA synchronous").fetchone()[0] == EXTRA
        assert "nfs4" in store.notes[0] and "--store" in store.notes[0]
        store.add([made(2)])
        assert not list(there.glob("*-wal"))
        with Store.open(store.path, write=False) as reader:
            assert reader.known(identities([made(1), made(2)])) == set(identities([made(1), made(2)]))
            store.add([made(3)])
            assert reader.known([made(3).identity])
    with Store.open(path) as store, Store.open(there / "runs.store") as other:
        assert store.repaired is None and other.repaired is None


# ---- stores of several machines


def test_merging_brings_in_all_that_is_whole_and_again_changes_nothing(path):
    other = path.with_name("other.store")
    with Store.open(other) as store:
        store.add(map(made, range(3, 1_000)), [failed(1), failed(2_000, 2), failed(2_001)])
        store.keep_experiment("e" * 32, "shard", "seeds = 9")
        _spoil(store, made(500).identity)
    with Store.open(path) as store:
        store.add(map(made, range(10)), [failed(2_000), failed(500)])
        found = store.merge(other)
        assert (found.runs, found.same, found.failures, found.experiments, found.damaged) == (989, 7, 2, 1, 1)
        assert "989 runs" in found.sentence() and "1 row there is damaged" in found.sentence()
        assert len(store.known(identities(map(made, range(1_000))))) == 999
        assert {(f.seed, f.attempts) for f in store.failures()} == {(500, 1), (2_000, 2), (2_001, 1)}
        assert [kept.name for kept in store.experiments()] == ["shard"]
        again = store.merge(other)
        assert (again.runs, again.same, again.failures, again.experiments) == (0, 996, 0, 0)
        with pytest.raises(StoreError, match="this store itself"):
            store.merge(path)
        with pytest.raises(StoreError, match="there is no store"):
            store.merge(path.with_name("none.store"))


def test_merging_another_result_of_the_same_run_is_refused_whole(path):
    other = path.with_name("other.store")
    with Store.open(other) as store:
        store.add([*map(made, range(1_500)), with_(made(9_999), state_hash="0" * 32)])
    with Store.open(path) as store:
        store.add([made(9_999)])
        with pytest.raises(StoreError) as caught:
            store.merge(other)
        for part in (made(9_999).state_hash, "0" * 32, str(path), str(other), "seed 9999"):
            assert part in caught.value.problem
        assert store.facts()["runs"] == 1


# ---- damage


def _spoil(store: Store, identity: str) -> None:
    """Change a bit in the content of a row, past the store's own ways."""
    content = bytearray(store._connection.execute("SELECT content FROM runs WHERE identity = ?", [identity]).fetchone()[0])
    content[len(content) // 2] ^= 1
    store._connection.execute("UPDATE runs SET content = ? WHERE identity = ?", [bytes(content), identity])


def test_a_damaged_row_is_left_out_counted_and_taken_out_to_be_run_again(path):
    three = identities(map(made, range(3)))
    with Store.open(path) as store:
        store.add(map(made, range(3)))
        _spoil(store, three[1])
        with Store.open(path, write=False) as reader:
            assert reader.known(three) == {three[0], three[2]} and reader.damaged == 1
            assert identities(reader.runs(three)) == [three[0], three[2]] and reader.damaged == 1
        assert identities(store.runs(three)) == [three[0], three[2]]
        assert store.facts()["runs"] == 3
        assert store.known(three) == {three[0], three[2]} and store.damaged == 1
        assert store.facts()["runs"] == 2
        store.add([made(1)])
        _spoil(store, three[2])
        store.add([made(2)])
        assert store.known(three) == set(three) and store.damaged == 2


@pytest.mark.parametrize("column", ["identity", "scenario", "seed", "state_hash", "start_hash", "content", "checksum"])
def test_the_checksum_covers_every_column(path, column):
    run = made(1)
    with Store.open(path) as store:
        store.add([run])
        value = store._connection.execute(f"SELECT {column} FROM runs").fetchone()[0]
        other = bytes([value[0] ^ 1]) + value[1:]
        store._connection.execute(f"UPDATE runs SET {column} = ?", [other if column in ("content", "checksum") else other.decode()])
        assert store.facts()["runs"] == 1
        assert list(store.runs([run.identity, chr(ord(run.identity[0]) ^ 1) + run.identity[1:]])) == []
    with Store.open(path) as store:
        assert "table of runs" in store.repaired.sentence() and store.repaired.runs == 0
        assert store.facts()["runs"] == 0


RUNS = {run_identity(SCENARIO, seed): made(seed, (24, 120, 300)[seed % 3]) for seed in range(150)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, Path]:
    """Two stores of the same runs: one closed, one as a killed driver leaves it, with its log."""
    folder, runs = tmp_path_factory.mktemp("whole"), list(RUNS.values())
    with Store.open(folder / "closed") as store:
        for start in range(0, len(runs), 15):
            store.add(runs[start : start + 15], [failed(-start - 1)])
            if start == 60:
                store._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        store.keep_experiment("e" * 32, "example", "seeds = 300\n" * 900)
        shutil.copy(store.path, folder / "killed")
        shutil.copy(f"{store.path}-wal", folder / "killed-wal")
    return {name: folder / name for name in ("closed", "killed")}


def copied(whole: Path, path: Path) -> Path:
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    for ending in ("", "-wal", ".closed"):
        if Path(f"{whole}{ending}").exists():
            shutil.copy2(f"{whole}{ending}", f"{path}{ending}")
    return path


def read_truly(path: Path, *, write: bool) -> tuple[int, Store | None]:
    """How many runs of a damaged store are read, all of them as they were; none where it says that it is damaged."""
    try:
        with Store.open(path, write=write) as store:
            known = store.known(RUNS)
            found = {run.identity: run for run in store.runs(RUNS)}
            store.failures(), store.experiments(), store.facts()
    except StoreError as error:
        assert not write and "damaged" in error.problem and error.remedy, error
        return 0, None
    assert found.keys() == known
    assert all(same(run, RUNS[identity]) for identity, run in found.items())
    return len(known), store


@pytest.mark.parametrize("name", ["closed", "killed"])
def test_no_flipped_bit_and_no_lost_end_makes_a_wrong_run(whole, path, name):
    luck = random.Random(name)
    repaired = 0
    for _ in range(30):
        copied(whole[name], path)
        file = luck.choice([file for file in path.parent.iterdir() if not file.name.endswith(("-shm", ".closed"))])
        size, time = file.stat().st_size, file.stat().st_mtime_ns
        with file.open("r+b") as handle:
            if luck.random() < 0.25:
                handle.truncate(luck.randrange(size))
            for _ in range(luck.choice((1, 1, 3, 30))):
                page = luck.randrange(size // PAGE) * PAGE
                at = luck.choice((luck.randrange(size), luck.randrange(PAGE), page + luck.randrange(24))) % size
                handle.seek(at)
                byte = handle.read(1) or b"\0"
                handle.seek(at)
                handle.write(bytes([byte[0] ^ 1 << luck.randrange(8)]))
        os.utime(file, ns=(time, time))  # the disk has forgotten it, and nobody has touched it
        before, _ = read_truly(path, write=False)
        after, store = read_truly(path, write=True)
        assert after >= before
        if store.repaired is not None:
            repaired += 1
            assert store.repaired.aside.exists() or Path(f"{store.repaired.aside}-wal").exists()
            assert store.repaired.runs == after
        with Store.open(path) as store:
            assert store.repaired is None and len(store.known(RUNS)) == after, "what has been repaired is whole"
    assert repaired > 10


def flipped(path: Path, at: int, bits: int = 1) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ bits]))


def pages_of(path: Path, kind: int) -> list[int]:
    """Where the pages begin whose first byte is `kind`."""
    content = path.read_bytes()
    return [at for at in range(PAGE, len(content), PAGE) if content[at] == kind]


@pytest.mark.parametrize("at", [0, 16, 18, 20, 44, 56, 60, 68, 100, 103, 3_500, 4_000])
def test_a_damaged_first_page_costs_no_run(whole, path, at):
    flipped(copied(whole["closed"], path), at, 4)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(path, write=False)
    with Store.open(path) as store:
        assert store.repaired.runs == len(RUNS) and store.repaired.experiments == 1 and store.repaired.failures == 10
        assert f"{len(RUNS)} runs" in store.repaired.sentence() and str(store.repaired.aside) in store.repaired.sentence()
        assert store.known(RUNS) == RUNS.keys()
        assert store.experiments()[0].text == "seeds = 300\n" * 900


def test_a_first_page_that_is_gone_costs_no_run(whole, path):
    with copied(whole["closed"], path).open("r+b") as file:
        file.write(bytes(PAGE))
    with Store.open(path) as store:
        assert store.repaired.runs == len(RUNS)


def test_an_empty_file_or_a_log_alone_gives_what_the_log_holds(whole, path):
    for gone in (False, True):
        copied(whole["killed"], path)
        path.unlink() if gone else os.truncate(path, 0)
        with Store.open(path) as store:
            assert store.repaired.runs > 50
            assert store.known(RUNS) < RUNS.keys()
        assert Path(f"{store.repaired.aside}-wal").exists()


def test_a_damaged_inner_page_costs_at_most_its_own_rows(whole, path):
    for page in pages_of(whole["closed"], 0x02)[:3]:
        flipped(copied(whole["closed"], path), page + 8, 8)
        count, store = read_truly(path, write=True)
        assert store.repaired is not None and count >= len(RUNS) - 10


def test_a_damaged_leaf_costs_at_most_its_own_rows(whole, path):
    for page in pages_of(whole["closed"], 0x0A)[:3]:
        for at in (0, 3, 8, PAGE - 100):
            flipped(copied(whole["closed"], path), page + at, 1)
            count, store = read_truly(path, write=True)
            assert count >= len(RUNS) - 8 and (count == len(RUNS) or store.repaired is not None)


def test_damaged_free_pages_cost_no_run(whole, path):
    with Store.open(copied(whole["closed"], path)) as store:
        store._connection.execute("INSERT INTO runs VALUES ('to be deleted', '', '', '', '', zeroblob(90000), '')")
        store._connection.execute("DELETE FROM runs WHERE identity = 'to be deleted'")
    trunk = int.from_bytes(path.read_bytes()[32:36])
    assert trunk > 0, "there are free pages"
    flipped(path, (trunk - 1) * PAGE + 11, 2)
    count, store = read_truly(path, write=True)
    assert count == len(RUNS) and store.repaired is not None


@pytest.mark.parametrize("at", [0, 9, 17, 25, 32 + 24 + 50, 32 + 9, 32 + 3 * (PAGE + 24) + 500])
def test_damage_to_the_log_is_noticed_and_costs_at_most_what_it_hit(whole, path, at):
    flipped(Path(f"{copied(whole['killed'], path)}-wal"), at)
    count, store = read_truly(path, write=True)
    assert store.repaired is not None and "log" in store.repaired.what
    assert count >= len(RUNS) - 10


def test_a_killed_drivers_log_is_no_damage(whole, path):
    log = Path(f"{copied(whole['killed'], path)}-wal")
    with log.open("ab") as file:
        file.write(log.read_bytes()[32 : 32 + 3_000])  # a write that was cut off
    count, store = read_truly(path, write=True)
    assert count == len(RUNS) and store.repaired is None


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_an_interrupted_repair_is_gone_on_with(whole, path, monkeypatch, step):
    flipped(copied(whole["killed"], path), 0)
    left = iter(range(step))

    def cut_off(do):
        def until(*arguments):
            if next(left, None) is None:
                raise KeyboardInterrupt
            return do(*arguments)

        return until

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", cut_off(os.replace))
        patched.setattr(Path, "rename", cut_off(Path.rename))
        with pytest.raises(KeyboardInterrupt):
            Store.open(path)
    with Store.open(path) as store:
        assert store.repaired.runs == len(RUNS)
        assert store.known(RUNS) == RUNS.keys()
    with Store.open(path) as store:
        assert store.repaired is None
    aside = [file.name for file in path.parent.iterdir() if ".damaged-" in file.name]
    assert len([name for name in aside if not name.endswith("-wal")]) == 1 and len(aside) == 2, "the old files are there, each once"


def test_the_file_alone_holds_everything_once_a_driver_has_closed_it_even_while_others_read(path, tmp_path):
    with Store.open(path) as store:
        store.add(list(RUNS.values())[:1])
    with Store.open(path, write=False) as reader:
        assert reader.facts()["runs"] == 1
        with Store.open(path) as store:
            store.add(list(RUNS.values())[1:])
        shutil.copy(path, tmp_path / "copied.store")
    with Store.open(tmp_path / "copied.store", write=False) as copied:
        assert copied.known(RUNS) == set(RUNS)
