"""Organisations of the three kinds, in one table."""

import numpy as np

from clustersim.columns import Column, Table
from clustersim.kernels import kernel

SOCIAL_ENTERPRISE = 0
PRIVATE_ACTOR = 1
PUBLIC_FUNDER = 2
KINDS = ("social_enterprise", "private_actor", "public_funder")

COOPERATION = 0
SOCIAL_PURPOSE = 1
VALUES = ("cooperation", "social purpose")


class Organisations(Table):
    """One row an organisation, living or closed."""

    uid = Column(np.int64, "-", "stable identity and key of its luck: (month, place, slot) of its birth, packed")
    kind = Column(np.int8, "-", "0 social enterprise, 1 private actor, 2 public funder (authority, training or research body)")
    alive = Column(np.bool_, "-", "whether it exists this month")
    place_row = Column(np.int32, "-", "where it sits")
    x_km = Column(np.float64, "km", "position east")
    y_km = Column(np.float64, "km", "position north")
    founded_month = Column(np.int32, "month", "month of its founding; before the start if negative")
    closed_month = Column(np.int32, "month", "month of its closing; 0 while alive")
    purpose = Column(np.int8, "-", "number of its main social or environmental purpose")
    competences = Column(np.float64, "0..1", "what it can do, by competence", width="competences")
    values = Column(np.float64, "0..1", "norms and values it holds: cooperation, social purpose", width=2)
    staff_fte = Column(np.float64, "FTE", "employees in full-time equivalents")
    cash_cents = Column(np.int64, "cents", "money at hand; negative while it lives on credit")
    credit_cents = Column(np.int64, "cents", "how far its cash may fall below zero")
    income_cents = Column(np.int64, "cents/month", "what it earned this month")
    expense_cents = Column(np.int64, "cents/month", "what its running cost this month")
    utilisation = Column(np.float64, "share", "share of its capacity that found users (or clients) this month")
    quality = Column(np.float64, "-", "quality of its answers gained by innovation; capacity grows with it")
    distress_months = Column(np.int16, "months", "months in a row with cash below zero")
    project_row = Column(np.int32, "-", "project it works on; -1 for none", empty=-1)
    successes = Column(np.int32, "count", "projects it has brought to success")
    innovations = Column(np.int32, "count", "validated social innovations it took part in")
    pole_row = Column(np.int32, "-", "pole it is a member of; -1 for none", empty=-1)
    coordinated = Column(np.bool_, "-", "whether its pole has a coordinator in post")
    cluster_row = Column(np.int32, "-", "cluster it was seen in at the end of last month; -1 for none", empty=-1)
    support_cents = Column(np.int64, "cents", "support received from measures so far")
    project_grant_cents = Column(np.int64, "cents", "part of its cash earmarked by support for its next joint project")
    project_grant_share = Column(np.float64, "share", "largest share of that project's cost that the earmarked money may pay")
    voucher = Column(np.bool_, "-", "whether the earmarked money is a voucher, for a project with a new partner alone")
    hindered = Column(np.int32, "count", "ideas for a project that lack of money has stopped so far")


@kernel
def pack_uid(month, place_uid, slot):
    """Identity of who is born in a month at a place in a slot: 20 bits of month, 24 of place, 19 of slot; not negative."""
    return (np.int64(month) << 43) | (np.int64(place_uid) << 19) | np.int64(slot)


@kernel
def only_living(row, alive):
    """Those of the rows that live, in the same order."""
    living = np.empty(row.size, row.dtype)
    count = 0
    for i in row:  # written always, kept only if alive: no branch
        living[count] = i
        count += alive[i]
    return living[:count]


@kernel
def members_of(group, by_uid, groups):
    """The rows of each group in order of uid: `row[start[g] : start[g + 1]]`. A negative group is none."""
    start = np.zeros(groups + 1, np.int64)
    for i in range(group.size):
        if group[i] >= 0:
            start[group[i] + 1] += 1
    for g in range(groups):
        start[g + 1] += start[g]
    row = np.empty(start[groups], np.int32)
    cursor = start[:groups].copy()
    for i in by_uid:
        if group[i] >= 0:
            row[cursor[group[i]]] = i
            cursor[group[i]] += 1
    return start, row
