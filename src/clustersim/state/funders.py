"""Funders: who holds a support budget, and what they have promised."""

import numpy as np

from clustersim.columns import Column, Table

TERRITORY, REGION, DISTRICT, LOCALITY = 0, 1, 2, 3
LEVELS = ("territory", "region", "district", "locality")


class Funders(Table):
    """One row a funder: every public body, and each private actor that a scenario names as a funder."""

    organisation_row = Column(np.int32, "-", "the organisation it is")
    public = Column(np.bool_, "-", "whether its money is public")
    level = Column(np.int8, "-", "jurisdiction: 0 whole territory, 1 region, 2 district, 3 locality")
    area = Column(np.int32, "-", "number of the region, district or locality it answers for; 0 for the whole territory")
    budget_cents = Column(np.int64, "cents/year", "support budget of a full year")
    discretionary_share = Column(np.float64, "share", "part of the budget that follows its attention")
    attention = Column(np.float64, "0..1", "how much it heeds clusters of social innovation")
    available_cents = Column(np.int64, "cents", "budget of this year, not promised to anybody")
    committed_cents = Column(np.int64, "cents", "promised under measures, not yet paid")
    paid_cents = Column(np.int64, "cents", "paid under measures so far")
    repaid_cents = Column(np.int64, "cents", "paid back by beneficiaries so far: loans, and grants not used in time")


class Awards(Table):
    """One row a promise of support. Paid never exceeds awarded, awarded never exceeds requested."""

    measure = Column(np.int16, "-", "number of the measure in the scenario")
    funder_row = Column(np.int32, "-", "who pays")
    organisation_row = Column(np.int32, "-", "organisation that benefits; -1 for a pole", empty=-1)
    pole_row = Column(np.int32, "-", "pole that benefits; -1 for an organisation", empty=-1)
    cluster_row = Column(np.int32, "-", "emerging group that benefits; -1 otherwise", empty=-1)
    in_kind = Column(np.bool_, "-", "whether the money buys a service for the beneficiary instead of reaching its cash")
    requested_cents = Column(np.int64, "cents", "asked for")
    awarded_cents = Column(np.int64, "cents", "promised")
    paid_cents = Column(np.int64, "cents", "paid so far")
    returned_cents = Column(np.int64, "cents", "promise given back unpaid")
    repaid_cents = Column(np.int64, "cents", "paid back by the beneficiary: a loan with its interest, or a grant not used in time")
    start_month = Column(np.int32, "month", "month of the first payment")
    end_month = Column(np.int32, "month", "month of the last payment")


class Calls(Table):
    """One row a call, also one to which nobody applied."""

    measure = Column(np.int16, "-", "number of the measure in the scenario")
    month = Column(np.int32, "month", "when it was held")
    money_cents = Column(np.int64, "cents", "what it could promise")
    eligible = Column(np.int32, "count", "who could apply")
    chosen = Column(np.int32, "count", "who was promised support")
    promised_cents = Column(np.int64, "cents", "what was promised; where all who could apply were chosen, the rest found no takers")
