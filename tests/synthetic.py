"""A made-up territory with some of everything, and a run over it, for tests of what is seen and shown.

Nothing here follows the theory: it only has the shapes that the model gives.
"""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy.spatial import cKDTree

from clustersim.kernels.graph import component_of
from clustersim.money import Flow
from clustersim.observables import declared, observe
from clustersim.state import State
from clustersim.state.places import Neighbourhood
from clustersim.state.purposes import Purposes

PURPOSES = Purposes(
    names=(
        "employment and inclusion",
        "food and agriculture",
        "energy and mobility",
        "care and ageing",
        "housing",
        "culture and education",
    ),
    competences=("trade", "management", "finance", "digital", "technical", "law", "organising", "evaluation"),
    prevalence_share=np.full(6, 0.03),
    price_cents=np.full(6, 20_000, np.int64),
    challenge=np.full((6, 8), 0.5),
)


def purposes_named(*names: str) -> Purposes:
    """Purposes of which only the names matter."""
    k = len(names)
    return Purposes(names, ("trade", "finance"), np.full(k, 0.1), np.full(k, 10_000, np.int64), np.full((k, 2), 0.5))


def tie(state: State, one: int, other: int, trust: float = 0.5, purpose: int = 0, born: int = 0) -> None:
    """A tie at both ends."""
    t = state.ties
    for a, b in ((one, other), (other, one)):
        k = t.degree[a]
        t.partner_row[a, k], t.trust[a, k], t.purpose[a, k], t.born_month[a, k] = b, trust, purpose, born
        t.degree[a] += 1


