"""The patterns by which the model is judged: target, measured interval, held or not.

Each pattern is a distribution over seeds, never one run. A run is looked at twice, a year apart, because the breaking of
ties is only seen between two looks. The interval is the 95 % bootstrap interval over seeds; a pattern *holds* where the
whole interval lies inside the target, is *open* where only the measured number does, and *fails* otherwise. It is *unseen*
where no seed shows what it speaks of.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clustersim.experiments.null import rewired_by_distance
from clustersim.kernels.graph import component_of
from clustersim.processes.observing import Observing, groups
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, SOCIAL_ENTERPRISE
from clustersim.state.projects import SUCCEEDED
from clustersim.territory import load_territory

__all__ = ["PATTERNS", "Finding", "Pattern", "as_rows", "check_patterns"]

YEAR = 12
RESAMPLES = 2_000
NO_LIMIT = 1e3  # a target with such an upper end has none
NEAR_KM = 20.0
YOUNG_TIE_MONTHS = 24


@dataclass(frozen=True)
class Look:
    """What one seed shows: the state at the horizon, and ties a year earlier by (uid, uid)."""

    state: State
    ties_before: dict[tuple[int, int], int]
    share_in_clusters: float
    share_under_null: float


@dataclass(frozen=True)
class Pattern:
    """One claim about the model.

    Attributes:
        id: Number in the theory note.
        statement: What is measured.
        low: Lower end of the target.
        high: Upper end of the target.
        unit: Unit of the measured number.
        source: Where the target comes from.
        sample: What one seed contributes: one number, or many (the size of each pole, say), or none.
        statistic: The number made of all that the seeds contribute; the mean over seeds unless said.
    """

    id: str
    statement: str
    low: float
    high: float
    unit: str
    source: str
    sample: Callable[[Look], np.ndarray | float]
    statistic: Callable[[np.ndarray], float] = lambda values: float(values.mean())


@dataclass(frozen=True)
class Finding:
    """A pattern, measured: the number over all seeds with its 95 % interval, and how many seeds could say."""

    pattern: Pattern
    samples: tuple[np.ndarray, ...]

    @property
    def seeds(self) -> int:
        """Seeds that could say."""
        return sum(sample.size > 0 for sample in self.samples)

    @cached_property
    def value(self) -> float:
        """The statistic of all samples together; NaN where no seed could say."""
        return self._statistic([sample for sample in self.samples if sample.size])

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % interval by resampling seeds (percentile bootstrap); NaN under two seeds."""
        from scipy.stats import bootstrap

        known = [sample for sample in self.samples if sample.size]
        if len(known) < 2:
            return (float("nan"), float("nan"))
        found = bootstrap(
            (np.arange(len(known)),), lambda draw: self._statistic([known[k] for k in draw]), n_resamples=RESAMPLES, vectorized=False,
            method="percentile", rng=np.random.default_rng(0),
        )  # fmt: skip
        return (float(found.confidence_interval.low), float(found.confidence_interval.high))

    def _statistic(self, samples: list[np.ndarray]) -> float:
        return self.pattern.statistic(np.concatenate(samples)) if samples else float("nan")

    @property
    def verdict(self) -> str:
        """holds, open, fails, or unseen where no seed could say."""
        if self.seeds == 0:
            return "unseen"
        low, high = self.interval
        if self.pattern.low <= low and high <= self.pattern.high:
            return "holds"
        return "open" if self.pattern.low <= self.value <= self.pattern.high else "fails"


def _share_in_groups(state: State, definition: Observing) -> float:
    """Social enterprises in a cluster, by the definition of section 5."""
    enterprise = state.organisations.alive & (state.organisations.kind == SOCIAL_ENTERPRISE)
    return float((groups(state, definition)[enterprise] >= 0).mean()) if enterprise.any() else float("nan")


def _living_poles(look: Look) -> np.ndarray:
    poles = look.state.poles
    return poles.members[poles.alive].astype(float)


def _skewness(values: np.ndarray) -> float:
    deviation = values - values.mean() if values.size else values
    spread = np.sqrt((deviation**2).mean()) if values.size > 2 else 0.0
    return float((deviation**3).mean() / spread**3) if spread > 0 else float("nan")


def _survival(look: Look, kind: int, years: int) -> float:
    """Kaplan-Meier share of entrants of the kind that live that long; organisations of the start are left out."""
    o, now = look.state.organisations, look.state.month
    entrant = (o.kind == kind) & (o.founded_month > 0)
    end = np.where(o.alive[entrant], now, o.closed_month[entrant])
    age, closed = end - o.founded_month[entrant], ~o.alive[entrant]
    share = 1.0
    for month in range(years * YEAR + 1):
        at_risk = np.count_nonzero(age >= month)
        if at_risk == 0:
            return float("nan")
        share *= 1.0 - np.count_nonzero(closed & (age == month)) / at_risk
    return share


