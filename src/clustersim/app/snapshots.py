"""What is drawn: immutable pictures of a simulation, one for each month that someone looked at.

A `Snapshot` is arrays that nothing changes any more, so that a page may draw one month while another is being lived; a `Recorder` makes it.
What never changes is said once: the `World` when the recording begins, and an organisation's position, kind and purpose with the snapshot
of the month in which it was first seen (`newcomers`).

A row is an identity, as in the state: arrays by organisation name rows of all organisations that ever were. Months are months of
the scenario: 1 is the first, 0 the eve of it, below lies the spin-up. What a browser is sent is told in `packing`.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from clustersim import observables
from clustersim.app.guests import Guests
from clustersim.observables import Observable
from clustersim.simulation import Simulation

__all__ = ["TRUST_LEVELS", "Newcomers", "Snapshot", "World"]

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
