"""Trusting: the arithmetic by hand, what feeds trust, when ties end, and that both ends always agree."""

import numpy as np
import pytest

from clustersim.kernels.graph import slot_of
from clustersim.luck import Luck
from clustersim.processes import meeting, partnering, trusting
from clustersim.processes.meeting import Meeting
from clustersim.processes.partnering import Partnering
from clustersim.processes.trusting import Trusting, loss_of, next_trust, trust_after_project
from clustersim.state.projects import ABANDONED, FAILED, RUNNING, SUCCEEDED
from network_builders import draw, encounters_by_uid, plane, relabelled, territory, tie, ties_by_uid

LUCK = Luck(13)
DEFAULT = Trusting().numbers


def test_trust_fades_faster_where_values_differ():
    assert next_trust(0.2, 0.0, 0, False, False, DEFAULT) == pytest.approx(0.1956)  # .2 * (1 - .022)
    assert next_trust(0.2, 0.25, 0, False, False, DEFAULT) == pytest.approx(0.1934)  # .2 * (1 - .022 * 1.5)


def test_trust_that_has_proved_itself_fades_more_slowly():
    assert next_trust(0.2, 0.0, 1, False, False, DEFAULT) == pytest.approx(0.1978)  # .2 * (1 - .022 / 2)
    assert next_trust(0.2, 0.25, 2, False, False, DEFAULT) == pytest.approx(0.1978)  # .2 * (1 - .033 / 3)
    assert next_trust(0.8, 0.0, 10, False, False, DEFAULT) == pytest.approx(0.7984)  # .8 * (1 - .022 / 11)


def test_a_coordinator_and_joint_work_feed_trust():
    assert next_trust(0.2, 0.25, 0, True, False, DEFAULT) == pytest.approx(0.2014)  # .1934 + .01 * .8
    assert next_trust(0.2, 0.25, 0, False, True, DEFAULT) == pytest.approx(0.2334)  # .1934 + .05 * .8
    assert next_trust(0.2, 0.25, 0, True, True, DEFAULT) == pytest.approx(0.2414)
    # what feeds trust does not depend on earlier successes
    assert next_trust(0.2, 0.25, 2, True, True, DEFAULT) == pytest.approx(0.2458)  # .1978 + .06 * .8


def test_trust_stays_within_its_bounds():
    wild = Trusting(decay_rate=1.0, values_weight=10.0, coordinator_gain=1.0, work_gain=1.0).numbers
    assert next_trust(0.5, 1.0, 0, False, False, wild) == 0.0
    assert next_trust(0.0, 0.0, 0, True, True, wild) == 1.0


def test_a_tie_with_little_trust_is_easily_given_up():
    assert loss_of(0.0, DEFAULT) == pytest.approx(0.15)
    assert loss_of(0.25, DEFAULT) == pytest.approx(0.0474609375)  # .15 * 81 / 256
    assert loss_of(0.5, DEFAULT) == pytest.approx(0.009375)  # .15 / 16
    assert loss_of(0.9, DEFAULT) == pytest.approx(0.000015)
    assert loss_of(1.0, DEFAULT) == 0.0


def test_success_lifts_and_failure_lowers_trust():
    assert trust_after_project(0.2, SUCCEEDED, DEFAULT) == pytest.approx(0.6)
    assert trust_after_project(0.2, FAILED, DEFAULT) == pytest.approx(0.15)
    assert trust_after_project(0.2, ABANDONED, DEFAULT) == 0.2


