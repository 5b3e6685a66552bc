"""Scenario files: finding them, reading them, and following what they extend.

A scenario can be put on another territory. Going up the line of what it extends, the nearest scenario that says something about
`[territory]` is replaced, with all that it extends, by the other one; in every branch, where there are several parents.
"""

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from clustersim.problems import Problem, did_you_mean, in_words
from clustersim.scenario.entries import Entries, Entry, combine, entries_of, layer

__all__ = ["DEFAULT", "Loaded", "load_file", "load_table", "override_entries", "shipped_scenarios"]

DEFAULT = "baseline"  # the shipped scenario whose purposes and competences count where a scenario names none
_FOLDER = Path(__file__).parent.parent / "data" / "scenarios"
_OF_THE_FILE = ("title", "question", "extends")  # never inherited
_FILES = (("territory", "places"), ("population", "organisations_file"))


class Loaded(NamedTuple):
    """A scenario as its files say it, not yet checked.

    Attributes:
        name: Stem of the file.
        file: The file, as messages name it.
        own: Title and question.
        base: What it extends says.
        entries: The same with what the scenario says itself.
        problems: What is wrong so far.
    """

    name: str
    file: str
    own: Entries
    base: Entries
    entries: Entries
    problems: list[Problem]


@cache
def shipped_scenarios() -> dict[str, Path]:
    """Name to file of the scenarios that come with the program."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}


def load_file(path_or_name: str | os.PathLike[str], on: str | os.PathLike[str] | None = None) -> Loaded:
    """A scenario by its file, or by the name of a shipped one; with the territory of another one, if `on` names one."""
    reader = _Reader()
    text = os.fspath(path_or_name)
    path = reader.find(text, Path.cwd(), "", "")
    if on is not None:
        reader.put_on(os.fspath(on))
    if reader.problems or path is None:
        return Loaded(Path(text).stem, text, {}, {}, {}, reader.problems)
    label = text if Path(text).suffix else _label(path)
    own, base, entries = reader.read(path, label)
    return Loaded(path.stem, label, own, base, entries, reader.problems)


def load_table(table: Mapping[str, Any], name: str, folder: Path) -> Loaded:
    """A scenario from a mapping laid out like a file; `folder` is where its relative paths start."""
    reader = _Reader()
    own, base, entries = reader.resolve(table, name, folder)
    return Loaded(name, name, own, base, entries, reader.problems)


@cache
def default_entries() -> Entries:
    """Purposes and competences of the default scenario."""
    path = shipped_scenarios()[DEFAULT]
    with open(path, "rb") as file:
        table = tomllib.load(file)
    return entries_of({key: table[key] for key in ("competences", "purposes")}, _label(path))


def override_entries(overrides: Mapping[str, Any], problems: list[Problem], file: str = "(override)") -> Entries:
    """Dotted paths with values. A text that reads as a TOML value is that value, any other is the text itself."""
    entries: Entries = {}
    for path, value in overrides.items():
        keys = tuple(key.strip() for key in path.split("."))
        if not all(keys) or keys[0] == "extends":
            problems.append(Problem(file, path, in_words(value), 'a path such as "population.organisations", and not "extends"'))
            continue
        if isinstance(value, str) and keys[0] not in ("title", "question"):
            value = _toml_value(value)
        entries |= entries_of({keys[-1]: value}, file, keys[:-1])
    _make_absolute(entries, Path.cwd())
    return entries


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _label(path: Path) -> str:
    """A file as messages name it."""
    if path.parent.resolve() == _FOLDER.resolve():
        return f"{path.name} (shipped)"
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _make_absolute(entries: Entries, folder: Path) -> None:
    """Turn the user's own lists, given relative to `folder`, into absolute paths."""
    for key in _FILES:
        entry = entries.get(key)
        if entry is not None and isinstance(entry.value, str) and entry.value.casefold().endswith((".csv", ".csv.gz")):
            entries[key] = Entry(os.path.abspath(folder / entry.value), entry.file)


