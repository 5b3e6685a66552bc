"""Shipped measures, put on any territory; measures that can never act; and what the documentation of scenarios shows."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from clustersim.measures.calls import claims_in
from clustersim.measures.eligibility import OrganisationCall
from clustersim.problems import ScenarioError
from clustersim.scenario import Scenario, shipped_scenarios, whole_theory
from clustersim.simulation import Simulation

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
TERRITORIES = ("baseline", "bretagne", "emilia_romagna", "hauts_de_france", "village")
ARMS = tuple(name for name in sorted(shipped_scenarios()) if name not in TERRITORIES)
SINGLE = tuple(name for name in ARMS if name not in ("no_support", "policy_mix", "funding_stop"))
PLANNED_EUR = 300_000.0  # public money of a year


def said(name):
    return tomllib.loads(shipped_scenarios()[name].read_text(encoding="utf-8"))


def mistakes(name, **how):
    with pytest.raises(ScenarioError) as refused:
        Scenario.load(name, **how)
    return list(refused.value.problems)


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


# ---- the shipped measures


def test_a_shipped_scenario_is_a_territory_or_extends_no_support():
    assert all("territory" in said(name) for name in TERRITORIES)
    assert said("no_support")["extends"] == "baseline" and "measures" not in said("no_support")
    for name in ARMS:
        table = said(name)
        assert table["title"] and table["question"].endswith("?")
        if name != "no_support":
            assert table["extends"] == "no_support" and set(table) == {"title", "question", "extends", "measures"}


@pytest.mark.parametrize("name", ARMS)
def test_a_shipped_measure_differs_from_no_support_in_its_measures_only(name):
    arm, control = Scenario.load(name), Scenario.load("no_support")
    ours, theirs = arm.to_dict(), control.to_dict()
    for word in ("title", "question", "measures"):
        ours.pop(word), theirs.pop(word)
    assert ours == theirs
    assert (name == "no_support") == (arm.measures == ()) == (arm.identity() == control.identity())
    assert all(path.startswith("measures.") for path, _, _ in arm.changes()) or name == "no_support"


@pytest.mark.parametrize("name", ARMS)
@pytest.mark.parametrize("territory", TERRITORIES)
def test_a_shipped_measure_can_be_put_on_every_territory(name, territory):
    arm, there = Scenario.load(name, on=territory), Scenario.load(territory)
    here = Scenario.load(name)
    assert (arm.name, arm.title, arm.measures) == (name, here.title, here.measures)
    assert (arm.territory, arm.population, arm.processes, arm.run) == (there.territory, there.population, there.processes, there.run)
    assert (arm.identity() == here.identity()) == (territory == "baseline")
    assert arm.warnings() == [] or territory == "village"
    assert Scenario.from_dict(arm.to_dict()) == arm


@pytest.mark.parametrize("name", ARMS)
def test_a_shipped_measure_plans_what_the_others_plan_and_finds_the_money(name):
    scenario = Scenario.load(name)
    public = {funder.name: funder.public for funder in scenario.funders}
    years = range(1, 121, 12)
    planned = [
        sum(
            getattr(m.at(year), "budget_eur_per_year", 0.0)
            for m in scenario.measures
            if public[m.funder] and claims_in(m.numbers, year, m.call_months)
        )
        for year in years
    ]
    expected = {
        "no_support": [0.0] * 10,
        "recognition": [0.0] * 10,
        "ptce_call_2013": [390_000.0] + [0.0] * 9,
        "funding_stop": [PLANNED_EUR] * 5 + [0.0] * 5,
    }
    assert planned == expected.get(name, [PLANNED_EUR] * 10)
    for funder in scenario.funders:
        private = sum(getattr(m.numbers, "budget_eur_per_year", 0.0) for m in scenario.measures if m.funder == funder.name)
        assert funder.budget_eur_per_year >= private and funder.discretionary_share == 0.0


def test_every_kind_of_measure_has_a_shipped_scenario_of_its_own():
    kinds = [m["kind"] for name in SINGLE for m in said(name)["measures"].values()]
    assert sorted(kinds) == sorted(whole_theory().measures)


def test_the_mix_has_public_and_private_money_and_the_stop_is_hard():
    mix, stop = Scenario.load("policy_mix"), Scenario.load("funding_stop")
    assert {m.funder for m in mix.measures} == {"public_authority", "foundation"} and len({m.kind for m in mix.measures}) == 4
    assert {m.numbers.end_month for m in stop.measures} == {60} and stop.run.months == 120


def test_one_call_with_a_date_is_the_same_run_as_a_budget_that_ends_after_the_first_year():
    dated = Scenario.load("ptce_call_2013", {"run.spin_up": 24, "run.months": 26})
    ending = {"calls_per_year": 1, "budget_eur_per_year": {"0": 390_000.0, "13": 0.0}}
    spread = dated.with_changes({f"measures.ptce_call.{name}": value for name, value in ending.items()})
    assert (dated.measures[0].call_months, spread.measures[0].call_months) == ((1,), ())
    one, other = (Simulation(scenario, 2) for scenario in (dated, spread))
    for simulation in (one, other):
        simulation.run_for(simulation.length)
    assert one.state.awards.start_month.tolist() == [25] * len(one.state.awards) != []
    assert one.state.hash() == other.state.hash()


# ---- another territory


def test_the_nearest_scenario_that_speaks_of_the_territory_is_replaced_with_all_it_extends(write):
    write("far.toml", "[run]\nmonths = 7\n[population]\norganisations = 77")
    write("near.toml", 'extends = "far"\n[territory]\nplaces = 40\n[processes.meeting]\ndecay_km = 5.0')
    write("between.toml", 'extends = "near"\n[processes.founding]\nsocial_cooperation = 0.9')
    write("mine.toml", 'extends = "between"\n[run]\nspin_up = 3')
    there, s = Scenario.load("village"), Scenario.load("mine.toml", on="village")
    assert (s.territory, s.population, s.processes.meeting) == (there.territory, there.population, there.processes.meeting)
    assert (s.run.months, s.run.spin_up, s.processes.founding.social_cooperation) == (24, 3, 0.9)
    assert s.changes() == [("run.spin_up", 12, 3)]
    assert Scenario.load("mine.toml").run.months == 7


def test_the_scenario_that_was_there_already_changes_nothing(write):
    for name in ("no_support", "animation"):
        assert Scenario.load(name, on="baseline") == Scenario.load(name)
    write("mine.toml", 'extends = "bretagne"\n[run]\nmonths = 7')
    assert Scenario.load("mine.toml", on="bretagne").identity() == Scenario.load("mine.toml").identity()


def test_with_several_parents_the_territory_is_replaced_in_every_branch(write):
    write("a.toml", 'extends = "bretagne"\n[run]\nmonths = 7')
    write("b.toml", 'extends = "hauts_de_france"\n[run]\nspin_up = 8')
    write("c.toml", 'extends = ["a", "b", "no_support"]')
    s = Scenario.load("c.toml", on="village")
    assert s.territory == Scenario.load("village").territory and (s.run.months, s.run.spin_up) == (7, 8)
    assert [funder.name for funder in s.funders] == ["foundation", "public_authority"]


def test_a_scenario_that_extends_nothing_and_names_no_territory_builds_on_the_other_one(write):
    alone = write("alone.toml", "[run]\nmonths = 7")
    s = Scenario.load(alone, on="village")
    assert (s.territory, s.run.months, s.run.spin_up) == (Scenario.load("village").territory, 7, 12)
    write("words.toml", '[purposes.water]\nchallenge = { trade = 0.5 }\n[run]\nmonths = 7')
    assert Scenario.load("words.toml", on="village").purposes.names == ("water",)


def test_the_other_territory_may_be_a_file_and_may_extend_the_same_scenarios(write):
    write("valley.toml", 'extends = "no_support"\n[territory]\nplaces = 40\n[funders.public_authority]\nbudget_eur_per_year = 5.0')
    s = Scenario.load("animation", on="valley.toml")
    assert s.territory.drawn.places == 40 and len(s.measures) == 1
    # what no_support says comes after the territory, under which it stands now
    assert {funder.name: funder.budget_eur_per_year for funder in s.funders}["public_authority"] == 1_000_000.0
    assert Scenario.load("animation", {"territory.places": 30}, on="valley").territory.drawn.places == 30


def test_a_file_with_a_territory_of_its_own_cannot_be_put_on_another(write):
    write("mine.toml", 'extends = "animation"\n[territory]\nplaces = 40')
    (told,) = mistakes("mine.toml", on="bretagne")
    assert (told.file, told.path) == ("mine.toml", "territory") and "extend" in told.hint
    assert [problem.path for problem in mistakes("baseline", on="village")] == ["territory"]


def test_what_does_not_exist_on_the_other_territory_is_refused_as_usual(write):
    text = (
        'extends = "bretagne"\n[funders.county]\nlevel = "district"\narea = "Finistère"\nbudget_eur_per_year = 5e5\n'
        '[measures.a]\nkind = "animation"\nfunder = "county"\n[measures.b]\nkind = "seed_grant"\nfunder = "region_council"'
    )
    write("mine.toml", text)
    assert {p.path for p in mistakes("mine.toml", on="hauts_de_france")} == {"funders.county.area"}
    assert {p.path for p in mistakes("mine.toml", on="emilia_romagna")} == {"funders.county.area", "measures.b.funder"}
    assert len(Scenario.load("mine.toml", on="bretagne").measures) == 2


def test_an_unknown_territory_is_told_with_the_closest_name():
    (told,) = mistakes("no_support", on="bretange")
    assert (told.file, told.hint) == ("bretange", 'did you mean "bretagne"?')
    assert [problem.file for problem in mistakes("animatoin", on="bretange")] == ["animatoin", "bretange"]


# ---- measures that can never act

FUNDED = '[funders.f]\nbudget_eur_per_year = 150_000.0\n[measures.m]\nkind = "animation"\nfunder = "f"\n'


@pytest.mark.parametrize(
    ("more", "place", "word"),
    [
        ("start_month = 130", "measures.m.start_month", "end_month"),
        ("start_month = 130\nend_month = 140", "measures.m.start_month", "horizon of 120 months"),
        ("budget_eur_per_year = 99_999", "measures.m.budget_eur_per_year", "100 000 EUR"),
        ("budget_eur_per_year = 0", "measures.m.budget_eur_per_year", "100 000 EUR"),
        ("amount_eur = 90_000", "measures.m.funder", "may claim 123 000 EUR, less than one promise of 180 000 EUR"),
        ("budget_eur_per_year = { 0 = 50_000, 130 = 100_000 }", "measures.m.budget_eur_per_year", "50 000 EUR"),
        ("[funders.g]\n[measures.n]\nkind = 'seed_grant'\nfunder = 'g'", "funders.g.budget_eur_per_year", "n can promise nothing"),
        ("end_month = 200\ncall_months = [150, 130]", "measures.m.call_months", "130 is beyond the horizon of 120 months"),
        ("call_months = [13, 40]\nbudget_eur_per_year = { 0 = 200_000, 13 = 0 }", "measures.m.budget_eur_per_year", "0 EUR a year"),
        ("call_months = [24]\namount_eur = 90_000", "measures.m.funder", "less than one promise of 180 000 EUR"),
    ],
)
def test_a_measure_that_can_never_act_is_warned_of_with_its_place_and_a_remedy(write, more, place, word):
    (warning,) = Scenario.load(write("a.toml", FUNDED + more)).warnings()
    assert warning.startswith(f"{place}: ") and word in warning and warning.endswith(")")


@pytest.mark.parametrize(
    "more",
    [
        "",
        "budget_eur_per_year = 100_000",
        "budget_eur_per_year = { 0 = 0, 49 = 100_000 }",
        "budget_eur_per_year = 50_000\nend_month = 12",
        "budget_eur_per_year = 50_000\nduration_months = 12",
        "start_month = 120",
        "call_months = [120, 130]\nend_month = 130",
        "call_months = [109]\nbudget_eur_per_year = 50_000",  # one year is left to pay for
        # the other's call is in another year, so its claim cuts nothing
        "call_months = [2]\n[measures.n]\nkind = 'animation'\nfunder = 'f'\nbudget_eur_per_year = 9e6\ncall_months = [13]",
    ],
)
def test_a_measure_that_can_act_at_some_time_is_not_warned_of(write, more):
    assert Scenario.load(write("a.toml", FUNDED + more)).warnings() == []


def test_a_funder_without_budget_is_no_reason_to_warn_while_nothing_depends_on_it():
    assert Scenario.load("bretagne").warnings() == []


# ---- lists with points in numbers

PLACES = "code;name;population;x_km;y_km\n"


@pytest.mark.parametrize("rows", ["1;a;1.000;0;0\n", "1;a;12.000;0;0\n2;b;500;0,5;0\n", "1;a;1.000.000;0;0\n", "1;a;5;1.234;0\n"])
def test_a_point_that_may_part_thousands_is_refused(write, rows):
    write("places.csv", PLACES + rows)
    told = mistakes(write("a.toml", '[territory]\nkind = "real"\nplaces = "places.csv"'))
    assert "write 1000 for a thousand, 1,0 or 1.0 for one" in [problem.hint for problem in told]


@pytest.mark.parametrize("rows", ["1;a;1000;0;0\n", "1;a;5;1.234;0\n2;b;5;0.5;0\n", "1;a;5;1,234;0\n", "1;a;5.0;0;0\n"])
def test_a_point_that_is_clearly_decimal_is_read(write, rows):
    write("places.csv", PLACES + rows)
    places = Scenario.load(write("a.toml", '[territory]\nkind = "real"\nplaces = "places.csv"')).places()
    assert places.population[0] == float(rows.split(";")[2])


# ---- the documentation

BLOCKS = re.findall(r"```(toml|csv)\n(.*?)```", DOCUMENT, re.DOTALL)


def test_every_scenario_in_the_documentation_is_one(write, tmp_path):
    files = []
    for number, (language, text) in enumerate(BLOCKS):
        if language == "csv":
            write("places.csv" if text.startswith("code;") else "organisations.csv", text)
        else:
            named = re.match(r"# (\w+\.toml)\n", text)
            files.append(write(named[1] if named else f"block_{number}.toml", text))
    assert len(files) >= 10 and (tmp_path / "organisations.csv").exists()
    for file in files:
        scenario = Scenario.load(file)
        assert scenario.title and scenario.warnings() == [], file
        assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert Scenario.load("rural_coordinators.toml", on="bretagne").measures == Scenario.load("rural_coordinators.toml").measures
    assert Scenario.load("growing.toml").measures[0].later


def test_the_documentation_names_every_shipped_scenario_and_every_kind_with_its_own_numbers():
    for name in shipped_scenarios():
        assert f"`{name}`" in DOCUMENT, name
    table = DOCUMENT.partition("| own numbers |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]+\|[^|]+\|([^|]*)\|$", table, re.MULTILINE))
    theory = whole_theory().measures
    assert set(rows) == set(theory)
    shared = {p.name for p in OrganisationCall.declared()}
    for kind, own in rows.items():
        assert set(re.findall(r"`(\w+)`", own)) == {p.name for p in theory[kind].declared()} - shared, kind
    for name in shared:
        assert f"`{name}`" in DOCUMENT


def test_the_changes_of_the_documentation_can_be_set(write):
    write("coordinators.toml", next(text for _, text in BLOCKS if text.startswith("# coordinators.toml")))
    commands = re.findall(r"^    clustersim run (.*)$", DOCUMENT.replace("\\\n", ""), re.MULTILINE)
    lines = [shlex.split(command) for command in commands if "--set" in command]
    assert len(lines) >= 4
    for name, *words in lines:
        overrides = {path: value for path, sign, value in (word.partition("=") for word in words) if sign}
        assert len(overrides) == words.count("--set")
        assert Scenario.load(name, overrides).identity() != Scenario.load(name).identity()


def test_a_resolved_scenario_can_be_kept_as_json():
    scenario = Scenario.load("ptce_call_2013")
    assert Scenario.from_dict(json.loads(json.dumps(scenario.to_dict()))) == scenario


@pytest.mark.parametrize(("other", "found"), [("animation", "measures of its own"), ("{free}", "no territory")])
def test_only_a_scenario_of_a_territory_without_measures_can_be_put_under_a_measure(write, other, found):
    free = write("free.toml", "[run]\nmonths = 12\n")
    with pytest.raises(ScenarioError) as refused:
        Scenario.load("vouchers", on=other.format(free=free))
    assert any(found in str(problem) for problem in refused.value.problems)


@pytest.mark.parametrize("name", ["a.b", "", " ", "a\\nb", "x" * 61])
@pytest.mark.parametrize("table", ["funders", "measures"])
def test_names_of_funders_and_measures_are_plain(write, table, name):
    text = f'[{table}."{name}"]\n' + ('kind = "voucher"\nfunder = "f"\n[funders.f]\n' if table == "measures" else "")
    with pytest.raises(ScenarioError, match=None) as refused:
        Scenario.load(write("a.toml", 'extends = "village"\n' + text))
    assert any("letters, digits, - and _" in str(problem) for problem in refused.value.problems)


def test_a_name_may_have_the_letters_of_any_language(write):
    scenario = Scenario.load(write("a.toml", 'extends = "village"\n[funders."fédération-2"]\n'))
    assert [funder.name for funder in scenario.funders] == ["fédération-2"]
