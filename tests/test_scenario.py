import hashlib
import json
import pickle
import tomllib
from pathlib import Path

import jsonschema
import pytest

from clustersim.describe import changes_as_text
from clustersim.parameters import Parameter, Parameters
from clustersim.problems import Problem, ScenarioError
from clustersim.scenario import PROCESSES, Scenario, Theory, shipped_scenarios, whole_theory
from clustersim.scenario.schema import schema, schema_text

ROOT = Path(__file__).parent.parent


class Needing(Parameters):
    """A process for tests."""

    rate = Parameter(0.5, "1/month", (0.0, 1.0), "assumed", "a rate")
    steps = Parameter(3, "steps", (1, 9), "assumed", "a count")
    fast = Parameter(False, "-", None, "assumed", "a switch")


class Nothing(Parameters):
    """A process without numbers."""


class Grant(Parameters):
    """A measure for tests."""

    amount_eur = Parameter(100.0, "EUR", (0.0, 1000.0), "assumed", "an amount")
    mode = Parameter("merit", "-", None, "assumed", "a mode", choices=("merit", "lottery"))


class Label(Parameters):
    """Another measure for tests."""

    visibility = Parameter(0.2, "-", (0.0, 1.0), "assumed", "how visible")


TINY = Theory({name: Needing if name == "needing" else Nothing for name, _, _ in PROCESSES}, {"grant": Grant, "label": Label})


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


def load(name, overrides=None):
    return Scenario.load(name, overrides, theory=TINY)


def mistakes(name, overrides=None):
    with pytest.raises(ScenarioError) as refused:
        load(name, overrides)
    return list(refused.value.problems)


def only_mistake(name, overrides=None):
    told = mistakes(name, overrides)
    assert len(told) == 1, told
    return told[0]


