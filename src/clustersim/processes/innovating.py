"""Innovating: organisations form teams for projects, and some of the projects succeed.

    (1)  coverage = sum_d min(challenge_d, best competence in the team_d) / sum_d challenge_d
    (2)  cost     = base cost (1 + overhead (size - 1))
    (3)  grant    = min(what is earmarked for the leader's joint projects, share paid x cost), in whole cents; nothing for one alone,
                    nor on a voucher where the leader has succeeded with its first partner before
    (4)  share    = (cost - grant) / size, in whole cents; the leader pays the rest as well
    (5)  purse    = cash - earmarked - reserve_months x monthly expense: what one can put in
    (6)  chance   = coverage^gamma (a + (1 - a) mean trust)   over the leader's ties to its partners; 1 for one alone
    (7)  practice : the competence furthest below the challenge gains practice_gain x that gap

A month: projects that are due end, quality wears off, then the living and idle have ideas. Who has one asks, one by one, up
to three partners by gain in coverage x trust: idle ties it trusts, and idle members of its circle, which is its pole where a
coordinator is in post, else its cluster where an animator accompanies it. A project is large only if the leader has
succeeded before, and with each partner; else it is small. Teams that lack the money start smaller, with fewer, or not at all
(the leader was hindered). Where two teams want the same partner, luck decides who comes first; the other idea is lost.

Measures may earmark money in a leader's cash for joint projects, of which it pays a share at most (3). Who applies for such money
has a project in mind, so who holds some has ideas more often, by the same luck; an idea that only the money brought is dropped
where the money cannot be used, or pays too little of what the project costs. A voucher is for work with somebody new: its holder
asks first one with whom it has never succeeded (failures do not count as work together, as for the first small project), the best
of those who can pay their share, and where there is none forms its team without the voucher.

The theory (MODEL 4.9) gives the form; that partners are chosen for what they know is the idea of Gilbert, Pyka & Ahrweiler
(2001), the rule here is our own. A large project brought to success by a team with a social enterprise is a validated social
innovation.

Reduces to: independent trials of chance coverage^gamma for organisations without ties; quality decays exponentially
when nobody has ideas.
"""

from clustersim.luck import Luck, Stream
from clustersim.money import Flow
from clustersim.parameters import Parameter, Parameters
from clustersim.processes.projecting import end_projects, start_projects
from clustersim.processes.teams import form_teams
from clustersim.state import State

READS = (
    "organisations.uid",
    "organisations.kind",
    "organisations.alive",
    "organisations.purpose",
    "organisations.expense_cents",
    "organisations.pole_row",
    "organisations.coordinated",
    "organisations.cluster_row",
    "organisations.project_grant_share",
    "organisations.voucher",
    "organisation_levers.animated",
)
WRITES = (
    "organisations.cash_cents",
    "organisations.competences",
    "organisations.hindered",
    "organisations.innovations",
    "organisations.project_grant_cents",
    "organisations.project_row",
    "organisations.quality",
    "organisations.successes",
    "projects.purpose",
    "projects.team",
    "projects.size",
    "projects.large",
    "projects.start_month",
    "projects.due_month",
    "projects.ended_month",
    "projects.cost_cents",
    "projects.grant_cents",
    "projects.coverage",
    "projects.trust",
    "projects.outcome",
    "ties.degree",
    "ties.partner_row",
    "ties.trust",
    "ties.born_month",
    "ties.purpose",
    "ties.joint_successes",
    "ties.refused",
)