def make_state(organisations: int = 400, places: int = 300, ties_each: float = 2.0, seed: int = 1, width_km: float = 120.0) -> State:
    """A territory in scenario month 120 after a spin-up of 60."""
    rng = np.random.default_rng(seed)
    state = State(PURPOSES, spin_up=60, capacity=organisations)
    state.month = 180
    x, y = rng.uniform(0, width_km, (2, places))
    population = (40_000 / np.arange(1, places + 1) ** 0.8).astype(np.int64) + 300
    need = population[:, None] * rng.uniform(0.01, 0.05, (places, 6))
    state.places.append(
        places,
        uid=np.arange(places),
        x_km=x,
        y_km=y,
        population=population,
        region=0,
        district=(x // (width_km / 4)).astype(int) * 3 + (y // (width_km / 3)).astype(int),
        structural_need=need,
        need=need,
        met_share=np.clip(rng.normal(0.45, 0.15, (places, 1)) + rng.normal(0, 0.05, (places, 6)), 0, 1),
    )
    state.catchment = state.vicinity = Neighbourhood.of(state.places, 10.0, 3.0)
    home = rng.choice(places, organisations, p=population / population.sum()).astype(np.int32)
    closed = np.where(rng.random(organisations) < 0.12, rng.integers(61, 181, organisations), 0)
    state.settle(
        organisations,
        uid=np.arange(organisations) * 7,
        kind=rng.choice(3, organisations, p=(0.62, 0.26, 0.12)),
        alive=closed == 0,
        place_row=home,
        x_km=x[home] + rng.normal(0, 1.5, organisations),
        y_km=y[home] + rng.normal(0, 1.5, organisations),
        founded_month=rng.integers(-100, 60, organisations),
        closed_month=closed,
        purpose=rng.choice(6, organisations),
        competences=rng.random((organisations, 8)),
        values=rng.random((organisations, 2)),
        staff_fte=rng.lognormal(1.5, 1.0, organisations),
        cash_cents=np.where(closed == 0, rng.integers(-500_000, 8_000_000, organisations), 0),
        utilisation=rng.random(organisations),
    )
    _tie_nearby(state, int(organisations * ties_each), rng)
    _see_clusters(state)
    _found_poles(state, rng)
    _run_projects(state, rng)
    _fund(state, rng)
    return state


def _tie_nearby(state: State, wanted: int, rng: np.random.Generator) -> None:
    o, t = state.organisations, state.ties
    living = np.flatnonzero(o.alive)
    near = cKDTree(np.column_stack([o.x_km, o.y_km])[living])
    _, around = near.query(near.data, k=min(30, living.size))
    made = 0
    for _ in range(60 * wanted):
        if made >= wanted:
            break
        a = rng.integers(living.size)
        i, j = living[a], living[rng.integers(living.size) if rng.random() < 0.02 else rng.choice(around[a])]
        chance = 1.0 if o.purpose[i] == o.purpose[j] else 0.08
        if i != j and rng.random() < chance and j not in t.partner_row[i, : t.degree[i]] and max(t.degree[i], t.degree[j]) < 24:
            tie(state, i, j, rng.beta(3, 3), int(o.purpose[i]), int(rng.integers(1, 180)))
            made += 1


def _see_clusters(state: State) -> None:
    o, t = state.organisations, state.ties
    for purpose in range(6):
        degree = np.zeros(len(o), np.int16)
        partner = np.full_like(t.partner_row, -1)
        for i in range(len(o)):
            for k in range(t.degree[i]):
                j = t.partner_row[i, k]
                if t.purpose[i, k] == purpose and t.trust[i, k] >= 0.3 and np.hypot(o.x_km[i] - o.x_km[j], o.y_km[i] - o.y_km[j]) <= 15:
                    partner[i, degree[i]] = j
                    degree[i] += 1
        component = component_of(degree, partner)
        for root in np.unique(component[degree > 0]):
            members = np.flatnonzero((component == root) & (o.cluster_row < 0))
            kinds = np.bincount(o.kind[members], minlength=3)
            if members.size >= 4 and 2 * kinds[0] >= members.size:
                row = state.clusters.append(
                    1,
                    purpose=purpose,
                    alive=True,
                    first_month=70 + 5 * purpose,
                    last_month=180,
                    members=members.size,
                    social_enterprises=kinds[0],
                    private_actors=kinds[1],
                    public_funders=kinds[2],
                    x_km=o.x_km[members].mean(),
                    y_km=o.y_km[members].mean(),
                ).start
                o.cluster_row[members] = row


def _found_poles(state: State, rng: np.random.Generator) -> None:
    o, c = state.organisations, state.clusters
    for cluster in np.argsort(-c.members, kind="stable")[:4]:
        members = np.flatnonzero(o.cluster_row == cluster)
        row = state.poles.append(
            1,
            purpose=c.purpose[cluster],
            alive=True,
            founded_month=100,
            x_km=o.x_km[members].mean(),
            y_km=o.y_km[members].mean(),
            place_row=o.place_row[members[0]],
            founder_uid=o.uid[members].min(),
            members=members.size,
            coordinator=bool(rng.random() < 0.6),
            dues_cents=2_000_000,
            sales_cents=1_500_000,
            support_cents=3_000_000,
            private_support_cents=500_000,
        ).start
        o.pole_row[members] = row


def _run_projects(state: State, rng: np.random.Generator) -> None:
    o = state.organisations
    count = len(o) * 2
    start = rng.integers(1, 170, count)
    ended = np.where(start + 12 <= 180, start + 12, 0)
    size = rng.integers(1, 5, count)
    team = rng.integers(0, len(o), (count, 4))
    team[np.arange(4) >= size[:, None]] = -1
    cost = rng.integers(1_000_000, 9_000_000, count)
    state.projects.append(
        count,
        purpose=rng.integers(0, 6, count),
        team=team,
        size=size,
        large=rng.random(count) < 0.5,
        start_month=start,
        due_month=start + 12,
        ended_month=ended,
        cost_cents=cost,
        grant_cents=np.where(rng.random(count) < 0.3, cost // 2, 0),
        outcome=np.where(ended > 0, rng.integers(1, 3, count), 0),
        coverage=rng.random(count),
        trust=rng.random(count),
    )


def _fund(state: State, rng: np.random.Generator) -> None:
    o = state.organisations
    bodies = np.flatnonzero((o.kind == 2) & o.alive)[:5]
    company = np.flatnonzero((o.kind == 1) & o.alive)[:1]
    rows = np.concatenate([bodies, company])
    state.funders.append(
        rows.size,
        organisation_row=rows,
        public=o.kind[rows] == 2,
        budget_cents=rng.integers(1, 9, rows.size) * 10_000_000,
        attention=rng.random(rows.size),
        paid_cents=rng.integers(1, 9, rows.size) * 1_000_000,
    )
    ledger = state.ledger
    for month in range(1, 181):
        grown = 1 + month / 180
        ledger.record(Flow.SERVICES, int(4_000_000_00 * grown))
        ledger.record(Flow.MARKET, int(2_500_000_00 * grown))
        ledger.record(Flow.PROCUREMENT, int(80_000_00 * grown) if month > 90 else 0)
        ledger.record(Flow.POLE_SERVICES, 15_000_00 if month > 100 else 0)
        ledger.record(Flow.WAGES, int(5_000_000_00 * grown))
        if month > 60:
            for funder in range(rows.size):
                ledger.record_payment(month, Flow.SUPPORT, 0, int(o.uid[rows[funder]]), int(o.uid[0]), int(rng.integers(1, 40_000_00)))
        if month < 180:
            ledger.close_month(month)


@dataclass
class SyntheticRun:
    """What `run.Run` offers, over a made-up state and series."""

    state: State
    seed: int = 7
    seconds: float = 0.5
    state_hash: str = "0123456789abcdef"
    seconds_by_process: dict = field(default_factory=lambda: {"needing": 0.1, "serving": 0.2})

    def __post_init__(self) -> None:
        import pandas as pd

        places = len(self.state.places)
        self.scenario = SimpleNamespace(
            name="synthetic",
            title="A synthetic territory",
            question="Does it show?",
            identity=lambda: "abc123def456",
            to_toml=lambda: 'name = "synthetic"\n',
            organisations_file=Path("people.csv"),
            own_organisations=SimpleNamespace(data_hash="cafe"),
        )
        self.territory = SimpleNamespace(
            names=[f"Place {p}" for p in range(places)],
            codes=[f"{p:05d}" for p in range(places)],
            lat=np.linspace(47.3, 48.8, places),
            lon=np.linspace(-4.5, -1.2, places),
            title="Synthetic",
            source="made up",
            data_hash="feed",
        )
        self.names = {"places": self.territory.names}
        observables = declared(self.state.purposes)
        last = np.empty(len(observables))
        observe(self.state, last)
        rng = np.random.default_rng(3)
        months = np.arange(1, self.state.month - self.state.spin_up + 1)
        progress = (months / months[-1])[:, None]
        rows = last * (0.45 + 0.55 * progress**1.3) * (1 + 0.03 * rng.normal(size=(months.size, last.size)))
        whole = [observable.unit.startswith(("count", "cents")) for observable in observables]
        rows[:, whole] = np.round(rows[:, whole])
        rows[-1] = last
        names = [observable.name for observable in observables]
        self.series = pd.DataFrame(rows, columns=names, index=pd.Index(months, name="month"))
        for column, month in (("procurement_cents", 30), ("pole_sales_cents", 40)):
            self.series.loc[:month, column] = 0.0

    def table(self, name: str):
        from clustersim.tables import frame

        return frame(name, self.state, self.territory)
