"""The user's own lists that an experiment reads: places, organisations, and its table of points.

Each is known by the digest of its content, wherever it lies: what is kept or exported brings the lists along, and says of the file
of a list no more than where it was.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim.durable import ResultsError
from clustersim.scenario import Scenario

if TYPE_CHECKING:
    from clustersim.experiments.sweeps.experiment import Experiment

__all__ = ["OwnList", "digest_of_list", "lists_of", "own_lists", "table_with_lists"]

_PLACES, _ORGANISATIONS = ("territory", "places"), ("population", "organisations_file")


@dataclass(frozen=True)
class OwnList:
    """One list.

    Attributes:
        path: Its file.
        digest: Of what it held when it was read.
    """

    path: Path
    digest: str

    def content(self) -> bytes:
        """What it held when it was read.

        Raises:
            ResultsError: if it has gone or changed since.
        """
        remedy = "Put back the list as it was, or begin again with the one of now"
        try:
            found = self.path.read_bytes()
        except OSError as error:
            raise ResultsError(f"the list {self.path} cannot be read any more ({error.strerror})", remedy) from error
        if digest_of_list(found) != self.digest:
            raise ResultsError(f"the list {self.path} has changed since it was read", remedy)
        return found


def digest_of_list(content: bytes) -> str:
    """The digest by which a list is known, also in `Scenario.data_hashes`."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def lists_of(scenario: Scenario) -> dict[tuple[str, str], OwnList]:
    """A scenario's own lists, by the place in its file that names them; lists that come with the program are none."""
    read, found = scenario.data_hashes(), {}
    if "territory" in read and not scenario.territory.shipped:
        found[_PLACES] = OwnList(scenario.territory.path, read["territory"])
    if "organisations" in read:
        found[_ORGANISATIONS] = OwnList(scenario.organisations_file, read["organisations"])
    return found


def own_lists(experiment: "Experiment") -> Iterator[OwnList]:
    """All lists of an experiment, each once."""
    found = [own for scenario in experiment.scenarios for own in lists_of(scenario).values()]
    if experiment.own_table is not None:
        found.append(experiment.own_table)
    yield from {own.digest: own for own in found}.values()


def table_with_lists(scenario: Scenario, places: Mapping[str, str]) -> dict[str, Any]:
    """What a resolved scenario says, laid out like a file, with its lists where `places` says by their digests."""
    table = scenario.to_dict()
    for (section, key), own in lists_of(scenario).items():
        table[section][key] = places[own.digest]
    return table
