"""What measures must not change: M1, M2, M9 and M12 of the trust contract, for each kind beside one of every other kind."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from clustersim.measures import KINDS, PARAMETERS
from clustersim.measures.calls import Call
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE
from lively import EACH_KIND, FUNDERS, LENGTH, LIVELY, SPIN_UP, assert_all_kinds_acted, hashes_of, lived, with_all_kinds, with_island

BEGUN = SPIN_UP + 12  # months lived before a late measure begins
SHORT = BEGUN + 6
MONEY = tuple(kind for kind in KINDS if issubclass(PARAMETERS[kind], Call))
# the measure under test comes last by name, so that the numbers by which awards name the others are the same without it
TRIED = "measures.wanted"
each_kind = pytest.mark.parametrize("kind", KINDS)


def _said_of(kind: str) -> dict[str, Any]:
    """What the lively scenario says of its measure of that kind."""
    return next(said for said in EACH_KIND.values() if said["kind"] == kind)


def _means(kind: str) -> str:
    """The number without which a measure of that kind gives nothing."""
    return "budget_eur_per_year" if kind in MONEY else "labels_per_call"


def _hashes(kind: str, tried: Mapping[str, Any] | None) -> list[str]:
    """The hash of each month under the nine other kinds; with changes, under the measure of this kind so changed as well."""
    others = {path: said for path, said in EACH_KIND.items() if said["kind"] != kind}
    said = _dated(kind) if tried and "call_months" in tried else _said_of(kind)
    last = {} if tried is None else {TRIED: {**said, **tried}}
    return hashes_of(Scenario.load("baseline", {**LIVELY, **FUNDERS, **others, **last}), 2, SHORT)[0]


def _dated(kind: str, *months: int) -> dict[str, Any]:
    """What the lively scenario says of that kind, with calls in these months in place of calls spread over the year."""
    return {**{name: value for name, value in _said_of(kind).items() if name != "calls_per_year"}, "call_months": list(months)}


@cache
def _without(kind: str) -> list[str]:
    return _hashes(kind, None)


@cache
def _late(kind: str) -> list[str]:
    return _hashes(kind, {"start_month": 13})


@each_kind
def test_m1_a_measure_without_means_is_the_measure_absent(kind: str) -> None:
    assert _hashes(kind, {_means(kind): 0}) == _without(kind)


@each_kind
def test_m2_a_measure_changes_nothing_before_it_starts(kind: str) -> None:
    assert _late(kind)[:BEGUN] == _without(kind)[:BEGUN]
    assert _late(kind)[BEGUN] != _without(kind)[BEGUN], "the measure did nothing when it began, so this would prove nothing"


DATED = pytest.mark.parametrize("kind", ["seed_grant", "recognition"])


@DATED
def test_m1_a_measure_with_dates_and_without_means_is_the_measure_absent(kind: str) -> None:
    assert _hashes(kind, {_means(kind): 0, "call_months": [1, 5, 14]}) == _without(kind)


@DATED
def test_m2_a_measure_with_dates_changes_nothing_before_the_year_of_the_first(kind: str) -> None:
    found = _hashes(kind, {"call_months": [13, 16]})
    assert found[:BEGUN] == _without(kind)[:BEGUN]
    assert found[BEGUN] != _without(kind)[BEGUN], "the measure did nothing when it began, so this would prove nothing"


def test_m9_the_order_of_measures_does_not_matter_where_calls_have_dates() -> None:
    dated = {"measures.z": _dated("seed_grant", 1, 4, 20), "measures.b": _dated("advice", 1, 4, 20)}
    straight, turned = (Simulation(with_all_kinds(dated), 3) for _ in range(2))
    turned._measures = turned._measures[::-1]
    for _ in range(SPIN_UP + 24):
        straight.step()
        turned.step()
        assert straight.state.hash() == turned.state.hash()
    calls = straight.state.calls
    for name in ("b", "z"):
        number = next(measure.number for measure in straight._measures if measure.name == name)
        assert (calls.month[calls.measure == number] - SPIN_UP).tolist() == [1, 4, 20]


@each_kind
def test_m2_means_that_begin_in_a_month_are_a_measure_that_starts_in_it(kind: str) -> None:
    assert _hashes(kind, {_means(kind): {"0": 0, "13": _said_of(kind)[_means(kind)]}}) == _late(kind)


def test_m9_the_order_of_measures_in_a_scenario_does_not_matter() -> None:
    scenario = with_all_kinds()
    said = scenario.to_dict()
    said["measures"] = dict(reversed(said["measures"].items()))
    said["funders"] = dict(reversed(said["funders"].items()))
    turned = Scenario.from_dict(said)
    assert turned.identity() == scenario.identity()
    assert hashes_of(turned, 3)[0] == hashes_of(scenario, 3)[0]


def test_m9_the_order_in_which_measures_come_to_the_month_does_not_matter() -> None:
    straight, turned = Simulation(with_all_kinds(), 3), Simulation(with_all_kinds(), 3)
    turned._measures = turned._measures[::-1]
    for _ in range(LENGTH):
        straight.step()
        turned.step()
        assert straight.state.hash() == turned.state.hash()
    assert_all_kinds_acted(straight)


# one more funder, for whatever a test adds
STRANGER = {"funders.stranger": {"public": False, "level": "region", "area": "region 1", "budget_eur_per_year": 5_000_000}}


@cache
def _eve(seed: int) -> State:
    """What exists when the spin-up is over: no measure has acted, so it is the same under any. To be copied."""
    return lived(with_all_kinds(STRANGER), seed, SPIN_UP).state


def _promised(scenario: Scenario, seed: int, months: int) -> list[tuple[str, int, int, int, int, int]]:
    """Each promise of so many months: of which measure, in which month, to which organisation, pole or group, how much."""
    simulation = Simulation(scenario, seed)
    simulation.state = _eve(seed).copy()
    simulation.run_for(months)
    a, names = simulation.state.awards, np.array([measure.name for measure in scenario.measures])
    columns = (names[a.measure], a.start_month, a.organisation_row, a.pole_row, a.cluster_row, a.awarded_cents)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@each_kind
def test_m9_another_funders_measure_leaves_what_others_promise_in_its_first_month(kind: str) -> None:
    """It acts before them. From the next month on it may change whom they find eligible, or first in rank."""
    more = {"measures.a": {**_said_of(kind), "funder": "stranger"}}
    if kind == "advice":
        more["measures.a"]["gain_share"] = 0.0  # what is taught counts in the calls of the same month
    others = with_all_kinds(STRANGER).measures
    # nobody holds the project money of two promises: there its own effect begins at once
    watched = {measure.name for measure in others if not {kind, measure.kind} <= {"project_call", "voucher"}}
    alone = _promised(with_all_kinds(STRANGER), 5, 1)
    beside = _promised(with_all_kinds({**STRANGER, **more}), 5, 1)
    assert [promise for promise in beside if promise[0] in watched] == [promise for promise in alone if promise[0] in watched]
    assert {name for name, *_ in beside} == {"a", *(measure.name for measure in others)}, "a measure promised nothing"


def test_m9_what_a_funder_far_off_does_shifts_nobodys_luck_here() -> None:
    found = []
    for measures_there in (0, len(EACH_KIND)):
        simulation, there = with_island(with_all_kinds({**STRANGER, "processes.meeting.far_chance": 0.0}), 4)
        state = simulation.state
        hermit = state.settle(
            1, uid=1 << 42, kind=SOCIAL_ENTERPRISE, alive=True, staff_fte=5.0, cash_cents=10**8, competences=0.3, **there
        ).start
        stranger, here = len(state.funders) - 1, len(simulation._measures)
        state.funders.area[stranger] = state.places.region[there["place_row"]]
        simulation._measures += tuple(
            replace(measure, name=f"a {measure.name}", number=here + measure.number, funder_row=stranger)
            for measure in simulation._measures[:measures_there]
        )
        simulation.run_for(LENGTH)
        assert_all_kinds_acted(simulation)
        found.append((state, hermit))
    (without, hermit), (with_support, _) = found
    assert without.organisations.support_cents[hermit] == 0 < with_support.organisations.support_cents[hermit]
    assert len(without.organisations) == len(with_support.organisations)
    others = np.arange(len(without.organisations)) != hermit
    for (name, one), (_, other) in zip(without.organisations.arrays(), with_support.organisations.arrays(), strict=True):
        if not name.endswith("_row"):
            assert (one[others] == other[others]).all(), name
    mine = with_support.awards.measure < len(EACH_KIND)
    assert not mine.all()
    assert (with_support.awards.awarded_cents[mine] == without.awards.awarded_cents).all()


@pytest.mark.parametrize("kind", MONEY)
def test_m12_more_money_never_funds_fewer(kind: str) -> None:
    said = {**_said_of(kind), "funder": "stranger"}
    seeds, promises = (1, 2, 3, 4), []
    for times in (1, 2, 4):
        scenario = Scenario.load(
            "baseline",
            {**LIVELY, **FUNDERS, **STRANGER, "measures.tried": {**said, "budget_eur_per_year": times * said["budget_eur_per_year"]}},
        )
        promises.append([_promised(scenario, seed, 7) for seed in seeds])
    few, more, most = (np.mean([len(promised) for promised in of_seeds]) for of_seeds in promises)
    assert 0 < few <= more <= most > few
    # exactly, in the first call: who is chosen with little money is chosen with more
    for ours in zip(*promises, strict=True):
        poorest, richer, richest = ({promise for promise in promised if promise[1] == SPIN_UP + 1} for promised in ours)
        assert poorest <= richer <= richest
