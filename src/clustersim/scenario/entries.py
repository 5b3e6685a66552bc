"""What files say, as flat entries that remember who said it; and how entries of parents and children merge.

A dotted path like `processes.meeting.rate` leads to one value and the file that set it. A child's value replaces its parent's.
Where a scenario extends several parents, the value of the file that is farther down the line of descent counts (a grandchild's
before its grandparent's); two that are not related and disagree are a mistake, unless the child itself settles the matter.

Some tables are things in their own right: the territory, each measure, funder and purpose. `remove = true` takes a measure, a
funder or a purpose away. A territory or measure whose `kind` changes does not keep the old kind's numbers.

What stands under a measure's name is one value each, also where it is a table from months to values: it is replaced whole. When
a measure holds its calls is said by their number in a year or by their dates: a child that says the one takes back the other.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from clustersim.problems import Problem, did_you_mean, in_words
from clustersim.scenario.settings import CALL_DATES, EVEN_CALLS

__all__ = ["Entries", "Entry", "Path", "combine", "entries_of", "layer", "nested", "without_removed"]

Path = tuple[str, ...]
Descends = Callable[[str, str], bool]
_THINGS = ("measures", "funders", "purposes")
_DEFAULT_KIND = "drawn"
_INSTEAD = {EVEN_CALLS: CALL_DATES, CALL_DATES: EVEN_CALLS}


class Entry(NamedTuple):
    """A value and the file that set it."""

    value: Any
    file: str


Entries = dict[Path, Entry]


def entries_of(table: Mapping[str, Any], file: str, path: Path = ()) -> Entries:
    """A nested table as flat entries. An empty table stays as an empty entry, so that it can be checked."""
    entries: Entries = {}
    for key, value in table.items():
        here = (*path, str(key))
        if isinstance(value, Mapping) and value and not _whole(here):
            entries |= entries_of(value, file, here)
        else:
            entries[here] = Entry(_plain(value), file)
    return entries


def _whole(path: Path) -> bool:
    """Whether what stands there is one value, even if it is a table."""
    return path[0] == "measures" and len(path) == 3


def _other_way(path: Path) -> Path | None:
    """Where the same would be said in the other way, if there are two: by dates of calls, or by their number in a year."""
    return (*path[:2], _INSTEAD[path[2]]) if _whole(path) and path[2] in _INSTEAD else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def nested(entries: Entries) -> dict[str, Any]:
    """Flat entries as a nested table."""
    table: dict[str, Any] = {}
    for path, entry in entries.items():
        inner = table
        for key in path[:-1]:
            inner = inner.setdefault(key, {}) if isinstance(inner, dict) else inner
        # a value where another parent has a table stays, for the checker to refuse
        if isinstance(inner, dict) and not (entry.value == {} and path[-1] in inner):
            inner[path[-1]] = dict(entry.value) if isinstance(entry.value, Mapping) else entry.value
    return table


def thing_of(path: Path) -> Path | None:
    """The territory, measure, funder or purpose that a path belongs to, if any."""
    if path[0] == "territory":
        return path[:1]
    return path[:2] if path[0] in _THINGS and len(path) > 1 else None


def _under(path: Path, table: Path) -> bool:
    return path[: len(table)] == table


def _drop(entries: Entries, table: Path) -> None:
    for path in [path for path in entries if _under(path, table)]:
        del entries[path]


def _removed(entries: Entries, thing: Path) -> bool:
    entry = entries.get((*thing, "remove"))
    return thing[0] in _THINGS and entry is not None and entry.value is True


def _identity(entries: Entries, thing: Path) -> Entry | None:
    """What decides whether two tables are the same thing: removed or not, and the kind."""
    if _removed(entries, thing):
        return Entry("removed", entries[(*thing, "remove")].file)
    if thing[0] not in ("territory", "measures"):
        return None
    if (*thing, "kind") in entries:
        return entries[(*thing, "kind")]
    files = [entry.file for path, entry in entries.items() if _under(path, thing)]
    return Entry(_DEFAULT_KIND, files[0]) if thing[0] == "territory" and files else None


def layer(below: Entries, above: Entries, problems: list[Problem]) -> Entries:
    """What a file says on top of what it extends."""
    merged = dict(below)
    for thing in dict.fromkeys(thing for path in above if (thing := thing_of(path))):
        if _removed(above, thing):
            if not any(_under(path, thing) for path in below) or _removed(below, thing):
                others = [path[1] for path in below if path[0] == thing[0] and len(path) > 1]
                file = above[(*thing, "remove")].file
                allowed = f"one of the {thing[0]} of what the scenario extends"
                hint = did_you_mean(thing[1], others)
                problems.append(Problem(file, ".".join(thing), "an order to remove what is not there", allowed, hint))
            _drop(merged, thing)
        elif _removed(below, thing):
            _drop(merged, thing)
        else:
            new, old = above.get((*thing, "kind")), _identity(below, thing)
            if new is not None and old is not None and new.value != old.value:
                _drop(merged, thing)
    for path in above:
        if (instead := _other_way(path)) is not None and instead not in above:
            merged.pop(instead, None)
    for path, entry in above.items():
        if entry.value == {} and not _whole(path) and any(_under(other, path) for other in merged):
            continue
        for shorter in range(1, len(path)):
            merged.pop(path[:shorter], None)
        _drop(merged, path)
        merged[path] = entry
    return merged


def combine(one: Entries, other: Entries, child: Entries, child_file: str, descends: Descends, problems: list[Problem]) -> Entries:
    """Two parents side by side.

    Args:
        one, other: What the parents say.
        child: What the child itself says: it settles disagreements.
        child_file: The child's file, for messages.
        descends: Whether the first file extends the second, however indirectly.
        problems: Where disagreements are noted.
    """
    one, other = dict(one), dict(other)

    def disagree(path: Path, a: Entry, b: Entry) -> None:
        found = f"{in_words(a.value)} in {a.file} and {in_words(b.value)} in {b.file}"
        problems.append(Problem(child_file, ".".join(path), found, "one value", "set it in this file, or extend only one of the two"))

    for thing in dict.fromkeys(thing for path in one if (thing := thing_of(path))):
        a, b = _identity(one, thing), _identity(other, thing)
        if a == b or not any(_under(path, thing) for path in other) or (a and b and a.value == b.value):
            continue
        mine = _identity(child, thing)
        if mine is not None and (thing != ("territory",) or (*thing, "kind") in child):
            for parent, identity in ((one, a), (other, b)):
                if identity is None or identity.value != mine.value:
                    _drop(parent, thing)
            continue
        # the side whose decision is younger than everything that the other side says about the thing
        loser = None
        if a is not None and all(descends(a.file, entry.file) for path, entry in other.items() if _under(path, thing)):
            loser = other
        elif b is not None and all(descends(b.file, entry.file) for path, entry in one.items() if _under(path, thing)):
            loser = one
        else:
            disagree(thing, _spoken_for(one, thing, a, b, descends), _spoken_for(other, thing, b, a, descends))
            loser = other
        _drop(loser, thing)
    merged = one | other
    for path in one.keys() & other.keys():
        a, b = one[path], other[path]
        if a.value == b.value or descends(a.file, b.file):
            merged[path] = a
        elif not descends(b.file, a.file) and path not in child and not _removed(child, thing_of(path) or path):
            disagree(path, a, b)
    for path in list(merged):
        instead = _other_way(path)
        if path in merged and instead in merged and descends(merged[path].file, merged[instead].file):
            del merged[instead]
    return merged


def _spoken_for(entries: Entries, thing: Path, decision: Entry | None, against: Entry | None, descends: Descends) -> Entry:
    """What a side decides about a thing, in the name of a file that the other side does not build on."""
    files = [entry.file for path, entry in entries.items() if _under(path, thing)]
    own = [file for file in files if against is None or not (file == against.file or descends(against.file, file))]
    return Entry(decision.value if decision else "kept", (own or files)[0])


def without_removed(entries: Entries) -> Entries:
    """Entries less the marks of what was removed."""
    return {path: entry for path, entry in entries.items() if not ((thing := thing_of(path)) and _removed(entries, thing))}
