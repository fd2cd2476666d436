"""An administrator at the gate: what is allowed, accepted and never again undone; and what a crash leaves behind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.effects.keys.making import make_key
from api.effects.keys.pins import PromptPin
from api.gate.decisions import Action, decide
from api.gate.states import States
from fixtures.fleets import TEXT as POLICY
from verifier.outcome import Outcome
from verifier.updates.advance import Step

from .conftest import Program

SECRET = "correct horse battery"
AT = ("--now", "2026-03-14T09:00:00Z")
CHECK = ("gate", "check", "--state", "gate", "--policy", "gate.toml", "--trust", "release.key.pub", *AT)


class Fleet:
    """A directory with releases, a policy, and a gate that was begun."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder, self.program = folder, program

    def release(self, number: int, *names: str, channel: str = "stable") -> tuple[str, ...]:
        """Files of release `number`, with the vendor's manifest of them; their names."""
        files = tuple(f"{name}-{number}" for name in (names or ("endpoint",)))
        for name in files:
            (self.folder / name).write_bytes(f"bytes of {name}".encode())
        words = ("--vendor", "acme", "--product", "endpoint", "--version", f"7.{number}.0", "--channel", channel)
        made = self.program(
            "attest", "manifest", *files, *words, "--sequence", str(number), "--key", "release.key",
            "-o", f"manifest-{number}.jsonl",
        )  # fmt: skip
        assert made.code == 0, made.errors
        return files

    def check(self, number: int, *files: str, more: tuple[str, ...] = ()) -> tuple[int, str, set[str]]:
        """Exit code, the decision's word, and its reasons out of the journal."""
        ran = self.program(*CHECK, *files, "-e", f"manifest-{number}.jsonl", *more)
        entry = self.decisions()[-1]
        return ran.code, ran.text.rstrip().splitlines()[-1].split()[0], set(entry["reasons"])

    def accept(self, *files: str) -> int:
        return self.program("gate", "accept", "--state", "gate", *files).code

    def decisions(self) -> list[dict[str, Any]]:
        """The journal."""
        return [json.loads(line) for line in (self.folder / "gate" / "decisions.jsonl").read_bytes().splitlines()]


@pytest.fixture
def fleet(here: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    made = make_key("ecdsa-p256", SECRET)
    (here / "release.key").write_bytes(made.private)
    (here / "release.key.pub").write_bytes(made.public)
    (here / "gate.toml").write_text(POLICY.format(fingerprint=made.key.fingerprint))
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: SECRET)
    assert program("gate", "init", "--state", "gate").code == 0
    return Fleet(here, program)


def test_an_administrators_walk(fleet: Fleet, program: Program) -> None:
    first, second = fleet.release(712), fleet.release(713)
    assert program("gate", "show", "--state", "gate").text == "nothing was accepted yet\n"
    assert fleet.check(712, *first) == (0, "ALLOW", set())
    assert fleet.accept(*first) == 0
    assert fleet.check(713, *second) == (0, "ALLOW", set())
    assert fleet.accept(*second) == 0
    shown = program("gate", "show", "--state", "gate").text
    assert shown.startswith("acme/endpoint/stable  7.713.0, number 713, accepted 2026-03-14")
    assert fleet.check(712, *first) == (1, "BLOCK", {"update.rollback"})
    assert [entry["action"] for entry in fleet.decisions()] == ["allow", "accepted", "allow", "accepted", "block"]


def test_what_was_only_looked_at_was_not_accepted(fleet: Fleet) -> None:
    first, second = fleet.release(712), fleet.release(713)
    fleet.check(713, *second)
    assert fleet.check(712, *first) == (0, "ALLOW", set())


def test_what_was_not_allowed_is_never_accepted(fleet: Fleet, program: Program) -> None:
    first = fleet.release(712)
    ran = program("gate", "accept", "--state", "gate", *first)
    assert (ran.code, ran.reason) == (4, "update.not_offered")


