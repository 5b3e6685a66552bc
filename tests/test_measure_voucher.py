"""Vouchers, and what they share with project calls: money set aside to the cent, used up, paid back, or lost with its holder."""

import numpy as np
import pytest

from clustersim.luck import Luck
from clustersim.measures import PARAMETERS, Measure
from clustersim.measures.project_money import holds_project_money
from clustersim.money import Flow
from clustersim.processes import closing, innovating
from clustersim.state import State
from lively import hashes_of, lived, lively
from measure_builders import FUNDER_UID, PRIVATE, PUBLIC, measure, month, months, town, winners
from network_builders import tie


def voucher(**numbers) -> Measure:
    """Vouchers of 400 EUR that pay 80 % and are valid for three months, but for the numbers given."""
    return measure("voucher", **{"amount_eur": 400.0, "valid_months": 3, **numbers})


def earn(state: State, row: int, cents: int) -> None:
    """Cash comes from outside, or goes there."""
    state.organisations.cash_cents[row] += cents
    state.ledger.record(Flow.SERVICES, max(0, cents))
    state.ledger.record(Flow.WAGES, max(0, -cents))


def use(state: State, row: int, cents: int) -> None:
    """One leads a project on which so much of its earmarked money is spent this month, after the measures have acted."""
    o = state.organisations
    state.projects.append(
        1, team=[[row, -1, -1, -1]], size=1, start_month=state.month, due_month=state.month, outcome=2, cost_cents=cents, grant_cents=cents
    )
    o.cash_cents[row] -= cents
    o.project_grant_cents[row] -= cents
    state.ledger.record(Flow.PROJECT_COST, cents)


def close(state: State, row: int) -> None:
    """The organisation closes, as the process does it."""
    state.organisations.credit_cents[:] = 10**12
    state.organisations.cash_cents[row] -= (debt := 2 * 10**12)
    state.ledger.record(Flow.WAGES, debt)
    closing.advance(state, Luck(1), closing.Closing(social_rate=0.0, private_rate=0.0))
    assert not state.organisations.alive[row] and np.count_nonzero(~state.organisations.alive) == 1


def earmark_of(state: State, row: int = 0) -> tuple[int, float, bool]:
    o = state.organisations
    return int(o.project_grant_cents[row]), float(o.project_grant_share[row]), bool(o.voucher[row])


def assert_earmarks_are_what_is_left_of_promises(state: State, *project_money: int) -> None:
    """What the living hold is what these measures paid them, less what they paid back and put into projects since."""
    a, o, p = state.awards, state.organisations, state.projects
    given = np.zeros(len(o), np.int64)
    ours = np.isin(a.measure, project_money)
    np.add.at(given, a.organisation_row[ours], (a.paid_cents - a.repaid_cents)[ours])
    np.subtract.at(given, p.team[:, 0], p.grant_cents)
    assert (o.project_grant_cents == given)[o.alive].all()
    assert (o.project_grant_cents >= 0).all()


# paid, used, paid back


def test_a_voucher_is_paid_at_once_and_set_aside():
    state = month(town(2), voucher(amount_eur=400.01))
    assert state.organisations.cash_cents[:2].tolist() == [140_001, 140_001]
    assert [earmark_of(state, row) for row in (0, 1, 2)] == [(40_001, 0.8, True), (40_001, 0.8, True), (0, 0.0, False)]
    assert (state.awards.paid_cents.tolist(), state.awards.in_kind.tolist()) == ([40_001] * 2, [False] * 2)
    assert state.ledger.total_cents[Flow.SUPPORT] == 80_002 == state.organisations.support_cents.sum()


def test_a_voucher_paid_in_parts_grows_and_is_valid_from_the_last_on():
    state, vouchers = town(1), voucher(duration_months=3, valid_months=2)
    held = [earmark_of(month(state, vouchers))[0] for _ in range(6)]
    assert held == [13_333, 26_666, 40_000, 40_000, 0, 0]
    assert state.organisations.cash_cents[0] == 100_000


