"""What exists: the whole state of a territory, and nothing that happens."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from clustersim.columns import Table
from clustersim.kernels.blocks import Workers
from clustersim.state.checks import broken_invariants
from clustersim.state.funders import Awards, Calls, Funders
from clustersim.state.ledger import Ledger
from clustersim.state.levers import Encounters, OrganisationLevers, PlaceLevers
from clustersim.state.organisations import Organisations, members_of, only_living
from clustersim.state.places import Neighbourhood, Places
from clustersim.state.poles import Clusters, Poles
from clustersim.state.projects import Projects
from clustersim.state.purposes import Purposes
from clustersim.state.ties import Ties

__all__ = ["TABLES", "InvariantError", "State"]

TABLES: dict[str, type[Table]] = {
    "places": Places,
    "organisations": Organisations,
    "ties": Ties,
    "projects": Projects,
    "poles": Poles,
    "clusters": Clusters,
    "funders": Funders,
    "awards": Awards,
    "calls": Calls,
    "organisation_levers": OrganisationLevers,
    "place_levers": PlaceLevers,
    "encounters": Encounters,
}


class InvariantError(AssertionError):
    """The state contradicts itself: a defect of the program, never of a scenario."""


class State:
    """All tables of one run, the month it is, and the fixed surroundings.

    Attributes:
        month: Months since the run began, 0 before the first; the spin-up counts.
        spin_up: Months of the spin-up; the scenario's own month 1 is `month == spin_up + 1`.
        purposes: The vocabulary: purposes and competences.
        catchment: Places that a provider at a place serves, with weights.
        vicinity: Places where an organisation at a place meets others, with weights.
        names: Names of organisations by row, of those that have one: the user's own list and the scenario's funders.
        workers: The threads that kernels may use; never part of what is compared or stored.
    """

    def __init__(
        self, purposes: Purposes, *, spin_up: int = 0, tie_bound: int = 24, capacity: int = 64, workers: Workers | None = None
    ) -> None:
        """An empty territory. `capacity` is how many organisations to make room for; it grows as needed."""
        widths = {"purposes": len(purposes), "competences": len(purposes.competences), "bound": tie_bound}
        self.purposes = purposes
        self.month = 0
        self.spin_up = spin_up
        self.workers = workers or Workers()
        self.names: dict[int, str] = {}
        self.places = Places(16, **widths)
        self.organisations = Organisations(capacity, **widths)
        self.ties = Ties(capacity, **widths)
        self.projects = Projects()
        self.poles = Poles()
        self.clusters = Clusters()
        self.funders = Funders()
        self.awards = Awards()
        self.calls = Calls()
        self.organisation_levers = OrganisationLevers(capacity)
        self.place_levers = PlaceLevers(16)
        self.encounters = Encounters()
        self.ledger = Ledger()
        self.catchment: Neighbourhood | None = None
        self.vicinity: Neighbourhood | None = None
        self._indices: dict[str, tuple[int, Any]] = {}

    def settle(self, count: int, **values: object) -> slice:
        """Append organisations, with their rows of ties and levers. Values are columns of `Organisations`."""
        rows = self.organisations.append(count, **values)
        self.ties.append(count)
        self.organisation_levers.append(count)
        return rows

    def by_place(self) -> tuple[np.ndarray, np.ndarray]:
        """All organisations, closed ones too, by place and then uid: `row[start[p] : start[p + 1]]`.

        A closed organisation keeps its position, so that the positions of the others never change.
        """
        return self._indexed("place", lambda: members_of(self.organisations.place_row, self.by_uid(), len(self.places)))

    def living(self) -> np.ndarray:
        """Rows of the living, ascending.

        In a long run most rows are of the closed. Who goes through the living alone need not ask each row whether it lives, a
        question that a processor guesses wrong as often as not.
        """
        return self._among_living("living", lambda: np.flatnonzero(self.organisations.alive))

    def living_by_place(self) -> np.ndarray:
        """Rows of the living, by place and then uid."""
        return self._among_living("living by place", lambda: only_living(self.by_place()[1], self.organisations.alive))

    def by_purpose(self) -> tuple[np.ndarray, np.ndarray]:
        """The same by purpose."""
        return self._indexed("purpose", lambda: members_of(self.organisations.purpose, self.by_uid(), len(self.purposes)))

    def by_uid(self) -> np.ndarray:
        """All rows in order of uid."""

        def index() -> np.ndarray:
            uid = self.organisations.uid
            _, known = self._indices.get("uid", (0, np.empty(0, np.int64)))
            newcomers = known.size + np.argsort(uid[known.size :], kind="stable")
            # a uid begins with the month of birth, so who is new follows those who are known
            if known.size == 0 or uid[newcomers[0]] > uid[known[-1]]:
                return np.concatenate((known, newcomers))
            return np.argsort(uid, kind="stable")

        return self._indexed("uid", index)

    def _among_living(self, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        """An index kept until organisations are added or closed: nobody comes back, so the number of the living tells who they are."""
        alive = self.organisations.alive
        known = self._indices.get(name)
        if known is None or (known[0], known[1].size) != (alive.size, np.count_nonzero(alive)):
            known = (alive.size, make())
            self._indices[name] = known
        return known[1]

    def _indexed(self, name: str, make: Callable[[], Any]) -> Any:
        """An index kept until organisations are added: place, purpose and uid are for life."""
        known = self._indices.get(name)
        if known is None or known[0] != len(self.organisations):
            known = (len(self.organisations), make())
            self._indices[name] = known
        return known[1]

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Name and table, in a fixed order."""
        for name in TABLES:
            yield name, getattr(self, name)
        yield "journal", self.ledger.journal

    def check(self) -> None:
        """Verify every invariant.

        Raises:
            InvariantError: naming each broken invariant and an example.
        """
        broken = broken_invariants(self)
        if broken:
            raise InvariantError(f"month {self.month}: " + "; ".join(broken))

    def hash(self) -> str:
        """A digest of everything that exists: equal if and only if the states are equal to the bit."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(f"month {self.month}".encode())
        for table_name, table in self.tables():
            for column_name, array in table.arrays():
                digest.update(f"{table_name}.{column_name} {array.dtype} {array.shape}".encode())
                if table_name == "ties" and array.ndim == 2:
                    array = np.where(np.arange(array.shape[1]) < self.ties.degree[:, None], array, 0)
                digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(self.ledger.total_cents.tobytes())
        return digest.hexdigest()

    def copy(self) -> "State":
        """A state that shares nothing changeable with this one."""
        twin = State.__new__(State)
        twin.__dict__.update(self.__dict__)
        twin._indices = {}
        for name in TABLES:
            setattr(twin, name, getattr(self, name).copy())
        twin.ledger = self.ledger.copy()
        return twin
