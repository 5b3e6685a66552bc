"""What a run leaves behind: its outcomes, its months, its money, and how each organisation of the first day has fared.

A record is small and travels between processes; the state itself does not. The organisations alive when the scenario begins are
the same in every world of one seed, because nothing is supported before: so each can be followed in all of them.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import numpy as np

from clustersim import measures, observables
from clustersim.experiments.execution.program import sources
from clustersim.experiments.outcomes import PATHS, YEAR, Course, measured, place_types, size_classes
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COHORT", "MONEY", "Record", "record_of", "warm_kernels"]

MONEY = ("awarded_cents", "paid_cents", "returned_cents", "repaid_cents", "awards", "calls", "short_calls", "left_cents")
# what is known of an organisation on the first day, and what has become of it
COHORT = ("uid", "kind", "size_class", "purpose", "place_type")
FATE = ("survived", "clustered", "degree", "staff_fte", "innovations", "support_cents")
# in a village as it is, no cluster is seen and no pole founded, and what these need would be left for every worker to compile
_LIVELY = {
    "population.organisations": 120,
    "run.spin_up": 12,
    "run.months": 24,
    "processes.observing.least_trust": 0.2,
    "processes.observing.longest_km": 30.0,
    "processes.observing.fewest_members": 3,
    "processes.federating.found_chance": 0.5,
    "processes.innovating.idea_rate": 0.2,
}


@dataclass(frozen=True, eq=False)
class Record:
    """One run.

    Attributes:
        outcomes: In the order of `OUTCOMES`.
        paths: One row a month, one column a name of `PATHS`.
        public_cents: Spent by public funders under measures, less what came back.
        private_cents: The same of private funders.
        own_cents: What teams paid themselves of projects that had a grant.
        public_committed_cents: Promised by public funders under measures and, at the end, still to be paid.
        private_committed_cents: The same of private funders.
        money: One row a measure of the scenario, one column a name of `MONEY`.
        cohort: The columns of `COHORT`, one value an organisation alive when the scenario began, in the order of uids.
        start_hash: Digest of the state when the scenario began: equal in all worlds of one seed that differ in measures alone.
        state_hash: Digest of the state at the end.
        seconds: Time it took.
        tables: Tables as at the end, those that were to be kept.
    """

    outcomes: np.ndarray
    paths: np.ndarray
    public_cents: int
    private_cents: int
    own_cents: int
    public_committed_cents: int
    private_committed_cents: int
    money: np.ndarray
    cohort: dict[str, np.ndarray]
    start_hash: str
    state_hash: str
    seconds: float
    tables: dict[str, "pd.DataFrame"]


def record_of(scenario: Scenario, seed: int, keep: tuple[str, ...] = ()) -> Record:
    """Run a scenario under a seed; `keep` names tables of `tables.TABLES` to bring along."""
    begun = time.perf_counter()
    simulation = Simulation(scenario, seed)
    state = simulation.state
    simulation.run_for(scenario.run.spin_up)
    rows, cohort, start_hash = _first_day(state)
    simulation.run_for(scenario.run.months)
    cohort |= _last_day(state, rows)
    enterprises = cohort["survived"][cohort["kind"] == SOCIAL_ENTERPRISE]
    names = [observable.name for observable in observables.declared(scenario.purposes)]
    months = simulation.series()[scenario.run.spin_up :]
    series = {name: months[:, names.index(name)] for name in PATHS}
    public, private, own = _spent(state)
    public_committed, private_committed = _committed(state)
    return Record(
        outcomes=measured(Course(series, enterprises.size, int(enterprises.sum()))),
        paths=np.column_stack([series[name] for name in PATHS]).astype(np.float32),
        public_cents=public,
        private_cents=private,
        own_cents=own,
        public_committed_cents=public_committed,
        private_committed_cents=private_committed,
        money=_money(state, len(scenario.measures)),
        cohort=cohort,
        start_hash=start_hash,
        state_hash=state.hash(),
        seconds=time.perf_counter() - begun,
        tables=_kept(simulation, keep),
    )


def _first_day(state: State) -> tuple[np.ndarray, dict[str, np.ndarray], str]:
    """The rows of the living in the order of uids, what divides them, and the digest of everything."""
    o = state.organisations
    rows = state.by_uid()
    rows = rows[o.alive[rows]]
    return rows, {
        "uid": o.uid[rows],
        "kind": o.kind[rows],
        "size_class": size_classes(o.staff_fte[rows]),
        "purpose": o.purpose[rows],
        "place_type": place_types(state.places.population)[o.place_row[rows]],
    }, state.hash()  # fmt: skip


def _last_day(state: State, rows: np.ndarray) -> dict[str, np.ndarray]:
    """What has become of them; the closed have no staff, no partners and no cluster."""
    o = state.organisations
    alive = o.alive[rows]
    return {
        "survived": alive,
        "clustered": alive & (o.cluster_row[rows] >= 0),
        "degree": np.where(alive, state.ties.degree[rows], 0).astype(np.int16),
        "staff_fte": np.where(alive, o.staff_fte[rows], 0.0),
        "innovations": o.innovations[rows],
        "support_cents": o.support_cents[rows],
    }


def _spent(state: State) -> tuple[int, int, int]:
    """Spent under measures less what came back, by public and by private funders, and teams' own part of granted projects."""
    awards, projects = state.awards, state.projects
    net = awards.paid_cents - awards.repaid_cents
    public = state.funders.public[awards.funder_row]
    granted = projects.grant_cents > 0
    own = (projects.cost_cents - projects.grant_cents)[granted].sum()
    return int(net[public].sum()), int(net[~public].sum()), int(own)


