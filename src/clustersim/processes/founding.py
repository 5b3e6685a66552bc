"""Founding: potential founders arise everywhere, and found where needs are unmet and an ecosystem is at work.

    (1)  potential founders at a place and month ~ Poisson(founders rate),
         founders rate = entry share / 12 x organisations at the start (public bodies apart) x envelope x share of the population
    (2)  chance that one founds = attraction / envelope, at most 1
    (3)  attraction = 1 + need weight x (unmet share - usual unmet share) + ecosystem weight x m / (m + half)
         for a social enterprise, at least 0; 1 for a private actor

m is the number of organisations of the same purpose in a cluster or pole around the place, each weighted by
exp(-distance / decay). The envelope is fixed, so that the same potential founders arise in every scenario, with the same
uid (month, place, slot) and the same traits drawn from it; a scenario only decides who of them founds (thinning, Lewis &
Shedler 1979). Entry follows the cooperatives of France: 248 creations on a stock of 2 165 (Confederation of Scop 2012).

Reduces to: Poisson entry at the rate of (1) without envelope, when both weights are zero; where attraction is higher a
superset of the founders, never others.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import clip, exp, power
from clustersim.luck import Luck, Stream, happens, hash_of, hash_with, normal, poisson, uniform
from clustersim.money import Flow
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE, pack_uid
from clustersim.state.places import WEIGHT_UNIT

READS = (
    "places.uid", "places.x_km", "places.y_km", "places.founders_rate", "places.met_share",
    "organisations.pole_row", "organisations.cluster_row",
)  # fmt: skip
WRITES = (
    "organisations.uid", "organisations.kind", "organisations.alive", "organisations.place_row", "organisations.x_km",
    "organisations.y_km", "organisations.founded_month", "organisations.purpose", "organisations.competences",
    "organisations.values", "organisations.staff_fte", "organisations.cash_cents",
)  # fmt: skip

LARGEST_MEAN = 100.0  # larger Poisson means are drawn in parts
# which of a uid's draws is for what; competences take all from the last on
KIND, PURPOSE, STAFF, CASH, VALUE, COMPETENCE = 0, 1, 2, 3, 8, 16


class Founding(Parameters):
    """Who founds, where, and with what."""

    entry_share_per_year = Parameter(
        0.115, "1/year", (0.0, 1.0), "Scop creations 2012", "organisations founded in a year, as a share of those at the start"
    )
    envelope = Parameter(3.0, "-", (1.0, 20.0), "assumed", "potential founders for each who founds at usual need without ecosystem")
    social_share = Parameter(0.45, "share", (0.0, 1.0), "assumed", "part of potential founders who would found a social enterprise")
    need_weight = Parameter(1.0, "-", (0.0, 5.0), "assumed", "rise of social founding from all needs met to none")
    usual_unmet_share = Parameter(0.75, "share", (0.0, 1.0), "assumed", "unmet share of need at which founding is as usual")
    ecosystem_weight = Parameter(0.5, "-", (0.0, 5.0), "assumed", "rise of social founding amid a very large ecosystem")
    ecosystem_half = Parameter(10.0, "organisations", (0.1, 1000.0), "assumed", "organisations in clusters around for half that rise")
    staff_median = Parameter(2.6, "FTE", (0.1, 50.0), "ESEM 2021-22 (lognormal fit)", "median staff of a new organisation")
    staff_sigma = Parameter(0.8, "-", (0.0, 3.0), "assumed", "standard deviation of the logarithm of a new organisation's staff")
    largest_staff = Parameter(50.0, "FTE", (1.0, 1000.0), "assumed", "largest staff of a new organisation")
    capital_cents = Parameter(
        1_500_000, "cents/FTE", (0, 50_000_000), "assumed: 4 months of cost", "mean starting cash for each full-time employee"
    )
    competence_floor = Parameter(0.05, "0..1", (0.0, 1.0), "assumed", "least that an organisation can do in any field")
    competence_skew = Parameter(2.0, "-", (0.1, 10.0), "assumed", "above 1: strong in a few fields, weak in most")
    social_cooperation = Parameter(0.65, "0..1", (0.0, 1.0), "assumed", "mean value of cooperation among social enterprises")
    social_purpose = Parameter(0.75, "0..1", (0.0, 1.0), "assumed", "mean value of social purpose among social enterprises")
    private_cooperation = Parameter(0.45, "0..1", (0.0, 1.0), "assumed", "mean value of cooperation among private actors")
    private_purpose = Parameter(0.35, "0..1", (0.0, 1.0), "assumed", "mean value of social purpose among private actors")
    public_cooperation = Parameter(0.60, "0..1", (0.0, 1.0), "assumed", "mean value of cooperation among public bodies")
    public_purpose = Parameter(0.65, "0..1", (0.0, 1.0), "assumed", "mean value of social purpose among public bodies")
    values_sd = Parameter(0.15, "0..1", (0.0, 1.0), "assumed", "standard deviation of values among organisations of a kind")


def advance(state: State, luck: Luck, numbers: Founding) -> None:
    """Let potential founders arise, decide, and settle those who found."""
    p, traits, prevalence = numbers.numbers, luck.key(Stream.FOUNDER_TRAITS), state.purposes.cumulative_prevalence
    places, o, near = state.places, state.organisations, state.vicinity
    gathered = np.zeros(places.met_share.shape, np.int64)
    count_gathered(state.living(), o.place_row, o.purpose, o.pole_row, o.cluster_row, gathered)
    founders = state.workers.over(
        len(places), choose_founders, luck.key(Stream.FOUNDERS, state.month), luck.key(Stream.FOUNDING_DECISION, state.month), traits,
        state.month, places.uid, places.founders_rate, places.met_share, near.start, near.place, near.weight, gathered, prevalence, p,
    )  # fmt: skip
    uid, place_row = (np.concatenate(blocks) for blocks in zip(*founders, strict=True))
    if uid.size == 0:
        return
    rows = state.settle(
        uid.size, uid=uid, alive=True, place_row=place_row, x_km=places.x_km[place_row], y_km=places.y_km[place_row],
        founded_month=state.month,
    )  # fmt: skip
    capital = draw_traits(
        rows.start, rows.stop, traits, o.uid, o.kind, o.purpose, o.competences, o.values, o.staff_fte, o.cash_cents,
        prevalence, p,
    )  # fmt: skip
    state.ledger.record(Flow.STARTING_CAPITAL, capital)


def expect_founders(population: np.ndarray, organisations: int, numbers: Founding) -> np.ndarray:
    """Equation 1's founders rate of each place [1/month], from inhabitants and the organisations at the start (no public bodies)."""
    a_month = numbers.entry_share_per_year / 12.0 * organisations * numbers.envelope
    return a_month * population / max(1, int(population.sum()))