# ---- shipped scenarios; those with measures have tests of their own in test_support_scenarios


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_a_shipped_scenario_loads_by_name_and_by_file_and_asks_a_question(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    scenario = Scenario.load(name)
    assert scenario.name == name and scenario.title and scenario.question.endswith("?")
    assert Scenario.load(f"scenarios/{name}.toml") == scenario
    assert Scenario.load(ROOT / "scenarios" / f"{name}.toml").identity() == scenario.identity()


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_a_shipped_scenario_written_out_and_loaded_again_is_the_same(name, write):
    scenario = Scenario.load(name)
    again = Scenario.load(write("again.toml", scenario.to_toml()))
    assert again == scenario and again.identity() == scenario.identity()
    assert again.funders == scenario.funders and again.purposes.names == scenario.purposes.names


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_a_shipped_scenario_survives_the_way_to_another_process(name):
    scenario = Scenario.load(name)
    twin = pickle.loads(pickle.dumps(scenario))
    assert twin == scenario and twin.identity() == scenario.identity()
    assert twin.with_changes({"run.months": 7}).run.months == 7


def test_the_baseline_holds_the_default_vocabulary_and_no_support():
    s = Scenario.load("baseline")
    assert len(s.purposes) == 6 and len(s.purposes.competences) == 8
    assert s.purposes.names[1] == "food_and_agriculture" and s.purposes.price_cents[1] == 43_000
    assert s.purposes.challenge[1].tolist() == [0.7, 0.4, 0.0, 0.3, 0.6, 0.0, 0.4, 0.0]
    assert s.measures == () and s.funders == ()
    assert s.run.months == 120 and s.run.spin_up == 60 and s.run.tie_bound == 24
    assert s.population.organisations == 1_000 and s.territory.drawn.places == 300
    assert all(405 <= cents / 100 <= 495 for cents in s.purposes.price_cents)


def test_brittany_has_two_funders_in_their_places():
    council, foundation = sorted(Scenario.load("bretagne").funders, key=lambda f: f.public, reverse=True)
    assert (council.name, council.level, council.area, council.place) == ("region_council", "region", "Bretagne", "35238")
    assert (foundation.name, foundation.public, foundation.level, foundation.area) == ("foundation", False, "territory", None)


def test_every_process_of_the_month_is_found():
    assert list(whole_theory().processes) == [name for name, _, _ in PROCESSES]
    assert [name for name, _ in Scenario.load("village").processes.items()] == [name for name, _, _ in PROCESSES]
    assert set(whole_theory().measures) >= {"seed_grant", "animation"}


# ---- what a file may say


def test_an_empty_file_is_the_defaults(write):
    s = load(write("a.toml", ""))
    assert s.title == "a" and s.question == ""
    assert s.changes() == []
    assert s == load(write("b.toml", 'title = "a"'))


def test_a_file_that_names_purposes_has_just_these(write):
    s = load(write("a.toml", 'competences = ["x", "y"]\n[purposes.water]\nprevalence_share = 0.1\nchallenge = { y = 1.0 }'))
    assert s.purposes.names == ("water",) and s.purposes.challenge.tolist() == [[0.0, 1.0]]
    assert s.purposes.price_cents.tolist() == [45_000]


def test_a_child_overrides_its_parent_deeply(write):
    write("parent.toml", "[processes.needing]\nrate = 0.1\nsteps = 5\n[run]\nmonths = 10")
    s = load(write("child.toml", 'extends = "parent.toml"\n[processes.needing]\nrate = 0.2'))
    assert (s.processes.needing.rate, s.processes.needing.steps, s.run.months) == (0.2, 5, 10)
    assert s.changes() == [("processes.needing.rate", 0.1, 0.2)]


def test_a_purpose_a_funder_and_a_measure_can_be_removed(write):
    parent = '[funders.f]\n[funders.g]\n[measures.m]\nkind = "grant"\nfunder = "f"\n[measures.n]\nkind = "label"\nfunder = "g"'
    write("parent.toml", parent)
    child = 'extends = "parent"\n[funders.f]\nremove = true\n[measures.m]\nremove = true\n[purposes.housing]\nremove = true'
    s = load(write("child.toml", child))
    assert [f.name for f in s.funders] == ["g"] and [m.name for m in s.measures] == ["n"]
    assert len(s.purposes) == 5 and "housing" not in s.purposes.names
    assert ("measures.m.kind", "grant", None) in s.changes()


def test_what_was_removed_can_be_named_anew_without_its_old_numbers(write):
    write("a.toml", '[funders.f]\n[measures.m]\nkind = "grant"\nfunder = "f"\namount_eur = 7.0')
    write("b.toml", 'extends = "a"\n[measures.m]\nremove = true')
    s = load(write("c.toml", 'extends = "b"\n[measures.m]\nkind = "grant"\nfunder = "f"'))
    assert s.measures[0].numbers.amount_eur == 100.0


def test_a_measure_that_changes_its_kind_does_not_keep_the_old_numbers(write):
    write("a.toml", '[funders.f]\n[measures.m]\nkind = "grant"\nfunder = "f"\namount_eur = 7.0')
    s = load(write("b.toml", 'extends = "a"\n[measures.m]\nkind = "label"\nfunder = "f"'))
    assert s.measures[0].numbers == Label()


def test_measures_are_sorted_by_name_so_that_their_order_in_the_file_does_not_matter(write):
    one = '[funders.f]\n[measures.b]\nkind = "label"\nfunder = "f"\n[measures.a]\nkind = "grant"\nfunder = "f"'
    other = '[measures.a]\nkind = "grant"\nfunder = "f"\n[measures.b]\nkind = "label"\nfunder = "f"\n[funders.f]'
    first, second = load(write("s.toml", one)), Scenario.from_dict(tomllib.loads(other), "s", theory=TINY)
    assert [m.name for m in first.measures] == ["a", "b"]
    assert first == second and first.identity() == second.identity()


def test_own_lists_are_found_beside_the_file_that_names_them(tmp_path, monkeypatch):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "places.csv").write_text("code,name,population,lat,lon\nA,a,10,48,2\n")
    (tmp_path / "lists" / "organisations.csv").write_text("name,kind,place\nx,private_actor,A\n")
    text = '[territory]\nkind = "real"\nplaces = "places.csv"\n[population]\norganisations_file = "organisations.csv"'
    (tmp_path / "lists" / "mine.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    s = load("lists/mine.toml")
    assert s.organisations_file == tmp_path / "lists" / "organisations.csv"
    (tmp_path / "child.toml").write_text('extends = "lists/mine.toml"')
    assert load("child.toml").territory == s.territory
    before = s.identity()
    (tmp_path / "moved").mkdir()
    for file in ("places.csv", "organisations.csv", "mine.toml"):
        (tmp_path / "lists" / file).rename(tmp_path / "moved" / file)
    assert load("moved/mine.toml").identity() == before
    (tmp_path / "moved" / "organisations.csv").write_text("name,kind,place\nx,public_funder,A\n")
    assert load("moved/mine.toml").identity() != before


def test_a_loaded_scenario_stays_what_it_was_when_its_lists_are_edited(tmp_path):
    places, organisations = tmp_path / "places.csv", tmp_path / "organisations.csv"
    places.write_text("code,name,population,lat,lon\nA,a,10,48,2\n")
    organisations.write_text("name,kind,place\nx,private_actor,A\n")
    (tmp_path / "mine.toml").write_text(
        '[territory]\nkind = "real"\nplaces = "places.csv"\n[population]\norganisations_file = "organisations.csv"'
    )
    s = load(tmp_path / "mine.toml")
    identity, hashes = s.identity(), s.data_hashes()
    assert hashes == {
        "territory": hashlib.blake2b(places.read_bytes(), digest_size=16).hexdigest(),
        "organisations": hashlib.blake2b(organisations.read_bytes(), digest_size=16).hexdigest(),
    }
    places.write_text("code,name,population,lat,lon\nA,a,11,48,2\nB,b,5,48,2\n")
    organisations.unlink()
    assert (s.identity(), s.data_hashes()) == (identity, hashes)
    assert (s.places().population.tolist(), s.own_organisations.name) == ([10], ("x",))
    organisations.write_text("name,kind,place\nx,private_actor,A\n")
    again = load(tmp_path / "mine.toml")
    assert again != s and again.identity() != identity
    assert again.data_hashes()["organisations"] == hashes["organisations"]


def test_a_drawn_territory_reads_no_list(village):
    assert (village.data_hashes(), village.own_organisations) == ({}, None)
    assert len(village.places()) == village.territory.drawn.places


def test_words_and_names_do_not_change_the_identity_but_every_number_does(write):
    s = load(write("a.toml", 'title = "one"'))
    assert len(s.identity()) == 16
    assert load(write("b.toml", 'title = "two"\nquestion = "why?"')).identity() == s.identity()
    assert s.with_changes({"processes.needing.rate": 0.51}).identity() != s.identity()
    assert s.with_changes({"territory.draw_seed": 2}).identity() != s.identity()


def test_overrides_come_as_values_or_as_texts_from_a_command_line():
    s = Scenario.load(
        "village",
        {"run.months": "7", "population.private_share": 0.5, "processes.needing.fast": "true", "title": "12", "territory.places": "20"},
        theory=TINY,
    )
    assert (s.run.months, s.population.private_share, s.processes.needing.fast, s.title) == (7, 0.5, True, "12")
    assert s.territory.drawn.places == 20
    assert ("run.months", 120, 7) in s.changes()


def test_an_override_may_add_a_whole_measure():
    table = {"kind": "grant", "funder": "f", "mode": "lottery"}
    s = load("village", {"funders.f.public": False, "measures.m": table})
    assert s.measures[0].numbers.mode == "lottery" and s.funders[0].public is False
    assert load("village", {"funders.f.public": False, "measures.m": '{kind = "grant", funder = "f", mode = "lottery"}'}) == s


def test_changes_to_a_scenario_are_checked_and_leave_it_as_it_was():
    s = load("village")
    assert s.with_changes({"run.months": 12}).run.months == 12
    assert s.run.months == 24 and s != s.with_changes({"run.months": 12})
    with pytest.raises(ScenarioError, match=r"\(changes\): run.months: found 0; allowed is a whole number from 1 to 1200"):
        s.with_changes({"run.months": 0})


def test_a_scenario_from_a_mapping_is_the_one_from_the_file(write):
    text = 'title = "t"\nextends = "village"\n[run]\nmonths = 5'
    assert Scenario.from_dict(tomllib.loads(text), theory=TINY) == load(write("t.toml", text))


# ---- measures that change over time, and whom they serve

GRANT = '[funders.f]\n[measures.m]\nkind = "grant"\nfunder = "f"\n'


def test_a_number_of_a_measure_may_change_over_time(write):
    (m,) = load(write("a.toml", GRANT + 'amount_eur = { 0 = 200, 24 = 300.5, 60 = 0 }\nmode = { 1 = "merit", 24 = "lottery" }')).measures
    assert m.numbers == Grant(amount_eur=200.0)
    assert m.later == ((24, Grant(amount_eur=300.5, mode="lottery")), (60, Grant(amount_eur=0.0, mode="lottery")))
    assert [m.at(month).amount_eur for month in (0, 1, 23, 24, 59, 60, 999)] == [200.0, 200.0, 200.0, 300.5, 300.5, 0.0, 0.0]


def test_what_changes_over_time_is_written_out_read_again_and_part_of_the_identity(write):
    s = load(write("a.toml", GRANT + "amount_eur = { 1 = 200, 9 = 200, 24 = 300 }"))
    assert s.to_dict()["measures"]["m"]["amount_eur"] == {"0": 200.0, "24": 300.0}
    again = load(write("b.toml", s.to_toml()), {"title": "a"})
    assert again == s and again.measures == s.measures
    assert s.identity() == load(write("c.toml", GRANT + "amount_eur = { 24 = 300, 0 = 200 }")).identity()
    others = [load(write("d.toml", GRANT + said)) for said in ("amount_eur = 200", "amount_eur = { 0 = 200, 25 = 300 }")]
    assert len({s.identity(), *(other.identity() for other in others)}) == 3
    assert pickle.loads(pickle.dumps(s)).measures == s.measures


def test_a_table_of_months_that_changes_nothing_is_the_plain_value(write):
    plain, table = (load(write(f"{k}.toml", GRANT + said)) for k, said in enumerate(("amount_eur = 7", "amount_eur = { 0 = 7, 5 = 7 }")))
    assert plain.measures == table.measures and plain.identity() == table.identity()


@pytest.mark.parametrize(
    ("parent", "child", "first", "later"),
    [
        ("{ 0 = 1, 24 = 2 }", "5", 5.0, {}),
        ("5", "{ 0 = 1, 24 = 2 }", 1.0, {24: 2.0}),
        ("{ 0 = 1, 24 = 2 }", "{ 0 = 3, 36 = 4 }", 3.0, {36: 4.0}),
    ],
)
def test_a_childs_value_replaces_its_parents_whole(write, parent, child, first, later):
    write("parent.toml", GRANT + f"amount_eur = {parent}")
    s = load(write("child.toml", f'extends = "parent"\n[measures.m]\namount_eur = {child}'))
    over = load("parent.toml", {"measures.m.amount_eur": child})
    changed = load("parent.toml").with_changes({"measures.m.amount_eur": tomllib.loads(f"v = {child}")["v"]})
    for m in (s.measures[0], over.measures[0], changed.measures[0]):
        assert m.numbers.amount_eur == first and {month: numbers.amount_eur for month, numbers in m.later} == later


def test_changes_name_the_beginning_of_a_course_and_the_months_in_which_it_changes(write):
    write("parent.toml", GRANT + "amount_eur = 5")
    s = load(write("child.toml", 'extends = "parent"\n[measures.m]\namount_eur = { 1 = 5, 24 = 6 }'))
    assert s.changes() == [("measures.m.amount_eur.24", None, 6)]
    back = load(write("back.toml", 'extends = "child"\n[measures.m]\namount_eur = 7'))
    assert back.changes() == [("measures.m.amount_eur", 5, 7), ("measures.m.amount_eur.24", 6, None)]


def test_months_may_be_whole_numbers_in_python():
    table = {"kind": "grant", "funder": "f", "amount_eur": {0: 5, 24: 6}}
    s = load("village", {"funders.f.public": False, "measures.m": table})
    assert s.measures[0].later == ((24, Grant(amount_eur=6.0)),)
    assert s.with_changes({"measures.m.amount_eur": {1: 5.0, 24: 6.0}}) == s


def test_parents_that_disagree_about_a_course_are_refused_as_about_any_value(write):
    write("root.toml", GRANT)
    write("a.toml", 'extends = "root"\n[measures.m]\namount_eur = { 0 = 1, 24 = 2 }')
    write("b.toml", 'extends = "root"\n[measures.m]\namount_eur = { 0 = 1, 36 = 2 }')
    told = only_mistake(write("c.toml", 'extends = ["a", "b"]'))
    assert (told.path, told.found) == ("measures.m.amount_eur", "a table in a.toml and a table in b.toml")
    s = load(write("d.toml", 'extends = ["a", "b"]\n[measures.m]\namount_eur = 7'))
    assert s.measures[0].later == ()


@pytest.mark.parametrize(
    ("said", "path", "found"),
    [
        ("amount_eur = { 0 = 1, 24 = 5000 }", "amount_eur.24", "5000"),
        ('amount_eur = { 0 = "x" }', "amount_eur.0", '"x"'),
        ("amount_eur = { 0 = 1, 24 = { 0 = 1 } }", "amount_eur.24", "a table"),
        ("amount_eur = { 0 = 1, 1201 = 5 }", "amount_eur.1201", '"1201"'),
        ("amount_eur = { 0 = 1, later = 5 }", "amount_eur.later", '"later"'),
        ("amount_eur = { 0 = 1, 03 = 5 }", "amount_eur.03", '"03"'),
        ("amount_eur = { 0 = 1, -3 = 5 }", "amount_eur.-3", '"-3"'),
        ("amount_eur = { 24 = 1 }", "amount_eur", "no value for the beginning"),
        ("amount_eur = {}", "amount_eur", "no value for the beginning"),
        ("amount_eur = { 0 = 1, 1 = 2 }", "amount_eur", "two values for the beginning, months 0 and 1"),
        ('mode = { 0 = "merit", 24 = "luck" }', "mode.24", '"luck"'),
        ('funder = { 0 = "f", 24 = "f" }', "funder", "a table"),
        ('purposes = "housing"', "purposes", '"housing"'),
        ("purposes = []", "purposes", "0 names, 0 of them different"),
        ('purposes = ["housing", "housing"]', "purposes", "2 names, 1 of them different"),
        ('purposes = ["hosing"]', "purposes", 'an unknown purpose "hosing"'),
    ],
)
def test_a_mistake_in_a_measure_is_told_with_its_path(write, said, path, found):
    text = GRANT.replace('funder = "f"\n', "") + said if said.startswith("funder") else GRANT + said
    told = only_mistake(write("a.toml", text))
    assert (told.file, told.path, told.found) == ("a.toml", f"measures.m.{path}", found)
    assert told.allowed


def test_an_empty_table_over_a_parents_course_is_refused_not_passed_over(write):
    write("parent.toml", GRANT + "amount_eur = { 0 = 1, 24 = 2 }")
    assert only_mistake(write("child.toml", 'extends = "parent"\n[measures.m]\namount_eur = {}')).file == "child.toml"


@pytest.mark.parametrize("name", ["start_month", "end_month", "calls_per_year"])
def test_the_window_of_a_measure_keeps_one_value(name):
    said = {"measures.m": {"kind": "animation", "funder": "f", name: {"0": 1, "24": 2}}, "funders.f.public": True}
    with pytest.raises(ScenarioError, match=rf"measures\.m\.{name}: found a table; .*\(it does not change over time; use a second"):
        Scenario.load("village", said)


def test_a_measure_may_serve_some_purposes_only(write):
    s = load(write("a.toml", GRANT + 'purposes = ["housing", "food_and_agriculture"]'))
    assert s.measures[0].purposes == ("food_and_agriculture", "housing")  # as the scenario orders them
    assert load(write("b.toml", GRANT)).measures[0].purposes == ()
    assert load("b.toml").identity() != s.identity()
    assert load(write("c.toml", s.to_toml())).measures == s.measures
    assert only_mistake(write("d.toml", GRANT + 'purposes = ["hosing"]')).hint == 'did you mean "housing"?'
    told = only_mistake(write("e.toml", GRANT + 'purposes = ["housing"]\n[purposes.water]\nchallenge = { trade = 0.5 }'))
    assert (told.path, told.allowed) == ("measures.m.purposes", "purposes of this scenario: water")


# ---- dates of calls

DATED = '[funders.f]\nbudget_eur_per_year = 5e5\n[measures.m]\nkind = "seed_grant"\nfunder = "f"\n'


def with_dates(write, more, name="a.toml"):
    return Scenario.load(write(name, DATED + more))


def test_calls_with_dates_are_kept_in_order_and_stand_in_place_of_calls_a_year(write):
    s = with_dates(write, "call_months = [37, 1, 13.0]")
    assert s.measures[0].call_months == (1, 13, 37)
    said = s.to_dict()["measures"]["m"]
    assert said["call_months"] == [1, 13, 37] and "calls_per_year" not in said
    assert Scenario.from_dict(s.to_dict()) == Scenario.load(write("b.toml", s.to_toml())) == s
    assert s.identity() == with_dates(write, "call_months = [1, 13, 37]", "c.toml").identity()
    assert s.identity() != with_dates(write, "call_months = [1, 13]", "d.toml").identity() != with_dates(write, "", "e.toml").identity()
    jsonschema.validate(s.to_dict(), schema())


def test_what_dates_change_is_told(write):
    write("parent.toml", DATED + "calls_per_year = 2")
    s = Scenario.load(write("child.toml", 'extends = "parent"\n[measures.m]\ncall_months = [1, 13]'))
    assert s.changes() == [("measures.m.calls_per_year", 2, None), ("measures.m.call_months", None, [1, 13])]
    assert "measures.m.call_months: (not there) -> 1, 13" in changes_as_text(s)


@pytest.mark.parametrize(
    ("more", "found", "allowed"),
    [
        ("call_months = 13", "13", "such as [1, 13, 37]"),
        ("call_months = []", "0 months, 0 of them different", "each once"),
        ("call_months = [5, 1, 5]", "3 months, 2 of them different", "each once"),
        ("call_months = [0]", "a list", "1 to 1200"),
        ("call_months = [1201]", "a list", "1 to 1200"),
        ("call_months = [1, 2.5]", "a list", "1 to 1200"),
        ('call_months = [1, "13"]', "a list", "1 to 1200"),
        ("call_months = [true]", "a list", "1 to 1200"),
        ("call_months = { 0 = [1] }", "a table", "1 to 1200"),
        ("call_months = [130, 5, 121]", "121, 130", "1 to 120, the window"),
        ("call_months = [5, 13, 40]\nstart_month = 6\nend_month = 39", "5, 40", "6 to 39, the window"),
        ("call_months = [5]\ncalls_per_year = 2", "calls_per_year = 2 beside it", "only one of the two"),
    ],
)
def test_a_mistake_in_the_dates_of_calls_is_told_with_what_is_allowed(write, more, found, allowed):
    with pytest.raises(ScenarioError) as refused:
        with_dates(write, more)
    (told,) = refused.value.problems
    assert (told.file, told.path, told.found) == ("a.toml", "measures.m.call_months", found)
    assert allowed in told.allowed


def test_a_kind_that_holds_no_calls_has_no_dates_of_them(write):
    assert only_mistake(write("a.toml", GRANT + "call_months = [1]")).found == 'an unknown name "call_months"'


def test_a_child_says_when_calls_are_held_in_place_of_its_parent_in_either_way(write):
    write("even.toml", DATED + "calls_per_year = 2")
    dated = Scenario.load(write("dated.toml", 'extends = "even"\n[measures.m]\ncall_months = [1, 13]'))
    assert dated.measures[0].call_months == (1, 13)
    again = Scenario.load(write("again.toml", 'extends = "dated"\n[measures.m]\ncalls_per_year = 3'))
    assert (again.measures[0].call_months, again.measures[0].numbers.calls_per_year) == ((), 3)
    assert dated.with_changes({"measures.m.calls_per_year": 3}) == again.with_changes({"title": dated.title})
    assert again.with_changes({"measures.m.call_months": [2]}).measures[0].call_months == (2,)
    gone = Scenario.load(write("gone.toml", 'extends = "dated"\n[measures.m]\nremove = true'))
    assert gone.measures == ()


def test_two_parents_that_say_it_in_different_ways_disagree_unless_the_child_settles_it(write):
    write("root.toml", DATED)
    write("one.toml", 'extends = "root"\n[measures.m]\ncalls_per_year = 2')
    write("two.toml", 'extends = "root"\n[measures.m]\ncall_months = [4]')
    with pytest.raises(ScenarioError, match=r"measures\.m\.call_months: found calls_per_year = 2 beside it"):
        Scenario.load(write("both.toml", 'extends = ["one", "two"]'))
    write("silent.toml", 'extends = "one"\n[run]\nmonths = 90')
    write("three.toml", 'extends = "one"\n[measures.m]\ncall_months = [9]')
    for order in ('["silent", "three"]', '["three", "silent"]'):
        younger = Scenario.load(write("younger.toml", f"extends = {order}"))
        assert (younger.measures[0].call_months, younger.run.months) == ((9,), 90), "what only is inherited gives way"
    settled = Scenario.load(write("settled.toml", 'extends = ["one", "two"]\n[measures.m]\ncalls_per_year = 1'))
    assert (settled.measures[0].call_months, settled.measures[0].numbers.calls_per_year) == ((), 1)


def test_whatever_stands_for_dates_is_taken_or_refused_in_words_but_never_breaks():
    for value in (*WRONG, [HUGE], [float("nan")], [-1], [[1]], [None], [1, 2], {"0": [1], "13": [2]}):
        said = {"funders.f.public": True, "measures.m": {"kind": "recognition", "funder": "f", "call_months": value}}
        try:
            scenario = Scenario.load("village", said)
        except ScenarioError as error:
            assert all(problem.found and problem.allowed for problem in error.problems)
        else:
            assert Scenario.from_dict(scenario.to_dict()) == scenario


@pytest.mark.parametrize("dates", [[], [1, 1], [0], [1201], 5])
def test_the_schema_refuses_dates_that_loading_refuses(dates):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"measures": {"m": {"kind": "loan", "call_months": dates}}}, schema())


