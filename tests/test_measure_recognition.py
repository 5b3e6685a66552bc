"""Recognition: which groups get a label, who carries it, when it ends; and that it costs nothing."""

import numpy as np
import pytest

from clustersim.measures import Measure, calls
from clustersim.money import Flow
from clustersim.scenario import Scenario
from clustersim.state import State
from clustersim.state.funders import REGION
from lively import COUNCIL, LIVELY, SPIN_UP, hashes_of, lived
from measure_builders import PRIVATE, PUBLIC, cluster, end_pole, measure, month, months, pole, town

LABEL: dict = {"kind": "recognition", "funder": "council", "rule_of_three": False}


def label(**numbers) -> Measure:
    return measure("recognition", **{"rule_of_three": False, **numbers})


def carriers(state: State, *in_force: Measure) -> list[int]:
    """The uids of those who carry a label in the next month."""
    return state.organisations.uid[month(state, *in_force).organisation_levers.recognised].tolist()


def groups_of_four(count: int, **columns) -> State:
    """So many emerging groups of four, the first of them of the highest quality."""
    state = town(4 * count, quality=np.repeat(np.linspace(0.9, 0.1, count), 4), **columns)
    for first in range(0, 4 * count, 4):
        cluster(state, *range(first, first + 4))
    return state


# who gets one


def test_so_many_labels_are_given_in_a_call_to_the_first_in_rank():
    state = groups_of_four(5)
    assert carriers(state, label(labels_per_call=2)) == list(range(1, 9))
    assert state.awards.cluster_row.tolist() == [0, 1]
    # the next call, a year later, gives as many more
    assert carriers(months(state, 11, label(labels_per_call=2)), label(labels_per_call=2)) == list(range(1, 17))
    assert state.calls.month.tolist() == [1, 13]
    assert (state.calls.eligible.tolist(), state.calls.chosen.tolist()) == ([5, 3], [2, 2])


def test_poles_and_emerging_groups_compete_and_the_switch_excludes_the_latter():
    state = town(12, quality=np.repeat([0.1, 0.3, 0.2], 4))
    cluster(state, 0, 1, 2, 3)
    pole(state, 4, 5, 6, 7)
    cluster(state, 8, 9, 10, 11)
    assert carriers(state.copy(), label(labels_per_call=2)) == [5, 6, 7, 8, 9, 10, 11, 12]
    assert carriers(state.copy(), label(emerging=False)) == [5, 6, 7, 8]


def test_with_the_rule_of_three_a_group_needs_a_private_actor_and_a_public_body():
    state = groups_of_four(3)
    state.organisations.kind[[0, 4, 5]] = [PRIVATE, PRIVATE, PUBLIC]
    assert carriers(state.copy(), measure("recognition")) == [5, 6, 7, 8]
    assert carriers(state.copy(), label()) == list(range(1, 13))


def test_groups_outside_the_jurisdiction_or_of_another_purpose_get_none():
    state = groups_of_four(3, places=np.repeat([0, 2, 2], 4))
    state.funders.level[0], state.funders.area[0] = REGION, 1
    state.clusters.purpose[:] = [0, 1, 0]
    assert carriers(state.copy(), label()) == list(range(5, 13))
    served = Measure("one", "recognition", 0, 0, label().numbers, purposes=np.array([True, False, False]))
    assert carriers(state.copy(), served) == [9, 10, 11, 12]


@pytest.mark.parametrize("selection", calls.SELECTIONS)
def test_every_selection_gives_no_more_labels_than_there_are(selection):
    state = groups_of_four(7)
    state.places.need[:] = 10.0
    months(state, 24, label(selection=selection, labels_per_call=3))
    assert state.calls.chosen.tolist() == [3, 3]
    assert len(set(state.awards.cluster_row.tolist())) == 6


# who carries it, and how long


def test_members_who_come_carry_the_label_and_those_who_left_do_not():
    state = town(8)
    row = cluster(state, 0, 1, 2, 3)
    assert carriers(state, label()) == [1, 2, 3, 4]
    state.organisations.cluster_row[[0, 7]] = [-1, row]
    assert carriers(state, label()) == [2, 3, 4, 8]


def test_carriers_look_for_a_few_encounters_more_once_even_where_pole_and_group_have_a_label():
    state = town(12)
    cluster(state, 0, 1, 2, 3, 4, 5, 6)
    pole(state, 0, 1, 2)
    second = measure("recognition", name="two", number=1, rule_of_three=False, visibility_encounters=0.25, emerging=False)
    month(state, label(visibility_encounters=0.125), second)
    assert len(state.awards) == 3
    assert state.organisation_levers.extra_encounters.tolist() == [0.375] * 3 + [0.125] * 4 + [0.0] * 6
    # and what was arranged by others stays
    assert carriers(state, label()) == list(range(1, 8))
    assert np.unique(state.organisation_levers.extra_encounters).tolist() == [0.0, 0.03]


