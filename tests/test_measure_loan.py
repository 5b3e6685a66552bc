"""The loan: what is paid out and what comes back, to the cent and to the month; arrears, losses, and what may be lent again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustersim.measures import PARAMETERS, Measure, calls, loan
from clustersim.money import Flow
from clustersim.state import State
from lively import LENGTH, hashes_of, lived, lively
from measure_builders import FUNDER_UID, PRIVATE, measure, month, months, town, winners


def lending(**numbers) -> Measure:
    """A loan of 1 000 EUR to be repaid in four months from the next on, without interest, but for the numbers given."""
    return measure("loan", **{"amount_eur": 1_000.0, "grace_months": 0, "term_months": 4, "interest_per_year": 0.0, **numbers})


def earn(state: State, row: int, cents: int) -> None:
    """Cash comes from outside, or goes there."""
    state.organisations.cash_cents[row] += cents
    state.ledger.record(Flow.SERVICES, max(0, cents))
    state.ledger.record(Flow.WAGES, max(0, -cents))


def close(state: State, row: int) -> None:
    o = state.organisations
    o.alive[row], o.closed_month[row] = False, state.month
    state.ledger.record(Flow.CLOSING, int(o.cash_cents[row]))
    o.cash_cents[row] = 0


def repaid(state: State, flow: Flow = Flow.REPAYMENT) -> dict[int, int]:
    """What was paid back in each month."""
    journal = state.ledger.journal
    rows = journal.flow == flow
    return dict(zip(journal.month[rows].tolist(), journal.amount_cents[rows].tolist(), strict=True))


# to the cent


def test_a_loan_is_paid_at_once_and_repaid_in_equal_parts_with_interest_the_last_with_the_odd_cents():
    state = town(1)
    bank = lending(amount_eur=1_000.01, grace_months=2, interest_per_year=0.02)
    cash = [int(month(state, bank).organisations.cash_cents[0]) for _ in range(9)]
    # 2 % of 1 000.01 EUR for half a year are 10.0001 EUR; 1 010.01 EUR are three parts of 252.50 and one of 252.51
    assert cash == [200_001, 200_001, 200_001, 174_751, 149_501, 124_251, 99_000, 99_000, 99_000]
    a, f, journal = state.awards, state.funders, state.ledger.journal
    assert (a.awarded_cents[0], a.paid_cents[0], a.repaid_cents[0], a.returned_cents[0]) == (100_001, 100_001, 101_001, 0)
    assert (f.paid_cents[0], f.repaid_cents[0], f.committed_cents[0], f.available_cents[0]) == (100_001, 101_001, 0, 10_001_000)
    back = journal.flow == Flow.REPAYMENT
    assert journal.month[back].tolist() == [4, 5, 6, 7]
    assert journal.amount_cents[back].tolist() == [25_250, 25_250, 25_250, 25_251]
    assert (set(journal.payer_uid[back].tolist()), set(journal.payee_uid[back].tolist())) == ({1}, {FUNDER_UID})
    assert set(journal.measure[back].tolist()) == {0}
    assert repaid(state, Flow.SUPPORT) == {1: 100_001}


def test_by_default_six_years_of_two_percent_are_repaid_in_sixty_months_after_a_year_of_grace():
    state = town(1)
    earn(state, 0, 10_000_000)
    months(state, 80, measure("loan"))
    # 40 000 EUR and 12 % are 44 800 EUR: 59 parts of 746.66 and one of 747.06
    assert repaid(state) == {**dict.fromkeys(range(14, 73), 74_666), 73: 74_706}
    assert state.organisations.cash_cents[0] == 100_000 + 10_000_000 - 480_000


@pytest.mark.parametrize(
    ("lent", "interest", "total_months", "debt"),
    [(100_000, 0.0, 72, 100_000), (100_000, 0.02, 1, 100_166), (10_000, 0.5, 720, 310_000), (3, 0.1, 12, 3)],
)
def test_interest_is_simple_on_all_that_was_lent_and_rounded_down(lent, interest, total_months, debt):
    assert loan.debt_of(lent, interest, total_months) == debt


def test_a_loan_paid_in_parts_has_its_time_of_grace_after_the_last():
    state = months(town(1), 12, lending(amount_eur=1_000.0, duration_months=3, grace_months=2))
    assert repaid(state, Flow.SUPPORT) == {1: 33_333, 2: 33_333, 3: 33_334}
    assert repaid(state) == dict.fromkeys((6, 7, 8, 9), 25_000)


# who cannot pay, and who is gone


def test_one_pays_what_one_has_and_the_rest_as_soon_as_there_is_cash_without_more_interest():
    state, bank = month(town(1), lending()), lending()
    earn(state, 0, -190_000)  # 100 EUR are left
    month(state, bank)
    month(state, bank)
    assert (state.organisations.cash_cents[0], repaid(state)) == (0, {2: 10_000})
    earn(state, 0, 30_000)  # due by month 4 are 750 EUR, less 100
    month(state, bank)
    assert (state.organisations.cash_cents[0], repaid(state)) == (0, {2: 10_000, 4: 30_000})
    months(state, 5, bank)  # the term is over
    earn(state, 0, 100_000)
    months(state, 3, bank)
    assert repaid(state) == {2: 10_000, 4: 30_000, 10: 60_000}
    assert state.organisations.cash_cents[0] == 40_000


def test_who_lives_on_credit_pays_nothing_and_money_earmarked_for_a_project_is_left_alone():
    state, bank = month(town(2), lending()), lending()
    o = state.organisations
    o.credit_cents[0] = 60_000
    earn(state, 0, -250_000)
    o.project_grant_cents[1] = 190_000
    month(state, bank)
    assert o.cash_cents[:2].tolist() == [-50_000, 190_000]
    assert state.awards.repaid_cents.tolist() == ([0, 10_000] if winners(state) == [1, 2] else [10_000, 0])
    o.project_grant_cents[1] = 0
    month(state, bank)
    assert o.cash_cents[:2].tolist() == [-50_000, 150_000]


def test_a_loan_ends_with_its_organisation_and_what_is_not_repaid_is_lost():
    state, bank = town(2), lending()
    months(state, 3, bank)
    close(state, 0)
    months(state, 9, bank)
    a, f = state.awards, state.funders
    loss = dict(zip(winners(state), (a.paid_cents - a.repaid_cents).tolist(), strict=True))
    assert loss == {1: 50_000, 2: 0}
    assert (f.paid_cents[0] - f.repaid_cents[0], f.available_cents[0]) == (50_000, 9_950_000)


def test_a_loan_still_being_paid_out_to_one_who_closes_returns_to_the_funder():
    state, bank = town(1), lending(duration_months=4)
    months(state, 2, bank)
    close(state, 0)
    months(state, 10, bank)
    a = state.awards
    assert (a.paid_cents[0], a.returned_cents[0], a.repaid_cents[0]) == (50_000, 50_000, 0)


# who may apply again, and what may be lent again


def test_a_renewed_loan_waits_until_the_earlier_one_is_repaid():
    bank = lending(term_months=3, renewable=True, calls_per_year=12)
    state = months(town(1), 8, bank)
    assert state.awards.start_month.tolist() == [1, 4, 7]  # each is repaid in full before the call of its third month
    late = month(town(1), bank)
    earn(late, 0, -190_000)
    months(late, 5, bank)
    assert len(late.awards) == 1
    earn(late, 0, 90_000)
    month(late, bank)
    assert (late.awards.start_month.tolist(), repaid(late)) == ([1, 7], {2: 10_000, 7: 90_000})
    assert len(months(town(1), 8, lending(term_months=3, calls_per_year=12)).awards) == 1


def test_who_owes_under_another_measure_may_still_apply():
    state = month(town(1), lending(renewable=True))
    month(state, lending(renewable=True), lending(name="two", number=1, start_month=2))
    assert state.awards.measure.tolist() == [0, 1]


def test_repayments_go_on_after_the_window_and_are_the_funders_until_the_end_of_its_year():
    state = town(1)
    bank = lending(end_month=1, grace_months=6, term_months=12)
    months(state, 12, bank)
    assert state.funders.available_cents[0] == 10_000_000 - 100_000 + 5 * 8_333
    month(state, bank)
    assert state.ledger.total_cents[Flow.LAPSED_BUDGET] == 10_000_000 - 100_000 + 5 * 8_333
    assert state.funders.available_cents[0] == 10_000_000 + 8_333
    months(state, 11, bank)
    assert repaid(state) == {**dict.fromkeys(range(8, 19), 8_333), 19: 8_337}


def test_money_that_comes_back_within_the_year_is_lent_again():
    state, bank = town(4, budgets_eur=(1_000.0,)), lending(amount_eur=500.0, calls_per_year=2, budget_eur_per_year=2_000.0)
    months(state, 7, bank)
    # half of the 1 000 EUR go out in month 1 and are back in month 5, so that in month 7 all of them are there
    assert state.awards.start_month.tolist() == [1, 7, 7]
    assert (state.funders.available_cents[0], state.funders.paid_cents[0], state.funders.repaid_cents[0]) == (0, 150_000, 50_000)


def test_terms_are_those_of_the_month_of_the_promise():
    dear = lending(interest_per_year=0.5, term_months=12, calls_per_year=12).numbers
    cheap = dear.replace(interest_per_year=0.0, term_months=2, renewable=True)
    bank = Measure("one", "loan", 0, 0, dear, ((0, dear), (5, cheap)))
    state = months(town(1), 16, bank)
    # the dear one is repaid in month 13, and then two cheap ones, each in two parts
    assert repaid(state) == {**dict.fromkeys(range(2, 14), 150_000 // 12), 14: 50_000, 15: 50_000, 16: 50_000}
    assert state.awards.start_month.tolist() == [1, 13, 15]


# limits


def test_private_actors_borrow_where_they_may_and_elsewhere_not():
    state = town(2)
    state.organisations.kind[1] = PRIVATE
    assert winners(month(state.copy(), lending())) == [1]
    assert sorted(winners(month(state.copy(), lending(private_actors=True)))) == [1, 2]


def test_terms_outside_their_intervals_are_refused():
    with pytest.raises(ValueError, match=r"Loan.term_months: found 0.*Loan.interest_per_year: found 0.6"):
        PARAMETERS["loan"](term_months=0, interest_per_year=0.6)


def bank_of(**numbers) -> dict:
    """Changes of the lively scenario: a measure after the others, so that their numbers stay."""
    return {"measures.the_bank": {"kind": "loan", "funder": "council", "grace_months": 3, "term_months": 12, **numbers}}


def test_without_budget_it_is_as_if_there_were_none():
    assert hashes_of(lively(bank_of(budget_eur_per_year=0)), 3)[0] == hashes_of(lively(), 3)[0]


def test_in_a_lively_territory_loans_are_lost_only_where_organisations_close_or_lack_cash():
    scenario = lively(bank_of(budget_eur_per_year=400_000, amount_eur=6_000.0, interest_per_year=0.0))
    simulation = lived(scenario, 2, LENGTH - 1)
    simulation._open_month()
    simulation._enact()  # in which the bank acts last, by its name
    state = simulation.state
    state.check()
    a, o = state.awards, state.organisations
    over = np.flatnonzero((a.measure == [m.name for m in scenario.measures].index("the_bank")) & (a.end_month + 15 <= state.month))
    who = a.organisation_row[over]
    short = a.repaid_cents[over] < a.paid_cents[over]
    assert ((~short).sum() > 10, (short & ~o.alive[who]).sum() > 0) == (True, True)
    assert (o.cash_cents[who] <= np.maximum(o.project_grant_cents[who], 0))[short].all()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_loans_of_one_funder_never_exceed_its_budget_nor_take_more_than_is_owed_or_there(data):
    budgets = st.floats(0.0, 20_000.0)
    banks = [
        lending(
            name=f"bank {number}",
            number=number,
            start_month=data.draw(st.integers(1, 5)),
            end_month=data.draw(st.integers(5, 30)),
            budget_eur_per_year=data.draw(budgets),
            amount_eur=data.draw(st.floats(100.0, 4_000.0)),
            duration_months=data.draw(st.integers(1, 4)),
            calls_per_year=data.draw(st.integers(1, 12)),
            grace_months=data.draw(st.integers(0, 4)),
            term_months=data.draw(st.integers(1, 9)),
            interest_per_year=data.draw(st.floats(0.0, 0.5)),
            renewable=data.draw(st.booleans()),
        )
        for number in range(3)
    ]
    state = town(6, budgets_eur=(data.draw(budgets),))
    o, flows = state.organisations, st.integers(-200_000, 100_000)
    o.credit_cents[:] = 10**9
    for now in range(1, 31):
        before = o.cash_cents.copy()
        month(state, *banks)  # which checks that every account balances, and that none of a funder is below zero
        assert (o.cash_cents >= np.minimum(before, 0)).all()
        a = state.awards
        for bank in banks:
            ours = a.measure == bank.number
            this_year = ours & (a.start_month > (now - 1) // 12 * 12)
            assert (a.awarded_cents - a.returned_cents)[this_year].sum() <= calls.to_cents(bank.numbers.budget_eur_per_year)
            n = bank.numbers
            debts = [loan.debt_of(lent, n.interest_per_year, n.grace_months + n.term_months) for lent in a.awarded_cents[ours].tolist()]
            assert (a.repaid_cents[ours] <= debts).all()
        for row in range(6):
            if o.alive[row]:
                earn(state, row, data.draw(flows))
        if now == 7:
            close(state, data.draw(st.integers(0, 5)))
    f = state.funders
    assert (f.repaid_cents[0], f.paid_cents[0]) == (state.awards.repaid_cents.sum(), state.awards.paid_cents.sum())
    assert f.repaid_cents[0] == state.ledger.total_cents[Flow.REPAYMENT]
