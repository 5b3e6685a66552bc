"""The tables of the state as data frames that read without a key: words for numbers, uids for rows, months of the scenario.

Columns are those of the state's declarations. What changes: kinds, purposes, outcomes and flows are words; a row of
another table becomes that organisation's uid, that place's name, or a number of cluster, pole, project or funder that is
missing where there is none; a column with several values a row becomes several columns. Month 1 is the first of the
scenario; 0 and below lie in the spin-up. Unit and meaning of each column are in `frame.attrs["columns"]`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.columns import Column, Table
from clustersim.money import FLOWS
from clustersim.state import State
from clustersim.state.funders import LEVELS
from clustersim.state.organisations import KINDS, VALUES
from clustersim.state.projects import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.territory import Territory

__all__ = ["TABLES", "frame"]

TABLES = ("organisations", "places", "ties", "clusters", "poles", "projects", "funders", "awards", "calls", "ledger")

_REFERENCES = {
    "cluster_row": "cluster",
    "pole_row": "pole",
    "project_row": "project",
    "funder_row": "funder",
    "origin_row": "origin",
    "merged_row": "merged",
}
_NEVER = {"closed_month", "ended_month"}  # 0 means that it has not happened
_MEANINGS = {
    "kind": "kind of organisation",
    "purpose": "purpose it works or stands for",
    "outcome": "how it ended, or that it is running",
    "level": "how far its jurisdiction reaches",
    "flow": "what the payment is for",
    "place_row": "name of the place where it sits",
    "measure": "name of the measure",
}


def frame(name: str, state: State, territory: "Territory", measures: Sequence[str] = ()) -> "pd.DataFrame":
    """One of `TABLES` as a data frame. With the names of the scenario's measures, in their order, these stand for their numbers.

    Raises:
        KeyError: for a name that is no table.
    """
    if name not in TABLES:
        raise KeyError(f"no table {name!r}; there are {', '.join(TABLES)}")
    import pandas as pd

    columns = _ties(state) if name == "ties" else _columns(name, state, territory, measures)
    values, facts = {}, {}
    for column, unit, meaning, array in columns:
        values[column] = array
        facts[column] = {"unit": unit, "meaning": meaning}
    table = pd.DataFrame(values, copy=True)
    table.attrs["columns"] = facts
    return table


def _columns(name: str, state: State, territory: "Territory", measures: Sequence[str]) -> Iterator[tuple[str, str, str, Any]]:
    """Name, unit, meaning and values of each column of a state table."""
    table: Table = state.ledger.journal if name == "ledger" else getattr(state, name)
    if name in ("clusters", "poles", "projects", "funders"):
        yield name[:-1], "-", "its number, by which other tables name it", np.arange(len(table))
    if name == "places":
        yield "name", "-", "name of the place", _words(range(len(table)), territory.names)
        yield "code", "-", "official code of the place", _words(range(len(table)), territory.codes)
        yield "latitude", "degrees", "latitude of the place, not a number where it is drawn", territory.lat
        yield "longitude", "degrees", "longitude of the place, not a number where it is drawn", territory.lon
    if name == "organisations" and state.names:
        yield "name", "-", "its name, where it has one", [state.names.get(row, "") for row in range(len(table))]
    words = _words_of(state, territory, measures)
    for column in table.columns():
        array = getattr(table, column.name)
        if column.width is not None:
            yield from _wide(name, column, array, state)
        elif column.name in words:
            yield column.name.removesuffix("_row"), column.unit, _MEANINGS[column.name], words[column.name](array)
        elif column.name == "organisation_row":
            yield "organisation_uid", "-", _without_code(column), _uids(array, state)
        elif column.name in _REFERENCES:
            yield _REFERENCES[column.name], column.unit, _without_code(column), _missing(array, array < 0)
        elif column.name == "month" or column.name.endswith("_month"):
            yield column.name, column.unit, _without_code(column), _months(column.name, array, state)
        else:
            yield column.name, column.unit, column.meaning, array


def _words_of(state: State, territory: "Territory", measures: Sequence[str]) -> dict[str, Callable[[np.ndarray], Any]]:
    """For the columns of numbers that stand for words: how to say them."""
    vocabularies: dict[str, Sequence[str]] = {
        "purpose": state.purposes.names,
        "kind": KINDS,
        "outcome": OUTCOMES,
        "level": LEVELS,
        "flow": [flow.name.lower() for flow in FLOWS],
        "place_row": territory.names,
        **({"measure": measures} if measures else {}),
    }
    return {column: lambda array, vocabulary=vocabulary: _words(array, vocabulary) for column, vocabulary in vocabularies.items()}


def _without_code(column: Column) -> str:
    """The meaning without what 0 or -1 stand for in the state: here such values are missing."""
    return column.meaning.partition(";")[0]


def _words(numbers: Any, vocabulary: Sequence[str]) -> Any:
    """Numbers as words, missing where negative; names that several places share stay the same word."""
    import pandas as pd

    codes, distinct = pd.factorize(np.asarray(vocabulary, dtype=object))
    numbers = np.asarray(numbers, dtype=np.int64)
    return pd.Categorical.from_codes(np.where(numbers < 0, -1, codes[numbers]), pd.Index(distinct, dtype="str"))


def _missing(array: np.ndarray, absent: np.ndarray) -> Any:
    """Whole numbers of which some are missing."""
    import pandas as pd

    return pd.arrays.IntegerArray(array.astype(np.int64), absent)


def _uids(rows: np.ndarray, state: State) -> Any:
    uid = state.organisations.uid
    return _missing(uid[np.maximum(rows, 0)] if len(uid) else np.zeros(rows.shape), rows < 0)


def _months(name: str, months: np.ndarray, state: State) -> Any:
    """Months of the scenario."""
    counted = months.astype(np.int64) - state.spin_up
    return _missing(counted, months == 0) if name in _NEVER else counted


def _wide(name: str, column: Column, array: np.ndarray, state: State) -> Iterator[tuple[str, str, str, Any]]:
    """One column for each value of a row."""
    if name == "projects" and column.name == "team":
        for seat in range(array.shape[1]):
            yield f"member_{seat + 1}_uid", "-", "organisation in the team, the leader first", _uids(array[:, seat], state)
        return
    parts = {"purposes": state.purposes.names, "competences": state.purposes.competences, 2: VALUES}[column.width]
    for k, part in enumerate(parts):
        stem = column.name.removesuffix("s") if name == "organisations" else column.name
        yield f"{stem}_{part.replace(' ', '_')}", column.unit, f"{column.meaning}: {part}", array[:, k]


def _ties(state: State) -> Iterator[tuple[str, str, str, Any]]:
    """One row a tie, the smaller uid first, in the order of uids."""
    o, t = state.organisations, state.ties
    one, slot = np.nonzero(np.arange(t.partner_row.shape[1]) < t.degree[:, None])
    other = t.partner_row[one, slot]
    once = o.uid[one] < o.uid[other]
    one, other, slot = one[once], other[once], slot[once]
    order = np.lexsort((o.uid[other], o.uid[one]))
    one, other, slot = one[order], other[order], slot[order]
    yield "uid_1", "-", "organisation at one end, the smaller uid", o.uid[one]
    yield "uid_2", "-", "organisation at the other end", o.uid[other]
    yield "trust", "0..1", "trust between the two", t.trust[one, slot]
    yield "purpose", "-", "purpose the tie serves", _words(t.purpose[one, slot], state.purposes.names)
    yield "born_month", "month", "month in which the tie was made", _months("born_month", t.born_month[one, slot], state)
    yield "joint_successes", "count", "projects the two have brought to success together", t.joint_successes[one, slot]
    yield "length_km", "km", "distance between the two", np.hypot(o.x_km[one] - o.x_km[other], o.y_km[one] - o.y_km[other])
