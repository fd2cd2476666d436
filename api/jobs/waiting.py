"""Those who wait for a verification to end: each sleeps until it is told, and is told once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

REMEMBERED = 4096
"""Verifications that ended last, which nobody need look up: whoever waits for one comes soon or not at all."""


class Waiting:
    """Who waits for what, in this process. `is_done` looks a verification up that nothing was told of here."""

    def __init__(self, is_done: Callable[[str], bool]) -> None:
        self._is_done = is_done
        self._lock = threading.Lock()
        self._awaited: dict[str, list[threading.Event]] = {}
        self._expected: set[str] = set()
        self._ended: dict[str, None] = {}

    def expect(self, verification: str) -> None:
        """It will be told of here when it has ended, if it has not been: nobody who waits for it need look it up."""
        with self._lock:
            if verification not in self._ended:
                self._expected.add(verification)

    def wait(self, verification: str, seconds: float) -> bool:
        """Block until it has ended, at most `seconds`; whether it has.

        Raises:
            StoreFault: ``store.unavailable``.
        """
        told = threading.Event()
        with self._lock:
            if verification in self._ended:
                return True
            self._awaited.setdefault(verification, []).append(told)
            expected = verification in self._expected
        try:
            # Only now: what ends from here on sets the event, and what ended before is found.
            return (not expected and self._is_done(verification)) or told.wait(seconds)
        finally:
            self._leave(verification, told)

    def awaited(self) -> tuple[str, ...]:
        """What anybody waits for."""
        with self._lock:
            return tuple(self._awaited)

    def tell(self, verifications: Iterable[str]) -> None:
        """Say that these have ended."""
        with self._lock:
            for verification in verifications:
                self._expected.discard(verification)
                self._ended[verification] = None
                for told in self._awaited.get(verification, ()):
                    told.set()
            while len(self._ended) > REMEMBERED:
                del self._ended[next(iter(self._ended))]

    def _leave(self, verification: str, told: threading.Event) -> None:
        with self._lock:
            others = self._awaited[verification]
            others.remove(told)
            if not others:
                del self._awaited[verification]
