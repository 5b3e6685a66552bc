"""One person's page: what people do there. A session belongs to one tab and is shared with nobody.

What they do (play, look back, switch a measure, type a number) is checked, and then only says what is wanted; the `Clock` brings it about.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from clustersim.app.choices import Choice, has_territory, scenarios, territories
from clustersim.app.clock import Clock
from clustersim.app.opening import Opening
from clustersim.app.pairing import beside, opened
from clustersim.app.panel import complaint, read, rows_of
from clustersim.app.refusing import NotOfferedError, Reason, Refusals, because
from clustersim.app.room import ROOM, Room
from clustersim.app.saving import KINDS
from clustersim.app.settings import Settings
from clustersim.app.speaking import language
from clustersim.problems import ScenarioError

__all__ = ["SPEEDS", "Session"]

SPEEDS = (1, 3, 10, 0)  # months a second; 0 as fast as they can be lived and drawn


class Session(Clock):
    """What one page shows, and what is wanted of it.

    Attributes:
        refusals: What was asked for and cannot be.
        picked: World and row of the organisation that is looked at.
    """

    def __init__(self, opening: Opening, told: Callable[[], None] = lambda: None, room: Room = ROOM) -> None:
        """The page as it opens.

        Args:
            opening: What is asked for.
            told: Called when there is something new to show.
            room: Where it takes a place until it is closed.

        Raises:
            ScenarioError: if a scenario cannot be loaded.
            NoRoomError: if all places are taken.
        """
        super().__init__(opening, opened(opening), told, room)
        self.refusals = Refusals()
        self.picked: tuple[int, int] | None = None

    @property
    def refused(self) -> dict[tuple[int, str], tuple[Any, str]]:
        """By world and path, what was typed and could not be, and why, in the page's language."""
        return self.refusals.by_place(self.language)

    @property
    def problem(self) -> str:
        """What is wrong with the settings where no single number is to blame; empty if nothing is."""
        return "" if self.refusals.problem is None else self.refusals.problem(self.language)

    def play(self) -> None:
        """Live on from the month that is shown; from the beginning where the horizon is reached."""
        self.failure = ""
        if self.worlds and self.month >= self.horizon:
            self._wanted_month = self.month = 0  # the first month is always kept
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
        self._wanted_month = self._possible(self.month + 1)
        self._wake()

    def look_at(self, month: int) -> None:
        """Show a month that is recorded, or the nearest on the way to it, or live until it."""
        self.playing = False
        self._wanted_month = self._possible(month)
        self._wake()

    def start_again(self) -> None:
        """Back to month 0 with all that is set, to the bit; the record begins anew."""
        self.playing, self.failure, self.picked = False, "", None
        for world, settings in zip(self.worlds, self.settings, strict=False):
            if world.settings == settings:
                world.forget()
        self._wanted_month = self.month = 0
        self._wake()

    def reset(self) -> None:
        """The chosen scenarios under the chosen seed as they are, whatever was changed in them, from month 0."""
        with self._trying():
            self.settings = [settings.as_chosen() for settings in self.settings]
            self.refusals.forget_all()
            self.start_again()

    def run_at(self, speed: int) -> None:
        """So many months a second."""
        self.speed = speed if speed in SPEEDS else 0
        self.told()

    def speak(self, code: str) -> None:
        """Another language."""
        self.language = language(code)
        self.told()

    def choose(self, number: int, name: str, territory: str | None) -> None:
        """Another scenario for one of the worlds, or another territory for both, from the lists."""
        if not self._knows(number):
            return
        with self._trying():
            before, named = self.settings[number], self.opening.named
            self._offered(name, scenarios(named))
            if has_territory(name, named):
                territory = None
            elif territory is not None and territory != before.territory:
                self._offered(territory, territories(named))
            elif territory is None and has_territory(before.name, named):
                territory = before.name  # who leaves a territory's own scenario stays there
            self._settle(number, before.chosen(name, territory))
            self._forget_refused(number)

    def reseed(self, typed: Any) -> None:
        """Another seed for all worlds."""
        with self._trying():  # a scenario file may have become unreadable meanwhile
            try:
                changed = replace(self.settings[0], seed=int(str(typed).strip())).checked()
            except ScenarioError:
                raise
            except ValueError:
                found = str(typed).strip() or "…"
                self.refusals.refuse(0, "seed", typed, lambda language: language.say("settings.seed_refused", found=found))
                self.told()
                return
            self.refusals.forget(0, "seed")
            self._settle(0, changed)

    def change(self, number: int, path: str, typed: Any) -> None:
        """One number of one world's settings as someone typed it; a mistake becomes a message beside it."""
        if not self._knows(number):
            return
        before = self.settings[number]
        try:
            row = next(row for row in rows_of(before.scenario()) if row.path == path)
            changed = before.with_change(path, read(row, typed, self.language))
        except ScenarioError as error:
            self.refusals.refuse(number, path, typed, because(error, beside=True))
        except (ValueError, StopIteration):
            self.refusals.refuse(number, path, typed, self._complaint(number, path, typed))
        else:
            self.refusals.forget(number, path)
            self._settle(number, changed)
            return
        self.told()

    def undo(self, number: int, path: str = "") -> None:
        """One number as the scenario has it, or all of them."""
        if not self._knows(number):
            return
        self.refusals.forget(number, path)
        with self._trying():
            before = self.settings[number]
            self._settle(number, before.without_change(path) if path else before.as_chosen())

    def switch(self, number: int, measure: str) -> None:
        """One measure of one world on or off. That world is lived anew up to where the other is."""
        if not self._knows(number):
            return
        with self._trying():
            self._settle(number, self.settings[number].switched(measure), keep_month=True)

    def twin(self, name: str | None) -> None:
        """A second world beside the first, of another scenario from the list; none without a name."""
        if name is None:
            self._drop(1)
            del self.settings[1:]
            self.refusals.forget(1)
            self._wake()
            return
        with self._trying():
            self._offered(name, scenarios(self.opening.named))
            self._settle(1, beside(Settings(name), self.settings[0], self.opening), keep_month=True)
            self._forget_refused(1)

    @property
    def looked_at(self) -> tuple[int, int] | None:
        """What is picked, where the world that is there now knows it: a click may come from a map of one that has gone."""
        if self.picked is None or not self.ready or self.picked[0] >= len(self.worlds):
            return None
        number, row = self.picked
        return self.picked if 0 <= row < len(self.worlds[number].recorder.everybody) else None

    def pick(self, number: int, row: int | None) -> None:
        """Look at an organisation."""
        self.picked = None if row is None else (number, row)
        self.told()

    def export(self, what: str, number: int = 0) -> None:
        """A file of one world, made beside the months."""
        if what in KINDS and self._knows(number) and not self.exporting:
            self.exporting, self.failure, self._to_export = what, "", (what, number)
            self._wake()

    def _settle(self, number: int, settings: Settings, *, keep_month: bool = False) -> None:
        """These settings are wanted; the second world shares what is not its own."""
        self.refusals.problem, self.failure = None, ""
        wanted = [*self.settings[:number], settings, *self.settings[number + 1 :]]
        if number == 0 and len(wanted) > 1:
            wanted[1] = beside(wanted[1], settings, self.opening)
        self.settings = wanted
        self.picked = None
        if not keep_month:
            self.playing = False
            self._wanted_month = self.month = 0
        elif max(self.month, self._wanted_month) > (end := min(settings.scenario().run.months for settings in wanted)):
            # no world is lived past its end
            self._wanted_month, self.month = self._possible(min(self._wanted_month, end)), self._possible(min(self.month, end))
        self._wake()

    def _forget_refused(self, number: int) -> None:
        """What was typed for a scenario that has gone concerns nobody any more."""
        self.refusals.forget(number)
        self.told()

    def _knows(self, number: int) -> bool:
        """Whether there is such a world: a click may come late, from the page of before."""
        return 0 <= number < len(self.settings)

    def _offered(self, name: str, choices: list[Choice]) -> None:
        """Refuse what is in no list: a page loads no file that nobody named when it was opened."""
        if all(choice.name != name for choice in choices):
            raise NotOfferedError(name)

    @contextlib.contextmanager
    def _trying(self) -> Iterator[None]:
        """What cannot be is said, and everything stays as it was."""
        try:
            yield
        except ValueError as error:
            self.refusals.refuse_settings(because(error))
            self.told()

    def _complaint(self, number: int, path: str, typed: Any) -> Reason:
        """Why that cannot be; a language that is chosen later says it of what was typed in this one."""
        row = next((row for row in rows_of(self.settings[number].scenario()) if row.path == path), None)
        if row is None:
            return lambda language: language.say("settings.unknown", path=path)
        typed_in = self.language
        return lambda language: complaint(row, typed, language, typed_in)
