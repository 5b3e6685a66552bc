"""Animation: money for the coordinator of a pole, or an animator for a group that has no pole yet.

The French calls of 2021 to 2023 gave a pole 100 000 EUR over two years, one full-time post, earmarked for animation. In Japan's
industrial clusters indirect support of networking and coordination did much for output and network where direct subsidies did
little (Nishimura & Okamuro 2011); that this carries over to the social economy is an assumption. A pole receives the money as
cash and hires from it. An emerging group has no account: the animator is paid for it, and in every month of pay accompanies the
members whom the cluster has then (the lever `animated`). A group's promise ends with the group, or when half of it are in a pole,
which may apply for a coordinator of its own; a pole's ends with the pole.
"""

import numpy as np

from clustersim.luck import Luck
from clustersim.measures.calls import Call, Measure, choose, months_to_run
from clustersim.measures.groups import beneficiaries, group_applicants, poled
from clustersim.measures.paying import give_back, pay, running
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["Animation", "enact"]


class Animation(Call):
    """How much, and for whom."""

    amount_eur = Parameter(50_000.0, "EUR/year", (100.0, 1e6), "PTCE call 2021", "what one coordinator or animator is paid for a year")
    emerging = Parameter(True, "-", None, "assumed", "whether emerging groups may apply beside poles")
    rule_of_three = Parameter(False, "-", None, "decree 2015-431", "whether a private actor and a public or knowledge body must be in it")
    renewable = Parameter(False, "-", None, "decree 2015-431", "whether one who has had this support may apply again when it has ended")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, pay what is due, and accompany the groups paid for."""
    numbers = measure.numbers
    if money_cents > 0:
        months = months_to_run(numbers, state.month - state.spin_up)
        amount_cents = to_cents(numbers.amount_eur) * months // 12
        eligible = group_applicants(state, measure, amount_cents, emerging=numbers.emerging, of_three=numbers.rule_of_three)
        choose(state, luck, measure, money_cents, np.full(eligible.uid.size, amount_cents), eligible)
    release(state, measure)
    paid, _ = pay(state, measure)
    groups = paid[state.awards.cluster_row[paid] >= 0]
    if groups.size:
        state.organisation_levers.animated |= beneficiaries(state, groups)


def release(state: State, measure: Measure) -> None:
    """Give back what is promised to groups that are no longer emerging."""
    awards = running(state, measure)
    awards = awards[state.awards.cluster_row[awards] >= 0]
    if awards.size:
        give_back(state, measure, awards[poled(state)[state.awards.cluster_row[awards]]])