# ---- several parents


def test_two_parents_that_speak_of_different_things_are_joined(write):
    write("a.toml", "[run]\nmonths = 5")
    write("b.toml", "[population]\norganisations = 9")
    s = load(write("c.toml", 'extends = ["a", "b"]'))
    assert (s.run.months, s.population.organisations) == (5, 9)


def test_two_parents_that_contradict_each_other_are_refused_by_name(write):
    write("a.toml", "[run]\nmonths = 5")
    write("b.toml", "[run]\nmonths = 6")
    told = only_mistake(write("c.toml", 'extends = ["a", "b"]'))
    way_out = "set it in this file, or extend only one of the two"
    assert told == Problem("c.toml", "run.months", "5 in a.toml and 6 in b.toml", "one value", way_out)


def test_the_child_may_settle_what_its_parents_disagree_about(write):
    write("a.toml", "[run]\nmonths = 5")
    write("b.toml", "[run]\nmonths = 6")
    assert load(write("c.toml", 'extends = ["a", "b"]\n[run]\nmonths = 7')).run.months == 7


def test_what_one_parent_changed_counts_before_what_the_other_only_inherits(write):
    write("root.toml", "[run]\nmonths = 5\nspin_up = 1\n[funders.f]")
    write("a.toml", 'extends = "root"\n[run]\nmonths = 6\n[funders.f]\nremove = true')
    write("b.toml", 'extends = "root"\n[run]\nspin_up = 2')
    for order in ('["a", "b"]', '["b", "a"]', '["root", "b", "a"]'):
        s = load(write("c.toml", f"extends = {order}"))
        assert (s.run.months, s.run.spin_up, s.funders) == (6, 2, ())


