"""The program: what must be the same wherever the runs of one question are done.

A run depends on the program alone, not on the machine. Workers that the driver has not started may have another program: so they
are asked, and the answers compared, before their results count.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import clustersim
from clustersim.results import RESULTS_VERSION

__all__ = ["difference", "program", "sources"]

_PACKAGES = ("clustersim", "numba", "numpy")


@cache
def program() -> dict[str, str]:
    """Everything of the program that runs depend on: its versions, and a digest of its sources."""
    return {name: _version(name) for name in _PACKAGES} | {"results version": RESULTS_VERSION, "sources": sources()}


@cache
def sources() -> str:
    """Digest of all sources of the program."""
    package = Path(clustersim.__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def difference(worker: Mapping[str, str], driver: Mapping[str, str]) -> str:
    """What a worker's program has that the driver's has not, in words; empty if they are the same."""
    differing = [name for name in driver if worker.get(name) != driver[name]]
    return ", ".join(f"{name} {worker.get(name, 'unknown')} where the driver has {driver[name]}" for name in differing)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
