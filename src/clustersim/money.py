"""Whole cents, and the names of all flows of money.

Money is int64 cents, so that accounts balance exactly. Each flow has a direction as the territory's accounts see it: in
from outside (clients, the state's treasury, founders' own capital), out to it (wages, suppliers), or between accounts
inside. The law that holds after every month: all stocks = all that ever came in - all that ever went out.
"""

from dataclasses import dataclass
from enum import IntEnum

from clustersim.kernels import kernel

__all__ = ["FLOWS", "Flow", "FlowFact", "share_of", "to_cents"]


class Flow(IntEnum):
    """What a payment is for. Numbers are frozen: the ledger stores them."""

    STARTING_CAPITAL = 0
    BUDGET = 1
    SERVICES = 2
    PROCUREMENT = 3
    MARKET = 4
    WAGES = 5
    OVERHEADS = 6
    TIE_UPKEEP = 7
    DUES = 8
    POLE_SERVICES = 9
    COORDINATOR = 10
    PROJECT_COST = 11
    SUPPORT = 12
    SUPPORT_RUNNING = 13
    REPAYMENT = 14
    LAPSED_BUDGET = 15
    CLOSING = 16
    POLE_ENDING = 17
    RECAPITALISATION = 18


@dataclass(frozen=True)
class FlowFact:
    """Who pays whom in a flow. `sign` is +1 into the territory's accounts, -1 out of them, 0 between them."""

    sign: int
    payer: str
    payee: str
    meaning: str


FLOWS: dict[Flow, FlowFact] = {
    Flow.STARTING_CAPITAL: FlowFact(1, "outside", "organisation", "cash an organisation brings when it starts"),
    Flow.BUDGET: FlowFact(1, "outside", "funder", "a funder's yearly budget arrives"),
    Flow.SERVICES: FlowFact(1, "outside", "organisation", "clients and ordinary public orders pay for persons served"),
    Flow.PROCUREMENT: FlowFact(0, "funder", "organisation", "a buyer under social clauses pays for needs met"),
    Flow.MARKET: FlowFact(1, "outside", "organisation", "private actors' and public bodies' ordinary income"),
    Flow.WAGES: FlowFact(-1, "organisation", "outside", "wages with charges, after pooling"),
    Flow.OVERHEADS: FlowFact(-1, "organisation", "outside", "rent, energy, equipment"),
    Flow.TIE_UPKEEP: FlowFact(-1, "organisation", "outside", "time and travel that cooperation costs"),
    Flow.DUES: FlowFact(0, "organisation", "pole", "members' dues to their pole"),
    Flow.POLE_SERVICES: FlowFact(1, "outside", "pole", "a pole's own sales"),
    Flow.COORDINATOR: FlowFact(-1, "pole", "outside", "the coordinator's wage and expenses"),
    Flow.PROJECT_COST: FlowFact(-1, "organisation", "outside", "members' and granted money spent on a project at its start"),
    Flow.SUPPORT: FlowFact(0, "funder", "organisation or pole", "support paid under a measure"),
    Flow.SUPPORT_RUNNING: FlowFact(-1, "funder", "outside", "support that buys a service: animation of a group, running a place"),
    Flow.REPAYMENT: FlowFact(0, "organisation", "funder", "a loan paid back, or a grant not used in time"),
    Flow.LAPSED_BUDGET: FlowFact(-1, "funder", "outside", "budget neither spent nor committed at the end of its year"),
    Flow.CLOSING: FlowFact(-1, "organisation", "outside", "what remains (or is owed) when an organisation closes"),
    Flow.POLE_ENDING: FlowFact(-1, "pole", "outside", "what remains when a pole ends"),
    Flow.RECAPITALISATION: FlowFact(1, "outside", "organisation", "owners pay the debts of a body that does not close"),
}


def to_cents(euros: float) -> int:
    """Euros to whole cents, to the nearest."""
    return round(euros * 100)


@kernel
def share_of(cents, share):
    """That share of an amount, in whole cents, rounded down; `share` in [0, 1], `cents` not negative."""
    return int(cents * share)
