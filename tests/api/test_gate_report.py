"""What many gates did: summed by host, product and reason, from journals of which some are damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.gate import reporting
from api.gate.reporting import LONGEST_LINE, LONGEST_NAME, OTHERS, UNKNOWN

from .conftest import Program
from .test_gate import Fleet, fleet
from .test_gate_settings import check, set_up, stand

__all__ = ["fleet"]

AT = "2026-03-14T09:00:00Z"
FILE = {"name": "endpoint.exe", "product": "acme/endpoint/stable"}


def line(action: str, *reasons: str, **more: Any) -> bytes:
    return json.dumps({"at": AT, "action": action, "reasons": reasons, "artifacts": [FILE], **more}).encode() + b"\n"


def journal(folder: Path, *lines: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "decisions.jsonl").write_bytes(b"".join(lines))


def summed(program: Program, *arguments: str) -> dict[str, Any]:
    ran = program("gate", "report", *arguments, "--format", "json")
    assert ran.code == 0
    told: dict[str, Any] = json.loads(ran.output)
    return told


def test_what_a_gate_wrote_is_what_is_summed(fleet: Fleet, program: Program) -> None:
    set_up(fleet)
    first, second = fleet.release(712), fleet.release(713)
    stand(fleet, 713)
    check(program, *second)
    program("gate", "accept", "--config", "settings.toml", *second)
    stand(fleet, 712)
    check(program, *first)
    check(program, "nowhere")
    set_up(fleet, head="observe_until = 2026-04-01T00:00:00Z\n")
    check(program, *first)
    told = summed(program, "gate", "--since", AT)
    (host,) = told["hosts"]
    assert (host["name"], host["first"], host["damaged"]) == ("gate", AT, 0)
    assert host["tally"] == {"allowed": 1, "waived": 0, "held": 1, "blocked": 1, "observed": 1, "accepted": 1}
    assert told["reasons"] == [
        {"reason": "update.rollback", "stopped": 1, "observed": 1, "found": 0, "hosts": ["gate"]},
        {"reason": "input.not_found", "stopped": 1, "observed": 0, "found": 0, "hosts": ["gate"]},
    ]
    products = {each["product"]: each["tally"] for each in told["products"]}
    assert products["acme/endpoint/stable"]["blocked"] == 1
    assert told["would_hold"] == [{"file": "endpoint-712", "reasons": "update.rollback", "times": 1}]
    assert summed(program, "gate", "--since", "2100-01-01T00:00:00Z")["products"] == []


def test_hosts_are_told_apart_and_summed(here: Path, program: Program) -> None:
    journal(here / "all" / "alpha", line("allow"), line("allow", waived=[{}]), line("accepted"))
    journal(here / "all" / "beta", line("block", "update.rollback"), line("hold", "update.rollback", observed=True))
    journal(here / "gamma", line("hold", "update.rollback"))
    ran = program("gate", "report", "all", "gamma")
    assert [row.split() for row in ran.text.splitlines()[:4]] == [
        ["host", "allowed", "waived", "held", "blocked", "observed", "accepted", "last", "decided"],
        ["alpha", "2", "1", "0", "0", "0", "1", "2026-03-14", "09:00", "UTC"],
        ["beta", "0", "0", "0", "1", "1", "0", "2026-03-14", "09:00", "UTC"],
        ["gamma", "0", "0", "1", "0", "0", "0", "2026-03-14", "09:00", "UTC"],
    ]
    assert "acme/endpoint/stable  2        1       1     1        1         0" in ran.text
    assert "update.rollback  2        1         0      2      The update is older" in ran.text
    assert "while observing, this would have been held  times  by\nendpoint.exe " in ran.text


@pytest.mark.parametrize(
    "damage",
    [
        b"{",
        line("allow")[:40],
        b'{"at": "yesterday", "action": "allow"}\n',
        b'{"at": "2026-03-14T09:00:00", "action": "allow"}\n',
        line("permit"),
        line("allow", observed="no"),
        b"\xff\xfe\n",
        b'{"at": "2026-03-14T09:00:00Z", "action": "allow", "artifacts": [{"name": "\xff"}]}\n',
        b"[" * 100_000 + b"\n",
        line("allow", weather="?").replace(b'"?"', b"[" * 100_000 + b"]" * 100_000),
        b"[]\n",
        b'{"at": "' + b"x" * LONGEST_LINE + b'"}\n',
    ],
    ids=range(12),
)
def test_a_damaged_line_is_counted_and_ends_nothing(damage: bytes, here: Path, program: Program) -> None:
    whole = damage if damage.endswith(b"\n") else damage + b"\n"
    journal(here / "alpha", line("allow"), whole, line("allow"))
    (host,) = summed(program, "alpha")["hosts"]
    assert (host["tally"]["allowed"], host["damaged"]) == (2, 1)
    journal(here / "alpha", line("allow"), damage)
    shown = program("gate", "report", "alpha").text
    assert shown.endswith("\ndamaged  alpha: 1 line of the journal could not be read, and are not counted\n")


def test_u06_what_weakens_a_client_is_told_by_host(here: Path, program: Program) -> None:
    weakened = {"reason": "client.weakened", "place": "apt-config", "actual": "Acquire::Check-Date false"}
    journal(here / "all" / "alpha", line("allow", findings=[weakened, weakened]), line("allow", findings=[weakened]))
    journal(here / "all" / "beta", line("allow"))
    told = summed(program, "all")
    assert told["reasons"] == [
        {"reason": "client.weakened", "stopped": 0, "observed": 0, "found": 2, "hosts": ["alpha"]}
    ]


def test_what_a_newer_gate_says_besides_is_read_over(here: Path, program: Program) -> None:
    journal(here / "alpha", line("hold", "new.reason", weather="fair"))
    told = summed(program, "alpha")
    assert told["reasons"] == [{"reason": UNKNOWN, "stopped": 1, "observed": 0, "found": 0, "hosts": ["alpha"]}]


def test_made_up_names_without_an_end_are_summed_together(
    here: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "MOST_NAMES", 3)
    endless = "x" * 5_000
    names = [{"name": f"n{number}{endless}", "product": f"p{number}"} for number in range(9)]
    journal(here / "alpha", *(line("hold", "update.rollback", observed=True, artifacts=[each]) for each in names))
    told = summed(program, "alpha")
    assert {each["product"]: each["tally"]["observed"] for each in told["products"]} == {
        "p0": 1, "p1": 1, "p2": 1, OTHERS: 6,
    }  # fmt: skip
    assert [each["times"] for each in told["would_hold"]] == [6, 1, 1, 1]
    assert max(len(each["file"]) for each in told["would_hold"]) == LONGEST_NAME


def test_t99_no_name_in_a_journal_moves_the_cursor(here: Path, program: Program) -> None:
    journal(here / "alpha", line("hold", "update.rollback", artifacts=[{"name": "\x1b[2J", "product": "\u202ex"}]))
    shown = program("gate", "report", "alpha").text
    assert "\x1b" not in shown
    assert "\\u202ex" in shown


def test_two_hosts_are_not_taken_for_one(here: Path, program: Program) -> None:
    for name in ("a", "b"):
        journal(here / name / "state", line("block", "update.rollback"))
    told = summed(program, "a/state", "b/state")
    assert [host["name"] for host in told["hosts"]] == ["state", str(here / "b" / "state")]
    assert len(told["reasons"][0]["hosts"]) == 2


def test_a_host_that_is_named_twice_is_counted_once(here: Path, program: Program) -> None:
    journal(here / "all" / "alpha", line("allow"))
    (here / "again").symlink_to(here / "all" / "alpha")
    told = summed(program, "all", "all/alpha", "again")
    assert [host["name"] for host in told["hosts"]] == ["alpha"]


def test_a_directory_without_a_journal_is_told(here: Path, program: Program) -> None:
    (here / "empty").mkdir()
    assert program("gate", "report", "empty").reason == "input.not_found"
    assert program("gate", "report", "nowhere").reason == "input.not_found"


def test_many_rows_are_cut_on_a_screen_and_counted(here: Path, program: Program) -> None:
    for number in range(25):
        journal(here / "all" / f"host-{number:02}", line("allow"))
    shown = program("gate", "report", "all").text
    assert "and 5 more: --format json has them all\n" in shown
    assert len(summed(program, "all")["hosts"]) == 25