def test_only_projects_that_ended_last_month_move_the_trust_of_their_tied_members():
    state = territory([0.0], [0.0], np.zeros(9, int))
    for i, j in ((0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (7, 8)):
        tie(state, i, j, trust=0.5)
    state.month = 20
    state.organisations.project_row[[7, 8]] = 3
    teams = [[0, 1, 2, -1], [4, 5, -1, -1], [5, 6, -1, -1], [7, 8, -1, -1]]
    state.projects.append(4, team=teams, outcome=[SUCCEEDED, FAILED, SUCCEEDED, RUNNING], ended_month=[19, 19, 18, 0])
    trusting.advance(state, LUCK, Trusting(decay_rate=0.0, work_gain=0.0, loss_chance=0.0))
    trust = {couple: facts[1] for couple, facts in ties_by_uid(state).items()}
    assert trust[0, 1] == trust[1, 2] == pytest.approx(0.75)
    assert trust[4, 5] == pytest.approx(0.375)
    assert trust[2, 3] == trust[5, 6] == trust[7, 8] == 0.5
    state.check()


def test_nothing_has_ended_in_the_first_month():
    state = territory([0.0], [0.0], [0, 0])
    tie(state, 0, 1, trust=0.5)
    state.projects.append(1, team=[[0, 1, -1, -1]], outcome=SUCCEEDED, ended_month=0)
    trusting.advance(state, LUCK, Trusting(decay_rate=0.0, loss_chance=0.0))
    assert state.ties.trust[0, 0] == 0.5


def test_work_counts_in_the_same_project_and_coordination_in_the_same_pole_or_cluster():
    state = territory([0.0], [0.0], np.zeros(12, int))
    o, levers = state.organisations, state.organisation_levers
    for i in range(0, 12, 2):
        tie(state, i, i + 1, trust=0.5)
    o.project_row[0:4] = [0, 0, 1, 2]
    o.pole_row[4:8] = [0, 0, 0, 1]
    o.coordinated[4:8] = True
    o.cluster_row[8:12] = 0
    levers.animated[8:11] = True
    trusting.advance(state, LUCK, Trusting(decay_rate=0.0, work_gain=0.1, coordinator_gain=0.2, loss_chance=0.0))
    assert state.ties.trust[::2, 0] == pytest.approx([0.55, 0.5, 0.6, 0.5, 0.6, 0.5])


@pytest.mark.parametrize(("joint_successes", "life"), [(0, 42), (1, 83), (3, 167)])
def test_an_unused_tie_ends_when_its_trust_falls_below_the_floor_later_after_joint_success(joint_successes, life):
    state = territory([0.0], [0.0], [0, 0])
    tie(state, 0, 1, trust=0.25)
    state.ties.joint_successes[:, 0] = joint_successes
    months = 0
    while state.ties.degree[0]:
        months += 1
        trusting.advance(state, LUCK, Trusting(loss_chance=0.0))
    assert months == life  # the first m with .25 * (1 - .022 / (1 + n))^m < .1
    assert state.ties.degree.tolist() == [0, 0]


def test_ties_are_given_up_by_the_trust_that_the_month_leaves_them():
    state = territory([0.0], [0.0], np.zeros(8000, int))
    sort = np.repeat([0, 1, 2, 3], 1000)
    for pair, trust in enumerate(np.array([0.0, 0.5 / 0.9, 1.0, 1.0])[sort]):
        tie(state, 2 * pair, 2 * pair + 1, trust=trust)
    # the last have opposite values: all their trust fades this month, a tenth of the others'
    o = state.organisations
    o.values[6000::2], o.values[6001::2] = 0.0, 1.0
    trusting.advance(state, LUCK, Trusting(decay_rate=0.1, values_weight=9.0, floor=0.0, loss_chance=0.8))
    state.check()
    lost = np.bincount(sort[state.ties.degree[::2] == 0], minlength=4)
    # trust 0, .5, .9 and 0 is left: of 1000 each .8, .8 / 16, .8 / 10 000 and .8
    for found, chance in zip(lost, (0.8, 0.05, 0.00008, 0.8), strict=True):
        assert found == pytest.approx(1000 * chance, abs=4 * np.sqrt(1000 * chance * (1 - chance)))


def test_ended_ties_leave_the_others_in_place():
    state = territory([0.0], [0.0], np.zeros(6, int))
    for j, trust in ((1, 0.5), (2, 0.05), (3, 0.6), (4, 0.05), (5, 0.7)):
        tie(state, 0, j, trust=trust)
    trusting.advance(state, LUCK, Trusting(decay_rate=0.0, loss_chance=0.0))
    assert state.ties.degree.tolist() == [3, 1, 0, 1, 0, 1]
    assert state.ties.partner_row[0, :3].tolist() == [1, 3, 5]
    assert state.ties.trust[0, :3].tolist() == [0.5, 0.6, 0.7]
    state.check()


def test_young_ties_end_more_often_than_old_ones():
    state = plane(20, 200, side_km=40.0)
    ends, months_lived = np.zeros(2), np.zeros(2)
    for month in range(1, 121):
        state.month = month
        meeting.advance(state, LUCK, Meeting())
        partnering.advance(state, LUCK, Partnering())
        before = {c: f[3] for c, f in ties_by_uid(state).items()}
        # every sixth tie of a year finds joint work, which is what makes it old
        state.organisations.project_row[:] = np.where(np.arange(200) % 6 == 0, 0, -1)
        trusting.advance(state, LUCK, Trusting())
        after = ties_by_uid(state)
        for couple, born in before.items():
            old = month - born > 40
            months_lived[int(old)] += 1
            ends[int(old)] += couple not in after
    assert months_lived.min() > 500
    assert ends[0] / months_lived[0] > 2 * ends[1] / months_lived[1]


def network_months(state, months):
    """So many months of the three processes, with teams that work, succeed and fail among the tied."""
    o, projects, ties = state.organisations, state.projects, state.ties
    for state.month in range(1, months + 1):
        meeting.advance(state, LUCK, Meeting(encounter_rate=1.0))
        partnering.advance(state, LUCK, Partnering())
        trusting.advance(state, LUCK, Trusting())
        for p in np.flatnonzero((projects.outcome == RUNNING) & (projects.start_month == state.month - 4)):
            projects.outcome[p], projects.ended_month[p] = (SUCCEEDED if p % 3 else FAILED), state.month
            i, j = projects.team[p, :2]
            o.project_row[[i, j]] = -1
            slots = [(a, slot_of(ties.degree, ties.partner_row, a, b)) for a, b in ((i, j), (j, i))]
            for a, k in slots if p % 3 and slots[0][1] >= 0 else ():
                ties.joint_successes[a, k] += 1
        for uid in range(state.month % 5, len(o), 5):
            i = int(np.flatnonzero(o.uid == uid)[0])
            free = [int(j) for j in ties.partner_row[i, : ties.degree[i]] if o.project_row[j] < 0]
            if o.project_row[i] < 0 and free:
                new = projects.append(1, team=[[i, free[0], -1, -1]], size=2, start_month=state.month)
                o.project_row[[i, free[0]]] = new.start
        state.check()


def test_both_ends_of_every_tie_agree_to_the_bit_after_fifty_months():
    state = plane(20, 150, side_km=40.0)
    network_months(state, 50)
    t = state.ties
    assert t.degree.sum() > 200
    held = np.arange(t.partner_row.shape[1]) < t.degree[:, None]
    assert t.trust[held].max() > 0.4 and t.trust[held].min() >= 0.1
    assert t.joint_successes[held].max() >= 2


def test_relabelled_rows_have_the_same_network_after_two_years():
    state = plane(20, 100, side_km=40.0)
    twin = relabelled(state, np.argsort(draw(9, 100)[:, 0]))
    network_months(state, 24)
    network_months(twin, 24)
    assert ties_by_uid(state) == ties_by_uid(twin)
    assert len(ties_by_uid(state)) > 50
    assert encounters_by_uid(state) == encounters_by_uid(twin) == []


def test_any_number_of_threads_gives_the_same_network():
    one, two = plane(20, 100, side_km=40.0, threads=1), plane(20, 100, side_km=40.0, threads=2)
    network_months(one, 12)
    network_months(two, 12)
    two.workers.close()
    assert one.hash() == two.hash()
