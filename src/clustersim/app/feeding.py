"""What the drawing in the browser is fed with: worlds once, then months, each with what it has missed of the organisations born since.

A browser that comes back (a lost connection, a page drawn anew) knows less than it was told; it says so, and is told everything again.
"""

from typing import Any

from clustersim.app.charts import CHARTS
from clustersim.app.packing import pack_frame, pack_world, packed_array
from clustersim.app.session import Session
from clustersim.app.snapshots import Newcomers
from clustersim.app.speaking import Language

__all__ = ["Feed"]

_BY_ROW = ("x_km", "y_km", "seat", "kind", "purpose", "place", "founded_month")


class Feed:
    """What one browser has been told.

    Attributes:
        known: How many organisations of each world it says it knows, by the world's key.
        asked: How often it had to be told a month again.
    """

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.asked = 0

    def acknowledge(self, said: dict[str, Any]) -> bool:
        """What the browser says it knows: by world's key the number of organisations. Whether it must be told the month again."""
        self.known.update({str(key): int(rows) for key, rows in said["known"].items()})
        self.asked += bool(said["behind"])
        return bool(said["behind"])

    def worlds(self, session: Session) -> list[dict[str, Any]]:
        """The worlds as they are made, each with a key of its own."""
        return [{"key": world.key, **pack_world(world.recorder, binary=True)} for world in session.worlds]

    def month(self, session: Session) -> dict[str, Any]:
        """The month that is shown, in all worlds."""
        frames = []
        for world in session.worlds:
            snapshot = world.snapshots[session.month]
            everybody = world.recorder.everybody
            missed = _since(everybody, min(self.known.get(world.key, 0), len(everybody)))
            frame = pack_frame(snapshot.with_newcomers(missed), binary=True)
            frames.append({"key": world.key, **frame})
        return {"month": session.month, "last": session.last, "frames": frames}

    def charts(self, session: Session, language: Language) -> list[dict[str, Any]]:
        """The lines up to the last recorded month, and what they are in the month that is shown."""
        said = []
        for chart in CHARTS:
            values = [chart.values(world)[: session.last + 1] for world in session.worlds]
            now = [series[session.month] for series in values]
            said.append(
                {
                    "name": chart.name,
                    "label": language.say(f"charts.{chart.name}"),
                    "meaning": language.say(f"chart_meanings.{chart.name}"),
                    "form": chart.form,
                    "now": [chart.said(value, language) for value in now],
                    "difference": chart.said(now[1] - now[0], language, signed=True) if len(now) > 1 else "",
                    "lines": [packed_array(series, "f8", binary=True) for series in values],
                }
            )
        return said


def _since(everybody: Newcomers, row: int) -> Newcomers:
    """Those from that row on."""
    return Newcomers(
        first_row=row,
        names={number: name for number, name in everybody.names.items() if number >= row},
        **{name: getattr(everybody, name)[row:] for name in _BY_ROW},
    )
