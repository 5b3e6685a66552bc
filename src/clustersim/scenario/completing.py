"""What files leave at its default, filled in: so that two scenarios can be compared value by value."""

from collections.abc import Mapping
from typing import Any

from clustersim.population import Population
from clustersim.scenario.entries import Entries, entries_of, nested, without_removed
from clustersim.scenario.settings import CALL_DATES, EVEN_CALLS, Funder, Purpose, RunSettings
from clustersim.scenario.theory import Theory
from clustersim.territory import Drawn

__all__ = ["completed"]


def completed(entries: Entries, theory: Theory) -> dict[str, Any]:
    """Dotted path to value, defaults included, of entries that need not be a whole scenario.

    What changes over time is at its path as it is at the beginning, and under it by month.
    """
    table = nested(without_removed(entries))

    def fill(path: tuple[str, ...], defaults: dict[str, Any]) -> None:
        inner = table
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = {**defaults, **inner.get(path[-1], {})}

    if table.get("territory", {}).get("kind", "drawn") == "drawn":
        fill(("territory",), {"kind": "drawn", **Drawn().values()})
    fill(("population",), Population().values())
    fill(("run",), RunSettings().values())
    for name, group in theory.processes.items():
        fill(("processes", name), group().values())
    for name in table.get("purposes", {}):
        fill(("purposes", name), Purpose().values())
        fill(("purposes", name, "challenge"), dict.fromkeys(table.get("competences", ()), 0.0))
    for name in table.get("funders", {}):
        fill(("funders", name), Funder().values())
    for name, measure in table.get("measures", {}).items():
        if measure.get("kind") in theory.measures:
            fill(("measures", name), theory.measures[measure["kind"]]().values())
            if CALL_DATES in measure:
                table["measures"][name].pop(EVEN_CALLS, None)
    values: dict[str, Any] = {}
    for path, entry in entries_of(table, "").items():
        course = entry.value if isinstance(entry.value, Mapping) else {"0": entry.value}
        values |= {".".join(path if month in ("0", "1") else (*path, month)): value for month, value in course.items()}
    return values
