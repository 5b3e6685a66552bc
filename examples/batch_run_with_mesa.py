"""How does cooperation grow with encounters? Mesa's own batch_run over flat parameters.

    uv run python examples/batch_run_with_mesa.py

batch_run loses all results when one run fails, and cannot resume: for more than a few runs, see experiment files (`clustersim sweep`).
"""

import pandas as pd
from mesa.batchrunner import batch_run

from clustersim.flat_model import FlatModel

PARAMETERS = {
    "scenario": "village",
    "run__months": 36,
    "processes__meeting__encounter_rate": [0.1, 0.3, 0.9],  # the path, with two underscores for each dot
}


def main() -> None:
    """Run the batch and print means over seeds."""
    # a list of seeds gives every value the same luck; with number_processes above 1 keep the guard at the end of this file
    rows = batch_run(FlatModel, PARAMETERS, rng=range(1, 5), number_processes=1, display_progress=False)
    table = pd.DataFrame(rows).groupby("processes__meeting__encounter_rate")
    print(f"{len(rows)} runs; means over {len(rows) // len(table)} seeds:")
    print(table[["outcome__cooperation", "outcome__clusters", "outcome__innovations"]].mean().round(2).to_string())


if __name__ == "__main__":
    main()
