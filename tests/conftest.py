"""Every test runs with bounds checks in compiled code: reading past the end of an array is an error, not a number."""

import os

# before anything imports numba, which reads it once
os.environ.setdefault("NUMBA_BOUNDSCHECK", "1")

import pytest

from clustersim import Scenario

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
