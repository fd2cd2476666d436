"""Who else is told: the system's log and an exporter, after the journal, and never in the way of a decision."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.gate import telling
from api.gate.figures import NAME, kept_figures

from .conftest import Program
from .test_gate import AT, Fleet, fleet
from .test_gate_settings import check, set_up, stand

__all__ = ["fleet"]


@pytest.fixture
def log(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The system's log, as its daemon reads it."""
    path = str(here / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(20)
        listener.bind(path)
        monkeypatch.setattr(telling.Telling.__init__, "__defaults__", (path,))
        yield listener


def heard(log: socket.socket) -> tuple[int, str]:
    """The severity and the text of the next message."""
    found = re.fullmatch(r"<(\d+)>countersign\[\d+\]: (.*)", log.recv(1 << 16).decode())
    assert found is not None
    assert int(found[1]) >> 3 == 3
    return int(found[1]) & 7, found[2]


@pytest.mark.loopback
def test_the_systems_log_is_told_of_each_decision(log: socket.socket, fleet: Fleet, program: Program) -> None:
    set_up(fleet, "[tell]\nsyslog = true")
    first, second = fleet.release(712), fleet.release(713)
    stand(fleet, 713)
    check(program, *second)
    assert heard(log) == (6, 'allow outcome="PASSED" observed=false files=["endpoint-713"]')
    program("gate", "accept", "--config", "settings.toml", *second)
    severity, text = heard(log)
    assert severity == 6
    assert re.fullmatch(r'accepted files=\["sha256:[0-9a-f]{64}"\]', text)
    stand(fleet, 712)
    check(program, *first)
    assert heard(log) == (3, 'block outcome="FAILED" observed=false reasons=["update.rollback"] files=["endpoint-712"]')
    check(program, "nowhere")
    assert heard(log)[0] == 4


@pytest.mark.loopback
def test_t99_no_name_ends_a_field_or_a_line_of_the_log(log: socket.socket, fleet: Fleet, program: Program) -> None:
    set_up(fleet, "[tell]\nsyslog = true")
    check(program, 'x" outcome="PASSED"\n<3>other: \u202e')
    text = heard(log)[1]
    assert 'files=["x\\" outcome=\\"PASSED\\"\\n<3>other: \\u202e"]' in text
    check(program, *["long" * 500 + str(number) for number in range(3)])
    log_line = log.recv(1 << 16)
    assert (len(log_line), log_line[-3:]) == (telling.LONGEST, b"...")


@pytest.mark.loopback
def test_a_log_that_is_not_there_or_not_read_holds_nothing_up(
    log: socket.socket, fleet: Fleet, program: Program
) -> None:
    set_up(fleet, "[tell]\nsyslog = true")
    files = fleet.release(712)
    stand(fleet, 712)
    codes = set()
    for _ in range(600):  # more than any system keeps of what nobody reads
        ran = program("gate", "check", "--config", "settings.toml", *files, *AT)
        codes.add(ran.code)
        if ran.errors:
            break
    assert codes == {0}
    assert b"the system's log was not told" in ran.errors
    log.close()
    ran = program("gate", "check", "--config", "settings.toml", *files, *AT)
    assert (ran.code, b"the system's log was not told" in ran.errors) == (0, True)


def samples(fleet: Fleet) -> dict[str, int]:
    """The figures that an exporter reads, those that are not 0."""
    lines = (fleet.folder / "countersign.prom").read_text().splitlines()
    pairs = (line.removeprefix("countersign_gate_").rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: int(value) for name, value in pairs if value != "0"}


def test_an_exporter_reads_what_the_gate_did(fleet: Fleet, program: Program) -> None:
    tell = '[tell]\ntextfile = "countersign.prom"'
    set_up(fleet, tell)
    first, second = fleet.release(712), fleet.release(713)
    stand(fleet, 713)
    check(program, *second)
    program("gate", "accept", "--config", "settings.toml", *second)
    stand(fleet, 712)
    check(program, *first)
    set_up(fleet, tell, head="observe_until = 2026-04-01T00:00:00Z\n")
    check(program, *first)
    figures = samples(fleet)
    assert figures.pop("last_accepted_timestamp_seconds") > 1_700_000_000
    assert figures == {
        'decisions_total{action="allow",observed="false"}': 1,
        'decisions_total{action="block",observed="false"}': 1,
        'decisions_total{action="block",observed="true"}': 1,
        'reasons_total{reason="update.rollback"}': 2,
        "accepted_total": 1,
        "last_decision_timestamp_seconds": 1773478800,
        "observing_until_timestamp_seconds": 1775001600,
    }


def test_every_metric_says_what_it_is(fleet: Fleet, program: Program) -> None:
    set_up(fleet, '[tell]\ntextfile = "countersign.prom"')
    check(program, "nowhere")
    text = (fleet.folder / "countersign.prom").read_text()
    named = set(re.findall(r"^(countersign_gate_\w+)", text, re.MULTILINE))
    for kind in ("HELP", "TYPE"):
        assert set(re.findall(rf"^# {kind} (\w+) ", text, re.MULTILINE)) == named
    assert not list(fleet.folder.glob(".countersign-*"))


@pytest.mark.parametrize("damage", [b"", b"{", b'{"decisions": {"\xff": 1}}', b'{"decisions": {"allow": "many"}}'])
def test_damaged_figures_begin_again_and_decide_nothing(damage: bytes, fleet: Fleet, program: Program) -> None:
    set_up(fleet, '[tell]\ntextfile = "countersign.prom"')
    (fleet.folder / "gate" / NAME).write_bytes(damage)
    files = fleet.release(712)
    stand(fleet, 712)
    assert check(program, *files) == 0
    assert kept_figures(fleet.folder / "gate").decisions == {"allow": 1}


def test_figures_that_cannot_be_written_hold_nothing_up(fleet: Fleet, program: Program) -> None:
    set_up(fleet, '[tell]\ntextfile = "nowhere/countersign.prom"')
    files = fleet.release(712)
    stand(fleet, 712)
    ran = program("gate", "check", "--config", "settings.toml", *files, *AT)
    assert (ran.code, b"the figures were not told" in ran.errors) == (0, True)
