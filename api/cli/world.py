"""The effects that commands hand to use cases: those of this machine."""

from __future__ import annotations

from msgspec import Struct

from ..effects.clock import Clock, SystemClock
from ..effects.files import Files, LocalFiles
from ..effects.terminal import StandardTerminal, Terminal
from ..effects.trust_store import LocalTrustStore
from ..render.layout import Look


class World(Struct, frozen=True):
    """Clock, files, terminal and trust store of one run."""

    clock: Clock
    files: Files
    terminal: Terminal
    store: LocalTrustStore

    @property
    def look(self) -> Look:
        """What the terminal can show."""
        return Look(self.terminal.width(), self.terminal.colour(), self.terminal.encoding())


def this_machine(*, show_progress: bool = True) -> World:
    """The world as it is."""
    files = LocalFiles()
    return World(SystemClock(), files, StandardTerminal(show_progress=show_progress), LocalTrustStore(files))