@pytest.mark.parametrize("valid", [1, 3, 6])
def test_a_voucher_not_used_in_time_goes_back_to_the_funder(valid):
    state, vouchers = town(1), voucher(valid_months=valid)
    months(state, valid, vouchers)
    assert (earmark_of(state), state.organisations.cash_cents[0]) == ((40_000, 0.8, True), 140_000)
    month(state, vouchers)
    assert (earmark_of(state), state.organisations.cash_cents[0]) == ((0, 0.0, False), 100_000)
    a, f, journal = state.awards, state.funders, state.ledger.journal
    assert (a.paid_cents[0], a.repaid_cents[0], a.returned_cents[0]) == (40_000, 40_000, 0)
    assert (f.paid_cents[0], f.repaid_cents[0], f.available_cents[0]) == (40_000, 40_000, 10_000_000)
    back = journal.flow == Flow.REPAYMENT
    assert (journal.payer_uid[back].tolist(), journal.payee_uid[back].tolist()) == ([1], [FUNDER_UID])
    months(state, 3, vouchers)
    assert state.ledger.total_cents[Flow.REPAYMENT] == 40_000


def test_what_a_project_has_used_does_not_go_back():
    state, vouchers = month(town(1), voucher()), voucher()
    use(state, 0, 15_000)
    months(state, 2, vouchers)
    assert earmark_of(state) == (25_000, 0.8, True)
    months(state, 3, vouchers)
    assert (earmark_of(state), state.awards.repaid_cents[0]) == ((0, 0.0, False), 25_000)


def test_a_voucher_used_up_ends_in_the_month_after():
    state, vouchers = month(town(1), voucher()), voucher()
    use(state, 0, 40_000)
    assert holds_project_money(state)[0]
    month(state, vouchers)
    assert (earmark_of(state), holds_project_money(state)[0]) == ((0, 0.0, False), False)
    months(state, 9, vouchers)
    assert state.awards.repaid_cents[0] == 0


def test_who_has_spent_the_money_on_wages_pays_back_what_it_has_and_the_rest_later():
    state, vouchers = month(town(1), voucher()), voucher()
    earn(state, 0, -115_000)  # 250 EUR are left of the 400
    months(state, 3, vouchers)
    assert (state.organisations.cash_cents[0], state.awards.repaid_cents[0], earmark_of(state)) == (0, 25_000, (15_000, 0.0, False))
    earn(state, 0, -5_000)
    state.organisations.credit_cents[0] = 5_000
    month(state, vouchers)
    assert (state.organisations.cash_cents[0], earmark_of(state)[0]) == (-5_000, 15_000)
    earn(state, 0, 12_000)
    month(state, vouchers)
    assert (state.organisations.cash_cents[0], earmark_of(state)[0]) == (0, 8_000)
    earn(state, 0, 12_000)
    months(state, 2, vouchers)
    assert (state.organisations.cash_cents[0], earmark_of(state)[0], state.awards.repaid_cents[0]) == (4_000, 0, 40_000)


def test_with_a_holder_that_closes_its_voucher_is_lost():
    state, vouchers = town(2), voucher(duration_months=4)
    months(state, 2, vouchers)
    close(state, 0)
    month(state, vouchers)
    assert (earmark_of(state), earmark_of(state, 1)) == ((0, 0.0, False), (30_000, 0.8, True))
    months(state, 6, vouchers)
    a = state.awards
    of_closed = a.organisation_row == 0
    assert (a.paid_cents[of_closed], a.returned_cents[of_closed], a.repaid_cents[of_closed]) == (20_000, 20_000, 0)
    assert a.repaid_cents[~of_closed] == 40_000


def test_vouchers_expire_and_go_back_after_the_window_too():
    state, vouchers = town(1), voucher(end_month=2)
    months(state, 4, vouchers)
    assert (earmark_of(state), state.awards.repaid_cents[0]) == ((0, 0.0, False), 40_000)
    assert len(months(state, 12, vouchers).awards) == 1


