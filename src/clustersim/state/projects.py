"""Projects: a team at work on one purpose until a due month."""

import numpy as np

from clustersim.columns import Column, Table

LARGEST_TEAM = 4
RUNNING, SUCCEEDED, FAILED, ABANDONED = 0, 1, 2, 3
OUTCOMES = ("running", "succeeded", "failed", "abandoned")


class Projects(Table):
    """One row a project, ended ones too."""

    purpose = Column(np.int8, "-", "purpose it works on")
    team = Column(np.int32, "-", "rows of the organisations in it, leader first, -1 for an empty seat", width=LARGEST_TEAM, empty=-1)
    size = Column(np.int8, "count", "organisations in the team")
    large = Column(np.bool_, "-", "whether it is a full project; the first of a new team is small")
    start_month = Column(np.int32, "month", "month it started")
    due_month = Column(np.int32, "month", "month it ends")
    ended_month = Column(np.int32, "month", "month it ended; 0 while running")
    cost_cents = Column(np.int64, "cents", "what it cost in all")
    grant_cents = Column(np.int64, "cents", "part of the cost paid by measures")
    coverage = Column(np.float64, "0..1", "share of the challenge that the team's competences cover")
    trust = Column(np.float64, "0..1", "mean trust in the team at the start; 1 for a single organisation")
    outcome = Column(np.int8, "-", "0 running, 1 succeeded, 2 failed, 3 abandoned")
