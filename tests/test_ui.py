"""A session by itself, without a browser: what people do, and what they then see."""

import asyncio
import random
import re
import threading
import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from clustersim import ClusterModel, Scenario, run
from clustersim.app import exports, showing
from clustersim.app.charts import CHARTS
from clustersim.app.choices import has_territory, scenarios, territories
from clustersim.app.feeding import Feed
from clustersim.app.inspecting import card
from clustersim.app.opening import Opening
from clustersim.app.panel import groups, read, rows_of
from clustersim.app.saving import KINDS, file_of
from clustersim.app.serve import PortError, _application, _listen, own_pages_only
from clustersim.app.settings import Settings, value_at
from clustersim.app.speaking import LANGUAGES, language
from clustersim.scenario import ScenarioError, shipped_scenarios
from recorded import unpacked
from sitting import visit

DECAY = "processes.meeting.decay_km"


def test_playing_lives_every_month_once_and_ends_at_the_horizon():
    async def does(session, until):
        session.play()
        await until(lambda: not session.playing)
        return session.month, [snapshot.month for snapshot in session.worlds[0].memory.until(24)], session.worlds[0].state_hash()

    month, recorded, state = visit(does)
    assert month == 24
    assert recorded == list(range(25))
    assert state == run(Scenario.load("no_support", on="village"), seed=1).state_hash


def test_looking_back_lives_nothing_and_going_on_does_not_live_twice():
    async def does(session, until):
        session.look_at(4)
        await until(lambda: session.month == 4)
        state = session.worlds[0].state_hash()
        session.look_at(1)
        await until(lambda: session.month == 1)
        assert session.worlds[0].state_hash() == state
        session.step()
        await until(lambda: session.month == 2)
        assert (session.last, session.worlds[0].state_hash()) == (4, state)

    visit(does)


def test_reset_comes_back_to_the_same_beginning_to_the_bit():
    async def does(session, until):
        (world,) = session.worlds
        before = world.state_hash()
        session.look_at(5)
        await until(lambda: session.month == 5)
        after = world.state_hash()
        session.reset()
        await until(lambda: session.ready and session.month == 0)
        assert world.state_hash() == before != after
        assert session.last == 0
        session.look_at(5)
        await until(lambda: session.month == 5)
        assert world.state_hash() == after

    visit(does)


def test_reset_comes_back_to_the_chosen_scenarios_and_seed_whatever_was_changed():
    async def does(session, until):
        chosen, before = list(session.settings), [world.state_hash() for world in session.worlds]
        session.change(0, DECAY, "35")
        session.switch(1, "meetings")
        session.change(0, "run.months", "many")
        session.look_at(2)
        await until(lambda: session.ready and session.month == 2)
        assert [world.state_hash() for world in session.worlds] != before
        session.reset()
        await until(lambda: session.ready and session.month == 0)
        assert (session.settings, session.refused, session.last) == (chosen, {}, 0)
        assert [world.state_hash() for world in session.worlds] == before
        assert not any(group["changed"] or group["refused"] for number in (0, 1) for group in showing.groups(session, number))
        assert all(row["on"] for row in showing.measures(session)[1])

    visit(does, Opening("no_support", "policy_mix", "village", seed=4))


def test_to_start_again_keeps_what_is_set():
    async def does(session, until):
        session.change(0, DECAY, "35")
        await until(lambda: session.ready)
        before = session.worlds[0].state_hash()
        session.look_at(2)
        await until(lambda: session.ready and session.month == 2)
        session.start_again()
        await until(lambda: session.ready and session.month == 0)
        assert session.settings[0].changes == {DECAY: 35.0}
        assert (session.last, session.worlds[0].state_hash()) == (0, before)

    visit(does)


def test_an_organisation_that_is_not_there_any_more_is_not_looked_at():
    """After going back, those founded later are unknown; a click may still come from the map of before."""

    async def does(session, until):
        known = len(session.worlds[0].recorder.everybody)
        session.play()
        await until(lambda: not session.playing)
        last = len(session.worlds[0].recorder.everybody) - 1
        assert last >= known, "nobody was founded"
        session.pick(0, last)
        seen = [session.looked_at]
        session.reset()
        await until(lambda: session.ready and session.last == 0)
        seen.append(session.looked_at)
        for number, row in ((0, last), (0, -1), (1, 0), (0, 0)):
            session.pick(number, row)
            seen.append(session.looked_at)
        return last, seen

    last, seen = visit(does)
    assert seen == [(0, last), None, None, None, None, (0, 0)]


