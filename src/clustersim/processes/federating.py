"""Federating: clusters found poles, members come and go, and a pole lives while it has money and members.

    (1)  due_i = staff_i x dues per FTE             a month, if cash above it; public bodies a flat sum
    (2)  founding chance = f (1 + g_r x share recognised) (1 + g_a x share animated)
    (3)  ending hazard = with a coordinator in post, or without
    (4)  joining chance = j max(0, 1 - members / span)

A pole is the jointly managed legal entity of a cluster (in France the pole territorial de cooperation economique, PTCE).
Who founds one follows the French decree 2015-431: at least three organisations, with at least one social enterprise, one
private actor and one public, training or research body among them; here those of a cluster that are in no pole yet, when
fewer than half of the cluster are. A coordinator is hired when the pole can pay some months in advance and leaves when
it cannot pay one more; without one a pole "vegetates" (Labo de l'ESS 2020). An organisation joins the pole to whose
members it has most trusted ties of the pole's purpose, the more slowly the fuller the pole is (4): poles stay near fifteen
members (Labo de l'ESS 2020), and only founding, or several who join at once, can bring one beyond the span. It leaves when it
trusts no fellow member or sits far away. Who may move is judged on the membership at the start of the month, so no order matters.

Reduces to: a constant hazard of poles when founding, joining and leaving are off and both hazards are equal.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck, Stream, happens, hash_of, hash_with
from clustersim.money import Flow
from clustersim.parameters import Parameter, Parameters
from clustersim.processes.membership import choose_poles, coordinate, recount
from clustersim.state import State
from clustersim.state.organisations import PUBLIC_FUNDER, SOCIAL_ENTERPRISE

READS = (
    "organisations.uid",
    "organisations.kind",
    "organisations.alive",
    "organisations.place_row",
    "organisations.x_km",
    "organisations.y_km",
    "organisations.staff_fte",
    "organisations.cluster_row",
    "organisation_levers.animated",
    "organisation_levers.recognised",
    "ties.degree",
    "ties.partner_row",
    "ties.trust",
    "ties.purpose",
    "clusters.alive",
    "clusters.purpose",
    "clusters.social_enterprises",
    "clusters.private_actors",
    "clusters.public_funders",
)
WRITES = (
    "organisations.cash_cents",
    "organisations.pole_row",
    "organisations.coordinated",
    "poles.purpose",
    "poles.alive",
    "poles.founded_month",
    "poles.ended_month",
    "poles.x_km",
    "poles.y_km",
    "poles.place_row",
    "poles.founder_uid",
    "poles.members",
    "poles.coordinator",
    "poles.cash_cents",
    "poles.dues_cents",
    "poles.sales_cents",
)


class Federating(Parameters):
    """How poles are founded, paid for, joined, left and ended."""

    dues_per_fte = Parameter(13.0, "EUR/FTE/month", (0.0, 500.0), "assumed", "dues of members but public bodies: .4 % of payroll")
    public_contribution = Parameter(0.0, "EUR/month", (0.0, 10_000.0), "assumed", "flat dues of a public body that is a member")
    sales_per_member = Parameter(60.0, "EUR/month", (0.0, 5_000.0), "assumed", "a pole's own sales for each member, after what they cost")
    coordinator_cost = Parameter(4_200.0, "EUR/month", (0.0, 20_000.0), "PTCE call 2021", "wage and expenses of a coordinator, 1 FTE")
    hire_months = Parameter(3.0, "months", (1.0, 24.0), "assumed", "months of a coordinator's cost that a pole holds before it hires")
    found_chance = Parameter(0.03, "1/month", (0.0, 1.0), "assumed", "chance that a cluster that may found a pole does")
    recognition_gain = Parameter(1.0, "-", (0.0, 20.0), "assumed", "rise of that chance when all members carry a label")
    animation_gain = Parameter(2.0, "-", (0.0, 20.0), "assumed", "rise of that chance when all members are animated")
    fewest_founders = Parameter(3, "count", (3, 20), "decree 2015-431", "fewest organisations that found a pole, or keep one")
    join_trust = Parameter(0.2, "0..1", (0.0, 1.0), "assumed", "least trust of a tie that draws an organisation into its partner's pole")
    join_ties = Parameter(1, "count", (1, 24), "assumed", "fewest such ties to members of the pole")
    join_km = Parameter(25.0, "km", (0.0, 500.0), "Labo de l'ESS 2020", "farthest from a pole's centre that an organisation joins it")
    join_chance = Parameter(0.1, "1/month", (0.0, 1.0), "assumed", "chance that an organisation that may join a pole does")
    span = Parameter(22.0, "count", (3.0, 1_000.0), "assumed", "members at which a pole takes no more: what one coordinator can look after")
    stay_trust = Parameter(0.15, "0..1", (0.0, 1.0), "assumed", "least trust in one fellow member that keeps a member")
    leave_km = Parameter(60.0, "km", (0.0, 1_000.0), "assumed", "farther from the centre a member is inclined to leave")
    leave_chance = Parameter(0.05, "1/month", (0.0, 1.0), "assumed", "chance that a member inclined to leave does")
    end_chance_with = Parameter(0.003, "1/month", (0.0, 1.0), "assumed", "hazard of a pole with a coordinator in post")
    end_chance_without = Parameter(0.006, "1/month", (0.0, 1.0), "Labo de l'ESS 2020", "hazard of one without: 24 % gone in four years")


def advance(state: State, luck: Luck, numbers: Federating) -> None:
    """Move poles, their money and their members by one month."""
    lived = np.count_nonzero(state.poles.alive) > 0
    if lived:
        balance(state, numbers)
        move(state, luck, numbers)
    if found(state, luck, numbers) or lived:
        end(state, luck, numbers)


def balance(state: State, numbers: Federating) -> None:
    """Members pay dues, clients pay the pole, the pole pays its coordinator."""
    o, poles = state.organisations, state.poles
    dues = collect_dues(o.kind, o.staff_fte, o.pole_row, o.cash_cents, poles.cash_cents, poles.dues_cents, numbers.numbers)
    sales, wages = keep_accounts(
        poles.alive, poles.members, poles.coordinator, poles.cash_cents, poles.sales_cents, numbers.numbers
    )
    state.ledger.record(Flow.DUES, dues)
    state.ledger.record(Flow.POLE_SERVICES, sales)
    state.ledger.record(Flow.COORDINATOR, wages)


def move(state: State, luck: Luck, numbers: Federating) -> None:
    """Organisations join and leave poles, all judged on the membership as it was."""
    o, ties, poles = state.organisations, state.ties, state.poles
    destination, living = o.pole_row.copy(), state.living()
    state.workers.over(
        living.size,
        choose_poles,
        living,
        luck.key(Stream.POLE_JOINING, state.month),
        luck.key(Stream.POLE_LEAVING, state.month),
        o.uid,
        o.x_km,
        o.y_km,
        o.pole_row,
        ties.degree,
        ties.partner_row,
        ties.trust,
        ties.purpose,
        poles.purpose,
        poles.members,
        poles.x_km,
        poles.y_km,
        poles.founder_uid,
        destination,
        numbers.numbers,
    )
    o.pole_row[:] = destination


def found(state: State, luck: Luck, numbers: Federating) -> bool:
    """Clusters found poles; those of their members that are in none become members. Returns whether any did."""
    o, clusters, levers = state.organisations, state.clusters, state.organisation_levers
    candidates = of_all_kinds(clusters.alive, clusters.social_enterprises, clusters.private_actors, clusters.public_funders)
    if candidates.size == 0:
        return False
    founds, founder_uid, seat = gather_founders(
        luck.key(Stream.POLE_FOUNDING, state.month),
        candidates,
        len(clusters),
        o.uid,
        o.kind,
        o.place_row,
        o.cluster_row,
        o.pole_row,
        levers.recognised,
        levers.animated,
        numbers.numbers,
    )
    founding = np.flatnonzero(founds)
    for cluster in founding:
        row = state.poles.append(
            1,
            purpose=clusters.purpose[cluster],
            alive=True,
            founded_month=state.month,
            place_row=seat[cluster],
            founder_uid=founder_uid[cluster],
        ).start
        o.pole_row[(o.cluster_row == cluster) & (o.pole_row < 0)] = row
    return founding.size > 0


def end(state: State, luck: Luck, numbers: Federating) -> None:
    """Poles are counted; those that luck or members desert come to their end."""
    o, poles = state.organisations, state.poles
    recount(state.living_by_place(), o.pole_row, o.x_km, o.y_km, poles.alive, poles.members, poles.x_km, poles.y_km)
    left = end_poles(
        luck.key(Stream.POLE_ENDING, state.month),
        state.month,
        poles.founder_uid,
        poles.founded_month,
        poles.alive,
        poles.ended_month,
        poles.members,
        poles.coordinator,
        poles.cash_cents,
        numbers.numbers,
    )
    state.ledger.record(Flow.POLE_ENDING, left)
    coordinate(o.pole_row, o.coordinated, poles.alive, poles.coordinator)


@kernel
def due(kind, staff, p):
    """Equation 1, to the nearest cent [cents]."""
    if kind == PUBLIC_FUNDER:
        return int(p.public_contribution * 100.0 + 0.5)
    return int(staff * p.dues_per_fte * 100.0 + 0.5)


@kernel
def founding_chance(recognised_share, animated_share, p):
    """Equation 2 [1/month]."""
    return p.found_chance * (1.0 + p.recognition_gain * recognised_share) * (1.0 + p.animation_gain * animated_share)


@kernel
def ending_chance(coordinator, p):
    """Equation 3 [1/month]."""
    return p.end_chance_with if coordinator else p.end_chance_without


@kernel
def collect_dues(kind, staff, pole_row, cash, pole_cash, pole_dues, p):
    """Every member that can pays its due. Returns the sum."""
    total = 0
    for i in range(pole_row.size):
        pole = pole_row[i]
        if pole >= 0:
            cents = due(kind[i], staff[i], p)
            if cash[i] > cents:
                cash[i] -= cents
                pole_cash[pole] += cents
                pole_dues[pole] += cents
                total += cents
    return total


@kernel
def keep_accounts(alive, members, coordinator, cash, sales, p):
    """Sales come in; the coordinator goes, is hired, is paid. Returns the sums of sales and of wages."""
    cost = int(p.coordinator_cost * 100.0 + 0.5)
    per_member = int(p.sales_per_member * 100.0 + 0.5)
    sold = 0
    wages = 0
    for row in range(alive.size):
        if alive[row]:
            sale = members[row] * per_member
            cash[row] += sale
            sales[row] += sale
            sold += sale
            coordinator[row] = cash[row] >= (cost if coordinator[row] else p.hire_months * cost)
            if coordinator[row]:
                cash[row] -= cost
                wages += cost
    return sold, wages


@kernel
def of_all_kinds(alive, social_enterprises, private_actors, public_funders):
    """The living clusters that have members of all three kinds."""
    return np.flatnonzero(alive & (social_enterprises > 0) & (private_actors > 0) & (public_funders > 0))


@kernel
def gather_founders(key, candidates, clusters, uid, kind, place_row, cluster_row, pole_row, recognised, animated, p):
    """For each cluster: whether it founds a pole, the smallest uid of its founders, and where the pole will sit."""
    founds = np.zeros(clusters, np.bool_)
    founder_uid = np.empty(clusters, np.int64)
    seat = np.empty(clusters, np.int32)
    founds[candidates] = True
    members = np.zeros(clusters, np.int64)
    labelled = np.zeros(clusters, np.int64)
    accompanied = np.zeros(clusters, np.int64)
    free = np.zeros((clusters, 3), np.int64)
    seat_uid = np.empty(clusters, np.int64)
    for i in range(uid.size):
        c = cluster_row[i]
        if c < 0 or not founds[c]:
            continue
        members[c] += 1
        labelled[c] += recognised[i]
        accompanied[c] += animated[i]
        if pole_row[i] >= 0:
            continue
        if free[c].sum() == 0 or uid[i] < founder_uid[c]:
            founder_uid[c] = uid[i]
        if kind[i] == SOCIAL_ENTERPRISE and (free[c, SOCIAL_ENTERPRISE] == 0 or uid[i] < seat_uid[c]):
            seat_uid[c] = uid[i]
            seat[c] = place_row[i]
        free[c, kind[i]] += 1
    for c in candidates:
        founders = free[c].sum()
        founds[c] = (
            free[c].min() > 0
            and founders >= p.fewest_founders
            and 2 * (members[c] - founders) < members[c]
            and happens(hash_of(key, founder_uid[c]), founding_chance(labelled[c] / members[c], accompanied[c] / members[c], p))
        )
    return founds, founder_uid, seat


@kernel
def end_poles(key, month, founder_uid, founded_month, alive, ended_month, members, coordinator, cash, p):
    """End the poles whose luck or members have run out; a pole founded this month is safe. Returns the cash that leaves."""
    left = 0
    for row in range(alive.size):
        if alive[row] and founded_month[row] < month:
            ill_fated = happens(hash_with(key, founder_uid[row], founded_month[row]), ending_chance(coordinator[row], p))
            if ill_fated or members[row] < p.fewest_founders:
                alive[row] = False
                ended_month[row] = month
                coordinator[row] = False
                members[row] = 0
                left += cash[row]
                cash[row] = 0
    return left