def test_a_parent_with_a_real_territory_wins_over_one_that_only_inherits_the_drawn_one(write):
    write("funding.toml", 'extends = "baseline"\n[funders.f]\nbudget_eur_per_year = 5.0')
    s = load(write("c.toml", 'extends = ["funding", "bretagne"]'))
    assert s.territory.places == "bretagne" and len(s.funders) == 3


def test_parents_in_two_territories_contradict_each_other_unless_the_child_chooses(write):
    told = only_mistake(write("c.toml", 'extends = ["village", "bretagne"]\n[population]\norganisations = 9'))
    assert (told.path, told.found) == ("territory", '"drawn" in village.toml (shipped) and "real" in bretagne.toml (shipped)')
    chosen = 'extends = ["village", "bretagne"]\n[population]\norganisations = 9\n[territory]\nkind = "real"\nplaces = "hauts_de_france"'
    told = mistakes(write("d.toml", chosen))
    assert {problem.path for problem in told} == {"funders.region_council.area", "funders.region_council.place", "funders.foundation.place"}
    one_region = chosen.replace("hauts_de_france", "bretagne")
    assert load(write("e.toml", one_region)).territory.places == "bretagne"
    write("f.toml", 'extends = "village"\n[run]\nmonths = 9')
    assert load(write("g.toml", 'extends = ["f", "baseline"]')).territory.drawn.places == 12


