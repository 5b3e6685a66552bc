"""Loan: patient capital for a single organisation, paid at once and repaid by the month after a time of grace.

    (1)  debt = lent x (1 + interest x years), years from the last payment to the end of the term; simple, in whole cents
    (2)  due by the k-th month after the time of grace = k (debt / term in whole cents) for k < term, then all of the debt
    (3)  repaid this month = min(due by now - repaid so far, cash less what is earmarked for a joint project), never below zero

So parts are equal and the last takes the odd cents. Who has not enough pays what it has; the rest stays due, bears no further
interest, and is paid as soon as there is cash. A loan ends with its organisation: what was paid and not repaid is the funder's loss.

In Wallonia Brasero, run by SOWECSOM, put 3 million EUR into 30 cooperative projects, 100 000 EUR each; no study of its effect was
found. European social enterprises find 61 % of the finance they need, and lack of it once started is a barrier to 40 % (ESEM).
Time of grace, term and interest are assumed; interest on all that was lent, not on what is left of it, is dearer than it sounds
(3.3 % a year at the defaults).

Repayments go on after the measure's window. What is repaid, interest too, is the funder's again in the budget year in which it
comes, for what its other measures still claim of that year, and lapses with the year: this measure promises no more than its
yearly budget, so no revolving fund is built up. Who still owes may not apply again, even where the measure is renewable. Terms
are those of the month of the promise, also if the measure's numbers change later.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck
from clustersim.measures.calls import Measure, choose
from clustersim.measures.eligibility import OrganisationCall, eligible_organisations
from clustersim.measures.paying import pay, pay_back
from clustersim.measures.ranking import Applicants
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["Loan", "enact"]


class Loan(OrganisationCall):
    """How much, and how it is repaid."""

    amount_eur = Parameter(40_000.0, "EUR", (100.0, 1e7), "assumed; Brasero lent 100 000", "amount of one loan")
    duration_months = Parameter(1, "months", (1, 120), "assumed", "months over which a loan is paid out, in equal parts")
    grace_months = Parameter(12, "months", (0, 240), "assumed", "months after the last payment in which nothing has to be repaid")
    term_months = Parameter(60, "months", (1, 480), "assumed", "months of repayment, after the time of grace")
    interest_per_year = Parameter(0.02, "1/year", (0.0, 0.5), "assumed", "simple interest, as a share of what was lent")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Take back what is due, hold this month's call, if money is there for one, and pay out."""
    owing = repay(state, measure)
    if money_cents > 0:
        amount_cents = to_cents(measure.numbers.amount_eur)
        eligible = eligible_organisations(state, measure, amount_cents)
        eligible[state.awards.organisation_row[owing]] = False
        applicants = Applicants.organisations(state, eligible)
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants)
    pay(state, measure)


def repay(state: State, measure: Measure) -> np.ndarray:
    """Take this month's repayments, of which the closed, who have no cash, make none; returns the awards not repaid in full (rows)."""
    a, o = state.awards, state.organisations
    loans = np.flatnonzero(a.measure == measure.number)
    if loans.size == 0:
        return loans
    promised, course = np.unique(a.start_month[loans], return_inverse=True)
    terms = [measure.at(month - state.spin_up).numbers for month in promised.tolist()]
    debt, due = np.empty(loans.size, np.int64), np.empty(loans.size, np.int64)
    plan_repayments(
        loans, course, np.array([t.grace_months for t in terms]), np.array([t.term_months for t in terms]),
        np.array([t.interest_per_year for t in terms]), state.month, a.organisation_row, a.awarded_cents, a.repaid_cents, a.end_month,
        o.cash_cents, o.project_grant_cents, debt, due,
    )  # fmt: skip
    pay_back(state, measure, loans, due)
    return loans[a.repaid_cents[loans] < debt]


@kernel
def debt_of(lent, interest_per_year, months):
    """Equation 1 [cents]."""
    return lent + int(lent * interest_per_year * months / 12.0)


@kernel
def due_by(debt, parts, term):
    """Equation 2: what must be repaid by the month of that many parts [cents]; nothing before the first."""
    return debt if parts >= term else max(0, parts) * (debt // term)


@kernel
def plan_repayments(
    loans, course, grace, term, interest, month, organisation_row, awarded, repaid, end_month, cash, earmarked, debt, due
):  # fmt: skip
    """Equations 1 to 3 for each of the loans, whose terms are those of its course: its whole debt, and what is repaid this month."""
    for k in range(loans.size):
        row, c = loans[k], course[k]
        i = organisation_row[row]
        debt[k] = debt_of(awarded[row], interest[c], grace[c] + term[c])
        missing = due_by(debt[k], month - end_month[row] - grace[c], term[c]) - repaid[row]
        due[k] = max(0, min(missing, cash[i] - earmarked[i]))
