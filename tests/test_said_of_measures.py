"""What the summary says of each measure agrees with the tables."""

from clustersim import run
from clustersim.report.summary import summary
from clustersim.report.support import euros, said_of_measures
from clustersim.scenario import Scenario
from lively import COUNCIL, LIVELY


def finished(**grants):
    seeds = {"kind": "seed_grant", "funder": "council", "amount_eur": 10_000, "budget_eur_per_year": 30_000, **grants}
    return run(Scenario.load("baseline", {**LIVELY, **COUNCIL, "measures.seeds": seeds}), months=14)


def test_a_call_with_too_few_applicants_says_how_much_money_found_no_takers():
    done = finished(longest_age_months=0)
    (said,) = said_of_measures(done)
    assert said == (
        "Measure seeds: 2 calls, 0 chosen of 0 who could apply; too few could apply in 2 of them, where 60,000 euro found no takers "
        "by the end of the budget year."
    )
    assert said in summary(done)


def test_money_that_a_later_call_of_the_year_may_use_is_counted_once():
    (said,) = said_of_measures(finished(longest_age_months=0, calls_per_year=4))
    assert "too few could apply in 5 of them" in said  # months 1, 4, 7, 10 and 13; the second year has its first call alone
    assert "where 37,500 euro found no takers by the end of the budget year" in said


def test_what_was_promised_and_paid_is_what_the_awards_hold():
    done = finished(longest_age_months=1_200, duration_months=1)
    assert len(done.table("awards")) == 6
    (said,) = said_of_measures(done)
    assert said.startswith("Measure seeds: 2 calls, 6 chosen of ")
    assert said.endswith("60,000 euro promised, 60,000 euro paid.")


def test_what_is_committed_and_not_yet_paid_is_said():
    (said,) = said_of_measures(finished(longest_age_months=1_200, duration_months=24))
    # three promises of 10 000 EUR in month 1, of which 14 of 24 months are paid, and three in month 13, of which two are
    awards = finished(longest_age_months=1_200, duration_months=24).table("awards")
    owed = (awards["awarded_cents"] - awards["paid_cents"] - awards["returned_cents"]).sum()
    assert owed > 0
    assert f", {euros(owed)} still to be paid" in said


def test_nothing_is_said_where_no_call_was_held():
    assert said_of_measures(finished(start_month=20)) == []
