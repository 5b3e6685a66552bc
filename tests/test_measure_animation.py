"""Animation: poles are paid in cash, groups are accompanied, and promises end with who they were made to."""

import numpy as np
import pytest

from clustersim.measures import groups
from clustersim.money import Flow
from clustersim.state.funders import REGION
from clustersim.state.ledger import A_POLE, OUTSIDE
from measure_builders import cluster, end_pole, measure, month, months, pole, town


@pytest.mark.parametrize("public", [True, False])
def test_a_pole_receives_a_year_of_animation_in_cash(public):
    state = town(6)
    state.funders.public[0] = public
    pole(state, 0, 1, 2)
    animation = measure("animation", budget_eur_per_year=100_000.0)
    months(state, 12, animation)
    # 100 000 EUR over 24 months: 4 166.66 EUR a month
    assert state.poles.cash_cents[0] == 12 * 416_666
    assert state.poles.support_cents[0] == 12 * 416_666 * public
    assert state.poles.private_support_cents[0] == 12 * 416_666 * (not public)
    months(state, 14, animation)
    assert state.poles.cash_cents[0] == 10_000_000
    assert len(state.awards) == 1
    journal = state.ledger.journal
    assert set(journal.payee_uid[journal.flow == Flow.SUPPORT].tolist()) == {A_POLE}
    assert not state.organisation_levers.animated.any()


def test_an_emerging_group_is_accompanied_in_every_month_that_is_paid():
    state = town(8)
    row = cluster(state, 0, 1, 2, 3)
    animation = measure("animation", amount_eur=12_000.0, duration_months=3, selection="lottery")
    for now in range(1, 5):
        month(state, animation)
        assert state.organisation_levers.animated.tolist() == [now <= 3] * 4 + [False] * 5
    assert state.awards.cluster_row.tolist() == [row]
    assert state.ledger.total_cents[Flow.SUPPORT_RUNNING] == 300_000
    assert state.ledger.total_cents[Flow.SUPPORT] == 0
    journal = state.ledger.journal
    assert journal.payee_uid[journal.flow == Flow.SUPPORT_RUNNING].tolist() == [OUTSIDE] * 3


def test_a_group_that_founds_a_pole_lets_its_animator_go():
    state = town(8)
    served = cluster(state, 0, 1, 2, 3)
    paying = measure("animation", amount_eur=12_000.0, duration_months=12)
    months(state, 3, paying)
    pole(state, 0, 1)  # half of it are in a pole now
    month(state, paying)
    assert state.awards.cluster_row.tolist()[0] == served
    assert (state.awards.paid_cents[0], state.awards.returned_cents[0]) == (300_000, 900_000)
    assert not state.organisation_levers.animated.any()


def test_members_who_come_to_a_group_are_accompanied_and_those_who_left_are_not():
    state = town(8)
    row = cluster(state, 0, 1, 2, 3)
    animation = measure("animation")
    month(state, animation)
    state.organisations.cluster_row[[0, 7]] = [-1, row]
    month(state, animation)
    assert np.flatnonzero(state.organisation_levers.animated).tolist() == [1, 2, 3, 7]


def test_groups_mostly_in_poles_already_are_not_emerging_and_the_switch_excludes_all():
    state = town(10)
    cluster(state, 0, 1, 2, 3)
    pole(state, 0, 1, 8, place=3)
    assert len(month(state.copy(), measure("animation")).awards) == 1
    state.organisations.pole_row[1], state.poles.members[0] = -1, 2
    assert len(month(state.copy(), measure("animation", budget_eur_per_year=200_000.0, amount_eur=10_000.0)).awards) == 2
    assert month(state.copy(), measure("animation", emerging=False)).awards.pole_row.tolist() == [0]


def test_the_promise_to_a_pole_or_a_group_that_ends_is_taken_back():
    state = town(8)
    cluster(state, 0, 1, 2, 3)
    pole(state, 4, 5, 6)
    animation = measure("animation", amount_eur=12_000.0, duration_months=12)
    months(state, 2, animation)
    assert state.awards.paid_cents.tolist() == [200_000, 200_000]
    end_pole(state, 0)
    state.clusters.alive[0] = False
    state.organisations.cluster_row[:4] = -1
    month(state, animation)
    assert state.awards.paid_cents.tolist() == [200_000, 200_000]
    assert state.awards.returned_cents.tolist() == [1_000_000, 1_000_000]
    assert state.funders.committed_cents[0] == 0
    assert not state.organisation_levers.animated.any()


def test_who_had_animation_may_apply_again_only_where_it_is_renewable():
    for renewable, expected in ((False, 1), (True, 2)):
        state = town(3)
        pole(state, 0, 1, 2)
        months(state, 24, measure("animation", amount_eur=12_000.0, duration_months=12, renewable=renewable))
        assert len(state.awards) == expected


def test_a_pole_must_hold_its_own_share_and_a_group_has_nothing_to_hold():
    state = town(10)
    cluster(state, 0, 1, 2, 3)
    pole(state, 4, 5, 6, cash_eur=2_999.99)
    pole(state, 7, 8, 9, cash_eur=3_000.0)
    month(state, measure("animation", amount_eur=12_000.0, duration_months=12, co_funding_share=0.2))
    assert state.awards.pole_row.tolist() == [1]


def test_merit_of_a_pole_is_coverage_by_the_best_of_its_members_plus_their_mean_quality():
    state = town(6)
    o = state.organisations
    o.competences[:6] = 0.1
    o.competences[0, :4] = 0.5
    o.competences[1, 4:] = 0.5
    o.quality[3:6] = [0.0, 0.3, 0.6]
    pole(state, 3, 4, 5)
    pole(state, 0, 1, 2)
    order = state.by_place()[1]
    merit = groups.merits(order, o.pole_row, state.poles.purpose, o.competences, o.quality, state.purposes.challenge)
    assert merit == pytest.approx([0.2 + 0.3, 1.0])
    month(state, measure("animation", amount_eur=50_000.0, duration_months=24))
    assert state.awards.pole_row.tolist() == [1]


def test_poles_and_groups_outside_the_jurisdiction_get_nothing():
    state = town(10, places=[0, 0, 0, 0, 2, 2, 2, 2, 0, 0])
    state.funders.level[0], state.funders.area[0] = REGION, 1
    cluster(state, 0, 1, 2, 3)
    served = cluster(state, 4, 5, 6, 7)
    pole(state, 8, 9, 0, place=0)
    month(state, measure("animation", amount_eur=10_000.0))
    assert (state.awards.cluster_row.tolist(), state.awards.pole_row.tolist()) == ([served], [-1])
