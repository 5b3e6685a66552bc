"""Trusting: trust in a tie fades, is fed by working together, and the tie ends where it is used up.

    (1)  t1 = t + s (1 - t) after a joint success last month; t - f t after a joint failure; else t
    (2)  t' = t1 (1 - r (1 + w dv) / (1 + n)) + g_c (1 - t1) [a coordinator helps both] + g_w (1 - t1) [at work on one project], within 0..1
    (3)  the tie ends if t' is below the floor, or by chance q (1 - t')^4

t is trust, dv the mean absolute difference of the two's values, n the number of their joint successes: trust that has proved
itself fades more slowly. A coordinator helps both in the same pole with one in post, or in the same animated cluster. Trust grows
by experience and fades without it (Gulati 1995; Burt 2000 on the decay of relations); new alliances end more often than old ones
(Lunnan & Haugland 2008, 100 Norwegian alliances), which follows here since what is young holds little trust, and a tie with little
trust is easily given up (3). The numbers are assumed.

Each end computes its own copy from quantities that are the same seen from either side, so both hold the same bits.

Reduces to: exponential decay at rate r with life ln(start / floor) / r when values agree, nothing feeds trust and q = 0; a
constant hazard q of ties when trust starts and stays at zero and so does the floor, so that ties born with p and ended with q
reach density p / (p + q).
"""

from clustersim.kernels import kernel
from clustersim.kernels.exact import clip
from clustersim.kernels.graph import slot_of
from clustersim.luck import Luck, Stream, happens, pair_hash
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.projects import FAILED, SUCCEEDED
from clustersim.state.ties import drop_slot

READS = (
    "organisations.uid",
    "organisations.alive",
    "organisations.values",
    "organisations.project_row",
    "organisations.pole_row",
    "organisations.coordinated",
    "organisations.cluster_row",
    "organisation_levers.animated",
    "projects.team",
    "projects.outcome",
    "projects.ended_month",
)
WRITES = ("ties.degree", "ties.partner_row", "ties.trust", "ties.born_month", "ties.purpose", "ties.joint_successes")

ENDED = -1.0  # stands for the trust of a tie that ends this month, until it is removed


class Trusting(Parameters):
    """How trust fades, grows and is lost."""

    decay_rate = Parameter(0.022, "1/month", (0.0, 1.0), "assumed", "share of trust that fades in a month between two with the same values")
    values_weight = Parameter(2.0, "-", (0.0, 10.0), "assumed", "how much faster it fades between two with opposite values")
    coordinator_gain = Parameter(0.01, "1/month", (0.0, 1.0), "assumed", "share of the missing trust that a coordinator or animator brings")
    work_gain = Parameter(0.05, "1/month", (0.0, 1.0), "assumed", "share of the missing trust that a month of joint work brings")
    success_gain = Parameter(0.5, "share", (0.0, 1.0), "assumed", "share of the missing trust that a joint success brings")
    failure_loss = Parameter(0.25, "share", (0.0, 1.0), "assumed", "share of trust that a joint failure destroys")
    floor = Parameter(0.1, "0..1", (0.0, 1.0), "assumed", "trust below which the tie ends")
    loss_chance = Parameter(0.15, "1/month", (0.0, 1.0), "assumed", "chance that a tie without any trust is given up in a month")


def advance(state: State, luck: Luck, numbers: Trusting) -> None:
    """Let last month's projects tell, then move the trust of every tie by one month."""
    o, projects, ties, living, p = state.organisations, state.projects, state.ties, state.living(), numbers.numbers
    draw_lessons(projects.ended_month, projects.outcome, projects.team, state.month - 1, p, ties.degree, ties.partner_row, ties.trust)
    state.workers.over(
        living.size, move_on, living, luck.key(Stream.TIE_LOSS, state.month), o.uid, o.values, o.project_row, o.pole_row, o.coordinated,
        o.cluster_row, state.organisation_levers.animated, p, ties.degree, ties.partner_row, ties.trust, ties.born_month, ties.purpose,
        ties.joint_successes,
    )  # fmt: skip


@kernel
def trust_after_project(trust, outcome, p):
    """Equation 1."""
    if outcome == SUCCEEDED:
        return trust + p.success_gain * (1.0 - trust)
    if outcome == FAILED:
        return trust - p.failure_loss * trust
    return trust


@kernel
def next_trust(trust, values_apart, joint_successes, coordinated, at_work, p):
    """Equation 2."""
    kept = trust * (1.0 - p.decay_rate * (1.0 + p.values_weight * values_apart) / (1.0 + joint_successes))
    return clip(kept + (p.coordinator_gain * coordinated + p.work_gain * at_work) * (1.0 - trust), 0.0, 1.0)


@kernel
def loss_of(trust, p):
    """The chance in equation 3."""
    doubt = (1.0 - trust) * (1.0 - trust)
    return p.loss_chance * doubt * doubt


@kernel
def draw_lessons(ended_month, outcome, team, month, p, degree, partner_row, trust):
    """Equation 1 for the tied members of each team that ended in that month. Nobody ends two projects in a month."""
    for e in range(ended_month.size):
        if ended_month[e] != month or ended_month[e] == 0:
            continue
        for i in team[e]:
            for j in team[e]:
                k = slot_of(degree, partner_row, i, j) if i >= 0 and j >= 0 else -1
                if k >= 0:
                    trust[i, k] = trust_after_project(trust[i, k], outcome[e], p)


@kernel
def move_on(start, stop, living, key, uid, values, project_row, pole_row, coordinated, cluster_row, animated, p, degree, partner_row, trust,
            born_month, tie_purpose, joint_successes):  # fmt: skip
    """Equations 2 and 3 for the rows' own ends of their ties."""
    for i in living[start:stop]:
        # what i shares with nobody is not looked for at its partners
        project = project_row[i]
        pole = pole_row[i] if coordinated[i] else -1
        cluster = cluster_row[i] if animated[i] else -1
        ended = False
        for k in range(degree[i]):
            j = partner_row[i, k]
            apart = 0.5 * (abs(values[i, 0] - values[j, 0]) + abs(values[i, 1] - values[j, 1]))
            at_work = project >= 0 and project == project_row[j]
            led = pole >= 0 and coordinated[j] and pole == pole_row[j]
            led = led or (cluster >= 0 and animated[j] and cluster == cluster_row[j])
            moved = next_trust(trust[i, k], apart, joint_successes[i, k], led, at_work, p)
            ends = happens(pair_hash(key, uid[i], uid[j]), loss_of(moved, p)) | (moved < p.floor)
            trust[i, k] = ENDED if ends else moved
            ended |= ends
        if ended:  # seldom, so the loop above has no branch to guess
            for k in range(degree[i] - 1, -1, -1):
                if trust[i, k] == ENDED:
                    drop_slot(degree, partner_row, trust, born_month, tie_purpose, joint_successes, i, k)
