"""A small territory in which everything happens: clusters, poles with coordinators, shared projects, support of every kind.

A test that compares two runs proves nothing about what neither of them does, so the runs that are compared are lively ones.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from clustersim.money import Flow
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.state.projects import SUCCEEDED

SPIN_UP, MONTHS = 12, 36
LENGTH = SPIN_UP + MONTHS

LIVELY: dict[str, Any] = {
    "territory.places": 40,
    "territory.width_km": 40.0,
    "territory.height_km": 40.0,
    "population.organisations": 120,
    "population.private_share": 0.3,
    "population.public_share": 0.2,
    "run.spin_up": SPIN_UP,
    "run.months": MONTHS,
    "processes.observing.least_trust": 0.2,
    "processes.observing.longest_km": 30.0,
    "processes.observing.fewest_members": 3,
    "processes.federating.found_chance": 0.2,
    "processes.innovating.idea_rate": 0.2,
}
COUNCIL: dict[str, Any] = {"funders.council": {"public": True, "level": "territory", "budget_eur_per_year": 600_000}}
SEEDS: dict[str, Any] = {"measures.seeds": {"kind": "seed_grant", "funder": "council", "budget_eur_per_year": 200_000}}
ANIMATORS: dict[str, Any] = {
    "measures.animators": {
        "kind": "animation",
        "funder": "council",
        "budget_eur_per_year": 400_000,
        "amount_eur": 30_000,
        "duration_months": 12,
        "calls_per_year": 4,
    }
}
SUPPORT: dict[str, Any] = {**COUNCIL, **SEEDS, **ANIMATORS}


def lively(changes: Mapping[str, Any] | None = None) -> Scenario:
    """The lively scenario with support, and with changes of a test's own."""
    return Scenario.load("baseline", {**LIVELY, **SUPPORT, **(changes or {})})


def lived(scenario: Scenario, seed: int, months: int = LENGTH) -> Simulation:
    """A simulation that has lived so many months, spin-up included."""
    simulation = Simulation(scenario, seed)
    simulation.run_for(months)
    return simulation


def hashes_of(scenario: Scenario, seed: int, months: int = LENGTH) -> tuple[list[str], State]:
    """The state's hash after each month, and the state at the end."""
    simulation = Simulation(scenario, seed)
    found = []
    for _ in range(months):
        simulation.step()
        found.append(simulation.state.hash())
    return found, simulation.state


def assert_lively(state: State) -> None:
    """Refuse a run in which something that tests compare has never happened."""
    o, projects, awards = state.organisations, state.projects, state.awards
    assert len(state.clusters) >= 5, "hardly a cluster was ever seen"
    assert len(state.poles) >= 2, "hardly a pole was ever founded"
    assert state.ledger.total_cents[Flow.COORDINATOR] > 0, "no coordinator was ever in post"
    assert np.count_nonzero((projects.size > 1) & (projects.outcome == SUCCEEDED)) >= 5, "hardly a shared project ever succeeded"
    for beneficiary in ("organisation_row", "pole_row", "cluster_row"):
        assert (awards.paid_cents[getattr(awards, beneficiary) >= 0] > 0).any(), f"no support was ever paid to a {beneficiary}"
    assert (o.founded_month > 0).any(), "nobody ever founded"
    assert not o.alive.all(), "nobody ever closed"
