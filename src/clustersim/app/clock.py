"""The worlds of one session under their common clock: who makes them, lives their months and brings them to where they are wanted.

What is wanted is said from outside (settings, a month, playing); one coroutine, `drive`, does one thing after the other until it is so,
and calls `told` whenever there is something new to show. Months are lived in threads, all worlds at once, and never two of one world.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from clustersim.app.opening import Opening
from clustersim.app.saving import File, file_of
from clustersim.app.settings import Settings
from clustersim.app.speaking import Language, language
from clustersim.app.world import World

__all__ = ["Clock"]

_WARMING = 3  # months of the spin-up at a time: the page says how far it is
_SILENCE = 15.0  # seconds without an answer after which nobody is thought to look any more


class Clock:
    """Up to two worlds on the same clock, and what is wanted of them.

    Attributes:
        settings: Of the worlds as they are lived, or are about to be: one or two.
        worlds: As many, once they are made.
        month: The month that is shown.
        playing: Whether months are lived one after the other.
        speed: Months a second while playing, 0 for as fast as can be.
        language: How the page speaks.
        failure: What went wrong while living, in words; the session lives on.
        exporting: What is being exported; empty if nothing is.
        download: The file that was exported last.
    """

    def __init__(self, opening: Opening, settings: list[Settings], told: Callable[[], None]) -> None:
        """Nothing is lived before `drive` runs. `told` is called in the thread in which it runs."""
        self.opening = opening
        self.told = told
        self.settings = settings
        self.worlds: list[World] = []
        self.month = 0
        self.playing = False
        self.speed = 0
        self.language: Language = language(opening.language)
        self.failure = ""
        self.exporting = ""
        self.download: File | None = None
        self._wanted_month = 0
        self._shown: tuple[Any, int] | None = None
        self._to_export: tuple[str, int] | None = None
        self._woken = asyncio.Event()
        self._drawn = asyncio.Event()
        self._drawn.set()

    def drawn(self) -> None:
        """The page has drawn what it was last told."""
        self._drawn.set()

    @property
    def horizon(self) -> int:
        """The month at which playing stops."""
        return min((world.months for world in self.worlds), default=0)

    @property
    def last(self) -> int:
        """The last month that is recorded in all worlds; -1 while one is being made, or is about to be."""
        return min((world.last for world in self.worlds), default=-1) if self._made() else -1

    @property
    def ready(self) -> bool:
        """Whether the month that is shown is recorded in all worlds."""
        return self.last >= self.month

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many months are lived of those that are needed before something new can be shown; None where nothing is awaited."""
        if self.ready:
            return None
        done, total = 0, 1
        for world, settings in zip(self.worlds, self.settings, strict=False):
            warmed, spin_up = world.warmed
            done += warmed + max(world.last, 0) if world.settings == settings else 0
            total += spin_up + self._wanted_month
        return done, total * len(self.settings) // max(len(self.worlds), 1)

    def _made(self) -> bool:
        return [world.settings for world in self.worlds] == self.settings

    async def drive(self) -> None:
        """Bring the worlds to where they are wanted, for ever."""
        while True:
            try:
                while await self._advance():
                    pass
            except Exception as error:  # a defect in a model of the user's own must not end the session
                self.playing = False
                self._wanted_month = self.month = max(min(self.month, self.last), 0)
                self.failure = self.language.say("stage.failure", error=f"{type(error).__name__}: {error}")
                self.told()
            await self._woken.wait()
            self._woken.clear()

    async def _advance(self) -> bool:
        """One thing that is to be done; whether there may be more."""
        number = self._to_make()
        if number is not None:
            await self._make(number)
            return True
        if self._to_export is not None:
            await self._export(*self._to_export)
            return True
        wanted = self.month + 1 if self.playing else self._wanted_month
        if self.playing and wanted > self.horizon:
            self.playing, self._wanted_month = False, self.month
            self.told()
            return False
        behind = [world for world in self.worlds if world.last < wanted]
        begun = time.perf_counter()
        worlds = list(self.worlds)
        if behind:
            await asyncio.gather(*(asyncio.to_thread(world.live) for world in behind))
        if worlds != self.worlds:  # someone chose another world meanwhile
            return True
        if self.playing and self.month + 1 == wanted and self.last >= wanted:
            await self._paced(begun)
            if self.playing and self.month + 1 == wanted and worlds == self.worlds:
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
        """Make a file; what goes wrong is said, and nothing else stops."""
        self._to_export = None
        try:
            world = self.worlds[min(number, len(self.worlds) - 1)]
            self.download = await asyncio.to_thread(file_of, what, world, self.month, self.language.code)
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
        try:
            await asyncio.wait_for(self._drawn.wait(), _SILENCE)
        except TimeoutError:
            self.playing = False
            self.told()
            return
        if self.speed:
            await asyncio.sleep(max(0.0, begun + 1.0 / self.speed - time.perf_counter()))
        else:
            await asyncio.sleep(0)

    def _to_make(self) -> int | None:
        """The first world that is missing, or is of other settings than wanted."""
        for number, settings in enumerate(self.settings):
            if number >= len(self.worlds) or self.worlds[number].settings != settings or not self.worlds[number].snapshots:
                return number
        return None

    async def _make(self, number: int) -> None:
        """Make one world and warm it up, unless other settings are wanted meanwhile."""
        settings = self.settings[number]
        if number >= len(self.worlds) or self.worlds[number].settings != settings:
            self.told()
            world = await asyncio.to_thread(World, settings, self.opening.model)
            if number >= len(self.settings) or self.settings[number] != settings or number > len(self.worlds):
                world.close()
                return
            self._drop(number)
            self.worlds.insert(number, world)
        world = self.worlds[number]
        while not await asyncio.to_thread(world.warm_up, _WARMING):
            if number >= len(self.settings) or self.settings[number] != settings:
                return
            self.told()
        self.told()

    def _drop(self, number: int) -> None:
        for world in self.worlds[number : number + 1]:
            world.close()
        del self.worlds[number : number + 1]

    def _wake(self) -> None:
        self._woken.set()
        self.told()

    def close(self) -> None:
        """Nobody looks any more."""
        self.playing = False
        while self.worlds:
            self._drop(0)
