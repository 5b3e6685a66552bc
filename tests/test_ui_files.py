"""Which scenarios a page may load, and what becomes of files that are edited while it is open."""

import pytest

from clustersim import Scenario, run
from clustersim.app import showing
from clustersim.app.choices import scenarios
from clustersim.app.opening import Opening
from clustersim.app.room import Room
from clustersim.app.session import Session
from clustersim.app.settings import Settings
from sitting import visit

DECAY = "processes.meeting.decay_km"
OWN = 'title = "{title}"\nquestion = "?"\nextends = "village"\n[processes.meeting]\ndecay_km = {decay}\n'


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(title="Mine", decay=30))
    return path


def row_of(session, path):
    return next(row for group in showing.groups(session, 0) for row in group["rows"] if row["path"] == path)


def test_a_page_loads_what_is_in_its_lists_and_no_other_file(own):
    async def does(session, until):
        before = list(session.settings)
        for act in (
            lambda: session.choose(0, str(own), "village"),
            lambda: session.choose(0, "animation", str(own)),
            lambda: session.twin(str(own)),
        ):
            act()
            assert f"“{own}” is not in the list" in session.problem
            assert session.settings == before
            session.refusals.problem = None
        assert str(own) not in [choice["value"] for choice in showing.lists(session, 0)["scenarios"]]

    visit(does)


@pytest.mark.parametrize("named", [{"files": ("FILE",)}, {"other": "FILE"}, {"scenario": "FILE"}])
def test_a_file_that_was_named_is_in_the_lists(own, named):
    named = {key: (str(own),) if key == "files" else str(own) for key in named}

    async def does(session, until):
        assert str(own) in [choice["value"] for choice in showing.lists(session, 0)["scenarios"]]
        session.choose(0, str(own), None)
        assert (session.problem, session.settings[0].name) == ("", str(own))

    visit(does, Opening(**{"scenario": "village", "territory": None, **named}))


def test_where_a_file_cannot_be_read_any_more_no_seed_is_to_blame(own):
    async def does(session, until):
        own.write_text("title =", encoding="utf-8")
        session.reseed("175")
        assert not session.refused
        assert str(own) in session.problem or own.name in session.problem

    visit(does, Opening(str(own), territory=None))


def test_a_territory_that_was_named_is_in_the_list_and_stays_when_another_scenario_is_chosen(own):
    async def does(session, until):
        lists = showing.lists(session, 0)
        assert lists["territory"] in [choice["value"] for choice in lists["territories"]]
        session.choose(0, "animation", lists["territory"])
        assert (session.problem, session.settings[0].territory) == ("", str(own))

    visit(does, Opening("no_support", territory=str(own)))


def test_a_file_without_its_ending_is_as_good(own, monkeypatch):
    monkeypatch.chdir(own.parent)
    (choice,) = [choice for choice in scenarios(["own"]) if choice.name == "own"]
    assert (choice.title, choice.problem, choice.territory) == ("Mine", None, False)


def test_an_edited_file_is_what_the_next_page_and_the_next_choice_live(own):
    async def does(session, until):
        (before,) = session.worlds
        own.write_text(OWN.format(title="Edited", decay=45))
        other = Session(Opening(str(own), territory=None), room=Room())
        assert row_of(other, DECAY) | {"label": ""} == row_of(other, DECAY) | {"value": 45.0, "base": 45.0, "changed": False, "label": ""}
        assert row_of(session, DECAY)["base"] == 30.0, "nothing changes under a page that nobody touches"
        session.choose(0, str(own), None)
        await until(lambda: session.ready and session.worlds[0] is not before)
        assert (row_of(session, DECAY)["value"], row_of(session, DECAY)["base"]) == (45.0, 45.0)
        session.step()
        await until(lambda: session.month == 1)
        assert session.worlds[0].state_hash() == run(Scenario.load(own), seed=1, months=1).state_hash

    visit(does, Opening(str(own), territory=None))


def test_a_file_that_broke_is_said_and_the_world_that_was_made_of_it_lives_on(own):
    async def does(session, until):
        whole = own.read_text()
        own.write_text(whole.replace("[processes", "[processes_of_mine"))
        session.change(0, DECAY, "35")
        assert "processes_of_mine" in session.refused[0, DECAY][1]
        assert "processes_of_mine" in row_of(session, DECAY)["problem"], "beside its place"
        lists = showing.lists(session, 0)
        assert "processes_of_mine" in lists["problem"]
        (choice,) = [choice for choice in lists["scenarios"] if choice["value"] == str(own)]
        assert choice["text"] == "own.toml (cannot be read)"
        session.choose(0, str(own), None)
        assert "processes_of_mine" in session.problem
        session.step()
        await until(lambda: session.month == 1)
        own.write_text(whole)
        session.change(0, DECAY, "35")
        assert showing.lists(session, 0)["problem"] == "" == session.problem
        assert session.refused == {}
        await until(lambda: session.ready and session.worlds[0].scenario.processes.meeting.decay_km == 35.0)

    visit(does, Opening(str(own), territory=None))


def test_a_file_that_is_gone_or_no_scenario_is_said_in_the_language_of_the_page(own):
    async def does(session, until):
        session.speak("fr")
        own.unlink()
        for said in (lambda: session.problem, lambda: showing.lists(session, 0)["problem"]):
            session.choose(0, str(own), None)
            assert "il n’y a pas (ou plus) de fichier ni de scénario" in said() and str(own) in said()
        before = showing.lists(session, 0)
        session.choose(0, str(own), None)
        after = showing.lists(session, 0)
        assert before["problem"] == after["problem"] and before != after, "the list on the page goes back to what is set"
        session.step()
        await until(lambda: session.month == 1)
        for content, expected in ((b"title =", "ce n’est pas un fichier TOML"), (b"# \xff", "ce n’est pas un texte en UTF-8")):
            own.write_bytes(content)
            session.choose(0, str(own), None)
            assert expected in session.problem and str(own) in session.problem
        session.speak("en")
        assert "this is no text in UTF-8" in session.problem

    visit(does, Opening(str(own), territory=None))


def test_settings_are_equal_where_they_ask_for_the_same_and_files_say_the_same(own):
    before = Settings(str(own)).checked()
    assert before == Settings(str(own)).checked() != Settings(str(own), seed=2).checked()
    own.write_text(OWN.format(title="Mine", decay=31))
    assert before != Settings(str(own)).checked()
    assert before != str(own)
