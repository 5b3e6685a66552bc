"""A session among threads: whose thread does what, what waits for what, and how what fails is said."""

import asyncio
import contextlib
import threading
import time

import pytest

from clustersim import ClusterModel, Scenario, run
from clustersim.app import showing
from clustersim.app.feeding import Feed
from clustersim.app.inspecting import card
from clustersim.app.opening import Opening
from clustersim.app.room import Room
from clustersim.app.saving import KINDS, file_of
from clustersim.app.session import Session
from clustersim.app.speaking import language
from clustersim.app.world import LivedWorld
from sitting import visit

VILLAGE = Opening("no_support", territory="village")


def wait_until(seen):
    for _ in range(12_000):
        if seen():
            return
        time.sleep(0.01)
    raise TimeoutError


@pytest.fixture
def driven():
    """A session whose drive runs in a thread of its own, as in the page, and by which threads it tells what is new."""
    by = set()
    session = Session(VILLAGE, lambda: by.add(threading.get_ident()), Room())
    driving = threading.Thread(target=lambda: asyncio.run(session.drive()))
    yield session, driving, by
    session.close()
    driving.join(60)
    assert not driving.is_alive(), "the drive ends when nobody looks any more"
    assert session.worlds == []


def test_events_come_in_from_any_thread_and_are_done_where_the_drive_runs(driven):
    session, driving, by = driven
    driving.start()
    wait_until(lambda: session.ready)
    for month in (1, 2, 3):  # each connection has a thread and a loop of its own
        there = threading.Thread(target=lambda: asyncio.run(_does(session, session.step)))
        there.start()
        there.join()
        wait_until(lambda month=month: session.month == month)
        session.do(session.drawn)
    assert by == {driving.ident}
    assert session.worlds[0].state_hash() == run(Scenario.load("no_support", on="village"), seed=1, months=3).state_hash


async def _does(session, act):
    session.do(act)


def test_events_that_come_before_the_drive_runs_are_not_lost(driven):
    session, driving, _ = driven
    session.do(lambda: session.reseed("5"))
    session.do(lambda: session.speak("fr"))
    driving.start()
    wait_until(lambda: session.ready)
    assert (session.worlds[0].settings.seed, session.language.code) == (5, "fr")


def test_an_event_after_the_end_does_nothing(driven):
    session, driving, _ = driven
    driving.start()
    wait_until(lambda: session.ready)
    session.close()
    driving.join(60)
    session.do(session.step)
    assert session.month == 0


def test_the_page_answers_while_a_large_world_goes_back_to_its_beginning(monkeypatch):
    gate, goes_back = threading.Event(), LivedWorld._go_back

    def slowly(world):
        assert gate.wait(60)
        goes_back(world)

    monkeypatch.setattr(LivedWorld, "_go_back", slowly)

    async def does(session, until):
        session.look_at(2)
        await until(lambda: session.month == 2)
        session.reset()
        await asyncio.sleep(0.05)
        session.speak("fr")
        status = showing.status(session)
        assert not status["ready"] and status["progress"] and status["language"] == "fr"
        gate.set()
        await until(lambda: session.ready)
        assert (session.month, session.last) == (0, 0)

    visit(does)


def test_a_month_that_is_lived_while_someone_resets_is_not_recorded(monkeypatch):
    gate, lives = threading.Event(), LivedWorld.live

    async def does(session, until):
        (world,) = session.worlds
        before = world.state_hash()

        def late(world):
            gate.wait(60)
            lives(world)

        monkeypatch.setattr(LivedWorld, "live", late)
        session.step()
        await asyncio.sleep(0.05)
        session.reset()
        gate.set()
        await until(lambda: session.ready)
        assert (session.last, world.state_hash(), session.failure) == (0, before, "")

    visit(does)


def test_a_card_is_of_one_month_though_the_world_lives_on_while_it_is_made(monkeypatch):
    async def does(session, until):
        session.look_at(2)
        await until(lambda: session.month == 2)
        (world,) = session.worlds
        row = int(world.memory[2].living[0])
        assert card(world, row, 2, language("en"))["columns"]
        rests = LivedWorld.at_rest

        @contextlib.contextmanager
        def late(world):
            with rests(world) as simulation:
                simulation.step()
                yield simulation

        monkeypatch.setattr(LivedWorld, "at_rest", late)
        said = card(world, row, 2, language("en"))
        assert said["columns"] == []
        assert "in month 3" in said["columns_note"]
        monkeypatch.undo()

    visit(does)


