"""Every invariant, after every month, over random scenarios and random support."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import InvariantError

shares = st.floats(0.0, 1.0)
measures = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["seed_grant", "animation"]),
        "funder": st.sampled_from(["council", "foundation"]),
        "budget_eur_per_year": st.sampled_from([0, 1, 12_345, 90_000, 2_000_000]),
        "amount_eur": st.sampled_from([100, 33_333, 50_000]),
        "selection": st.sampled_from(["merit", "need", "lagging", "lottery", "first_come"]),
        "duration_months": st.sampled_from([1, 7, 24]),
        "co_funding_share": st.sampled_from([0.0, 0.3]),
        "calls_per_year": st.sampled_from([1, 4, 12]),
        "start_month": st.integers(1, 14),
    }
)
territories = st.fixed_dictionaries(
    {
        "population.organisations": st.integers(3, 90),
        "population.private_share": st.floats(0.0, 0.45),
        "population.public_share": st.floats(0.0, 0.45),
        "population.initial_coverage": st.floats(0.05, 3.0),
        "territory.places": st.integers(1, 25),
        "territory.width_km": st.sampled_from([1.0, 40.0, 900.0]),
        "run.spin_up": st.integers(0, 8),
        "run.months": st.just(24),
        "run.tie_bound": st.sampled_from([4, 24]),
        "processes.serving.income_sd": st.floats(0.0, 1.0),
        "processes.meeting.encounter_rate": st.floats(0.0, 4.0),
        "processes.meeting.far_chance": shares,
        "processes.partnering.threshold": st.sampled_from([-5.0, 1.5]),
        "processes.innovating.idea_rate": shares,
        "processes.federating.found_chance": shares,
        "processes.federating.join_chance": shares,
        "processes.observing.fewest_members": st.integers(2, 5),
        "processes.founding.entry_share_per_year": shares,
        "processes.closing.social_rate": st.floats(0.0, 0.2),
        "funders.council": st.just({"public": True, "level": "territory", "budget_eur_per_year": 300_000, "discretionary_share": 0.5}),
        "funders.foundation": st.just({"public": False, "level": "territory", "budget_eur_per_year": 70_001}),
        "measures.one": measures,
        "measures.two": measures,
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(territories, st.integers(0, 2**63))
def test_every_invariant_holds_after_every_month(changes: dict, seed: int) -> None:
    simulation = Simulation(Scenario.load("baseline", changes), seed, debug=True)
    simulation.run_for(32)
    assert simulation.month == 32 - simulation.state.spin_up


def test_a_broken_invariant_is_named() -> None:
    simulation = Simulation(Scenario.load("village"), 1)
    simulation.run_for(3)
    simulation.state.organisations.cash_cents[0] += 1
    try:
        simulation.state.check()
    except InvariantError as broken:
        assert "I1 money" in str(broken)
        assert "month 3" in str(broken)
    else:
        raise AssertionError("a cent appeared from nowhere and nobody noticed")
