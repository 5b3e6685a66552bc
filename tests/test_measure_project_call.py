"""The project call: who may lead a consortium, in which order they are chosen, what they are paid, and what goes back."""

from dataclasses import replace

import numpy as np
import pytest

from clustersim.luck import Luck
from clustersim.measures import PARAMETERS, Measure
from clustersim.measures.project_call import consortia
from clustersim.money import Flow
from clustersim.processes import innovating
from clustersim.state import State
from clustersim.state.funders import REGION
from lively import hashes_of, lived, lively
from measure_builders import PRIVATE, PUBLIC, SOCIAL, measure, month, months, town, winners
from network_builders import relabelled, tie
from test_measure_voucher import assert_earmarks_are_what_is_left_of_promises, close, earmark_of, use


def call(**numbers) -> Measure:
    """A call of 3 600 EUR over three years, but for the numbers given."""
    return measure("project_call", **{"amount_eur": 3_600.0, **numbers})


def star(partners=(PRIVATE, PUBLIC), trusts=(0.5, 0.5), *, count=1, **columns) -> State:
    """Social enterprises with partners of their own, of these kinds and trusts; the first of a star leads."""
    size = 1 + len(partners)
    state = town(count * size, budgets_eur=(1_000_000.0,), **columns)
    for first in range(0, count * size, size):
        state.organisations.kind[first + 1 : first + size] = partners
        for k, trust in enumerate(trusts):
            tie(state, first, first + 1 + k, trust)
    return state


def applicants(state: State, **numbers) -> list[int]:
    """The uids of those who would apply in a call this month."""
    state.month = max(state.month, 1)
    return consortia(state, call(**numbers), 0).uid.tolist()


# who


@pytest.mark.parametrize(
    ("partners", "may"),
    [
        ((PRIVATE, PUBLIC), True),
        ((PRIVATE, PRIVATE), False),
        ((PUBLIC, PUBLIC), False),
        ((SOCIAL, SOCIAL), False),
        ((SOCIAL, PRIVATE), False),
        ((SOCIAL, PRIVATE, PUBLIC), True),
    ],
)
def test_by_the_rule_of_three_a_private_actor_and_a_public_body_are_among_the_partners(partners, may):
    state = star(partners, (0.5,) * len(partners))
    assert applicants(state) == ([1] if may else [])
    assert applicants(state, rule_of_three=False) == [1]


def test_partners_whom_the_leader_trusts_too_little_are_not_in_the_consortium():
    state = star(trusts=(0.2, 0.19))
    assert applicants(state) == []
    assert applicants(state, least_trust=0.19) == [1]
    assert applicants(state, rule_of_three=False, least_members=2) == [1]


def test_a_consortium_has_at_least_so_many_members_the_leader_counted():
    state = star()
    assert applicants(state, least_members=3) == [1]
    assert applicants(state, least_members=4) == []
    assert applicants(star((PRIVATE,), (0.5,)), rule_of_three=False, least_members=3) == []


def test_only_a_living_social_enterprise_leads():
    state = star()
    state.organisations.kind[[0, 1]] = [PRIVATE, SOCIAL]
    assert applicants(state) == []  # the social enterprise has one partner only
    state = star()
    close(state, 0)
    assert applicants(state) == []


def test_purpose_place_and_own_share_of_the_leader_decide():
    state = star(count=3, places=[0] * 3 + [2] * 3 + [0] * 3)
    state.organisations.purpose[6] = 1
    state.funders.level[0], state.funders.area[0] = REGION, 0
    state.month = 1
    assert applicants(state) == [1, 7]
    assert consortia(state, replace(call(), purposes=np.array([False, True, False])), 0).uid.tolist() == [7]
    # a fifth of the whole is a quarter of the amount: 1 000 EUR of 5 000
    state.organisations.cash_cents[0] -= 1
    assert consortia(state, call(co_funding_share=0.2), 400_000).uid.tolist() == [7]


def test_nobody_leads_who_is_in_the_consortium_of_a_better_leader():
    # 1, 2, 3 in a row, each with a private and a public partner of its own
    state = star(count=3, quality=np.repeat([0.2, 0.3, 0.1], 3))
    tie(state, 0, 3, 0.5)
    tie(state, 3, 6, 0.1)
    assert applicants(state.copy()) == [4, 7]
    assert applicants(state.copy(), least_trust=0.1) == [4]
    # where the one in the middle yields to the first, the third may lead
    state.organisations.quality[0] = 0.9
    assert applicants(state, least_trust=0.1) == [1, 7]
    # of equals the smaller uid leads
    equal = star(count=2)
    tie(equal, 0, 3, 0.5)
    assert applicants(equal) == [1]


def test_nobody_leads_another_consortium_while_the_leader_of_its_own_is_paid():
    state = star(count=2, quality=[0.9] * 3 + [0.1] * 3)
    tie(state, 0, 3, 0.5)
    calls = call(amount_eur=1_000.0, duration_months=2, calls_per_year=12)
    months(state, 2, calls)
    assert winners(state) == [1]
    assert winners(month(state, calls)) == [1, 4]


