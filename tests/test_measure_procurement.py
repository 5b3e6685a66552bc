"""Procurement: what a supplier is paid on its income, to the cent, up to its ceiling and its time, and what its funder has back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustersim.measures import PARAMETERS, Measure, calls
from clustersim.money import Flow
from clustersim.state import State
from lively import hashes_of, lived, lively
from measure_builders import FUNDER_UID, PRIVATE, measure, month, months, town, winners


def contract(**numbers) -> Measure:
    """A contract of 100 EUR for half a year, but for the numbers given."""
    return measure("procurement", **{"amount_eur": 100.0, "duration_months": 6, **numbers})


def premiums(state: State) -> list[int]:
    """What was paid under contracts, in order."""
    journal = state.ledger.journal
    return journal.amount_cents[journal.flow == Flow.PROCUREMENT].tolist()


def close(state: State, row: int) -> None:
    o = state.organisations
    o.alive[row], o.closed_month[row] = False, state.month
    state.ledger.record(Flow.CLOSING, int(o.cash_cents[row]))
    o.cash_cents[row] = 0


# to the cent


def test_a_supplier_is_paid_the_premium_on_last_months_income_until_the_ceiling_is_reached():
    state = town(1, income_cents=26_667)
    months(state, 4, contract())
    # 15 % of 266.67 EUR are 40.0005 EUR; after two months 20.00 EUR of the 100 are left
    assert premiums(state) == [4_000, 4_000, 2_000]
    a, o, journal = state.awards, state.organisations, state.ledger.journal
    assert (a.awarded_cents[0], a.paid_cents[0], a.returned_cents[0], bool(a.in_kind[0])) == (10_000, 10_000, 0, False)
    assert (o.cash_cents[0], o.support_cents[0]) == (110_000, 10_000)
    paid = journal.flow == Flow.PROCUREMENT
    assert journal.month[paid].tolist() == [1, 2, 3]
    assert (set(journal.payer_uid[paid].tolist()), set(journal.payee_uid[paid].tolist())) == ({FUNDER_UID}, {1})
    f = state.funders
    assert (f.available_cents[0], f.committed_cents[0], f.paid_cents[0]) == (9_990_000, 0, 10_000)
    assert state.ledger.total_cents[Flow.SUPPORT] == 0


@pytest.mark.parametrize(
    ("income", "share", "premium"), [(33_333, 0.15, 4_999), (6, 0.15, 0), (7, 0.15, 1), (1_234, 1.0, 1_234), (99, 0.0, 0)]
)
def test_premiums_are_whole_cents_rounded_down(income, share, premium):
    state = month(town(1, income_cents=income), contract(premium_share=share))
    assert sum(premiums(state)) == premium == state.awards.paid_cents[0]


def test_a_contract_follows_what_is_earned_and_pays_nothing_where_nothing_is():
    state = town(1)
    for earned in (10_000, 0, 20_000, 20_100):
        state.organisations.income_cents[0] = earned
        month(state, contract())
    assert premiums(state) == [1_500, 3_000, 3_015]
    assert state.awards.paid_cents[0] == 7_515


def test_what_is_not_used_in_time_is_the_funders_again_in_the_last_month():
    state = town(1, income_cents=1_000)
    months(state, 5, contract())
    assert (state.funders.committed_cents[0], state.awards.returned_cents[0]) == (10_000 - 5 * 150, 0)
    month(state, contract())
    assert (state.awards.paid_cents[0], state.awards.returned_cents[0]) == (900, 9_100)
    assert (state.funders.committed_cents[0], state.funders.available_cents[0]) == (0, 9_999_100)
    assert premiums(months(state, 3, contract())) == [150] * 6


def test_what_came_back_may_be_promised_again_within_the_year():
    # 400 EUR for two calls a year: two contracts in month 1, and with the 2 x 91 EUR that came back three in month 7
    state = town(9, income_cents=1_000)
    months(state, 7, contract(budget_eur_per_year=400.0, calls_per_year=2))
    assert state.awards.start_month.tolist() == [1, 1, 7, 7, 7]
    assert months(state, 6, contract(budget_eur_per_year=400.0, calls_per_year=2)).awards.start_month.tolist()[5:] == [13, 13]


def test_a_contract_ends_with_the_window():
    state = months(town(1, income_cents=1_000), 8, contract(end_month=3))
    assert premiums(state) == [150] * 3
    # a ceiling of 100 EUR for six months is one of 50 EUR for the three that are left
    assert (state.awards.end_month[0], state.awards.returned_cents[0], state.funders.committed_cents[0]) == (3, 4_550, 0)


def test_the_contract_of_one_who_closes_ends_and_its_rest_returns():
    state = months(town(2, income_cents=1_000), 2, contract())
    close(state, 0)
    months(state, 4, contract())
    paid, returned = state.awards.paid_cents.tolist(), state.awards.returned_cents.tolist()
    assert sorted(zip(winners(state), paid, returned, strict=True)) == [(1, 300, 9_700), (2, 900, 9_100)]
    assert state.funders.committed_cents[0] == 0


# who, and on which terms


def test_by_default_one_may_apply_again_when_the_contract_is_over():
    state = months(town(1, income_cents=100_000), 8, contract(calls_per_year=12))
    # the ceiling is reached at once, but the contract keeps its time
    assert state.awards.start_month.tolist() == [1, 7]
    assert len(months(town(1), 8, contract(calls_per_year=12, renewable=False)).awards) == 1


def test_social_enterprises_alone_supply_unless_private_actors_may():
    state = town(2, income_cents=10_000)
    state.organisations.kind[1] = PRIVATE
    assert winners(month(state.copy(), contract())) == [1]
    both = month(state.copy(), contract(private_actors=True))
    assert (sorted(winners(both)), premiums(both)) == ([1, 2], [1_500, 1_500])


def test_a_changed_premium_holds_for_the_contracts_that_run():
    plain = contract().numbers
    clause = Measure("one", "procurement", 0, 0, plain, ((0, plain), (3, plain.replace(premium_share=0.2))))
    assert premiums(months(town(1, income_cents=10_000), 4, clause)) == [1_500, 1_500, 2_000, 2_000]


def test_two_funders_may_pay_the_same_supplier():
    state = town(1, budgets_eur=(1_000.0, 1_000.0), income_cents=10_000)
    month(state, contract(name="a"), contract(name="b", number=1, funder=1, premium_share=0.1))
    assert premiums(state) == [1_500, 1_000]
    assert state.funders.paid_cents.tolist() == [1_500, 1_000]


def test_a_premium_outside_its_interval_is_refused():
    with pytest.raises(ValueError, match=r"Procurement.premium_share: found 1.5, allowed is 0 to 1 share"):
        PARAMETERS["procurement"](premium_share=1.5)


# in the course of a run


def clauses(**numbers) -> dict:
    """Changes of the lively scenario: a measure after the others, so that their numbers stay."""
    return {"measures.the_clause": {"kind": "procurement", "funder": "council", **numbers}}


def test_without_budget_it_is_as_if_there_were_none_and_before_its_window_too():
    changes = {"run.spin_up": 2}
    without = hashes_of(lively(changes), 3, 12)[0]
    assert hashes_of(lively({**changes, **clauses(budget_eur_per_year=0)}), 3, 12)[0] == without
    late = hashes_of(lively({**changes, **clauses(budget_eur_per_year=60_000, start_month=7)}), 3, 12)[0]
    assert late[:8] == without[:8]
    assert late[8] != without[8]


def test_each_month_of_a_run_every_supplier_is_paid_its_share_of_the_income_before():
    rich = {"funders.council.budget_eur_per_year": 2e6}
    scenario = lively({**rich, **clauses(budget_eur_per_year=900_000, amount_eur=20_000, duration_months=12)})
    number = [m.name for m in scenario.measures].index("the_clause")
    simulation = lived(scenario, 5, 12)
    state, seen, capped = simulation.state, 0, 0
    for _ in range(24):
        before, income = state.awards.paid_cents.copy(), state.organisations.income_cents.copy()
        simulation.step()
        state.check()
        a = state.awards
        before = np.append(before, np.zeros(len(a) - before.size, int))
        ours = np.flatnonzero((a.measure == number) & (a.start_month <= state.month) & (state.month <= a.end_month))
        expected = np.minimum((income[a.organisation_row[ours]] * 0.15).astype(int), a.awarded_cents[ours] - before[ours])
        kept = a.returned_cents[ours] == 0  # else the supplier closed in an earlier month, or the contract ended
        assert ((a.paid_cents - before)[ours][kept] == expected[kept]).all()
        seen += np.count_nonzero(expected[kept] > 0)
        capped += np.count_nonzero(a.paid_cents[ours] == a.awarded_cents[ours])
    assert (seen > 100, capped > 0) == (True, True)
    assert state.ledger.total_cents[Flow.PROCUREMENT] == state.awards.paid_cents[state.awards.measure == number].sum()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_contracts_of_one_funder_never_exceed_its_budget(data):
    budgets = st.floats(0.0, 3_000.0)
    clauses = [
        contract(
            name=f"clause {number}",
            number=number,
            start_month=data.draw(st.integers(1, 5)),
            end_month=data.draw(st.integers(5, 28)),
            budget_eur_per_year=data.draw(budgets),
            amount_eur=data.draw(st.floats(100.0, 700.0)),
            duration_months=data.draw(st.integers(1, 14)),
            calls_per_year=data.draw(st.integers(1, 12)),
            premium_share=data.draw(st.floats(0.0, 1.0)),
            renewable=data.draw(st.booleans()),
        )
        for number in range(3)
    ]
    state = town(6, budgets_eur=(data.draw(budgets),))
    for now in range(1, 29):
        state.organisations.income_cents[:6] = data.draw(st.lists(st.integers(0, 90_000), min_size=6, max_size=6))
        month(state, *clauses)  # which checks that every account balances, and that none of a funder is below zero
        a = state.awards
        for clause in clauses:
            this_year = (a.start_month > (now - 1) // 12 * 12) & (a.measure == clause.number)
            assert (a.awarded_cents - a.returned_cents)[this_year].sum() <= calls.to_cents(clause.numbers.budget_eur_per_year)
        over = a.end_month <= now
        assert (a.paid_cents + a.returned_cents == a.awarded_cents)[over].all()
        if now == 7:
            close(state, data.draw(st.integers(0, 5)))
    assert state.ledger.total_cents[Flow.PROCUREMENT] == state.awards.paid_cents.sum() == state.funders.paid_cents[0]
    assert state.organisations.support_cents.sum() == state.awards.paid_cents.sum()
