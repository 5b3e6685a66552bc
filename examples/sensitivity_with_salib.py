"""Which numbers decide how much organisations cooperate? SALib draws the points and analyses them; clustersim lives them.

    uv run python examples/sensitivity_with_salib.py

Experiment files have the usual designs for sensitivity built in (`clustersim sensitivity`). This is for any other method of SALib:
here RBD-FAST, which makes do with few points.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from SALib.analyze import rbd_fast
from SALib.sample import latin

from clustersim import Experiment, sweep
from clustersim.experiments.adapters.salib import to_salib, with_points

POINTS = 120


def main() -> None:
    """Sample, sweep, analyse."""
    experiment = Experiment.load(Path(__file__).parent / "experiment.toml")
    problem = to_salib(experiment)
    sample = latin.sample(problem, POINTS, seed=1)

    with TemporaryDirectory() as folder:  # name a folder of your own instead, and what has been run is never run again
        asked = with_points(experiment, sample, Path(folder) / "points.csv")
        results = sweep(asked, store=Path(folder) / "runs.store", workers=1)  # leave workers out to use all cores
        cooperation = results.outcome("cooperation").mean(axis=1)  # over seeds: rows are those of the sample

    found = rbd_fast.analyze(problem, sample, cooperation, seed=1)
    print(f"{asked.runs} runs; partners of an organisation: {cooperation.min():.1f} to {cooperation.max():.1f}")
    print("share of the variance that each number accounts for by itself, with its 95 % interval:")
    for path, share, half in zip(problem["names"], found["S1"], found["S1_conf"], strict=True):
        print(f"  {path:<34} {share:5.2f} +- {half:.2f}")


if __name__ == "__main__":
    main()