@pytest.mark.parametrize(("origin", "let_in"), [(b"http://127.0.0.1:8765", True), (None, True), (b"http://elsewhere.example", False)])
def test_the_server_speaks_to_its_own_pages_alone(origin, let_in):
    said = []

    async def application(scope, receive, send):
        said.append("let in")

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        said.append(message["type"])

    headers = [(b"host", b"127.0.0.1:8765")] + ([] if origin is None else [(b"origin", origin)])
    asyncio.run(own_pages_only(application)({"type": "websocket", "headers": headers}, receive, send))
    assert said == (["let in"] if let_in else ["websocket.close"])


@pytest.mark.parametrize(("listens", "called", "status"), [
    ("::1", "[::1]:8765", 200), ("::1", "[::1]", 200), ("127.0.0.1", "localhost:8765", 200), ("localhost", "127.0.0.1:8765", 200),
    ("::1", "[::2]:8765", 400), ("127.0.0.1", "elsewhere.example:8765", 400), ("127.0.0.1", "[::1].elsewhere.example", 400),
    ("127.0.0.1", "", 400), ("0.0.0.0", "elsewhere.example:8765", 200),
])  # fmt: skip
def test_on_this_machine_alone_the_server_answers_to_this_machines_names(monkeypatch, listens, called, status):
    import solara.server.starlette
    from starlette.responses import PlainTextResponse

    monkeypatch.setattr(solara.server.starlette, "app", PlainTextResponse("the page"))
    said = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        said.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", called.encode())]}
    asyncio.run(_application(listens)(scope, receive, send))
    assert said[0]["status"] == status


def test_two_worlds_share_seed_and_clock_and_differ_by_their_measures_alone():
    async def does(session, until):
        session.look_at(6)
        await until(lambda: session.month == 6)
        session.twin("policy_mix")
        await until(lambda: session.ready and len(session.worlds) == 2)
        assert session.month == 6, "the second world catches up"
        assert showing.status(session)["caution"] == ""
        hashes = [world.state_hash() for world in session.worlds]
        assert hashes[1] == run(Scenario.load("policy_mix", on="village"), seed=1, months=6).state_hash
        session.reseed("5")
        await until(lambda: session.ready and session.worlds[1].settings.seed == 5)
        assert [world.settings.seed for world in session.worlds] == [5, 5]
        assert session.month == 0

    visit(does)


def test_a_second_world_that_ends_earlier_is_not_lived_past_its_end(tmp_path):
    short = tmp_path / "short.toml"
    short.write_text('extends = "village"\n[run]\nmonths = 3\n', encoding="utf-8")

    async def does(session, until):
        session.look_at(6)
        await until(lambda: session.month == 6)
        session.play()
        session.twin(str(short))
        await until(lambda: session.ready and len(session.worlds) == 2 and not session.playing)
        assert (session.horizon, session.month, session.worlds[1].last) == (3, 3, 3)
        session.step()
        session.look_at(6)
        await until(lambda: session.ready and session.month == 3)
        assert (session.worlds[1].last, session.failure) == (3, "")
        assert session.worlds[1].state_hash() == run(Scenario.load(short), seed=1).state_hash
        session.twin(None)
        session.look_at(6)
        await until(lambda: session.ready and session.month == 6)

    visit(does, Opening("no_support", territory="village", files=(str(short),)))


