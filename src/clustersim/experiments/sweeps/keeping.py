"""Keeping: what a store keeps of an experiment, so that it can be asked again without the files of then.

Kept is a JSON text. What the experiment's file says comes first; stores of earlier versions keep no more, and read their scenarios from the
files of now. Then the resolved scenarios and the user's own lists, packed, if they are modest; of others their digests tell
whether the file that lies there now is still the same.
"""

import atexit
import base64
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim.experiments.sweeps.naming import said_of_tables
from clustersim.experiments.sweeps.own_lists import OwnList, digest_of_list, lists_of, own_lists, table_with_lists
from clustersim.problems import Problem, ScenarioError
from clustersim.results import RESULTS_VERSION
from clustersim.scenario import Scenario

if TYPE_CHECKING:
    from clustersim.experiments.store import Store
    from clustersim.experiments.sweeps.experiment import Experiment

__all__ = ["as_known", "differs_now", "file_kept", "keeps_scenarios", "kept_text", "restored", "richness", "unpacked", "version_kept"]

_MODEST = 1_000_000  # bytes of a packed list: larger ones would bloat a store of small runs


def kept_text(experiment: "Experiment") -> str:
    """What a store keeps of an experiment. One that comes from a store is kept as it was."""
    said = json.loads(experiment.text)
    if "scenarios" in said:
        return experiment.text
    lists = {own.digest: {"path": str(own.path), "packed": _packed(own)} for own in own_lists(experiment)}
    places = {digest: entry["path"] for digest, entry in lists.items()}
    said |= {
        "version": RESULTS_VERSION,
        "scenarios": [
            {
                "name": scenario.name,
                "table": table_with_lists(scenario, places),
                "lists": [[*place, own.digest] for place, own in lists_of(scenario).items()],
            }
            for scenario in experiment.scenarios
        ],
        "points": None if experiment.own_table is None else experiment.own_table.digest,
        "lists": lists,
    }
    return json.dumps(said)


def as_known(experiment: "Experiment", store: "Store") -> "Experiment":
    """An experiment that is asked by the file among its own tables, as the store knows it, if it does: who asks by a copy loses nothing."""
    identity = experiment.identity()
    if said_of_tables(Path(json.loads(experiment.text)["folder"])).get("identity") != identity:
        return experiment
    known = [kept.text for kept in store.experiments() if kept.identity == identity]
    return replace(experiment, text=known[0]) if known and keeps_scenarios(known[0]) else experiment


def keeps_scenarios(text: str) -> bool:
    """Whether a kept text has its scenarios with it."""
    return "scenarios" in json.loads(text)


def richness(text: str) -> int:
    """How much a kept text has with it: its scenarios, and each list that is packed."""
    kept = json.loads(text)
    return ("scenarios" in kept) + sum(entry["packed"] is not None for entry in kept.get("lists", {}).values())


def version_kept(text: str) -> str:
    """The version of results that an experiment was asked with; this program's, where that was not kept."""
    return json.loads(text).get("version", RESULTS_VERSION)


def file_kept(text: str) -> Path:
    """The file that an experiment was asked with, be it there or not."""
    kept = json.loads(text)
    return Path(kept["folder"]) / f"{kept['name']}.toml"


def restored(text: str, instead: Mapping[str, Any]) -> dict[str, Any]:
    """What an `Experiment` is made of, from what a store keeps of it.

    Args:
        text: As `kept_text` made it, with its scenarios.
        instead: `seeds`, `first_seed`, `months`: what counts instead.

    Raises:
        ScenarioError: naming what this program does not understand of it, or a list that was too large to be kept and has gone or changed.
    """
    from clustersim.experiments.sweeps.loading import read

    kept = json.loads(text)
    changed = {name: value for name, value in instead.items() if value is not None}
    kept["said"] |= changed
    kept["instead"] = kept.get("instead", {}) | changed
    for scenario in kept["scenarios"] if "months" in changed else ():
        scenario["table"]["run"]["months"] = changed["months"]
    places = {digest: _place_of(digest, entry) for digest, entry in kept["lists"].items()}
    scenarios = tuple(_scenario(scenario, places, kept["folder"]) for scenario in kept["scenarios"])
    said = kept["said"]
    if kept["points"] is not None:
        said = said | {"design": said["design"] | {"file": places[kept["points"]]}}
    return read(said, kept["name"], kept["folder"], given=scenarios) | {"text": json.dumps(kept)}


def differs_now(experiment: "Experiment") -> str:
    """How the files of now differ from those that an experiment was asked with, in words; empty where they do not."""
    kept, file = json.loads(experiment.text), file_kept(experiment.text)
    try:
        if os.path.isfile(file):  # a folder that nobody else may look into has no file for us
            now = type(experiment).load(file, **kept.get("instead", {}))
        else:
            now = type(experiment).from_dict(kept["said"], kept["name"], folder=kept["folder"])
    except (ScenarioError, OSError):
        return "its files have gone, or can no longer be read"
    return "" if now.identity() == experiment.identity() else "its files ask for other runs now"


def unpacked(experiment: "Experiment") -> tuple[str, ...]:
    """The lists that lie where they have been unpacked, for this process alone: where each was."""
    kept = json.loads(experiment.text).get("lists", {})
    lists = [own for own in own_lists(experiment) if own.digest in kept]
    return tuple(kept[own.digest]["path"] for own in lists if str(own.path) != kept[own.digest]["path"])


def _scenario(kept: Mapping[str, Any], places: Mapping[str, str], folder: str) -> Scenario:
    table = dict(kept["table"])
    for section, key, digest in kept["lists"]:
        table[section] = table[section] | {key: places[digest]}
    return Scenario.from_dict(table, kept["name"], folder=folder)


def _packed(own: OwnList) -> str | None:
    packed = zlib.compress(own.content(), 9)
    return base64.b64encode(packed).decode() if len(packed) <= _MODEST else None


def _place_of(digest: str, entry: Mapping[str, Any]) -> str:
    """Where a list lies: its file, if that is still the same; or else where it is unpacked now, if it was kept."""
    there = Path(entry["path"])
    content = _content_of(there)
    if content is not None and digest_of_list(content) == digest:
        return entry["path"]
    if entry["packed"] is None:
        found = "a list that has changed since" if content is not None else "no list that can be read any more"
        allowed = f"the list of then (digest {digest}): it was too large to be kept in the store"
        raise ScenarioError([Problem(str(there), "", found, allowed, "put it back as it was, or ask anew with the one of now")])
    content = zlib.decompress(base64.b64decode(entry["packed"]))
    place = _unpacking_folder() / digest_of_list(content) / there.name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(content)
    return str(place)


def _content_of(path: Path) -> bytes | None:
    """What a file holds; None if nobody can say, be it gone or another's."""
    try:
        return path.read_bytes()
    except OSError:
        return None


@cache
def _unpacking_folder() -> Path:
    """A folder that goes with this process."""
    folder = Path(tempfile.mkdtemp(prefix="clustersim-lists-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
