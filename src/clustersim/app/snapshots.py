"""What is drawn: immutable pictures of a simulation, one for each month that someone looked at.

A `Recorder` looks at a simulation, after any of its months, and gives a `Snapshot`: arrays that nothing changes any more, so that a
page may draw one month while another is being lived. What never changes is said once: the `World` when the recording begins, and
an organisation's position, kind and purpose with the snapshot of the month in which it was first seen (`newcomers`).

A row is an identity, as in the state: arrays by organisation name rows of all organisations that ever were. Months are months of
the scenario: 1 is the first, 0 the eve of it, below lies the spin-up. What a browser is sent is told in `packing`.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from clustersim import observables
from clustersim.app.guests import Guests, guests_among
from clustersim.app.seats import Seats
from clustersim.money import Flow
from clustersim.observables import Observable
from clustersim.simulation import Simulation
from clustersim.state import State

__all__ = ["TRUST_LEVELS", "Newcomers", "Recorder", "Snapshot", "World"]

TRUST_LEVELS = 255  # trust as one byte: nobody sees finer steps


class Frozen:
    """Whose arrays cannot be changed. They must be of its own, not views of the state."""

    def __post_init__(self) -> None:
        for array in vars(self).values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """What its arrays take."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray | Frozen))


@dataclass(frozen=True, eq=False)
class World(Frozen):
    """What does not change while a scenario is lived.

    Attributes:
        name: The scenario's name.
        title: The scenario's title.
        seed: The replication.
        months: The scenario's horizon.
        territory: Title of the territory.
        purposes: Names of the purposes, by number.
        measures: Names of the support measures, by number.
        observables: What the values of a snapshot's `series` are, in order.
        place_names: Names of the places, by row.
        place_x_km, place_y_km: Where they lie [km].
        population: Inhabitants of each place.
    """

    name: str
    title: str
    seed: int
    months: int
    territory: str
    purposes: tuple[str, ...]
    measures: tuple[str, ...]
    observables: tuple[Observable, ...]
    place_names: tuple[str, ...]
    place_x_km: np.ndarray
    place_y_km: np.ndarray
    population: np.ndarray

    @classmethod
    def of(cls, simulation: Simulation) -> Self:
        """The world in which a simulation takes place."""
        scenario, places = simulation.scenario, simulation.state.places
        return cls(
            name=scenario.name,
            title=scenario.title,
            seed=simulation.seed,
            months=scenario.run.months,
            territory=simulation.territory.title,
            purposes=scenario.purposes.names,
            measures=tuple(measure.name for measure in scenario.measures),
            observables=tuple(observables.declared(scenario.purposes)),
            place_names=simulation.territory.names,
            place_x_km=places.x_km.copy(),
            place_y_km=places.y_km.copy(),
            population=places.population.copy(),
        )


@dataclass(frozen=True, eq=False)
class Newcomers(Frozen):
    """Organisations seen for the first time: rows `first_row` and following.

    Attributes:
        first_row: Row of the first.
        x_km, y_km: Where they sit [km]; many may sit at the same point.
        seat: Which seat each takes at its point: drawn around it in a spiral by seat, each is seen and none ever moves. Seats of the
            closed are taken again.
        kind: 0 social enterprise, 1 private actor, 2 public body.
        purpose: Number of its purpose.
        place: Row of its place.
        founded_month: Month of its founding.
        names: Names of those that have one, by row.
    """

    first_row: int
    x_km: np.ndarray
    y_km: np.ndarray
    seat: np.ndarray
    kind: np.ndarray
    purpose: np.ndarray
    place: np.ndarray
    founded_month: np.ndarray
    names: dict[int, str]

    def __len__(self) -> int:
        return self.kind.size

    def then(self, others: "Newcomers") -> "Newcomers":
        """These and those who came right after them."""
        if others.first_row != self.first_row + len(self):
            raise ValueError(f"row {self.first_row + len(self)} comes next, not {others.first_row}")
        arrays = [field.name for field in fields(self) if field.name not in ("first_row", "names")]
        joined = {name: np.concatenate((getattr(self, name), getattr(others, name))) for name in arrays}
        return Newcomers(first_row=self.first_row, names=self.names | others.names, **joined)


@dataclass(frozen=True, eq=False)
class Snapshot(Frozen):
    """One month as it ended.

    Attributes:
        month: Month of the scenario.
        rows: How many organisations have been seen so far, closed ones too.
        newcomers: Those seen for the first time.
        living: Rows of the living, ascending.
        cluster, pole: For each of the living the row of its cluster and of its pole, -1 for none.
        degree: For each of the living the number of its ties.
        staff_fte: For each of the living its employees [FTE].
        support_cents: For each of the living what it has received from measures so far.
        tie_one, tie_other: Rows of the two ends of each tie, the smaller first.
        tie_trust: Trust of each tie, in levels from 0 to TRUST_LEVELS.
        cluster_row, cluster_purpose, cluster_members: Each cluster that is seen: its row, purpose and number of members.
        pole_row, pole_purpose, pole_members, pole_coordinator, pole_x_km, pole_y_km: Each living pole: its row, purpose, number of members,
            whether a coordinator is in post, and the middle of its members.
        need: Persons in need at each place, all purposes together.
        unmet_need: Persons in need at each place who are not served.
        series: The month's values of `World.observables`; not numbers before any month has passed.
        paid_cents, repaid_cents: For each measure what it has paid so far, and what came back.
        guests: Agents of a Mesa user's own, where they are drawn.
    """

    month: int
    rows: int
    newcomers: Newcomers
    living: np.ndarray
    cluster: np.ndarray
    pole: np.ndarray
    degree: np.ndarray
    staff_fte: np.ndarray
    support_cents: np.ndarray
    tie_one: np.ndarray
    tie_other: np.ndarray
    tie_trust: np.ndarray
    cluster_row: np.ndarray
    cluster_purpose: np.ndarray
    cluster_members: np.ndarray
    pole_row: np.ndarray
    pole_purpose: np.ndarray
    pole_members: np.ndarray
    pole_coordinator: np.ndarray
    pole_x_km: np.ndarray
    pole_y_km: np.ndarray
    need: np.ndarray
    unmet_need: np.ndarray
    series: np.ndarray
    paid_cents: np.ndarray
    repaid_cents: np.ndarray
    guests: Guests

    def with_newcomers(self, newcomers: Newcomers) -> "Snapshot":
        """The same month with others as newcomers: for a page that has missed some months."""
        return replace(self, newcomers=newcomers)


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