@kernel
def attraction_of(unmet_share, ecosystem, p):
    """Equation 3 for a social enterprise."""
    drawn = p.ecosystem_weight * ecosystem / (ecosystem + p.ecosystem_half)
    return max(0.0, 1.0 + p.need_weight * (unmet_share - p.usual_unmet_share) + drawn)


@kernel
def draw_kind(key, uid, p):
    """The kind a potential founder would found."""
    return SOCIAL_ENTERPRISE if happens(hash_with(key, uid, KIND), p.social_share) else PRIVATE_ACTOR


@kernel
def draw_purpose(key, uid, prevalence):
    """A purpose, with a chance in proportion to how many need it; `prevalence` is cumulative over purposes."""
    target = uniform(hash_with(key, uid, PURPOSE)) * prevalence[-1]
    k = 0
    while k < prevalence.size - 1 and prevalence[k] <= target:
        k += 1
    return k


@kernel
def draw_staff(u, median, sigma, largest):
    """Lognormal size by its quantile u, from half a post to `largest` [FTE]."""
    return clip(median * exp(sigma * normal(u)), 0.5, largest)


@kernel
def draw_competences(key, uid, competences, p):
    """What one organisation can do: floor + (1 - floor) u^skew in each field. Fills `competences`."""
    for d in range(competences.size):
        u = uniform(hash_with(key, uid, COMPETENCE + d))
        competences[d] = p.competence_floor + (1.0 - p.competence_floor) * power(u, p.competence_skew)


