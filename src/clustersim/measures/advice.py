"""Advice: a single organisation is accompanied in what it can do least of all that its purpose asks for.

    (1)  c' = c + gain share x max(0, challenge - c)   for the competence furthest below the challenge, each month that is paid

The French dispositif local d'accompagnement (DLA) is free to its user, takes two months to two years, and reaches 6 000 to 7 300
employers of the social economy a year (6 022 in 2017, 7 263 in 2009), 71 000 since 2003. Its users say of themselves that they
are satisfied (95 %), and three in four that it was decisive and lasting; no counterfactual was found, nor what one accompaniment
costs.

The money pays the adviser and never reaches the organisation's cash (it is in kind). Which competence is furthest below is judged
anew each month. The form of (1) is that of practice in a project (innovating, equation 7), and so is its size: at the default a
year of advice on a single gap makes up 22 % of it, about as much as one project brought to success. That the adviser can teach
whatever is lacking, to everybody alike and without taking up its time, is assumed. Advice has no effect of its own on users or
income: what it brings follows from projects, which succeed the more often the more of the challenge their team covers, and from
partners, who are chosen for what they know.

Reduces to: a gap that closes as (1 - gain share)^months where one competence alone is behind.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck
from clustersim.measures.calls import Measure, choose, months_to_run
from clustersim.measures.eligibility import OrganisationCall, eligible_organisations
from clustersim.measures.paying import pay
from clustersim.measures.ranking import Applicants
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["Advice", "enact"]


class Advice(OrganisationCall):
    """How much of it, and what it teaches."""

    amount_eur = Parameter(
        8_000.0, "EUR", (100.0, 1e6), "assumed", "cost of one accompaniment, all its months together; less where the window ends before"
    )
    duration_months = Parameter(12, "months", (1, 120), "DLA: 2 to 24 months", "months over which an accompaniment runs")
    gain_share = Parameter(
        0.02, "1/month", (0.0, 1.0), "assumed", "share of the largest gap to the challenge that a month of advice makes up"
    )


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, pay what is due, and teach those paid for."""
    if money_cents > 0:
        months = months_to_run(measure.numbers, state.month - state.spin_up)
        amount_cents = to_cents(measure.numbers.amount_eur) * months // measure.numbers.duration_months
        applicants = Applicants.organisations(state, eligible_organisations(state, measure, amount_cents))
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants, in_kind=True)
    paid, _ = pay(state, measure)
    o, taught = state.organisations, state.awards.organisation_row[paid]
    teach(taught, o.purpose, state.purposes.challenge, o.competences, measure.numbers.gain_share)


@kernel
def largest_gap(competences, challenge):
    """The competence furthest below the challenge."""
    weakest = 0
    for d in range(challenge.size):
        if challenge[d] - competences[d] > challenge[weakest] - competences[weakest]:
            weakest = d
    return weakest


@kernel
def teach(rows, purpose, challenge, competences, gain_share):
    """Equation 1 for the organisations `rows`."""
    for i in rows:
        asked = challenge[purpose[i]]
        d = largest_gap(competences[i], asked)
        competences[i, d] += gain_share * max(0.0, asked[d] - competences[i, d])