def test_a_circle_of_extends_is_refused_with_the_whole_circle(write):
    write("a.toml", 'extends = "b"')
    write("b.toml", 'extends = "c"')
    told = only_mistake(write("c.toml", 'extends = "a"'))
    assert told.path == "extends" and told.found == '"c", a circle: c.toml extends a.toml extends b.toml extends c.toml'
    assert only_mistake(write("self.toml", 'extends = "self"')).found == '"self", a circle: self.toml extends self.toml'


# ---- mistakes


def test_all_mistakes_are_told_at_once_each_with_its_own_file(write):
    write("parent.toml", '[run]\nmonths = 0\n[processes.needing]\nrate = "fast"')
    told = mistakes(write("child.toml", 'extends = "parent"\ntitel = "x"\n[population]\norganisatons = 5'), {"run.spin_up": 1.5})
    assert [(p.file, p.path) for p in told] == [
        ("child.toml", "titel"),
        ("child.toml", "population.organisatons"),
        ("parent.toml", "processes.needing.rate"),
        ("parent.toml", "run.months"),
        ("(override)", "run.spin_up"),
    ]
    assert [p.hint for p in told[:2]] == ['did you mean "title"?', 'did you mean "organisations"?']
    assert (told[2].found, told[2].allowed) == ('"fast"', "a number from 0 to 1 [1/month]")
    assert (told[3].found, told[3].allowed) == ("0", "a whole number from 1 to 1200 [months]")


