"""The patterns of support (E4 after the end of money, E7, E8, E10): what measures do, against what evidence says they do.

Every seed is lived in several worlds that differ in a measure alone; luck is keyed, so the same organisation meets the same
luck in each. None of these patterns was used in calibrating the model. Where a target has a point and no band, the band is ours and
says so in its source.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from clustersim.experiments.patterns.judging import NO_LIMIT, Finding, Pattern, findings, sampled
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE
from clustersim.state.projects import SUCCEEDED

__all__ = ["SUPPORT_PATTERNS", "Worlds", "check_support_patterns"]

YEAR = 12
HALF_YEAR = 6
AFTER_STOP = 4 * YEAR
MILLION_EUR = 1e8  # [cents]

HORIZON = 10 * YEAR  # as long as the shipped measures are at work, whatever the territory's scenario says

# name of the world: shipped scenario, what is changed in it, and how many months of it are lived
WORLDS: Mapping[str, tuple[str, Mapping[str, object], int]] = {
    "none": ("no_support", {}, HORIZON),
    "animation": ("animation", {}, HORIZON),
    "seed_grants": ("seed_grants", {}, HORIZON),
    "stop": ("funding_stop", {}, HORIZON),
    # one draw of vouchers in the first month, and nobody else has any
    "vouchers": ("vouchers", {"measures.vouchers.calls_per_year": 1, "measures.vouchers.end_month": YEAR}, 2 * YEAR),
}


@dataclass(frozen=True)
class Worlds:
    """One seed in all worlds.

    Attributes:
        end: State at the end, by the name of the world.
        at_stop: Rows of the poles alive when the money of the world `stop` ends.
        stop_month: Month of the run in which it ends.
        spin_up: Months before the first.
        income: Income of each organisation by uid in month 12, in the worlds `none` and `vouchers` [cents].
    """

    end: Mapping[str, State]
    at_stop: np.ndarray
    stop_month: int
    spin_up: int
    income: Mapping[str, Mapping[int, int]]


def degree_gain(worlds: Worlds, world: str) -> float:
    """How much the measure raises the mean number of partners, relative to no support."""
    without, with_it = (mean_degree(worlds.end[name]) for name in ("none", world))
    return with_it / without - 1.0


def mean_degree(state: State) -> float:
    """Partners of a living organisation."""
    return float(state.ties.degree[state.organisations.alive].mean())


def clustered_share(state: State) -> float:
    """Share of living social enterprises in a cluster."""
    o = state.organisations
    enterprise = o.alive & (o.kind == SOCIAL_ENTERPRISE)
    return float((o.cluster_row[enterprise] >= 0).mean())


def spent_cents(state: State) -> int:
    """Support paid and not paid back."""
    return int(state.funders.paid_cents.sum() - state.funders.repaid_cents.sum())


def per_million(worlds: Worlds, of: Callable[[State], float]) -> np.ndarray:
    """Gain by animation, what it cost, gain by seed grants, what they cost."""
    base = of(worlds.end["none"])
    row = []
    for world in ("animation", "seed_grants"):
        row += [of(worlds.end[world]) - base, spent_cents(worlds.end[world]) / MILLION_EUR]
    return np.array(row)


def gain_apart(rows: np.ndarray) -> float:
    """Animation's gain per million euro less that of seed grants."""
    animation, its_cost, grants, their_cost = rows.reshape(-1, 4).sum(axis=0)
    return animation / its_cost - grants / their_cost if its_cost > 0 and their_cost > 0 else float("nan")


def new_partners(worlds: Worlds, first: int, last: int) -> np.ndarray:
    """Among who drew a voucher: how many led a project with a new partner in those months, with it and without, and how many they are."""
    holder = holders(worlds.end["vouchers"])
    counts = [np.isin(holder, leaders_with_new_partners(worlds, world, first, last)).sum() for world in ("vouchers", "none")]
    return np.array([*counts, holder.size], float)


def holders(state: State) -> np.ndarray:
    """The uids of those who were promised support."""
    return state.organisations.uid[state.awards.organisation_row]


def leaders_with_new_partners(worlds: Worlds, world: str, first: int, last: int) -> np.ndarray:
    """The uids of who led a project, begun in those months, with somebody it had not succeeded with before."""
    state = worlds.end[world]
    p, uid = state.projects, state.organisations.uid
    begun = (p.start_month > worlds.spin_up + first - 1) & (p.start_month <= worlds.spin_up + last) & (p.size > 1)
    found = []
    for row in np.flatnonzero(begun):
        before = p.team[(p.outcome == SUCCEEDED) & (p.ended_month <= p.start_month[row])]
        together = before[(before == p.team[row, 0]).any(axis=1)]
        if not np.isin(p.team[row, 1 : p.size[row]], together).all():
            found.append(uid[p.team[row, 0]])
    return np.array(found, np.int64)


def odds_ratio(rows: np.ndarray) -> float:
    """Odds with the voucher over odds without it."""
    with_it, without, number = rows.reshape(-1, 3).sum(axis=0)
    if without == 0 or with_it == number or without == number:
        return float("nan")
    return (with_it / (number - with_it)) / (without / (number - without))