class Innovating(Parameters):
    """How projects come about, what they cost and what they bring."""

    idea_rate = Parameter(0.05, "1/month", (0.0, 1.0), "assumed", "chance that an idle social enterprise considers a project in a month")
    private_idea_share = Parameter(
        0.3, "share", (0.0, 1.0), "assumed", "how often private actors consider projects, relative to social enterprises"
    )
    granted_idea_rate = Parameter(
        0.25, "1/month", (0.0, 1.0), "assumed",
        "chance that an idle organisation which holds money for a joint project considers one in a month; never less than without",
    )  # fmt: skip
    partner_trust = Parameter(0.15, "0..1", (0.0, 1.0), "assumed", "least trust in a tie for asking its partner to join")
    pole_trust = Parameter(
        0.2, "0..1", (0.0, 1.0), "assumed", "trust in members of one's circle without a tie, and start of the tie a project gives"
    )
    least_granted_share = Parameter(
        0.25, "share", (0.0, 1.0), "assumed", "least part of a project's cost that earmarked money pays, for an idea that it brought"
    )
    min_gain = Parameter(0.02, "share", (0.0, 1.0), "assumed", "least gain in coverage for which a partner is asked")
    small_cost_eur = Parameter(8_000.0, "EUR", (0.0, 1e6), "assumed", "base cost of a small project")
    large_cost_eur = Parameter(40_000.0, "EUR", (0.0, 1e7), "assumed", "base cost of a large project")
    coordination_overhead = Parameter(0.1, "share", (0.0, 1.0), "assumed", "rise of the cost with each partner, relative to the base cost")
    reserve_months = Parameter(2.0, "months", (0.0, 24.0), "assumed", "months of running costs that nobody puts into a project")
    small_months = Parameter(6, "months", (1, 60), "assumed", "duration of a small project")
    large_months = Parameter(15, "months", (1, 60), "assumed", "duration of a large project")
    gamma = Parameter(1.5, "-", (0.0, 10.0), "assumed", "how steeply the chance of success rises with coverage")
    distrust_success = Parameter(0.5, "share", (0.0, 1.0), "assumed", "chance of success without any trust, relative to full trust (a)")
    quality_gain_small = Parameter(0.02, "-", (0.0, 1.0), "assumed", "quality a small success adds to each social enterprise in the team")
    quality_gain_large = Parameter(0.1, "-", (0.0, 1.0), "assumed", "quality a large success adds to each social enterprise in the team")
    quality_fade_rate = Parameter(0.01, "1/month", (0.0, 1.0), "assumed", "share of quality lost in a month, as needs change")
    practice_gain = Parameter(0.2, "share", (0.0, 1.0), "assumed", "share of the gap to the challenge that practice in a success makes up")


def advance(state: State, luck: Luck, numbers: Innovating) -> None:
    """End the projects that are due, let quality wear off, and start new projects."""
    o, ties, projects, month, p = state.organisations, state.ties, state.projects, state.month, numbers.numbers
    challenge = state.purposes.challenge
    end_projects(
        month, luck.key(Stream.PROJECT_SUCCESS), projects.team, projects.large, projects.purpose, projects.start_month,
        projects.due_month, projects.ended_month, projects.coverage, projects.trust, projects.outcome, o.uid, o.kind, o.project_row,
        o.successes, o.innovations, o.quality, o.competences, challenge, ties.degree, ties.partner_row, ties.joint_successes, p,
    )  # fmt: skip
    team, large = form_teams(
        luck.key(Stream.PROJECT_IDEA, month), luck.key(Stream.PROJECT_ORDER, month), len(projects), state.living(), state.by_uid(),
        len(state.poles), len(state.clusters), o.uid, o.kind, o.purpose, o.competences, challenge, o.cash_cents, o.project_grant_cents,
        o.project_grant_share, o.voucher, o.expense_cents, o.project_row, o.successes, o.hindered, o.pole_row, o.coordinated,
        o.cluster_row, state.organisation_levers.animated, ties.degree, ties.partner_row, ties.trust, ties.joint_successes, p,
    )  # fmt: skip
    if not large.size:
        return
    first = projects.append(large.size).start
    paid_cents = start_projects(
        first, month, team, large, projects.team, projects.large, projects.purpose, projects.size, projects.start_month,
        projects.due_month, projects.cost_cents, projects.grant_cents, projects.coverage, projects.trust, o.purpose, o.competences,
        challenge, o.cash_cents, o.project_grant_cents, o.project_grant_share, o.voucher, ties.degree, ties.partner_row, ties.trust,
        ties.born_month, ties.purpose, ties.joint_successes, ties.refused, p,
    )  # fmt: skip
    state.ledger.record(Flow.PROJECT_COST, paid_cents)
