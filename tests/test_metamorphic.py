"""What must not change when something that should not matter changes (M3 to M8 and M10 of the trust contract).

M1, M2, M9 and M12 are in `test_metamorphic_measures`. In all runs compared here a measure of every kind is at work.
"""

import dataclasses

import numpy as np
import pytest

from clustersim.columns import Table
from clustersim.luck import Luck
from clustersim.populate import populate
from clustersim.processes import meeting, serving
from clustersim.runs import run
from clustersim.simulation import MONTH, Simulation
from clustersim.state import State
from clustersim.state.organisations import PUBLIC_FUNDER
from clustersim.state.places import Neighbourhood
from clustersim.territory import load_territory
from lively import LENGTH, assert_all_kinds_acted, lived, with_all_kinds, with_island


def _rows(table: Table, without: tuple[str, ...] = ()) -> list[tuple]:
    """The bytes of each row, but for columns that name rows of other tables."""
    columns = [column for name, column in table.arrays() if name not in without]
    return [tuple(column[k].tobytes() for column in columns) for k in range(len(table))]


def _by_uid(state: State, *, with_place: bool = True) -> dict[int, tuple]:
    """Everything about each organisation: its columns, its ties by the partner's uid, its pole, its cluster and its project's team."""
    o, t = state.organisations, state.ties
    poles, clusters = _rows(state.poles, ("place_row",)), _rows(state.clusters, ("origin_row", "merged_row"))
    names = [name for name, _ in o.arrays() if not name.endswith("_row") or (name == "place_row" and with_place)]
    teams = [tuple(int(o.uid[m]) for m in team if m >= 0) for team in state.projects.team]
    found = {}
    for i in range(len(o)):
        own = tuple(getattr(o, name)[i].tobytes() for name in names)
        ties = sorted(
            (int(o.uid[t.partner_row[i, k]]), *(column[i, k].item() for column in (t.trust, t.born_month, t.purpose, t.joint_successes)))
            for k in range(t.degree[i])
        )
        groups = tuple(
            facts[row[i]] if row[i] >= 0 else None
            for row, facts in ((o.pole_row, poles), (o.cluster_row, clusters), (o.project_row, teams))
        )
        found[int(o.uid[i])] = (own, ties, groups)
    return found


def _awards(state: State, without: tuple[str, ...] = ()) -> list[tuple]:
    """Every promise of support, beneficiaries by identity."""
    uid, awards = state.organisations.uid, state.awards
    promises = _rows(awards, ("organisation_row", *without))
    return [(promise, int(uid[row]) if row >= 0 else None) for promise, row in zip(promises, awards.organisation_row, strict=True)]


def _support(state: State) -> tuple[list[tuple], ...]:
    """All that measures have done with money: funders, calls, promises, and payments one by one."""
    payments = [row for row, measure in zip(_rows(state.ledger.journal), state.ledger.journal.measure, strict=True) if measure >= 0]
    return _rows(state.funders, ("organisation_row",)), _rows(state.calls), _awards(state), payments