def test_a_measure_is_switched_off_and_on_in_one_world_up_to_the_same_month():
    async def does(session, until):
        session.look_at(3)
        await until(lambda: session.month == 3 and session.ready)
        first, with_all = (world.state_hash() for world in session.worlds)
        session.switch(1, "meetings")
        await until(lambda: session.ready and session.worlds[1].settings == session.settings[1])
        assert session.month == 3
        without = session.worlds[1].state_hash()
        expected = Scenario.load("policy_mix", {"measures.meetings.remove": True}, on="village")
        assert without == run(expected, seed=1, months=3).state_hash
        assert [row["on"] for row in showing.measures(session)[1]] == [True, False, True, True]
        session.switch(1, "meetings")
        await until(lambda: session.ready and session.worlds[1].settings == session.settings[1])
        assert [world.state_hash() for world in session.worlds] == [first, with_all]

    visit(does, Opening("no_support", "policy_mix", "village"))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_people_do_in_quick_succession_the_worlds_are_those_that_were_asked_for_last(seed):
    luck = random.Random(seed)

    async def does(session, until):
        acts = [
            session.play,
            session.pause,
            session.step,
            session.reset,
            session.start_again,
            lambda: session.look_at(luck.randrange(8)),
            lambda: session.twin(luck.choice(["policy_mix", "vouchers", None])),
            lambda: session.choose(0, luck.choice(["no_support", "animation", "village"]), "village"),
            lambda: session.reseed(luck.randrange(3)),
            lambda: session.change(0, DECAY, str(luck.choice([10, 20, "far"]))),
            lambda: session.switch(len(session.settings) - 1, "vouchers"),
            lambda: session.export("settings"),
            lambda: session.pick(0, 0),
        ]
        for _ in range(60):
            luck.choice(acts)()
            session.drawn()
            if session.ready:
                showing.measures(session)
                Feed().month(session)
            await asyncio.sleep(luck.choice([0, 0, 0.002, 0.02]))
        session.look_at(5)
        await until(lambda: session.ready and session.month == 5 and [w.settings for w in session.worlds] == session.settings)
        return [(world.scenario, world.settings.seed, world.last, world.state_hash()) for world in session.worlds]

    for scenario, luck_of, last, state in visit(does):
        assert state == run(scenario, luck_of, months=last).state_hash


def test_a_number_changes_the_world_and_is_marked_until_it_is_put_back():
    async def does(session, until):
        session.change(0, DECAY, "35")
        await until(lambda: session.ready and session.worlds[0].scenario.processes.meeting.decay_km == 35.0)
        (group,) = [group for group in showing.groups(session, 0) if group["key"] == "processes.meeting"]
        assert group["changed"] == 1
        (row,) = [row for row in group["rows"] if row["path"] == DECAY]
        assert (row["changed"], row["value"], row["base"]) == (True, 35.0, 20.0)
        session.change(0, DECAY, "20")
        assert session.settings[0].changes == {}

    visit(does)


def test_a_mistake_is_said_beside_its_place_and_changes_nothing():
    async def does(session, until):
        before = session.settings
        session.change(0, DECAY, "far")
        session.change(0, "run.months", "0")
        session.reseed("many")
        assert session.settings == before
        assert "a number from 1 to 100 km" in session.refused[0, DECAY][1]
        assert "a whole number from 1 to 1,200 months" in session.refused[0, "run.months"][1]
        assert (0, "seed") in session.refused
        session.speak("fr")
        assert "un nombre de 1 à 100 km" in session.refused[0, DECAY][1]
        session.step()
        await until(lambda: session.month == 1)
        session.undo(0)
        assert (0, DECAY) not in session.refused

    visit(does)


def test_another_language_says_every_refusal_again():
    async def does(session, until):
        session.change(0, DECAY, "1,5")
        session.change(0, "measures.coordinators.end_month", "3")
        session.change(0, "measures.coordinators.start_month", "9")
        session.choose(0, "no_such_scenario", "village")
        english = dict(session.refused), session.problem
        session.speak("fr")
        assert "en anglais, la virgule" in session.refused[0, DECAY][1], "which it was when it was typed"
        assert "le dernier mois, 3, précède le premier, 9" in session.refused[0, "measures.coordinators.start_month"][1]
        assert "n’est pas dans la liste" in session.problem
        session.speak("en")
        assert (session.refused, session.problem) == english
        session.choose(0, "vouchers", "village")
        assert (session.refused, session.problem) == ({}, "")

    visit(does, Opening("animation", territory="village"))


