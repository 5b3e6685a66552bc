"""Territories: drawn towns, real communes that come with the program, or the user's own list of places.

`settings` says which territory, `drawn` and `real` make it, `table` reads lists strictly, `projection` lays latitudes and
longitudes out on a plane, `organisations` reads the user's own list of organisations.
"""

import os
from functools import lru_cache

from clustersim.territory.drawn import Drawn, draw_places
from clustersim.territory.organisations import GivenOrganisations, load_organisations
from clustersim.territory.places import Territory
from clustersim.territory.real import read_places, shipped_territories
from clustersim.territory.settings import TerritorySettings

__all__ = [
    "Drawn",
    "GivenOrganisations",
    "Territory",
    "TerritorySettings",
    "load_organisations",
    "load_territory",
    "shipped_territories",
]


def load_territory(settings: TerritorySettings) -> Territory:
    """The places of a territory. The last few are kept, so that many runs of one territory read it once.

    Raises:
        ScenarioError: naming every mistake in the list of places.
    """
    if settings.drawn is not None:
        return _drawn(settings.drawn)
    # an edited file is another file
    try:
        status = os.stat(settings.path)
        stamp = (status.st_mtime_ns, status.st_size)
    except OSError:
        stamp = (0, 0)
    return _real(settings, stamp)


@lru_cache(maxsize=8)
def _drawn(numbers: Drawn) -> Territory:
    return draw_places(numbers)


@lru_cache(maxsize=4)
def _real(settings: TerritorySettings, stamp: tuple[int, int]) -> Territory:
    return read_places(settings)