def test_who_had_the_money_may_apply_again_only_where_it_is_renewable_and_not_while_some_is_left():
    for renewable, expected in ((False, [1]), (True, [1, 5])):
        state = months(star(), 6, call(duration_months=2, valid_months=3, calls_per_year=12, renewable=renewable))
        assert state.awards.start_month.tolist() == expected


def test_who_holds_a_voucher_may_not_lead_but_be_in_a_consortium():
    vouchers = measure("voucher", name="a voucher", number=1, valid_months=9, private_actors=True)
    state = month(star(), vouchers, call())
    assert sorted(winners(state)) == [1, 2]  # vouchers for both who may have one, and no consortium
    state = month(star(count=2), measure("voucher", name="a", number=1, budget_eur_per_year=4_700.0, selection="merit"))
    assert winners(state) == [1]
    assert applicants(state) == [4]
    # who holds no money may count on a partner who does
    state = month(star(), measure("voucher", name="a", number=1, private_actors=True))
    state.organisations.project_grant_cents[0] = state.organisations.project_grant_share[0] = 0
    assert applicants(state) == [1]


# in which order


def test_merit_is_coverage_by_the_best_competences_in_the_consortium_plus_its_mean_quality():
    state = star((PRIVATE, PUBLIC, PUBLIC), (0.5, 0.5, 0.1))
    o = state.organisations
    o.competences[:4] = 0.0
    o.competences[0, :2], o.competences[1, 1:4], o.competences[2, 4:6], o.competences[3] = 0.4, 0.9, 0.25, 0.5
    o.quality[:4] = [0.1, 0.2, 0.6, 9.0]
    state.month = 1
    # .5 is demanded in each of eight: .4 + .5 + .5 + .5 + .25 + .25 of 4; the public body of little trust is not in it
    assert consortia(state, call(), 0).merit == pytest.approx([2.4 / 4 + 0.3])


def test_the_best_consortia_are_chosen_while_money_is_there():
    state = star(count=4, quality=np.repeat([0.1, 0.4, 0.2, 0.3], 3))
    month(state, call(budget_eur_per_year=7_500.0))
    assert winners(state) == [4, 10]
    assert (state.calls.eligible.tolist(), state.calls.chosen.tolist(), state.calls.money_cents.tolist()) == ([4], [2], [750_000])
    lottery = {"selection": "lottery", "budget_eur_per_year": 7_500.0}
    assert len(set(winners(month(star(count=9), call(**lottery))))) == 2


def test_the_order_of_rows_does_not_matter():
    state = star((PRIVATE, PUBLIC, SOCIAL), (0.5, 0.4, 0.3), count=8, quality=np.linspace(0.1, 0.9, 32))
    for k in range(7):
        tie(state, 4 * k, 4 * k + 4, 0.5)
    order = np.random.default_rng(2).permutation(len(state.organisations))
    twin = relabelled(state, order)
    twin.funders.organisation_row[0] = np.argsort(order)[state.funders.organisation_row[0]]
    merit = [dict(zip((found := consortia(s, call(), 0)).uid.tolist(), found.merit.tolist(), strict=True)) for s in (state, twin)]
    assert merit[0] == merit[1] and len(merit[0]) == 4


# how much


def test_the_money_is_promised_whole_and_set_aside_in_instalments_with_the_odd_cents_last():
    state, calls = star(), call(amount_eur=1_000.0, duration_months=3, paid_share=0.7)
    held = [earmark_of(month(state, calls)) for _ in range(4)]
    assert held == [(33_333, 0.7, False), (66_666, 0.7, False), (100_000, 0.7, False), (100_000, 0.7, False)]
    assert state.organisations.cash_cents[:3].tolist() == [200_000, 100_000, 100_000]
    a = state.awards
    assert (a.requested_cents[0], a.awarded_cents[0], a.paid_cents[0], a.end_month[0]) == (100_000, 100_000, 100_000, 3)


def test_what_is_left_a_year_after_the_last_instalment_goes_back():
    state, calls = star(), call(amount_eur=1_000.0, duration_months=3)
    months(state, 2, calls)
    use(state, 0, 60_000)
    months(state, 12, calls)
    assert earmark_of(state) == (40_000, 0.8, False)
    month(state, calls)
    assert (earmark_of(state), state.organisations.cash_cents[0]) == ((0, 0.0, False), 100_000)
    assert (state.awards.repaid_cents[0], state.funders.repaid_cents[0], state.ledger.total_cents[Flow.REPAYMENT]) == (40_000,) * 3


def test_money_used_up_between_two_instalments_does_not_end_the_promise():
    state, calls = star(), call(amount_eur=1_000.0, duration_months=4)
    month(state, calls)
    use(state, 0, 25_000)
    assert earmark_of(month(state, calls)) == (25_000, 0.8, False)
    use(state, 0, 25_000)
    months(state, 2, calls)
    use(state, 0, 50_000)
    assert earmark_of(month(state, calls)) == (0, 0.0, False)
    assert state.awards.repaid_cents[0] == 0