def test_what_two_numbers_say_together_can_be_a_mistake_too():
    async def does(session, until):
        session.change(0, "measures.coordinators.end_month", "3")
        session.change(0, "measures.coordinators.start_month", "9")
        assert session.settings[0].changes == {"measures.coordinators.end_month": 3}
        assert "9" in session.refused[0, "measures.coordinators.start_month"][1]

    visit(does, Opening("animation", territory="village"))


def test_a_scenario_that_cannot_be_put_there_leaves_everything_as_it_was():
    async def does(session, until):
        before = session.settings
        session.choose(0, "no_such_scenario", "village")
        assert "no_such_scenario" in session.problem
        assert session.settings == before
        session.choose(0, "village", "bretagne")
        assert (session.problem, session.settings[0].territory) == ("", None)
        session.choose(0, "animation", None)
        assert session.settings[0].territory == "village", "who leaves a territory's own scenario stays there"

    visit(does)


def test_a_fault_in_a_model_of_the_users_own_ends_playing_and_not_the_session():
    class Faulty(ClusterModel):
        def step(self):
            if self.time >= 14:
                raise RuntimeError("my own mistake")
            super().step()

    async def does(session, until):
        session.play()
        await until(lambda: session.failure)
        assert "my own mistake" in session.failure
        assert (session.playing, session.ready, session.month) == (False, True, session.last)
        session.look_at(1)
        await until(lambda: session.month == 1)

    visit(does, Opening("village", territory=None, model=Faulty))


def test_a_model_of_the_users_own_lives_the_months_and_begins_anew_at_reset():
    class Counting(ClusterModel):
        lived = 0

        def step(self):
            super().step()
            self.lived += 1

    async def does(session, until):
        session.look_at(3)
        await until(lambda: session.month == 3)
        assert session.worlds[0].model.lived == 3
        state = session.worlds[0].state_hash()
        session.reset()
        await until(lambda: session.ready and session.month == 0)
        assert session.worlds[0].model.lived == 0
        session.look_at(3)
        await until(lambda: session.month == 3)
        assert session.worlds[0].state_hash() == state == run("village", seed=1, months=3).state_hash

    visit(does, Opening("village", territory=None, model=Counting))


def test_a_browser_is_told_of_all_organisations_born_since_it_last_said_what_it_knows():
    async def does(session, until):
        feed = Feed()
        (world,) = session.worlds
        (told,) = feed.worlds(session)
        count = len(told["organisations"]["kind"]["bytes"])
        feed.acknowledge({"known": {world.key: {"rows": count, "months": 1}}, "behind": False})
        session.look_at(24)
        await until(lambda: session.month == 24)
        everybody = len(world.recorder.everybody)
        newcomers = feed.month(session)["frames"][0]["newcomers"]
        assert everybody > count, "else the test shows nothing"
        assert (newcomers["first_row"], len(newcomers["kind"]["bytes"])) == (count, everybody - count)
        assert feed.acknowledge({"known": {world.key: {"rows": 0, "months": 0}}, "behind": True})
        assert feed.month(session)["frames"][0]["newcomers"]["first_row"] == 0

    visit(does)


def test_lines_are_sent_from_where_the_browser_has_them():
    def lines(feed, session):
        told = feed.month(session)["frames"][0]["lines"]
        return told["first"], [len(unpacked(values)) for values in told["values"].values()]

    async def does(session, until):
        feed, count = Feed(), len(CHARTS)
        (world,) = session.worlds
        assert lines(feed, session) == (0, [1] * count)
        session.look_at(6)
        await until(lambda: session.month == 6)
        assert lines(feed, session) == (0, [7] * count), "what was not acknowledged is sent again"
        feed.acknowledge({"known": {world.key: {"rows": 0, "months": 7}}, "behind": False})
        session.step()
        await until(lambda: session.month == 7)
        assert lines(feed, session) == (7, [1] * count)
        feed.acknowledge({"known": {world.key: {"rows": 0, "months": 8}}, "behind": False})
        session.look_at(2)
        await until(lambda: session.month == 2)
        assert lines(feed, session) == (8, [0] * count), "looking back needs no line"
        session.reset()
        await until(lambda: session.ready and session.last == 0)
        assert lines(feed, session) == (0, [1] * count), "another life has other lines"

    visit(does)


