"""Records as data frames: the raw material of a comparison, in the units that people use."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.outcomes import OUTCOMES, PATHS, PLACE_TYPES, SIZE_CLASSES
from clustersim.experiments.records import MONEY, Record
from clustersim.scenario import Scenario
from clustersim.state.organisations import KINDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Key", "cohort_frame", "measures_frame", "paths_frame", "runs_frame"]

type Key = tuple[str, int, int]  # arm, state, seed

_KEY = {
    "arm": ("-", "scenario"),
    "state": ("-", "state of the world: 0 as written, others drawn"),
    "seed": ("-", "replication: the same luck in every arm"),
}
_SPENT = {
    "public_eur": ("EUR", "spent by public funders under measures, less what came back"),
    "private_eur": ("EUR", "spent by private funders under measures, less what came back"),
    "own_eur": ("EUR", "what teams paid themselves of projects that had a grant"),
    "public_committed_eur": ("EUR", "promised by public funders under measures, and still to be paid at the end"),
    "private_committed_eur": ("EUR", "promised by private funders under measures, and still to be paid at the end"),
}
_MONEY = {
    "awarded_eur": ("EUR", "promised"),
    "paid_eur": ("EUR", "paid"),
    "returned_eur": ("EUR", "promised, and given back unpaid"),
    "repaid_eur": ("EUR", "paid, and paid back"),
    "awards": ("count", "promises"),
    "calls": ("count", "calls held"),
    "short_calls": ("count", "calls that had money left for at least one more, and nobody who could apply"),
    "left_eur": ("EUR", "what those calls left over that were the last of their budget year: what others leave, the next may use"),
}


def runs_frame(records: Mapping[Key, Record]) -> "pd.DataFrame":
    """One row a run: its outcomes and what was spent."""
    spent = {name: [getattr(record, name.replace("_eur", "_cents")) / 100 for record in records.values()] for name in _SPENT}
    outcomes = np.array([record.outcomes for record in records.values()]).reshape(len(records), len(OUTCOMES))
    values = {declared.name: outcomes[:, k] for k, declared in enumerate(OUTCOMES)}
    said = {declared.name: (declared.unit, declared.meaning) for declared in OUTCOMES}
    return _described(_keys(list(records)) | values | spent, _KEY | said | _SPENT)


def measures_frame(records: Mapping[Key, Record], arms: Mapping[str, Scenario]) -> "pd.DataFrame":
    """One row a measure and run: what it promised, paid and got back."""
    settings = {arm: [(m.name, m.kind, _public(scenario, m.funder)) for m in scenario.measures] for arm, scenario in arms.items()}
    lines = [(key, *what, row) for key, record in records.items() for what, row in zip(settings[key[0]], record.money, strict=True)]
    keys, names, kinds, public, rows = zip(*lines, strict=True) if lines else ((), (), (), (), ())
    sums = np.array(rows, np.int64).reshape(len(lines), len(MONEY))
    values = {
        name.replace("_cents", "_eur"): sums[:, k] / 100 if name.endswith("_cents") else sums[:, k] for k, name in enumerate(MONEY)
    }
    known = {"measure": ("-", "its name"), "kind": ("-", "its kind"), "public": ("-", "whether its funder is public")}
    what = {"measure": list(names), "kind": list(kinds), "public": np.array(public, bool)}
    return _described(_keys(keys) | what | values, _KEY | known | _MONEY)


def paths_frame(records: Mapping[Key, Record]) -> "pd.DataFrame":
    """One row a month and run."""
    months = [len(record.paths) for record in records.values()]
    values = np.concatenate([np.zeros((0, len(PATHS)), np.float32), *(record.paths for record in records.values())])
    month = {"month": np.concatenate([np.zeros(0, np.int32), *(np.arange(1, count + 1, dtype=np.int32) for count in months)])}
    said = {"month": ("month", "month of the scenario")}
    return _described(_repeated(records, months) | month | {name: values[:, k] for k, name in enumerate(PATHS)}, _KEY | said)


def cohort_frame(records: Mapping[Key, Record], purposes: Sequence[str]) -> "pd.DataFrame":
    """One row an organisation alive when the scenario began, and run: what it was, and what has become of it."""
    import pandas as pd

    counts = [len(record.cohort["uid"]) for record in records.values()]
    words = {"kind": KINDS, "size_class": SIZE_CLASSES, "purpose": tuple(purposes), "place_type": PLACE_TYPES}
    values: dict[str, object] = {}
    for name in next(iter(records.values())).cohort:
        column = np.concatenate([record.cohort[name] for record in records.values()])
        values[name.replace("_cents", "_eur")] = (
            pd.Categorical.from_codes(column, list(words[name])) if name in words else column / 100 if name.endswith("_cents") else column
        )
    said = {
        "uid": ("-", "stable identity, the same in every arm of a seed"),
        "size_class": ("FTE", "staff when the scenario began"),
        "place_type": ("-", "type of the place where it sits"),
        "survived": ("-", "whether it is alive at the end"),
        "clustered": ("-", "whether it is in a cluster at the end"),
        "degree": ("count", "its partners at the end"),
        "staff_fte": ("FTE", "its staff at the end"),
        "innovations": ("count", "validated social innovations it has taken part in by the end"),
        "support_eur": ("EUR", "support received by the end"),
    }
    return _described(_repeated(records, counts) | values, _KEY | said)


def _public(scenario: Scenario, funder: str) -> bool:
    return next(named.public for named in scenario.funders if named.name == funder)


def _keys(keys: Sequence[Key]) -> dict[str, object]:
    """The columns arm, state and seed, a row a key."""
    arms, states, seeds = zip(*keys, strict=True) if keys else ((), (), ())
    return {"arm": np.array(arms, object), "state": np.array(states, np.int32), "seed": np.array(seeds, np.int64)}


def _repeated(records: Mapping[Key, object], counts: Sequence[int]) -> dict[str, object]:
    """The same, each repeated; arms as words that are stored once."""
    import pandas as pd

    once = _keys(list(records))
    order = list(dict.fromkeys(once["arm"]))
    arm = pd.Categorical(np.repeat(once["arm"], counts), categories=order)
    return {"arm": arm, **{name: np.repeat(once[name], counts) for name in ("state", "seed")}}


def _described(values: Mapping[str, object], said: Mapping[str, tuple[str, str]]) -> "pd.DataFrame":
    """A frame whose columns know their unit and meaning."""
    import pandas as pd

    frame = pd.DataFrame(values)
    if "arm" in frame and frame["arm"].dtype == object:
        frame["arm"] = frame["arm"].astype("str")
    frame.attrs["columns"] = {name: {"unit": unit, "meaning": meaning} for name, (unit, meaning) in said.items() if name in frame}
    return frame