def _pole_lives(look: Look) -> np.ndarray:
    """Years lived by each pole, negative for those that ended."""
    poles, now = look.state.poles, look.state.month
    months = np.where(poles.alive, now, poles.ended_month) - poles.founded_month
    return np.where(poles.alive, 1.0, -1.0) * np.maximum(months, 1) / YEAR


def _end_rate(lives: np.ndarray) -> float:
    """Ends per pole and year."""
    return float(np.count_nonzero(lives < 0) / np.abs(lives).sum())


def _degrees(look: Look) -> np.ndarray:
    return look.state.ties.degree[look.state.organisations.alive].astype(float)


def _clustering_over_random(look: Look) -> float:
    """Mean local clustering over what the same number of ties at random would have (mean degree / organisations)."""
    import networkx as nx

    graph = _graph(look)
    density = 2.0 * graph.number_of_edges() / max(1, graph.number_of_nodes()) / max(1, graph.number_of_nodes() - 1)
    return nx.average_clustering(graph) / density if density > 0 else float("nan")


def _path_over_random(look: Look) -> float:
    """Mean shortest path in the largest component over ln n / ln k of a random graph of that size."""
    import networkx as nx

    graph = _graph(look)
    if graph.number_of_edges() == 0:
        return float("nan")
    core = graph.subgraph(max(nx.connected_components(graph), key=len))
    n, degree = core.number_of_nodes(), 2.0 * core.number_of_edges() / core.number_of_nodes()
    if n < 30 or degree <= 1.2:
        return float("nan")
    return nx.average_shortest_path_length(core) / (np.log(n) / np.log(degree))


def _graph(look: Look):
    import networkx as nx

    ties, alive = look.state.ties, look.state.organisations.alive
    graph = nx.Graph()
    graph.add_nodes_from(np.flatnonzero(alive).tolist())
    rows, slots = np.nonzero(np.arange(ties.partner_row.shape[1]) < ties.degree[:, None])
    graph.add_edges_from(zip(rows.tolist(), ties.partner_row[rows, slots].tolist(), strict=True))
    return graph


def _components(look: Look) -> np.ndarray:
    """Sizes of the components with at least two organisations, largest first."""
    label = component_of(look.state.ties.degree, look.state.ties.partner_row)
    sizes = np.bincount(label[look.state.ties.degree > 0])
    return np.sort(sizes[sizes > 0])[::-1]


def _largest_component(look: Look) -> float:
    sizes = _components(look)
    return float(sizes[0] / look.state.organisations.alive.sum()) if sizes.size else float("nan")


def _near(look: Look) -> float:
    o, ties = look.state.organisations, look.state.ties
    rows, slots = np.nonzero(np.arange(ties.partner_row.shape[1]) < ties.degree[:, None])
    other = ties.partner_row[rows, slots]
    apart = np.hypot(o.x_km[rows] - o.x_km[other], o.y_km[rows] - o.y_km[other])
    return float((apart <= NEAR_KM).mean()) if rows.size else float("nan")


def _young_over_old(look: Look) -> float:
    """Share of young ties broken within the year over that of older ones, both ends still alive."""
    o, now = look.state.organisations, look.state.month
    alive = set(o.uid[o.alive].tolist())
    after = _tie_births(look.state)
    lost, held = [0, 0], [0, 0]
    for pair, born in look.ties_before.items():
        if pair[0] in alive and pair[1] in alive:
            old = int(now - YEAR - born > YOUNG_TIE_MONTHS)
            held[old] += 1
            lost[old] += after.get(pair) != born
    if min(held) == 0 or lost[1] == 0:
        return float("nan")
    return (lost[0] / held[0]) / (lost[1] / held[1])


def _tie_births(state: State) -> dict[tuple[int, int], int]:
    """Month of birth of every tie, by the uids of its ends, the smaller first."""
    o, ties = state.organisations, state.ties
    rows, slots = np.nonzero(np.arange(ties.partner_row.shape[1]) < ties.degree[:, None])
    one, other = o.uid[rows], o.uid[ties.partner_row[rows, slots]]
    first = one < other
    keys = zip(one[first].tolist(), other[first].tolist(), strict=True)
    return dict(zip(keys, ties.born_month[rows, slots][first].tolist(), strict=True))


