"""Rows in and out of the tables of an open store. Whatever comes out has been verified; what goes in contradicts nothing there."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import batched

from clustersim.experiments.store.errors import REPAIR, StoreError
from clustersim.experiments.store.rows import FAILURES, RUNS, FailedRun, Kind, Row, disagreement, failure_of, row_of_failure, run_of

__all__ = ["CHUNK", "all_rows", "insert_failures", "insert_runs", "remove", "rows_of"]

CHUNK = 500  # rows at a time: few enough for SQLite's variables and for memory, many enough to be quick


def rows_of(connection: sqlite3.Connection, kind: Kind, identities: Iterable[str]) -> dict[str, Row | None]:
    """The rows that there are of some identities, no more than `CHUNK`; None for one that is damaged."""
    asked = list(identities)
    question = f"SELECT * FROM {kind.name} WHERE identity IN ({', '.join('?' * len(asked))})"
    return {row[0].decode(): row if kind.is_whole(row) else None for row in connection.execute(question, asked).fetchall()}


def all_rows(connection: sqlite3.Connection, kind: Kind) -> Iterator[Row | None]:
    """All rows of a table in the order of identities, some at a time so that nobody has to wait; None for one that is damaged."""
    question = f"SELECT * FROM {kind.name} WHERE identity > CAST(? AS TEXT) AND typeof(identity) = 'text' ORDER BY identity LIMIT {CHUNK}"
    after = b""
    while rows := connection.execute(question, [after]).fetchall():
        if rows[-1][0] <= after:
            raise StoreError(f"the table of {kind.name} is damaged (it is out of order)", REPAIR)
        for row in rows:
            yield row if kind.is_whole(row) else None
        after = rows[-1][0]


def insert_runs(connection: sqlite3.Connection, rows: Iterable[Row], here: str, source: str) -> tuple[int, set[str]]:
    """Put runs in, inside the caller's transaction: how many are new, and which took the place of a damaged row.

    Args:
        connection: The driver's.
        rows: Whole rows.
        here: What this store is called.
        source: Where the runs come from, in words.

    Raises:
        StoreError: if one is there already and says something else.
    """
    new, replaced = 0, set()
    for some in batched(rows, CHUNK):
        there = rows_of(connection, RUNS, {row[0].decode() for row in some})
        for row in some:
            identity = row[0].decode()
            if (known := there.get(identity)) is not None:
                _must_agree(known, row, here, source)
                continue
            connection.execute(*RUNS.insertion(row))
            new += 1
            replaced |= {identity} & there.keys()
            there[identity] = row
        connection.executemany("DELETE FROM failures WHERE identity = ?", ((row[0].decode(),) for row in some))
    return new, replaced


def insert_failures(connection: sqlite3.Connection, failures: Iterable[FailedRun], *, add_up: bool) -> int:
    """Put failures in, inside the caller's transaction, but for runs that went well: how many were put in.

    Args:
        connection: The driver's.
        failures: The newest last.
        add_up: Whether these are further attempts; or else the same that the store may know, of which those with most attempts count.
    """
    put = 0
    for failure in failures:
        if rows_of(connection, RUNS, [failure.identity]).get(failure.identity) is not None:
            continue
        known = rows_of(connection, FAILURES, [failure.identity]).get(failure.identity)
        before = 0 if known is None else failure_of(known).attempts
        if not add_up and before >= failure.attempts:
            continue
        attempts = failure.attempts + (before if add_up else 0)
        row = row_of_failure(FailedRun(**{**vars(failure), "attempts": attempts}))
        connection.execute(*FAILURES.insertion(row))
        put += 1
    return put


def remove(connection: sqlite3.Connection, kind: Kind, identities: Iterable[str]) -> None:
    """Take rows out, inside the caller's transaction."""
    connection.executemany(f"DELETE FROM {kind.name} WHERE identity = ?", ((identity,) for identity in identities))


def _must_agree(one: Row, other: Row, here: str, source: str) -> None:
    if one == other:
        return
    known, come = run_of(one), run_of(other)
    differing = disagreement(known, come)
    if differing is not None:
        name, ours, theirs = differing
        raise StoreError(
            f"run {known.identity} (scenario {known.scenario}, seed {known.seed}) has {name} {ours} in the store {here}, "
            f"but {theirs} in {source}",
            "The same program, scenario and seed give the same run on every machine: find out which of the two is right by running it "
            "again, and take no runs from where the wrong one came from",
        )
