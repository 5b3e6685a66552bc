"""Partnering: the value of a partner by hand, the chance to accept, and what becomes of competing acceptances."""

import numpy as np
import pytest

from clustersim.luck import Luck
from clustersim.processes import partnering
from clustersim.processes.partnering import (
    Partnering,
    acceptance_chance,
    burden,
    cognitive_distance,
    difference_of_values,
    shares_purpose,
    worth,
)
from network_builders import draw, plane, relabelled, territory, tie, ties_by_uid

LUCK = Luck(12)
DEFAULT = Partnering().numbers
INDIFFERENT = {f"{name}_weight": 0.0 for name in ("cognitive", "values", "social", "purpose", "distance")} | {"burden": 0.0}
CERTAIN = Partnering(**INDIFFERENT, threshold=-5.0, temperature=0.01)


def meet(state, one, other):
    state.encounters.append(len(one), one_row=one, other_row=other)


def test_the_worth_of_a_partner_is_its_equation():
    # 1.0 * 4 * .5 * .5 + 1.0 * (1 - .2 / .4) + .8 * 1 / 2 + .8 - .1 * 24 / 12 - 1.2
    assert worth(0.5, 0.2, 1, True, 24.0, DEFAULT) == pytest.approx(1.0 + 0.5 + 0.4 + 0.8 - 0.2 - 1.2)
    # values beyond tolerance count nothing, nor does a stranger's competence
    assert worth(1.0, 0.9, 0, False, 0.0, DEFAULT) == pytest.approx(-1.2)


def test_the_worth_is_highest_at_middle_cognitive_distance():
    values = [worth(z, 0.1, 0, True, 0.0, DEFAULT) for z in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert np.argmax(values) == 2
    assert values[0] == values[4] and values[1] == values[3]


def test_differences_are_scaled_and_seen_alike_from_both_sides():
    competences = draw(3, 2, 8)
    rms = np.sqrt(np.mean((competences[0] - competences[1]) ** 2))
    assert cognitive_distance(competences, 0, 1, 0.8) == pytest.approx(rms / 0.8)
    assert cognitive_distance(competences, 0, 1, 0.8) == cognitive_distance(competences, 1, 0, 0.8)
    assert cognitive_distance(competences, 0, 1, 0.05) == 1.0
    assert difference_of_values(np.array([[0.1, 0.9], [0.3, 0.5]]), 0, 1) == pytest.approx(0.3)


def test_the_burden_grows_with_the_square_of_ties_and_a_coordinator_lightens_it():
    assert burden(4, 6.0, False, DEFAULT) == 0.25
    assert burden(8, 6.0, False, DEFAULT) == 1.0
    assert burden(8, 6.0, True, DEFAULT) == 0.5


def test_the_burden_falls_with_the_root_of_staff():
    assert burden(8, 24.0, False, DEFAULT) == 0.5  # the root of 6 / 24
    assert burden(16, 96.0, False, DEFAULT) == 1.0  # twice the capacity: 4 times the root of 6 / 96
    assert burden(4, 1.5, False, DEFAULT) == 0.5  # half the capacity: a quarter of the root of 6 / 1.5
    assert burden(4, 1.5, True, DEFAULT) == 0.25
    assert burden(8, 6.0, False, Partnering(usual_staff=24.0).numbers) == 2.0
    # less than a tenth of a post counts as a tenth: the root of 60
    assert burden(8, 0.1, False, DEFAULT) == burden(8, 0.0, False, DEFAULT) == pytest.approx(7.745966692)


def test_a_public_body_shares_every_purpose():
    kind, purpose = np.array([0, 1, 2, 0]), np.array([0, 1, 2, 0])
    shared = {(i, j) for i in range(4) for j in range(4) if i != j and shares_purpose(i, j, kind, purpose)}
    assert shared == {(0, 3), (3, 0), (0, 2), (1, 2), (3, 2), (2, 0), (2, 1), (2, 3)}


def test_purpose_tips_the_scales_for_those_who_share_it_and_for_public_bodies():
    kinds, purposes = [0, 0, 0, 1, 0, 2, 2, 1, 2, 2], [0, 0, 0, 1, 0, 1, 0, 1, 0, 1]
    state = territory([0.0], [0.0], np.zeros(10, int), kind=kinds, purpose=purposes)
    meet(state, [0, 2, 4, 6, 8], [1, 3, 5, 7, 9])
    # worth 1 - .5 for those who share, -.5 for the others
    partnering.advance(state, LUCK, Partnering(**{**INDIFFERENT, "purpose_weight": 1.0}, threshold=0.5, temperature=0.001))
    assert state.ties.degree.tolist() == [1, 1, 0, 0, 1, 1, 1, 1, 1, 1]


def test_the_chance_to_accept_is_logistic():
    assert acceptance_chance(0.7, 0.25, DEFAULT) == pytest.approx(0.8581489350995123)  # 1 / (1 + exp(-1.8))
    assert acceptance_chance(0.3, 0.3, DEFAULT) == 0.5


def test_ties_are_born_as_often_as_both_accept():
    state = territory([0.0], [0.0], np.zeros(1000, int))
    numbers = Partnering(**INDIFFERENT, threshold=0.25, temperature=0.25)
    born = 0
    for state.month in range(1, 41):
        meet(state, range(0, 1000, 2), range(1, 1000, 2))
        partnering.advance(state, LUCK, numbers)
        born += state.ties.degree.sum() // 2
        state.ties.degree[:] = 0
    chance = (1 / (1 + np.e)) ** 2
    assert born / 20_000 == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 20_000))