def test_terms_are_those_of_the_month_of_the_promise():
    short = voucher(valid_months=2, duration_months=2, paid_share=0.5, calls_per_year=12).numbers
    long = short.replace(valid_months=9, paid_share=0.9, amount_eur=500.0, renewable=True)
    state, vouchers = town(1), Measure("one", "voucher", 0, 0, short, ((1, short), (2, long)))
    months(state, 2, vouchers)
    assert earmark_of(state) == (40_000, 0.5, True)
    months(state, 2, vouchers)
    # valid until month 4, in which it goes back; the first of the new ones is drawn at once
    assert (state.awards.start_month.tolist(), state.awards.repaid_cents.tolist(), earmark_of(state)) == (
        [1, 4], [40_000, 0], (25_000, 0.9, True)
    )  # fmt: skip


# who


def test_who_holds_project_money_gets_no_other_and_applies_again_when_it_is_settled():
    early = voucher(name="early", calls_per_year=12)
    late = voucher(name="late", number=1, calls_per_year=12, start_month=2)
    state = months(town(1), 3, early, late)
    assert state.awards.measure.tolist() == [0]
    use(state, 0, 40_000)
    month(state, early, late)
    assert (state.awards.measure.tolist(), earmark_of(state)) == ([0, 1], (40_000, 0.8, True))
    # the first promise is settled: whatever happens to the second, it takes nothing from it, nor gives up its terms
    months(state, 2, early, late)
    assert earmark_of(state) == (40_000, 0.8, True)
    use(state, 0, 10_000)
    months(state, 5, early, late)
    assert (state.awards.repaid_cents.tolist(), earmark_of(state)) == ([0, 30_000], (0, 0.0, False))


def test_between_two_instalments_one_still_waits_for_more_and_may_not_apply_elsewhere():
    paid_twice = voucher(name="a", duration_months=2)
    other = voucher(name="b", number=1, start_month=2)
    state = month(town(1), paid_twice, other)
    use(state, 0, 20_000)
    month(state, paid_twice, other)
    assert (state.awards.measure.tolist(), earmark_of(state)) == ([0], (20_000, 0.8, True))
    use(state, 0, 20_000)
    assert len(months(state, 2, paid_twice, other).awards) == 1  # settled, but `other` has its next call in month 14
    assert state.organisations.project_grant_share[0] == 0.0


def test_a_promise_long_settled_does_not_free_its_holder_from_another_that_runs():
    settled, between = voucher(name="a"), voucher(name="b", number=1, start_month=4)
    running = voucher(name="c", number=2, duration_months=3, start_month=2)
    state = month(town(1), settled, running, between)
    use(state, 0, 40_000)
    for _ in range(2):
        month(state, settled, running, between)
        use(state, 0, 13_333)
    month(state, settled, running, between)  # in which `b` has its call, before `c` pays its last instalment
    assert (state.awards.measure.tolist(), earmark_of(state)) == ([0, 2], (13_334, 0.8, True))


def test_other_support_does_not_keep_one_from_a_voucher():
    grant = measure("seed_grant", name="grant", number=1, amount_eur=1_000.0)
    state = month(town(1), grant, voucher())
    assert sorted(state.awards.measure.tolist()) == [0, 1]
    assert earmark_of(state)[0] == 40_000


def test_an_organisation_gets_one_voucher_unless_they_are_renewable():
    for renewable, expected in ((False, [1]), (True, [1, 4, 7, 10])):
        state = months(town(1), 12, voucher(calls_per_year=12, renewable=renewable))
        assert state.awards.start_month.tolist() == expected


def test_private_actors_draw_where_they_may_and_public_bodies_never():
    state = town(3)
    state.organisations.kind[:3] = [0, PRIVATE, PUBLIC]
    assert winners(month(state.copy(), voucher())) == [1]
    assert sorted(winners(month(state.copy(), voucher(private_actors=True)))) == [1, 2]


