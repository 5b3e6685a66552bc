"""Two worlds on different territories, where the second scenario says itself where it is."""

import pytest
from typer.testing import CliRunner

from clustersim import Scenario, run
from clustersim.app import page, showing
from clustersim.app.opening import Opening
from clustersim.app.pairing import opened
from clustersim.app.settings import Settings
from clustersim.cli import app
from clustersim.scenario import ScenarioError
from sitting import visit

DECAY = "processes.meeting.decay_km"


@pytest.fixture
def hills(tmp_path):
    path = tmp_path / "hills.toml"
    path.write_text(
        'title = "Hills"\nquestion = "?"\nextends = "village"\n[territory]\nplaces = 9\nwidth_km = 90.0\ndraw_seed = 5\n'
        "[population]\norganisations = 40\n"
    )
    return str(path)


def test_a_second_world_that_says_where_it_is_lives_there_under_the_same_seed_and_clock(hills):
    async def does(session, until):
        session.look_at(3)
        await until(lambda: session.ready and session.month == 3)
        assert [len(world.simulation.state.places) for world in session.worlds] == [12, 9]
        expected = [run(Scenario.load(name), seed=4, months=3).state_hash for name in ("village", hills)]
        assert [world.state_hash() for world in session.worlds] == expected
        status = showing.status(session)
        assert status["caution"] == session.language.say("stage.elsewhere")
        assert status["questions"] == [session.language.question("village", Scenario.load("village").question), "?"], "what each world asks"
        titles = [world.simulation.territory.title for world in session.worlds]
        assert status["territories"] == [session.language.territory(title) for title in titles], "and where"
        session.reseed("7")
        await until(lambda: session.ready and [world.settings.seed for world in session.worlds] == [7, 7])

    visit(does, Opening("village", hills, None, seed=4))


def test_worlds_elsewhere_share_what_is_changed_in_the_theory_and_keep_their_own_territory_and_people(hills):
    async def does(session, until):
        session.change(0, DECAY, "30")
        session.change(0, "population.organisations", "50")
        session.change(1, "population.organisations", "60")
        session.change(0, "run.months", "12")
        first, second = (settings.scenario() for settings in session.settings)
        assert (first.processes.meeting.decay_km, second.processes.meeting.decay_km) == (30.0, 30.0)
        assert (first.population.organisations, second.population.organisations) == (50, 60)
        assert (first.run.months, second.run.months) == (12, 12)
        assert second.territory.drawn.places == 9

    visit(does, Opening("village", hills, None))


def test_any_scenario_can_be_chosen_as_the_second(hills):
    async def does(session, until):
        offered = [choice["value"] for choice in showing.lists(session, 0)["seconds"]]
        assert {hills, "policy_mix", "village", "bretagne"} <= set(offered)
        session.twin(hills)
        await until(lambda: session.ready and len(session.worlds) == 2)
        assert session.settings[1].territory is None
        session.twin("policy_mix")
        await until(lambda: session.ready and session.worlds[1].settings.name == "policy_mix")
        assert session.settings[1].territory == "village"
        assert showing.status(session)["caution"] == ""

    visit(does, Opening("no_support", territory="village", files=(hills,)))


def test_the_territory_that_the_first_world_is_on_is_the_same_one():
    first, second = opened(Opening("no_support", "village", "village"))
    assert second == Settings("village").checked()
    assert first.scenario().territory == second.scenario().territory


def test_what_cannot_be_side_by_side_is_refused_before_a_page_opens(monkeypatch, tmp_path):
    monkeypatch.setattr("clustersim.app.serve.serve", lambda *_, **__: pytest.fail("a page was opened"))
    head = 'title = "{0}"\nquestion = "?"\n'
    coast, housing = tmp_path / "coast.toml", tmp_path / "housing.toml"
    coast.write_text(
        f'{head.format("Coast")}[territory]\nplaces = 12\n'
        "[purposes.fishing]\nprevalence_share = 0.05\nprice_eur = 450.0\nchallenge = { trade = 0.5 }\n"
    )
    housing.write_text(f'{head.format("Housing")}extends = "vouchers"\n[measures.vouchers]\npurposes = ["housing"]\n')
    done = CliRunner().invoke(app, ["ui", str(coast), str(housing), "--no-browser"])
    assert done.exit_code == 2
    assert "measures.vouchers.purposes" in done.output and "fishing" in done.output


def test_two_territories_are_opened_side_by_side(monkeypatch):
    asked = []
    monkeypatch.setattr("clustersim.app.serve.serve", lambda opening, **_: asked.append(opening))
    done = CliRunner().invoke(app, ["ui", "bretagne", "hauts_de_france", "--no-browser"])
    assert done.exit_code == 0, done.output
    first, second = opened(asked[0])
    assert [settings.scenario().places().title for settings in (first, second)] == ["Bretagne", "Hauts-de-France"]


def served(monkeypatch, *arguments):
    """What the page would open with."""
    opened = []
    monkeypatch.setattr("clustersim.app.serve.serve", lambda asked, **_: opened.append(asked))
    done = CliRunner().invoke(app, ["ui", *arguments, "--no-browser"])
    assert done.exit_code == 0, done.output
    return opened[0]


def test_the_command_allows_a_second_and_further_worlds_that_say_where_they_are(monkeypatch):
    asked = served(monkeypatch, "no_support", "hauts_de_france", "village", "animation", "--on", "bretagne")
    assert (asked.scenario, asked.other, asked.territory) == ("no_support", "hauts_de_france", "bretagne")
    assert asked.files == ("no_support", "hauts_de_france", "village", "animation")


def test_the_command_refuses_a_further_scenario_that_there_is_not():
    done = CliRunner().invoke(app, ["ui", "no_support", "animation", "nonsense", "--on", "village", "--no-browser"])
    assert done.exit_code == 2 and "nonsense" in done.output


def test_spaces_around_the_sign_of_a_change_do_not_matter(monkeypatch):
    asked = served(monkeypatch, "village", "--set", " processes.meeting.decay_km = 30 ")
    assert asked.changes == (("processes.meeting.decay_km", "30"),)


def test_the_page_of_a_notebook_refuses_at_once_what_it_cannot_open_with():
    with pytest.raises(ScenarioError) as refused:
        page("nonsense", language="de")
    assert refused.value.problems[0].found == '"de"'
    assert "nonsense" in str(refused.value) and "en or fr" in str(refused.value)
    with pytest.raises(ScenarioError, match="no_such_number"):
        page("village", changes={"processes.meeting.no_such_number": 1})
    with pytest.raises(ValueError, match="64 bits"):
        page("village", seed=2**70)
