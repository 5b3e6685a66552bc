"""Who looks at a simulation, after any of its months, and says what there is to draw, without a way back to the state."""

from typing import Any

import numpy as np

from clustersim.app.guests import guests_among
from clustersim.app.seats import Seats
from clustersim.app.snapshots import TRUST_LEVELS, Newcomers, Snapshot, World
from clustersim.money import Flow
from clustersim.simulation import Simulation
from clustersim.state import State

__all__ = ["Recorder"]


class Recorder:
    """Looks at one simulation, whenever its owner asks.

    Attributes:
        world: What does not change.
        everybody: All organisations seen so far: what a page must be told that did not watch from the beginning.
    """

    def __init__(self, simulation: Simulation, model: Any = None) -> None:
        """Look at a simulation for the first time. `model` is the Mesa model that lives it, if one does: its own agents are seen too."""
        self._simulation = simulation
        self._model = model
        self._guests = guests_among(())
        self._seats = Seats()
        self._seated = np.empty(0, np.int64)
        self.world = World.of(simulation)
        self.everybody = self._newcomers(0, simulation.state)

    def look(self) -> Snapshot:
        """The simulation as it is now."""
        simulation, state = self._simulation, self._simulation.state
        newcomers = self._newcomers(len(self.everybody), state)
        if len(newcomers):
            self.everybody = self.everybody.then(newcomers)
        o, p, places = state.organisations, state.poles, state.places
        living = state.living().copy()
        seen, poles = (np.flatnonzero(table.alive) for table in (state.clusters, p))
        one, other, trust = _ties(state, living)
        unmet = places.need * (1.0 - places.met_share)
        series = simulation.series()
        paid, repaid = _paid(state, len(self.world.measures))
        self._guests = guests_among(getattr(self._model, "own_agents", ()), self._guests.names)
        return Snapshot(
            month=simulation.month,
            rows=len(o),
            newcomers=newcomers,
            living=living,
            cluster=o.cluster_row[living],
            pole=o.pole_row[living],
            degree=state.ties.degree[living],
            staff_fte=o.staff_fte[living].astype(np.float32),
            support_cents=o.support_cents[living],
            tie_one=one,
            tie_other=other,
            tie_trust=trust,
            cluster_row=seen,
            cluster_purpose=state.clusters.purpose[seen],
            cluster_members=state.clusters.members[seen],
            pole_row=poles,
            pole_purpose=p.purpose[poles],
            pole_members=p.members[poles],
            pole_coordinator=p.coordinator[poles],
            pole_x_km=p.x_km[poles],
            pole_y_km=p.y_km[poles],
            need=places.need.sum(axis=1).astype(np.float32),
            unmet_need=unmet.sum(axis=1).astype(np.float32),
            series=series[-1].copy() if len(series) else np.full(len(self.world.observables), np.nan),
            paid_cents=paid,
            repaid_cents=repaid,
            guests=self._guests,
        )

    def _newcomers(self, first: int, state: State) -> Newcomers:
        """Who was not there at the last look; they take seats, after those of the closed have been given back."""
        o = state.organisations
        closed = self._seated[~o.alive[self._seated]]
        self._seats.leave(closed)
        rows = np.arange(first, len(o))
        seat = self._seats.take(rows, o.x_km[first:], o.y_km[first:], o.alive[first:])
        self._seated = np.concatenate((self._seated[o.alive[self._seated]], rows[o.alive[first:]]))
        return Newcomers(
            first_row=first,
            x_km=o.x_km[first:].copy(),
            y_km=o.y_km[first:].copy(),
            seat=seat,
            kind=o.kind[first:].copy(),
            purpose=o.purpose[first:].copy(),
            place=o.place_row[first:].copy(),
            founded_month=o.founded_month[first:] - state.spin_up,
            names={row: name for row, name in state.names.items() if row >= first},
        )


def _ties(state: State, living: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both ends and the trust level of each tie, listed once."""
    t = state.ties
    degree = t.degree[living]
    widest = int(degree.max(initial=0))
    at, slot = np.nonzero(np.arange(widest) < degree[:, None])
    one = living[at].astype(np.int32)
    other = t.partner_row[one, slot]
    once = one < other
    one, other, slot = one[once], other[once], slot[once]
    return one, other, np.rint(t.trust[one, slot] * TRUST_LEVELS).astype(np.uint8)


def _paid(state: State, measures: int) -> tuple[np.ndarray, np.ndarray]:
    """What each measure has paid so far, and what came back [cents], as the ledger has it."""
    journal = state.ledger.journal
    back = journal.flow == Flow.REPAYMENT
    sums = np.zeros((2, measures), np.int64)
    for k, chosen in enumerate((~back, back)):
        rows = np.flatnonzero(chosen & (journal.measure >= 0))
        np.add.at(sums[k], journal.measure[rows], journal.amount_cents[rows])
    return sums[0], sums[1]