def test_each_side_weighs_its_own_ties():
    state = territory([0.0], [0.0], np.zeros(60, int))
    for hub in (0, 1, 2):
        for k in range(8):
            tie(state, hub, 10 + 8 * hub + k)
    state.organisations.coordinated[1] = True
    state.organisation_levers.animated[2] = True
    # worth .6 for all: above the burden .5 of a helped hub, below the burden 1 of the hub alone
    numbers = Partnering(**{**INDIFFERENT, "burden": 1.0}, threshold=-0.6, temperature=0.001)
    meet(state, [50, 0, 1, 2], [0, 51, 52, 53])
    partnering.advance(state, LUCK, numbers)
    assert state.ties.degree[[0, 1, 2]].tolist() == [8, 9, 9]


def test_each_side_weighs_its_ties_by_its_own_staff():
    state = territory([0.0], [0.0], np.zeros(60, int))
    for hub, ties in ((0, 8), (1, 8), (2, 4), (3, 4)):
        for k in range(ties):
            tie(state, hub, 10 + 8 * hub + k)
    state.organisations.staff_fte[:4] = [6.0, 24.0, 0.375, 6.0]
    # worth .6 for all; burdens of 1, a half, 1 and a quarter
    numbers = Partnering(**{**INDIFFERENT, "burden": 1.0}, threshold=-0.6, temperature=0.001)
    meet(state, [50, 1, 52, 3], [0, 51, 2, 53])
    partnering.advance(state, LUCK, numbers)
    assert state.ties.degree[:4].tolist() == [8, 9, 4, 5]


def test_a_new_tie_has_low_trust_and_this_months_date_and_the_encounters_are_forgotten():
    state = territory([0.0], [0.0], [0, 0], purpose=2)
    state.month = 7
    meet(state, [1], [0])
    partnering.advance(state, LUCK, CERTAIN)
    assert ties_by_uid(state) == {(0, 1): (0, 0.25, 2, 7), (1, 0): (0, 0.25, 2, 7)}
    assert len(state.encounters) == 0


def test_two_who_meet_twice_or_are_tied_already_have_one_tie():
    state = territory([0.0], [0.0], [0, 0, 0])
    tie(state, 0, 2, trust=0.9)
    meet(state, [0, 1, 0, 2], [1, 0, 1, 0])
    partnering.advance(state, LUCK, CERTAIN)
    assert state.ties.degree.tolist() == [2, 1, 1]
    assert state.ties.trust[2, 0] == 0.9
    state.check()


def test_the_closed_and_oneself_are_not_partners():
    state = territory([0.0], [0.0], [0, 0, 0])
    state.organisations.alive[1], state.organisations.closed_month[1] = False, 1
    meet(state, [0, 1, 2], [1, 2, 2])
    partnering.advance(state, LUCK, CERTAIN)
    assert state.ties.degree.sum() == 0


def test_the_bound_holds_and_what_it_refuses_is_counted():
    state = territory([0.0], [0.0], np.zeros(8, int), tie_bound=3)
    meet(state, [0] * 7 + [7], [*range(1, 8), 0])
    partnering.advance(state, LUCK, CERTAIN)
    assert state.ties.degree[0] == 3
    assert state.ties.refused.sum() == 4
    state.check()


def test_a_tie_serves_the_common_purpose_else_the_social_enterprises_else_the_private_actors_else_either():
    kinds, purposes = [0, 0, 0, 1, 1, 0, 2, 1], [1, 1, 2, 0, 0, 2, 1, 0]
    state = territory([0.0], [0.0], np.zeros(8, int), kind=kinds, purpose=purposes)
    meet(state, [0, 3, 4, 6], [1, 2, 5, 7])
    partnering.advance(state, LUCK, CERTAIN)
    purpose_of = {couple: facts[2] for couple, facts in ties_by_uid(state).items()}
    assert purpose_of[0, 1] == 1
    assert purpose_of[3, 2] == 2 and purpose_of[5, 4] == 2
    assert purpose_of[7, 6] == 0  # a private actor's, where the other is a public body, which serves every purpose
    many = territory([0.0], [0.0], np.zeros(800, int), kind=2, purpose=np.tile([0, 1], 400))
    meet(many, range(0, 800, 2), range(1, 800, 2))
    partnering.advance(many, LUCK, CERTAIN)
    assert many.ties.purpose[:, 0].mean() == pytest.approx(0.5, abs=0.1)
    many.check()


def all_meet(state):
    n = len(state.organisations)
    one, other = np.triu_indices(n, 1)
    meet(state, one[::3], other[::3])


def test_relabelled_rows_make_the_same_ties_even_at_the_bound():
    state = plane(10, 80, side_km=30.0, tie_bound=5)
    twin = relabelled(state, np.argsort(draw(9, 80)[:, 0]))
    all_meet(state)
    row = np.argsort(twin.organisations.uid)
    meet(twin, row[state.encounters.other_row][::-1], row[state.encounters.one_row][::-1])
    for s in (state, twin):
        partnering.advance(s, LUCK, Partnering())
    assert ties_by_uid(state) == ties_by_uid(twin)
    assert state.ties.refused.tolist() == twin.ties.refused[row].tolist()
    assert state.ties.refused.sum() > 0


def test_any_number_of_threads_makes_the_same_ties():
    one, two = plane(10, 80, side_km=30.0, threads=1), plane(10, 80, side_km=30.0, threads=2)
    for s in (one, two):
        all_meet(s)
        partnering.advance(s, LUCK, Partnering())
    two.workers.close()
    assert one.ties.degree.sum() > 20
    assert one.hash() == two.hash()
