"""The lines beside the map: which series of a world are shown, and how their numbers are said."""

from dataclasses import dataclass

import numpy as np

from clustersim.app.speaking import MINUS, Language
from clustersim.app.world import LivedWorld

__all__ = ["CHARTS", "Chart"]


@dataclass(frozen=True)
class Chart:
    """One observable over the months.

    Attributes:
        name: The observable.
        form: How its numbers are said: "count", "decimal" (one decimal), "share" (as a percentage), "level" (0 to 1), "euros" (from cents).
        summed: Whether what is shown is its sum since month 1.
    """

    name: str
    form: str
    summed: bool = False

    def values(self, world: LivedWorld) -> np.ndarray:
        """One value a recorded month, from month 0; not a number where it is not defined."""
        column = [observable.name for observable in world.recorder.world.observables].index(self.name)
        values = world.series()[:, column].copy()
        if self.summed:
            values[0] = 0.0  # month 0 is the last of the spin-up, which is not counted
            values = np.cumsum(np.nan_to_num(values))
        scale = {"share": 100.0, "euros": 0.01}.get(self.form, 1.0)
        return values * scale

    def said(self, value: float, language: Language, *, signed: bool = False) -> str:
        """A value in words; `signed` for a difference."""
        if not np.isfinite(value):
            return language.say("charts.none")
        if self.form == "euros":
            return _thousands(float(value), language, signed)
        decimals = {"count": 0, "decimal": 1, "share": 1, "level": 2}[self.form]
        number = language.number(float(value), decimals, signed=signed)
        if self.form != "share":
            return number
        return language.say("charts.points" if signed else "charts.percent", value=number)


def _thousands(value: float, language: Language, signed: bool) -> str:
    """Money where there is little room: in euros, thousands or millions."""
    for least, key, decimals in ((999_500.0, "millions", 2), (10_000.0, "thousands", 0)):
        if abs(value) >= least:
            scale = 1e6 if key == "millions" else 1e3
            said = language.say(f"charts.{key}", value=language.number(abs(value) / scale, decimals))
            break
    else:
        said = language.say("charts.euros", value=language.number(abs(value)))
    return (MINUS if value < 0 else "+" if signed and value > 0 else "") + said


# in the order in which a policy team asks: does it happen, does it organise, who works with whom, what comes of it, at what price
CHARTS = (
    Chart("clusters", "count"),
    Chart("poles", "count"),
    Chart("mean_degree", "decimal"),
    Chart("mean_trust", "level"),
    Chart("innovations", "count", summed=True),
    Chart("met_share", "share"),
    Chart("social_enterprise_jobs", "count"),
    Chart("public_support_cents", "euros", summed=True),
    Chart("private_support_cents", "euros", summed=True),
    Chart("attention", "level"),
)
