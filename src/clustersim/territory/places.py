"""A territory as read or drawn: a frozen table of places with their areas and their source."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Territory", "number_areas"]


@dataclass(frozen=True, eq=False)
class Territory:
    """Places in the order of their codes.

    Attributes:
        title: Name of the territory.
        source: Where the places come from.
        licence: Under what licence.
        uid: Stable number of each place: its rank among the sorted codes.
        codes: Official codes, sorted.
        names: Names, as people say them.
        x_km, y_km: Position on the plane, east and north.
        lat, lon: Position on the globe [degrees]; NaN if drawn.
        population: Inhabitants.
        region, district, locality: Number of each place's areas.
        region_labels, district_labels, locality_labels: Names of the areas, by number; one empty name if unknown.
        region_codes, district_codes, locality_codes: Official codes of the areas, by number.
        area_km2: Surface of each place, NaN where unknown.
        data_hash: Digest of the data: changes with any of it.
    """

    title: str
    source: str
    licence: str
    uid: np.ndarray
    codes: tuple[str, ...]
    names: tuple[str, ...]
    x_km: np.ndarray
    y_km: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    population: np.ndarray
    region: np.ndarray
    district: np.ndarray
    locality: np.ndarray
    region_labels: tuple[str, ...]
    district_labels: tuple[str, ...]
    locality_labels: tuple[str, ...]
    region_codes: tuple[str, ...]
    district_codes: tuple[str, ...]
    locality_codes: tuple[str, ...]
    area_km2: np.ndarray
    data_hash: str

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __len__(self) -> int:
        return len(self.codes)

    def area_names(self, level: str) -> tuple[str, ...]:
        """What an area of that level ("region", "district", "locality") may be called: names, then codes."""
        labels, codes = getattr(self, f"{level}_labels"), getattr(self, f"{level}_codes")
        return tuple(name for name in dict.fromkeys((*labels, *codes)) if name)

    def area(self, level: str, text: str) -> int:
        """Number of the area of that name or code.

        Raises:
            KeyError: if the territory has no such area.
        """
        wanted = text.strip().casefold()
        for names in (getattr(self, f"{level}_codes"), getattr(self, f"{level}_labels")):
            for number, name in enumerate(names):
                if wanted and name.casefold() == wanted:
                    return number
        raise KeyError(text)

    def place(self, text: str) -> int:
        """Row of the place of that code, or of that name if only one place has it.

        Raises:
            KeyError: if there is no such place, or more than one.
        """
        wanted = text.strip()
        if wanted in self.codes:
            return self.codes.index(wanted)
        rows = [row for row, name in enumerate(self.names) if name.casefold() == wanted.casefold()]
        if len(rows) != 1:
            raise KeyError(text)
        return rows[0]


def number_areas(texts: list[str] | tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number areas in the order of their sorted codes. Returns the number of each place and the codes."""
    codes = tuple(sorted(set(texts)))
    number = {code: i for i, code in enumerate(codes)}
    return np.array([number[text] for text in texts], np.int32), codes