def _committed(state: State) -> tuple[int, int]:
    """Set aside under measures and neither paid nor given back, by public and by private funders."""
    awards = state.awards
    owed = awards.awarded_cents - awards.paid_cents - awards.returned_cents
    public = state.funders.public[awards.funder_row]
    return int(owed[public].sum()), int(owed[~public].sum())


def _money(state: State, count: int) -> np.ndarray:
    """One row a measure, one column a name of `MONEY`.

    A call is short of takers where all who could apply were chosen and what is left would have served at least one more like them.
    What one call leaves the next of its budget year may use: so only the last of a year leaves money over.
    """
    awards, calls = state.awards, state.calls
    found = np.zeros((count, len(MONEY)), np.int64)
    for k, column in enumerate(("awarded_cents", "paid_cents", "returned_cents", "repaid_cents")):
        np.add.at(found[:, k], awards.measure, getattr(awards, column))
    found[:, 4] = np.bincount(awards.measure, minlength=count)
    found[:, 5] = np.bincount(calls.measure, minlength=count)
    left = calls.money_cents - calls.promised_cents
    one_more = calls.promised_cents // np.maximum(calls.chosen, 1)
    short = (calls.chosen == calls.eligible) & (left > 0) & (left >= one_more)
    np.add.at(found[:, 6], calls.measure, short)
    np.add.at(found[:, 7], calls.measure, np.where(short & _last_of_year(calls.measure, calls.month - state.spin_up), left, 0))
    return found


def _last_of_year(measure: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Whether each call is its measure's last of a budget year, in the order in which they were held."""
    year = (month - 1) // YEAR
    later_first = np.column_stack([measure, year])[::-1]
    last = np.zeros(measure.size, bool)
    last[measure.size - 1 - np.unique(later_first, axis=0, return_index=True)[1]] = True
    return last


def _kept(simulation: Simulation, names: tuple[str, ...]) -> dict[str, "pd.DataFrame"]:
    if not names:
        return {}
    from clustersim.tables import frame

    return {name: frame(name, simulation.state, simulation.territory) for name in names}


def warm_kernels() -> None:
    """Compile what runs need and keep it on disk, once for all workers; nothing to do where that has been done.

    Many processes that compile at once do the same work many times, and read from Numba's cache what others are writing to it.
    """
    if numba.config.DISABLE_JIT:
        return
    mark = Path(numba.config.CACHE_DIR) / f"warm-{sources()}"
    if not mark.exists():
        record_of(_everything(), 1)
        mark.touch()


def _everything() -> Scenario:
    """The smallest shipped scenario, made so lively that all happens there that happens anywhere, with a measure of every kind."""
    funder = {"funders.council": {"public": True, "budget_eur_per_year": 1e6 * len(measures.KINDS)}}
    support = {f"measures.{kind}": {"kind": kind, "funder": "council"} for kind in measures.KINDS}
    return Scenario.load("village", funder | support | _LIVELY)
