"""SALib: an experiment's drawn factors as its problem, and points that SALib drew as an experiment.

    problem = to_salib(experiment)
    sample = SALib.sample.fast_sampler.sample(problem, 129)
    asked = with_points(experiment, sample, "points.csv")

What is asked so is lived, stored, resumed and read like any other experiment, and rows of its results are rows of the sample (once for
each combination of scenarios and crossed values, see `Experiment.combinations`), so that SALib can analyse them.

Bounds are in the factors' own units. SALib knows no whole numbers: one from low to high is a real number from low to high + 1 for it, and
`with_points` rounds that down, as the designs of experiment files do, so that each whole number is as likely as its distribution says.
"""

import csv
import io
import json
import os
import uuid
from collections.abc import Sequence
from math import floor, isfinite, nextafter
from pathlib import Path
from typing import Any

import numpy as np

from clustersim.experiments.numbers import is_whole
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.factors import LEVER, UNCERTAINTY, Factor
from clustersim.experiments.sweeps.loading import read
from clustersim.problems import Problem, ScenarioError, in_words

__all__ = ["to_salib", "with_points"]

_KINDS = {"uniform": "unif", "log_uniform": "logunif", "triangular": "triang", "normal": "truncnorm"}
_MOST_SAID = 20  # a sample with the same mistake in every row gets so many of them listed
_ROUNDING = 1e-9  # of the interval: how far outside it an end may fall when SALib scales it


def to_salib(experiment: Experiment) -> dict[str, Any]:
    """SALib's problem for the drawn factors: num_vars, names (the paths), bounds, dists.

    Raises:
        ScenarioError: if the experiment draws nothing, or SALib cannot draw it so.
    """
    _refuse_undrawn(experiment)
    problems: list[Problem] = []
    bounds = [_bounds(experiment, factor, problems) for factor in experiment.drawn]
    if problems:
        raise ScenarioError(problems)
    names = [factor.path for factor in experiment.drawn]
    dists = [_KINDS[factor.spread.distribution] for factor in experiment.drawn]
    return {"num_vars": len(names), "names": names, "bounds": bounds, "dists": dists}


def with_points(experiment: Experiment, sample: Sequence[Sequence[float]] | np.ndarray, file: str | os.PathLike[str]) -> Experiment:
    """The same experiment at points of one's own, in place of those that its design draws.

    Args:
        experiment: Its scenarios, constants, crossed factors, seeds and outcomes stay.
        sample: A row a point, a column a drawn factor, in the order of `to_salib`'s names and in their units.
        file: Where the points are written, as the table that the new experiment's design lists. It must stay there until they are run;
            a store keeps it with the experiment if it is modest (1 MB packed). A file that holds these very points may be there already.

    Raises:
        ScenarioError: naming every value that is not allowed.
        OSError: if the file cannot be written, or holds something else.
    """
    _refuse_undrawn(experiment)
    rows = _rows(experiment, np.asarray(sample, float))
    said, path = json.loads(experiment.text), Path(file).absolute()
    _write(path, [[factor.path for factor in experiment.drawn], *rows])
    table = said["said"] | {"seeds": experiment.seeds, "first_seed": experiment.first_seed}
    table |= {"design": {"kind": "list", "file": str(path)}}
    table |= {section: _crossed(experiment, role) for section, role in (("uncertainties", UNCERTAINTY), ("levers", LEVER))}
    return Experiment(**read(table, experiment.name, said["folder"], given=experiment.scenarios))


def _refuse_undrawn(experiment: Experiment) -> None:
    if not experiment.drawn:
        allowed, hint = "at least one factor with an interval", 'and a design that draws, such as kind = "latin_hypercube"'
        raise ScenarioError([Problem(experiment.name, "design", "an experiment that draws nothing", allowed, hint)])


def _bounds(experiment: Experiment, factor: Factor, problems: list[Problem]) -> list[float]:
    """Where a factor lies, in the terms of SALib's distribution."""
    spread, more = factor.spread, int(is_whole(factor.parameter))
    low, high = float(spread.low), float(spread.high + more)
    if spread.distribution == "normal":
        return [low, high, spread.mean, spread.sd]
    if spread.distribution == "triangular":
        if high < 0:
            found, allowed = f"a triangular distribution that ends at {high:g}", "one that ends at 0 or above, for SALib takes no other"
            problems.append(Problem(experiment.name, factor.path, found, allowed, "or another distribution"))
        peak = (spread.mode + more / 2 - low) / (high - low)
        return [low, high, min(peak, nextafter(1.0, 0.0))]  # SALib wants the peak below the end
    return [low, high]


def _rows(experiment: Experiment, sample: np.ndarray) -> list[list[float]]:
    """The values of a sample, each looked at."""
    if sample.ndim != 2 or sample.shape[1] != len(experiment.drawn) or not len(sample):
        found = f"a sample of shape {' x '.join(map(str, sample.shape)) or 'of a single number'}"
        allowed = f"rows of {len(experiment.drawn)} values: {', '.join(factor.path for factor in experiment.drawn)}"
        raise ScenarioError([Problem(experiment.name, "sample", found, allowed, "sample the problem that to_salib gives")])
    columns = [[_value(factor, float(value)) for value in column] for factor, column in zip(experiment.drawn, sample.T, strict=True)]
    wrong = [(row, k) for row in range(len(sample)) for k in range(len(columns)) if columns[k][row] is None]
    problems = []
    for row, k in wrong[:_MOST_SAID]:
        factor = experiment.drawn[k]
        allowed, hint = f"a number from {factor.spread.low:g} to {factor.spread.high:g}", "scale the sample to the bounds of to_salib"
        problems.append(Problem(experiment.name, f"sample, row {row}, {factor.path}", in_words(float(sample[row, k])), allowed, hint))
    if len(wrong) > _MOST_SAID:
        found = f"such mistakes in {len(wrong) - _MOST_SAID} more places"
        problems.append(Problem(experiment.name, "sample", found, "values in their intervals"))
    if problems:
        raise ScenarioError(problems)
    return [list(row) for row in zip(*columns, strict=True)]


def _value(factor: Factor, drawn: float) -> float | None:
    """What a factor is where SALib drew so much; None if that lies outside its interval."""
    low, high = factor.spread.low, factor.spread.high
    whole = is_whole(factor.parameter)
    room = _ROUNDING * (high - low)
    if not isfinite(drawn) or not low - room <= drawn <= high + whole + room:
        return None
    return min(max(floor(drawn) if whole else drawn, low), high)


def _crossed(experiment: Experiment, role: str) -> dict[str, Any]:
    """What a file says of the crossed factors of a role."""
    return {factor.path: factor.said() for factor in experiment.crossed if factor.role == role}


def _write(path: Path, rows: list[list[Any]]) -> None:
    """A table, whole or not at all; what is there already is not written over."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    if path.exists():
        if path.read_text(encoding="utf-8") != text.getvalue():
            raise FileExistsError(f"{path} is there already and holds something else; name another file, or remove it")
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}; make it, or name a file elsewhere")
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with part.open("x", encoding="utf-8", newline="") as opened:
            opened.write(text.getvalue())
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
