"""Closing: want closes organisations, and so does a small hazard that falls with age.

    (1)  distress' = distress + 1 while cash is below zero, else 0                          [months]
    (2)  closes if distress reaches its limit, or cash falls below the credit line, or by chance h / 12 with
    (3)  h = base(kind) x (1 + youth extra x exp(-age / youth years))                       [1/year]

Public bodies, and private actors that hold a support budget, do not close; where others would close for debt, their owners
pay it. With a closing organisation end its ties, its project (abandoned for the whole team), its membership of pole and
cluster, and the unpaid part of its awards, which is the funder's again. Its cash leaves the economy; a debt is borne by
its creditors.

Survival of cooperatives and of all French firms after 3 and 5 years (.83 or .77 and .66 or .63; .66 and .50; Confederation
of Scop 2012, 2013) sets the scale of h; the survivors' hazard of firms hardly changes with age there.

Reduces to: exponential survival without distress and youth extra; N ~ Poisson(entries a month / chance) when as many
enter by a Poisson process; gambler's ruin of cash with a floor at the credit line when the hazard is zero.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import exp
from clustersim.kernels.graph import slot_of
from clustersim.luck import Luck, Stream, hash_of, uniform
from clustersim.money import Flow
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR, PUBLIC_FUNDER, SOCIAL_ENTERPRISE
from clustersim.state.projects import ABANDONED, RUNNING
from clustersim.state.ties import drop_slot

READS = (
    "organisations.uid", "organisations.kind", "organisations.founded_month", "organisations.credit_cents",
    "projects.team", "funders.organisation_row", "awards.organisation_row", "awards.funder_row", "awards.awarded_cents",
    "awards.paid_cents",
)  # fmt: skip
WRITES = (
    "organisations.alive", "organisations.closed_month", "organisations.cash_cents", "organisations.distress_months",
    "organisations.project_row", "organisations.pole_row", "organisations.coordinated", "organisations.cluster_row",
    "ties.degree", "ties.partner_row", "ties.trust", "ties.born_month", "ties.purpose", "ties.joint_successes",
    "projects.outcome", "projects.ended_month", "poles.members", "clusters.members", "clusters.social_enterprises",
    "clusters.private_actors", "clusters.public_funders", "awards.returned_cents", "funders.committed_cents",
    "funders.available_cents",
)  # fmt: skip


class Closing(Parameters):
    """How organisations end."""

    distress_limit = Parameter(6, "months", (1, 120), "assumed", "months in a row with cash below zero that close an organisation")
    social_rate = Parameter(
        0.05, "1/year", (0.0, 1.0), "Scop survival 2012, 2013", "hazard of social enterprises that are not young, distress apart"
    )
    private_rate = Parameter(
        0.10, "1/year", (0.0, 1.0), "survival of French firms 2012", "hazard of private actors that are not young, distress apart"
    )
    youth_extra = Parameter(0.5, "-", (0.0, 5.0), "assumed", "hazard of the newly founded above that of the old, as a share of it")
    youth_years = Parameter(3.0, "years", (0.1, 30.0), "assumed", "age at which 37 % of that extra hazard is left")


def advance(state: State, luck: Luck, numbers: Closing) -> None:
    """Decide for every organisation, then carry out what was decided."""
    o, ties, projects, poles, clusters = state.organisations, state.ties, state.projects, state.poles, state.clusters
    awards, funders, living = state.awards, state.funders, state.living()
    closes = np.zeros(len(o), np.bool_)
    rescued = np.zeros(len(o), np.bool_)
    rescues = state.workers.over(
        living.size, decide, living, luck.key(Stream.CLOSING, state.month), state.month, spare(o.kind, funders.organisation_row), o.uid,
        o.kind, o.founded_month, o.cash_cents, o.credit_cents, o.distress_months, closes, rescued, numbers.numbers,
    )  # fmt: skip
    if any(rescues):
        state.ledger.record(Flow.RECAPITALISATION, -empty_accounts(np.flatnonzero(rescued), o.cash_cents))
    closing = np.flatnonzero(closes)  # few, so that what follows does not go through all rows again and again
    if closing.size == 0:
        return
    state.ledger.record(Flow.CLOSING, empty_accounts(closing, o.cash_cents))
    leave_ties(closing, ties.degree, ties.partner_row, ties.trust, ties.born_month, ties.purpose, ties.joint_successes)
    abandon_projects(closing, state.month, o.project_row, projects.team, projects.outcome, projects.ended_month)
    leave_groups(
        closing, o.kind, o.pole_row, o.coordinated, o.cluster_row, poles.members,
        clusters.members, clusters.social_enterprises, clusters.private_actors, clusters.public_funders,
    )  # fmt: skip
    return_awards(
        closes, awards.organisation_row, awards.funder_row, awards.awarded_cents, awards.paid_cents, awards.returned_cents,
        funders.committed_cents, funders.available_cents,
    )  # fmt: skip
    o.alive[closing] = False
    o.closed_month[closing] = state.month


@kernel
def spare(kind, funder_row):
    """Who does not close: public bodies, and whoever holds a support budget."""
    spared = kind == PUBLIC_FUNDER
    for i in funder_row:
        spared[i] = True
    return spared


@kernel
def hazard_of(kind, age_years, p):
    """Equation 3 [1/year]."""
    base = p.private_rate if kind == PRIVATE_ACTOR else p.social_rate
    return base * (1.0 + p.youth_extra * exp(-age_years / p.youth_years))


@kernel
def decide(
    start, stop, living, key, month, spared, uid, kind, founded_month, cash, credit, distress_months, closes, rescued, p
):  # fmt: skip
    """Equations 1 and 2 for each of the living: who closes, and whose owners pay its debts instead. Returns how many of the latter."""
    rescues = 0
    highest = max(p.social_rate, p.private_rate) * (1.0 + p.youth_extra)  # most months end the question here, without an exp
    for i in living[start:stop]:
        distress_months[i] = int(distress_months[i]) + 1 if cash[i] < 0 else 0
        ruined = distress_months[i] >= p.distress_limit or cash[i] < -credit[i]
        if spared[i]:
            rescued[i] = ruined
            if ruined:
                distress_months[i] = 0
                rescues += 1
        else:
            luck = 12.0 * uniform(hash_of(key, uid[i]))
            closes[i] = ruined or (luck < highest and luck < hazard_of(kind[i], (month - founded_month[i]) / 12.0, p))
    return rescues


@kernel
def empty_accounts(chosen, cash):
    """Take all cash from the chosen; returns its sum."""
    total = 0
    for i in chosen:
        total += cash[i]
        cash[i] = 0
    return total


@kernel
def leave_ties(closing, degree, partner_row, trust, born_month, tie_purpose, joint_successes):
    """End the closing organisations' ties at both ends."""
    for i in closing:
        for k in range(degree[i]):
            j = partner_row[i, k]
            drop_slot(degree, partner_row, trust, born_month, tie_purpose, joint_successes, j, slot_of(degree, partner_row, j, i))
        degree[i] = 0