def test_to_accept_twice_changes_nothing(fleet: Fleet, program: Program) -> None:
    first, second = fleet.release(712), fleet.release(713)
    fleet.check(712, *first)
    assert (fleet.accept(*first), fleet.accept(*first)) == (0, 0)
    fleet.check(713, *second)
    assert fleet.accept(*second) == 0
    assert program("gate", "accept", "--state", "gate", *first).reason == "update.not_offered"


def test_of_two_updates_that_were_allowed_the_second_is_checked_again(fleet: Fleet, program: Program) -> None:
    first, second = fleet.release(712), fleet.release(713)
    fleet.check(712, *first)
    fleet.check(713, *second)
    assert fleet.accept(*second) == 0
    assert program("gate", "accept", "--state", "gate", *first).reason == "update.not_offered"
    assert fleet.check(712, *first)[1] == "BLOCK"


def test_u18_a_part_of_a_release_is_held_until_all_of_it_is_there(fleet: Fleet) -> None:
    files = fleet.release(712, "endpoint", "driver")
    assert fleet.check(712, files[0]) == (3, "HOLD", {"update.incomplete"})
    assert fleet.check(712, *files) == (0, "ALLOW", set())
    assert fleet.accept(*reversed(files)) == 0


def test_u11_another_channels_release_is_blocked(fleet: Fleet) -> None:
    files = fleet.release(712, channel="beta")
    assert fleet.check(712, *files) == (1, "BLOCK", {"manifest.channel"})


def test_a_file_that_is_not_what_was_signed_is_blocked(fleet: Fleet) -> None:
    (name,) = fleet.release(712)
    (fleet.folder / name).write_bytes(b"something else")
    assert fleet.check(712, name)[:2] == (1, "BLOCK")


def test_what_cannot_be_read_is_held(fleet: Fleet) -> None:
    fleet.release(712)
    assert fleet.check(712, "nowhere") == (4, "HOLD", {"input.not_found"})


def test_a_policy_that_does_not_ask_for_what_is_current_guards_nothing(fleet: Fleet) -> None:
    files = fleet.release(712)
    policy = fleet.folder / "gate.toml"
    policy.write_text(policy.read_text().replace("current = true\n", ""))
    assert fleet.check(712, *files) == (4, "HOLD", {"policy.not_current"})
    assert [artifact["name"] for artifact in fleet.decisions()[-1]["artifacts"]] == ["endpoint-712"]


def test_what_speaks_against_a_set_takes_no_more_than_the_terminal(fleet: Fleet, program: Program) -> None:
    first, second = fleet.release(712), fleet.release(713)
    fleet.check(713, *second)
    fleet.accept(*second)
    lines = program(*CHECK, *first, "-e", "manifest-712.jsonl").text.splitlines()
    assert any(line.startswith("set     ") for line in lines)
    assert max(map(len, lines)) <= 80


def test_what_speaks_against_a_set_is_told_once(fleet: Fleet, program: Program) -> None:
    files = [name for number in (712, 713, 714) for name in fleet.release(number)]
    words = [word for number in (712, 713, 714) for word in ("-e", f"manifest-{number}.jsonl")]
    told = program(*CHECK, *files, *words).text
    assert told.count("[update.inconsistent]") == 1


def test_a_gate_that_was_never_begun_says_how_to_begin(fleet: Fleet, program: Program) -> None:
    files = fleet.release(712)
    words = [word if word != "gate" else "nowhere" for word in CHECK[2:]]
    ran = program("gate", "check", *words, *files)
    assert ran.code == 4
    assert b"nowhere: there is no such directory: begin the gate with `countersign gate init`" in ran.errors
    assert not (fleet.folder / "nowhere").exists()


@pytest.mark.parametrize("command", [("gate", "show"), ("gate", "accept", "gate.toml")], ids=" ".join)
def test_a_state_that_is_a_file_is_told_in_words(command: tuple[str, ...], fleet: Fleet, program: Program) -> None:
    ran = program(*command, "--state", "gate.toml")
    assert ran.code == 4
    assert b"gate.toml: not a directory [input.unreadable]" in ran.errors


