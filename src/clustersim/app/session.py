"""One person's page: up to two worlds on the same seed and the same clock, what is shown of them, and who lives their months.

A session belongs to one tab and is shared with nobody. What people do (play, look back, switch a measure) only says what is wanted;
one coroutine, `drive`, then brings the worlds there: it makes them, lives their months in threads, and calls `told` whenever there is
something new to show. So no two months are ever lived at once in one world, and nothing is drawn that is still changing.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from clustersim.app.choices import has_territory
from clustersim.app.opening import Opening
from clustersim.app.panel import read, rows_of
from clustersim.app.saving import KINDS, File, file_of
from clustersim.app.settings import Settings
from clustersim.app.speaking import Language, language
from clustersim.app.world import World
from clustersim.problems import ScenarioError

__all__ = ["SPEEDS", "Session"]

SPEEDS = (1, 3, 10, 0)  # months a second; 0 as fast as they can be lived and drawn
_WARMING = 3  # months of the spin-up at a time: the page says how far it is
_SILENCE = 15.0  # seconds without an answer after which nobody is thought to look any more


class Session:
    """What one page shows, and what is wanted of it.

    Attributes:
        settings: Of the worlds as they are lived, or are about to be: one or two.
        worlds: As many, once they are made.
        month: The month that is shown.
        playing: Whether months are lived one after the other.
        speed: Months a second while playing, 0 for as fast as can be.
        language: How the page speaks.
        refused: By world and path, what was typed and could not be, and why.
        problem: What is wrong with the settings where no single number is to blame.
        failure: What went wrong while living, in words; the session lives on.
        picked: World and row of the organisation that is looked at.
        exporting: What is being exported; empty if nothing is.
        download: The file that was exported last.
    """

    def __init__(self, opening: Opening, told: Callable[[], None] = lambda: None) -> None:
        """The page as it opens; nothing is lived before `drive` runs.

        Args:
            opening: What is asked for.
            told: Called when there is something new to show, in the thread in which `drive` runs.
        """
        self.opening = opening
        self.told = told
        first = Settings(opening.scenario, opening.territory, opening.seed, dict(opening.changes)).checked()
        self.settings = [first]
        if opening.other is not None:
            self.settings.append(self._beside(Settings(opening.other), first))
        self.worlds: list[World] = []
        self.month = 0
        self.playing = False
        self.speed = 0
        self.language: Language = language(opening.language)
        self.refused: dict[tuple[int, str], tuple[Any, str]] = {}
        self.problem = ""
        self.failure = ""
        self.picked: tuple[int, int] | None = None
        self.download: File | None = None
        self.exporting = ""
        self._wanted_month = 0
        self._shown: tuple[Any, int] | None = None
        self._to_export: tuple[str, int] | None = None
        self._woken = asyncio.Event()
        self._drawn = asyncio.Event()
        self._drawn.set()

    # ---- what people do

    def play(self) -> None:
        """Live on from the month that is shown; from the beginning where the horizon is reached."""
        self.failure = ""
        if self.worlds and self.month >= self.horizon:
            self._wanted_month = self.month = 0
        self.playing = True
        self._wake()

    def pause(self) -> None:
        """Stay where the months are."""
        self.playing = False
        self._wanted_month = self.month
        self._wake()

    def step(self) -> None:
        """One month more."""
        self.playing, self.failure = False, ""
        self._wanted_month = min(self.month + 1, self.horizon)
        self._wake()

    def look_at(self, month: int) -> None:
        """Show a month that is recorded, or live until it."""
        self.playing = False
        self._wanted_month = max(0, min(int(month), self.horizon))
        self._wake()

    def reset(self) -> None:
        """Back to month 0 of the same scenarios and the same seed, to the bit; the record begins anew."""
        self.playing, self.failure = False, ""
        for world in self.worlds:
            if world.snapshots:
                world.go_back()
        self._wanted_month = self.month = 0
        self._wake()

    def run_at(self, speed: int) -> None:
        """So many months a second."""
        self.speed = speed if speed in SPEEDS else 0
        self.told()

    def speak(self, code: str) -> None:
        """Another language."""
        self.language = language(code)
        self.refused = {place: (typed, self._complaint(*place, typed)) for place, (typed, _) in self.refused.items()}
        self.told()

    def choose(self, number: int, name: str, territory: str | None) -> None:
        """Another scenario for one of the worlds, or another territory for both."""
        with self._trying():
            before = self.settings[number]
            if has_territory(name, self.opening.files):
                territory = None
            elif territory is None and has_territory(before.name, self.opening.files):
                territory = before.name  # who leaves a territory's own scenario stays there
            self._settle(number, before.chosen(name, territory))

    def reseed(self, typed: Any) -> None:
        """Another seed for all worlds."""
        try:
            changed = replace(self.settings[0], seed=int(str(typed).strip())).checked()
        except ValueError:
            self.refused[0, "seed"] = (typed, self._complaint(0, "seed", typed))
            self.told()
            return
        self.refused.pop((0, "seed"), None)
        self._settle(0, changed)

    def change(self, number: int, path: str, typed: Any) -> None:
        """One number of one world's settings as someone typed it; a mistake becomes a message beside it."""
        before = self.settings[number]
        try:
            row = next(row for row in rows_of(before.scenario()) if row.path == path)
            changed = before.with_change(path, read(row, typed, self.language))
        except ScenarioError as error:
            self.refused[number, path] = (typed, "; ".join(f"{problem.found}: {problem.allowed}" for problem in error.problems))
        except (ValueError, StopIteration):
            self.refused[number, path] = (typed, self._complaint(number, path, typed))
        else:
            self.refused.pop((number, path), None)
            self._settle(number, changed)
            return
        self.told()

    def undo(self, number: int, path: str = "") -> None:
        """One number as the scenario has it, or all of them."""
        self.refused = {place: said for place, said in self.refused.items() if place[0] != number or (path and place[1] != path)}
        with self._trying():
            before = self.settings[number]
            self._settle(number, before.without_change(path) if path else replace(before, changes={}, switched_off=frozenset()).checked())

    def switch(self, number: int, measure: str) -> None:
        """One measure of one world on or off. That world is lived anew up to where the other is."""
        with self._trying():
            self._settle(number, self.settings[number].switched(measure), keep_month=True)

    def twin(self, name: str | None) -> None:
        """A second world beside the first, of another scenario; none without a name."""
        with self._trying():
            if name is None:
                self._drop(1)
                del self.settings[1:]
                self._wake()
            elif len(self.settings) > 1:
                self._settle(1, self._beside(replace(self.settings[1], name=name, changes={}, switched_off=frozenset())), keep_month=True)
            else:
                self._settle(1, self._beside(Settings(name)), keep_month=True)

    def pick(self, number: int, row: int | None) -> None:
        """Look at an organisation."""
        self.picked = None if row is None else (number, row)
        self.told()

    def export(self, what: str, number: int = 0) -> None:
        """A file of one world, made beside the months."""
        if what in KINDS and not self.exporting:
            self.exporting, self.failure, self._to_export = what, "", (what, number)
            self._wake()

    def drawn(self) -> None:
        """The page has drawn what it was last told."""
        self._drawn.set()

    # ---- what is there

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

    # ---- how it comes about

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

    def _settle(self, number: int, settings: Settings, *, keep_month: bool = False) -> None:
        """These settings are wanted; the second world shares what is not its own."""
        self.problem = self.failure = ""
        wanted = [*self.settings[:number], settings, *self.settings[number + 1 :]]
        if number == 0 and len(wanted) > 1:
            wanted[1] = self._beside(wanted[1], settings)
        self.settings = wanted
        self.picked = None
        if not keep_month:
            self.playing = False
            self._wanted_month = self.month = 0
        self._wake()

    def _beside(self, second: Settings, first: Settings | None = None) -> Settings:
        """The second world's settings on the territory, the seed and the numbers of the first."""
        first = first or self.settings[0]
        territory = first.territory
        if territory is None and second.name != first.name and has_territory(first.name, self.opening.files):
            territory = first.name
        return second.shared_with(replace(first, territory=territory))

    @contextlib.contextmanager
    def _trying(self) -> Any:
        """What cannot be is said, and everything stays as it was."""
        try:
            yield
        except (ScenarioError, ValueError) as error:
            self.problem = str(error)
            self.told()

    def _complaint(self, number: int, path: str, typed: Any) -> str:
        """Why that cannot be, in the page's language."""
        if path == "seed":
            return self.language.say("settings.seed_refused", found=str(typed).strip() or "…")
        row = next((row for row in rows_of(self.settings[number].scenario()) if row.path == path), None)
        if row is None:
            return self.language.say("settings.unknown", path=path)
        try:
            read(row, typed, self.language)
        except ValueError as error:
            return str(error)
        return self.problem

    def _wake(self) -> None:
        self._woken.set()
        self.told()

    def close(self) -> None:
        """Nobody looks any more."""
        self.playing = False
        while self.worlds:
            self._drop(0)
