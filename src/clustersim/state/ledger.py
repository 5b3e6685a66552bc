"""The ledger: every flow of money summed by month, every payment of support one by one."""

import numpy as np

from clustersim.columns import Column, Table
from clustersim.kernels import kernel
from clustersim.money import FLOWS, Flow

OUTSIDE = -1  # stands for a uid where payer or payee is the world outside
EVERYBODY = -2  # ... is all organisations together
A_POLE = -3  # ... is a pole (poles have no uid)


class Journal(Table):
    """One row a payment of support, and one row a month and flow for the sums of all other payments."""

    month = Column(np.int32, "month", "when")
    flow = Column(np.int8, "-", "what for: a number of `Flow`")
    measure = Column(np.int16, "-", "number of the measure; -1 for none", empty=-1)
    payer_uid = Column(np.int64, "-", "organisation that pays; -1 outside, -2 all organisations together, -3 poles")
    payee_uid = Column(np.int64, "-", "organisation that is paid; -1 outside, -2 all organisations together, -3 poles")
    amount_cents = Column(np.int64, "cents", "how much")


_GROUPS = {"outside": OUTSIDE, "organisation": EVERYBODY, "organisation or pole": EVERYBODY, "funder": EVERYBODY, "pole": A_POLE}
_PAYERS = np.array([_GROUPS[FLOWS[flow].payer] for flow in Flow])
_PAYEES = np.array([_GROUPS[FLOWS[flow].payee] for flow in Flow])


class Ledger:
    """Sums by flow since the start and of this month, and the journal."""

    def __init__(self) -> None:
        self.total_cents = np.zeros(len(Flow), np.int64)
        self.month_cents = np.zeros(len(Flow), np.int64)
        self._itemised_cents = np.zeros(len(Flow), np.int64)
        self.journal = Journal()

    def record(self, flow: Flow, cents: int) -> None:
        """Note the sum of many payments of one kind."""
        self.total_cents[flow] += cents
        self.month_cents[flow] += cents

    def record_payments(
        self, month: int, flow: Flow | np.ndarray, measure: int, payer_uid: int, payee_uids: int | np.ndarray, cents: np.ndarray
    ) -> None:
        """Note payments of support by one payer, kept in the journal for ever. `flow` and payee may be the same for all of them."""
        flows = np.broadcast_to(flow, cents.shape)
        for sums in (self.total_cents, self.month_cents, self._itemised_cents):
            np.add.at(sums, flows, cents)
        self.journal.append(
            cents.size, month=month, flow=flow, measure=measure, payer_uid=payer_uid, payee_uid=payee_uids, amount_cents=cents
        )

    def record_payment(self, month: int, flow: Flow, measure: int, payer_uid: int, payee_uid: int, cents: int) -> None:
        """Note one payment of support."""
        self.record_payments(month, flow, measure, payer_uid, payee_uid, np.array([cents]))

    def close_month(self, month: int) -> None:
        """Write the sums of the month that are not itemised already, and start the next month at zero."""
        journal = self.journal
        added = journal.append(np.count_nonzero(self.month_cents != self._itemised_cents))
        write_sums(
            added.start, month, self.month_cents, self._itemised_cents, _PAYERS, _PAYEES,
            journal.month, journal.flow, journal.payer_uid, journal.payee_uid, journal.amount_cents,
        )  # fmt: skip
        self.month_cents.fill(0)
        self._itemised_cents.fill(0)

    def inside_cents(self) -> int:
        """What all accounts of the territory must hold together: all that came in less all that went out."""
        return sum(FLOWS[flow].sign * int(self.total_cents[flow]) for flow in Flow)

    def copy(self) -> "Ledger":
        """A ledger that shares nothing with this one."""
        twin = Ledger()
        twin.total_cents = self.total_cents.copy()
        twin.month_cents = self.month_cents.copy()
        twin._itemised_cents = self._itemised_cents.copy()
        twin.journal = self.journal.copy()
        return twin


@kernel
def write_sums(row, month, month_cents, itemised_cents, payers, payees, journal_month, flow, payer_uid, payee_uid, amount_cents):
    """Fill the journal's rows from `row` on: one for each flow of which a part is not itemised."""
    for f in range(month_cents.size):
        if month_cents[f] != itemised_cents[f]:
            journal_month[row] = month
            flow[row] = f
            payer_uid[row] = payers[f]
            payee_uid[row] = payees[f]
            amount_cents[row] = month_cents[f] - itemised_cents[f]
            row += 1
