"""Real places: the lists that come with the program, and the user's own."""

import csv
import tomllib
from functools import cache
from pathlib import Path

import numpy as np

from clustersim.territory.places import Territory, number_areas
from clustersim.territory.projection import project
from clustersim.territory.settings import TerritorySettings
from clustersim.territory.table import Sheet

__all__ = ["read_places", "shipped_territories"]

_DATA = Path(__file__).parent.parent / "data" / "territories"
_REQUIRED = ("code", "name", "population")
_OPTIONAL = ("lat", "lon", "x_km", "y_km", "region", "district", "locality", "area_km2")
_SYNONYMS = {
    "latitude": "lat",
    "longitude": "lon",
    "departement": "district",
    "département": "district",
    "province": "district",
    "province_short": "district",
    "epci": "locality",
}
_MOST_PEOPLE = 100_000_000
_FARTHEST_KM = 20_000.0


@cache
def shipped_territories() -> dict[str, dict[str, str]]:
    """Name to title, file, source, licence (and the list that names its areas), for the territories that come with the program."""
    with open(_DATA / "territories.toml", "rb") as file:
        facts = tomllib.load(file)
    return {name: {**fact, "file": str(_DATA / fact["file"])} for name, fact in facts.items()}


def read_places(settings: TerritorySettings) -> Territory:
    """The places of a real territory.

    Raises:
        ScenarioError: naming every mistake in the list.
    """
    sheet = Sheet(settings.path, _REQUIRED, _OPTIONAL, _SYNONYMS)
    codes = sheet.texts("code")
    sheet.mark("code", [row for row, code in enumerate(codes) if not code], "the official code of the place")
    sheet.refuse_repeated("code", codes)
    population = sheet.numbers("population", 0, _MOST_PEOPLE, whole=True)
    if not sheet.problems and population.sum() <= 0:
        sheet.add("column population", "nobody in any place", "at least one inhabitant")
    lat, lon, x, y = _positions(sheet)
    area_km2 = sheet.numbers("area_km2", 0.0, 1e7, open_cells=True)
    sheet.settle()

    order = np.array(sorted(range(len(codes)), key=codes.__getitem__))
    codes = [codes[i] for i in order]
    names = sheet.texts("name")
    if np.isnan(x).any():
        x, y = project(lat[order], lon[order])
    else:
        x, y = x[order], y[order]
    fact = shipped_territories()[settings.places] if settings.shipped else {}
    spoken = _area_names(fact.get("areas", ""))
    areas = {}
    for level in ("region", "district", "locality"):
        texts = sheet.texts(level)
        # a commune outside every inter-communal body (an island) is a locality of its own
        texts = [texts[i] or (codes[rank] if level == "locality" and level in sheet else "") for rank, i in enumerate(order)]
        areas[level], areas[f"{level}_codes"] = number_areas(texts)
        areas[f"{level}_labels"] = tuple(spoken.get((level, code), code) for code in areas[f"{level}_codes"])
    return Territory(
        title=fact.get("title", settings.path.name.partition(".")[0]),
        source=fact.get("source", f"the user's own file {settings.path.name}"),
        licence=fact.get("licence", "as the file's owner says"),
        uid=np.arange(len(codes), dtype=np.int64),
        codes=tuple(codes),
        names=tuple(names[i] or codes[rank] for rank, i in enumerate(order)),
        x_km=x,
        y_km=y,
        lat=lat[order],
        lon=lon[order],
        population=population[order].astype(np.int64),
        area_km2=area_km2[order],
        data_hash=sheet.data_hash,
        **areas,
    )


def _positions(sheet: Sheet) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Latitude, longitude, x and y; those that the file does not give are NaN. Positions on the plane come first."""
    plane, globe = "x_km" in sheet and "y_km" in sheet, "lat" in sheet and "lon" in sheet
    if not (plane or globe):
        sheet.add("header", "no complete position", "the columns lat and lon [degrees], or x_km and y_km [km]")
    lat, lon = sheet.numbers("lat", -90.0, 90.0, open_cells=plane), sheet.numbers("lon", -180.0, 180.0, open_cells=plane)
    x, y = sheet.numbers("x_km", -_FARTHEST_KM, _FARTHEST_KM), sheet.numbers("y_km", -_FARTHEST_KM, _FARTHEST_KM)
    return lat, lon, x, y


@cache
def _area_names(file: str) -> dict[tuple[str, str], str]:
    """(level, code) to the name of an area."""
    if not file:
        return {}
    with open(_DATA / file, encoding="utf-8", newline="") as lines:
        return {(row["level"], row["code"]): row["name"] for row in csv.DictReader(lines)}
