"""Pages have places, and share the memory of the server."""

import gc

import pytest

from clustersim.app.opening import Opening
from clustersim.app.room import NoRoomError, Room
from clustersim.app.session import Session


class Someone:
    pass


def test_one_too_many_waits_until_a_place_is_given_back():
    room, first, second, third = Room(places=2), Someone(), Someone(), Someone()
    room.enter(first)
    room.enter(second)
    with pytest.raises(NoRoomError, match="all 2 places"):
        room.enter(third)
    room.leave(first)
    room.leave(first)
    room.enter(third)


def test_memory_is_shared_among_those_who_are_there():
    room = Room(bytes=100, most=60)
    assert room.share == 60
    there = [Someone() for _ in range(4)]
    for one in there:
        room.enter(one)
    assert room.share == 25
    room.leave(there.pop())
    assert room.share == 33


def test_who_is_forgotten_has_left():
    room = Room(places=1)
    room.enter(Someone())
    gc.collect()
    room.enter(Someone())


def test_a_session_takes_a_place_until_it_is_closed():
    room, opening = Room(places=1), Opening("no_support", territory="village")
    session = Session(opening, room=room)
    with pytest.raises(NoRoomError):
        Session(opening, room=room)
    session.close()
    Session(opening, room=room).close()


def test_the_page_for_which_there_is_no_place_says_what_to_do():
    pytest.importorskip("solara")
    from clustersim.app import screen

    room, someone = Room(places=2), Someone()
    room.enter(someone)
    opening = Opening("no_support", territory="village", language="fr")
    session, _ = screen._opened(opening, room)
    refused, said = screen._opened(opening, room)
    assert refused is None
    assert said.startswith("Les 2 places de ce serveur sont prises") and "rechargez" in said
    session.close()
    session, said = screen._opened(opening, room)
    assert said == ""
    session.close()


def test_pages_of_a_notebook_do_not_take_each_others_places():
    pytest.importorskip("solara")
    from clustersim.app import screen

    assert screen._room() is not screen._room()
