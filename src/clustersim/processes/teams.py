"""Whom a leader asks, and whom it picks: the team behind an idea, and equation 1 of innovating."""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.graph import slot_of
from clustersim.luck import happens, hash_of
from clustersim.processes.project_costs import affordable_project, project_cost, project_grant, purse, shares
from clustersim.state.organisations import PUBLIC_FUNDER, SOCIAL_ENTERPRISE, members_of
from clustersim.state.projects import LARGEST_TEAM


@kernel
def team_coverage(team, competences, challenge):
    """Equation 1. An empty seat (-1) covers nothing."""
    covered = 0.0
    asked = 0.0
    for d in range(challenge.size):
        best = 0.0
        for i in team:
            if i >= 0:
                best = max(best, competences[i, d])
        covered += min(challenge[d], best)
        asked += challenge[d]
    return covered / asked


@kernel
def bond(i, j, degree, partner, trust, p):
    """How far leader i trusts j: as their tie does, or as one trusts a member of one's circle."""
    k = slot_of(degree, partner, i, j)
    return trust[i, k] if k >= 0 else p.pole_trust


@kernel
def team_trust(team, degree, partner, trust, p):
    """Mean trust between the leader and its partners; 1 for one alone."""
    total = 0.0
    partners = 0
    for j in team[1:]:
        if j >= 0:
            total += bond(team[0], j, degree, partner, trust, p)
            partners += 1
    return total / partners if partners else 1.0


@kernel
def new_to_each_other(i, j, degree, partner, joint_successes):
    """Whether i and j have never succeeded together; failures are not counted as work together, as for the first small project."""
    k = slot_of(degree, partner, i, j)
    return k < 0 or joint_successes[i, k] == 0


@kernel
def usable(i, j, earmarked, voucher, degree, partner, joint_successes):
    """What of leader i's earmarked money a team may use whose first partner is j, -1 for nobody [cents]."""
    if j < 0 or (voucher[i] and not new_to_each_other(i, j, degree, partner, joint_successes)):
        return 0
    return earmarked[i]


@kernel
def paid_for(team, large, money, grant_share, p):
    """Whether that earmarked money pays enough of the team's project for an idea that it brought to be kept."""
    size = 0
    for i in team:
        size += i >= 0
    cost = project_cost(size, large, p)
    grant = project_grant(money, grant_share, cost, size)
    return grant > 0 and grant >= p.least_granted_share * cost


@kernel
def has_idea(luck, kind, granted, p):
    """Whether that luck brings an idea. Money for a joint project comes with a project in mind: the same luck brings one sooner."""
    rate = p.idea_rate if kind == SOCIAL_ENTERPRISE else p.idea_rate * p.private_idea_share
    return happens(luck, max(rate, p.granted_idea_rate) if granted else rate)


@kernel
def leaders(idea_key, order_key, living, uid, kind, project_row, earmarked, grant_share, p):
    """Rows of the living and idle who have an idea this month, in order of luck."""
    row = np.empty(living.size, np.int32)
    count = 0
    for i in living:  # luck is asked first: few have an idea, but who is idle could not be foreseen
        granted = earmarked[i] > 0 and grant_share[i] > 0.0
        if has_idea(hash_of(idea_key, uid[i]), kind[i], granted, p) and project_row[i] < 0 and kind[i] != PUBLIC_FUNDER:
            row[count] = i
            count += 1
    turn = np.empty(count, np.uint64)
    for k in range(count):
        turn[k] = hash_of(order_key, uid[row[k]])
    # two organisations never have the same turn: the hash of a uid can be undone
    return row[:count][np.argsort(turn)]


@kernel
def circles(leader, by_uid, poles, clusters, pole_row, coordinated, cluster_row, animated):
    """Whom coordinators and animators bring together: who is in a coordinated pole, and of an animated cluster the others.

    Returns the number of each one's circle (-1 for none), and the members by circle: `member[start[c] : start[c + 1]]`.
    """
    circle = np.full(by_uid.size, -1, np.int32)
    start = np.zeros(1, np.int64)
    member = np.empty(0, np.int32)
    led = False
    for i in leader:
        led |= coordinated[i] or animated[i]
    if led:  # in most months nobody asks
        for i in range(by_uid.size):
            if coordinated[i] and pole_row[i] >= 0:
                circle[i] = pole_row[i]
            elif animated[i] and cluster_row[i] >= 0:
                circle[i] = poles + cluster_row[i]
        start, member = members_of(circle, by_uid, poles + clusters)
    return circle, start, member


@kernel
def gather(i, members, project_row, degree, partner, trust, candidate, p):
    """Whom leader i may ask: its idle trusted ties, and who else is idle in its circle. Returns how many."""
    count = 0
    for k in range(degree[i]):
        if trust[i, k] >= p.partner_trust and project_row[partner[i, k]] < 0:
            candidate[count] = partner[i, k]
            count += 1
    for j in members:
        if j != i and project_row[j] < 0 and slot_of(degree, partner, i, j) < 0:
            candidate[count] = j
            count += 1
    return count