def test_the_error_reads_as_a_list_and_is_a_value_error(write):
    name = write("a.toml", "[run]\nmonths = 0\nspinup = 1")
    with pytest.raises(ValueError) as refused:
        load(name)
    assert str(refused.value).splitlines() == [
        "2 mistakes",
        "  a.toml: run.months: found 0; allowed is a whole number from 1 to 1200 [months]",
        '  a.toml: run.spinup: found an unknown name "spinup"; allowed is one of months, spin_up, tie_bound (did you mean "spin_up"?)',
    ]
    assert pickle.loads(pickle.dumps(refused.value)).problems == refused.value.problems


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ("[run]\nmonths = nan", "run.months", "nan (not a number)"),
        ("[run]\nmonths = inf", "run.months", "inf (not finite)"),
        ("[run]\nmonths = true", "run.months", "true"),
        ("[run]\nmonths = 10.5", "run.months", "10.5"),
        ("[run]\nmonths = [1]", "run.months", "a list"),
        ("run = 5", "run", "5"),
        ("[processes]\nneeding = 3", "processes.needing", "3"),
        ("[processes.meting]", "processes.meting", 'an unknown name "meting"'),
        ("[processes.needing]\nfast = 1", "processes.needing.fast", "1"),
        ("title = 5", "title", "5"),
        ("extends = 5", "extends", "5"),
        ("competences = 5", "competences", "5"),
        ('[territory]\nkind = "reel"', "territory.kind", '"reel"'),
        ('[territory]\nkind = "real"', "territory.places", "nothing"),
        ('[territory]\nkind = "real"\nplaces = "bretange"', "territory.places", '"bretange"'),
        ('[territory]\nplaces = "bretagne"', "territory.places", '"bretagne"'),
        ('[territory]\nkind = "real"\nplaces = "bretagne"\nwidth_km = 3.0', "territory.width_km", 'an unknown name "width_km"'),
        ("[territory]\nregions = 5\ndistricts = 2", "territory.districts", "2 districts in 5 regions"),
        ("[population]\nprivate_share = 0.7\npublic_share = 0.5", "population.private_share", "private_share 0.7 and public_share 0.5"),
        ("[population]\nlargest_staff = 10.0", "population.public_staff_median", "20 with a largest_staff of 10"),
        ("[purposes.a]\nchallenge = {trade = 2.0}", "purposes.a.challenge.trade", "2.0"),
        ("[purposes.a]\nchallenge = {trade = 1.0, flying = 1.0}", "purposes.a.challenge.flying", 'an unknown name "flying"'),
        ("[purposes.a]", "purposes.a.challenge", "no demand"),
        ("[purposes.a]\nprevalence_share = 0.0\nchallenge = {trade = 1.0}", "purposes", "nobody in need"),
        ('[funders.f]\nlevel = "region"', "funders.f.area", "nothing"),
        ('[funders.f]\narea = "region 1"', "funders.f.area", '"region 1"'),
        ('[funders.f]\nlevel = "region"\narea = "region 7"', "funders.f.area", '"region 7"'),
        ('[funders.f]\nplace = "Atlantis"', "funders.f.place", '"Atlantis"'),
        ("[funders.f]\nplace = 5", "funders.f.place", "5"),
        ('[funders.f]\nlevel = "planet"', "funders.f.level", '"planet"'),
        ("[funders.f]\nbudget_eur_per_year = -1", "funders.f.budget_eur_per_year", "-1"),
        ('[measures.m]\nkind = "grant"', "measures.m.funder", "nothing"),
        ('[measures.m]\nkind = "grant"\nfunder = "f"', "measures.m.funder", '"f"'),
        ('[funders.f]\n[measures.m]\nkind = "grnt"\nfunder = "f"', "measures.m.kind", '"grnt"'),
        ('[funders.f]\n[measures.m]\nkind = "grant"\nfunder = "f"\nmode = "luck"', "measures.m.mode", '"luck"'),
        ("[measures.m]\nremove = true", "measures.m", "an order to remove what is not there"),
    ],
)
def test_a_mistake_is_told_with_its_path_and_what_was_found(write, text, path, found):
    told = only_mistake(write("a.toml", text))
    assert (told.file, told.path, told.found) == ("a.toml", path, found)
    assert told.allowed


