"""Rows split over threads.

A kernel that writes only its own rows, or disjoint pairs of rows, gives the same bits however the rows are split. Threads
pay only on large runs: below `WORTH_SPLITTING` rows one call does all.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

WORTH_SPLITTING = 20_000
_BLOCK = 8_192


class Workers:
    """Runs `kernel(start, stop, *arguments)` over all rows, on one thread or several."""

    def __init__(self, threads: int = 1, worth_splitting: int = WORTH_SPLITTING) -> None:
        """`threads` at least 1; `worth_splitting` is the number of rows from which threads are used."""
        if threads < 1:
            raise ValueError(f"threads: found {threads}, allowed is 1 or more")
        self.threads = threads
        self._worth_splitting = worth_splitting
        # the thread that calls works too
        self._pool = ThreadPoolExecutor(threads - 1, "clustersim") if threads > 1 else None

    def over(self, rows: int, kernel: Callable, *arguments: Any) -> list[Any]:
        """Call the kernel on every row once. Returns what it returned, block by block in the order of rows."""
        if self._pool is None or rows < self._worth_splitting:
            return [kernel(0, rows, *arguments)]
        # more blocks than threads, so that an uneven territory keeps all of them busy
        size = max(1, min(_BLOCK, -(-rows // (4 * self.threads))))
        starts = range(0, rows, size)
        returned: list[Any] = [None] * len(starts)
        left = enumerate(starts)  # each block goes to the thread that asks next: fewer awakenings than one task a block

        def work() -> None:
            for number, start in left:
                returned[number] = kernel(start, min(rows, start + size), *arguments)

        others = [self._pool.submit(work) for _ in range(self.threads - 1)]
        try:
            work()
        finally:
            wait(others)
        for other in others:
            other.result()
        return returned

    def close(self) -> None:
        """Let the threads go. Using the workers afterwards works on one thread."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
