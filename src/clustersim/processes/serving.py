"""Serving: social enterprises serve needs, everybody earns and pays, staff follow.

    (1)  capacity = staff x productivity x (1 + quality)                                   [persons/month]
    (2)  share sent from p to q = w(p,q) n0(q) / W(p),  W(p) = sum over q of w(p,q) n0(q)  (gravity)
    (3)  met share = 1 - exp(-x),  x = supply / need
    (4)  utilisation of the providers at p = sum over q of share sent x (1 - exp(-x(q))) / x(q)
    (5)  a social enterprise's income = price x capacity x utilisation x max(0, 1 + sigma z)
    (6)  a private actor's income = staff x wage x (1 + margin) x market utilisation; a public body's = its expense
    (7)  expense = payroll + (fixed overhead + share of payroll) x (1 - relief) + upkeep x ties,
         payroll = staff x wage x (1 - pooling where a coordinator pools work)
    (8)  staff grow with slack in use while a reserve of cash is there, and shrink in want

w is exp(-distance / reach), n0 structural need, n need this month, z a standard normal. (2) is the gravity form of Huff
(1964); (3) and (4) say that persons served are those that supply happens to reach when it falls on the persons in need at
random, so that sum of capacity x utilisation = sum of need x met share. The theory (MODEL 4.3) gives the form. Dues are
paid in federating.

A provider breaks even where utilisation = expense / (price x capacity): with the defaults, no ties and no relief,
(wage x (1 + overhead share) + fixed overhead / staff) / (price x productivity) = .85 at 6.5 FTE and a price of 450 EUR.

Reduces to: utilisation (1 - exp(-x)) / x, x = capacity / need, for one provider at the only place; two providers out of
reach of each other serve as if alone; every capacity sent arrives, sum of supply = sum of capacity.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import one_less_exp
from clustersim.luck import Luck, Stream
from clustersim.parameters import Parameter, Parameters
from clustersim.processes.accounts import FLOWS, draw_market_luck, keep_books
from clustersim.state import State
from clustersim.state.organisations import PUBLIC_FUNDER, SOCIAL_ENTERPRISE
from clustersim.state.places import WEIGHT_UNIT

READS = (
    "places.region", "places.spaces", "places.structural_need", "places.catchment_need", "places.need",
    "organisations.uid", "organisations.kind", "organisations.alive", "organisations.place_row", "organisations.purpose",
    "organisations.quality", "organisations.coordinated", "ties.degree",
    "place_levers.extra_spaces",
)  # fmt: skip
WRITES = (
    "places.supply", "places.met_share", "places.resolved",
    "organisations.staff_fte", "organisations.cash_cents", "organisations.credit_cents",
    "organisations.income_cents", "organisations.expense_cents", "organisations.utilisation",
)  # fmt: skip

CATCHMENT_SCALES = 3.0  # supply reaches no further than so many times `reach_km`
TINY = 1e-300  # keeps a division by zero away


class Serving(Parameters):
    """What organisations can do, earn and pay."""

    reach_km = Parameter(8.0, "km", (0.5, 100.0), "assumed", "distance over which the use of a service falls to 37 %")
    productivity = Parameter(10.0, "persons/month/FTE", (0.1, 1000.0), "assumed", "persons one full-time employee can serve in a month")
    resolved_share = Parameter(0.01, "share", (0.0, 1.0), "assumed", "part of the persons served whose need is resolved for good")
    wage_cents = Parameter(
        330_000, "cents/FTE/month", (50_000, 1_500_000), "assumed: 40 000 EUR a year", "wage of one full-time employee, with charges"
    )
    pooling_share = Parameter(
        0.03, "share", (0.0, 0.5), "assumed", "part of the payroll saved where a pole's coordinator pools work and purchases"
    )
    overhead_cents = Parameter(20_000, "cents/month", (0, 1_000_000), "assumed", "fixed overhead of an organisation: rent, insurance")
    overhead_share = Parameter(0.15, "share", (0.0, 2.0), "assumed", "overhead that grows with the payroll, as a share of it")
    relief_share = Parameter(0.15, "share", (0.0, 1.0), "assumed", "part of the overhead saved in a shared working place")
    tenants_per_space = Parameter(
        10.0, "organisations", (0.1, 1000.0), "assumed", "organisations a shared working place can house; with more, relief is divided"
    )
    tie_upkeep_cents = Parameter(4_000, "cents/tie/month", (0, 1_000_000), "assumed", "time and travel that one tie costs each side")
    income_sd = Parameter(0.10, "share", (0.0, 2.0), "assumed", "standard deviation of a month's luck in a social enterprise's income")
    market_utilisation = Parameter(0.84, "share", (0.0, 1.0), "assumed", "mean utilisation of private actors on their ordinary market")
    market_sd = Parameter(0.10, "share", (0.0, 1.0), "assumed", "standard deviation of a private actor's own market luck")
    regional_sd = Parameter(0.03, "share", (0.0, 1.0), "assumed", "standard deviation of the market luck that a region shares")
    margin_share = Parameter(0.43, "share", (0.0, 5.0), "assumed", "what private actors charge above wages at full utilisation")
    credit_months = Parameter(3.0, "months", (0.0, 24.0), "assumed", "months of expense that creditors let an organisation owe")
    hire_above = Parameter(0.88, "share", (0.0, 1.0), "assumed", "utilisation above which staff grow")
    lay_off_below = Parameter(0.80, "share", (0.0, 1.0), "assumed", "utilisation below which staff shrink")
    reserve_months = Parameter(2.0, "months", (0.0, 24.0), "assumed", "months of expense held in cash before staff grow")
    grow_share = Parameter(0.03, "1/month", (0.0, 1.0), "assumed", "most that staff grow in a month, at full utilisation")
    shrink_share = Parameter(0.05, "1/month", (0.0, 1.0), "assumed", "most that staff shrink in a month, without cash or without users")
    smallest_fte = Parameter(0.5, "FTE", (0.01, 10.0), "assumed", "staff below which an organisation does not shrink")


def advance(state: State, luck: Luck, numbers: Serving) -> None:
    """Serve, earn, pay, and hire or lay off."""
    p = numbers.numbers
    places, o, levers, near, living = state.places, state.organisations, state.place_levers, state.catchment, state.living()
    couples = places.need.shape  # of place and purpose
    capacity, tenants = np.zeros(len(o)), np.zeros(len(places), np.int64)
    offered, pressure, taken, utilisation = np.zeros(couples), np.zeros(couples), np.empty(couples), np.zeros(couples)

    gather_capacity(
        state.living_by_place(), o.kind, o.place_row, o.purpose, o.staff_fte, o.quality, capacity, offered, tenants, p.productivity
    )
    network = (near.start, near.place, near.weight, places.catchment_need, offered)
    send_supply(*network, pressure)
    state.workers.over(
        taken.size, meet_needs, places.structural_need, pressure, places.need, places.supply, places.met_share, places.resolved, taken,
        p.resolved_share,
    )  # fmt: skip
    state.workers.over(len(places), find_users, *network, taken, utilisation)
    market_luck = draw_market_luck(luck.key(Stream.MARKET, state.month), places.region)
    flows = state.workers.over(
        living.size, keep_books, living, luck.key(Stream.INCOME, state.month), market_luck, state.purposes.price_cents, places.region,
        places.spaces, levers.extra_spaces, tenants, utilisation,
        capacity, o.uid, o.kind, o.place_row, o.purpose, o.coordinated, state.ties.degree,
        o.staff_fte, o.cash_cents, o.credit_cents, o.income_cents, o.expense_cents, o.utilisation, p,
    )  # fmt: skip
    for flow, cents in zip(FLOWS, sum(flows).tolist(), strict=True):
        state.ledger.record(flow, cents)


@kernel
def capacity_of(staff, quality, productivity):
    """Equation 1 [persons/month]."""
    return staff * productivity * (1.0 + quality)


@kernel
def weigh_catchment(start, place, weight, structural_need, catchment_need):
    """W of equation 2 for every place and purpose; fixed for a run."""
    places, purposes = structural_need.shape
    for p in range(places):
        for k in range(purposes):
            total = 0.0
            for e in range(start[p], start[p + 1]):
                total += weight[e] * structural_need[place[e], k]
            catchment_need[p, k] = total * WEIGHT_UNIT


@kernel
def gather_capacity(living_by_place, kind, place_row, purpose, staff, quality, capacity, offered, tenants, productivity):
    """Equation 1, and its sum by place and purpose in the order of uid; how many may want a seat in a shared space."""
    for i in living_by_place:
        place = place_row[i]
        tenants[place] += kind[i] != PUBLIC_FUNDER
        if kind[i] == SOCIAL_ENTERPRISE:
            capacity[i] = capacity_of(staff[i], quality[i], productivity)
            offered[place, purpose[i]] += capacity[i]


@kernel
def send_supply(start, place, weight, catchment_need, offered, pressure):
    """Equation 2, as supply per structural need of each place."""
    places, purposes = offered.shape
    for p in range(places):
        for k in range(purposes):
            if offered[p, k] > 0.0 and catchment_need[p, k] > 0.0:
                sent = offered[p, k] / catchment_need[p, k] * WEIGHT_UNIT
                reached, share = place[start[p] : start[p + 1]], weight[start[p] : start[p + 1]]
                for e in range(reached.size):
                    pressure[np.uint32(reached[e]), k] += sent * share[e]  # unsigned: no negative index to look out for


@kernel
def meet_needs(start, stop, structural_need, pressure, need, supply, met_share, resolved, taken, resolved_share):
    """Equation 3 for couples of place and purpose, and their terms of equation 4. Where nobody is in need, all is met."""
    # slices, no branches and divisions that cannot fail let the compiler take four couples at once
    structural_need, pressure = structural_need.reshape(-1)[start:stop], pressure.reshape(-1)[start:stop]
    need, taken = need.reshape(-1)[start:stop], taken.reshape(-1)[start:stop]
    supply, met_share = supply.reshape(-1)[start:stop], met_share.reshape(-1)[start:stop]
    resolved = resolved.reshape(-1)[start:stop]
    for c in range(need.size):
        supply[c] = structural_need[c] * pressure[c]
        x = np.divide(supply[c], max(need[c], TINY))
        reached = one_less_exp(x)
        taken[c] = structural_need[c] * np.divide(reached, max(x, TINY))
        met_share[c] = reached if need[c] > 0.0 else 1.0
        resolved[c] = resolved_share * need[c] * met_share[c]


@kernel
def find_users(first, last, start, place, weight, catchment_need, offered, taken, utilisation):
    """Equation 4 for every place and purpose with providers."""
    for p in range(first, last):
        for k in range(offered.shape[1]):
            if offered[p, k] > 0.0 and catchment_need[p, k] > 0.0:
                total = 0.0
                reached, share = place[start[p] : start[p + 1]], weight[start[p] : start[p + 1]]
                for e in range(reached.size):
                    total += share[e] * taken[np.uint32(reached[e]), k]
                utilisation[p, k] = min(1.0, total * WEIGHT_UNIT / catchment_need[p, k])
