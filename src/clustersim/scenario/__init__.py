"""Scenarios: questions to the model, as TOML files that are checked before anything happens.

`Scenario.load` is the door. Behind it, in this order: `loading` finds and reads files and follows what they extend,
`entries` merges what they say, `checking` has pydantic compare it with the `shape` of a file, which is built from the
parameter classes that `theory` finds, and `parts` and `support` turn it into the `settings` of a `Scenario`. `completing` fills in
defaults to tell what a scenario changes, `idle` finds measures that can never act, and `schema` writes the same shape as a
JSON schema.
Every mistake is a `Problem`; all of them together are one `ScenarioError`.
"""

from clustersim.problems import Problem, ScenarioError
from clustersim.scenario.loading import shipped_scenarios
from clustersim.scenario.scenario import Scenario
from clustersim.scenario.settings import Funder, FunderSettings, MeasureSettings, Processes, Purpose, RunSettings
from clustersim.scenario.theory import PROCESSES, Theory, whole_theory
from clustersim.territory import TerritorySettings

__all__ = [
    "PROCESSES",
    "Funder",
    "FunderSettings",
    "MeasureSettings",
    "Problem",
    "Processes",
    "Purpose",
    "RunSettings",
    "Scenario",
    "ScenarioError",
    "TerritorySettings",
    "Theory",
    "shipped_scenarios",
    "whole_theory",
]
