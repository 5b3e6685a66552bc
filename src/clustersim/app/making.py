"""Which worlds a session has: they are made as its settings say, one after the other, and dropped where others are wanted.

Making takes its time, in threads, and people do not wait: whatever is wanted by the time that a world is ready counts.
"""

import asyncio
from collections.abc import Callable, Collection

from clustersim.app.opening import Opening
from clustersim.app.remembering import RECENT
from clustersim.app.room import Room
from clustersim.app.settings import Settings
from clustersim.app.world import LivedWorld

__all__ = ["Worlds"]

_WARMING = 3  # months of the spin-up at a time: the page says how far it is


class Worlds:
    """Up to two worlds that share a room for their months.

    Attributes:
        opening: What was asked for.
        told: Called when there is something new to show.
        settings: Of the worlds as they are lived, or are about to be: one or two.
        worlds: As many, once they are made.
    """

    def __init__(self, opening: Opening, settings: list[Settings], told: Callable[[], None], room: Room) -> None:
        """None is made yet."""
        self.opening = opening
        self.told = told
        self.settings = settings
        self.worlds: list[LivedWorld] = []
        self._unmade: list[Settings] | None = None
        self._every, self._recent = 1, RECENT
        self._room = room

    @property
    def horizon(self) -> int:
        """The month at which playing stops."""
        return min((world.months for world in self.worlds), default=0)

    @property
    def last(self) -> int:
        """The last month that is recorded in all worlds; -1 while one is being made, or is about to be."""
        return min((world.last for world in self.worlds), default=-1) if self._made() else -1

    @property
    def whole(self) -> bool:
        """Whether every month that was lived can be shown again."""
        return all(world.memory.whole for world in self.worlds)

    def _made(self) -> bool:
        return [world.settings for world in self.worlds] == self.settings

    def _to_make(self) -> int | None:
        """The first world that is missing, or is of other settings than wanted."""
        for number, settings in enumerate(self.settings):
            if number >= len(self.worlds) or self.worlds[number].settings != settings or self.worlds[number].last < 0:
                return number
        return None

    async def _make(self, number: int) -> None:
        """Make one world and warm it up, unless other settings are wanted meanwhile."""
        settings, self._unmade = self.settings[number], None
        if number >= len(self.worlds) or self.worlds[number].settings != settings:
            self.told()
            world = await asyncio.to_thread(LivedWorld, settings, self.opening.model)
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
        self._every, self._recent = 1, RECENT  # there is room again
        self.told()

    def _drop(self, number: int) -> None:
        for world in self.worlds[number : number + 1]:
            asyncio.get_running_loop().run_in_executor(None, world.close)  # which waits for the month that it lives
        del self.worlds[number : number + 1]

    def _thin(self, shown: Collection[int]) -> None:
        """Where the room is used up, fewer of the older months are kept: in all worlds the same ones, and those that are shown."""
        while True:
            for world in self.worlds:
                world.memory.thin(self._every, self._recent, shown)
            if sum(world.memory.bytes for world in self.worlds) <= self._room.share:
                return
            if self._every <= max(world.last for world in self.worlds):
                self._every *= 2
            elif self._recent:
                self._recent = 0
            else:
                return  # first, last and what is shown: less cannot be
