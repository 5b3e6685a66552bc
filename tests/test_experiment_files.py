"""Experiment files: what they may say, what is refused and in which words, and the points that they ask for."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest, triang, truncnorm

from clustersim import Scenario
from clustersim.experiments.spreads import Spread
from clustersim.experiments.sweeps import shape
from clustersim.experiments.sweeps.designs import LUCK
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.problems import ScenarioError

DECAY, FAR, MOST = "processes.meeting.decay_km", "processes.meeting.far_chance", "processes.meeting.most_encounters"
DRAWN = {"design": {"kind": "sobol"}}
VILLAGE = {"scenarios": ["village"], "months": 12, "seeds": 2}


def asked(**said) -> Experiment:
    return Experiment.from_dict(VILLAGE | said)


def refused(**said) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        asked(**said)
    return [str(problem) for problem in caught.value.problems]


# ---- what a file asks for


def test_a_grid_crosses_all_values_with_all_scenarios() -> None:
    steps = {"low": 0.0, "high": 0.2, "steps": 3}
    found = asked(scenarios=["village", "baseline"], levers={DECAY: {"values": [10, 20, 40]}}, uncertainties={FAR: steps})
    points = list(found.points())
    assert len(found) == len(points) == 2 * 3 * 3 and found.runs == 36
    assert [point.number for point in points] == list(range(18))
    assert len({(point.scenario, point.changes) for point in points}) == 18
    assert {dict(point.changes)[FAR] for point in points} == {0.0, 0.1, 0.2}
    assert {point.seeds for point in points} == {(1, 2)}
    assert found.combinations[0].label == f"village, {FAR} = 0, {DECAY} = 10"


def test_a_point_is_the_scenario_with_its_values() -> None:
    found = asked(uncertainties={DECAY: [10, 30]}, constants={FAR: 0.125}, design={"kind": "latin_hypercube", "points": 5})
    for point in found.points():
        scenario = found.scenario_of(point)
        assert scenario.processes.meeting.decay_km == dict(point.changes)[DECAY]
        assert scenario.processes.meeting.far_chance == 0.125 and scenario.run.months == 12
        same = Scenario.load("village", {"run.months": 12, FAR: 0.125, DECAY: dict(point.changes)[DECAY]})
        assert scenario.identity() == same.identity()


def test_paths_in_quotes_and_as_dotted_names_are_the_same() -> None:
    dotted = asked(uncertainties={"processes": {"meeting": {"decay_km": [10, 30]}}}, design={"kind": "sobol", "points": 4})
    quoted = asked(uncertainties={DECAY: [10, 30]}, design={"kind": "sobol", "points": 4})
    assert dotted.identity() == quoted.identity()


def test_without_an_interval_the_declared_one_counts() -> None:
    (factor,) = asked(uncertainties={DECAY: {}}, design={"kind": "sobol"}).factors
    assert (factor.spread.low, factor.spread.high) == factor.parameter.within


def test_a_star_stands_for_all_numbers_that_fit_and_names_count_before_it() -> None:
    found = asked(
        uncertainties={"processes.meeting.*": {"around": 0.5}, DECAY: [1, 2], FAR: {"leave_out": True}}, design={"kind": "morris"}
    )
    spreads = {factor.path: factor.spread for factor in found.factors}
    meeting = Scenario.load("village").processes.meeting
    assert set(spreads) == {f"processes.meeting.{name}" for name in meeting.values()} - {FAR}
    assert (spreads[DECAY].low, spreads[DECAY].high) == (1, 2)
    rate = spreads["processes.meeting.encounter_rate"]
    assert (rate.low, rate.high) == pytest.approx((meeting.encounter_rate * 0.5, meeting.encounter_rate * 1.5))
    assert isinstance(spreads[MOST].low, int)


def test_what_lies_around_a_value_stays_within_its_declared_interval() -> None:
    path = "processes.observing.social_share"
    (factor,) = asked(uncertainties={path: {"around": 1.0}}, design={"kind": "sobol"}).factors
    assert (factor.spread.low, factor.spread.high) == (0.0, 1.0)


def test_switches_and_words_have_values() -> None:
    found = Experiment.from_dict(
        {"scenarios": ["seed_grants"], "on": "village", "levers": {"measures.seed_grants.selection": {"values": ["merit", "lottery"]}}}
    )
    chosen = {found.scenario_of(point).measures[0].numbers.selection for point in found.points()}
    assert chosen == {"merit", "lottery"}


def test_the_users_own_table_is_the_points(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(f"{DECAY};{MOST}\n10,5;3\n20;4\n", encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        'scenarios = ["village"]\nseeds = 3\n[design]\nkind = "list"\nfile = "points.csv"\n', encoding="utf-8"
    )
    found = Experiment.load(tmp_path / "own.toml")
    assert [dict(point.changes) for point in found.points()] == [{DECAY: 10.5, MOST: 3}, {DECAY: 20.0, MOST: 4}]
    assert found.paths == (DECAY, MOST) and found.runs == 6
    (tmp_path / "points.csv").write_text(f"{DECAY}\n10.5\n21\n", encoding="utf-8")
    assert Experiment.load(tmp_path / "own.toml").identity() != found.identity()


def test_what_is_kept_of_a_file_makes_it_again() -> None:
    found = asked(uncertainties={DECAY: [10, 30]}, design={"kind": "saltelli", "base": 4})
    assert Experiment.from_text(found.text).identity() == found.identity()


def test_what_is_kept_under_other_seeds_asks_for_these() -> None:
    other = asked(levers={DECAY: {"values": [10, 20]}}).under(3, 40)
    again = Experiment.from_text(other.text)
    assert again.identity() == other.identity() and next(again.points()).seeds == (40, 41, 42)


def test_the_identity_is_of_what_is_asked_and_not_of_words() -> None:
    def said(**more):
        return asked(**({"uncertainties": {DECAY: [10, 30]}, "design": {"kind": "sobol", "points": 4}} | more)).identity()

    assert said() == said(title="Another title", question="Why?")
    others = [
        said(seeds=3), said(first_seed=7), said(months=13), said(outcomes=["clusters"]), said(uncertainties={DECAY: [10, 31]}),
        said(design={"kind": "sobol", "points": 4, "draw": 1}), said(scenarios=["baseline"]), said(constants={FAR: 0.2}),
    ]  # fmt: skip
    assert len({said(), *others}) == 9


# ---- designs


def test_designs_have_the_size_that_theory_gives_them() -> None:
    two = {DECAY: [10, 30], FAR: [0, 0.2]}
    size = lambda **design: len(asked(uncertainties=two, design=design))  # noqa: E731
    assert size(kind="latin_hypercube", points=7) == 7
    assert size(kind="sobol", points=8) == 8
    assert size(kind="morris", trajectories=5) == 5 * (3 + 1)  # two factors and the dummy
    assert size(kind="morris", trajectories=5, dummy=False) == 5 * (2 + 1)
    assert size(kind="saltelli", base=8) == 8 * (3 + 2)
    assert size(kind="saltelli", base=8, dummy=False, second_order=True) == 8 * (2 * 2 + 2)


def test_a_latin_hypercube_draws_every_slice_once() -> None:
    unit = asked(uncertainties={DECAY: [10, 30], FAR: [0, 0.2]}, design={"kind": "latin_hypercube", "points": 20}).design.unit
    for column in unit.T:
        assert sorted((column * 20).astype(int)) == list(range(20))


def test_only_the_dummy_changes_the_seeds_and_it_changes_nothing_else() -> None:
    found = asked(uncertainties={DECAY: [10, 30], FAR: [0, 0.2]}, design={"kind": "morris", "trajectories": 6})
    assert found.design.names[-1] == LUCK and LUCK not in found.paths
    points, unit = list(found.points()), found.design.unit
    for before, after in pairwise(range(len(points))):
        if after % 4 == 0:  # another trajectory has luck of its own
            assert not {*points[before].seeds} & {*points[after].seeds}
            continue
        (moved,) = np.flatnonzero(unit[before] != unit[after])
        if found.design.names[moved] == LUCK:
            assert points[before].changes == points[after].changes
            assert not {*points[before].seeds} & {*points[after].seeds}
        else:
            assert points[before].seeds == points[after].seeds


def test_in_a_saltelli_design_every_row_of_a_block_has_the_luck_of_its_sample() -> None:
    found = asked(uncertainties={DECAY: [10, 30], FAR: [0, 0.2]}, design={"kind": "saltelli", "base": 4})
    luck, dummy = found.design.luck.reshape(4, 5), found.design.unit[:, -1].reshape(4, 5)
    for number, (sets, values) in enumerate(zip(luck, dummy, strict=True)):
        assert {*sets[values == values[0]]} == {2 * number} and {*sets[values != values[0]]} == {2 * number + 1}


def test_the_same_file_asks_for_the_same_points_and_another_draw_for_others() -> None:
    for kind in ("latin_hypercube", "sobol", "saltelli", "morris"):
        one, two, other = (asked(uncertainties={DECAY: [10, 30]}, design={"kind": kind, "draw": draw}).design.unit for draw in (0, 0, 1))
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, other)


# ---- distributions


@pytest.mark.parametrize(
    ("spread", "expected"),
    [
        (Spread(10, 40), lambda x: (x - 10) / 30),
        (Spread(1, 100, "log_uniform"), lambda x: np.log(x) / np.log(100)),
        (Spread(10, 40, "triangular", mode=15), triang(5 / 30, 10, 30).cdf),
        (Spread(10, 40, "normal", mean=20, sd=8), truncnorm(-10 / 8, 20 / 8, 20, 8).cdf),
    ],
)
def test_values_are_spread_as_their_distribution_says(spread: Spread, expected) -> None:
    values = [spread.at(share) for share in (np.arange(2_000) + 0.5) / 2_000]
    assert kstest(values, expected).statistic < 0.001
    assert spread.at(0.0) == pytest.approx(spread.low) and spread.at(1.0) == pytest.approx(spread.high)


def test_each_whole_number_of_an_interval_is_equally_likely() -> None:
    values = [Spread(3, 7).at(share, whole=True) for share in (np.arange(1_000) + 0.5) / 1_000]
    assert [values.count(number) for number in range(3, 8)] == [200] * 5
    assert Spread(3, 7).at(1.0, whole=True) == 7


# ---- what is refused


def test_every_mistake_is_named_at_once_with_its_place_and_a_way_out() -> None:
    found = refused(
        outcomes=["cluster"], uncertainties={"processes.meeting.decay": [1, 2], FAR: [0.5, 0.1]}, levers={"x.*": {}},
        constants={MOST: 7_000}, design={"kind": "sobol"}, seeds=0, tilte="x",
    )  # fmt: skip
    for said in (
        'seeds: found 0; allowed is a whole number from 1',
        'tilte: found an unknown name "tilte"',
        'outcomes: found an unknown name "cluster"',
        'did you mean "clusters"?',
        "uncertainties.processes.meeting.decay: found no such number",
        'did you mean "processes.meeting.decay_km"?',
        f"uncertainties.{FAR}: found 0.5 to 0.1; allowed is an interval whose low end is below its high end",
        "levers.x.*: found a star that fits no number",
        f"constants.{MOST}: found 7000; allowed is a whole number from 1 to 50",
    ):
        assert any(said in line for line in found), (said, found)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"uncertainties": {DECAY: [10, 30]}}, "a grid draws nothing"),
        ({**DRAWN}, "nothing is drawn"),
        ({"uncertainties": {DECAY: [0.1, 30]}, **DRAWN}, "allowed is a number from 1 to 100"),
        ({"uncertainties": {DECAY: {"around": 2}}, **DRAWN}, "a share of the value, above 0 and at most 1"),
        ({"uncertainties": {DECAY: {"around": 0.5, "low": 3}}, **DRAWN}, "both around and an interval"),
        ({"uncertainties": {DECAY: {"low": 10, "hihg": 20}}, **DRAWN}, 'did you mean "high"?'),
        ({"uncertainties": {DECAY: {"low": 10, "high": 20, "distribution": "gauss"}}, **DRAWN}, "one of uniform"),
        ({"uncertainties": {DECAY: {"low": 10, "high": 20, "distribution": "normal"}}, **DRAWN}, "mean and sd"),
        ({"uncertainties": {DECAY: {"low": 10, "high": 20, "distribution": "triangular", "mode": 5}}, **DRAWN}, "from 10 to 20"),
        ({"uncertainties": {FAR: {"low": 0, "high": 1, "distribution": "log_uniform"}}, **DRAWN}, "above 0"),
        ({"uncertainties": {DECAY: {"low": 10, "high": 20, "sd": 5}}, **DRAWN}, "no sd for a uniform"),
        ({"uncertainties": {DECAY: {"low": float("nan"), "high": 20}}, **DRAWN}, "not a number"),
        ({"uncertainties": {DECAY: "wide"}, **DRAWN}, '"wide"'),
        ({"levers": {DECAY: {"values": []}}}, "one value or more"),
        ({"levers": {DECAY: {"values": [10, 10.0]}}}, "each value once"),
        ({"levers": {DECAY: {"values": [10, 1000]}}}, "found 1000; allowed is a number from 1 to 100"),
        ({"levers": {DECAY: {"low": 10, "high": 20, "steps": 1}}}, "a whole number from 2"),
        ({"levers": {DECAY: {"values": [10]}}, "uncertainties": {DECAY: {"values": [20]}}}, "an uncertainty too"),
        ({"levers": {DECAY: {"values": [10]}}, "constants": {DECAY: 20}}, "a factor too"),
        ({"levers": {"title": {"values": ["x"]}}}, "no such number"),
        ({"levers": {DECAY: {"values": [10]}, "processes.meeting": {"decay_km": {"values": [20]}}}}, "two things said of it"),
        ({"constants": {DECAY: 10, "processes.meeting": {"decay_km": 20}}}, "two values"),
        ({"constants": {DECAY: date(2026, 1, 1)}, "title": "x"}, f"constants.{DECAY}"),
        ({"scenarios": []}, "scenarios"),
        ({"scenarios": ["village", "village"]}, "2 scenarios named village"),
        ({"scenarios": ["vilage"]}, 'did you mean "village"?'),
        ({"scenarios": "village"}, "a list of scenarios"),
        ({"design": {"kind": "list"}}, "the path of a CSV file"),
        ({"design": {"kind": "list", "file": "gone.csv"}}, "no such file"),
        ({"design": {"kind": "grid", "points": 3}}, 'it belongs to kind = "latin_hypercube"'),
        ({"design": "sobol"}, "a table [design]"),
        ({"first_seed": 2**63}, "first_seed"),
        ({"on": "nowhere"}, "nowhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(said: dict, words: str) -> None:
    assert any(words in line for line in refused(**said)), refused(**said)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{DECAY},{FAR}\n10\n", "1 cells"),
        (f"{DECAY}\nten\n", '"ten"'),
        (f"{DECAY}\n1000\n", "from 1 to 100"),
        ("processes.meeting.decay\n10\n", 'did you mean "processes.meeting.decay_km"'),
        (f"{DECAY}\n", "no row below the header"),
        (f"{MOST}\n2.5\n", "a whole number"),
    ],
)
def test_a_table_of_points_with_mistakes_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    lines = refused(design={"kind": "list", "file": str(tmp_path / "points.csv")})
    assert any(words in line for line in lines), lines


def test_files_that_are_no_experiments_are_refused(tmp_path: Path) -> None:
    def why(path: Path) -> str:
        with pytest.raises(ScenarioError) as caught:
            Experiment.load(path)
        return str(caught.value)

    (tmp_path / "broken.toml").write_text("scenarios = [", encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    assert "not TOML" in why(tmp_path / "broken.toml")
    assert "UTF-8" in why(tmp_path / "latin.toml")
    assert 'did you mean "broken.toml"?' in why(tmp_path / "brokn.toml")
    assert "cannot be read" in why(tmp_path)
    assert "cannot be read" in why(Path("."))


def test_cautions_name_what_can_hardly_be_meant() -> None:
    found = asked(uncertainties={DECAY: [10, 30]}, design={"kind": "sobol", "points": 100})
    assert any("power of two" in said for said in found.cautions())
    assert any("even number" in said for said in asked(uncertainties={DECAY: [10, 30]}, design={"kind": "morris", "levels": 3}).cautions())


def test_the_schema_of_experiment_files_is_the_one_in_the_repository() -> None:
    kept = Path(__file__).parent.parent / "schema" / "experiment.schema.json"
    assert kept.read_text(encoding="utf-8") == shape.schema_text(), "run: uv run python -m clustersim.experiments.sweeps.shape"
    assert json.loads(shape.schema_text())["additionalProperties"] is False
