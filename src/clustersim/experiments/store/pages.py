"""Rows read straight from the pages of a store's file, past all that leads to them.

A database is a file of pages. Pages with rows are told by their first byte and can be read one by one, so that a broken header,
schema or tree hides nothing but what it hit. Each row carries its checksum: whatever verifies is a true row, wherever it was found.
The format is SQLite's, https://www.sqlite.org/fileformat2.html (1.6 cells and overflow pages, 2.1 records, 4.1 the write-ahead log);
the tables of a store are `WITHOUT ROWID`, and so their pages are those of an index.
"""

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from clustersim.experiments.store.rows import KINDS, Kind, Row

__all__ = ["PAGE", "loses_transactions", "whole_rows"]

PAGE = 4096
_LEAF, _INTERIOR = 0x0A, 0x02
_MOST_LOCAL = (PAGE - 12) * 64 // 255 - 23
_LEAST_LOCAL = (PAGE - 12) * 32 // 255 - 23
_LOG_HEAD, _FRAME_HEAD = 32, 24
_FRAME = _FRAME_HEAD + PAGE
_LOG_MAGIC = (0x377F0682, 0x377F0683)  # the last bit tells the order of bytes of its checksums

type Found = tuple[Kind, Row]


class _Pages:
    """The pages of a database file, and the newer ones of its log."""

    def __init__(self, file: BinaryIO, log: BinaryIO | None) -> None:
        self._file = file
        self._log = log
        self.count = -(-os.fstat(file.fileno()).st_size // PAGE)
        self.frames = [] if log is None else _frames(log)
        self.bytes = (self.count + len(self.frames)) * PAGE
        self._newest = {page: at for at, page, _ in self.frames}

    def of_file(self, page: int) -> bytes:
        self._file.seek((page - 1) * PAGE)
        return self._file.read(PAGE)

    def of_log(self, at: int) -> bytes:
        assert self._log is not None
        self._log.seek(at)
        return self._log.read(PAGE)

    def newest(self, page: int) -> bytes:
        at = self._newest.get(page)
        return self.of_file(page) if at is None else self.of_log(at)


def whole_rows(path: Path) -> Iterator[Found]:
    """Every row of a store or what is left of it that can be read and is whole. Some may come more than once.

    Failures may be of an earlier attempt, or of a run that has gone well since: what has been replaced stays in a file for a while.
    """
    log_path = path.with_name(f"{path.name}-wal")
    with path.open("rb") if path.exists() else open(os.devnull, "rb") as file:
        log = log_path.open("rb") if log_path.exists() else None
        try:
            pages = _Pages(file, log)
            for number in range(1, pages.count + 1):
                yield from _rows_on(pages.of_file(number), pages)
            for at, _, _ in pages.frames:
                yield from _rows_on(pages.of_log(at), pages)
        finally:
            if log is not None:
                log.close()


def loses_transactions(log_path: Path, valid: int) -> bool:
    """Whether the log holds ends of transactions of its present use beyond the `valid` frames that SQLite takes from it.

    A process that was killed leaves a log whose last transaction may have no end; ends after a broken frame mean damage.
    """
    if not log_path.exists():
        return False
    with log_path.open("rb") as log:
        head = log.read(_LOG_HEAD)
        if len(head) < _LOG_HEAD:
            return False
        whole = _is_whole_head(head)
        log.seek(0)
        for at, _, ends in _frames(log, salts={head[16:24]} if whole else None):
            if ends and (at - _LOG_HEAD) // _FRAME >= valid:
                return True
    return False


def _frames(log: BinaryIO, salts: set[bytes] | None = None) -> list[tuple[int, int, bool]]:
    """Place and number of each page in a log, and whether a transaction ends with it; frames of an earlier use of the log left out."""
    size = os.fstat(log.fileno()).st_size
    log.seek(0)
    head = log.read(_LOG_HEAD)
    found = []
    for start in range(_LOG_HEAD, size - _FRAME + 1, _FRAME):
        log.seek(start)
        page, pages_after, salt = struct.unpack(">II8s", log.read(16))
        if salts is None:
            salts = {head[16:24], salt}
        if salt in salts:
            found.append((start + _FRAME_HEAD, page, pages_after > 0))
    return found


def _is_whole_head(head: bytes) -> bool:
    """Whether the head of a log is as it was written."""
    magic = int.from_bytes(head[:4])
    if magic not in _LOG_MAGIC:
        return False
    one = two = 0
    words = struct.unpack(f"{'>' if magic & 1 else '<'}6I", head[:24])
    for x, y in zip(words[::2], words[1::2], strict=True):
        one = (one + x + two) & 0xFFFFFFFF
        two = (two + y + one) & 0xFFFFFFFF
    return struct.unpack(">II", head[24:32]) == (one, two)


def _rows_on(page: bytes, pages: _Pages) -> Iterator[Found]:
    """The whole rows of a page, if it has any."""
    if len(page) < PAGE or page[0] not in (_LEAF, _INTERIOR):
        return
    head, before = (8, 0) if page[0] == _LEAF else (12, 4)
    for cell in range(min(int.from_bytes(page[3:5]), (PAGE - head) // 2)):
        start = int.from_bytes(page[head + 2 * cell : head + 2 * cell + 2]) + before
        for read in (pages.newest, pages.of_file) if pages.frames else (pages.of_file,):
            try:
                values = _values(_payload(page, start, read, pages.bytes))
            except (IndexError, ValueError):  # no row, or no longer
                continue
            kind = next((kind for kind in KINDS if kind.is_whole(values)), None)
            if kind is not None:
                yield kind, values
                break


def _payload(page: bytes, start: int, read: Callable[[int], bytes], most: int) -> bytes:
    """The row that begins on a page, with what of it lies on further pages."""
    size, start = _number(page, start)
    if size > most:
        raise ValueError("a row larger than the file")
    if size <= _MOST_LOCAL:
        return page[start : start + size]
    local = _LEAST_LOCAL + (size - _LEAST_LOCAL) % (PAGE - 4)
    if local > _MOST_LOCAL:
        local = _LEAST_LOCAL
    parts, missing = [page[start : start + local]], size - local
    following = int.from_bytes(page[start + local : start + local + 4])
    while missing > 0:
        further = read(following) if following > 0 else b""
        if len(further) < PAGE:
            raise ValueError("the row goes on where there is no page")
        following = int.from_bytes(further[:4])
        parts.append(further[4 : 4 + min(missing, PAGE - 4)])
        missing -= PAGE - 4
    return b"".join(parts)


def _values(payload: bytes) -> Row:
    """The columns of a row; a store's are all text or bytes."""
    stop, at = _number(payload, 0)
    sizes = []
    while at < stop:
        kind, at = _number(payload, at)
        if kind < 12:
            raise ValueError("a column that is neither text nor bytes")
        sizes.append((kind - 12) // 2)
    if at != stop or stop + sum(sizes) != len(payload):
        raise ValueError("columns that do not fill the row")
    values = []
    for size in sizes:
        values.append(payload[at : at + size])
        at += size
    return tuple(values)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A whole number of one to nine bytes, and where it ends."""
    value = 0
    for place in range(8):
        byte = data[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    return value << 8 | data[at + 8], at + 9