def test_m3_an_isolated_organisation_changes_nothing_for_the_others() -> None:
    scenario = with_all_kinds({"processes.meeting.far_chance": 0.0})
    (with_one, there), (without, _) = with_island(scenario, 4), with_island(scenario, 4)
    with_one.state.settle(1, uid=1 << 42, kind=PUBLIC_FUNDER, alive=True, **there)
    with_one.run_for(LENGTH)
    without.run_for(LENGTH)
    found = _by_uid(with_one.state)
    _, ties, groups = found.pop(1 << 42)
    assert found == _by_uid(without.state)
    assert _support(with_one.state) == _support(without.state)
    assert _rows(with_one.state.poles) == _rows(without.state.poles)
    assert ties == []
    assert groups == (None, None, None), "the hermit was not isolated"
    assert_all_kinds_acted(without)


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
    scenario = with_all_kinds({"processes.meeting.far_chance": 0.0})
    first, second = Simulation(scenario, 4), Simulation(scenario, 4)
    other = second.state
    # the second is the same map with other identities, at coordinates that shift without rounding
    for state in (first.state, other):
        for table in (state.places, state.organisations):
            table.x_km[:] = np.round(table.x_km * 1024) / 1024
    for i in range(len(other.organisations)):
        other.organisations.uid[i] += 5_000 << 19
    other.places.uid[:] += 5_000
    both = Simulation(scenario, 4)
    both.state = _merged(first.state, other)
    funders, measures = len(first.state.funders), len(first._measures)
    both._measures += tuple(dataclasses.replace(m, number=m.number + measures, funder_row=m.funder_row + funders) for m in second._measures)
    for area in (other.places.region, other.places.district, other.places.locality, other.funders.area):
        area += 1_000
    other.places.x_km[:] += 8_192.0
    other.organisations.x_km[:] += 8_192.0
    for simulation in (first, second, both):
        s, n = simulation.state, scenario.processes
        s.catchment = Neighbourhood.of(s.places, n.serving.reach_km, serving.CATCHMENT_SCALES)
        s.vicinity = Neighbourhood.of(s.places, n.meeting.decay_km, meeting.VICINITY_SCALES)
        serving.weigh_catchment(s.catchment.start, s.catchment.place, s.catchment.weight, s.places.structural_need, s.places.catchment_need)
        simulation.run_for(LENGTH)
    apart = {}
    for simulation in (first, second):
        assert_all_kinds_acted(simulation)
        apart |= _by_uid(simulation.state, with_place=False)
    assert _by_uid(both.state, with_place=False) == apart
    rows = ("measure", "funder_row", "pole_row", "cluster_row")
    assert sorted(_awards(both.state, rows), key=str) == sorted(_awards(first.state, rows) + _awards(second.state, rows), key=str)
    for table in ("poles", "projects", "clusters", "calls"):
        assert len(getattr(both.state, table)) == len(getattr(first.state, table)) + len(getattr(second.state, table))


def test_m5_relabelled_rows_give_the_relabelled_result() -> None:
    straight, shuffled = Simulation(with_all_kinds(), 6), Simulation(with_all_kinds(), 6)
    o = shuffled.state.organisations
    order = np.argsort(o.uid * 2654435761 % 4093, kind="stable")
    back = np.argsort(order)
    for _, column in o.arrays():
        column[:] = column[order].copy()
    shuffled.state.funders.organisation_row[:] = back[shuffled.state.funders.organisation_row]
    straight.run_for(LENGTH)
    shuffled.run_for(LENGTH)
    assert _by_uid(straight.state) == _by_uid(shuffled.state)
    assert _support(straight.state) == _support(shuffled.state)
    for table in ("poles", "clusters"):
        assert _rows(getattr(straight.state, table)) == _rows(getattr(shuffled.state, table))
    assert (straight.state.organisations.uid != shuffled.state.organisations.uid).any()
    assert_all_kinds_acted(straight)


def test_m6_a_mirrored_and_shifted_map_gives_the_same_run() -> None:
    scenario = with_all_kinds()
    plain, mirrored = Simulation(scenario, 6), Simulation(scenario, 6)
    for simulation, sign, shift in ((plain, 1.0, 0.0), (mirrored, -1.0, 4_096.0)):
        s, n = simulation.state, scenario.processes
        for table in (s.places, s.organisations):
            table.x_km[:] = sign * np.round(table.x_km * 1024) / 1024 + shift
            table.y_km[:] = np.round(table.y_km * 1024) / 1024
        s.catchment = Neighbourhood.of(s.places, n.serving.reach_km, serving.CATCHMENT_SCALES)
        s.vicinity = Neighbourhood.of(s.places, n.meeting.decay_km, meeting.VICINITY_SCALES)
        serving.weigh_catchment(s.catchment.start, s.catchment.place, s.catchment.weight, s.places.structural_need, s.places.catchment_need)
        simulation.run_for(LENGTH)
    np.testing.assert_allclose(plain.series(), mirrored.series(), rtol=1e-12, atol=1e-12)
    assert _support(plain.state) == _support(mirrored.state)
    assert_all_kinds_acted(plain)


