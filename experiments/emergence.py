"""The reference sweep under `results/reference/emergence`: which numbers decide whether clusters emerge in `baseline`, by one command.

    uv run python experiments/emergence.py            # about an hour on two shared cores; goes on where it was stopped

Two steps. A Morris screening of all numbers of the processes and the population tells which matter at all; Sobol indices of the few that
do tell how much of the variance each accounts for. Kept are the analyses with their tables, figures and pages, the experiments and the
resolved scenario; not the raw runs, which the command makes again.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from clustersim import Results, sweep
from clustersim.experiments.sensitivity.analysing import analyse
from clustersim.experiments.sweeps.exporting import export
from clustersim.experiments.sweeps.sweeping import Standing
from clustersim.report.sensitivity import figures, page

HERE = Path(__file__).parent
STEPS = {"screening": "emergence_screening.toml", "indices": "emergence_indices.toml"}
KEPT = HERE.parent / "results" / "reference" / "emergence"
STORE = HERE.parent / "results" / "runs.store"


def main() -> None:
    """Sweep what is not there yet, analyse, and keep what is worth keeping."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--store", type=Path, default=STORE, help="where runs are, and are put")
    asked.add_argument("--workers", type=int, default=None, help="runs at a time; all cores unless said")
    asked.add_argument("--only", choices=tuple(STEPS), help="one of the two steps")
    said = asked.parse_args()
    for step, file in STEPS.items():
        if said.only in (None, step):
            results = sweep(HERE / file, store=said.store, workers=said.workers, progress=show)
            keep(results, f"clustersim sweep experiments/{file}", KEPT / step)
            print(f"\n{KEPT / step}")


def show(standing: Standing) -> None:
    """One line that counts."""
    print(f"\r{standing.total - standing.left} of {standing.total} runs", end="", flush=True)


def keep(results: Results, command: str, target: Path) -> None:
    """Write the analysis with its pages and figures, beside the experiment and the scenario; without runs and points."""
    with tempfile.TemporaryDirectory() as away:
        whole = export(results, away, command)
        analysis = analyse(results, None, [command, command.replace("sweep", "sensitivity")]).write(whole / "sensitivity", figures.write)
        for language in ("en", "fr"):
            page.build(analysis, language)
        for raw in ("runs.parquet", "runs.csv", "runs.xlsx", "points.csv"):
            (whole / raw).unlink(missing_ok=True)
        for drawing in analysis.rglob("*.png"):  # each is there as SVG
            drawing.unlink()
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(whole, target)


if __name__ == "__main__":
    main()
