"""A scenario becomes a territory on the eve of its first month: places with needs, organisations, funders.

Everything is drawn by keys of stable identities, so that the same organisation starts the same in every scenario: who
sits where from the number of its draw, all else from its uid.
"""

import hashlib
import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.blocks import Workers
from clustersim.kernels.exact import exp, log, power
from clustersim.luck import Luck, Stream, hash_of, hash_with, normal, poisson, uniform
from clustersim.money import Flow
from clustersim.problems import Problem, ScenarioError
from clustersim.processes import founding, meeting, serving
from clustersim.scenario import FunderSettings, Scenario
from clustersim.state import State
from clustersim.state.funders import DISTRICT, LEVELS, LOCALITY, REGION, TERRITORY
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE, pack_uid
from clustersim.state.places import Neighbourhood
from clustersim.territory import Territory

_FIRST_FUNDER_SLOT = 1 << 18  # slots below are organisations of the population
_QUANTILES = 4_096  # points at which the size distribution is averaged


def populate(scenario: Scenario, territory: Territory, luck: Luck, workers: Workers | None = None) -> State:
    """The state on the eve of the first month.

    Args:
        scenario: What to simulate.
        territory: The scenario's territory.
        luck: The luck of the replication.
        workers: Threads for large runs.

    Returns:
        A state of month 0 that satisfies every invariant.

    Raises:
        ScenarioError: if more organisations crowd at one place than can be told apart.
    """
    population = scenario.population
    state = State(
        scenario.purposes,
        spin_up=scenario.run.spin_up,
        tie_bound=scenario.run.tie_bound,
        capacity=int(1.25 * population.organisations) + 64,
        workers=workers,
    )
    _lay_out(state, scenario, territory, luck)
    if scenario.organisations_file is None:
        _settle_drawn(state, scenario, luck)
    else:
        _settle_given(state, scenario, luck)
    _appoint_public_bodies(state, territory, scenario.processes.mobilising.baseline)
    _appoint_named_funders(state, scenario, territory, luck)
    _set_needs(state, scenario, luck)
    firms = int(np.count_nonzero(state.organisations.kind != PUBLIC_FUNDER))
    state.places.founders_rate[:] = founding.expect_founders(state.places.population, firms, scenario.processes.founding)
    return state


def _lay_out(state: State, scenario: Scenario, territory: Territory, luck: Luck) -> None:
    """Places, who is near whom, and the spaces that exist without support."""
    places = state.places
    places.append(
        len(territory),
        uid=territory.uid,
        x_km=territory.x_km,
        y_km=territory.y_km,
        population=territory.population,
        region=territory.region,
        district=territory.district,
        locality=territory.locality,
    )
    state.place_levers.append(len(territory))
    rate = scenario.population.spaces_per_100_000 / 100_000.0
    scatter_spaces(luck.key(Stream.PLACE_SPACES), places.uid, places.population, rate, places.spaces)
    state.catchment = Neighbourhood.of(places, scenario.processes.serving.reach_km, serving.CATCHMENT_SCALES)
    state.vicinity = Neighbourhood.of(places, scenario.processes.meeting.decay_km, meeting.VICINITY_SCALES)


def _settle_drawn(state: State, scenario: Scenario, luck: Luck) -> None:
    """Organisations drawn: homes in proportion to population, kinds by quota, everything else by uid."""
    population, places = scenario.population, state.places
    count = population.organisations
    attraction = np.empty(len(places))
    attract(places.population, population.home_exponent, attraction)
    home = np.empty(count, np.int64)
    slot = np.empty(count, np.int64)
    choose_homes(luck.key(Stream.HOME), attraction, home, slot)
    if slot.max(initial=0) >= _FIRST_FUNDER_SLOT:
        found, allowed = f"{count} on {len(places)} places", f"at most {_FIRST_FUNDER_SLOT} at one place"
        hint = "spread them over more places, or lower population.home_exponent"
        raise ScenarioError([Problem(scenario.name, "population.organisations", found, allowed, hint)])
    uid = np.empty(count, np.int64)
    name_rows(places.uid, home, slot, uid)
    kind = np.full(count, SOCIAL_ENTERPRISE, np.int8)
    privates, publics = round(count * population.private_share), round(count * population.public_share)
    kind[:privates] = PRIVATE_ACTOR
    kind[privates : privates + publics] = PUBLIC_FUNDER
    by_place = np.lexsort((slot, home))  # who is near in the territory is near in memory
    _settle(state, scenario, luck, uid[by_place], kind[by_place], home[by_place])


