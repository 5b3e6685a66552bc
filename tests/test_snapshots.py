"""Snapshots say what the state says, never change, and arrive in a browser as they were."""

import json
from itertools import pairwise

import numpy as np
import pytest

from clustersim import Scenario
from clustersim.app import packing
from clustersim.app.recorder import Recorder
from clustersim.app.recording import bytes_of
from clustersim.app.snapshots import TRUST_LEVELS
from clustersim.money import Flow
from clustersim.simulation import Simulation
from lively import EACH_KIND
from recorded import MONTHS, record, supported, unpacked


@pytest.fixture(scope="module")
def recorded():
    return record(supported(), MONTHS)


def test_a_snapshot_says_what_the_state_says(recorded):
    simulation, _, snapshots = recorded
    state, s = simulation.state, snapshots[-1]
    o, t = state.organisations, state.ties
    assert s.month == simulation.month == MONTHS
    assert (s.living == np.flatnonzero(o.alive)).all()
    assert (s.cluster == o.cluster_row[o.alive]).all()
    assert (s.pole == o.pole_row[o.alive]).all()
    assert (s.degree == t.degree[o.alive]).all()
    assert s.degree.sum() == 2 * s.tie_one.size > 0
    for one, other, trust in zip(s.tie_one, s.tie_other, s.tie_trust, strict=True):
        slot = list(t.partner_row[one, : t.degree[one]]).index(other)
        assert one < other
        assert abs(trust / TRUST_LEVELS - t.trust[one, slot]) <= 0.5 / TRUST_LEVELS
    assert s.cluster_row.size and s.pole_row.size
    assert (s.cluster_row == np.flatnonzero(state.clusters.alive)).all()
    assert (s.pole_row == np.flatnonzero(state.poles.alive)).all()
    unmet = (state.places.need * (1 - state.places.met_share)).sum(axis=1)
    assert s.unmet_need == pytest.approx(unmet, rel=1e-6)
    assert np.array_equal(s.series, simulation.series()[-1], equal_nan=True)


def test_money_of_measures_is_the_ledgers(recorded):
    simulation, recorder, snapshots = recorded
    total = simulation.state.ledger.total_cents
    assert recorder.world.measures == tuple(sorted(name.removeprefix("measures.") for name in EACH_KIND))
    assert snapshots[-1].paid_cents.sum() == total[Flow.SUPPORT] + total[Flow.SUPPORT_RUNNING] + total[Flow.PROCUREMENT] > 0
    assert snapshots[-1].repaid_cents.sum() == total[Flow.REPAYMENT] > 0
    assert snapshots[0].paid_cents.sum() == 0


def test_looking_changes_nothing(recorded):
    simulation, _, _ = recorded
    alone = Simulation(supported(), 1)
    alone.run_for(alone.length)
    assert alone.state.hash() == simulation.state.hash()


def test_a_snapshot_cannot_be_changed_and_does_not_change(village):
    simulation, recorder, snapshots = record(village, 1)
    before = snapshots[-1].staff_fte.copy()
    simulation.step()
    recorder.look()
    assert (snapshots[-1].staff_fte == before).all()
    arrays = [value for one in (snapshots[-1], snapshots[-1].newcomers, recorder.world) for value in vars(one).values()]
    for array in [value for value in arrays if isinstance(value, np.ndarray)]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_everybody_is_told_once_and_in_order(recorded):
    simulation, recorder, snapshots = recorded
    o = simulation.state.organisations
    assert len(recorder.everybody) == len(o) == snapshots[-1].rows
    assert (recorder.everybody.kind == o.kind).all()
    assert (recorder.everybody.founded_month == o.founded_month - simulation.state.spin_up).all()
    told = [(s.newcomers.first_row, len(s.newcomers)) for s in snapshots]
    assert told[0] == (snapshots[0].rows, 0), "those of the beginning are in the world"
    assert all(first + count == after for (first, count), (after, _) in pairwise(told[1:]))
    assert sum(count for _, count in told) == len(o) - snapshots[0].rows > 0
    with pytest.raises(ValueError, match="comes next"):
        recorder.everybody.then(recorder.everybody)


def test_no_two_of_the_living_sit_in_one_seat_and_nobody_ever_moves():
    crowded = {"population.organisations": 120, "processes.closing.social_rate": 0.05}
    _, recorder, snapshots = record(Scenario.load("village", crowded), 18)
    e = recorder.everybody
    assert snapshots[-1].rows > snapshots[-1].living.size, "somebody closed"
    for s in snapshots:
        seats = set(zip(e.x_km[s.living], e.y_km[s.living], e.seat[s.living], strict=True))
        assert len(seats) == s.living.size
    crowd = max(np.unique(np.column_stack([e.x_km, e.y_km])[s.living], axis=0, return_counts=True)[1].max() for s in snapshots)
    assert e.seat.max() <= crowd, "seats of the closed are taken again"


def test_a_recorder_may_begin_late(recorded):
    simulation, recorder, snapshots = recorded
    late = Recorder(simulation)
    s = late.look()
    assert (s.living == snapshots[-1].living).all()
    assert len(late.everybody) == len(recorder.everybody)


@pytest.mark.parametrize("binary", [False, True])
def test_what_is_packed_is_json_with_the_same_numbers(recorded, binary):
    _, recorder, snapshots = recorded
    s = snapshots[-1]
    packed = packing.pack_frame(s, binary=binary)
    frame = unpacked(packed if binary else json.loads(json.dumps(packed, allow_nan=False)))
    world = unpacked(packing.pack_world(recorder, binary=binary))
    assert (frame["living"] == s.living).all()
    assert (frame["ties"]["other"] == s.tie_other).all()
    assert frame["ties"]["all"] == s.tie_one.size
    assert frame["support_eur"] == pytest.approx(s.support_cents / 100)
    assert [None if np.isnan(value) else value for value in s.series] == frame["series"]
    assert frame["paid_eur"] == [cents / 100 for cents in s.paid_cents]
    assert (world["organisations"]["seat"] == recorder.everybody.seat).all()
    assert world["places"]["names"] == list(recorder.world.place_names)
    assert [o["name"] for o in world["observables"]] == [o.name for o in recorder.world.observables]


def test_an_unknown_type_is_named():
    with pytest.raises(ValueError, match="no type 'i8'"):
        packing.packed_array(np.zeros(1), "i8")


def test_a_seed_of_64_bits_arrives_whole(village):
    simulation = Simulation(village, 2**63 - 1)
    assert packing.pack_world(Recorder(simulation))["seed"] == str(2**63 - 1)


def test_where_there_are_too_many_ties_the_same_are_drawn_month_after_month(recorded):
    *_, before, last = recorded[2]
    most = 120

    def drawn(s):
        ties = unpacked(packing.pack_frame(s, most_ties=most))["ties"]
        assert ties["one"].size == most < ties["all"]
        return set(zip(ties["one"].tolist(), ties["other"].tolist(), strict=True))

    def all_of(s):
        return set(zip(s.tie_one.tolist(), s.tie_other.tolist(), strict=True))

    both, gone = drawn(before) & drawn(last), drawn(before) - all_of(last)
    come = all_of(last) - all_of(before)
    assert len(both) >= most - len(gone) - len(drawn(last) & come)
    assert len(both) > most / 2


def test_a_recording_is_the_same_for_the_same_run_and_needs_a_month(recorded):
    _, recorder, snapshots = recorded
    assert bytes_of(recorder.world, recorder.everybody, snapshots) == bytes_of(recorder.world, recorder.everybody, snapshots)
    with pytest.raises(ValueError, match="no month"):
        bytes_of(recorder.world, recorder.everybody, [])