def test_charts_show_what_the_series_say():
    async def does(session, until):
        session.look_at(6)
        await until(lambda: session.month == 6)
        series = run(Scenario.load("no_support", on="village"), seed=1, months=6).series
        (world,) = session.worlds
        by_name = {chart.name: chart.values(world) for chart in CHARTS}
        assert by_name["mean_degree"][1:] == pytest.approx(series["mean_degree"])
        assert by_name["met_share"][1:] == pytest.approx(100 * series["met_share"])
        assert by_name["innovations"][-1] == series["innovations"].sum()

    visit(does)


def test_money_and_trust_over_time_are_charted_from_the_first_month():
    async def does(session, until):
        session.look_at(24)
        await until(lambda: session.month == 24)
        lived = run(Scenario.load("policy_mix", on="village"), seed=1)
        (world,) = session.worlds
        by_name = {chart.name: chart.values(world) for chart in CHARTS}
        for name in ("public_support_cents", "private_support_cents"):
            assert by_name[name][0] == 0.0
            assert by_name[name][1:] == pytest.approx(lived.series[name].cumsum() / 100)
        assert lived.series["private_support_cents"].sum() > 0, "else the test shows nothing"
        assert by_name["mean_trust"][1:] == pytest.approx(lived.series["mean_trust"])
        for row in showing.measures(session)[0]:
            journal = lived.table("ledger").query("measure == @row['name']")
            back = journal["flow"] == "repayment"
            cents = [journal.loc[chosen, "amount_cents"].sum() / 100 for chosen in (~back, back)]
            assert [row["paid"], row["back"]] == pytest.approx(cents), row["name"]
            assert bool(row["back_said"]) == bool(row["back"])

    visit(does, Opening("policy_mix", territory="village"))


def test_the_card_of_an_organisation_agrees_with_the_tables():
    async def does(session, until):
        session.look_at(6)
        await until(lambda: session.month == 6)
        (world,) = session.worlds
        lived = run(Scenario.load("no_support", on="village"), seed=1, months=6)
        table = lived.table("organisations")
        ties = lived.table("ties")
        row = int(table.index[table["alive"]][0])
        said = card(world, row, 6, language("en"))
        facts = {fact["label"]: fact["value"] for fact in said["facts"]}
        assert facts["Staff"] == f"{table['staff_fte'][row]:.1f}"
        assert facts["Partners"] == str(((ties["uid_1"] == table["uid"][row]) | (ties["uid_2"] == table["uid"][row])).sum())
        assert len(said["partners"]) == int(facts["Partners"])
        assert {"Cash", "Competence: trade", "Value: cooperation"} <= {column["label"] for column in said["columns"]}
        assert card(world, row, 3, language("en"))["columns"] == []
        assert "6" in card(world, row, 3, language("fr"))["columns_note"]

    visit(does)


def test_the_settings_file_of_a_session_is_lived_again_to_the_bit(tmp_path):
    async def does(session, until):
        session.change(0, DECAY, "31.5")
        session.switch(0, "vouchers")
        session.look_at(4)
        await until(lambda: session.month == 4 and session.ready)
        saved = file_of("settings", session.worlds[0], session.month, "en")
        return saved, session.worlds[0].state_hash()

    saved, state = visit(does, Opening("policy_mix", territory="village"))
    path = tmp_path / saved.name
    path.write_bytes(saved.content)
    assert run(Scenario.load(path), seed=1, months=4).state_hash == state
    assert state in saved.content.decode()


def test_an_export_that_fails_is_said_and_the_session_lives(monkeypatch):
    def fail(*_):
        raise OSError("no space left")

    async def does(session, until):
        monkeypatch.setattr("clustersim.app.clock.file_to_make", fail)
        session.export("series")
        await until(lambda: session.failure and not session.exporting)
        assert "no space left" in session.failure
        session.step()
        await until(lambda: session.month == 1)
        session.export("nothing of that kind")
        assert session.exporting == ""

    visit(does)


