"""What must not change when something that should not matter changes (M1 to M8 and M10 of the trust contract)."""

import numpy as np
import pytest

from clustersim.luck import Luck
from clustersim.populate import populate
from clustersim.processes import founding, meeting, serving
from clustersim.runs import run
from clustersim.scenario import Scenario
from clustersim.simulation import MONTH, Simulation
from clustersim.state import State
from clustersim.state.organisations import PUBLIC_FUNDER
from clustersim.state.places import Neighbourhood
from clustersim.territory import load_territory

COUNCIL = {"funders.council": {"public": True, "level": "territory", "budget_eur_per_year": 400_000}}
SEEDS = {"measures.seeds": {"kind": "seed_grant", "funder": "council", "budget_eur_per_year": 200_000}}
ANIMATORS = {"measures.animators": {"kind": "animation", "funder": "council", "budget_eur_per_year": 150_000}}
SMALL = {"population.organisations": 120, "territory.places": 40, "run.spin_up": 12, "run.months": 24}


def _by_uid(state: State) -> dict[int, tuple]:
    """Everything about each organisation that does not name a row, ties by the partner's uid."""
    o, t = state.organisations, state.ties
    found = {}
    for i in range(len(o)):
        own = tuple(
            column[i].tobytes()
            for name, column in o.arrays()
            if not name.endswith("_row") or name == "place_row"
        )
        slots = range(t.degree[i])
        ties = tuple(
            sorted((int(o.uid[t.partner_row[i, k]]), float(t.trust[i, k]), int(t.born_month[i, k]), int(t.purpose[i, k])) for k in slots)
        )
        found[int(o.uid[i])] = (own, ties)
    return found


def _hashes(scenario: Scenario, months: int, seed: int = 2) -> list[str]:
    simulation = Simulation(scenario, seed)
    found = []
    for _ in range(months):
        simulation.step()
        found.append(simulation.state.hash())
    return found


@pytest.mark.parametrize("measure", [SEEDS, ANIMATORS])
def test_m1_a_measure_without_budget_is_the_measure_absent(measure: dict) -> None:
    name = next(iter(measure))
    without = Scenario.load("baseline", {**SMALL, **COUNCIL})
    unpaid = Scenario.load("baseline", {**SMALL, **COUNCIL, name: {**measure[name], "budget_eur_per_year": 0}})
    assert _hashes(unpaid, 36) == _hashes(without, 36)


def test_m2_a_measure_changes_nothing_before_it_starts() -> None:
    without = Scenario.load("baseline", {**SMALL, **COUNCIL})
    late = Scenario.load("baseline", {**SMALL, **COUNCIL, "measures.seeds": {**SEEDS["measures.seeds"], "start_month": 13}})
    a, b = _hashes(without, 36), _hashes(late, 36)
    assert a[: 12 + 12] == b[: 12 + 12]
    assert a[-1] != b[-1], "the measure never did anything, so the test would prove nothing"


def _with_hermit(scenario: Scenario, hermit: bool) -> Simulation:
    """A territory with an uninhabited island far off, on which a public body may sit."""
    simulation = Simulation(scenario, 4)
    state = simulation.state
    rows = state.places.append(1, uid=10_000, x_km=5_000.0, y_km=5_000.0, region=0, district=0, locality=0)
    state.place_levers.append(1)
    n = scenario.processes
    state.catchment = Neighbourhood.of(state.places, n.serving.reach_km, serving.CATCHMENT_SCALES)
    state.vicinity = Neighbourhood.of(state.places, n.meeting.decay_km, meeting.VICINITY_SCALES)
    if hermit:
        state.settle(1, uid=1 << 42, kind=PUBLIC_FUNDER, alive=True, place_row=rows.start, x_km=5_000.0, y_km=5_000.0)
    return simulation


def test_m3_an_isolated_organisation_changes_nothing_for_the_others() -> None:
    scenario = Scenario.load("baseline", {**SMALL, **COUNCIL, **SEEDS, "processes.meeting.far_chance": 0.0})
    with_one, without = _with_hermit(scenario, True), _with_hermit(scenario, False)
    with_one.run_for(36)
    without.run_for(36)
    found = _by_uid(with_one.state)
    hermit = found.pop(1 << 42)
    assert found == _by_uid(without.state)
    assert hermit[1] == (), "the hermit was not isolated"


