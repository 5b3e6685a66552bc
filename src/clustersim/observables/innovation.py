"""Innovation: projects of this month, and the pace of validated social innovations.

An innovation is a full project that succeeds; the small project by which a new team tries itself out is none.
"""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.observables.observable import Observable
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE
from clustersim.state.projects import SUCCEEDED

YEAR = 12  # months over which the pace of innovation is taken

OBSERVABLES = (
    Observable("projects_started", "count/month", "projects started this month", "organisations dare and afford more projects"),
    Observable("projects_shared", "count/month", "projects started this month by two organisations or more", "more is tried together"),
    Observable("projects_ended", "count/month", "projects that ended this month", "more projects were started some months ago"),
    Observable(
        "projects_succeeded", "count/month", "projects that succeeded this month, small ones included", "more projects reach their aim"
    ),
    Observable(
        "innovations", "count/month", "validated social innovations: full projects that succeeded this month", "more social innovations"
    ),
    Observable(
        "innovation_rate",
        "per 100 social enterprises a year",
        "validated social innovations of the last twelve months per 100 living social enterprises",
        "the territory innovates faster for its size",
    ),
    Observable(
        "ideas_hindered",
        "count",
        "ideas so far that did not become a project for want of money",
        "lack of resources holds innovation back more",
    ),
)


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `OBSERVABLES`."""
    o, p = state.organisations, state.projects
    describe_projects(state.month, p.size, p.large, p.start_month, p.ended_month, p.outcome, o.kind, o.alive, o.hindered, out)


@kernel
def describe_projects(month, size, large, start_month, ended_month, outcome, kind, alive, hindered, out):
    """All of this module's values."""
    out[:] = 0.0
    in_a_year = 0
    for p in range(size.size):
        if start_month[p] == month:
            out[0] += 1.0
            out[1] += size[p] > 1
        if ended_month[p] > max(0, month - YEAR):
            innovation = outcome[p] == SUCCEEDED and large[p]
            in_a_year += innovation
            if ended_month[p] == month:
                out[2] += 1.0
                out[3] += outcome[p] == SUCCEEDED
                out[4] += innovation
    enterprises = 0
    ideas = 0
    for i in range(kind.size):
        enterprises += alive[i] and kind[i] == SOCIAL_ENTERPRISE
        ideas += hindered[i]
    out[5] = 100.0 * in_a_year / enterprises if enterprises > 0 else math.nan
    out[6] = ideas
