"""Purposes and competences: the vocabulary of a scenario, fixed for a run."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Purposes:
    """The social or environmental purposes, and what each asks of those who answer it.

    Attributes:
        names: K names.
        competences: D names.
        prevalence_share: (K,) persons in need per inhabitant [share].
        price_cents: (K,) what a provider earns per person served [cents].
        challenge: (K, D) how much of each competence an answer demands [0..1].
    """

    names: tuple[str, ...]
    competences: tuple[str, ...]
    prevalence_share: np.ndarray
    price_cents: np.ndarray
    challenge: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def cumulative_prevalence(self) -> np.ndarray:
        """(K,) running sums of the prevalences, for drawing a purpose [share]."""
        return np.cumsum(self.prevalence_share)
