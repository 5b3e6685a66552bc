"""Every test runs with bounds checks in compiled code: reading past the end of an array is an error, not a number."""

import os
import signal

# before anything imports numba, which reads it once
os.environ.setdefault("NUMBA_BOUNDSCHECK", "1")

import pytest

from clustersim import Scenario

# A shell that starts tests in the background has Ctrl-C ignored, and so would every process that they stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Where nothing is compiled yet, one process compiles the theory for a plain CPU, while another does for this one.
FIRST = ("test_determinism.py", "test_golden.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long and compiling files come first, so that no process of several is left alone with them at the end."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture(scope="session")
def village() -> Scenario:
    """The smallest shipped scenario."""
    return Scenario.load("village")


@pytest.fixture(scope="session")
def baseline() -> Scenario:
    """The default scenario."""
    return Scenario.load("baseline")
