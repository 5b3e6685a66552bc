"""Organisations as Mesa agents: views of rows, made only when someone looks.

A view holds a model and a row number and nothing else; what it shows is read from the columns at that moment. Rows are
never moved or used again, so a view kept after its organisation closed goes on showing how it ended. Nothing can be set
here: the state is changed by processes and measures alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa import Agent
from mesa.agentset import AgentSet

from clustersim.columns import Column, Table
from clustersim.state.funders import LEVELS, Funders
from clustersim.state.organisations import KINDS, PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE, Organisations
from clustersim.state.places import Places
from clustersim.state.poles import Clusters, Poles

if TYPE_CHECKING:
    from clustersim.model import ClusterModel

__all__ = ["AGENTS", "Cluster", "Funder", "Organisation", "Place", "Pole", "PrivateActor", "PublicFunder", "SocialEnterprise"]


class Attribute:
    """A column as an attribute of the row's view: read from the state, never set."""

    def __init__(self, column: Column) -> None:
        self.name = column.name
        self.unit = column.unit
        self.__doc__ = f"{column.meaning} [{column.unit}]"

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        if view is None:
            return self
        value = getattr(view.table, self.name)[view.row]
        if value.ndim == 0:
            return value.item()
        several = value.copy()
        several.flags.writeable = False
        return several

    def __set__(self, view: Any, value: Any) -> None:
        raise AttributeError(
            f"{self.name} of {type(view).__name__} cannot be set: the state is changed by processes and measures only. "
            "To ask what if, change the scenario."
        )


def shows(table: type[Table]) -> Callable[[type], type]:
    """Write one `Attribute` for each declared column of `table` into a class, save those it words itself."""

    def write(view: type) -> type:
        for column in table.columns():
            if column.name not in vars(view):
                setattr(view, column.name, Attribute(column))
        return view

    return write


@dataclass(frozen=True)
class RowView:
    """One row of a table that is not an organisation. Equal to any other view of the same row."""

    model: "ClusterModel" = field(repr=False)
    row: int


@shows(Places)
class Place(RowView):
    """A place of the territory."""

    @property
    def table(self) -> Places:
        """The table it is a row of."""
        return self.model.state.places


@shows(Clusters)
class Cluster(RowView):
    """A cluster, as seen at the end of last month."""

    @property
    def table(self) -> Clusters:
        """The table it is a row of."""
        return self.model.state.clusters

    @property
    def purpose(self) -> str:
        """Name of the purpose of the ties that connect it."""
        return self.model.state.purposes.names[self.table.purpose[self.row]]

    @property
    def organisations(self) -> AgentSet:
        """Its members."""
        return members(self.model, self.model.state.organisations.cluster_row, self.row)


@shows(Poles)
class Pole(RowView):
    """A pole: the jointly managed legal entity of a cluster."""

    @property
    def table(self) -> Poles:
        """The table it is a row of."""
        return self.model.state.poles

    @property
    def purpose(self) -> str:
        """Name of the purpose it was founded for."""
        return self.model.state.purposes.names[self.table.purpose[self.row]]

    @property
    def organisations(self) -> AgentSet:
        """Its members."""
        return members(self.model, self.model.state.organisations.pole_row, self.row)


@shows(Funders)
class Funder(RowView):
    """The budget of an organisation that funds support measures."""

    @property
    def table(self) -> Funders:
        """The table it is a row of."""
        return self.model.state.funders

    @property
    def level(self) -> str:
        """Jurisdiction: territory, region, district or locality."""
        return LEVELS[self.table.level[self.row]]


@shows(Organisations)
class Organisation(Agent):
    """An organisation of any kind. Its `unique_id` is its row plus one, whenever it is first looked at."""

    def __init__(self, model: "ClusterModel", row: int) -> None:
        """A view of `row`; made by the model."""
        super().__init__(model)
        self.row = row
        self.unique_id = row + 1
        self.pos = (self.x_km, self.y_km)

    @property
    def table(self) -> Organisations:
        """The table it is a row of."""
        return self.model.state.organisations

    @property
    def kind(self) -> str:
        """Its kind: social_enterprise, private_actor or public_funder."""
        return KINDS[self.table.kind[self.row]]

    @property
    def purpose(self) -> str:
        """Name of its main social or environmental purpose."""
        return self.model.state.purposes.names[self.table.purpose[self.row]]

    @property
    def cash_eur(self) -> float:
        """Money at hand [euros]."""
        return self.cash_cents / 100

    @property
    def place(self) -> Place:
        """Where it sits."""
        return Place(self.model, self.place_row)

    @property
    def partners(self) -> AgentSet:
        """The organisations it cooperates with, in the order in which the ties were made."""
        return self.model.organisations(self._partner_rows())

    def trust_in(self, partner: "Organisation") -> float:
        """Trust in a partner [0..1]; 0 without a tie."""
        slot = np.flatnonzero(self._partner_rows() == partner.row)
        return self.model.state.ties.trust[self.row, slot[0]].item() if slot.size else 0.0

    @property
    def cluster(self) -> Cluster | None:
        """The cluster it was seen in at the end of last month."""
        return Cluster(self.model, self.cluster_row) if self.cluster_row >= 0 else None

    @property
    def pole(self) -> Pole | None:
        """The pole it is a member of."""
        return Pole(self.model, self.pole_row) if self.pole_row >= 0 else None

    @cached_property
    def funder(self) -> Funder | None:
        """Its budget for support measures, if it has one."""
        rows = np.flatnonzero(self.model.state.funders.organisation_row == self.row)
        return Funder(self.model, rows[0].item()) if rows.size else None

    def _partner_rows(self) -> np.ndarray:
        ties = self.model.state.ties
        return ties.partner_row[self.row, : ties.degree[self.row]]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}: {self.purpose}, {self.staff_fte:.1f} FTE, {self.cash_eur:.0f} euros>"


class SocialEnterprise(Organisation):
    """An organisation that answers needs around a social or environmental purpose."""


class PrivateActor(Organisation):
    """An ordinary company; some also fund measures."""


class PublicFunder(Organisation):
    """A public body: local authority, training or research body."""

    @property
    def attention(self) -> float:
        """How much it heeds clusters of social innovation [0..1]."""
        return self.funder.attention if self.funder else 0.0

    @property
    def budget_cents(self) -> int:
        """Its support budget of a full year [cents/year]."""
        return self.funder.budget_cents if self.funder else 0

    @property
    def budget_eur(self) -> float:
        """Its support budget of a full year [euros/year]."""
        return self.budget_cents / 100


AGENTS: dict[int, type[Organisation]] = {
    SOCIAL_ENTERPRISE: SocialEnterprise,
    PRIVATE_ACTOR: PrivateActor,
    PUBLIC_FUNDER: PublicFunder,
}


def members(model: "ClusterModel", belongs_to: np.ndarray, row: int) -> AgentSet:
    """The living organisations whose entry in `belongs_to` is `row`."""
    rows: Iterable[int] = np.flatnonzero((belongs_to == row) & model.state.organisations.alive)
    return model.organisations(rows)
