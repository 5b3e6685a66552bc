"""Under which combinations of numbers do clusters emerge? Scenario discovery with the EMA Workbench (PRIM).

    uv run --extra ema python examples/scenario_discovery_with_ema.py

EMA chooses the points here. What a sweep has lived is analysed in the same way, and nothing is run again:

    experiments, outcomes = to_ema_results(sweep("examples/experiment.toml"))     # clustersim.experiments.adapters.ema_results
"""

from pathlib import Path

from ema_workbench import SequentialEvaluator
from ema_workbench.analysis.prim import Prim

from clustersim import Experiment
from clustersim.experiments.adapters.ema import to_ema

POINTS = 60
ENOUGH = 0.25  # clusters, mean over the last year and the seeds: one of the two histories has had one for half the year


def main() -> None:
    """Live the points, then look for a box in which clusters are common."""
    model = to_ema(Experiment.load(Path(__file__).parent / "experiment.toml"))
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=POINTS, uncertainty_sampling_kwargs={"rng": 1})

    emerged = outcomes["clusters"] >= ENOUGH
    numbers = experiments.drop(columns=["scenario", "policy", "model"])
    box = Prim(numbers, emerged, peel_alpha=0.1, mass_min=0.1).find_box()
    # PRIM peels the box smaller and smaller; a person would choose on its trade-off curve, here both halves of it count alike
    steps = box.peeling_trajectory
    chosen = int((steps["coverage"] * steps["density"]).idxmax())
    limits = box.box_lims[chosen]

    print(f"clusters emerge in {emerged.sum()} of {len(emerged)} points")
    print(f"PRIM's box holds {steps['coverage'][chosen]:.0%} of these; inside it they emerge in {steps['density'][chosen]:.0%} of points:")
    for name in numbers:
        (low, high), (least, most) = limits[name], (numbers[name].min(), numbers[name].max())
        if low > least or high < most:
            print(f"  {name:<36} {low:.3f} to {high:.3f}   (drawn from {least:.3f} to {most:.3f})")


if __name__ == "__main__":
    main()