def test_nothing_is_promised_or_paid_after_the_window_but_what_is_left_still_goes_back():
    state, calls = star(count=2), call(amount_eur=1_000.0, end_month=2, budget_eur_per_year=1_000.0)
    months(state, 13, calls)
    # 36 months do not fit into the window: the thousand is paid in two
    assert (state.awards.paid_cents.tolist(), state.awards.end_month.tolist(), len(state.calls)) == ([100_000], [2], 1)
    assert earmark_of(state) == (100_000, 0.8, False)
    month(state, calls)
    assert (earmark_of(state)[0], state.awards.repaid_cents[0]) == (0, 100_000)


def test_with_a_leader_that_closes_the_unpaid_part_returns_and_the_rest_is_lost():
    state, calls = star(), call(amount_eur=1_000.0, duration_months=4)
    months(state, 2, calls)
    use(state, 0, 20_000)
    close(state, 0)
    months(state, 20, calls)
    a, f = state.awards, state.funders
    assert (a.paid_cents[0], a.returned_cents[0], a.repaid_cents[0]) == (50_000, 50_000, 0)
    assert (earmark_of(state), f.committed_cents[0], f.paid_cents[0] - f.repaid_cents[0]) == ((0, 0.0, False), 0, 50_000)


def test_by_default_it_is_the_french_call_of_2013():
    numbers = PARAMETERS["project_call"]()
    assert (numbers.amount_eur, numbers.duration_months, numbers.selection) == (130_000.0, 36, "merit")
    assert (numbers.rule_of_three, numbers.least_members, numbers.renewable) == (True, 3, False)


def test_terms_outside_their_intervals_are_refused():
    with pytest.raises(ValueError, match=r"ProjectCall.paid_share: found 1.1.*ProjectCall.least_members: found 1"):
        PARAMETERS["project_call"](paid_share=1.1, least_members=1)


# with projects


def test_the_money_pays_its_share_of_the_leaders_joint_projects_and_the_team_the_rest():
    state, calls = star(), call(amount_eur=36_000.0)
    o = state.organisations
    o.competences[:3] = [[0.5, 0.0] * 4, [0.0, 0.5] * 4, [0.0] * 8]
    numbers = innovating.Innovating(
        idea_rate=0.0, granted_idea_rate=1.0, small_cost_eur=1_000.0, coordination_overhead=0.0, small_months=1,
        gamma=10.0, distrust_success=0.0,
    )  # fmt: skip
    for _ in range(3):
        month(state, calls)
        innovating.advance(state, Luck(1), numbers)
        state.check()
    # 80 % of 1 000 EUR each month, and 100 EUR of each of the two; of 1 000 EUR a month, 200 stay set aside
    assert (state.projects.grant_cents.tolist(), state.projects.size.tolist()) == ([80_000] * 3, [2] * 3)
    assert o.cash_cents[:3].tolist() == [100_000 - 3 * 10_000 + 60_000, 100_000 - 3 * 10_000, 100_000]
    assert earmark_of(state) == (60_000, 0.8, False)
    assert_earmarks_are_what_is_left_of_promises(state, 0)


def called(**numbers) -> dict:
    """Changes of the lively scenario: a measure after the others, so that their numbers stay."""
    return {"measures.the_call": {"kind": "project_call", "funder": "council", "rule_of_three": False, **numbers}}


def test_without_budget_it_is_as_if_there_were_none():
    assert hashes_of(lively(called(budget_eur_per_year=0)), 3)[0] == hashes_of(lively(), 3)[0]


def test_before_its_window_it_changes_nothing():
    later = hashes_of(lively(called(start_month=13, budget_eur_per_year=300_000)), 3)[0]
    without = hashes_of(lively(called(budget_eur_per_year=0)), 3)[0]
    assert later[:24] == without[:24] and later[24] != without[24]


def test_in_a_lively_territory_every_cent_set_aside_is_accounted_for():
    vouchers = {"measures.vouchers": {"kind": "voucher", "funder": "council", "calls_per_year": 4, "budget_eur_per_year": 50_000}}
    short = called(budget_eur_per_year=300_000, amount_eur=30_000.0, duration_months=9, valid_months=4, calls_per_year=2)
    simulation = lived(lively({**short, **vouchers}), 3, 0)
    simulation.debug = True
    for _ in range(simulation.length):
        simulation.step()
        assert_earmarks_are_what_is_left_of_promises(simulation.state, 2, 3)
    state = simulation.state
    a, p = state.awards, state.projects
    kinds = [np.count_nonzero((a.measure == number) & (a.paid_cents > a.repaid_cents)) for number in (2, 3)]
    assert min(kinds) > 3 and a.repaid_cents.sum() > 0
    granted = p.grant_cents > 0
    assert p.large[granted].any() and (p.size[granted] > 1).all() and (p.grant_cents[granted] <= 0.8 * p.cost_cents[granted]).all()
    of_call = a.measure == 2
    year = (a.start_month - state.spin_up - 1) // 12
    assert (np.bincount(year[of_call], a.awarded_cents[of_call]) <= 30_000_000).all()