def test_vouchers_are_drawn_by_lot_while_money_is_there():
    state = month(town(60), voucher(budget_eur_per_year=10_000.0))
    assert len(state.awards) == 25 and winners(state) != sorted(winners(state))
    best = town(60, quality=np.linspace(0.0, 1.0, 60))
    assert sorted(winners(month(best.copy(), voucher(budget_eur_per_year=10_000.0)))) == sorted(winners(state))
    assert sorted(winners(month(best, voucher(budget_eur_per_year=10_000.0, selection="merit")))) == list(range(36, 61))


def test_by_default_it_is_the_voucher_of_manchester():
    numbers = PARAMETERS["voucher"]()
    assert (numbers.amount_eur, numbers.paid_share, numbers.selection, numbers.private_actors) == (4_700.0, 0.8, "lottery", False)
    assert (numbers.duration_months, numbers.valid_months, numbers.renewable) == (1, 6, False)


def test_terms_outside_their_intervals_are_refused():
    with pytest.raises(ValueError, match=r"Voucher.paid_share: found 0.*Voucher.valid_months: found 0"):
        PARAMETERS["voucher"](paid_share=0.0, valid_months=0)


# with projects


def test_a_voucher_pays_for_the_first_project_with_a_new_partner_and_the_two_for_the_rest():
    state = town(2)
    tie(state, 0, 1)
    o = state.organisations
    o.competences[:2] = [[0.5, 0.0] * 4, [0.0, 0.5] * 4]
    o.kind[1] = PRIVATE
    month(state, voucher())
    numbers = innovating.Innovating(idea_rate=0.0, granted_idea_rate=1.0, small_cost_eur=1_000.0, coordination_overhead=0.0)
    innovating.advance(state, Luck(1), numbers)
    state.check()
    # 1 000 EUR less 400 in two halves
    assert (state.projects.grant_cents.tolist(), o.cash_cents[:2].tolist()) == ([40_000], [70_000, 70_000])
    assert earmark_of(state) == (0, 0.8, True)
    month(state, voucher())
    assert earmark_of(state) == (0, 0.0, False)


def drawn(**numbers) -> dict:
    """Changes of the lively scenario: a measure after the others, so that their numbers stay."""
    return {"measures.vouchers": {"kind": "voucher", "funder": "council", "calls_per_year": 4, **numbers}}


def test_without_budget_it_is_as_if_there_were_none():
    assert hashes_of(lively(drawn(budget_eur_per_year=0)), 3)[0] == hashes_of(lively(), 3)[0]


def alone(**numbers) -> dict:
    """Vouchers and no other support."""
    return {"measures.seeds.budget_eur_per_year": 0, "measures.animators.budget_eur_per_year": 0, **drawn(**numbers)}


def test_in_a_lively_territory_vouchers_pay_for_projects_with_new_partners_and_the_rest_goes_back():
    simulation = lived(lively(alone(budget_eur_per_year=150_000, private_actors=True)), 2)
    state = simulation.state
    a, p = state.awards, state.projects
    granted = np.flatnonzero(p.grant_cents)
    assert granted.size > 10 and a.repaid_cents.sum() > 0
    assert (p.size[granted] > 1).all() and not p.large[granted].any()
    # one voucher pays at most one project whole: nobody is granted more than its voucher, nor above the share
    assert (p.grant_cents[granted] <= 470_000).all()
    assert (p.grant_cents[granted] <= 0.8 * p.cost_cents[granted]).all()
    before = [
        ((p.team[:row] == p.team[row, 0]).any(axis=1) & (p.team[:row] == p.team[row, 1]).any(axis=1) & (p.outcome[:row] == 1)
         & (p.ended_month[:row] <= p.start_month[row])).any()
        for row in granted
    ]  # fmt: skip
    assert not any(before)
    assert_earmarks_are_what_is_left_of_promises(state, 2)
