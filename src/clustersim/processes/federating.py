"""Federating: clusters found poles, members come and go, and a pole lives while it has money and members.

    (1)  due_i = staff_i x dues per FTE             a month, if cash above it; public bodies a flat sum
    (2)  founding chance = f (1 + g_r x share recognised) (1 + g_a x share animated)
    (3)  ending hazard = with a coordinator in post, or without

A pole is the jointly managed legal entity of a cluster (in France the pole territorial de cooperation economique, PTCE).
Who founds one follows the French decree 2015-431: at least three organisations, with at least one social enterprise, one
private actor and one public, training or research body among them; here those of a cluster that are in no pole yet, when
fewer than half of the cluster are. A coordinator is hired when the pole can pay some months in advance and leaves when
it cannot pay one more; without one a pole "vegetates" (Labo de l'ESS 2020). An organisation joins the pole to whose
members it has most trusted ties; it leaves when it trusts no fellow member or sits far away. Who may move is judged on
the membership at the start of the month, so no order matters.

Reduces to: a constant hazard of poles when founding, joining and leaving are off and both hazards are equal.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.distance import distance
from clustersim.luck import Luck, Stream, happens, hash_of, hash_with
from clustersim.money import Flow
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE

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
    found_chance = Parameter(0.01, "1/month", (0.0, 1.0), "assumed", "chance that a cluster that may found a pole does")
    recognition_gain = Parameter(1.0, "-", (0.0, 20.0), "assumed", "rise of that chance when all members carry a label")
    animation_gain = Parameter(2.0, "-", (0.0, 20.0), "assumed", "rise of that chance when all members are animated")
    fewest_founders = Parameter(3, "count", (3, 20), "decree 2015-431", "fewest organisations that found a pole, or keep one")
    join_trust = Parameter(0.25, "0..1", (0.0, 1.0), "assumed", "least trust of a tie that draws an organisation into its partner's pole")
    join_ties = Parameter(1, "count", (1, 24), "assumed", "fewest such ties to members of the pole")
    join_km = Parameter(25.0, "km", (0.0, 500.0), "Labo de l'ESS 2020", "farthest from a pole's centre that an organisation joins it")
    join_chance = Parameter(0.04, "1/month", (0.0, 1.0), "assumed", "chance that an organisation that may join a pole does")
    stay_trust = Parameter(0.15, "0..1", (0.0, 1.0), "assumed", "least trust in one fellow member that keeps a member")
    leave_km = Parameter(60.0, "km", (0.0, 1_000.0), "assumed", "farther from the centre a member is inclined to leave")
    leave_chance = Parameter(0.05, "1/month", (0.0, 1.0), "assumed", "chance that a member inclined to leave does")
    end_chance_with = Parameter(0.0015, "1/month", (0.0, 1.0), "assumed", "hazard of a pole with a coordinator in post")
    end_chance_without = Parameter(0.006, "1/month", (0.0, 1.0), "Labo de l'ESS 2020", "hazard of one without: 24 % gone in four years")


def advance(state: State, luck: Luck, numbers: Federating) -> None:
    """Move poles, their money and their members by one month."""
    if state.poles.alive.any() or state.clusters.alive.any():
        balance(state, numbers)
        move(state, luck, numbers)
        found(state, luck, numbers)
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
    if len(poles) == 0:
        return
    destination = np.empty(len(o), np.int32)
    state.workers.over(
        len(o),
        choose_poles,
        luck.key(Stream.POLE_JOINING, state.month),
        luck.key(Stream.POLE_LEAVING, state.month),
        o.uid,
        o.alive,
        o.x_km,
        o.y_km,
        o.pole_row,
        ties.degree,
        ties.partner_row,
        ties.trust,
        poles.x_km,
        poles.y_km,
        poles.founder_uid,
        destination,
        numbers.numbers,
    )
    o.pole_row[:] = destination


def found(state: State, luck: Luck, numbers: Federating) -> None:
    """Clusters found poles; those of their members that are in none become members."""
    o, clusters, levers = state.organisations, state.clusters, state.organisation_levers
    founds, founder_uid, seat = gather_founders(
        luck.key(Stream.POLE_FOUNDING, state.month),
        o.uid,
        o.kind,
        o.place_row,
        o.cluster_row,
        o.pole_row,
        levers.recognised,
        levers.animated,
        clusters.alive,
        clusters.social_enterprises,
        clusters.private_actors,
        clusters.public_funders,
        numbers.numbers,
    )
    for cluster in np.flatnonzero(founds):
        row = state.poles.append(
            1,
            purpose=clusters.purpose[cluster],
            alive=True,
            founded_month=state.month,
            place_row=seat[cluster],
            founder_uid=founder_uid[cluster],
        ).start
        o.pole_row[(o.cluster_row == cluster) & (o.pole_row < 0)] = row


def end(state: State, luck: Luck, numbers: Federating) -> None:
    """Poles are counted; those that luck or members desert come to their end."""
    o, poles = state.organisations, state.poles
    recount(state.by_place()[1], o.pole_row, o.x_km, o.y_km, poles.alive, poles.members, poles.x_km, poles.y_km)
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
def choose_poles(
    start, stop, join_key, leave_key, uid, alive, x, y, pole_row, degree, partner, trust, pole_x, pole_y, founder_uid, destination, p
):  # fmt: skip
    """Where each organisation will be a member: most stay as they are, so luck is asked first."""
    for i in range(start, stop):
        pole = pole_row[i]
        destination[i] = pole
        if pole >= 0:
            if happens(hash_of(leave_key, uid[i]), p.leave_chance) and (
                distance(x[i], y[i], pole_x[pole], pole_y[pole]) > p.leave_km
                or not trusts_a_fellow(i, pole, pole_row, degree, partner, trust, p)
            ):
                destination[i] = -1
        elif alive[i] and degree[i] > 0 and happens(hash_of(join_key, uid[i]), p.join_chance):
            destination[i] = nearest_by_ties(i, x, y, pole_row, degree, partner, trust, pole_x, pole_y, founder_uid, p)


@kernel
def trusts_a_fellow(i, pole, pole_row, degree, partner, trust, p):
    """Whether i has a tie of enough trust to another member of its pole."""
    fellows = 0
    for k in range(degree[i]):
        fellows += pole_row[partner[i, k]] == pole and trust[i, k] >= p.stay_trust
    return fellows > 0


@kernel
def nearest_by_ties(i, x, y, pole_row, degree, partner, trust, pole_x, pole_y, founder_uid, p):
    """The pole within reach to which i has most trusted ties, enough of them; then that of the smaller founder; -1 for none."""
    best = -1
    most = 0
    for k in range(degree[i]):
        pole = int(pole_row[partner[i, k]])
        if pole < 0 or pole == best or distance(x[i], y[i], pole_x[pole], pole_y[pole]) > p.join_km:
            continue
        ties = 0
        for m in range(degree[i]):
            ties += pole_row[partner[i, m]] == pole and trust[i, m] >= p.join_trust
        if ties >= p.join_ties and (ties > most or (ties == most and (founder_uid[pole], pole) < (founder_uid[best], best))):
            best = pole
            most = ties
    return best


@kernel
def gather_founders(
    key, uid, kind, place_row, cluster_row, pole_row, recognised, animated, alive, social_enterprises, private_actors, public_funders, p
):  # fmt: skip
    """For each cluster: whether it founds a pole, the smallest uid of its founders, and where the pole will sit."""
    clusters = alive.size
    founds = np.zeros(clusters, np.bool_)
    founder_uid = np.empty(clusters, np.int64)
    seat = np.empty(clusters, np.int32)
    for c in range(clusters):
        founds[c] = alive[c] and social_enterprises[c] > 0 and private_actors[c] > 0 and public_funders[c] > 0
    if not founds.any():
        return founds, founder_uid, seat

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
    for c in range(clusters):
        if founds[c]:
            founders = free[c, SOCIAL_ENTERPRISE] + free[c, PRIVATE_ACTOR] + free[c, PUBLIC_FUNDER]
            founds[c] = (
                min(free[c, SOCIAL_ENTERPRISE], free[c, PRIVATE_ACTOR], free[c, PUBLIC_FUNDER]) > 0
                and founders >= p.fewest_founders
                and 2 * (members[c] - founders) < members[c]
                and happens(hash_of(key, founder_uid[c]), founding_chance(labelled[c] / members[c], accompanied[c] / members[c], p))
            )
    return founds, founder_uid, seat


@kernel
def recount(order, pole_row, x, y, alive, members, mean_x, mean_y):
    """Members and centre of every living pole, summed by place and uid."""
    for row in range(alive.size):
        if alive[row]:
            members[row] = 0
    for i in order:
        pole = pole_row[i]
        if pole >= 0:
            if members[pole] == 0:
                mean_x[pole] = 0.0
                mean_y[pole] = 0.0
            members[pole] += 1
            mean_x[pole] += x[i]
            mean_y[pole] += y[i]
    for row in range(alive.size):
        if alive[row] and members[row] > 0:
            mean_x[row] /= members[row]
            mean_y[row] /= members[row]


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


@kernel
def coordinate(pole_row, coordinated, alive, coordinator):
    """Release the members of ended poles, and tell the others whether a coordinator is in post."""
    for i in range(pole_row.size):
        if pole_row[i] >= 0 and not alive[pole_row[i]]:
            pole_row[i] = -1
        coordinated[i] = pole_row[i] >= 0 and coordinator[pole_row[i]]
