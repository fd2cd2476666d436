"""Those who wait for a verification to end: each sleeps until it is told, and is told once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable


class Waiting:
    """Who waits for what, in this process. `is_done` looks a verification up, for one that ended before."""

    def __init__(self, is_done: Callable[[str], bool]) -> None:
        self._is_done = is_done
        self._lock = threading.Lock()
        self._awaited: dict[str, list[threading.Event]] = {}

    def wait(self, verification: str, seconds: float) -> bool:
        """Block until it has ended, at most `seconds`; whether it has.

        Raises:
            StoreFault: ``store.unavailable``.
        """
        ended = threading.Event()
        with self._lock:
            self._awaited.setdefault(verification, []).append(ended)
        try:
            # Only now: what ends from here on sets the event, and what ended before is found.
            return self._is_done(verification) or ended.wait(seconds)
        finally:
            with self._lock:
                others = self._awaited[verification]
                others.remove(ended)
                if not others:
                    del self._awaited[verification]

    def awaited(self) -> tuple[str, ...]:
        """What anybody waits for."""
        with self._lock:
            return tuple(self._awaited)

    def tell(self, verifications: Iterable[str]) -> None:
        """Say that these have ended."""
        with self._lock:
            for verification in verifications:
                for ended in self._awaited.get(verification, ()):
                    ended.set()
