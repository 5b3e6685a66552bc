"""What a page remembers of its months: all of them while there is room, then fewer of the older ones, and every number of the lines."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from clustersim.app import showing
from clustersim.app.feeding import Feed
from clustersim.app.inspecting import card
from clustersim.app.opening import Opening
from clustersim.app.recording import bytes_of
from clustersim.app.remembering import RECENT, Memory
from clustersim.app.room import Room
from clustersim.app.saving import file_of
from clustersim.app.speaking import language
from recorded import record, unpacked
from sitting import visit

MONTHS = 24
VILLAGE = Opening("no_support", territory="village")


@pytest.fixture(scope="module")
def snapshots(village):
    return record(village, MONTHS)[2]


@pytest.fixture
def memory(snapshots):
    found = Memory()
    for snapshot in snapshots:
        found.append(snapshot)
    return found


def kept(memory):
    return [snapshot.month for snapshot in memory.until(memory.last)]


def test_every_month_is_kept_in_order_and_counted(memory, snapshots):
    assert kept(memory) == list(range(MONTHS + 1))
    assert memory.whole
    assert memory.bytes == sum(s.nbytes for s in snapshots) > sum(s.tie_one.nbytes + s.newcomers.x_km.nbytes for s in snapshots)
    assert [snapshot.month for snapshot in memory.until(3)] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="month 25 comes next, not 7"):
        memory.append(replace(snapshots[7]))


def test_older_months_are_thinned_and_the_first_last_recent_and_shown_stay(memory, snapshots):
    memory.thin(4, 5, {3})
    assert kept(memory) == [0, 3, 4, 8, 12, 16, *range(19, 25)]
    memory.thin(4, 5, ())
    assert 3 not in memory
    memory.thin(64, 0, ())
    assert kept(memory) == [0, 24]
    assert memory.bytes == snapshots[0].nbytes + snapshots[24].nbytes
    assert not memory.whole
    with pytest.raises(KeyError):
        memory[3]


def test_lines_lack_no_month(memory, snapshots):
    memory.thin(64, 0, ())
    assert np.array_equal(memory.series(), [s.series for s in snapshots], equal_nan=True)


def months_of(room, opening=None):
    """Which months two worlds keep after their horizon is reached, and what they then take."""

    async def does(session, until):
        session.play()
        await until(lambda: not session.playing)
        return [kept(world.memory) for world in session.worlds], sum(world.memory.bytes for world in session.worlds), session.whole

    return visit(does, opening or Opening("no_support", "policy_mix", "village"), room=room)


def test_a_page_takes_no_more_than_its_share_and_keeps_the_same_months_of_both_worlds():
    (all_of_one, all_of_other), bytes_of_all, whole = months_of(Room())
    assert all_of_one == all_of_other == list(range(MONTHS + 1)) and whole
    budget = int(0.8 * bytes_of_all)
    (one, other), taken, whole = months_of(Room(most=budget))
    assert not whole
    assert one == other == [*range(0, MONTHS - RECENT, 2), *range(MONTHS - RECENT, MONTHS + 1)]
    assert taken <= budget


def test_where_hardly_anything_has_room_first_and_last_remain():
    (one, other), _, _ = months_of(Room(most=1))
    assert one == other
    assert one[0] == 0 and one[-1] == MONTHS and len(one) <= 4


def crowded(does, *, months=MONTHS):
    """A page without room that has lived some months."""

    async def lives(session, until):
        session.play()
        await until(lambda: not session.playing or session.month >= months)
        session.pause()
        await until(lambda: session.ready)
        return await does(session, until)

    return visit(lives, room=Room(most=1))


def test_going_back_shows_the_nearest_month_kept_and_says_why():
    async def does(session, until):
        (world,) = session.worlds
        assert showing.status(session)["caution"] == session.language.say("stage.thinned")
        session.look_at(MONTHS - 1)
        await until(lambda: session.ready and session.month < MONTHS)
        assert session.month == max(month for month in kept(world.memory) if month < MONTHS)
        session.step()
        await until(lambda: session.month == MONTHS)
        session.look_at(0)
        await until(lambda: session.month == 0)
        session.play()
        await until(lambda: not session.playing)
        assert session.month == MONTHS, "play goes over what is not kept"
        session.reset()
        await until(lambda: session.ready and session.last == 0)
        assert session.whole and showing.status(session)["caution"] == ""

    crowded(does)


def test_what_is_not_kept_is_neither_drawn_nor_missed():
    async def does(session, until):
        (world,) = session.worlds
        lines = Feed().month(session)["frames"][0]["lines"]
        assert all(len(unpacked(values)) == MONTHS + 1 for values in lines["values"].values())
        row = int(world.memory[MONTHS].living[0])
        history = unpacked(card(world, row, MONTHS, language("en"))["history"])
        assert history["months"].tolist() == kept(world.memory)
        assert history["staff"][-1] == world.memory[MONTHS].staff_fte[0]
        animation = file_of("animation", world, MONTHS, "en")
        assert Image.open(io.BytesIO(animation.content)).n_frames == len(world.memory)
        assert file_of("series", world, MONTHS, "en").content.decode().count("\n") == MONTHS + 1
        recorder = world.recorder
        assert bytes_of(recorder.world, recorder.everybody, world.memory.until(MONTHS))

    crowded(does)


def test_the_month_that_is_shown_is_kept_while_another_world_catches_up_with_it():
    alone = months_of(Room(), VILLAGE)[1]

    async def does(session, until):
        session.play()
        await until(lambda: not session.playing)
        session.look_at(11)
        await until(lambda: session.month == 11)
        assert session.whole
        session.twin("policy_mix")
        await until(lambda: session.ready and len(session.worlds) == 2)
        assert session.month == 11
        assert not session.whole and 9 not in session.worlds[0].memory, "else the test shows nothing"
        session.look_at(9)
        await until(lambda: session.ready and session.month != 11)
        assert all(session.month in world.memory for world in session.worlds)

    visit(does, VILLAGE, room=Room(most=int(1.05 * alone)))
