"""Courses: the monthly series that lead to the headline outcomes, as the page draws them, and as a table of their year ends."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from clustersim.report.page.folder import StoredComparison

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BAND", "Difference", "band", "difference", "drawn", "table"]

SERIES = {"clusters": False, "mean_degree": False, "innovations": True, "met_share": False}  # True: it is shown as it adds up
BAND = (0.1, 0.9)  # shares of seeds below and above which a course leaves the band
NORMAL = 1.96  # half-width of the 95 % interval of a mean, in standard errors
YEAR = 12
PATHS = ("arm", "month", "observable", "mean", "p10", "p90", "difference", "low", "high")

type Difference = tuple["pd.Series", "pd.Series", "pd.Series"]


def drawn(stored: StoredComparison) -> Iterator[tuple[str, float, "pd.DataFrame"]]:
    """Each series, what it is multiplied by for people, and its rows of arm, state, seed, month and value."""
    paths = stored.frame("paths").sort_values(["arm", "state", "seed", "month"])
    for series, adds_up in SERIES.items():
        if series in paths:
            course: pd.DataFrame = paths[["arm", "state", "seed", "month", series]]
            if adds_up:
                course = course.assign(**{series: course.groupby(["arm", "state", "seed"])[series].cumsum()})
            yield series, 100.0 if series.endswith("_share") else 1.0, course


def band(course: "pd.DataFrame") -> tuple["pd.Series", "pd.Series"]:
    """The ends between which most seeds lie; `course` has a row a month and a column a seed."""
    low, high = (course.quantile(end, axis=1) for end in BAND)
    return low, high


def difference(control: "pd.DataFrame", treated: "pd.DataFrame") -> Difference:
    """Mean of the differences within the same seed, and the ends of its interval, month by month."""
    gap = treated - control  # seeds that are missing in one of the two are missing here
    mean, n = gap.mean(axis=1), gap.notna().sum(axis=1)
    half = NORMAL * gap.std(axis=1) / np.sqrt(n.where(n > 1))
    return mean, mean - half, mean + half


def table(stored: StoredComparison) -> "pd.DataFrame":
    """What the figures show at the end of each year, and in the last month: a row an arm, month and series."""
    import pandas as pd

    parts = []
    for series, factor, rows in drawn(stored):
        courses = {
            arm.name: factor * rows[rows["arm"] == arm.name].pivot(index="month", columns=["state", "seed"], values=series)
            for arm in stored.arms
        }
        for arm, course in courses.items():
            p10, p90 = band(course)
            mean, low, high = difference(courses[stored.control.name], course)
            said = {"mean": course.mean(axis=1), "p10": p10, "p90": p90}
            said |= {"difference": mean, "low": low, "high": high} if arm != stored.control.name else {}
            part = pd.DataFrame(said).rename_axis("month").reset_index().assign(arm=arm, observable=series)
            parts.append(part[(part["month"] % YEAR == 0) | (part["month"] == part["month"].max())])
    return pd.concat(parts, ignore_index=True).reindex(columns=list(PATHS)) if parts else pd.DataFrame(columns=list(PATHS))
