"""The checked parts of a scenario, frozen."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from clustersim.parameters import Parameter, Parameters
from clustersim.state.funders import LEVELS

__all__ = ["CALL_DATES", "EVEN_CALLS", "STEADY", "Funder", "FunderSettings", "MeasureSettings", "Processes", "Purpose", "RunSettings"]

EVEN_CALLS, CALL_DATES = "calls_per_year", "call_months"  # two ways to say when a measure holds its calls; it has one of them
STEADY = ("start_month", "end_month", EVEN_CALLS)  # numbers of a measure that keep one value: they say when it is at work


class RunSettings(Parameters):
    """How long to simulate, and how much room to make."""

    months = Parameter(120, "months", (1, 1_200), "assumed", "horizon after the spin-up")
    spin_up = Parameter(60, "months", (0, 600), "assumed", "months simulated before the first, without the scenario's measures")
    tie_bound = Parameter(24, "ties", (4, 64), "assumed", "most ties an organisation can hold; it should almost never bind")


class Purpose(Parameters):
    """A social or environmental purpose, next to the challenge it poses."""

    prevalence_share = Parameter(0.05, "share", (0.0, 1.0), "assumed", "persons in need per inhabitant, relative to the other purposes")
    price_eur = Parameter(450.0, "EUR/person", (0.0, 1_000_000.0), "assumed", "what a provider earns per person served")


class Funder(Parameters):
    """A funder that the scenario names."""

    public = Parameter(True, "-", None, "assumed", "whether its money is public")
    level = Parameter(
        "territory", "-", None, "assumed", "its jurisdiction: the whole territory, or an area of that level", choices=LEVELS
    )
    budget_eur_per_year = Parameter(0.0, "EUR/year", (0.0, 1e10), "assumed", "support budget of a full year")
    discretionary_share = Parameter(0.2, "share", (0.0, 1.0), "assumed", "part of the budget that follows its attention")
    attention = Parameter(
        0.1,
        "0..1",
        (0.0, 1.0),
        "assumed; European Social Enterprise Monitor 2021-22: 65.9 % see little or no political support",
        "how much it heeds clusters of social innovation at the start",
    )


@dataclass(frozen=True)
class FunderSettings:
    """A named funder, checked.

    Attributes:
        name: Its name in the scenario.
        public: Whether its money is public.
        level: Its jurisdiction: territory, region, district or locality.
        area: Name or code of the area it answers for; None for the whole territory.
        place: Code of the place where it sits; None for the most populous of its jurisdiction.
        budget_eur_per_year: Support budget of a full year [EUR].
        discretionary_share: Part of the budget that follows its attention.
        attention: How much it heeds clusters of social innovation at the start [0..1].
    """

    name: str
    public: bool = True
    level: str = "territory"
    area: str | None = None
    place: str | None = None
    budget_eur_per_year: float = 0.0
    discretionary_share: float = 0.2
    attention: float = 0.1


@dataclass(frozen=True)
class MeasureSettings:
    """A support measure, checked.

    Attributes:
        name: Its name in the scenario.
        kind: Which measure it is.
        funder: Name of the funder that runs and pays it.
        numbers: The measure's own numbers, as they are at the beginning.
        later: From which month of the scenario on the numbers are others, and which; all of them each time, in the order of months.
        purposes: Names of the purposes whose organisations and groups are eligible; empty where all are.
        call_months: Months of the scenario in which it holds calls, ascending; empty where `calls_per_year` spreads them evenly.
    """

    name: str
    kind: str
    funder: str
    numbers: Parameters
    later: tuple[tuple[int, Parameters], ...] = ()
    purposes: tuple[str, ...] = ()
    call_months: tuple[int, ...] = ()

    def at(self, month: int) -> Parameters:
        """The numbers of a month of the scenario."""
        numbers = self.numbers
        for first, others in self.later:
            if first > month:
                break
            numbers = others
        return numbers

    def values(self) -> dict[str, Any]:
        """Everything but its name, laid out like a file: what changes over time as a table from month to value."""
        said: dict[str, Any] = {"kind": self.kind, "funder": self.funder}
        if self.purposes:
            said["purposes"] = list(self.purposes)
        if self.call_months:
            said["call_months"] = list(self.call_months)
        for name, first in self.numbers.values().items():
            if self.call_months and name == EVEN_CALLS:
                continue
            course = {"0": first}
            for month, numbers in self.later:
                value = getattr(numbers, name)
                if value != list(course.values())[-1]:
                    course[str(month)] = value
            said[name] = course if len(course) > 1 else first
        return said


@dataclass(frozen=True)
class Processes:
    """The numbers of every process of the month, in its order."""

    needing: Parameters
    serving: Parameters
    meeting: Parameters
    partnering: Parameters
    trusting: Parameters
    converging: Parameters
    learning: Parameters
    innovating: Parameters
    federating: Parameters
    mobilising: Parameters
    founding: Parameters
    closing: Parameters
    observing: Parameters

    def items(self) -> Iterator[tuple[str, Parameters]]:
        """Name and numbers, in the order of the month."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)
