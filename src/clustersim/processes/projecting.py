"""The course of projects: who starts, on what terms, and what the end leaves; equations 6 and 7 of innovating."""

from clustersim.kernels import kernel
from clustersim.kernels.exact import power
from clustersim.kernels.graph import slot_of
from clustersim.luck import happens, hash_with
from clustersim.processes.project_costs import project_cost, project_grant, shares
from clustersim.processes.teams import team_coverage, team_trust, usable
from clustersim.state.organisations import SOCIAL_ENTERPRISE
from clustersim.state.projects import FAILED, RUNNING, SUCCEEDED
from clustersim.state.ties import add_tie


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


@kernel
def reward(team, large, challenge, kind, successes, innovations, quality, competences, degree, partner, joint_successes, p):
    """What a success leaves with each member: experience, quality, practice, and a stronger record of its ties in the team."""
    validated = False
    for i in team:
        validated |= i >= 0 and large and kind[i] == SOCIAL_ENTERPRISE
    for i in team:
        if i < 0:
            break
        successes[i] += 1
        innovations[i] += validated
        if kind[i] == SOCIAL_ENTERPRISE:
            quality[i] += p.quality_gain_large if large else p.quality_gain_small
        practise(competences[i], challenge, p)
        for j in team:
            k = slot_of(degree, partner, i, j)
            if k >= 0:
                joint_successes[i, k] += 1


@kernel
def end_projects(
    month, key, team, large, project_purpose, start_month, due_month, ended_month, coverage, trust, outcome,
    uid, kind, project_row, successes, innovations, quality, competences, challenge, degree, partner, joint_successes, p,
):  # fmt: skip
    """Decide the projects due this month by the luck of leader and start, let the teams go, reward the successful; quality wears off."""
    longest = max(p.small_months, p.large_months)
    for r in range(outcome.size - 1, -1, -1):
        # rows are in order of their start, so whatever lies before has ended long ago
        if start_month[r] + longest < month:
            break
        if due_month[r] != month or outcome[r] != RUNNING:
            continue
        luck = hash_with(key, uid[team[r, 0]], start_month[r])
        succeeded = happens(luck, success_chance(coverage[r], trust[r], p.gamma, p.distrust_success))
        outcome[r] = SUCCEEDED if succeeded else FAILED
        ended_month[r] = month
        for i in team[r]:
            if i >= 0:
                project_row[i] = -1
        if succeeded:
            asked = challenge[project_purpose[r]]
            reward(team[r], large[r], asked, kind, successes, innovations, quality, competences, degree, partner, joint_successes, p)
    for i in range(quality.size):
        quality[i] *= 1.0 - p.quality_fade_rate


@kernel
def start_projects(
    first_row, month, proposed_team, proposed_large, team, large, project_purpose, size, start_month, due_month, cost, grant, coverage,
    mean_trust, purpose, competences, challenge, cash, earmarked, grant_share, voucher, degree, partner, trust, born_month, tie_purpose,
    joint_successes, refused, p,
):  # fmt: skip
    """Write the new projects' terms, take their cost from the teams' cash (equations 2 to 4), acquaint. Returns what was paid [cents].

    A grant lies in the leader's cash since it was paid, earmarked; here is the one place where it is used. What is to happen
    to the earmark's terms when nothing is left of it is for the measure to say.
    """
    paid = 0
    for r in range(first_row, size.size):
        team[r] = proposed_team[r - first_row]
        large[r] = proposed_large[r - first_row]
        i = team[r, 0]
        members = 0
        for j in team[r]:
            members += j >= 0
        size[r] = members
        project_purpose[r] = purpose[i]
        start_month[r] = month
        due_month[r] = month + (p.large_months if large[r] else p.small_months)
        coverage[r] = team_coverage(team[r], competences, challenge[purpose[i]])
        mean_trust[r] = team_trust(team[r], degree, partner, trust, p)
        money = usable(i, team[r, 1], earmarked, voucher, degree, partner, joint_successes)
        leader_share, partner_share = shares(money, grant_share[i], members, large[r], p)
        cost[r] = project_cost(members, large[r], p)
        grant[r] = project_grant(money, grant_share[i], cost[r], members)
        earmarked[i] -= grant[r]
        cash[i] -= leader_share + grant[r]
        paid += cost[r]
        for j in team[r, 1:members]:
            cash[j] -= partner_share
            # a partner whom the leader knew only through its circle gets a tie with it, if there is room
            if slot_of(degree, partner, i, j) < 0:
                add_tie(
                    degree, partner, trust, born_month, tie_purpose, joint_successes, refused, i, j, p.pole_trust, month, purpose[i]
                )  # fmt: skip
    return paid
