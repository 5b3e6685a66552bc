"""Voucher: a small sum towards a first project with a new partner.

Creative Credits in Manchester gave 150 small firms, drawn by lot, 4 000 GBP each for work with a creative business, to which they
added 1 000 GBP of their own (Nesta). Against those who drew nothing the odds of a project with a partner they had not worked with
before rose by 84 % or more; innovation and sales were higher after six months, and after twelve no difference was left. Those were
ordinary firms, and one city: carrying it over to the social economy is an assumption.

The voucher lies earmarked in the holder's cash and pays at most a share of a joint project that it leads, if the first partner it
asks is one with whom it has never succeeded (`innovating`). Its holder has a project in mind, so it has ideas more often while the
voucher is valid. What the voucher starts is what any project between the two starts: a tie, and trust if it succeeds. By default
an organisation gets one voucher and no second. How long a voucher is valid is assumed; one that is not used goes back.
"""

import numpy as np

from clustersim.luck import Luck
from clustersim.measures.calls import Measure, choose
from clustersim.measures.eligibility import OrganisationCall, eligible_organisations
from clustersim.measures.project_money import earmark, holds_project_money, settle
from clustersim.measures.ranking import SELECTIONS, Applicants
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["Voucher", "enact"]


class Voucher(OrganisationCall):
    """How much, for how long, and how the lucky are drawn."""

    selection = Parameter("lottery", "-", None, "Nesta, Creative Credits", "how a call ranks those who are eligible", choices=SELECTIONS)
    duration_months = Parameter(1, "months", (1, 120), "assumed", "months over which a voucher is paid, in equal parts")
    amount_eur = Parameter(4_700.0, "EUR", (100.0, 1e6), "Nesta, Creative Credits: 4 000 GBP; the rate is assumed", "value of one voucher")
    paid_share = Parameter(
        0.8, "share", (0.01, 1.0), "Nesta, Creative Credits: 4 000 of 5 000 GBP", "largest share of a project's cost that a voucher pays"
    )
    valid_months = Parameter(6, "months", (1, 120), "assumed", "months from the last payment on in which a voucher may be used")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """End vouchers that are used or out of date, draw new ones, if money is there for a call, and pay them."""
    settle(state, measure)
    if money_cents > 0:
        amount_cents = to_cents(measure.numbers.amount_eur)
        eligible = eligible_organisations(state, measure, amount_cents) & ~holds_project_money(state)
        applicants = Applicants.organisations(state, eligible)
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants)
    earmark(state, measure, for_new_partners=True)
