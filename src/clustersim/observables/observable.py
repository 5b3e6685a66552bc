"""What an observable says of itself: one declaration, read by the series, the documentation, the report and `describe`."""

from dataclasses import dataclass

__all__ = ["Observable"]


@dataclass(frozen=True)
class Observable:
    """One number a month.

    Attributes:
        name: Column of the monthly series.
        unit: Unit in words, "-" for none.
        meaning: What it is, in one sentence.
        rise: What a rise means, in one sentence.
    """

    name: str
    unit: str
    meaning: str
    rise: str
