"""The user's own table of points: a column a path, a row a point."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clustersim.experiments.numbers import is_number, is_whole
from clustersim.experiments.sweeps.own_lists import OwnList
from clustersim.parameters import Parameter
from clustersim.problems import Problem, ScenarioError, allowed_by, did_you_mean
from clustersim.territory.table import Sheet

__all__ = ["points_of"]


def points_of(
    path: Path, numbers: Mapping[str, Parameter], problems: list[Problem]
) -> tuple[OwnList | None, tuple[str, ...], list[tuple[Any, ...]]]:
    """The table as a list that is known by its digest, the paths that it has, and the value of each in every row; mistakes are noted.

    Args:
        path: A CSV file.
        numbers: Path to declaration of all that all scenarios have.
        problems: Where mistakes are noted.
    """
    spelt = {known.casefold(): known for known in numbers}
    try:
        sheet = Sheet(path, (), tuple(spelt), {})
    except ScenarioError as error:
        problems.extend(error.problems)
        return None, (), []
    found = {spelt[name]: _column(sheet, name, numbers[spelt[name]]) for name in sheet.names if name in spelt}
    for name in sheet.names:
        if name not in spelt:
            allowed = "columns named by paths of numbers, switches and words that all scenarios share"
            sheet.add("header", f'a column "{name}"', allowed, did_you_mean(name, numbers))
    problems.extend(sheet.problems)
    return OwnList(path, sheet.data_hash), tuple(found), [] if sheet.problems else list(zip(*found.values(), strict=True))


def _column(sheet: Sheet, name: str, parameter: Parameter) -> list[Any]:
    """Every value of a column in the type of its parameter."""
    if is_number(parameter):
        low, high = parameter.within or (-np.inf, np.inf)
        values = sheet.numbers(name, low, high, whole=is_whole(parameter))
        return [None if np.isnan(value) else parameter.cast(value) for value in values]
    texts = sheet.texts(name)
    words = {"true": True, "false": False} if isinstance(parameter.default, bool) else {choice: choice for choice in parameter.choices}
    sheet.mark(name, [row for row, text in enumerate(texts) if text.casefold() not in words], allowed_by(parameter))
    return [words.get(text.casefold()) for text in texts]