def _innovations(look: Look) -> float:
    """Validated innovations per 100 social enterprises and year, over the last two years."""
    p, o, now = look.state.projects, look.state.organisations, look.state.month
    won = (p.outcome == SUCCEEDED) & p.large & (p.ended_month > now - 2 * YEAR)
    team_has_enterprise = ((p.team >= 0) & (o.kind[p.team] == SOCIAL_ENTERPRISE)).any(axis=1)
    enterprises = np.count_nonzero(o.alive & (o.kind == SOCIAL_ENTERPRISE))
    return float(100.0 * np.count_nonzero(won & team_has_enterprise) / 2.0 / enterprises) if enterprises else float("nan")


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "E1", "social enterprises in a cluster at the horizon", 0.0, 0.15, "share",
        "source note", lambda k: k.share_in_clusters,
    ),
    Pattern(
        "E1", "the same beyond ties rewired by distance alone", 0.0, 0.15, "share",
        "section 5 of the theory note", lambda k: k.share_in_clusters - k.share_under_null,
    ),
    Pattern("E2", "members of a pole, mean", 10.0, 20.0, "count", "Labo de l'ESS; Federsolidarietà", _living_poles),
    Pattern("E2", "members of a pole, skewness", 0.0, NO_LIMIT, "-", "Labo de l'ESS", _living_poles, _skewness),
    Pattern(
        "E3", "social enterprises that live 3 years", 0.77, 0.83, "share",
        "Scop 2012, 2013", lambda k: _survival(k, SOCIAL_ENTERPRISE, 3),
    ),
    Pattern(
        "E3", "social enterprises that live 5 years", 0.63, 0.77, "share",
        "Scop 2012, 2013", lambda k: _survival(k, SOCIAL_ENTERPRISE, 5),
    ),
    Pattern(
        "E3", "private actors that live 3 years", 0.63, 0.69, "share",
        "all French firms 2012", lambda k: _survival(k, PRIVATE_ACTOR, 3),
    ),
    Pattern(
        "E3", "private actors that live 5 years", 0.47, 0.53, "share",
        "all French firms 2012", lambda k: _survival(k, PRIVATE_ACTOR, 5),
    ),
    Pattern("E4", "poles that end in a year", 0.03, 0.065, "share", "Labo de l'ESS 2020", _pole_lives, _end_rate),
    Pattern(
        "E5", "degree, skewness", 0.5, NO_LIMIT, "-",
        "Roediger-Schluga & Barber 2006", lambda k: _skewness(_degrees(k)),
    ),
    Pattern(
        "E5", "local clustering over random", 10.0, NO_LIMIT, "ratio",
        "Almendral et al. 2007", _clustering_over_random,
    ),
    Pattern("E5", "path length over random", 0.5, 2.5, "ratio", "Desmarchelier 2015", _path_over_random),
    Pattern(
        "E5", "organisations in the largest component", 0.3, 0.97, "share",
        "Tomasello et al. 2014", _largest_component,
    ),
    Pattern(
        "E5", "components besides the largest", 3.0, NO_LIMIT, "count",
        "Tomasello et al. 2014", lambda k: _components(k).size - 1.0,
    ),
    Pattern("E6", "ties within 20 km", 0.4, 0.6, "share", "jurisdictions of PTCE 2020", _near),
    Pattern(
        "E6", "breaking of ties under 2 years over older ones", 1.2, NO_LIMIT, "ratio",
        "Greve et al.; Lunnan & Haugland", _young_over_old,
    ),
    Pattern(
        "E9", "validated innovations per 100 social enterprises and year", 3.0, 15.0, "count",
        "prior of the theory note", _innovations,
    ),
)


def check_patterns(
    scenario: Scenario, seeds: range, *, threads: int = 2, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Run the scenario under all seeds and measure every pattern on each.

    Args:
        scenario: What to simulate; patterns are stated for scenarios without support.
        seeds: The replications; 30 or more for intervals to be trusted.
        threads: Replications at a time.
        progress: Called with (runs done, runs in all).

    Returns:
        One finding a pattern, in the order of `PATTERNS`.
    """
    rows = []
    for done, samples in enumerate(_measured(scenario, seeds, threads), 1):
        rows.append(samples)
        if progress is not None:
            progress(done, len(seeds))
    return [Finding(pattern, tuple(samples)) for pattern, samples in zip(PATTERNS, zip(*rows, strict=True), strict=True)]


def as_rows(findings: list[Finding]) -> list[dict[str, str]]:
    """The findings as rows of text, for a table on screen or in a document."""
    return [
        {
            "pattern": found.pattern.id,
            "what is measured": f"{found.pattern.statement} [{found.pattern.unit}]",
            "target": _target(found.pattern),
            "measured": f"{found.value:.3g}",
            "95 % interval": f"{found.interval[0]:.3g} to {found.interval[1]:.3g}",
            "seeds": str(found.seeds),
            "verdict": found.verdict,
        }
        for found in findings
    ]


def _target(pattern: Pattern) -> str:
    return f"over {pattern.low:g}" if pattern.high >= NO_LIMIT else f"{pattern.low:g} to {pattern.high:g}"


def _measured(scenario: Scenario, seeds: range, threads: int) -> Iterator[list[np.ndarray]]:
    territory = load_territory(scenario.territory)

    def one(seed: int) -> list[np.ndarray]:
        simulation = Simulation(scenario, seed, territory=territory)
        simulation.run_for(simulation.length - YEAR)
        before = _tie_births(simulation.state)
        simulation.run_for(YEAR)
        state = simulation.state
        definition = scenario.processes.observing
        by_distance = rewired_by_distance(state, simulation.luck)
        look = Look(state, before, _share_in_groups(state, definition), _share_in_groups(by_distance, definition))
        samples = [np.atleast_1d(np.asarray(pattern.sample(look), float)) for pattern in PATTERNS]
        return [sample[~np.isnan(sample)] for sample in samples]

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(one, seeds)