class _Reader:
    """Follows `extends`, and remembers who descends from whom."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._open: list[tuple[Path, str]] = []
        self._done: dict[Path, tuple[str, Entries]] = {}
        self._ancestors: dict[str, set[str]] = {}
        self._other: tuple[str, Entries] | None = None

    def put_on(self, text: str) -> None:
        """Have the scenario that a text names in place of those that speak of the territory."""
        reader = _Reader()  # of its own: a file may be an ancestor of both
        path = reader.find(text, Path.cwd(), "", "")
        if path is not None:
            label = text if Path(text).suffix else _label(path)
            entries = reader.read(path, label)[2]
            said = {key[0] for key in entries}
            if "territory" not in said or "measures" in said:
                found = "measures of its own" if "measures" in said else "no territory"
                self.problems.append(Problem("--on", label, found, "a scenario with a territory and without measures", "name another"))
            self._other = (label, entries)
        self.problems += reader.problems
        self._ancestors |= reader._ancestors

    def find(self, text: str, folder: Path, file: str, key: str) -> Path | None:
        """The file that a text names; None, with a mistake noted, if there is none."""
        shipped = shipped_scenarios()
        is_file = text.endswith(".toml") or "/" in text or os.sep in text
        if not is_file and text in shipped:
            return shipped[text]
        path = folder / text
        candidates = [path] if path.suffix else [path, path.with_suffix(".toml")]
        for candidate in candidates:
            if os.path.isfile(candidate):  # a folder that this user may not look into has no file for him
                return candidate
        near = [other.name for other in path.parent.glob("*.toml")] if os.path.isdir(path.parent) else []
        hint = f'"{path.stem}" comes with the program: name it without folder and ending' if path.stem in shipped else ""
        hint = hint or did_you_mean(path.name if is_file else text, [*shipped, *near])
        allowed = f"an existing scenario file, or one of {', '.join(shipped)}"
        found, values = f'"{text}", which does not exist' if file else "no such file", {"name": text}
        self.problems.append(Problem(file or text, key, found, allowed, hint, "no_such_file", values))
        return None

    def read(self, path: Path, label: str) -> tuple[Entries, Entries, Entries]:
        """Own entries, base and all entries of a file."""
        table = self._table(path, label)
        if self._other is not None and "territory" in table:
            found = f"a territory of its own, to be put on {self._other[0]}"
            remedy = "give [territory] a file of its own and extend that, or leave the other territory out"
            self.problems.append(Problem(label, "territory", found, "a scenario that leaves its territory to what it extends", remedy))
            table = {key: value for key, value in table.items() if key != "territory"}
        return self._merge(table, path, label)

    def _merge(self, table: dict[str, Any], path: Path, label: str) -> tuple[Entries, Entries, Entries]:
        self._open.append((path.resolve(), label))
        result = self.resolve(table, label, path.parent)
        self._open.pop()
        self._done[path.resolve()] = (label, result[2])
        return result

    def _follow(self, path: Path) -> None:
        """Read what a scenario extends, or put the other territory in its place."""
        label = _label(path)
        table = self._table(path, label)
        if self._other is not None and "territory" in table:
            self._done[path.resolve()] = self._other
        else:
            self._merge(table, path, label)

    def _table(self, path: Path, label: str) -> dict[str, Any]:
        """A file as nested tables; empty, with a mistake noted, if it cannot be read."""
        try:
            with open(path, "rb") as file:
                return tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            found, values = f"text that is not TOML: {error}", {"error": str(error)}
            self.problems.append(Problem(label, "", found, "a scenario in TOML", "texts stand in quotes", "not_toml", values))
        except UnicodeDecodeError:
            self.problems.append(Problem(label, "", "letters that are not coded as UTF-8", "a text file in UTF-8", kind="not_utf8"))
        except OSError as error:
            self.problems.append(Problem(label, "", f"a file that cannot be read ({error.strerror})", "a readable file", kind="unreadable"))
        return {}

    def resolve(self, table: Mapping[str, Any], label: str, folder: Path) -> tuple[Entries, Entries, Entries]:
        """Own entries, base and all entries of a table."""
        said = entries_of({key: value for key, value in table.items() if key not in _OF_THE_FILE}, label)
        own = entries_of({key: table[key] for key in _OF_THE_FILE if key in table and key != "extends"}, label)
        _make_absolute(said, folder)
        self._ancestors.setdefault(label, set())
        parents = self._parents(table.get("extends"), label, folder)
        base: Entries | None = None
        for parent in parents:
            base = dict(parent) if base is None else combine(base, parent, said, label, self._descends, self.problems)
        if base is None:
            # who extends nothing and names no purposes has those of the default scenario, or of the other territory's
            named = {path[0] for path in said} & {"purposes", "competences"}
            base = {path: entry for path, entry in self._root(label).items() if path[0] not in named}
        return own, base, layer(base, said, self.problems)

    def _root(self, label: str) -> Entries:
        """What a scenario builds on that extends nothing."""
        if self._other is None:
            return default_entries()
        other, entries = self._other
        self._ancestors[label] |= {other, *self._ancestors[other]}
        return entries

    def _parents(self, extends: Any, label: str, folder: Path) -> list[Entries]:
        if extends is None:
            return []
        names = [extends] if isinstance(extends, str) else extends
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.problems.append(Problem(label, "extends", in_words(extends), "the name or file of a scenario, or a list of them"))
            return []
        found = []
        for name in names:
            path = self.find(name, folder, label, "extends")
            if path is None:
                continue
            line = [opened for opened, _ in self._open]
            if path.resolve() in line:
                circle = [name for _, name in self._open[line.index(path.resolve()) :]]
                found_words = f'"{name}", a circle: {" extends ".join([*circle, circle[0]])}'
                self.problems.append(Problem(label, "extends", found_words, "scenarios that do not extend this one"))
                continue
            if path.resolve() not in self._done:
                self._follow(path)
            parent, entries = self._done[path.resolve()]
            self._ancestors[label] |= {parent, *self._ancestors.get(parent, ())}
            found.append(entries)
        return found

    def _descends(self, file: str, ancestor: str) -> bool:
        return ancestor in self._ancestors.get(file, ())