def test_the_closest_name_is_offered_for_kinds_funders_areas_and_territories(write):
    text = (
        'extends = "bretagne"\n[funders.county]\nlevel = "district"\narea = "Finistere"\nplace = "Renes"\n'
        '[measures.m]\nkind = "grnt"\nfunder = "contry"\n[measures.n]\nkind = "grant"\nfunder = "foundatoin"\n'
    )
    hints = {problem.path: problem.hint for problem in mistakes(write("a.toml", text))}
    assert hints == {
        "funders.county.area": 'did you mean "Finistère"?',
        "funders.county.place": 'did you mean "Rennes"?',
        "measures.m.kind": 'did you mean "grant"?',
        "measures.m.funder": 'did you mean "county"?',
        "measures.n.funder": 'did you mean "foundation"?',
    }


def test_text_that_is_not_toml_is_told_with_its_line(write):
    told = only_mistake(write("a.toml", "[run]\nmonths = five\n"))
    assert told.file == "a.toml" and "line 2" in told.found


def test_missing_scenarios_are_told_with_the_closest_name(write):
    write("mine.toml", "")
    assert only_mistake("bretange").hint == 'did you mean "bretagne"?'
    assert only_mistake("mien.toml").hint == 'did you mean "mine.toml"?'
    assert "without folder and ending" in only_mistake("elsewhere/bretagne.toml").hint
    told = only_mistake(write("child.toml", 'extends = "villlage"'))
    assert (told.file, told.path, told.hint) == ("child.toml", "extends", 'did you mean "village"?')