def test_months_go_on_and_are_thinned_and_begun_anew_while_an_export_is_made(monkeypatch):
    made, gone_on = exports.picture_png, threading.Event()

    def slow(*said):
        assert gone_on.wait(60)
        return made(*said)

    async def does(session, until):
        monkeypatch.setattr(exports, "picture_png", slow)
        expected = file_of("picture_svg", session.worlds[0], 0, "en").content
        session.export("picture_png")
        session.step()
        await until(lambda: session.month == 1)
        session.play()
        await until(lambda: session.month == 5)
        session.start_again()
        await until(lambda: session.ready and session.month == 0)
        session.export("picture_svg")
        assert (session.exporting, session.download) == ("picture_png", None), "one at a time"
        gone_on.set()
        await until(lambda: session.download is not None)
        assert (session.failure, session.exporting, session.download.name) == ("", "", "no_support-seed1-month0.png")
        session.export("picture_svg")
        await until(lambda: session.downloads == 2)
        assert session.download.content == expected

    visit(does)


@pytest.mark.parametrize(("what", "writer"), [("tables", "tables_zip"), ("series", "series_csv"), ("settings", "scenario_file")])
def test_a_month_is_lived_while_tables_are_being_written_and_is_not_in_them(monkeypatch, what, writer):
    made, begun, gone_on = getattr(exports, writer), threading.Event(), threading.Event()

    def slow(*said, **named):
        begun.set()
        assert gone_on.wait(60)
        return made(*said, **named)

    async def does(session, until):
        session.step()
        await until(lambda: session.month == 1)
        expected = file_of(what, session.worlds[0], 1, "en")
        monkeypatch.setattr(exports, writer, slow)
        session.export(what)
        await until(begun.is_set)
        session.step()
        await until(lambda: session.month == 2)
        assert session.exporting == what
        gone_on.set()
        await until(lambda: session.downloads == 1)
        assert (session.failure, session.download) == ("", expected)

    visit(does, Opening("policy_mix", territory="village"))


def test_a_session_that_is_closed_waits_for_no_export(monkeypatch):
    async def does(session, until):
        begun, go_on = threading.Event(), threading.Event()
        monkeypatch.setattr(exports, "picture_png", lambda *_: begun.set() or go_on.wait(60))
        session.export("picture_png")
        await until(begun.is_set)
        session.close()
        while session.worlds:
            await asyncio.sleep(0.005)
        seen = session.download, go_on.is_set()
        go_on.set()
        return seen

    assert visit(does) == (None, False)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_says_every_number_with_name_and_meaning(code):
    speaks = language(code)
    for name in shipped_scenarios():
        settings = Settings(name)
        for group in groups(settings, {}, speaks):
            assert group["title"]
            for row in group["rows"]:
                assert row["label"] and row["meaning"], row["path"]
                key = row["path"].rpartition(".")[2]
                assert row["label"] != key, row["path"]
                if code == "fr":
                    parameter = next(known.parameter for known in rows_of(settings.scenario()) if known.path == row["path"])
                    assert row["meaning"] != parameter.meaning, f"{row['path']} is not said in French"


def test_both_catalogues_have_the_same_keys_and_placeholders():
    said = {}
    for code in LANGUAGES:
        table = tomllib.loads((files("clustersim.app") / "texts" / f"{code}.toml").read_text(encoding="utf-8"))
        said[code] = {key: sorted(re.findall(r"\{\w+\}", str(text))) for key, text in _flat(table)}
    assert said["en"] == said["fr"]


