"""Levers: what measures bend for one month. They are neutral (zero) again at the start of the next."""

import numpy as np

from clustersim.columns import Column, Table


class OrganisationLevers(Table):
    """One row an organisation."""

    animated = Column(np.bool_, "-", "an animator accompanies it as a coordinator would")
    recognised = Column(np.bool_, "-", "it carries a label: more visible, founds poles more easily")
    extra_encounters = Column(np.float64, "1/month", "encounters arranged beyond its own")


class PlaceLevers(Table):
    """One row a place."""

    extra_spaces = Column(np.int32, "count", "shared working places run under a measure")


class Encounters(Table):
    """Meetings of this month, between their making and their judging; empty between months."""

    one_row = Column(np.int32, "-", "who looked for the other")
    other_row = Column(np.int32, "-", "who was met")