@kernel
def best_candidate(
    i, candidate, count, only_new, share, uid, cash, earmarked, expense, competences, challenge, covered, degree, partner, trust,
    joint_successes, p,
):  # fmt: skip
    """The candidate (if `only_new`, a new one) who can afford the share with the greatest gain x trust; -1 if nobody gains enough."""
    asked = 0.0
    for d in range(challenge.size):
        asked += challenge[d]
    best = -1
    best_value = 0.0
    for c in range(count):
        j = candidate[c]
        if only_new and not new_to_each_other(i, j, degree, partner, joint_successes):
            continue
        gain = 0.0
        for d in range(challenge.size):
            gain += max(0.0, min(challenge[d], competences[j, d]) - covered[d])
        if gain < p.min_gain * asked or purse(cash[j], earmarked[j], expense[j], p) < share:
            continue
        value = gain * bond(i, j, degree, partner, trust, p)
        if best < 0 or value > best_value or (value == best_value and uid[j] < uid[candidate[best]]):
            best = c
            best_value = value
    return best


@kernel
def propose(
    i, team, members, candidate, covered, funds, uid, competences, challenge, cash, earmarked, grant_share, voucher, expense,
    project_row, successes, degree, partner, trust, joint_successes, p,
):  # fmt: skip
    """Leader i picks its team. Writes the team, leader first, empty where money is lacking; returns whether the project is large."""
    count = gather(i, members, project_row, degree, partner, trust, candidate, p)
    proven = 1 if successes[i] > 0 else 0  # so many of the team, leader first, have all succeeded with the leader before
    money = earmarked[i]
    covered[:] = 0.0
    team[0] = i
    funds[0] = purse(cash[i], earmarked[i], expense[i], p)
    size = 1
    while size < LARGEST_TEAM:
        for d in range(challenge.size):
            covered[d] = max(covered[d], min(challenge[d], competences[team[size - 1], d]))
        only_new = size == 1 and money > 0 and voucher[i]
        share = shares(money, grant_share[i], size + 1, False, p)[1]
        c = best_candidate(
            i, candidate, count, only_new, share, uid, cash, earmarked, expense, competences, challenge, covered, degree, partner, trust,
            joint_successes, p,
        )  # fmt: skip
        if c < 0 and only_new:
            money = 0  # there is nobody new, so the team forms without the voucher
            continue
        if c < 0:
            break
        j = candidate[c]
        if proven == size and not new_to_each_other(i, j, degree, partner, joint_successes):
            proven += 1
        team[size] = j
        funds[size] = purse(cash[j], earmarked[j], expense[j], p)
        size += 1
        count -= 1
        candidate[c] = candidate[count]
    size, large = affordable_project(funds, size, proven, money, grant_share[i], p)
    team[size:] = -1
    return large


@kernel
def resolve(team, large, first_row, project_row):
    """Each team in turn starts if nobody in it is taken; its members then are. Moves those that start to the front, returns how many."""
    count = 0
    for k in range(large.size):
        free = team[k, 0] >= 0
        for i in team[k]:
            free &= i < 0 or project_row[i] < 0
        if not free:
            continue
        for i in team[k]:
            if i >= 0:
                project_row[i] = first_row + count
        team[count] = team[k]
        large[count] = large[k]
        count += 1
    return count


@kernel
def form_teams(
    idea_key, order_key, first_row, living, by_uid, poles, clusters, uid, kind, purpose, competences, challenge, cash, earmarked,
    grant_share, voucher, expense, project_row, successes, hindered, pole_row, coordinated, cluster_row, animated, degree, partner, trust,
    joint_successes, p,
):  # fmt: skip
    """All who have an idea propose a team, then the free start in order of luck, in project rows from `first_row` on.

    An idea that came for the earmarked money alone is dropped where that pays too little of the project of the team that was
    found, or may not be used for it. Returns the teams that start and whether their projects are large.
    """
    leader = leaders(idea_key, order_key, living, uid, kind, project_row, earmarked, grant_share, p)
    circle, start, member = circles(leader, by_uid, poles, clusters, pole_row, coordinated, cluster_row, animated)
    team = np.empty((leader.size, LARGEST_TEAM), np.int32)
    large = np.empty(leader.size, np.bool_)
    candidate = np.empty(partner.shape[1] + member.size, np.int32)
    covered = np.empty(challenge.shape[1])
    funds = np.empty(LARGEST_TEAM, np.int64)
    for k in range(leader.size):
        i = leader[k]
        members = member[start[circle[i]] : start[circle[i] + 1]] if circle[i] >= 0 else member[:0]
        large[k] = propose(
            i, team[k], members, candidate, covered, funds, uid, competences, challenge[purpose[i]], cash, earmarked, grant_share,
            voucher, expense, project_row, successes, degree, partner, trust, joint_successes, p,
        )  # fmt: skip
        hindered[i] += team[k, 0] < 0
        money = usable(i, team[k, 1], earmarked, voucher, degree, partner, joint_successes)
        if not paid_for(team[k], large[k], money, grant_share[i], p) and not has_idea(hash_of(idea_key, uid[i]), kind[i], False, p):
            team[k] = -1
    started = resolve(team, large, first_row, project_row)
    return team[:started], large[:started]
