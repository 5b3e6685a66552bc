"""What the drawing in the browser is fed with: worlds once, then months, each with what it has missed since of organisations and lines.

A browser that comes back (a lost connection, a page drawn anew) knows less than it was told; it says so, and is told everything again.
"""

from typing import Any

from clustersim.app.charts import CHARTS
from clustersim.app.packing import pack_frame, pack_world, packed_array
from clustersim.app.session import Session
from clustersim.app.snapshots import Newcomers
from clustersim.app.speaking import Language
from clustersim.app.world import LivedWorld

__all__ = ["Feed"]

_BY_ROW = ("x_km", "y_km", "seat", "kind", "purpose", "place", "founded_month")


class Feed:
    """What one browser has been told.

    Attributes:
        known: How many organisations of each world, and how many months of its lines, it says it knows, by the world's key.
        asked: How often it had to be told a month again.
    """

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, int]] = {}
        self.asked = 0

    def acknowledge(self, said: dict[str, Any]) -> bool:
        """What the browser says it knows, by world's key: organisations and months. Whether it must be told the month again."""
        self.known.update({str(key): (int(known["rows"]), int(known["months"])) for key, known in said["known"].items()})
        self.asked += bool(said["behind"])
        return bool(said["behind"])

    def worlds(self, session: Session) -> list[dict[str, Any]]:
        """The worlds as they are made, each with a key of its own."""
        return [{"key": world.key, **pack_world(world.recorder, binary=True)} for world in session.worlds]

    def month(self, session: Session) -> dict[str, Any]:
        """The month that is shown, in all worlds; and the lines up to the last recorded month, from where the browser has them. What is
        told again is not the same again, else the browser would take no notice of it.
        """
        frames = []
        for world in session.worlds:
            snapshot = world.memory[session.month]
            everybody = world.recorder.everybody
            rows, months = self.known.get(world.key, (0, 0))
            missed = _since(everybody, min(rows, len(everybody)))
            frame = pack_frame(snapshot.with_newcomers(missed), binary=True)
            frames.append({"key": world.key, **frame, "lines": _lines(world, min(months, session.last + 1), session.last + 1)})
        return {"month": session.month, "last": session.last, "again": session.repeated, "frames": frames}

    def charts(self, session: Session, language: Language) -> list[dict[str, Any]]:
        """What the lines are called, and what they are in the month that is shown."""
        said = []
        for chart in CHARTS:
            now = [chart.values(world)[session.month] for world in session.worlds]
            said.append(
                {
                    "name": chart.name,
                    "label": language.say(f"charts.{chart.name}"),
                    "meaning": language.say(f"chart_meanings.{chart.name}"),
                    "form": chart.form,
                    "now": [chart.said(value, language) for value in now],
                    "difference": chart.said(now[1] - now[0], language, signed=True) if len(now) > 1 else "",
                }
            )
        return said


def _lines(world: LivedWorld, first: int, end: int) -> dict[str, Any]:
    """The values of each chart from one month to before another."""
    values = {chart.name: packed_array(chart.values(world)[first:end], "f8", binary=True) for chart in CHARTS}
    return {"first": first, "values": values}


def _since(everybody: Newcomers, row: int) -> Newcomers:
    """Those from that row on."""
    return Newcomers(
        first_row=row,
        names={number: name for number, name in everybody.names.items() if number >= row},
        **{name: getattr(everybody, name)[row:] for name in _BY_ROW},
    )
