"""The user's own list of organisations.

Columns: name, kind (social_enterprise, private_actor, public_funder), place (its code); and, if known, purpose (its name),
staff_fte, cash_eur, age_years. A cell left empty leaves the matter to the draw of the population.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clustersim.problems import did_you_mean
from clustersim.state.organisations import KINDS
from clustersim.state.purposes import Purposes
from clustersim.territory.places import Territory
from clustersim.territory.table import Sheet

__all__ = ["GivenOrganisations", "load_organisations"]

_REQUIRED = ("name", "kind", "place")
_OPTIONAL = ("purpose", "staff_fte", "cash_eur", "age_years")
_LARGEST_STAFF = 100_000.0
_MOST_CASH_EUR = 1e9
_OLDEST_YEARS = 500.0


@dataclass(frozen=True, eq=False)
class GivenOrganisations:
    """Columns of a list of organisations, in the order of the file. Unknown: purpose -1, numbers NaN."""

    name: tuple[str, ...]
    kind: np.ndarray
    place_row: np.ndarray
    purpose: np.ndarray
    staff_fte: np.ndarray
    cash_eur: np.ndarray
    age_years: np.ndarray
    data_hash: str

    def __len__(self) -> int:
        return len(self.name)


def load_organisations(path: Path | str, territory: Territory, purposes: Purposes) -> GivenOrganisations:
    """Read a list of organisations.

    Raises:
        ScenarioError: naming every mistake in the list.
    """
    sheet = Sheet(Path(path), _REQUIRED, _OPTIONAL, {})
    place = {code: row for row, code in enumerate(territory.codes)}
    kinds = {name: number for number, name in enumerate(KINDS)}
    names = {"": -1, **{name: number for number, name in enumerate(purposes.names)}}
    given = GivenOrganisations(
        name=tuple(sheet.texts("name")),
        kind=_looked_up(sheet, "kind", kinds, f"one of {', '.join(KINDS)}", np.int8),
        place_row=_looked_up(sheet, "place", place, "the code of a place of the territory", np.int32),
        purpose=_looked_up(sheet, "purpose", names, f"one of {', '.join(purposes.names)}, or empty", np.int8),
        staff_fte=sheet.numbers("staff_fte", 0.1, _LARGEST_STAFF, open_cells=True),
        cash_eur=sheet.numbers("cash_eur", 0.0, _MOST_CASH_EUR, open_cells=True),
        age_years=sheet.numbers("age_years", 0.0, _OLDEST_YEARS, open_cells=True),
        data_hash=sheet.data_hash,
    )
    sheet.settle()
    return given


def _looked_up(sheet: Sheet, name: str, known: dict[str, int], allowed: str, dtype: type) -> np.ndarray:
    """The numbers behind a column of names."""
    texts = sheet.texts(name)
    wrong: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        if text not in known:
            wrong.setdefault(text, []).append(row)
    for text, rows in wrong.items():
        sheet.mark(name, rows, allowed, did_you_mean(text, known) if text else "")
    return np.array([known.get(text, -1) for text in texts], dtype)
