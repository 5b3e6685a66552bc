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
from clustersim.state.funders import LEVELS
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
    at_place = see_results(
        state.month,
        len(places),
        o.alive,
        o.place_row,
        state.organisation_levers.recognised,
        poles.alive,
        poles.place_row,
        projects.team,
        projects.ended_month,
        projects.outcome,
    )
    heed(
        at_place,
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
    for i in range(alive.size):
        if alive[i]:
            count[place_row[i], _ORGANISATIONS] += 1
            count[place_row[i], _RECOGNISED] += recognised[i]
    for row in range(pole_alive.size):
        if pole_alive[row]:
            count[seat[row], _POLES] += 1
    for row in range(outcome.size):
        if ended_month[row] == month and outcome[row] == SUCCEEDED:
            count[place_row[team[row, 0]], _SUCCESSES] += 1
    return count


@kernel
def heed(count, region, district, locality, met_share, level, area, attention, p):
    """Equations 1 and 2 for every funder, after one sum per level and area. Areas are numbered from 0."""
    places, purposes = met_share.shape
    result = np.empty(places)
    met = np.empty(places)
    for i in range(places):
        result[i] = results_of(count[i, _POLES], count[i, _SUCCESSES], count[i, _RECOGNISED], p)
        total = 0.0
        for k in range(purposes):
            total += met_share[i, k]
        met[i] = total / purposes
    areas = 1
    for f in range(level.size):
        areas = max(areas, area[f] + 1)
    for this_level in range(len(LEVELS)):
        if not (level == this_level).any():
            continue
        area_of = (np.zeros_like(region), region, district, locality)[this_level]
        results_in = np.zeros(areas)
        met_in = np.zeros(areas)
        organisations_in = np.zeros(areas, np.int64)
        places_in = np.zeros(areas, np.int64)
        for i in range(places):
            a = area_of[i]
            # an area for which no funder answers may have a number beyond those of the funders
            if a < areas:
                results_in[a] += result[i]
                met_in[a] += met[i]
                organisations_in[a] += count[i, _ORGANISATIONS]
                places_in[a] += 1
        for f in range(level.size):
            if level[f] == this_level:
                a = area[f]
                view = visibility(results_in[a], organisations_in[a], met_in[a] / max(1, places_in[a]), p)
                attention[f] = next_attention(attention[f], view, p)