def _flat(table, path=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield path + key, value


@pytest.mark.parametrize(("typed", "value"), [("1 500,5", 150_050), ("2\u202f000", 200_000), ("3300.00", 330_000), (900, 90_000)])
def test_amounts_are_typed_in_euros_as_people_write_them(village, typed, value):
    (row,) = [row for row in rows_of(village) if row.path == "processes.serving.wage_cents"]
    assert read(row, typed, language("fr")) == value
    assert isinstance(read(row, typed, language("fr")), int)


@pytest.mark.parametrize(("code", "typed", "euros"), [
    ("en", "10,000", 10_000), ("en", "1,500.5", 1_500.5), ("en", "1 500.5", 1_500.5), ("en", "1500.5", 1_500.5),
    ("fr", "10 000", 10_000), ("fr", "1\u202f500,5", 1_500.5), ("fr", "1500,5", 1_500.5), ("fr", "1500.5", 1_500.5), ("fr", "600,000", 600),
])  # fmt: skip
def test_a_comma_means_what_it_means_in_the_pages_language(village, code, typed, euros):
    (row,) = [row for row in rows_of(village) if row.path == "processes.serving.wage_cents"]
    assert read(row, typed, language(code)) == euros * 100


@pytest.mark.parametrize(("code", "typed"), [
    ("en", "1500,5"), ("en", "1,50"), ("en", "1,5000"), ("en", "1,500,5"), ("en", ",500"), ("en", "10,00.5"),
    ("fr", "1,500,000"), ("fr", "1,500.5"), ("fr", "1.500,5"),
])  # fmt: skip
def test_a_comma_that_may_mean_two_things_is_refused_and_said(village, code, typed):
    (row,) = [row for row in rows_of(village) if row.path == "processes.serving.wage_cents"]
    with pytest.raises(ValueError, match={"en": "a comma stands between thousands", "fr": "la virgule précède les décimales"}[code]):
        read(row, typed, language(code))


@pytest.mark.parametrize("code", LANGUAGES)
def test_whatever_the_panel_writes_reads_back_the_same(code):
    """Each value as the page writes it (up to twelve digits, grouped), and both ends of its interval as they are said."""
    from babel.numbers import format_decimal

    speaks = language(code)
    for name in shipped_scenarios():
        scenario = Settings(name).scenario()
        said = scenario.to_dict()
        for row in rows_of(scenario):
            if isinstance(row.parameter.default, bool | str) or isinstance(value_at(said, row.path), dict):
                continue
            for value in (row.shown(value_at(said, row.path)), *row.bounds()):
                for grouped in (True, False):
                    written = format_decimal(value, format="#,##0.############" if grouped else "0.############", locale=code)
                    assert row.shown(read(row, written, speaks)) == pytest.approx(value, rel=1e-11), (row.path, written)


@pytest.mark.parametrize("typed", ["", "abc", "1e400", "nan", True, None, "-5", "10.001"])
def test_what_is_no_amount_is_refused(village, typed):
    (row,) = [row for row in rows_of(village) if row.path == "processes.serving.wage_cents"]
    with pytest.raises(ValueError, match="is not possible: a number from 500 to 15,000 EUR per FTE and month"):
        read(row, typed, language("en"))


def test_every_number_of_the_panel_stands_in_the_scenario_and_can_be_set_to_itself():
    for name in ("village", "policy_mix", "ptce_call_2013", "bretagne"):
        settings = Settings(name)
        said = settings.scenario().to_dict()
        for row in rows_of(settings.scenario()):
            value = value_at(said, row.path)
            assert value is not None, row.path
            if not isinstance(value, dict):
                assert read(row, row.shown(value), language("en")) == value, row.path


def test_the_lists_offer_all_shipped_scenarios_and_put_measures_on_territories():
    assert {choice.name for choice in scenarios()} == set(shipped_scenarios())
    for place in territories():
        assert Settings("animation", place.name).checked().scenario().measures
    assert has_territory("bretagne") and not has_territory("animation")


def test_settings_that_make_no_scenario_are_refused():
    with pytest.raises(ScenarioError):
        Settings("animation", "animation").checked()
    with pytest.raises(ValueError, match="64 bits"):
        replace(Settings("village"), seed=2**70).checked()


def test_the_server_listens_on_this_machine_and_says_when_it_cannot():
    first = _listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    with pytest.raises(PortError, match="--port"):
        _listen("127.0.0.1", port)
    first.close()
    for elsewhere in ("no.such.name.invalid", "192.0.2.1"):
        with pytest.raises(PortError, match="another with --host"):
            _listen(elsewhere, None)


def test_there_is_a_text_for_every_export():
    for code in LANGUAGES:
        assert all(language(code).knows(f"exports.{what}") for what in KINDS)