class Unlucky(ClusterModel):
    """A model that cannot be made under one seed."""

    def __init__(self, scenario, rng):
        if rng == 13:
            raise RuntimeError("my own mistake")
        super().__init__(scenario, rng)


def test_a_world_that_cannot_be_made_is_said_and_nothing_is_waited_for():
    async def does(session, until):
        session.export("series")
        session.reseed("13")
        await until(lambda: session.failure)
        assert "my own mistake" in session.failure
        status = showing.status(session)
        assert (status["progress"], status["exporting"], status["playing"]) == (None, False, False)
        session.reseed("14")
        await until(lambda: session.ready)
        assert (session.worlds[0].settings.seed, session.failure) == (14, "")

    visit(does, Opening("village", territory=None, model=Unlucky))


def test_settings_lived_by_a_model_of_ones_own_promise_no_bits():
    async def does(session, until):
        session.look_at(2)
        await until(lambda: session.ready and session.month == 2)
        return file_of("settings", session.worlds[0], 2, "en").content.decode()

    said = visit(does, Opening("village", territory=None, model=Unlucky))
    assert "without Unlucky, the model of your own that lived it here" in said
    assert "to the bit" not in said and "state hash" not in said
    said = visit(does, Opening("village", territory=None, model=ClusterModel))
    assert "to the bit" in said and "state hash after month 2" in said


def test_a_wish_is_not_lost_while_a_month_is_waited_for_that_nobody_draws():
    async def does(session, until):
        session.drawn()
        session.play()
        await until(lambda: session.month == 1)
        session.pause()
        session.step()
        await until(lambda: session.month == 2)
        assert (session.playing, session.failure) == (False, "")

    visit(does, VILLAGE, drawn=False)


def test_playing_without_anybody_who_looks_pauses_and_says_so(monkeypatch):
    monkeypatch.setattr("clustersim.app.clock._SILENCE", 0.1)

    async def does(session, until):
        session.drawn()
        session.play()
        await until(lambda: not session.playing)
        assert session.month == 1, "the page has drawn month 0 and no other"
        assert session.failure == session.language.say("stage.silence", seconds="0")
        session.drawn()
        session.play()
        assert session.failure == ""

    visit(does, VILLAGE, drawn=False)


def test_a_month_is_told_again_where_nobody_says_that_it_was_drawn(monkeypatch):
    monkeypatch.setattr("clustersim.app.clock._SILENCE", 3.0)

    async def does(session, until):
        session.drawn()
        session.play()
        await until(lambda: session.month == 1)
        told = Feed().month(session)
        await until(lambda: session.repeated)
        again = Feed().month(session)
        assert told != again and told["frames"][0]["lines"]["first"] == again["frames"][0]["lines"]["first"] == 0
        session.drawn()
        await until(lambda: session.month == 2)
        assert (session.playing, session.failure) == (True, "")

    visit(does, VILLAGE, drawn=False)


def test_clicks_on_a_world_that_has_gone_do_nothing():
    async def does(session, until):
        session.twin("policy_mix")
        await until(lambda: session.ready and len(session.worlds) == 2)
        session.twin(None)
        before = session.settings
        for number in (1, 7, -1):
            session.choose(number, "vouchers", None)
            session.change(number, "processes.meeting.decay_km", "30")
            session.undo(number)
            session.switch(number, "vouchers")
            session.export(next(iter(KINDS)), number)
            session.pick(number, 0)
        await until(lambda: session.ready)
        assert (session.settings, session.exporting, session.problem, session.failure) == (before, "", "", "")
        assert len(session.worlds) == 1

    visit(does)


def test_a_page_that_closes_lets_its_worlds_go_at_once_though_a_month_is_being_lived():
    async def does(session, until):
        session.play()
        await until(lambda: session.month > 2)

    visit(does)  # which waits for the end of the drive
