"""The patterns by which the model without support is judged: target, measured interval, held or not."""

from collections.abc import Callable, Sequence

import numpy as np

from clustersim.experiments.patterns.judging import NO_LIMIT, Finding, Pattern, findings, sampled
from clustersim.experiments.patterns.looks import (
    YEAR,
    Look,
    clustering_over_random,
    components,
    degrees,
    end_rate,
    innovations,
    largest_component,
    living_poles,
    near,
    path_over_random,
    pole_lives,
    share_in_groups,
    skewness,
    survival,
    tie_births,
    young_over_old,
)
from clustersim.experiments.patterns.null import rewired_by_distance
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state.organisations import PRIVATE_ACTOR, SOCIAL_ENTERPRISE

__all__ = ["PATTERNS", "check_patterns"]

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "E1", "social enterprises in a cluster at the horizon", 0.0, 0.15, "share",
        "source note", lambda k: k.share_in_clusters,
    ),
    Pattern(
        "E1", "the same beyond ties rewired by distance alone", 0.0, 0.15, "share",
        "section 5 of the theory note", lambda k: k.share_in_clusters - k.share_under_null,
    ),
    Pattern("E2", "members of a pole, mean", 10.0, 20.0, "count", "Labo de l'ESS; Federsolidarietà", living_poles),
    Pattern("E2", "members of a pole, skewness", 0.0, NO_LIMIT, "-", "Labo de l'ESS", living_poles, skewness),
    Pattern(
        "E3", "social enterprises that live 3 years", 0.77, 0.83, "share",
        "Scop 2012, 2013", lambda k: survival(k, SOCIAL_ENTERPRISE, 3),
    ),
    Pattern(
        "E3", "social enterprises that live 5 years", 0.63, 0.77, "share",
        "Scop 2012, 2013", lambda k: survival(k, SOCIAL_ENTERPRISE, 5),
    ),
    Pattern(
        "E3", "private actors that live 3 years", 0.63, 0.69, "share",
        "all French firms 2012", lambda k: survival(k, PRIVATE_ACTOR, 3),
    ),
    Pattern(
        "E3", "private actors that live 5 years", 0.47, 0.53, "share",
        "all French firms 2012", lambda k: survival(k, PRIVATE_ACTOR, 5),
    ),
    Pattern("E4", "poles that end in a year", 0.03, 0.065, "share", "Labo de l'ESS 2020", pole_lives, end_rate),
    Pattern(
        "E5", "degree, skewness", 0.5, NO_LIMIT, "-",
        "Roediger-Schluga & Barber 2006", lambda k: skewness(degrees(k)),
    ),
    Pattern(
        "E5", "local clustering over random", 10.0, NO_LIMIT, "ratio",
        "Almendral et al. 2007", clustering_over_random,
    ),
    Pattern("E5", "path length over random", 0.5, 2.5, "ratio", "Desmarchelier 2015", path_over_random),
    Pattern(
        "E5", "organisations in the largest component", 0.3, 0.97, "share",
        "Tomasello et al. 2014", largest_component,
    ),
    Pattern(
        "E5", "components besides the largest", 3.0, NO_LIMIT, "count",
        "Tomasello et al. 2014", lambda k: components(k).size - 1.0,
    ),
    Pattern("E6", "ties within 20 km", 0.4, 0.6, "share", "jurisdictions of PTCE 2020", near),
    Pattern(
        "E6", "breaking of ties under 2 years over older ones", 1.2, NO_LIMIT, "ratio",
        "Greve et al.; Lunnan & Haugland", young_over_old,
    ),
    Pattern(
        "E9", "validated innovations per 100 social enterprises and year", 3.0, 15.0, "count",
        "prior of the theory note", innovations,
    ),
)


def check_patterns(
    scenario: Scenario, seeds: Sequence[int], *, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Run the scenario under all seeds and measure every pattern on each.

    Args:
        scenario: What to simulate; patterns are stated for scenarios without support.
        seeds: The replications; 30 or more for intervals to be trusted.
        workers: Replications at a time; all usable cores unless said.
        progress: Called with (runs done, runs in all).

    Returns:
        One finding a pattern, in the order of `PATTERNS`.
    """
    return findings(PATTERNS, scenario, look_at, seeds, workers, progress)


def look_at(scenario: Scenario, seed: int, _: tuple[str, ...] = ()) -> list[np.ndarray]:
    """What one seed shows."""
    simulation = Simulation(scenario, seed)
    simulation.run_for(simulation.length - YEAR)
    before = tie_births(simulation.state)
    simulation.run_for(YEAR)
    state = simulation.state
    definition = scenario.processes.observing
    by_distance = rewired_by_distance(state, simulation.luck)
    look = Look(state, before, share_in_groups(state, definition), share_in_groups(by_distance, definition))
    return sampled(PATTERNS, look)