def _settle_given(state: State, scenario: Scenario, luck: Luck) -> None:
    """Organisations from the user's own file; what the file leaves open is drawn."""
    given = scenario.own_organisations
    count = len(given.kind)
    slot = np.zeros(count, np.int64)
    seen: dict[int, int] = {}
    for i, place in enumerate(given.place_row.tolist()):
        slot[i] = seen.get(place, 0)
        seen[place] = slot[i] + 1
    uid = np.empty(count, np.int64)
    name_rows(state.places.uid, given.place_row.astype(np.int64), slot, uid)
    rows = _settle(state, scenario, luck, uid, given.kind, given.place_row, given.staff_fte)
    o = state.organisations
    state.names.update(zip(range(rows.start, rows.stop), given.name, strict=True))
    known = given.purpose >= 0
    o.purpose[rows][known] = given.purpose[known]
    known = ~np.isnan(given.cash_eur)
    if known.any():
        cents = np.rint(given.cash_eur[known] * 100).astype(np.int64)
        state.ledger.record(Flow.STARTING_CAPITAL, int(cents.sum()) - int(o.cash_cents[rows][known].sum()))
        o.cash_cents[rows][known] = cents
    known = ~np.isnan(given.age_years)
    o.founded_month[rows][known] = -np.rint(given.age_years[known] * 12).astype(np.int32)


def _settle(
    state: State, scenario: Scenario, luck: Luck, uid: np.ndarray, kind: np.ndarray, home: np.ndarray, staff: np.ndarray | None = None
) -> slice:
    """Append organisations with the traits that their uids draw; `staff` [FTE] where it is known, NaN where it is drawn."""
    places = state.places
    rows = state.settle(len(uid), uid=uid, kind=kind, alive=True, place_row=home, x_km=places.x_km[home], y_km=places.y_km[home])
    o = state.organisations
    o.staff_fte[rows] = np.nan if staff is None else staff
    draw_population(
        rows.start, rows.stop, luck.key(Stream.FOUNDER_TRAITS), luck.key(Stream.AGE), np.cumsum(scenario.purposes.prevalence_share),
        o.uid, o.kind, o.purpose, o.competences, o.values, o.staff_fte, o.founded_month, o.cash_cents,
        scenario.processes.founding.numbers, scenario.processes.serving.wage_cents, scenario.population.numbers,
    )  # fmt: skip
    state.ledger.record(Flow.STARTING_CAPITAL, int(o.cash_cents[rows].sum()))
    return rows


def _appoint_public_bodies(state: State, territory: Territory, attention: float) -> None:
    """Every public body answers for its locality, or for the next larger area that the territory knows."""
    o, places = state.organisations, state.places
    rows = np.flatnonzero(o.kind == PUBLIC_FUNDER)
    level, area = LOCALITY, places.locality
    if len(territory.locality_labels) <= 1:
        level, area = (DISTRICT, places.district) if len(territory.district_labels) > 1 else (REGION, places.region)
    state.funders.append(
        len(rows), organisation_row=rows, public=True, level=level, area=area[o.place_row[rows]], attention=attention
    )


def _appoint_named_funders(state: State, scenario: Scenario, territory: Territory, luck: Luck) -> None:
    """The scenario's funders, each an organisation of its own with a budget and a jurisdiction."""
    taken: set[int] = set()
    for funder in scenario.funders:
        level = LEVELS.index(funder.level)
        area = 0 if level == TERRITORY else territory.area(funder.level, funder.area)
        home = _seat(state, territory, funder, level, area)
        # a slot that depends on the funder's name alone, so that one funder more leaves the others' luck as it was
        slot = int.from_bytes(hashlib.blake2b(funder.name.encode(), digest_size=4).digest()) % _FIRST_FUNDER_SLOT
        while slot in taken:
            slot = (slot + 1) % _FIRST_FUNDER_SLOT
        taken.add(slot)
        uid = np.array([pack_uid(0, int(state.places.uid[home]), _FIRST_FUNDER_SLOT + slot)], np.int64)
        kind = np.array([PUBLIC_FUNDER if funder.public else PRIVATE_ACTOR], np.int8)
        rows = _settle(state, scenario, luck, uid, kind, np.array([home], np.int64))
        state.names[rows.start] = funder.name
        state.funders.append(
            1,
            organisation_row=rows.start,
            public=funder.public,
            level=level,
            area=area,
            budget_cents=round(funder.budget_eur_per_year * 100),
            discretionary_share=funder.discretionary_share,
            attention=funder.attention,
        )


def _seat(state: State, territory: Territory, funder: FunderSettings, level: int, area: int) -> int:
    """Row of the funder's place: the one it names, else the most populous of its jurisdiction."""
    if funder.place:
        return territory.codes.index(funder.place)
    places = state.places
    column = (None, places.region, places.district, places.locality)[level]
    inside = np.ones(len(places), bool) if column is None else column == area
    return int(np.argmax(np.where(inside, places.population, -1)))