@kernel
def abandon_projects(closing, month, project_row, team, outcome, ended_month):
    """End the closing organisations' running projects for everybody in them."""
    for i in closing:
        project = project_row[i]
        if project >= 0 and outcome[project] == RUNNING:
            outcome[project] = ABANDONED
            ended_month[project] = month
            for member in team[project]:
                if member >= 0:
                    project_row[member] = -1


@kernel
def leave_groups(
    closing, kind, pole_row, coordinated, cluster_row, pole_members, members, social_enterprises, private_actors, public_funders
):  # fmt: skip
    """End memberships of poles and clusters, and keep the counts of members true."""
    for i in closing:
        coordinated[i] = False
        if pole_row[i] >= 0:
            pole_members[pole_row[i]] -= 1
            pole_row[i] = -1
        cluster = cluster_row[i]
        if cluster >= 0:
            members[cluster] -= 1
            if kind[i] == SOCIAL_ENTERPRISE:
                social_enterprises[cluster] -= 1
            elif kind[i] == PRIVATE_ACTOR:
                private_actors[cluster] -= 1
            else:
                public_funders[cluster] -= 1
            cluster_row[i] = -1


@kernel
def return_awards(closes, organisation_row, funder_row, awarded, paid, returned, committed, available):
    """Give the funders back what they promised to the closing organisations and have not paid."""
    for a in range(organisation_row.size):
        i = organisation_row[a]
        rest = awarded[a] - paid[a] - returned[a]
        if i >= 0 and closes[i] and rest > 0:
            returned[a] += rest
            committed[funder_row[a]] -= rest
            available[funder_row[a]] += rest
