"""A scenario: a question to the model, checked, with everything that answers it."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from clustersim.population import Population
from clustersim.problems import Caution, ScenarioError
from clustersim.scenario import parts, support
from clustersim.scenario.checking import Checker
from clustersim.scenario.completing import completed
from clustersim.scenario.entries import Entries, entries_of, layer
from clustersim.scenario.idle import idle_measures
from clustersim.scenario.loading import Loaded, default_entries, load_file, load_table, override_entries
from clustersim.scenario.settings import FunderSettings, MeasureSettings, Processes, RunSettings
from clustersim.scenario.theory import Theory, whole_theory
from clustersim.state.purposes import Purposes
from clustersim.territory import GivenOrganisations, Territory, TerritorySettings, load_territory

__all__ = ["Scenario"]

_WORDS = ("title", "question")  # what a scenario says about itself; results do not depend on it


@dataclass(frozen=True, eq=False)
class Scenario:
    """A question, checked. Two are equal if they say the same and the lists they read held the same, whatever their files.

    The lists that it names are read once, when it is loaded: who edits one later must load the scenario again.

    Attributes:
        name: Stem of its file.
        title: What it is called.
        question: What it asks, in plain words.
        territory: Which places.
        purposes: The vocabulary of purposes and competences.
        population: Who is there at the start.
        organisations_file: The user's own list of organisations, in place of drawn ones.
        own_organisations: What that list held when the scenario was loaded; None where organisations are drawn.
        processes: The numbers of every process.
        funders: The named funders, sorted by name.
        measures: The support measures, sorted by name.
        run: How long.
    """

    name: str
    title: str
    question: str
    territory: TerritorySettings
    purposes: Purposes
    population: Population
    organisations_file: Path | None
    own_organisations: GivenOrganisations | None = field(repr=False)
    processes: Processes
    funders: tuple[FunderSettings, ...]
    measures: tuple[MeasureSettings, ...]
    run: RunSettings
    _places: Territory | None = field(repr=False)
    _base: Entries = field(repr=False)
    _entries: Entries = field(repr=False)
    _theory: Theory = field(repr=False)

    @classmethod
    def load(
        cls,
        path_or_name: str | os.PathLike[str],
        overrides: Mapping[str, Any] | None = None,
        on: str | os.PathLike[str] | None = None,
        *,
        theory: Theory | None = None,
    ) -> Self:
        """A scenario by its file, or by the name of one that comes with the program.

        Args:
            path_or_name: A TOML file, or the name of a shipped scenario.
            overrides: Dotted paths with values that count instead of the file's: `{"run.months": 24}`. Texts that read as TOML
                values are taken as such, so that what stands on a command line can be passed on.
            on: Another scenario, by file or name, that takes the place of the territory: of the nearest scenario up the line of
                `extends` that says something about [territory], with all that this one extends.
            theory: Other parameter classes, for tests.

        Raises:
            ScenarioError: naming every mistake.
        """
        return cls._checked(load_file(path_or_name, on), overrides or {}, theory)

    @classmethod
    def from_dict(
        cls,
        table: Mapping[str, Any],
        name: str = "scenario",
        overrides: Mapping[str, Any] | None = None,
        *,
        folder: str | os.PathLike[str] = ".",
        theory: Theory | None = None,
    ) -> Self:
        """A scenario from a mapping laid out like a file. Relative paths in it start at `folder`.

        Raises:
            ScenarioError: naming every mistake.
        """
        return cls._checked(load_table(table, name, Path(folder).absolute()), overrides or {}, theory)

    @classmethod
    def _checked(cls, loaded: Loaded, overrides: Mapping[str, Any], theory: Theory | None, file: str = "(override)") -> Self:
        problems = list(loaded.problems)
        theory = theory or whole_theory()
        said = override_entries(overrides, problems, file)
        own = loaded.own | {path: entry for path, entry in said.items() if path[0] in _WORDS}
        entries = layer(loaded.entries, {path: entry for path, entry in said.items() if path[0] not in _WORDS}, problems)
        if loaded.problems and not entries:
            raise ScenarioError(problems)
        check = Checker(own | entries, loaded.file, theory, problems)
        territory, purposes = parts.territory(check), parts.purposes(check)
        population, organisations_file = parts.population(check)
        funders = support.funders(check)
        measures = support.measures(check, funders, purposes.names)
        places, own_organisations = support.read_lists(check, territory, purposes, organisations_file)
        placed = support.seated(check, funders, territory, places)
        if problems:
            raise ScenarioError(problems)
        return cls(
            name=loaded.name,
            title=check.said.get("title", loaded.name),
            question=check.said.get("question", ""),
            territory=territory,
            purposes=purposes,
            population=population,
            organisations_file=organisations_file,
            own_organisations=own_organisations,
            processes=Processes(**{process: group(**check.table("processes", process)) for process, group in theory.processes.items()}),
            funders=placed,
            measures=measures,
            run=RunSettings(**check.table("run")),
            _places=places,
            _base=loaded.base,
            _entries=entries,
            _theory=theory,
        )

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some values changed, by dotted paths as in `load`.

        Raises:
            ScenarioError: naming every mistake.
        """
        own = entries_of({"title": self.title, "question": self.question}, self.name)
        return self._checked(Loaded(self.name, self.name, own, self._base, self._entries, []), changes, self._theory, "(changes)")

    # ---- what it says

    def to_dict(self) -> dict[str, Any]:
        """Everything it says and leaves at its default, laid out like a file that extends nothing."""
        territory = {"kind": self.territory.kind}
        territory |= self.territory.drawn.values() if self.territory.drawn is not None else {"places": self.territory.places}
        p = self.purposes
        own_list = {} if self.organisations_file is None else {"organisations_file": str(self.organisations_file)}
        return {
            "title": self.title,
            "question": self.question,
            "competences": list(p.competences),
            "territory": territory,
            "purposes": {
                name: {
                    "prevalence_share": float(p.prevalence_share[k]),
                    "price_eur": int(p.price_cents[k]) / 100,
                    "challenge": {competence: float(p.challenge[k, d]) for d, competence in enumerate(p.competences)},
                }
                for k, name in enumerate(p.names)
            },
            "population": self.population.values() | own_list,
            "processes": {name: numbers.values() for name, numbers in self.processes.items()},
            "funders": {
                funder.name: {key: value for key, value in vars(funder).items() if key != "name" and value is not None}
                for funder in self.funders
            },
            "measures": {measure.name: measure.values() for measure in self.measures},
            "run": self.run.values(),
        }

    def to_toml(self) -> str:
        """The same as a scenario file."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def changes(self) -> list[tuple[str, Any, Any]]:
        """What it changes in what it extends (in the defaults, if it extends nothing): path, old, new; None where there is none."""
        old, new = (completed(entries, self._theory) for entries in (default_entries() | self._base, self._entries))
        return [(path, old.get(path), new.get(path)) for path in dict.fromkeys((*old, *new)) if old.get(path) != new.get(path)]

    def warnings(self) -> list[Caution]:
        """What is allowed but can hardly be meant, such as a measure that can never act: a sentence each, with a remedy."""
        return list(idle_measures(self.measures, self.funders, self.run.months))

    # ---- what it is

    def places(self) -> Territory:
        """Its territory: a list of places as it was when the scenario was loaded, or places drawn now."""
        return load_territory(self.territory) if self._places is None else self._places

    def data_hashes(self) -> dict[str, str]:
        """Digest of each list it reads, `territory` and `organisations`, as it was when the scenario was loaded."""
        lists = {"territory": self._places, "organisations": self.own_organisations}
        return {name: read.data_hash for name, read in lists.items() if read is not None}

    def identity(self) -> str:
        """A digest of everything that results depend on: the numbers, and the contents of the lists it reads; not its words or paths."""
        said = {key: value for key, value in self.to_dict().items() if key not in _WORDS}
        said["order"] = list(self.purposes.names)
        read = self.data_hashes()
        if "territory" in read:
            said["territory"] = {"kind": "real", "data": read["territory"]}
        if "organisations" in read:
            said["population"]["organisations_file"] = read["organisations"]
        return hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=8).hexdigest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        said, read = self.to_dict() == other.to_dict(), self.data_hashes() == other.data_hashes()
        return said and read and self.purposes.names == other.purposes.names

    def __hash__(self) -> int:
        return hash((self.title, self.purposes.names, self.population, self.run))
