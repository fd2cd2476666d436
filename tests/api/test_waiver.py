"""Two persons at their own machines: a waiver written, signed by each, and shown for what it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from api.effects.keys.making import make_key
from api.effects.keys.pins import PromptPin
from attestations.dsse import parse_envelope
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node, loads
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest

from .conftest import Program
from .test_gate import POLICY, SECRET

WHY = "the assurer's service is down"
NEW = ("waiver", "new", "endpoint", "--policy", "gate.toml", "--reason", "verdict.absent", "--why", WHY)


@pytest.fixture
def desk(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file, the policy that holds it up, and the keys of Duty, Operations and a stranger."""
    (here / "endpoint").write_bytes(b"bytes")
    for name in ("duty", "operations", "stranger"):
        made = make_key("ecdsa-p256", SECRET)
        (here / f"{name}.key").write_bytes(made.private)
        (here / f"{name}.pub").write_bytes(made.public)
    (here / "gate.toml").write_text(POLICY.format(fingerprint=f"sha256:{'0' * 64}"))
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: SECRET)
    return here


def approvers(*names: str) -> tuple[str, ...]:
    return tuple(f"--approver={name.title()}={name}.pub" for name in names)


BOTH = approvers("duty", "operations")


def test_two_persons_sign_the_same_bytes_and_the_waiver_holds(desk: Path, program: Program) -> None:
    made = program(*NEW, "--hours", "12", "-o", "waiver.json")
    assert made.code == 0
    assert "excuses  verdict.absent: " in made.text
    assert program("waiver", "sign", "waiver.json", "--key", "duty.key", "-o", "duty.json").code == 0
    signed = program("waiver", "sign", "duty.json", "--key", "operations.key", "-o", "operations.json")
    assert f"why      {WHY}" in signed.text
    shown = program("waiver", "show", "duty.json", "operations.json", *BOTH)
    assert (shown.code, shown.errors) == (0, b"")
    assert "signed   Duty, Operations\nit holds\n" in shown.text


def test_what_is_signed_is_what_was_written(desk: Path, program: Program) -> None:
    program(*NEW, "-o", "waiver.json")
    program("waiver", "sign", "waiver.json", "--key", "duty.key", "-o", "duty.json")
    statement = (desk / "waiver.json").read_bytes()
    envelope = parse_envelope(Node(loads((desk / "duty.json").read_bytes(), source="e"), "e"), DEFAULT_LIMITS)
    assert envelope.payload == statement
    predicate = json.loads(statement)["predicate"]
    policy = parse_policy((desk / "gate.toml").read_bytes(), "gate.toml", DEFAULT_LIMITS)
    assert predicate["policy"] == {"sha256": digest(policy).hex}
    (subject,) = json.loads(statement)["subject"]
    assert subject == {"name": "endpoint", "digest": {"sha256": hashlib.sha256(b"bytes").hexdigest()}}


def test_one_person_or_a_stranger_is_not_enough(desk: Path, program: Program) -> None:
    program(*NEW, "-o", "waiver.json")
    for name in ("duty", "stranger"):
        program("waiver", "sign", "waiver.json", "--key", f"{name}.key", "-o", f"{name}.json")
    alone = program("waiver", "show", "duty.json", *BOTH)
    assert (alone.code, "[waiver.signers]" in alone.text) == (4, True)
    strange = program("waiver", "show", "duty.json", "stranger.json", *BOTH)
    assert (strange.code, "[waiver.signer_unknown]" in strange.text) == (4, True)
    assert "duty.json, stranger.json does not count: " in strange.text


def test_a_waiver_that_has_lapsed_is_neither_signed_nor_counted(desk: Path, program: Program) -> None:
    program(*NEW, "-o", "new.json")
    for name in ("duty", "operations"):
        program("waiver", "sign", "new.json", "--key", f"{name}.key", "-o", f"{name}.json")
    later = program("waiver", "show", "duty.json", "operations.json", *BOTH, "--now", "2100-01-01T00:00:00Z")
    assert (later.code, "[waiver.lapsed]" in later.text) == (4, True)
    program(*NEW, "--from", "2026-01-01T00:00:00Z", "-o", "old.json")
    assert program("waiver", "sign", "old.json", "--key", "duty.key", "-o", "signed.json").reason == "waiver.lapsed"
    assert not (desk / "signed.json").exists()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("waiver.reason", ("--reason", "signature.invalid", "-o", "waiver.json")),
        ("waiver.reason", ("--reason", "no.such", "-o", "waiver.json")),
        ("input.not_found", ("--policy", "nowhere.toml", "-o", "waiver.json")),
    ],
)
def test_what_is_no_waiver_is_not_written(desk: Path, program: Program, reason: str, words: tuple[str, ...]) -> None:
    assert program(*NEW, *words).reason == reason
    assert not (desk / "waiver.json").exists()


def test_a_file_is_named_by_its_sha256_where_it_is_elsewhere(desk: Path, program: Program) -> None:
    assert program(*NEW, f"sha256:{'1' * 64}", "-o", "waiver.json").code == 0
    assert f"file     sha256:{'1' * 64}" in program("waiver", "show", "waiver.json").text
    assert program(*NEW, f"sha512:{'1' * 128}", "-o", "other.json").reason == "digest.malformed"
    assert program(*NEW, "--hours", "73", "-o", "other.json").code == 2


def test_what_is_signed_or_shown_must_be_a_waiver(desk: Path, program: Program) -> None:
    (desk / "other.json").write_text("{}")
    assert program("waiver", "show", "other.json").code == 4
    assert program("waiver", "sign", "other.json", "--key", "duty.key", "-o", "signed.json").code == 4
    program(*NEW, "-o", "waiver.json")
    assert program("waiver", "show", "waiver.json", "--approver", "Duty").code == 2
    (desk / "two.pub").write_bytes((desk / "duty.pub").read_bytes() + (desk / "operations.pub").read_bytes())
    assert program("waiver", "show", "waiver.json", "--approver", "Duty=two.pub").reason == "waiver.approver"


def test_a_waiver_that_nobody_signed_is_told_as_that(desk: Path, program: Program) -> None:
    program(*NEW, "-o", "waiver.json")
    shown = program("waiver", "show", "waiver.json", *BOTH)
    assert shown.code == 4
    assert "waiver.json: nobody has signed it" in shown.text
    assert "[waiver.signers]" in shown.text


@pytest.mark.parametrize("why", ["", " \n", "x" * 2001])
def test_whoever_says_too_little_or_too_much_is_asked_again(why: str, desk: Path, program: Program) -> None:
    ran = program(*NEW[:-1], why, "-o", "waiver.json")
    assert ran.code == 2
    assert b"--why takes 1 to 2000 characters" in ran.errors
    assert not (desk / "waiver.json").exists()
