"""The worlds of one session under their common clock: who lives their months and brings them to where they are wanted.

What is wanted is said from outside (settings, a month, playing); one coroutine, `drive`, does one thing after the other until it is so,
and calls `told` whenever there is something new to show. It runs in one thread and one event loop for as long as the session lasts, and
all that changes the session happens there: events of the page come in from the thread of its connection, another one after a lost
connection, and are handed over by `do`. Months are lived in threads, all worlds at once, and never two of one world.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from clustersim.app.making import Worlds
from clustersim.app.opening import Opening
from clustersim.app.room import ROOM, Room
from clustersim.app.saving import File, file_to_make
from clustersim.app.settings import Settings
from clustersim.app.speaking import Language, language

__all__ = ["Clock"]

_SILENCE = 15.0  # seconds without an answer after which nobody is thought to look any more
_ASKED = 3  # times in these that a month is told, as the answer may be lost with its connection


class Clock(Worlds):
    """The worlds on the same clock, and what is wanted of them.

    Attributes:
        month: The month that is shown.
        playing: Whether months are lived one after the other.
        speed: Months a second while playing, 0 for as fast as can be.
        language: How the page speaks.
        failure: What went wrong while living, in words; the session lives on.
        exporting: What is being exported; empty if nothing is.
        download: The file that was exported last.
        downloads: How many have been.
        repeated: How often a month was told again, because nobody said that it was drawn.
    """

    def __init__(self, opening: Opening, settings: list[Settings], told: Callable[[], None], room: Room = ROOM) -> None:
        """Nothing is lived before `drive` runs. `told` is called in the thread in which it runs.

        Raises:
            NoRoomError: if all places of the room are taken; `close` gives one back.
        """
        super().__init__(opening, settings, told, room)
        self.month = 0
        self.playing = False
        self.speed = 0
        self.language: Language = language(opening.language)
        self.failure = ""
        self.exporting = ""
        self.download: File | None = None
        self.downloads = self.repeated = 0
        self._wanted_month = 0
        self._shown: tuple[Any, int] | None = None
        self._to_export: tuple[str, int] | None = None
        self._export_made: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._to_do: deque[Callable[[], object]] = deque()
        self._ended = False
        self._woken = asyncio.Event()
        self._drawn = asyncio.Event()
        self._drawn.set()
        room.enter(self)

    def do(self, act: Callable[[], object]) -> None:
        """Have something done in the thread in which `drive` runs, as soon as it does: for events that come in from any other."""
        self._to_do.append(act)
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the session has ended
                self._loop.call_soon_threadsafe(self._do_next)

    def _do_next(self) -> None:
        if self._to_do:
            self._to_do.popleft()()

    def drawn(self) -> None:
        """The page has drawn what it was last told."""
        self._drawn.set()

    @property
    def ready(self) -> bool:
        """Whether the month that is shown is recorded in all worlds."""
        return self.last >= self.month and all(self.month in world.memory for world in self.worlds)

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many months are lived of those that are needed before something new can be shown; None where nothing is awaited."""
        if self.ready or self._unmade == self.settings:
            return None
        done, total = 0, 1
        for world, settings in zip(self.worlds, self.settings, strict=False):
            warmed, spin_up = world.warmed
            done += warmed + max(world.last, 0) if world.settings == settings else 0
            total += spin_up + self._wanted_month
        return done, total * len(self.settings) // max(len(self.worlds), 1)

    def _possible(self, month: int) -> int:
        """A month that can be shown: itself, or the next one in the direction of going, where some are not kept."""
        month = max(0, min(int(month), self.horizon))
        on, back = range(month, self.horizon + 1), range(month, -1, -1)
        ways = (on, back) if month > self.month else (back, on)
        return next(one for way in ways for one in way if all(one > world.last or one in world.memory for world in self.worlds))

    async def drive(self) -> None:
        """Bring the worlds to where they are wanted, until the session ends."""
        self._loop = asyncio.get_running_loop()
        for _ in range(len(self._to_do)):  # people were quicker
            self._loop.call_soon(self._do_next)
        try:
            while not self._ended:
                await self._advance_in_peace()
                await self._woken.wait()
                self._woken.clear()
        finally:
            if self._export_made is not None:
                self._export_made.cancel()  # nobody waits for the file any more
                await asyncio.gather(self._export_made, return_exceptions=True)
            while self.worlds:
                self._drop(0)

    async def _advance_in_peace(self) -> None:
        """All that is to be done now. A defect in a model of the user's own must not end the session."""
        try:
            while not self._ended and await self._advance():
                pass
        except Exception as error:
            self.playing = False
            if self._to_export is not None:
                self._to_export, self.exporting = None, ""
            self._unmade = None if self._to_make() is None else self.settings
            if self.last >= 0:
                self._wanted_month = self.month = self._possible(min(self.month, self.last))
            self.failure = self.language.say("stage.failure", error=f"{type(error).__name__}: {error}")
            self.told()

    async def _advance(self) -> bool:
        """One thing that is to be done; whether there may be more."""
        number = self._to_make()
        if number is not None:
            await self._make(number)
            return True
        if self._to_export is not None:
            asked, self._to_export = self._to_export, None
            self._export_made = asyncio.create_task(self._export(*asked))
            await asyncio.sleep(0)  # what it shows is taken before another month is lived
            return True
        wanted = self._possible(self.month + 1) if self.playing else self._wanted_month
        if self.playing and wanted <= self.month:
            self.playing, self._wanted_month = False, self.month
            self.told()
            return True  # a world that was added may be behind
        behind = [world for world in self.worlds if world.last < wanted]
        begun = time.perf_counter()
        worlds = list(self.worlds)
        if behind:
            await asyncio.gather(*(asyncio.to_thread(world.live) for world in behind))
        if worlds != self.worlds or not self._made():  # someone chose another world meanwhile, or the beginning
            return True
        self._thin({self.month, self._wanted_month, wanted})
        going_on = self.playing and self._possible(self.month + 1) == wanted
        if going_on and self.last >= wanted:
            month = self.month
            await self._paced(begun)
            if self.playing and self.month == month and worlds == self.worlds and self.last >= wanted:
                self._show(wanted)
            return True
        if not self.playing and self.last >= self._wanted_month:
            if self.month != self._wanted_month or behind or not self._shown_is_current():
                self._show(self._wanted_month)
            return False
        if behind and not self.ready:
            self.told()
        return True

    async def _export(self, what: str, number: int) -> None:
        """Make a file beside the months; what goes wrong is said, and nothing else stops."""
        try:
            world = self.worlds[min(number, len(self.worlds) - 1)]
            self.download = await asyncio.to_thread(file_to_make(what, world, self.month, self.language.code))
            self.downloads += 1
        except Exception as error:
            self.failure = self.language.say("exports.failed", error=f"{type(error).__name__}: {error}")
        self.exporting = ""
        self.told()

    def _shown_is_current(self) -> bool:
        return self._shown == (tuple(world.key for world in self.worlds), self.month)

    def _show(self, month: int) -> None:
        self.month = self._wanted_month = month
        self._shown = (tuple(world.key for world in self.worlds), month)
        self._drawn.clear()
        self.told()

    async def _paced(self, begun: float) -> None:
        """Wait until the page has drawn the month before, and until the next one is due."""
        if not await self._answered():
            self.playing, self._wanted_month = False, self.month
            self.failure = self.language.say("stage.silence", seconds=self.language.number(_SILENCE))
            self.told()
            return
        if self.speed:
            await asyncio.sleep(max(0.0, begun + 1.0 / self.speed - time.perf_counter()))
        else:
            await asyncio.sleep(0)

    async def _answered(self) -> bool:
        """Whether the page has drawn the month before."""
        for time_told in range(_ASKED):
            if time_told:
                self.repeated += 1
                self.told()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._drawn.wait(), _SILENCE / _ASKED)
                return True
        return False

    def _wake(self) -> None:
        if not self.playing:
            self._drawn.set()  # nobody waits any more for what was to be drawn while playing
        self._woken.set()
        self.told()

    def close(self) -> None:
        """Nobody looks any more: the drive ends, and lets the worlds go."""
        self._room.leave(self)
        self.do(self._end)

    def _end(self) -> None:
        self.playing, self._ended = False, True
        self._woken.set()
        self._drawn.set()