def incomes(worlds: Worlds) -> np.ndarray:
    """Income in month 12 of those who drew a voucher, with it and without, of those alive in both worlds."""
    with_it, without = worlds.income["vouchers"], worlds.income["none"]
    both = [uid for uid in holders(worlds.end["vouchers"]).tolist() if uid in with_it and uid in without]
    return np.array([sum(with_it[uid] for uid in both), sum(without[uid] for uid in both)], float)


def ratio_of_sums(rows: np.ndarray) -> float:
    """First over second, summed over seeds."""
    first, second = rows.reshape(-1, 2).sum(axis=0)
    return float(first / second) if second else float("nan")


def gone_after_stop(worlds: Worlds) -> np.ndarray:
    """For each pole alive when the money ended whether it was gone four years later."""
    poles = worlds.end["stop"].poles
    ended = poles.ended_month[worlds.at_stop]
    return ((ended > 0) & (ended <= worlds.stop_month + AFTER_STOP)).astype(float)


def public_money(worlds: Worlds) -> np.ndarray:
    """Public support of the living poles, and all their income, since they were founded."""
    p = worlds.end["animation"].poles
    public = p.support_cents[p.alive].sum()
    whole = public + (p.dues_cents + p.sales_cents + p.private_support_cents)[p.alive].sum()
    return np.array([public, whole], float) / MILLION_EUR


SUPPORT_PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "E4", "poles gone four years after the money stopped", 0.15, 0.33, "share",
        "Labo de l'ESS 2020: 24 % (18 of 74); the band is ours", gone_after_stop,
    ),
    Pattern(
        "E7", "gain in mean degree per million euro, animation less seed grants", 0.0, NO_LIMIT, "partners",
        "Nishimura & Okamuro 2011", lambda w: per_million(w, mean_degree), gain_apart,
    ),
    Pattern(
        "E7", "gain in social enterprises in a cluster per million euro, animation less seed grants", 0.0, NO_LIMIT, "share",
        "Nishimura & Okamuro 2011", lambda w: per_million(w, clustered_share), gain_apart,
    ),
    Pattern(
        "E7", "gain in mean degree by seed grants: money alone can have no effect", -0.02, 0.02, "share",
        "Martin, Mayer & Mayneris 2011; the band is ours", lambda w: degree_gain(w, "seed_grants"),
    ),
    Pattern(
        "E8", "odds of a project with a new partner, months 1 to 6, voucher over none", 1.84, NO_LIMIT, "ratio",
        "Creative Credits: 84 % or more", lambda w: new_partners(w, 1, HALF_YEAR), odds_ratio,
    ),
    Pattern(
        "E8", "the same in months 13 to 24: the effect is gone", 0.8, 1.25, "ratio",
        "Creative Credits: nil at 12 months; the band is ours", lambda w: new_partners(w, YEAR + 1, 2 * YEAR), odds_ratio,
    ),
    Pattern(
        "E8", "income in month 12, voucher over none", 0.98, 1.02, "ratio",
        "Creative Credits: nil at 12 months; the band is ours", incomes, ratio_of_sums,
    ),
    Pattern(
        "E10", "public share of poles' income under animation", 0.33, 0.53, "share",
        "43 % (evidence on PTCE); the band is ours", public_money, ratio_of_sums,
    ),
)  # fmt: skip


def check_support_patterns(
    on: str, seeds: Sequence[int], *, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Live every seed in all worlds and measure each pattern.

    Args:
        on: Scenario whose territory the measures are put on.
        seeds: The replications.
        workers: Seeds at a time; all usable cores unless said.
        progress: Called with (seeds done, seeds in all).

    Returns:
        One finding a pattern, in the order of `SUPPORT_PATTERNS`.
    """
    return findings(SUPPORT_PATTERNS, worlds_on(on)["none"], partial(look_at, on), seeds, workers, progress)


@lru_cache(maxsize=1)
def worlds_on(on: str) -> Mapping[str, Scenario]:
    """The scenario of each world on that territory."""
    return {world: Scenario.load(name, changes, on=on) for world, (name, changes, _) in WORLDS.items()}


def look_at(on: str, _scenario: Scenario, seed: int, _: tuple[str, ...] = ()) -> list[np.ndarray]:
    """What one seed shows."""
    return sampled(SUPPORT_PATTERNS, live(worlds_on(on), seed))


def live(scenarios: Mapping[str, Scenario], seed: int) -> Worlds:
    """One seed in all worlds."""
    end, income, at_stop = {}, {}, np.empty(0, np.int64)
    last = max(m.numbers.end_month for m in scenarios["stop"].measures)
    for world, scenario in scenarios.items():
        simulation = Simulation(scenario, seed)
        simulation.run_for(scenario.run.spin_up + YEAR)
        o = simulation.state.organisations
        if world in ("none", "vouchers"):
            income[world] = dict(zip(o.uid[o.alive].tolist(), o.income_cents[o.alive].tolist(), strict=True))
        if world == "stop":
            simulation.run_for(last - YEAR)
            at_stop = np.flatnonzero(simulation.state.poles.alive)
        simulation.run_for(WORLDS[world][2] - simulation.month)
        end[world] = simulation.state
    return Worlds(end, at_stop, scenarios["stop"].run.spin_up + last, scenarios["none"].run.spin_up, income)
