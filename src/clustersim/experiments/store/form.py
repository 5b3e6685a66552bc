"""The form of a store's file: how it is made, and what is wrong with one."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from clustersim.durable import bring_to_disk
from clustersim.experiments.store.errors import StoreError
from clustersim.experiments.store.pages import PAGE, loses_transactions, whole_rows
from clustersim.experiments.store.rows import FORMAT, KINDS, MARK

__all__ = [
    "Statement", "beside", "damage_of_content", "damage_of_head", "damage_of_log", "damage_of_tables", "is_logged", "is_there", "new_file",
]  # fmt: skip

_MAGIC = b"SQLite format 3\0"
_OURS = 0x436C7553  # "CluS", in the field for a program's own number
# what never changes in the head of a store: place and bytes (https://www.sqlite.org/fileformat2.html, 1.3)
_FIXED = {
    0: _MAGIC, 16: PAGE.to_bytes(2), 20: b"\0\x40\x20\x20", 44: (4).to_bytes(4), 48: bytes(8), 56: (1).to_bytes(4),
    60: FORMAT.to_bytes(4), 64: bytes(4), 68: _OURS.to_bytes(4), 72: bytes(20),
}  # fmt: skip
_ROLLBACK, _LOGGED = b"\1\1", b"\2\2"  # at place 18: which journal is kept

type Statement = tuple[str, Sequence[str | bytes]]


def beside(path: Path, ending: str) -> Path:
    """The file that belongs to the store at `path` and carries its name with an ending."""
    return path.with_name(path.name + ending)


def is_there(path: Path) -> bool:
    """Whether there is a store, or at least its log, which may hold runs."""
    log = beside(path, "-wal")
    return path.exists() or (log.exists() and log.stat().st_size > 0)


def is_logged(path: Path) -> bool:
    """Whether the store keeps a write-ahead log, by its own account."""
    return _first_page(path)[18:20] == _LOGGED


def new_file(path: Path, statements: Iterable[Statement] = ()) -> None:
    """A store at `path`, filled by the statements, whole and on the disk; or none."""
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for setting in (f"page_size={PAGE}", "auto_vacuum=NONE", "encoding='UTF-8'", "journal_mode=OFF", "synchronous=OFF"):
                connection.execute(f"PRAGMA {setting}")  # a file that is thrown away on any error needs no journal
            connection.execute("BEGIN")
            connection.execute(f"PRAGMA application_id={_OURS}")
            connection.execute(f"PRAGMA user_version={FORMAT}")
            for kind in KINDS:
                connection.execute(kind.schema())
            for statement, values in statements:
                connection.execute(statement, values)
            connection.execute("COMMIT")
        bring_to_disk([path])
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def damage_of_head(path: Path) -> str | None:
    """What is wrong with the first page of a store, in words; None if nothing.

    Raises:
        StoreError: if this is no store at all, or one of another format. It is left as it is.
    """
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is a folder or a device, not a store of runs", "Name a file with --store")
    page = _first_page(path)
    marked = MARK.encode() in page
    wrong = any(page[place : place + len(expected)] != expected for place, expected in _FIXED.items())
    if not wrong and marked and page[18:20] in (_ROLLBACK, _LOGGED):
        return None
    if not page:
        return "its file is empty" if path.exists() else "its file is gone, and only the log was left"
    numbered = page.startswith(_MAGIC) and page[68:72] == _FIXED[68]
    version = int.from_bytes(page[60:64])
    if numbered and version > FORMAT and not marked:
        problem = f"the store {path} has format {version}, and this program knows formats up to {FORMAT}"
        raise StoreError(problem, "Use a newer clustersim, or another store with --store")
    if numbered or marked or any(True for _ in whole_rows(path)):
        return "the head of its file is damaged"
    raise StoreError(f"{path} is not a store of runs", "Name another file with --store; this one is left as it is")


def damage_of_tables(connection: sqlite3.Connection) -> str | None:
    """What is wrong with the list of tables, in words; None if nothing."""
    found = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    expected = [(kind.schema().encode(),) for kind in sorted(KINDS, key=lambda kind: kind.name)]
    return None if found == expected else "its list of tables is damaged"


def damage_of_content(connection: sqlite3.Connection) -> str | None:
    """What is wrong with pages or rows, in words; None if nothing. Reads all of the store."""
    said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != b"ok":
        return f"its pages are damaged ({said.decode(errors='replace').splitlines()[-1]})"
    for kind in KINDS:
        before = b""
        for row in connection.execute(f"SELECT * FROM {kind.name}"):
            if not kind.is_whole(row) or row[0] <= before:
                return f"its table of {kind.name} is damaged"
            before = row[0]
    return None


def damage_of_log(connection: sqlite3.Connection, path: Path) -> str | None:
    """What is wrong with the log of a store, in words; None if nothing. What it holds goes over into the file."""
    _, taken, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return "its log is damaged" if loses_transactions(beside(path, "-wal"), max(taken, 0)) else None


def _first_page(path: Path) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(PAGE)
