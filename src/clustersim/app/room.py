"""How much room a server has for pages: how many at once, and what the recorded months of each may take.

Each page (a tab, or a tab that was closed less than ten minutes ago without saying so) has a session of its own with worlds of its own.
"""

import threading
import weakref

__all__ = ["ROOM", "NoRoomError", "Room"]

_MB = 1 << 20


class NoRoomError(RuntimeError):
    """All places are taken."""


class Room:
    """Places for sessions, and memory that they share.

    Attributes:
        places: How many sessions there may be at once.
        bytes: What all their recorded months may take together.
        most: What those of one session may take, however few there are.
    """

    def __init__(self, places: int = 16, bytes: int = 2048 * _MB, most: int = 512 * _MB) -> None:
        """Nobody is there yet."""
        self.places, self.bytes, self.most = places, bytes, most
        self._lock = threading.Lock()
        # who is forgotten without a word has left too
        self._there: weakref.WeakSet[object] = weakref.WeakSet()

    @property
    def share(self) -> int:
        """What the recorded months of each session may take now [bytes]."""
        with self._lock:
            return min(self.most, self.bytes // max(1, len(self._there)))

    def enter(self, session: object) -> None:
        """Take a place.

        Raises:
            NoRoomError: if there is none.
        """
        with self._lock:
            if len(self._there) >= self.places:
                raise NoRoomError(f"all {self.places} places are taken")
            self._there.add(session)

    def leave(self, session: object) -> None:
        """Give the place back."""
        with self._lock:
            self._there.discard(session)


ROOM = Room()
