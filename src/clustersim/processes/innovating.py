"""Innovating: organisations form teams for projects, and some of the projects succeed.

    (1)  coverage = sum_d min(challenge_d, best competence in the team_d) / sum_d challenge_d
    (2)  cost     = base cost (1 + overhead (size - 1))
    (3)  grant    = min(what is earmarked for the leader's next joint project, cost), nothing for one alone
    (4)  share    = (cost - grant) / size, in whole cents; the leader pays the rest as well
    (5)  purse    = cash - earmarked - reserve_months x monthly expense: what one can put in
    (6)  chance   = coverage^gamma (a + (1 - a) mean trust)   with trust 1 for one alone
    (7)  practice : the competence furthest below the challenge gains practice_gain x that gap

A month: projects that are due end, quality wears off, then the living and idle have ideas. Who has one asks, one by one, up
to three partners by gain in coverage x trust: idle ties it trusts, and idle members of its pole where a coordinator is in
post. A project is large only if the leader has succeeded before, and with each partner; else it is small. Teams that lack
the money start smaller, with fewer, or not at all (the leader was hindered). Where two teams want the same partner, luck
decides who comes first; the other idea is lost. The theory (MODEL 4.9) gives the form; that partners
are chosen for what they know is the idea of Gilbert, Pyka & Ahrweiler (2001), the rule here is our own. A large project brought to
success by a team with a social enterprise is a validated social innovation.

Reduces to: independent trials of chance coverage^gamma for organisations without ties; quality decays exponentially
when nobody has ideas.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import power
from clustersim.kernels.graph import slot_of
from clustersim.luck import Luck, Stream, happens, hash_of, hash_with
from clustersim.money import Flow
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.organisations import PUBLIC_FUNDER, SOCIAL_ENTERPRISE
from clustersim.state.projects import FAILED, LARGEST_TEAM, RUNNING, SUCCEEDED
from clustersim.state.ties import add_tie

READS = (
    "organisations.uid",
    "organisations.kind",
    "organisations.alive",
    "organisations.purpose",
    "organisations.expense_cents",
    "organisations.pole_row",
    "organisations.coordinated",
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

    idea_rate = Parameter(0.03, "1/month", (0.0, 1.0), "assumed", "chance that an idle social enterprise considers a project in a month")
    private_idea_share = Parameter(
        0.3, "share", (0.0, 1.0), "assumed", "how often private actors consider projects, relative to social enterprises"
    )
    partner_trust = Parameter(0.15, "0..1", (0.0, 1.0), "assumed", "least trust in a tie for asking its partner to join")
    pole_trust = Parameter(
        0.2, "0..1", (0.0, 1.0), "assumed", "trust in members of one's coordinated pole without a tie, and start of the tie a project gives"
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
    end_projects(state, luck, numbers)
    state.workers.over(len(state.organisations), wear, state.organisations.quality, numbers.quality_fade_rate)
    start_projects(state, luck, numbers)


def end_projects(state: State, luck: Luck, numbers: Innovating) -> None:
    """Decide the projects due this month, let their teams go and give the successful their due."""
    organisations, ties, projects = state.organisations, state.ties, state.projects
    ended = due(state.month, projects.outcome, projects.due_month)
    if not ended.size:
        return
    judge(
        ended,
        luck.key(Stream.PROJECT_SUCCESS),
        organisations.uid,
        projects.team,
        projects.start_month,
        projects.coverage,
        projects.trust,
        projects.outcome,
        numbers.gamma,
        numbers.distrust_success,
    )
    projects.ended_month[ended] = state.month
    release(ended, projects.team, organisations.project_row)
    reward(
        ended,
        projects.outcome,
        projects.large,
        projects.purpose,
        projects.team,
        organisations.kind,
        organisations.successes,
        organisations.innovations,
        organisations.quality,
        organisations.competences,
        state.purposes.challenge,
        ties.degree,
        ties.partner_row,
        ties.joint_successes,
        numbers.numbers,
    )


def start_projects(state: State, luck: Luck, numbers: Innovating) -> None:
    """Let those with an idea propose a team, and start the projects whose teams are free."""
    organisations, ties, projects = state.organisations, state.ties, state.projects
    leader, turn = leaders(
        luck.key(Stream.PROJECT_IDEA, state.month),
        luck.key(Stream.PROJECT_ORDER, state.month),
        organisations.alive,
        organisations.kind,
        organisations.uid,
        organisations.project_row,
        numbers.idea_rate,
        numbers.private_idea_share,
    )
    if not leader.size:
        return
    first_member, member = coordinated_members(organisations.pole_row, organisations.coordinated, len(state.poles))
    team = np.empty((leader.size, LARGEST_TEAM), np.int32)
    large = np.empty(leader.size, np.bool_)
    coverage = np.empty(leader.size)
    trust = np.empty(leader.size)
    state.workers.over(
        leader.size,
        propose,
        leader,
        organisations.uid,
        organisations.purpose,
        organisations.competences,
        state.purposes.challenge,
        organisations.cash_cents,
        organisations.project_grant_cents,
        organisations.expense_cents,
        organisations.project_row,
        organisations.successes,
        organisations.hindered,
        organisations.coordinated,
        organisations.pole_row,
        first_member,
        member,
        ties.degree,
        ties.partner_row,
        ties.trust,
        ties.joint_successes,
        team,
        large,
        coverage,
        trust,
        numbers.numbers,
    )
    # two organisations never have the same turn: the hash of a uid can be undone
    started = resolve(np.argsort(turn), team, len(projects), organisations.project_row)
    if not started.size:
        return
    rows = projects.append(
        started.size, team=team[started], large=large[started], coverage=coverage[started], trust=trust[started], start_month=state.month
    )
    paid_cents = begin(
        rows.start,
        state.month,
        projects.team,
        projects.large,
        projects.purpose,
        projects.size,
        projects.due_month,
        projects.cost_cents,
        projects.grant_cents,
        organisations.purpose,
        organisations.cash_cents,
        organisations.project_grant_cents,
        numbers.numbers,
    )
    state.ledger.record(Flow.PROJECT_COST, paid_cents)
    acquaint(
        rows.start, state.month, projects.team, projects.purpose, ties.degree, ties.partner_row, ties.trust, ties.born_month,
        ties.purpose, ties.joint_successes, ties.refused, numbers.pole_trust,
    )  # fmt: skip


# formulas


@kernel
def team_coverage(team, size, competences, challenge):
    """Equation 1 for the first `size` of a team."""
    covered = 0.0
    asked = 0.0
    for d in range(challenge.size):
        best = 0.0
        for s in range(size):
            best = max(best, competences[team[s], d])
        covered += min(challenge[d], best)
        asked += challenge[d]
    return covered / asked


@kernel
def team_trust(bond, size):
    """Mean trust between the leader and its partners `1 .. size - 1`; 1 for one alone."""
    if size < 2:
        return 1.0
    total = 0.0
    for s in range(1, size):
        total += bond[s]
    return total / (size - 1)


@kernel
def project_cost(size, large, p):
    """Equation 2 [cents]."""
    base = p.large_cost_eur if large else p.small_cost_eur
    return int(100.0 * base * (1.0 + p.coordination_overhead * (size - 1)) + 0.5)


@kernel
def purse(cash, earmarked, expense, p):
    """Equation 5: what one can put into a project [cents]; below zero for who has no money to spare."""
    return cash - earmarked - int(p.reserve_months * expense)


@kernel
def project_grant(earmarked, cost, size):
    """Equation 3 [cents]."""
    return min(earmarked, cost) if size > 1 else 0


@kernel
def shares(earmarked, size, large, p):
    """Equation 4: what the leader and what each partner puts in [cents]."""
    cost = project_cost(size, large, p)
    own = cost - project_grant(earmarked, cost, size)
    partner_share = own // size
    return own - (size - 1) * partner_share, partner_share


@kernel
def success_chance(coverage, trust, gamma, distrust_success):
    """Equation 6."""
    return power(coverage, gamma) * (distrust_success + (1.0 - distrust_success) * trust)


@kernel
def practise(competences, challenge, p):
    """Equation 7, in place."""
    weakest = 0
    for d in range(challenge.size):
        if challenge[d] - competences[d] > challenge[weakest] - competences[weakest]:
            weakest = d
    competences[weakest] += p.practice_gain * max(0.0, challenge[weakest] - competences[weakest])


# the end of projects


@kernel
def due(month, outcome, due_month):
    """Rows of the projects that end this month."""
    rows = np.empty(outcome.size, np.int64)
    count = 0
    for r in range(outcome.size):
        if due_month[r] == month and outcome[r] == RUNNING:
            rows[count] = r
            count += 1
    return rows[:count]


@kernel
def judge(ended, key, uid, team, start_month, coverage, trust, outcome, gamma, distrust_success):
    """Equation 6: success or failure, by the luck of the leader and the month of the start."""
    for r in ended:
        luck = hash_with(key, uid[team[r, 0]], start_month[r])
        chance = success_chance(coverage[r], trust[r], gamma, distrust_success)
        outcome[r] = SUCCEEDED if happens(luck, chance) else FAILED


@kernel
def release(ended, team, project_row):
    """Teams are free again."""
    for r in ended:
        for i in team[r]:
            if i >= 0:
                project_row[i] = -1


@kernel
def reward(
    ended, outcome, large, project_purpose, team, kind, successes, innovations, quality, competences, challenge, degree, partner,
    joint_successes, p,
):  # fmt: skip
    """What a success leaves with each member: experience, quality, practice, and a stronger record of its ties in the team."""
    for r in ended:
        if outcome[r] != SUCCEEDED:
            continue
        validated = False
        for i in team[r]:
            validated |= i >= 0 and large[r] and kind[i] == SOCIAL_ENTERPRISE
        for i in team[r]:
            if i < 0:
                continue
            successes[i] += 1
            innovations[i] += validated
            if kind[i] == SOCIAL_ENTERPRISE:
                quality[i] += p.quality_gain_large if large[r] else p.quality_gain_small
            practise(competences[i], challenge[project_purpose[r]], p)
            for j in team[r]:
                k = slot_of(degree, partner, i, j)
                if k >= 0:
                    joint_successes[i, k] += 1


@kernel
def wear(start, stop, quality, fade_rate):
    """Quality fades as needs change."""
    for i in range(start, stop):
        quality[i] *= 1.0 - fade_rate


# the start of projects


@kernel
def leaders(idea_key, order_key, alive, kind, uid, project_row, idea_rate, private_idea_share):
    """Rows of the living and idle who have an idea this month, and the luck that puts them in order."""
    row = np.empty(alive.size, np.int32)
    turn = np.empty(alive.size, np.uint64)
    count = 0
    for i in range(alive.size):
        if not alive[i] or project_row[i] >= 0 or kind[i] == PUBLIC_FUNDER:
            continue
        rate = idea_rate if kind[i] == SOCIAL_ENTERPRISE else idea_rate * private_idea_share
        if happens(hash_of(idea_key, uid[i]), rate):
            row[count] = i
            turn[count] = hash_of(order_key, uid[i])
            count += 1
    return row[:count], turn[:count]


@kernel
def coordinated_members(pole_row, coordinated, poles):
    """Members of poles with a coordinator, by pole: `member[first[q] : first[q + 1]]`."""
    first = np.zeros(poles + 1, np.int64)
    for i in range(pole_row.size):
        if coordinated[i] and pole_row[i] >= 0:
            first[pole_row[i] + 1] += 1
    for q in range(poles):
        first[q + 1] += first[q]
    member = np.empty(first[poles], np.int32)
    cursor = first[:-1].copy()
    for i in range(pole_row.size):
        if coordinated[i] and pole_row[i] >= 0:
            member[cursor[pole_row[i]]] = i
            cursor[pole_row[i]] += 1
    return first, member


@kernel
def gather(i, project_row, coordinated, pole_row, first_member, member, degree, partner, trust, candidate, weight, p):
    """Whom leader i may ask, and with what trust: its idle trusted ties, and who else is idle in its coordinated pole."""
    count = 0
    for k in range(degree[i]):
        if trust[i, k] >= p.partner_trust and project_row[partner[i, k]] < 0:
            candidate[count] = partner[i, k]
            weight[count] = trust[i, k]
            count += 1
    if coordinated[i] and pole_row[i] >= 0:
        for m in range(first_member[pole_row[i]], first_member[pole_row[i] + 1]):
            j = member[m]
            if j != i and project_row[j] < 0 and slot_of(degree, partner, i, j) < 0:
                candidate[count] = j
                weight[count] = p.pole_trust
                count += 1
    return count


@kernel
def best_candidate(candidate, weight, count, share, cash, earmarked, expense, uid, competences, challenge, covered, p):
    """The candidate with the greatest gain in coverage x trust who can afford the share; -1 if nobody gains enough."""
    asked = 0.0
    for d in range(challenge.size):
        asked += challenge[d]
    best = -1
    best_value = 0.0
    for c in range(count):
        j = candidate[c]
        gain = 0.0
        for d in range(challenge.size):
            gain += max(0.0, min(challenge[d], competences[j, d]) - covered[d])
        if gain < p.min_gain * asked or purse(cash[j], earmarked[j], expense[j], p) < share:
            continue
        value = gain * weight[c]
        if best < 0 or value > best_value or (value == best_value and uid[j] < uid[candidate[best]]):
            best = c
            best_value = value
    return best


@kernel
def affordable(team, size, large, cash, earmarked, expense, p):
    """Whether each of the first `size` of a team can put in its share."""
    leader_share, partner_share = shares(earmarked[team[0]], size, large, p)
    for s in range(size):
        i = team[s]
        if purse(cash[i], earmarked[i], expense[i], p) < (partner_share if s > 0 else leader_share):
            return False
    return True


@kernel
def affordable_project(team, size, proven, cash, earmarked, expense, p):
    """What a team can pay: how many of its members, and whether a large project; nobody if the leader cannot even alone."""
    while size > 0:
        if size <= proven and affordable(team, size, True, cash, earmarked, expense, p):
            return size, True
        if affordable(team, size, False, cash, earmarked, expense, p):
            return size, False
        size -= 1
    return 0, False


@kernel
def propose(
    start, stop, leader, uid, purpose, competences, challenge, cash, earmarked, expense, project_row, successes, hindered,
    coordinated, pole_row, first_member, member, degree, partner, trust, joint_successes, team, large, coverage, mean_trust, p,
):  # fmt: skip
    """Each leader picks its team. Writes team (leader first; empty where money is lacking), large, coverage and mean trust."""
    candidate = np.empty(partner.shape[1] + member.size, np.int32)
    weight = np.empty(partner.shape[1] + member.size)
    covered = np.empty(challenge.shape[1])
    bond = np.empty(LARGEST_TEAM)
    for k in range(start, stop):
        i = leader[k]
        asked = challenge[purpose[i]]
        for d in range(asked.size):
            covered[d] = min(asked[d], competences[i, d])
        count = gather(i, project_row, coordinated, pole_row, first_member, member, degree, partner, trust, candidate, weight, p)
        team[k, 0] = i
        size = 1
        proven = 1 if successes[i] > 0 else 0  # so many of the team, leader first, have all succeeded with the leader before
        while size < LARGEST_TEAM:
            share = shares(earmarked[i], size + 1, False, p)[1]
            c = best_candidate(candidate, weight, count, share, cash, earmarked, expense, uid, competences, asked, covered, p)
            if c < 0:
                break
            j = candidate[c]
            slot = slot_of(degree, partner, i, j)
            if proven == size and slot >= 0 and joint_successes[i, slot] > 0:
                proven += 1
            for d in range(asked.size):
                covered[d] = max(covered[d], min(asked[d], competences[j, d]))
            team[k, size] = j
            bond[size] = weight[c]
            size += 1
            count -= 1
            candidate[c] = candidate[count]
            weight[c] = weight[count]
        size, large[k] = affordable_project(team[k], size, proven, cash, earmarked, expense, p)
        hindered[i] += size == 0
        coverage[k] = team_coverage(team[k], size, competences, asked)
        mean_trust[k] = team_trust(bond, size)
        team[k, size:] = -1


@kernel
def resolve(order, team, first_row, project_row):
    """In order of luck each team starts if nobody in it is taken. Returns the proposals that start; their members are taken."""
    started = np.empty(order.size, np.int64)
    count = 0
    for k in order:
        free = team[k, 0] >= 0
        for i in team[k]:
            free &= i < 0 or project_row[i] < 0
        if free:
            for i in team[k]:
                if i >= 0:
                    project_row[i] = first_row + count
            started[count] = k
            count += 1
    return started[:count]


@kernel
def begin(first_row, month, team, large, project_purpose, size, due_month, cost, grant, purpose, cash, earmarked, p):
    """Write the new projects' terms and take their cost from the teams' cash (equations 2 to 4). Returns what was paid [cents].

    A grant lies in the leader's cash since it was awarded, earmarked; here is the one place where it is used.
    """
    paid = 0
    for r in range(first_row, size.size):
        i = team[r, 0]
        members = 0
        for j in team[r]:
            members += j >= 0
        leader_share, partner_share = shares(earmarked[i], members, large[r], p)
        cost[r] = project_cost(members, large[r], p)
        grant[r] = project_grant(earmarked[i], cost[r], members)
        earmarked[i] -= grant[r]
        cash[i] -= leader_share + grant[r]
        for s in range(1, members):
            cash[team[r, s]] -= partner_share
        paid += cost[r]
        size[r] = members
        project_purpose[r] = purpose[i]
        due_month[r] = month + (p.large_months if large[r] else p.small_months)
    return paid


@kernel
def acquaint(
    first_row, month, team, project_purpose, degree, partner, trust, born_month, tie_purpose, joint_successes, refused, pole_trust
):  # fmt: skip
    """Partners whom the leader knew only through its pole get a tie with it, if there is room."""
    for r in range(first_row, project_purpose.size):
        i = team[r, 0]
        topic = project_purpose[r]
        for j in team[r, 1:]:
            if j >= 0 and slot_of(degree, partner, i, j) < 0:
                add_tie(degree, partner, trust, born_month, tie_purpose, joint_successes, refused, i, j, pole_trust, month, topic)
