"""Tables of levels, effects and emergence: how much each arm reaches, what it changes, and whether anything emerges at all."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from clustersim.experiments.comparisons.pairing import arms_of, intervals_together, paired, paired_effect, worlds
from clustersim.experiments.statistics import interval, share_interval

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.experiments.outcomes import Outcome

__all__ = ["EFFECTS", "EMERGENCE", "EMERGING", "LEVELS", "effects", "emergence", "levels"]

LEVELS = ("arm", "outcome", "n", "mean", "low", "high")
EFFECTS = (
    "arm", "outcome", "n", "control", "treated", "difference", "low", "high", "share_better", "share_equal", "d", "correlation",
    "runs_saved", "spans_zero", "seeds_needed", "note",
)  # fmt: skip
EMERGENCE = ("arm", "outcome", "chance", "chance_low", "chance_high", "size_given", "size_low", "size_high")
EMERGING = ("clusters", "poles")  # outcomes that are zero where nothing emerges


def levels(runs: "pd.DataFrame", outcomes: Sequence["Outcome"]) -> "pd.DataFrame":
    """Mean over seeds of each outcome in each arm, the control included."""
    import pandas as pd

    rows = []
    for declared in outcomes:
        by_seed = worlds(runs, declared.name).groupby(level="seed").mean()
        for arm in arms_of(runs):
            values = by_seed[arm].dropna().to_numpy()
            mean = float(values.mean()) if values.size else float("nan")
            rows.append((arm, declared.name, values.size, mean, *interval(values)))
    return _in_order(pd.DataFrame(rows, columns=list(LEVELS)), runs)


def effects(runs: "pd.DataFrame", outcomes: Sequence["Outcome"], control: str) -> "pd.DataFrame":
    """What each arm changes against the control; columns as in `pairing.PairedEffect`.

    `low` and `high` are of each arm by itself; what can be told from none is judged for all arms together, as in `ranking`.
    """
    import pandas as pd

    treated, rows = [arm for arm in arms_of(runs) if arm != control], []
    for declared in outcomes if treated else ():
        values = worlds(runs, declared.name)
        for arm, (low, high) in zip(treated, intervals_together(values, treated, control).tolist(), strict=True):
            found = paired_effect(*paired(values, arm, control), declared.better, (low, high))
            rows.append({"arm": arm, "outcome": declared.name, **asdict(found)})
    return _in_order(pd.DataFrame(rows, columns=list(EFFECTS)), runs)


def emergence(runs: "pd.DataFrame", names: Sequence[str] = EMERGING) -> "pd.DataFrame":
    """Chance that anything emerges, and how much where it does.

    A seed counts by the share of its states of the world in which something emerges (Wilson's interval over seeds, rather too
    wide with several states); its size is the mean over these states.
    """
    import pandas as pd

    rows = []
    for name in names:
        values = worlds(runs, name)
        emerged = values.gt(0).where(values.notna()).astype(float).groupby(level="seed").mean()
        sizes = values.where(values > 0).groupby(level="seed").mean()
        for arm in arms_of(runs):
            shares, size = emerged[arm].dropna(), sizes[arm].dropna().to_numpy()
            chance = float(shares.mean()) if len(shares) else float("nan")
            mean = float(size.mean()) if size.size else float("nan")
            rows.append((arm, name, chance, *share_interval(float(shares.sum()), len(shares)), mean, *interval(size)))
    return _in_order(pd.DataFrame(rows, columns=list(EMERGENCE)), runs)


def _in_order(table: "pd.DataFrame", runs: "pd.DataFrame") -> "pd.DataFrame":
    """Rows by arm, in the order of the runs; outcomes keep theirs."""
    place = {arm: k for k, arm in enumerate(arms_of(runs))}
    return table.sort_values("arm", key=lambda arms: arms.map(place), kind="stable", ignore_index=True)
