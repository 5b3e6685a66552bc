"""What a store holds: runs, runs that failed, and experiments, each a row with a checksum over all of its columns.

Every table is one tree ordered by identity (`WITHOUT ROWID`), so that no second index can disagree with it. Columns are
text, but for the packed content of a run: what is read from a row is bytes, and the checksum is taken over these bytes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clustersim.experiments.store.packing import pack, unpack
from clustersim.results import RESULTS_VERSION

__all__ = [
    "EXPERIMENTS", "FAILURES", "FORMAT", "KINDS", "MARK", "RUNS", "FailedRun", "KeptExperiment", "Kind", "Row", "StoredRun", "disagreement",
    "experiment_of", "failure_of", "row_of_experiment", "row_of_failure", "row_of_run", "run_identity", "run_of",
]  # fmt: skip

FORMAT = 1
MARK = f"clustersim store, format {FORMAT}."  # stands in the first page of the file, as a comment on the first table
_BYTES = 16
_CONTENT = "content"  # the one column that is no text

type Row = tuple[bytes, ...]


@dataclass(frozen=True, eq=False)
class StoredRun:
    """One run that went well.

    Attributes:
        identity: What `run_identity` says.
        scenario: Identity of the resolved scenario, which covers its numbers and its data.
        seed: The replication.
        state_hash: Digest of the state at the end.
        start_hash: Digest of the state when the scenario began.
        numbers: Outcomes and money by name, exact; NaN where there is none.
        series: One value a month, by name.
        seconds: Time it took; no part of what must agree.
    """

    identity: str
    scenario: str
    seed: int
    state_hash: str
    start_hash: str
    numbers: dict[str, float]
    series: dict[str, np.ndarray]
    seconds: float


@dataclass(frozen=True)
class FailedRun:
    """One run that did not end well, as last tried."""

    identity: str
    scenario: str
    seed: int
    error: str
    traceback: str
    attempts: int


@dataclass(frozen=True)
class KeptExperiment:
    """An experiment that has used the store: its resolved file, and since when (ISO time) it is known."""

    identity: str
    name: str
    text: str
    since: str


@dataclass(frozen=True)
class Kind:
    """A table: its name and columns, the identity first; the checksum follows the last."""

    name: str
    columns: tuple[str, ...]

    def schema(self) -> str:
        """The statement that makes the table."""
        types = ["identity TEXT PRIMARY KEY", *(f"{name} {'BLOB' if name == _CONTENT else 'TEXT'}" for name in self.columns[1:])]
        return f"CREATE TABLE {self.name} ( -- {MARK}\n{', '.join(types)}, checksum BLOB) WITHOUT ROWID"

    def sealed(self, *values: str | bytes) -> Row:
        """The row of these values, with its checksum."""
        row = tuple(value.encode() if isinstance(value, str) else value for value in values)
        return (*row, self._checksum(row))

    def is_whole(self, row: Sequence[object]) -> bool:
        """Whether a row is as it was written."""
        if len(row) != len(self.columns) + 1 or not all(isinstance(value, bytes) for value in row):
            return False
        return self._checksum(row[:-1]) == row[-1]

    def insertion(self, row: Row) -> tuple[str, list[str | bytes]]:
        """The statement and values that put a row in place of any other of its identity."""
        values = [value if name == _CONTENT else value.decode() for name, value in zip(self.columns, row, strict=False)]
        return f"INSERT OR REPLACE INTO {self.name} VALUES ({', '.join('?' * len(row))})", [*values, row[-1]]

    def _checksum(self, values: Sequence[bytes]) -> bytes:
        digest = hashlib.blake2b(digest_size=_BYTES, person=f"{self.name} {FORMAT}".encode())
        for value in values:
            digest.update(len(value).to_bytes(8, "little"))
            digest.update(value)
        return digest.digest()


RUNS = Kind("runs", ("identity", "scenario", "seed", "state_hash", "start_hash", _CONTENT))
FAILURES = Kind("failures", ("identity", "scenario", "seed", "error", "traceback", "attempts"))
EXPERIMENTS = Kind("experiments", ("identity", "name", "text", "since"))
KINDS = (RUNS, FAILURES, EXPERIMENTS)


def run_identity(scenario_identity: str, seed: int) -> str:
    """What a run is known by: a digest of the version of results, the resolved scenario with its data, and the seed."""
    return hashlib.blake2b("\n".join((RESULTS_VERSION, scenario_identity, str(int(seed)))).encode(), digest_size=_BYTES).hexdigest()


def row_of_run(run: StoredRun) -> Row:
    """The row of a run."""
    content = pack(run.numbers, run.series, run.seconds)
    return RUNS.sealed(run.identity, run.scenario, str(int(run.seed)), run.state_hash, run.start_hash, content)


def run_of(row: Row) -> StoredRun:
    """The run of a whole row."""
    identity, scenario, seed, state_hash, start_hash = (value.decode() for value in row[:5])
    return StoredRun(identity, scenario, int(seed), state_hash, start_hash, *unpack(row[5]))


def row_of_failure(failure: FailedRun) -> Row:
    """The row of a failure. What tracebacks hold of names that are no text (of files, say) is written out."""
    said = [text.encode("utf-8", "backslashreplace").decode() for text in (failure.error, failure.traceback)]
    return FAILURES.sealed(failure.identity, failure.scenario, str(int(failure.seed)), *said, str(int(failure.attempts)))


def failure_of(row: Row) -> FailedRun:
    """The failure of a whole row."""
    identity, scenario, seed, error, traceback, attempts = (value.decode() for value in row[:6])
    return FailedRun(identity, scenario, int(seed), error, traceback, int(attempts))


def row_of_experiment(kept: KeptExperiment) -> Row:
    """The row of an experiment."""
    return EXPERIMENTS.sealed(kept.identity, kept.name, kept.text, kept.since)


def experiment_of(row: Row) -> KeptExperiment:
    """The experiment of a whole row."""
    return KeptExperiment(*(value.decode() for value in row[:4]))


def disagreement(one: StoredRun, other: StoredRun) -> tuple[str, str, str] | None:
    """In what two runs of one identity differ: its name, what the one has and what the other; None if in nothing that counts."""
    for name in ("state_hash", "start_hash"):
        if getattr(one, name) != getattr(other, name):
            return name.replace("_", " "), getattr(one, name), getattr(other, name)
    for kind in ("numbers", "series"):
        ours, theirs = getattr(one, kind), getattr(other, kind)
        for name in sorted(ours.keys() | theirs.keys()):
            if name not in ours or name not in theirs or _bits(ours[name]) != _bits(theirs[name]):
                return name, _said(ours.get(name)), _said(theirs.get(name))
    return None


def _said(value: object) -> str:
    if value is None:
        return "nothing"
    return "another course" if isinstance(value, np.ndarray) else repr(value)


def _bits(value: float | np.ndarray) -> tuple[str, tuple[int, ...], bytes]:
    """What makes two values the same; every NaN is like every other."""
    found = np.asarray(value)
    if found.dtype.kind == "f":
        found = np.where(np.isnan(found), np.array(np.nan, found.dtype), found)
    return found.dtype.str, found.shape, found.tobytes()
