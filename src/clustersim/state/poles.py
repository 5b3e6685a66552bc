"""Poles: the jointly managed legal entity that a cluster founds (in France the PTCE), and clusters as they are seen."""

import numpy as np

from clustersim.columns import Column, Table


class Poles(Table):
    """One row a pole, ended ones too. Members are the organisations whose `pole_row` names it."""

    purpose = Column(np.int8, "-", "purpose it was founded for")
    alive = Column(np.bool_, "-", "whether it exists this month")
    founded_month = Column(np.int32, "month", "month of its founding")
    ended_month = Column(np.int32, "month", "month of its end; 0 while alive")
    x_km = Column(np.float64, "km", "mean position of its members, east")
    y_km = Column(np.float64, "km", "mean position of its members, north")
    place_row = Column(np.int32, "-", "where it has its seat")
    founder_uid = Column(np.int64, "-", "smallest uid among its founders, the key of its luck")
    members = Column(np.int32, "count", "organisations in it")
    coordinator = Column(np.bool_, "-", "whether a coordinator is in post")
    cash_cents = Column(np.int64, "cents", "money at hand")
    dues_cents = Column(np.int64, "cents", "dues received so far")
    sales_cents = Column(np.int64, "cents", "own sales so far")
    support_cents = Column(np.int64, "cents", "support received from public funders so far")
    private_support_cents = Column(np.int64, "cents", "support received from private funders so far")


class Clusters(Table):
    """One row a cluster as seen at the end of a month (section 5 of the theory), vanished ones too."""

    purpose = Column(np.int8, "-", "purpose of the ties that connect it")
    alive = Column(np.bool_, "-", "whether it was seen at the end of last month")
    first_month = Column(np.int32, "month", "month in which it was first seen")
    last_month = Column(np.int32, "month", "month in which it was last seen")
    members = Column(np.int32, "count", "organisations in it when last seen")
    social_enterprises = Column(np.int32, "count", "social enterprises in it when last seen")
    private_actors = Column(np.int32, "count", "private actors in it when last seen")
    public_funders = Column(np.int32, "count", "public bodies in it when last seen")
    x_km = Column(np.float64, "km", "mean position of its members, east")
    y_km = Column(np.float64, "km", "mean position of its members, north")
    origin_row = Column(np.int32, "-", "cluster it split from; -1 if it was born on its own", empty=-1)
    merged_row = Column(np.int32, "-", "cluster it merged into; -1 otherwise", empty=-1)