@kernel
def draw_values(key, uid, kind, values, p):
    """Norms and values of one organisation, normal around those of its kind. Fills `values`."""
    cooperation, purpose = p.social_cooperation, p.social_purpose
    if kind == PRIVATE_ACTOR:
        cooperation, purpose = p.private_cooperation, p.private_purpose
    elif kind == PUBLIC_FUNDER:
        cooperation, purpose = p.public_cooperation, p.public_purpose
    values[0] = clip(cooperation + p.values_sd * normal(uniform(hash_with(key, uid, VALUE))), 0.0, 1.0)
    values[1] = clip(purpose + p.values_sd * normal(uniform(hash_with(key, uid, VALUE + 1))), 0.0, 1.0)


@kernel
def draw_capital(u, staff, p):
    """Starting cash: half to one and a half times the mean for that staff [cents]."""
    return int(staff * p.capital_cents * (0.5 + u))


@kernel
def count_founders(key, place_uid, rate):
    """Equation 1: how many potential founders arise at each of these places."""
    arising = np.empty(rate.size, np.int64)
    # exp(-mean) is never less than 1 - mean, so most places end here; without branches several are reckoned at once
    for q in range(rate.size):
        arising[q] = uniform(hash_with(key, place_uid[q], 0)) >= 1.0 - rate[q]
    for q in range(rate.size):
        if arising[q] > 0:
            parts = int(rate[q] / LARGEST_MEAN) + 1
            arising[q] = 0
            for part in range(parts):
                arising[q] += poisson(hash_with(key, place_uid[q], part), rate[q] / parts)
    return arising


@kernel
def count_gathered(living, place_row, purpose, pole_row, cluster_row, gathered):
    """How many organisations of each purpose are in a cluster or pole, by place."""
    for i in living:
        if pole_row[i] >= 0 or cluster_row[i] >= 0:
            gathered[place_row[i], purpose[i]] += 1


@kernel
def choose_founders(
    first, last, arrival, decision, traits, month, place_uid, rate, met_share, start, place, weight, gathered, prevalence, p
):  # fmt: skip
    """Equations 1 to 3 for the potential founders of places first to last. Returns uid and place of those who found."""
    arising = count_founders(arrival, place_uid[first:last], rate[first:last])
    potential = arising.sum()
    uid = np.empty(potential, np.int64)
    place_row = np.empty(potential, np.int32)
    founders = 0
    for q in range(first, last):
        for slot in range(arising[q - first]):
            who = pack_uid(month, place_uid[q], slot)
            attraction = 1.0
            if draw_kind(traits, who, p) == SOCIAL_ENTERPRISE:
                k = draw_purpose(traits, who, prevalence)
                ecosystem = 0.0
                around, nearness = place[start[q] : start[q + 1]], weight[start[q] : start[q + 1]]
                for e in range(around.size):
                    ecosystem += nearness[e] * gathered[np.uint32(around[e]), k]  # unsigned: no negative index to look out for
                attraction = attraction_of(1.0 - met_share[q, k], ecosystem * WEIGHT_UNIT, p)
            if happens(hash_of(decision, who), attraction / p.envelope):
                uid[founders] = who
                place_row[founders] = q
                founders += 1
    return uid[:founders], place_row[:founders]


@kernel
def draw_traits(start, stop, key, uid, kind, purpose, competences, values, staff, cash, prevalence, p):
    """Everything new organisations bring, from their uid alone. Returns the cash of all of them [cents]."""
    capital = 0
    for i in range(start, stop):
        kind[i] = draw_kind(key, uid[i], p)
        purpose[i] = draw_purpose(key, uid[i], prevalence)
        draw_competences(key, uid[i], competences[i], p)
        draw_values(key, uid[i], kind[i], values[i], p)
        staff[i] = draw_staff(uniform(hash_with(key, uid[i], STAFF)), p.staff_median, p.staff_sigma, p.largest_staff)
        cash[i] = draw_capital(uniform(hash_with(key, uid[i], CASH)), staff[i], p)
        capital += cash[i]
    return capital