def _merged(one: State, two: State) -> State:
    """Both territories in one state, the second 5 000 km away, before anything has happened."""
    merged = one.copy()
    places, organisations = len(one.places), len(one.organisations)
    columns = dict(two.places.copy().arrays())
    columns["x_km"] = columns["x_km"] + 8_192.0
    for name in ("region", "district", "locality"):
        columns[name] = columns[name] + 1_000
    merged.places.append(len(two.places), **columns)
    merged.place_levers.append(len(two.places))
    columns = dict(two.organisations.arrays())
    columns["place_row"] = columns["place_row"] + places
    columns["x_km"] = columns["x_km"] + 8_192.0
    merged.settle(len(two.organisations), **columns)
    columns = dict(two.funders.arrays())
    columns["organisation_row"] = columns["organisation_row"] + organisations
    columns["area"] = columns["area"] + 1_000
    merged.funders.append(len(two.funders), **columns)
    merged.ledger.total_cents += two.ledger.total_cents
    merged.ledger.month_cents += two.ledger.month_cents
    merged._indices = {}
    return merged


def test_m4_two_territories_out_of_reach_in_one_run_are_two_runs() -> None:
    scenario = Scenario.load("baseline", {**SMALL, "processes.meeting.far_chance": 0.0})
    first, second = Simulation(scenario, 4), Simulation(scenario, 4)
    other = second.state
    # the second is the same map with other identities, at coordinates that shift without rounding
    for state in (first.state, other):
        for table in (state.places, state.organisations):
            table.x_km[:] = np.round(table.x_km * 1024) / 1024
    for i in range(len(other.organisations)):
        other.organisations.uid[i] += (5_000 << 19)
    other.places.uid[:] += 5_000
    for region in (other.places.region, other.places.district, other.places.locality):
        region += 1_000
    other.funders.area[:] += 1_000
    undo = other.copy()
    for region in (undo.places.region, undo.places.district, undo.places.locality):
        region -= 1_000
    undo.funders.area[:] -= 1_000
    both = Simulation(scenario, 4)
    both.state = _merged(first.state, undo)
    other.places.x_km[:] += 8_192.0
    other.organisations.x_km[:] += 8_192.0
    for simulation in (first, second, both):
        s, n = simulation.state, scenario.processes
        s.catchment = Neighbourhood.of(s.places, n.serving.reach_km, serving.CATCHMENT_SCALES)
        s.vicinity = Neighbourhood.of(s.places, n.meeting.decay_km, meeting.VICINITY_SCALES)
        serving.weigh_catchment(s.catchment.start, s.catchment.place, s.catchment.weight, s.places.structural_need, s.places.catchment_need)
        simulation.run_for(30)
    together = _by_uid(both.state)
    for name, simulation in (("first", first), ("second", second)):
        apart = _by_uid(simulation.state)
        names = [name for name, _ in simulation.state.organisations.arrays() if not name.endswith("_row") or name == "place_row"]
        place = names.index("place_row")
        for uid, (own, ties) in apart.items():
            mine = together[uid]
            assert [v for k, v in enumerate(mine[0]) if k != place] == [v for k, v in enumerate(own) if k != place], name
            assert mine[1] == ties, name
    assert sum(len(_by_uid(s.state)) for s in (first, second)) == len(together)


def test_m5_relabelled_rows_give_the_relabelled_result() -> None:
    scenario = Scenario.load("baseline", SMALL)
    straight, shuffled = Simulation(scenario, 6), Simulation(scenario, 6)
    o = shuffled.state.organisations
    order = np.argsort(o.uid * 2654435761 % 4093, kind="stable")
    back = np.argsort(order)
    for _, column in o.arrays():
        column[:] = column[order].copy()
    shuffled.state.funders.organisation_row[:] = back[shuffled.state.funders.organisation_row]
    straight.run_for(36)
    shuffled.run_for(36)
    assert _by_uid(straight.state) == _by_uid(shuffled.state)
    assert (straight.state.organisations.uid != shuffled.state.organisations.uid).any()


