"""The main function of the signer's process: give up what is not needed, open the key, answer until told to stop."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from attestations.faults import Fault

from ..effects.clock import SystemClock
from ..effects.keys import PinSource
from ..effects.keys.pins import NobodyToAsk
from .server import Server
from .setup import SOCKET, open_countersigner

_NOT_DUMPABLE = 4  # PR_SET_DUMPABLE, prctl(2)


def main(directory: str) -> None:
    """Answer at the socket in `directory` until standard input closes."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream, and no test's own
    try:
        run(Path(directory), NobodyToAsk(), lambda: sys.stdin.buffer.read(1), lambda: print("ready"))
    except Fault as fault:
        print(fault)
        sys.exit(4)


def run(directory: Path, pin: PinSource, wait: Callable[[], object], ready: Callable[[], object]) -> None:
    """Answer at the socket in `directory`, telling `ready` once, until `wait` returns.

    Raises:
        SignerFault: ``signer.*``.
        KeyFault: ``signing.*``.
        InputFault: ``input.*``.
    """
    withdraw()
    server = Server(open_countersigner(directory, SystemClock(), pin), directory / SOCKET)
    with server:
        ready()
        wait()


def until_told() -> None:
    """Wait for SIGTERM or SIGINT."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: told.set())
    told.wait()


def withdraw() -> None:
    """Leave no memory of the key on a disk, nor to other processes of the same user, where the system can do that."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_NOT_DUMPABLE, 0, 0, 0, 0)
