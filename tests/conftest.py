"""Every test runs with bounds checks in compiled code: reading past the end of an array is an error, not a number."""

import os

# before anything imports numba, which reads it once
os.environ.setdefault("NUMBA_BOUNDSCHECK", "1")

import pytest

from clustersim import Scenario


@pytest.fixture(scope="session")
def village() -> Scenario:
    """The smallest shipped scenario."""
    return Scenario.load("village")


@pytest.fixture(scope="session")
def baseline() -> Scenario:
    """The default scenario."""
    return Scenario.load("baseline")