def _set_needs(state: State, scenario: Scenario, luck: Luck) -> None:
    """Needs in proportion to population, scaled so that the expected supply covers the chosen share of them."""
    population, places, o = scenario.population, state.places, state.organisations
    enterprise = o.kind == SOCIAL_ENTERPRISE
    if scenario.organisations_file is None:  # the expectation, not the draw, so that needs are the same in every replication
        staff = int(np.count_nonzero(enterprise)) * mean_staff(population.numbers)
    else:
        staff = math.fsum(o.staff_fte[enterprise].tolist())
    supply = staff * scenario.processes.serving.productivity
    persons = float(places.population.sum()) * float(scenario.purposes.prevalence_share.sum())
    scale = supply / (population.initial_coverage * persons) if persons > 0 else 0.0
    spread_needs(
        luck.key(Stream.PLACE_NEED),
        places.uid,
        places.population,
        scenario.purposes.prevalence_share,
        scale,
        population.local_need_sd,
        places.structural_need,
    )
    places.need[:] = places.structural_need
    n = state.catchment
    serving.weigh_catchment(n.start, n.place, n.weight, places.structural_need, places.catchment_need)


@kernel
def scatter_spaces(key, place_uid, population, rate, spaces):
    """Shared spaces at each place: Poisson in its population, at most one in expectation per 100 draws of 100."""
    for p in range(place_uid.size):
        mean = rate * population[p]
        count = 0
        part = 0
        while mean > 0.0:
            count += poisson(hash_with(key, place_uid[p], part), min(mean, 100.0))
            mean -= 100.0
            part += 1
        spaces[p] = count


@kernel
def attract(population, exponent, attraction):
    """How much a place draws organisations: population to the power of the exponent."""
    for p in range(population.size):
        attraction[p] = power(float(population[p]), exponent)


@kernel
def choose_homes(key, attraction, home, slot):
    """A home for each draw, in proportion to attraction, and its number among those of that home."""
    cumulative = np.cumsum(attraction)
    total = cumulative[-1]
    used = np.zeros(attraction.size, np.int64)
    for i in range(home.size):
        target = uniform(hash_of(key, i)) * total
        low = 0
        high = attraction.size - 1
        while low < high:
            middle = (low + high) // 2
            if cumulative[middle] > target:
                high = middle
            else:
                low = middle + 1
        home[i] = low
        slot[i] = used[low]
        used[low] += 1


@kernel
def name_rows(place_uid, home, slot, uid):
    """Identities of those who are there before the first month."""
    for i in range(home.size):
        uid[i] = pack_uid(0, place_uid[home[i]], slot[i])


@kernel
def draw_population(
    start, stop, traits, ages, cumulative_prevalence, uid, kind, purpose, competences, values, staff, founded_month, cash,
    founding_numbers, wage_cents, p,
):  # fmt: skip
    """Traits of those who are there from the start, from their uids: like a founder's, but of all ages and sizes."""
    for i in range(start, stop):
        purpose[i] = founding.draw_purpose(traits, uid[i], cumulative_prevalence)
        founding.draw_competences(traits, uid[i], competences[i], founding_numbers)
        founding.draw_values(traits, uid[i], kind[i], values[i], founding_numbers)
        median, sigma = p.staff_median, p.staff_sigma
        if kind[i] == PRIVATE_ACTOR:
            median, sigma = p.private_staff_median, p.private_staff_sigma
        elif kind[i] == PUBLIC_FUNDER:
            median, sigma = p.public_staff_median, p.public_staff_sigma
        if math.isnan(staff[i]):
            staff[i] = founding.draw_staff(uniform(hash_with(traits, uid[i], founding.STAFF)), median, sigma, p.largest_staff)
        age = -log(1.0 - uniform(hash_of(ages, uid[i]))) * p.mean_age_years
        founded_month[i] = -int(12.0 * age)
        cash[i] = starting_cash(uniform(hash_with(traits, uid[i], founding.CASH)), staff[i], wage_cents, p.starting_cash_months)


@kernel
def starting_cash(u, staff, wage_cents, mean_months):
    """Half to one and a half times so many months of wages [cents]."""
    return int(mean_months * (0.5 + u) * staff * wage_cents)


@kernel
def mean_staff(population):
    """Mean of the truncated size distribution [FTE], by its quantiles: the same number in every replication."""
    total = 0.0
    for i in range(_QUANTILES):
        total += founding.draw_staff((i + 0.5) / _QUANTILES, population.staff_median, population.staff_sigma, population.largest_staff)
    return total / _QUANTILES


@kernel
def spread_needs(key, place_uid, population, prevalence_share, scale, local_sd, structural_need):
    """n0 = prevalence x population x scale x a local factor with mean one and (log) standard deviation `local_sd`."""
    for p in range(place_uid.size):
        for k in range(prevalence_share.size):
            z = normal(uniform(hash_with(key, place_uid[p], k)))
            local = exp(local_sd * z - 0.5 * local_sd * local_sd)
            structural_need[p, k] = prevalence_share[k] * population[p] * scale * local
