"""The terminal: what it can show, where results and notes go, and a progress bar while long work is under way."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TextIO

from attestations.faults import Place

from .faults import OutputFault

NARROWEST = 40
"""Columns below which a screen is laid out as if there were as many."""

LONG_WORK = 64 * 1024 * 1024
"""Bytes from which hashing is long enough to deserve a progress bar."""

_COLUMNS = 80
"""Columns where nothing says how many there are."""

_LABEL = 32
"""Characters of a label that a progress bar shows."""

Advance = Callable[[int], None]
"""Says that so many more bytes are done."""


class Terminal(Protocol):
    """Where people look."""

    def width(self) -> int:
        """Columns of the output."""
        ...

    def colour(self) -> bool:
        """Whether the output shows colours, and the reader wants any."""
        ...

    def encoding(self) -> str:
        """The encoding of the output's characters."""
        ...

    def write(self, text: str) -> None:
        """Put a result on the output."""
        ...

    def write_bytes(self, content: bytes) -> None:
        """Put bytes on the output as they are."""
        ...

    def note(self, text: str) -> None:
        """Tell people something that is no result; it never mixes with the output."""
        ...

    def progress(self, label: str, total: int) -> contextlib.AbstractContextManager[Advance]:
        """Show, while the context lasts, how much of `total` bytes is done, where there is somebody to see it."""
        ...


class StandardTerminal:
    """The process's standard output and standard error.

    A reader who leaves early (``| head``) ends the output, not the work: the exit code still tells the outcome.
    """

    def __init__(self, *, show_progress: bool = True) -> None:
        self._show_progress = show_progress

    def width(self) -> int:
        return max(_columns() or _COLUMNS, NARROWEST)

    def colour(self) -> bool:
        return _is_terminal(sys.stdout) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def encoding(self) -> str:
        return _encoding(sys.stdout)

    def write(self, text: str) -> None:
        self.write_bytes(text.encode(_encoding(sys.stdout), "backslashreplace"))

    def write_bytes(self, content: bytes) -> None:
        _emit(sys.stdout, content, "standard output")

    def note(self, text: str) -> None:
        with contextlib.suppress(OutputFault):
            _emit(sys.stderr, text.encode(_encoding(sys.stderr), "backslashreplace") + b"\n", "standard error")

    @contextlib.contextmanager
    def progress(self, label: str, total: int) -> Iterator[Advance]:
        if not self._show_progress or total < LONG_WORK or not _is_terminal(sys.stderr):
            yield _ignore
            return
        bar = _bar()
        task = bar.add_task(_printable(label), total=total)
        with bar:
            yield lambda count: bar.advance(task, count)


def _columns() -> int:
    """Columns that the reader asks for, else those of the terminal; 0 where neither says any.

    What `shutil.get_terminal_size` answers, but `shutil` loads compressors at every start.
    """
    asked = os.environ.get("COLUMNS", "")
    with contextlib.suppress(ValueError):
        if int(asked) > 0:
            return int(asked)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
    except (ValueError, OSError):
        return 0


def _printable(label: str) -> str:
    """The end of a label, without what a terminal would act upon (T99)."""
    return repr(label[-_LABEL:])[1:-1]


def _ignore(count: int) -> None:
    """Nobody is looking."""


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    label = TextColumn("hashing {task.description}", markup=False)
    columns = (label, BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _encoding(stream: TextIO | None) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _emit(stream: TextIO | None, content: bytes, name: str) -> None:
    if stream is None:
        return  # closed by whoever started us: they want nothing from it
    try:
        stream.flush()
        stream.buffer.write(content)
        stream.buffer.flush()
    except BrokenPipeError:
        _silence(stream)
    except (OSError, ValueError) as error:
        _silence(stream)
        detail = f"cannot be written: {getattr(error, 'strerror', None) or error}"
        raise OutputFault("output.unwritable", detail, place=Place(name)) from None


def _silence(stream: TextIO) -> None:
    """Let what is in `stream`, and all that follows, go nowhere: else the interpreter trips over it when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
