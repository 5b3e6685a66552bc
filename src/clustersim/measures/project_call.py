"""Project call: money for the joint projects of a consortium, which pays the rest itself.

The first French call for territorial poles of economic cooperation promised 3 million EUR to 23 winners among some 182 candidates,
72 000 to 290 000 EUR each over three years, 130 000 EUR in the mean (PTCE call 2013). Those who apply must be three at least: an
enterprise of the social economy, one that is not, and an authority or a body of research or training (decree 2015-431). No study
of its effect with a comparison was found: winners were found to depend on public money, with few projects in common that lasted and
little cooperation (SGMAP 2014); as winners were picked, not drawn, that says little about what the call changed.

Here a consortium is a social enterprise, which leads it, with those whom it trusts enough among its ties. Nobody leads one who is
in that of another leader, the one of greater merit before the others, nor while the leader of its consortium receives this money.
Merit is coverage of the leader's challenge by the best competences in the consortium, plus their mean quality. The leader receives
the money in equal instalments, earmarked for joint projects that it leads, of which the money pays at most a share (`innovating`).
What those projects are, and who of the consortium, or of its other partners, takes part is decided idea by idea: a consortium is
looked at when it applies, and not held together. It has projects in mind, so its leader has ideas more often while money is there.
What is left when the money has run out of date goes back.
"""

from dataclasses import replace

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck
from clustersim.measures.calls import Call, Measure, choose
from clustersim.measures.eligibility import affords, eligible_places, eligible_purposes, had_support
from clustersim.measures.paying import running
from clustersim.measures.project_money import earmark, holds_project_money, settle
from clustersim.measures.ranking import Applicants, coverage
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State
from clustersim.state.organisations import KINDS, SOCIAL_ENTERPRISE

__all__ = ["ProjectCall", "enact"]


class ProjectCall(Call):
    """How much, and for which consortia."""

    amount_eur = Parameter(130_000.0, "EUR", (100.0, 1e7), "PTCE call 2013", "amount of one promise, all instalments together")
    duration_months = Parameter(36, "months", (1, 120), "PTCE call 2013", "months over which a promise runs")
    renewable = Parameter(False, "-", None, "decree 2015-431", "whether one who has had this support may apply again when it has ended")
    paid_share = Parameter(0.8, "share", (0.01, 1.0), "assumed", "largest share of a joint project's cost that the money pays")
    rule_of_three = Parameter(True, "-", None, "decree 2015-431", "whether a private actor and a public or knowledge body must be in it")
    least_members = Parameter(3, "organisations", (2, 100), "decree 2015-431", "a consortium must have at least so many members")
    least_trust = Parameter(0.2, "0..1", (0.0, 1.0), "assumed", "least trust in a tie for its partner to be in the consortium")
    valid_months = Parameter(12, "months", (1, 120), "assumed", "months from the last instalment on in which the money may be used")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Settle promises that are used up or out of date, hold this month's call, if money is there for one, and pay what is due."""
    settle(state, measure)
    if money_cents > 0:
        amount_cents = to_cents(measure.numbers.amount_eur)
        applicants = consortia(state, measure, amount_cents)
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants)
    earmark(state, measure, for_new_partners=False)


def consortia(state: State, measure: Measure, amount_cents: int) -> Applicants:
    """The leaders of the consortia that may apply, with the merit of the consortium."""
    o, ties, awards, numbers = state.organisations, state.ties, state.awards, measure.numbers
    may_lead = (
        o.alive
        & (o.kind == SOCIAL_ENTERPRISE)
        & affords(o.cash_cents - o.project_grant_cents, amount_cents, numbers)
        & eligible_places(state, measure)[o.place_row]
        & eligible_purposes(measure, o.purpose)
        & ~holds_project_money(state)
    )
    may_lead[awards.organisation_row[had_support(state, measure)]] = False
    rows = np.flatnonzero(may_lead)
    members, best, quality = gather(
        rows, numbers.least_trust, o.kind, o.competences, o.quality, ties.degree, ties.partner_row, ties.trust
    )  # fmt: skip
    complete = members.sum(axis=1) >= numbers.least_members
    if numbers.rule_of_three:
        complete &= (members > 0).all(axis=1)
    merit = np.zeros(len(o))
    merit[rows] = coverage(best, o.purpose[rows], state.purposes.challenge) + quality
    rows = rows[complete]
    leads = np.zeros(len(o), np.bool_)
    leads[awards.organisation_row[running(state, measure)]] = True
    applies = take_the_lead(
        rows[np.lexsort((o.uid[rows], -merit[rows]))], numbers.least_trust, ties.degree, ties.partner_row, ties.trust, leads
    )
    applicants = Applicants.organisations(state, applies)
    return replace(applicants, merit=merit[applicants.organisation_row])


@kernel
def gather(leader, least_trust, kind, competences, quality, degree, partner, trust):
    """For each leader's consortium its members by kind, the best competences among them, and their mean quality."""
    members = np.zeros((leader.size, len(KINDS)), np.int64)
    best = np.empty((leader.size, competences.shape[1]))
    mean_quality = np.empty(leader.size)
    for k in range(leader.size):
        i = leader[k]
        members[k, kind[i]] = 1
        best[k] = competences[i]
        total = quality[i]
        for slot in range(degree[i]):
            if trust[i, slot] >= least_trust:
                j = partner[i, slot]
                members[k, kind[j]] += 1
                total += quality[j]
                for d in range(best.shape[1]):
                    best[k, d] = max(best[k, d], competences[j, d])
        mean_quality[k] = total / members[k].sum()
    return members, best, mean_quality


@kernel
def take_the_lead(candidate, least_trust, degree, partner, trust, leads):
    """For each organisation whether it applies: candidates in turn, unless a leader is in their consortium. Marks them as leaders."""
    applies = np.zeros(leads.size, np.bool_)
    for i in candidate:
        free = True
        for slot in range(degree[i]):
            free &= trust[i, slot] < least_trust or not leads[partner[i, slot]]
        leads[i] = free
        applies[i] = free
    return applies
