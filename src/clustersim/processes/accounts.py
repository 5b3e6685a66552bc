"""The books of a month: equations 5 to 8 of serving, where each organisation earns, pays, and hires or lays off."""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import clip
from clustersim.luck import hash_of, normal, uniform
from clustersim.money import Flow
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE

FLOWS = (Flow.SERVICES, Flow.MARKET, Flow.WAGES, Flow.OVERHEADS, Flow.TIE_UPKEEP)
SERVICES, MARKET, WAGES, OVERHEADS, TIE_UPKEEP = range(5)  # places in what `keep_books` returns


@kernel
def service_income(price, capacity, utilisation, luck):
    """Equation 5 [cents/month]."""
    return price * capacity * utilisation * max(0.0, 1.0 + luck)


@kernel
def market_income(staff, utilisation, p):
    """Equation 6 for private actors [cents/month]."""
    return staff * p.wage_cents * (1.0 + p.margin_share) * utilisation


@kernel
def payroll_of(staff, coordinated, p):
    """Equation 7, payroll [cents/month]."""
    return staff * p.wage_cents * (1.0 - p.pooling_share if coordinated else 1.0)


@kernel
def relief_of(spaces, tenants, p):
    """Equation 7, the share of overheads saved: less where more organisations share the spaces than they can house."""
    return p.relief_share * min(1.0, spaces * p.tenants_per_space / max(1, tenants))


@kernel
def next_staff(staff, utilisation, cash, expense, p):
    """Equation 8 [FTE]."""
    if cash < 0:
        change = -p.shrink_share
    elif utilisation < p.lay_off_below:
        change = -p.shrink_share * (p.lay_off_below - utilisation) / p.lay_off_below
    elif utilisation > p.hire_above and cash > p.reserve_months * expense:
        change = p.grow_share * (utilisation - p.hire_above) / (1.0 - p.hire_above)
    else:
        change = 0.0
    return max(staff * (1.0 + change), min(staff, p.smallest_fte))


@kernel
def draw_market_luck(key, region):
    """The market luck [standard normal] that each region shares this month. Regions are numbered from 0."""
    regions = 0
    for q in range(region.size):
        regions = max(regions, region[q] + 1)
    luck = np.empty(regions)
    for r in range(regions):
        luck[r] = normal(uniform(hash_of(key, r)))
    return luck


@kernel
def keep_books(
    start, stop, living, income_key, market_luck, price_cents, region, spaces, extra_spaces, tenants, place_utilisation,
    capacity, uid, kind, place_row, purpose, coordinated, degree, staff, cash, credit, income, expense, utilisation, p,
):  # fmt: skip
    """Equations 5 to 8 for each of the living. Returns the sums of the month's flows [cents], in the order of FLOWS."""
    flows = np.zeros(len(FLOWS), np.int64)  # whole cents: the sum does not depend on the order of rows
    for i in living[start:stop]:
        q = place_row[i]
        k = purpose[i]
        payroll = payroll_of(staff[i], coordinated[i], p)
        relief = relief_of(spaces[q] + extra_spaces[q], tenants[q], p)
        wages = int(payroll)
        overheads = int((p.overhead_cents + p.overhead_share * payroll) * (1.0 - relief))
        upkeep = p.tie_upkeep_cents * int(degree[i])
        expense[i] = wages + overheads + upkeep
        flows[WAGES] += wages
        flows[OVERHEADS] += overheads
        flows[TIE_UPKEEP] += upkeep

        if kind[i] == PUBLIC_FUNDER:
            utilisation[i] = 1.0
            income[i] = expense[i]
        else:
            own = normal(uniform(hash_of(income_key, uid[i])))
            if kind[i] == PRIVATE_ACTOR:
                shared = p.regional_sd * market_luck[region[q]]
                utilisation[i] = clip(p.market_utilisation + p.market_sd * own + shared, 0.0, 1.0)
                income[i] = int(market_income(staff[i], utilisation[i], p))
            else:
                utilisation[i] = place_utilisation[q, k]
                income[i] = int(service_income(price_cents[k], capacity[i], utilisation[i], p.income_sd * own))
        flows[SERVICES if kind[i] == SOCIAL_ENTERPRISE else MARKET] += income[i]

        cash[i] += income[i] - expense[i]
        credit[i] = int(p.credit_months * expense[i])
        if kind[i] != PUBLIC_FUNDER:
            staff[i] = next_staff(staff[i], utilisation[i], cash[i], expense[i], p)
    return flows