def test_m7_observing_from_outside_changes_nothing() -> None:
    from clustersim.model import ClusterModel

    scenario = with_all_kinds()
    quiet, watched = ClusterModel(scenario, rng=3), ClusterModel(scenario, rng=3)
    for _ in range(scenario.run.months):
        quiet.step()
        watched.step()
        assert len(watched.agents) > 0
        watched.agents.get("cash_cents")
        watched.simulation.series()
        watched.simulation.state.check()
        assert quiet.simulation.state.hash() == watched.simulation.state.hash()
    assert_all_kinds_acted(quiet.simulation)


ABSENT = {
    "needing": {"needing.return_rate": 0.0, "needing.shock_share": 0.0, "serving.resolved_share": 0.0},
    "meeting": {"meeting.encounter_rate": 0.0, "meeting.group_encounters": 0.0, "meeting.space_encounters": 0.0},
    "trusting": {
        "trusting.decay_rate": 0.0,
        "trusting.coordinator_gain": 0.0,
        "trusting.work_gain": 0.0,
        "trusting.success_gain": 0.0,
        "trusting.failure_loss": 0.0,
        "trusting.floor": 0.0,
        "trusting.loss_chance": 0.0,
    },
    "converging": {"converging.mu": 0.0},
    "learning": {"learning.alpha": 0.0, "learning.fade_rate": 0.0},
    "innovating": {"innovating.idea_rate": 0.0, "innovating.granted_idea_rate": 0.0, "innovating.quality_fade_rate": 0.0},
    "federating": {"federating.found_chance": 0.0},
    "mobilising": {"mobilising.gain": 0.0, "mobilising.fade": 0.0},
    "founding": {"founding.entry_share_per_year": 0.0},
    "observing": {"observing.fewest_members": 100},
}
# rates of measures that a process adds to its own
ADDED = {"meeting": {"measures.labels.visibility_encounters": 0.0}}


@pytest.fixture(scope="module")
def moving() -> Simulation:
    """The lively run in which every process has its rate."""
    simulation = lived(with_all_kinds(), 8)
    assert_all_kinds_acted(simulation)
    return simulation


@pytest.mark.parametrize("name", ABSENT)
def test_m8_a_process_at_rate_zero_is_the_process_absent(name: str, moving: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    still = with_all_kinds({**{f"processes.{path}": value for path, value in ABSENT[name].items()}, **ADDED.get(name, {})})
    at_zero = lived(still, 8)
    module = next(m for m in MONTH if m.__name__.endswith(f".{name}"))
    monkeypatch.setattr(module, "advance", lambda state, luck, numbers: None)
    without = lived(still, 8)
    assert at_zero.state.hash() == without.state.hash()
    # what is zero is more than nothing otherwise: without the process the lively run is another one
    assert lived(moving.scenario, 8).state.hash() != moving.state.hash()


def test_m10_the_same_run_by_every_door_is_the_same_run() -> None:
    from clustersim.model import ClusterModel

    scenario = with_all_kinds()
    model = ClusterModel(scenario, rng=7)
    model.run_for(scenario.run.months)  # the model has lived through its spin-up when it is made
    simulation = lived(scenario, 7)
    assert run(scenario, 7).state_hash == simulation.state.hash() == model.simulation.state.hash()
    assert_all_kinds_acted(simulation)


def test_more_founders_need_more_places_not_other_luck() -> None:
    """The same entrants arise in two scenarios that differ in something else."""
    a, b = lived(with_all_kinds(), 3), lived(with_all_kinds({"processes.innovating.idea_rate": 0.05}), 3)
    first, second = set(a.state.organisations.uid.tolist()), set(b.state.organisations.uid.tolist())
    assert len(first & second) > 0.9 * len(first | second)
    assert a.state.hash() != b.state.hash()


def test_populating_twice_is_the_same() -> None:
    scenario = with_all_kinds()
    territory = load_territory(scenario.territory)
    one, other = populate(scenario, territory, Luck(1)), populate(scenario, territory, Luck(1))
    assert one.hash() == other.hash() != populate(scenario, territory, Luck(2)).hash()
    one.organisations.cash_cents[:] = 0  # they share nothing
    assert one.hash() != other.hash() == populate(scenario, territory, Luck(1)).hash()
