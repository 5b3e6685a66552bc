"""Compiled arithmetic that knows nothing of clusters, and the one place where Numba is configured.

`kernel` is the decorator of every compiled function in the project. It compiles without the GIL (replications run in
threads), without `fastmath` (the same bits on every CPU) and with a cache on disk.

Numba's own cache looks only at the file that defines a function: a process that inlined a helper of this floor would
go on running the old helper after an edit. The cache's folder therefore carries a hash of every source file that
others may inline (the ground floor and the state), so that an edit there starts a fresh folder.

A kernel that works row by row takes `(start, stop, ...)` first and writes only what belongs to rows in that range (or to disjoint
pairs whose smaller row is in it); `Workers` may then split the rows over threads, and the result is the same bits for any number.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numba

__all__ = ["kernel"]


def _shared_sources() -> list[Path]:
    """Every file whose functions may be inlined into kernels of other files."""
    package = Path(__file__).parent.parent
    inlined = (
        "luck.py",
        "money.py",
        "processes/accounts.py",
        "processes/founding.py",
        "measures/ranking.py",
        "processes/project_costs.py",
        "processes/teams.py",
    )
    return sorted([*(package / name for name in inlined), *package.glob("kernels/*.py"), *package.glob("state/*.py")])


def _cache_folder() -> str:
    """A folder for compiled code, named by the sources and switches that shape it; never inside the package."""
    digest = hashlib.blake2b(digest_size=8)
    for path in _shared_sources():
        digest.update(path.read_bytes())
    digest.update(f"{numba.__version__} {numba.config.BOUNDSCHECK} {numba.config.CPU_NAME}".encode())
    chosen = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(chosen) / "clustersim" / digest.hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / "clustersim" / digest.hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


numba.config.CACHE_DIR = _cache_folder()

_compile = numba.njit(nogil=True, cache=True)


def kernel(function: Callable) -> Callable:
    """Compile `function` at its first call, with the project's options. `NUMBA_DISABLE_JIT=1` leaves it as it is."""
    return _compile(function)
