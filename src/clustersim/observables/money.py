"""Money: what flowed this month, by flow and by payer, and how attentive funders are.

Flows come from the ledger before it closes the month. Who paid a support is read from the journal, whose last rows are
the payments of this month.
"""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.money import Flow
from clustersim.observables.observable import Observable
from clustersim.state import State

_FLOWS = {
    Flow.SERVICES: Observable(
        "services_cents", "cents/month", "clients and ordinary public orders for persons served", "social enterprises sell more"
    ),
    Flow.PROCUREMENT: Observable(
        "procurement_cents",
        "cents/month",
        "paid for needs met under social clauses, part of the support",
        "buyers pay more for social clauses",
    ),
    Flow.MARKET: Observable(
        "market_cents", "cents/month", "ordinary income of private actors and public bodies", "private actors and public bodies earn more"
    ),
    Flow.POLE_SERVICES: Observable("pole_sales_cents", "cents/month", "own sales of poles", "poles live more on what they sell"),
    Flow.DUES: Observable("dues_cents", "cents/month", "members' dues to their poles", "members carry more of their poles"),
    Flow.WAGES: Observable("wages_cents", "cents/month", "wages with charges paid by organisations", "organisations employ more people"),
    Flow.COORDINATOR: Observable(
        "coordinator_cents", "cents/month", "wages and expenses of poles' coordinators", "more coordinators are in post"
    ),
    Flow.TIE_UPKEEP: Observable(
        "tie_upkeep_cents", "cents/month", "time and travel that cooperation costs", "there are more ties to keep up"
    ),
    Flow.PROJECT_COST: Observable(
        "project_cost_cents", "cents/month", "spent on projects at their start, grants included", "more or larger projects start"
    ),
}

OBSERVABLES = (
    *_FLOWS.values(),
    Observable("public_support_cents", "cents/month", "support paid by public funders under measures", "measures cost the public more"),
    Observable("private_support_cents", "cents/month", "support paid by private funders under measures", "private funders pay more"),
    Observable(
        "repayments_cents", "cents/month", "loans and unused grants paid back to funders", "more of the support comes back"
    ),
    Observable(
        "leverage",
        "euro/euro",
        "private support, and teams' own part of projects that had a grant, per euro of public support, all so far and less repayments",
        "a public euro goes with more money from others",
    ),
    Observable(
        "attention",
        "0..1",
        "mean attention of public funders that have a support budget (of all public funders where none has)",
        "decision-makers heed clusters of social innovation more",
    ),
)

_MONTHLY = tuple(int(flow) for flow in _FLOWS)
_SUPPORT = int(Flow.SUPPORT)
_RUNNING = int(Flow.SUPPORT_RUNNING)
_PROCUREMENT = int(Flow.PROCUREMENT)
_REPAYMENT = int(Flow.REPAYMENT)


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `OBSERVABLES`."""
    o, f, p, journal = state.organisations, state.funders, state.projects, state.ledger.journal
    describe_money(
        state.month,
        state.ledger.month_cents,
        journal.month,
        journal.flow,
        journal.payer_uid,
        journal.amount_cents,
        o.uid,
        o.alive,
        f.organisation_row,
        f.public,
        f.budget_cents,
        f.attention,
        f.paid_cents,
        f.repaid_cents,
        p.cost_cents,
        p.grant_cents,
        out,
    )


@kernel
def describe_money(
    month,
    month_cents,
    paid_month,
    flow,
    payer_uid,
    amount_cents,
    uid,
    alive,
    organisation_row,
    public,
    budget_cents,
    attention,
    paid_cents,
    repaid_cents,
    cost_cents,
    grant_cents,
    out,
):
    """All of this module's values."""
    for k, monthly in enumerate(_MONTHLY):
        out[k] = month_cents[monthly]
    private_uids = np.empty(public.size, np.int64)
    privates = 0
    for f in range(public.size):
        if not public[f]:
            private_uids[privates] = uid[organisation_row[f]]
            privates += 1
    k = len(_MONTHLY)
    split_support(month, paid_month, flow, payer_uid, amount_cents, private_uids[:privates], out[k:])
    out[k + 2] = month_cents[_REPAYMENT]
    out[k + 3] = leverage(public, paid_cents - repaid_cents, cost_cents, grant_cents)
    out[k + 4] = mean_attention(alive, organisation_row, public, budget_cents, attention)


@kernel
def split_support(month, paid_month, flow, payer_uid, amount_cents, private_uids, out):
    """Support paid this month by public and by private funders: from the end of the journal back to last month."""
    public = 0
    private = 0
    a = flow.size - 1
    while a >= 0 and paid_month[a] == month:
        if flow[a] == _SUPPORT or flow[a] == _RUNNING or flow[a] == _PROCUREMENT:
            if is_among(payer_uid[a], private_uids):
                private += amount_cents[a]
            else:
                public += amount_cents[a]
        a -= 1
    out[0] = public
    out[1] = private


@kernel
def is_among(uid, uids):
    """Whether `uid` is one of a few `uids`."""
    for other in uids:  # noqa: SIM110
        if other == uid:
            return True
    return False


@kernel
def leverage(public, spent_cents, cost_cents, grant_cents):
    """Private support and teams' own part of granted projects, per cent of public support; NaN before any was spent."""
    public_spent = 0
    beside = 0
    for f in range(public.size):
        if public[f]:
            public_spent += spent_cents[f]
        else:
            beside += spent_cents[f]
    for p in range(cost_cents.size):
        if grant_cents[p] > 0:
            beside += cost_cents[p] - grant_cents[p]
    return beside / public_spent if public_spent > 0 else math.nan


@kernel
def mean_attention(alive, organisation_row, public, budget_cents, attention):
    """Mean attention of living public funders with a budget; of all living public funders where none has one."""
    with_budget = 0
    heed_with_budget = 0.0
    count = 0
    heed = 0.0
    for f in range(public.size):
        if public[f] and alive[organisation_row[f]]:
            count += 1
            heed += attention[f]
            if budget_cents[f] > 0:
                with_budget += 1
                heed_with_budget += attention[f]
    if with_budget > 0:
        return heed_with_budget / with_budget
    return heed / count if count > 0 else math.nan
