"""What a run of a sweep leaves behind: its outcomes, its money and its months; small enough to keep many."""

from dataclasses import dataclass

import numpy as np

from clustersim.experiments.outcomes import OUTCOMES, PATHS
from clustersim.experiments.records import record_of
from clustersim.experiments.store import StoredRun, run_identity
from clustersim.scenario import Scenario

__all__ = ["SPENT", "Lived", "lived"]

# what is kept beside the outcomes: unit and meaning
SPENT = {
    "public_eur": ("EUR", "spent by public funders under measures, less what came back"),
    "private_eur": ("EUR", "spent by private funders under measures, less what came back"),
    "own_eur": ("EUR", "what teams paid themselves of projects that had a grant"),
}


@dataclass(frozen=True, eq=False)
class Lived:
    """One run.

    Attributes:
        numbers: Outcomes, and money spent, by name.
        series: Months of the scenario, by the names of `PATHS`.
        start_hash: Digest of the state when the scenario began.
        state_hash: Digest of the state at the end.
        seconds: Time it took.
    """

    numbers: dict[str, float]
    series: dict[str, np.ndarray]
    start_hash: str
    state_hash: str
    seconds: float

    def stored(self, scenario: str, seed: int) -> StoredRun:
        """The same as a store keeps it, under the identity of its scenario."""
        return StoredRun(run_identity(scenario, seed), scenario, seed, **vars(self))


def lived(scenario: Scenario, seed: int, keep: tuple[str, ...] = ()) -> Lived:
    """Run a scenario under a seed; `keep` is for other kinds of results and not used here."""
    record = record_of(scenario, seed)
    outcomes = {outcome.name: float(value) for outcome, value in zip(OUTCOMES, record.outcomes, strict=True)}
    spent = {name: getattr(record, name.replace("_eur", "_cents")) / 100 for name in SPENT}
    return Lived(
        numbers=outcomes | spent,
        series={name: np.ascontiguousarray(record.paths[:, k]) for k, name in enumerate(PATHS)},
        start_hash=record.start_hash,
        state_hash=record.state_hash,
        seconds=record.seconds,
    )
