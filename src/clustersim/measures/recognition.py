"""Recognition: a label for poles and emerging groups, and no money.

The French law of 2014 on the social economy (article 9) says what a pole is, and calls select those that bear the name. The first
need that the poles expressed was to be recognised by national politics, and in the years without a call (2016 to 2020) they felt
abandoned: of 74 ever created 18 were gone at the end of 2020, but those years lacked the money of the calls as well. The
evaluation of the first call (SGMAP 2014) speaks of an effect of the label on those who had applied and lost; no measured effect
of a label alone was found.

So many labels are given in each call. While one runs, those who are members of its group then carry it (the lever `recognised`): funders
see them (mobilising), and their cluster founds a pole more easily (federating, equation 2). Besides, others get to know of them: each
looks for a few encounters more (the lever `extra_encounters`), whose size is assumed. A label costs nothing here; what it takes to
choose is not counted. It ends with its group, with its time, or with the measure; nobody carries two labels of one measure.
"""

import numpy as np

from clustersim.luck import Luck
from clustersim.measures.calls import Measure, Window, choose, opens
from clustersim.measures.groups import beneficiaries, group_applicants
from clustersim.measures.paying import running
from clustersim.parameters import Parameter
from clustersim.state import State

__all__ = ["Recognition", "enact"]


class Recognition(Window):
    """How many labels, for whom, and how far they are seen."""

    duration_months = Parameter(36, "months", (1, 120), "assumed", "months over which a label runs")
    renewable = Parameter(True, "-", None, "assumed", "whether a group may apply again when its label has ended")
    labels_per_call = Parameter(10, "count", (0, 10_000), "assumed", "most labels given in one call")
    emerging = Parameter(True, "-", None, "assumed", "whether emerging groups may apply beside poles")
    rule_of_three = Parameter(
        True, "-", None, "law 2014-856, art. 9", "whether a private actor and a public or knowledge body must be in the group"
    )
    visibility_encounters = Parameter(
        0.03, "1/month", (0.0, 5.0), "assumed", "encounters more of those who carry a label: a tenth of what one looks for by oneself"
    )


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if one opens and there are labels to give, and show who carries one."""
    numbers = measure.numbers
    if numbers.labels_per_call > 0 and opens(numbers, state.month - state.spin_up, measure.call_months):
        eligible = group_applicants(state, measure, 0, emerging=numbers.emerging, of_three=numbers.rule_of_three)
        nothing = np.zeros(eligible.uid.size, np.int64)
        choose(state, luck, measure, money_cents, nothing, eligible, most=numbers.labels_per_call)
    labels = running(state, measure)
    if labels.size:
        carriers = beneficiaries(state, labels)
        state.organisation_levers.recognised |= carriers
        state.organisation_levers.extra_encounters += numbers.visibility_encounters * carriers
