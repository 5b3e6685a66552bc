"""Mobilising: a funder's attention rises with what it sees in its jurisdiction, and fades.

    (1)  a' = a + gain v (1 - a) - fade (a - baseline)
    (2)  v = 1 - exp(-(w_poles P + w_successes S + w_recognised R) / max(1, N / 100) - w_needs M)

P, S, R are living poles, projects brought to success this month and organisations with a label, N the living organisations
in the jurisdiction, and M the mean share of needs met over its places and purposes: results count per 100 organisations,
but in a jurisdiction of fewer than 100 as they are, so that one success in a village is no sensation. A pole counts at its
seat, a project at its leader's place. The form is the theory's (MODEL 4.11), after Perard & Stokkink (2015): clusters
struggle to mobilise decision-makers. The numbers are assumed.

Reduces to: exponential return to the baseline at rate `fade` where nothing is seen; under a constant view v to the resting
attention (gain v + fade x baseline) / (gain v + fade).
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import exp
from clustersim.luck import Luck
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State
from clustersim.state.funders import DISTRICT, LEVELS, LOCALITY, REGION, TERRITORY
from clustersim.state.projects import SUCCEEDED

READS = (
    "places.region",
    "places.district",
    "places.locality",
    "places.met_share",
    "organisations.alive",
    "organisations.place_row",
    "organisation_levers.recognised",
    "poles.alive",
    "poles.place_row",
    "projects.team",
    "projects.ended_month",
    "projects.outcome",
    "funders.level",
    "funders.area",
)
WRITES = ("funders.attention",)

_ORGANISATIONS, _POLES, _SUCCESSES, _RECOGNISED = 0, 1, 2, 3


class Mobilising(Parameters):
    """How attention moves."""

    gain = Parameter(0.05, "1/month", (0.0, 1.0), "assumed", "share of the missing attention that full visibility wins in a month")
    fade = Parameter(0.03, "1/month", (0.0, 1.0), "assumed", "share of the attention above the baseline that is lost in a month")
    baseline = Parameter(0.1, "0..1", (0.0, 1.0), "assumed", "attention where nothing is seen")
    weight_poles = Parameter(0.2, "-", (0.0, 10.0), "assumed", "visibility of one living pole per 100 organisations")
    weight_successes = Parameter(0.1, "-", (0.0, 10.0), "assumed", "visibility of one project brought to success per 100 organisations")
    weight_recognised = Parameter(0.02, "-", (0.0, 10.0), "assumed", "visibility of one organisation with a label per 100")
    weight_needs = Parameter(0.05, "-", (0.0, 10.0), "assumed", "visibility of all needs being met")


def advance(state: State, luck: Luck, numbers: Mobilising) -> None:
    """Move every funder's attention by one month."""
    places, o, poles, projects, funders = state.places, state.organisations, state.poles, state.projects, state.funders
    if len(funders) == 0:
        return
    heed(
        state.month,
        o.alive,
        o.place_row,
        state.organisation_levers.recognised,
        poles.alive,
        poles.place_row,
        projects.team,
        projects.ended_month,
        projects.outcome,
        places.region,
        places.district,
        places.locality,
        places.met_share,
        funders.level,
        funders.area,
        funders.attention,
        numbers.numbers,
    )


@kernel
def next_attention(attention, visibility, p):
    """Equation 1 [0..1]."""
    return attention + p.gain * visibility * (1.0 - attention) - p.fade * (attention - p.baseline)


@kernel
def results_of(poles, successes, recognised, p):
    """What there is to see, weighted; the first term of equation 2 before it is set against the organisations."""
    return p.weight_poles * poles + p.weight_successes * successes + p.weight_recognised * recognised


@kernel
def visibility(results, organisations, met_share, p):
    """Equation 2 [0..1]."""
    return 1.0 - exp(-results / max(1.0, organisations / 100.0) - p.weight_needs * met_share)


@kernel
def see_results(month, places, alive, place_row, recognised, pole_alive, seat, team, ended_month, outcome):
    """Living organisations, poles, successes of the month and organisations with a label, at every place."""
    count = np.zeros((places, 4), np.int32)
    for i in range(alive.size):  # sums of yes and no: a branch on who lives could not be foreseen
        count[place_row[i], _ORGANISATIONS] += alive[i]
    if recognised.any():
        for i in range(alive.size):
            count[place_row[i], _RECOGNISED] += alive[i] & recognised[i]
    for row in range(pole_alive.size):
        if pole_alive[row]:
            count[seat[row], _POLES] += 1
    for row in range(outcome.size):
        if ended_month[row] == month and outcome[row] == SUCCEEDED:
            count[place_row[team[row, 0]], _SUCCESSES] += 1
    return count


@kernel
def heed(
    month, alive, place_row, recognised, pole_alive, seat, team, ended_month, outcome,
    region, district, locality, met_share, level, area, attention, p,
):  # fmt: skip
    """Equations 1 and 2 for every funder, after one look at every place. Areas are numbered from 0."""
    places, purposes = met_share.shape
    count = see_results(month, places, alive, place_row, recognised, pole_alive, seat, team, ended_month, outcome)
    watched = np.zeros(len(LEVELS), np.int64)  # by level, areas up to the last for which a funder answers
    for f in range(level.size):
        watched[level[f]] = max(watched[level[f]], area[f] + 1)
    seen = np.zeros((len(LEVELS), watched.max(), 4))
    for i in range(places):
        result = results_of(count[i, _POLES], count[i, _SUCCESSES], count[i, _RECOGNISED], p)
        met = 0.0
        for k in range(purposes):
            met += met_share[i, k]
        here = (result, met / purposes, count[i, _ORGANISATIONS])
        note(seen, watched, TERRITORY, 0, here)
        note(seen, watched, REGION, region[i], here)
        note(seen, watched, DISTRICT, district[i], here)
        note(seen, watched, LOCALITY, locality[i], here)
    for f in range(level.size):
        result, met, organisations, places_in = seen[level[f], area[f]]
        attention[f] = next_attention(attention[f], visibility(result, organisations, met / max(1.0, places_in), p), p)


@kernel
def note(seen, watched, level, area, here):
    """Add what is to be seen at a place to an area that it lies in, if a funder may be looking."""
    if area < watched[level]:
        result, met, organisations = here
        if result > 0.0:
            seen[level, area, 0] += result
        seen[level, area, 1] += met
        seen[level, area, 2] += organisations
        seen[level, area, 3] += 1.0
