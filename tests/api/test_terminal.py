"""The terminal: its width and colours, its encoding, readers who leave, disks that are full."""

from __future__ import annotations

import io
import sys

import pytest

from api.effects.faults import OutputFault
from api.effects.terminal import LONG_WORK, StandardTerminal


class Screen(io.TextIOWrapper):
    """A text stream over memory, which may be a terminal."""

    def __init__(self, *, encoding: str = "utf-8", terminal: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def written(self) -> bytes:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue()


class Failing(io.RawIOBase):
    """A stream that cannot be written to."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def writable(self) -> bool:
        return True

    def write(self, _content: object) -> int:
        raise self._error


def failing(error: OSError) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(Failing(error), 1), write_through=True)


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("132", 132), ("7", 40), ("many", 80), ("-3", 80)])
def test_columns_are_honoured_within_reason(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "__stdout__", None)
    assert StandardTerminal().width() == width


@pytest.mark.parametrize(
    ("terminal", "variables", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_whose_readers_want_it(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, variables: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Screen(terminal=terminal))
    assert StandardTerminal().colour() is coloured


def test_t99_what_the_encoding_lacks_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", screen)
    StandardTerminal().write("é 日\n")
    assert screen.written == b"\xe9 \\u65e5\n"


def test_bytes_are_put_out_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(encoding="ascii")
    monkeypatch.setattr(sys, "stdout", screen)
    StandardTerminal().write_bytes("日".encode())
    assert screen.written == "日".encode()


def test_a_reader_who_leaves_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", failing(BrokenPipeError(32, "Broken pipe")))
    StandardTerminal().write("text")


def test_a_full_disk_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", failing(OSError(28, "No space left on device")))
    with pytest.raises(OutputFault) as raised:
        StandardTerminal().write("text")
    assert (raised.value.reason, str(raised.value.place)) == ("output.unwritable", "standard output")


def test_notes_that_nobody_can_read_stop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", failing(OSError(28, "No space left on device")))
    StandardTerminal().note("note")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_stream_that_is_not_there_takes_nothing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(sys, name, None)
    terminal = StandardTerminal()
    terminal.write("text")
    terminal.note("note")
    assert terminal.encoding() == "utf-8" or name == "stderr"


@pytest.mark.parametrize(
    ("terminal", "wanted", "total", "bar"),
    [
        (True, True, LONG_WORK, True),
        (True, True, LONG_WORK - 1, False),
        (True, False, LONG_WORK, False),
        (False, True, LONG_WORK, False),
    ],
)
def test_a_bar_is_shown_for_long_work_to_somebody_who_sees_it(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, wanted: bool, total: int, bar: bool
) -> None:
    screen = Screen(terminal=terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", screen)
    with StandardTerminal(show_progress=wanted).progress("a[bold]b\x1b[31m", total) as advance:
        advance(total)
    assert (b"hashing a[bold]b" in screen.written) is bar
    assert b"b\x1b[31m" not in screen.written