def test_observing_lets_through_and_tells_what_it_would_have_held(fleet: Fleet) -> None:
    first, second = fleet.release(712), fleet.release(713)
    fleet.check(713, *second)
    fleet.accept(*second)
    observe = ("--observe", "--until", "2026-04-14T09:00:00Z")
    assert fleet.check(712, *first, more=observe) == (0, "OBSERVED", {"update.rollback"})
    assert fleet.decisions()[-1]["observed"] is True
    late = ("--observe", "--until", "2026-05-14T09:00:00Z")
    assert fleet.check(712, *first, more=late) == (4, "HOLD", {"gate.observes_too_long"})
    over = ("--observe", "--until", "2026-03-14T08:00:00Z")
    assert fleet.check(712, *first, more=over)[0] == 1


def test_a_gate_is_begun_once(fleet: Fleet, program: Program) -> None:
    assert program("gate", "init", "--state", "gate").reason == "output.not_empty"
    assert program("gate", "show", "--state", "elsewhere").reason == "input.not_found"


def test_a_damaged_state_decides_nothing(fleet: Fleet) -> None:
    files = fleet.release(712)
    (fleet.folder / "gate" / "releases.000001.json").write_bytes(b"{}")
    assert fleet.check(712, *files) == (4, "HOLD", {"update.state_damaged"})


def test_over_nothing_nothing_is_allowed() -> None:
    assert decide((), None).action is Action.HOLD
    assert decide((), Step(None, ())).outcome is Outcome.INCOMPLETE


def test_what_nobody_comes_back_for_is_swept_once_something_is_accepted(fleet: Fleet) -> None:
    gate = fleet.folder / "gate"
    first, second = fleet.release(712), fleet.release(713)
    fleet.check(712, *first)
    fleet.check(713, *second)
    old, fresh = gate / ".new-0123456789abcdef", gate / "offered" / ".new-fedcba9876543210"
    for left in (old, fresh):
        left.write_bytes(b"half")
    (gate / "offered" / "damaged.json").write_bytes(b'{"artifacts": ["\xff"]}')
    os.utime(old, (0, 0))
    assert fleet.accept(*second) == 0
    assert (old.exists(), fresh.exists()) == (False, True)
    assert list((gate / "offered").glob("*.json")) == []


def test_after_a_million_acceptances_the_next_one_counts(fleet: Fleet, program: Program) -> None:
    gate = fleet.folder / "gate"
    (gate / "releases.000001.json").rename(gate / "releases.999999.json")
    first, second = fleet.release(712), fleet.release(713)
    for number, files in ((712, first), (713, second)):
        assert fleet.check(number, *files)[0] == 0
        assert fleet.accept(*files) == 0
    assert "number 713" in program("gate", "show", "--state", "gate").text
    assert fleet.check(712, *first) == (1, "BLOCK", {"update.rollback"})


class Crash(BaseException):
    """The power goes."""


EFFECTS = ("fsync", "link", "replace", "unlink")


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("turn", range(4))
def test_a_crash_at_any_effect_leaves_the_state_before_or_the_state_after(
    effect: str, turn: int, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = fleet.release(712)
    fleet.check(712, *files)
    states = States(fleet.folder / "gate")
    before = states.present()
    digests = tuple(artifact["sha256"] for artifact in fleet.decisions()[-1]["artifacts"])
    with monkeypatch.context() as patch:
        _crash_at(patch, effect, turn)
        try:
            after = states.accept(digests)
        except Crash:
            after = None
    now = States(fleet.folder / "gate").present()
    assert after is None or now == after
    again = States(fleet.folder / "gate").accept(digests)
    assert States(fleet.folder / "gate").present() == again != before


def _crash_at(patch: pytest.MonkeyPatch, effect: str, turn: int) -> None:
    owner: Any = Path if effect in ("replace", "unlink") else os
    whole: Callable[..., Any] = getattr(owner, effect)
    calls = iter(range(1_000))

    def crashing(*arguments: Any, **more: Any) -> Any:
        if next(calls) == turn:
            raise Crash
        return whole(*arguments, **more)

    patch.setattr(owner, effect, crashing)
