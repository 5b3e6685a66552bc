"""Outcomes: the few numbers of a run by which support is judged, and the divisions that tell who gains.

An outcome is one number a run, made of the monthly series of the scenario (the spin-up is left out). Counts that swing
from month to month are means over the last year; what adds up (innovations, persons served) is summed over the horizon.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from clustersim.parameters import Parameter, Parameters

__all__ = [
    "HEADLINES",
    "OUTCOMES",
    "PATHS",
    "PLACE_TYPES",
    "SIZE_CLASSES",
    "YEAR",
    "Course",
    "Divisions",
    "Outcome",
    "measured",
    "outcome",
    "place_types",
    "size_classes",
]

YEAR = 12

# the series that are kept month by month; names of observables
PATHS = (
    "clusters",
    "poles",
    "clustered_share",
    "mean_degree",
    "projects_shared",
    "innovations",
    "social_enterprises",
    "social_enterprise_jobs",
    "persons_in_need",
    "met_share",
    "lagging_need_share",
    "attention",
    "public_support_cents",
    "private_support_cents",
)


@dataclass(frozen=True)
class Course:
    """The months of a run, and how the social enterprises of its first day have fared.

    Attributes:
        series: Name of an observable in `PATHS` to its value in each month of the scenario.
        first: Social enterprises alive when the scenario began.
        survivors: How many of these are alive at its end.
    """

    series: Mapping[str, np.ndarray]
    first: int
    survivors: int

    @property
    def survival(self) -> float:
        """Share of the first that are alive at the end; NaN if there were none."""
        return self.survivors / self.first if self.first else float("nan")

    def last_year(self, name: str) -> float:
        """Mean of the last twelve months (of all, if there are fewer) in which the number is defined; NaN where it never is."""
        months = self.series[name][-YEAR:]
        known = months[~np.isnan(months)]
        return float(known.mean()) if known.size else float("nan")

    def whole(self, name: str) -> float:
        """Sum over the horizon."""
        return float(self.series[name].sum())

    def end(self, name: str) -> float:
        """The last month."""
        return float(self.series[name][-1])

    def person_months(self) -> float:
        """Persons in need who are served, summed over the horizon; months without need add nothing."""
        return float(np.nansum(self.series["met_share"] * self.series["persons_in_need"]))


@dataclass(frozen=True)
class Outcome:
    """One number a run.

    Attributes:
        name: Column in tables.
        unit: Unit in words.
        meaning: What it is, in one sentence.
        better: +1 where more is better, -1 where less is.
        of: How it is made of the months of a run.
        costed_in: The unit of which a cost is given; empty where none is.
        per: Units of the outcome in one of these.
    """

    name: str
    unit: str
    meaning: str
    better: int
    of: Callable[[Course], float]
    costed_in: str = ""
    per: float = 1.0

    def said(self, months: int) -> str:
        """What it is, over a horizon of so many months."""
        return self.meaning if months >= YEAR else self.meaning.replace("of the last year", f"of all {months} months")


OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "clusters", "count", "clusters of social innovation, mean of the last year", 1, lambda c: c.last_year("clusters"), "cluster"
    ),
    Outcome(
        "clustered_share", "share", "share of social enterprises in a cluster, mean of the last year", 1,
        lambda c: c.last_year("clustered_share"),
    ),
    Outcome("poles", "count", "poles (jointly managed entities of clusters), mean of the last year", 1, lambda c: c.last_year("poles")),
    Outcome("cooperation", "ties", "partners of an organisation, mean of the last year", 1, lambda c: c.last_year("mean_degree")),
    Outcome("joint_projects", "count", "projects started together, whole horizon", 1, lambda c: c.whole("projects_shared")),
    Outcome("innovations", "count", "validated social innovations, whole horizon", 1, lambda c: c.whole("innovations")),
    Outcome(
        "persons_served", "person-months", "persons in need served, summed over the months: who is served for a year counts twelve times",
        1, lambda c: c.person_months(), "person-year of service", YEAR,
    ),
    Outcome("met_share", "share", "share of persons in need who are served, mean of the last year", 1, lambda c: c.last_year("met_share")),
    Outcome(
        "lagging_need_share", "share", "share of need in places left behind, mean of the last year", -1,
        lambda c: c.last_year("lagging_need_share"),
    ),
    Outcome("social_enterprises", "count", "social enterprises alive at the end", 1, lambda c: c.end("social_enterprises")),
    Outcome(
        "survival", "share", "share of the social enterprises of the first day that are alive at the end", 1, lambda c: c.survival
    ),
    Outcome(
        "survivors", "count", "social enterprises of the first day that are alive at the end", 1, lambda c: float(c.survivors),
        "surviving social enterprise",
    ),
    Outcome("jobs", "FTE", "staff of social enterprises at the end", 1, lambda c: c.end("social_enterprise_jobs")),
    Outcome("attention", "0..1", "attention of public funders, mean of the last year", 1, lambda c: c.last_year("attention")),
)  # fmt: skip

HEADLINES = ("clusters", "cooperation", "innovations", "persons_served")

_BY_NAME = {declared.name: declared for declared in OUTCOMES}


def outcome(name: str) -> Outcome:
    """The outcome of that name.

    Raises:
        KeyError: if there is none.
    """
    if name not in _BY_NAME:
        raise KeyError(f"no outcome {name!r}; there are {', '.join(_BY_NAME)}")
    return _BY_NAME[name]


def measured(course: Course) -> np.ndarray:
    """All outcomes of a run, in the order of `OUTCOMES`."""
    return np.array([declared.of(course) for declared in OUTCOMES])


class Divisions(Parameters):
    """Where sizes of organisations and types of places part."""

    small_fte = Parameter(3.0, "FTE", (0.0, 1_000.0), "assumed", "an organisation of the middle size class has at least this staff")
    large_fte = Parameter(
        10.0, "FTE", (0.0, 1_000.0), "European Commission 2003/361: fewer than 10 persons is a micro-enterprise",
        "an organisation of the largest size class has at least this staff",
    )  # fmt: skip
    town_population = Parameter(
        5_000, "persons", (0, 10_000_000), "Eurostat degree of urbanisation: smallest urban cluster; assumed for a commune as a whole",
        "a small town has at least so many inhabitants; places with fewer are rural",
    )  # fmt: skip
    dense_population = Parameter(
        50_000, "persons", (0, 10_000_000), "Eurostat degree of urbanisation: smallest urban centre; assumed for a commune as a whole",
        "a dense place has at least so many inhabitants",
    )  # fmt: skip


SIZE_CLASSES = ("under 3", "3 to 9", "10 and more")
PLACE_TYPES = ("rural", "small town", "dense")


def size_classes(staff_fte: np.ndarray, divisions: Divisions = Divisions()) -> np.ndarray:  # noqa: B008 - frozen
    """Number in `SIZE_CLASSES` of each organisation."""
    return np.digitize(staff_fte, (divisions.small_fte, divisions.large_fte)).astype(np.int8)


def place_types(population: np.ndarray, divisions: Divisions = Divisions()) -> np.ndarray:  # noqa: B008 - frozen
    """Number in `PLACE_TYPES` of each place."""
    return np.digitize(population, (divisions.town_population, divisions.dense_population)).astype(np.int8)
