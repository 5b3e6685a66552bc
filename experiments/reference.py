"""The reference comparison under `results/reference`: what the shipped measures do in Brittany, made anew by one command.

    uv run python experiments/reference.py            # 100 seeds: about twenty minutes on two shared cores
    uv run python experiments/reference.py --seeds 5  # to try it; writes elsewhere

Three questions: what each shipped measure does as it is planned; the same where all spend the same public money; and how
much each measure of the mix contributes. Kept are tables, the resolved scenarios, the manifest and the page (of the first in
both languages, with its figures); not the raw runs, which the command makes again.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from clustersim import compare
from clustersim.experiments.comparisons.comparison import Comparison
from clustersim.report.page.build import build

MEASURES = (
    "seed_grants", "ptce_call_2013", "animation", "shared_places", "vouchers", "advice", "brokerage", "procurement", "patient_loans",
    "recognition", "policy_mix", "funding_stop",
)  # fmt: skip
COMPARABLE = ("seed_grants", "animation", "vouchers", "brokerage", "policy_mix")
TERRITORY = "bretagne"
KEPT = Path(__file__).parent.parent / "results" / "reference"
TRIED = Path(__file__).parent.parent / "results" / "reference_tried"
SEEDS, FEW = 100, 30


def main() -> None:
    """Ask the questions, and keep what is worth keeping."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--seeds", type=int, default=SEEDS, help="replications; other than 100 are written beside the reference")
    asked.add_argument("--workers", type=int, default=None, help="runs at a time; all cores unless said")
    asked.add_argument("--only", choices=("measures", "equal_money", "mix"), help="one of the three questions")
    said = asked.parse_args()
    out = KEPT if said.seeds == SEEDS else TRIED
    common = {"against": "no_support", "on": TERRITORY, "seeds": said.seeds, "workers": said.workers, "progress": show}
    few = {"seeds": min(said.seeds, FEW)}
    questions = {
        "measures": lambda: compare(MEASURES, **common),
        "equal_money": lambda: compare(COMPARABLE, equal_budget=True, **common | few),
        "mix": lambda: compare(("policy_mix",), decompose=True, **common | few),
    }
    for name, answer in questions.items():
        if said.only in (None, name):
            keep(answer(), out / name, in_full=name == "measures")
            print(f"\n{out / name}")


def show(done: int, needed: int) -> None:
    """One line that counts."""
    print(f"\r{done} of {needed} runs", end="", flush=True)


def keep(comparison: Comparison, target: Path, *, in_full: bool) -> None:
    """Write the comparison with its page, and leave out the raw runs; in full with the French page and the figures."""
    with tempfile.TemporaryDirectory() as away:
        whole = comparison.write(away)
        for language in ("en", "fr") if in_full else ("en",):
            build(whole, language)
        for raw in whole.glob("*.parquet"):
            raw.unlink()
        for drawing in (whole / "figures").iterdir():
            if not in_full or ".fr." in drawing.name or drawing.name.startswith("maps"):  # they stand in the pages
                drawing.unlink()
        shutil.rmtree(whole / "examples")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(whole, target)


if __name__ == "__main__":
    main()