def test_mistakes_in_own_lists_are_told_with_those_of_the_scenario(write, tmp_path):
    write("p.csv", "code,name,population,lat,lon\nA,a,-10,48,2\nA,a,10,48,2\n")
    told = mistakes(write("a.toml", '[territory]\nkind = "real"\nplaces = "p.csv"\n[run]\nmonths = 0'))
    assert [(Path(p.file).name, p.path) for p in told] == [
        ("a.toml", "run.months"),
        ("p.csv", "line 3, column code"),
        ("p.csv", "line 2, column population"),
    ]
    told = only_mistake(write("b.toml", '[population]\norganisations_file = "none.csv"'))
    assert told.found == f'"{tmp_path / "none.csv"}", which does not exist'


@pytest.mark.parametrize("path", ["", "run..months", "extends", ".run"])
def test_an_override_needs_a_path(path):
    assert only_mistake("village", {path: 1}).file == "(override)"


HUGE = 10**400
WRONG = (5, -1.5, "x", "", True, float("nan"), float("inf"), HUGE, [], ["x"], [{}], {}, {"x": 5}, {"kind": []}, {"remove": 1}, None)
ANYWHERE = [
    "title", "question", "extends", "competences", "territory", "territory.kind", "territory.places", "territory.regions",
    "purposes", "purposes.housing", "purposes.housing.challenge", "purposes.housing.challenge.trade", "population",
    "population.organisations", "population.organisations_file", "processes", "processes.needing", "processes.needing.rate",
    "processes.needing.fast", "funders", "funders.f", "funders.f.area", "funders.f.place", "funders.f.level", "funders.f.public",
    "measures", "measures.m", "measures.m.kind", "measures.m.funder", "measures.m.mode", "measures.m.amount_eur",
    "measures.m.amount_eur.24", "measures.m.purposes", "run", "run.months", "x",
]  # fmt: skip


@pytest.mark.parametrize("path", ANYWHERE)
@pytest.mark.parametrize("parent", ["baseline", "bretagne", ["village", "bretagne"]])
def test_whatever_stands_anywhere_is_taken_or_refused_in_words_but_never_breaks(path, parent):
    for value in WRONG:
        table = value
        for key in reversed(path.split(".")):
            table = {key: table}
        try:
            scenario = Scenario.from_dict({"extends": parent} | table, theory=TINY)
        except ScenarioError as error:
            assert all(problem.found and problem.allowed for problem in error.problems)
        else:
            assert Scenario.from_dict(scenario.to_dict(), theory=TINY) == scenario


# ---- schema


def test_the_schema_file_is_up_to_date():
    path = ROOT / "schema" / "scenario.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(), "stale: run `python -m clustersim.scenario.schema`"


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_shipped_scenarios_satisfy_the_schema_as_written_and_as_resolved(name):
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(tomllib.loads(shipped_scenarios()[name].read_text(encoding="utf-8")), schema())
    jsonschema.validate(Scenario.load(name).to_dict(), schema())


@pytest.mark.parametrize(
    "table",
    [
        {"titel": "x"},
        {"run": {"months": 0}},
        {"run": {"months": "ten"}},
        {"processes": {"meting": {}}},
        {"processes": {"needing": {"rate": 2}}},
        {"territory": {"kind": "real", "width_km": 3}},
        {"funders": {"f": {"level": "planet"}}},
        {"measures": {"m": {"kind": "nothing"}}},
        {"purposes": {"p": {"challenge": {"trade": 2}}}},
        {"measures": {"m": {"kind": "grant", "amount_eur": {"0": 5, "24": 5000}}}},
        {"measures": {"m": {"kind": "grant", "amount_eur": {"0": 5, "soon": 6}}}},
        {"measures": {"m": {"kind": "grant", "purposes": []}}},
        {"measures": {"m": {"kind": "grant", "purposes": "housing"}}},
    ],
)
def test_the_schema_refuses_what_loading_refuses(table):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table, json.loads(json.dumps(schema(TINY))))
    with pytest.raises(ScenarioError):
        Scenario.from_dict(table, theory=TINY)


def test_the_schema_takes_values_that_change_over_time():
    said = {"kind": "grant", "amount_eur": {"0": 5, "24": 6}, "mode": {"1": "merit", "24": "lottery"}, "purposes": ["housing"]}
    jsonschema.validate({"measures": {"m": said}}, json.loads(json.dumps(schema(TINY))))