def test_m6_a_mirrored_and_shifted_map_gives_the_same_run() -> None:
    scenario = Scenario.load("baseline", SMALL)
    plain, mirrored = Simulation(scenario, 6), Simulation(scenario, 6)
    for simulation, sign, shift in ((plain, 1.0, 0.0), (mirrored, -1.0, 4_096.0)):
        s, n = simulation.state, scenario.processes
        for table in (s.places, s.organisations):
            table.x_km[:] = sign * np.round(table.x_km * 1024) / 1024 + shift
            table.y_km[:] = np.round(table.y_km * 1024) / 1024
        s.catchment = Neighbourhood.of(s.places, n.serving.reach_km, serving.CATCHMENT_SCALES)
        s.vicinity = Neighbourhood.of(s.places, n.meeting.decay_km, meeting.VICINITY_SCALES)
        serving.weigh_catchment(s.catchment.start, s.catchment.place, s.catchment.weight, s.places.structural_need, s.places.catchment_need)
        simulation.run_for(36)
    np.testing.assert_allclose(plain.series(), mirrored.series(), rtol=1e-12, atol=1e-12)


def test_m7_observing_from_outside_changes_nothing() -> None:
    from clustersim.model import ClusterModel

    quiet, watched = ClusterModel("village", rng=3), ClusterModel("village", rng=3)
    for _ in range(12):
        quiet.step()
        watched.step()
        assert len(watched.agents) > 0
        watched.agents.get("cash_cents")
        watched.simulation.state.check()
    assert quiet.simulation.state.hash() == watched.simulation.state.hash()


ABSENT = {
    "meeting": {"encounter_rate": 0.0, "group_encounters": 0.0, "space_encounters": 0.0},
    "converging": {"mu": 0.0},
    "learning": {"alpha": 0.0, "fade_rate": 0.0},
    "innovating": {"idea_rate": 0.0, "quality_fade_rate": 0.0},
    "federating": {"found_chance": 0.0},
    "mobilising": {"gain": 0.0, "fade": 0.0},
    "founding": {"entry_share_per_year": 0.0},
}


@pytest.mark.parametrize("name", ABSENT)
def test_m8_a_process_at_rate_zero_is_the_process_absent(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    still = Scenario.load("baseline", {**SMALL, **{f"processes.{name}.{key}": value for key, value in ABSENT[name].items()}})
    at_zero = Simulation(still, 8)
    without = Simulation(still, 8)
    at_zero.run_for(30)
    module = next(m for m in MONTH if m.__name__.endswith(f".{name}"))
    monkeypatch.setattr(module, "advance", lambda state, luck, numbers: None)
    without.run_for(30)
    assert at_zero.state.hash() == without.state.hash()


def test_m10_the_same_run_by_every_door_is_the_same_run() -> None:
    from clustersim.model import ClusterModel

    scenario = Scenario.load("village")
    model = ClusterModel(scenario, rng=7)
    model.run_for(scenario.run.months)  # the model has lived through its spin-up when it is made
    simulation = Simulation(scenario, 7)
    simulation.run_for(simulation.length)
    assert run(scenario, 7).state_hash == simulation.state.hash() == model.simulation.state.hash()


def test_more_founders_need_more_places_not_other_luck() -> None:
    """The same entrants arise in two scenarios that differ in something else."""
    rich = Scenario.load("baseline", {**SMALL, "processes.innovating.idea_rate": 0.2})
    plain = Scenario.load("baseline", SMALL)
    a, b = Simulation(rich, 3), Simulation(plain, 3)
    a.run_for(24)
    b.run_for(24)
    first, second = set(a.state.organisations.uid.tolist()), set(b.state.organisations.uid.tolist())
    assert len(first & second) > 0.9 * len(first | second)


def test_populating_twice_is_the_same() -> None:
    scenario = Scenario.load("baseline", SMALL)
    territory = load_territory(scenario.territory)
    assert populate(scenario, territory, Luck(1)).hash() == populate(scenario, territory, Luck(1)).hash()
    assert founding.READS