def test_a_label_ends_with_its_group():
    state = town(8)
    cluster(state, 0, 1, 2, 3)
    pole(state, 4, 5, 6)
    assert carriers(state, label()) == [1, 2, 3, 4, 5, 6, 7]
    end_pole(state, 0)
    assert carriers(state, label()) == [1, 2, 3, 4]
    state.clusters.alive[0] = False
    state.organisations.cluster_row[:4] = -1
    assert carriers(state, label()) == []
    # a pole that the same organisations found afterwards has to wait for the next call
    pole(state, 4, 5, 6)
    waiting = [carriers(state, label()) for _ in range(10)]
    assert waiting == [[]] * 9 + [[5, 6, 7]]


@pytest.mark.parametrize(("renewable", "expected"), [(True, [True] * 39), (False, [True] * 36 + [False] * 3)])
def test_a_label_runs_for_three_years_and_may_be_renewed_then(renewable, expected):
    state = groups_of_four(1)
    assert [carriers(state, label(renewable=renewable)) == [1, 2, 3, 4] for _ in range(39)] == expected
    assert state.awards.start_month.tolist() == ([1, 37] if renewable else [1])
    assert state.awards.end_month.tolist() == ([36, 72] if renewable else [36])


def test_labels_end_with_the_measures_window_and_none_is_given_outside():
    state = groups_of_four(1)
    shown = [bool(carriers(state, label(start_month=3, end_month=6))) for _ in range(16)]
    assert shown == [False] * 2 + [True] * 4 + [False] * 10
    assert (len(state.calls), state.awards.end_month.tolist()) == (1, [6])


# what it costs


def test_a_label_costs_nothing():
    state, without = groups_of_four(3), groups_of_four(3)
    for _ in range(14):
        month(state, label(calls_per_year=2))
        month(without)
        assert state.ledger.total_cents.tolist() == without.ledger.total_cents.tolist()
        for column in ("available_cents", "committed_cents", "paid_cents"):
            assert getattr(state.funders, column).tolist() == getattr(without.funders, column).tolist()
    for table, columns in ((state.awards, ("requested_cents", "awarded_cents", "paid_cents", "returned_cents")),
                           (state.calls, ("money_cents", "promised_cents"))):  # fmt: skip
        assert len(table) == 3
        for column in columns:
            assert getattr(table, column).tolist() == [0, 0, 0]


def test_it_takes_no_money_from_another_measure_of_its_funder():
    state, alone = groups_of_four(3), groups_of_four(3)
    seeds = measure(name="two", number=1, amount_eur=9_000.0, budget_eur_per_year=100_000.0)
    months(state, 14, label(), seeds)
    months(alone, 14, seeds)
    assert state.awards.awarded_cents[state.awards.measure == 1].tolist() == alone.awards.awarded_cents.tolist()
    assert state.organisations.cash_cents.tolist() == alone.organisations.cash_cents.tolist()
    assert state.ledger.total_cents[Flow.SUPPORT] == alone.ledger.total_cents[Flow.SUPPORT] > 0


# in the course of a run


def test_no_labels_are_as_good_as_no_measure_and_labels_change_nothing_before_their_window():
    plain = {**LIVELY, **COUNCIL}
    without, state = hashes_of(Scenario.load("baseline", plain), 2, SPIN_UP + 14)
    none, _ = hashes_of(Scenario.load("baseline", {**plain, "measures.label": {**LABEL, "labels_per_call": 0}}), 2, SPIN_UP + 14)
    late, labelled = hashes_of(Scenario.load("baseline", {**plain, "measures.label": {**LABEL, "start_month": 14}}), 2, SPIN_UP + 14)
    assert none == without
    assert (late[:-1] == without[:-1], late[-1] != without[-1]) == (True, True)
    # funders see those who carry a label in the very month in which it is given
    assert labelled.organisation_levers.recognised.sum() >= 20
    council = len(state.funders) - 1
    assert labelled.funders.attention[council] > state.funders.attention[council]


def test_labels_can_begin_and_end_by_the_month():
    course = {"labels_per_call": {1: 0, 14: 4, 26: 0}, "calls_per_year": 12}
    scenario = Scenario.load("baseline", {**LIVELY, **COUNCIL, "measures.label": {**LABEL, **course}})
    state = lived(scenario, 2).state
    state.check()
    held = np.unique(state.calls.month - SPIN_UP)
    assert held.tolist() == list(range(14, 26))
    assert state.calls.chosen.max() == 4
    assert state.awards.start_month.min() == SPIN_UP + 14
    assert (state.awards.pole_row >= 0).any()
    assert (state.awards.cluster_row >= 0).any()
