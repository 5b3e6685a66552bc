"""A small territory in which everything happens: clusters, poles with coordinators, shared projects, support of every kind.

A test that compares two runs proves nothing about what neither of them does, so the runs that are compared are lively ones.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clustersim.measures import KINDS
from clustersim.money import Flow
from clustersim.processes import meeting, serving
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.state.places import Neighbourhood
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

# a public and a private funder of the one region there is, each with several measures, so that one may live out of their reach
FUNDERS: dict[str, Any] = {
    "funders.council": {"public": True, "level": "region", "area": "region 1", "budget_eur_per_year": 1_200_000},
    "funders.foundation": {"public": False, "level": "region", "area": "region 1", "budget_eur_per_year": 600_000},
}
# amounts and times are smaller than in life, so that three years see promises made, used, paid back and made again
EACH_KIND: dict[str, Any] = {
    **SEEDS,
    **ANIMATORS,
    "measures.projects": {
        "kind": "project_call",
        "funder": "council",
        "budget_eur_per_year": 200_000,
        "amount_eur": 20_000,
        "duration_months": 6,
        "valid_months": 6,
        "calls_per_year": 4,
    },
    "measures.spaces": {
        "kind": "shared_space",
        "funder": "council",
        "budget_eur_per_year": 100_000,
        "amount_eur": 20_000,
        "duration_months": 18,
    },
    "measures.clauses": {
        "kind": "procurement",
        "funder": "council",
        "budget_eur_per_year": 200_000,
        "amount_eur": 20_000,
        "duration_months": 12,
    },
    "measures.vouchers": {"kind": "voucher", "funder": "foundation", "budget_eur_per_year": 60_000, "calls_per_year": 4},
    "measures.advisers": {
        "kind": "advice",
        "funder": "foundation",
        "budget_eur_per_year": 60_000,
        "amount_eur": 4_000,
        "calls_per_year": 2,
    },
    "measures.brokers": {"kind": "brokerage", "funder": "foundation", "budget_eur_per_year": 24_000},
    "measures.loans": {
        "kind": "loan",
        "funder": "foundation",
        "budget_eur_per_year": 150_000,
        "amount_eur": 15_000,
        "grace_months": 3,
        "term_months": 24,
        "calls_per_year": 2,
    },
    "measures.labels": {
        "kind": "recognition",
        "funder": "foundation",
        "labels_per_call": 2,
        "duration_months": 12,
        "calls_per_year": 4,
    },
}
ALL_KINDS: dict[str, Any] = {**FUNDERS, **EACH_KIND}


def lively(changes: Mapping[str, Any] | None = None) -> Scenario:
    """The lively scenario with support, and with changes of a test's own."""
    return Scenario.load("baseline", {**LIVELY, **SUPPORT, **(changes or {})})


def with_all_kinds(changes: Mapping[str, Any] | None = None) -> Scenario:
    """The lively scenario with a measure of every kind, and with changes of a test's own."""
    return Scenario.load("baseline", {**LIVELY, **ALL_KINDS, **(changes or {})})


def lived(scenario: Scenario, seed: int, months: int = LENGTH) -> Simulation:
    """A simulation that has lived so many months, spin-up included."""
    simulation = Simulation(scenario, seed)
    simulation.run_for(months)
    return simulation


def with_island(scenario: Scenario, seed: int) -> tuple[Simulation, dict[str, Any]]:
    """A simulation with an uninhabited island far off, in a region of its own; and where to settle on it."""
    simulation = Simulation(scenario, seed)
    state, n = simulation.state, scenario.processes
    at = {"x_km": 5_000.0, "y_km": 5_000.0}
    island = state.places.append(1, uid=10_000, region=1, district=1, locality=1, **at).start
    state.place_levers.append(1)
    state.catchment = Neighbourhood.of(state.places, n.serving.reach_km, serving.CATCHMENT_SCALES)
    state.vicinity = Neighbourhood.of(state.places, n.meeting.decay_km, meeting.VICINITY_SCALES)
    return simulation, {"place_row": island, **at}


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


def granted_cents(state: State, awards: np.ndarray) -> int:
    """What joint projects have got of the project money promised in these awards (rows)."""
    a, projects = state.awards, state.projects
    leader, holder = projects.team[:, 0], a.organisation_row[awards]
    since = projects.start_month[:, None] >= a.start_month[awards]
    return int(projects.grant_cents[((leader[:, None] == holder) & since).any(axis=1)].sum())


# kinds that may be paid for and still do nothing of what they are for, and what they must have done with the awards paid (rows)
DEEDS: dict[str, Callable[[State, np.ndarray], bool]] = {
    "animation": lambda state, paid: (state.awards.pole_row[paid] >= 0).any() and (state.awards.cluster_row[paid] >= 0).any(),
    "project_call": lambda state, paid: granted_cents(state, paid) > 0 and state.awards.repaid_cents[paid].any(),
    "voucher": lambda state, paid: granted_cents(state, paid) > 0 and state.awards.repaid_cents[paid].any(),
    "procurement": lambda state, paid: _flows(state, paid) == {Flow.PROCUREMENT},
    "loan": lambda state, paid: _flows(state, paid) == {Flow.SUPPORT, Flow.REPAYMENT},
}


def _flows(state: State, awards: np.ndarray) -> set[int]:
    """The flows of money under the measures of these awards."""
    journal = state.ledger.journal
    return set(journal.flow[np.isin(journal.measure, state.awards.measure[awards])].tolist())


def assert_all_kinds_acted(simulation: Simulation) -> None:
    """Refuse a run that is not lively, or in which a measure did nothing of what its kind is for."""
    state, measures = simulation.state, simulation.scenario.measures
    assert_lively(state)
    assert {measure.kind for measure in measures} == set(KINDS)
    a = state.awards
    for number, measure in enumerate(measures):
        made = np.flatnonzero((a.measure == number) & ((a.paid_cents > 0) | (measure.kind == "recognition")))
        assert made.size, f"{measure.name} never gave anything"
        assert measure.kind not in DEEDS or DEEDS[measure.kind](state, made), f"{measure.name} never did what it is for"
