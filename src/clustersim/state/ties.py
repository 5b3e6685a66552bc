"""Cooperation ties, kept at both ends: row i lists i's partners in its first `degree[i]` slots.

Both ends hold the same trust, purpose, month of birth and count of joint successes, to the bit: a process computes a
tie from quantities that are the same seen from either side, so each end can be updated without asking the other.
Slots keep the order of birth; a removed tie closes the gap.
"""

import numpy as np

from clustersim.columns import Column, Table
from clustersim.kernels import kernel


class Ties(Table):
    """One row an organisation (the same rows as `Organisations`), `bound` slots a row."""

    degree = Column(np.int16, "count", "number of ties")
    partner_row = Column(np.int32, "-", "row of the partner in each slot", width="bound")
    trust = Column(np.float64, "0..1", "trust between the two", width="bound")
    born_month = Column(np.int32, "month", "month in which the tie was made", width="bound")
    purpose = Column(np.int8, "-", "purpose the tie serves", width="bound")
    joint_successes = Column(np.int16, "count", "projects the two have brought to success together", width="bound")
    refused = Column(np.int32, "count", "ties lost so far because one end was at the bound")


@kernel
def add_tie(degree, partner_row, trust, born_month, tie_purpose, joint_successes, refused, i, j, start_trust, month, purpose):
    """Make a tie at both ends; False (and counted) where an end is at the bound. The pair must not be tied already."""
    bound = partner_row.shape[1]
    if degree[i] >= bound or degree[j] >= bound:
        if degree[i] >= bound:
            refused[i] += 1
        else:
            refused[j] += 1
        return False
    for a, b in ((i, j), (j, i)):
        k = degree[a]
        partner_row[a, k] = b
        trust[a, k] = start_trust
        born_month[a, k] = month
        tie_purpose[a, k] = purpose
        joint_successes[a, k] = 0
        degree[a] += 1
    return True


@kernel
def drop_slot(degree, partner_row, trust, born_month, tie_purpose, joint_successes, i, k):
    """Remove slot k of row i only; the later slots move up. The other end must be dropped too."""
    last = degree[i] - 1
    for m in range(k, last):
        partner_row[i, m] = partner_row[i, m + 1]
        trust[i, m] = trust[i, m + 1]
        born_month[i, m] = born_month[i, m + 1]
        tie_purpose[i, m] = tie_purpose[i, m + 1]
        joint_successes[i, m] = joint_successes[i, m + 1]
    degree[i] = last
