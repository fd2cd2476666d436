"""An update that is held and must go in: let through by two persons, for hours, by name; and never what was refuted."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from api.effects.keys.making import make_key
from api.effects.keys.pins import PromptPin
from api.gate.apt.transactions import NOTE, note
from api.gate.decisions import Action, Decision
from attestations.apt_transactions import Transaction
from tests.verifier.test_excuses import verdict
from verifier.keys import load_pem

from .conftest import Program
from .test_gate import POLICY, SECRET

ASSURER = """
[signers.assurer]
group = "audit"
key = "{assurer}"

[[require]]
check = "verdict"
signer = "assurer"
verifier = "https://audit.example/verifier/endpoint/v1"
resource = "pkg:generic/acme/endpoint"
max_age = "24h"
"""
SETTINGS = """\
format = "countersign.gate/1"
state = "gate"
waivers = "waivers"

[[guard]]
policy = "policy.toml"
trust = ["./release.pub", "./assurer.pub"]

[[approver]]
name = "Duty"
file = "duty.pub"
key = "{duty}"

[[approver]]
name = "Operations"
file = "operations.pub"

[content]
data = ["*.cvd"]
"""
WHY = "the assurer is down"
PERSONS = ("release", "assurer", "duty", "operations", "stranger")


class Fleet:
    """A gate that asks for an assurer's verdict besides the vendor's manifest, and nobody gives one."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder, self.program = folder, program

    def release(self, number: int, *names: str) -> tuple[str, ...]:
        files = tuple(f"{number}-{name}" for name in (names or ("endpoint",)))
        for name in files:
            (self.folder / name).write_bytes(name.encode())
        words = ("--vendor", "acme", "--product", "endpoint", "--version", f"7.{number}.0", "--channel", "stable")
        signing = ("--sequence", str(number), "--key", "release.key", "-o", f"manifest-{number}.jsonl")
        made = self.program("attest", "manifest", *files, *words, *signing)
        assert made.code == 0, made.errors
        return files

    def check(self, number: int, *files: str) -> tuple[int, str]:
        """Exit code, and all that is said."""
        ran = self.program("gate", "check", *files, "--config", "fleet.toml", "-e", f"manifest-{number}.jsonl")
        assert ran.errors == b""
        return ran.code, ran.text

    def waive(self, *files: str, reasons: tuple[str, ...], by: tuple[str, ...] = ("duty", "operations")) -> None:
        """A waiver of all of these, signed."""
        named = tuple(word for code in reasons for word in ("--reason", code))
        begun = ("--policy", "policy.toml", "--why", WHY)
        assert self.program("waiver", "new", *files, *named, *begun, "-o", "waiver.json").code == 0
        for name in by:
            target = f"waivers/{len(list((self.folder / 'waivers').iterdir()))}.{name}.json"
            signed = ("--key", f"{name}.key", "-o", target)
            assert self.program("waiver", "sign", "waiver.json", *signed).code == 0

    def accept(self, *files: str) -> int:
        return self.program("gate", "accept", *files, "--config", "fleet.toml").code

    def shown(self) -> str:
        return self.program("gate", "show", "--config", "fleet.toml").text

    def decided(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "gate" / "decisions.jsonl").read_bytes().splitlines()[-1])
        return found


@pytest.fixture
def fleet(here: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    for name in PERSONS:
        made = make_key("ecdsa-p256", SECRET)
        (here / f"{name}.key").write_bytes(made.private)
        (here / f"{name}.pub").write_bytes(made.public)
    prints = {name: load_pem((here / f"{name}.pub").read_bytes()).fingerprint for name in PERSONS}
    policy = POLICY.format(fingerprint=prints["release"]) + ASSURER.format(assurer=prints["assurer"])
    (here / "policy.toml").write_text(policy)
    (here / "fleet.toml").write_text(SETTINGS.format(duty=prints["duty"]))
    (here / "waivers").mkdir()
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: SECRET)
    assert program("gate", "init", "--config", "fleet.toml").code == 0
    return Fleet(here, program)


def test_two_persons_let_through_what_is_late_and_it_is_told_and_accepted(fleet: Fleet) -> None:
    files = fleet.release(712)
    code, text = fleet.check(712, *files)
    assert (code, fleet.decided()["action"]) == (3, "hold"), text
    reasons = tuple(fleet.decided()["reasons"])
    fleet.waive(*files, reasons=reasons)
    code, text = fleet.check(712, *files)
    assert code == 0
    assert "logged  not assessed" in text
    assert text.splitlines()[-1].startswith("ALLOW, WAIVED")
    decided = fleet.decided()
    assert (decided["action"], decided["outcome"], tuple(decided["reasons"])) == ("allow", "INCOMPLETE", reasons)
    (waived,) = decided["waived"]
    assert (waived["signers"], waived["reasons"], waived["why"]) == (["Duty", "Operations"], list(reasons), WHY)
    until = datetime.datetime.fromisoformat(waived["until"])
    assert f"by Duty and Operations, until {until:%Y-%m-%d %H:%M} UTC: {WHY}" in " ".join(text.split())
    assert fleet.accept(*files) == 0
    assert "number 712" in fleet.shown()


def test_a_waiver_of_the_sequence_advances_nothing(fleet: Fleet) -> None:
    part = fleet.release(712, "endpoint", "driver")[:1]
    code, _ = fleet.check(712, *part)
    reasons = tuple(fleet.decided()["reasons"])
    assert (code, "update.incomplete" in reasons) == (3, True)
    fleet.waive(*part, reasons=reasons)
    assert fleet.check(712, *part)[0] == 0
    assert fleet.accept(*part) == 0
    assert fleet.shown() == "nothing was accepted yet\n"


def test_what_was_refuted_stays_blocked_whatever_a_waiver_says(fleet: Fleet) -> None:
    first, second = fleet.release(712), fleet.release(713)
    fleet.check(713, *second)
    reasons = tuple(fleet.decided()["reasons"])
    fleet.waive(*second, reasons=reasons)
    assert fleet.check(713, *second)[0] == 0
    assert fleet.accept(*second) == 0
    fleet.waive(*first, reasons=reasons)
    code, text = fleet.check(712, *first)
    assert (code, fleet.decided()["action"]) == (1, "block")
    assert "waived" not in fleet.decided()
    assert text.splitlines()[-1].startswith("BLOCK")


def test_a_part_of_what_speaks_against_it_is_not_enough_and_what_is_left_is_named(fleet: Fleet) -> None:
    part = fleet.release(712, "endpoint", "driver")[:1]
    fleet.waive(*part, reasons=("update.incomplete",))
    code, text = fleet.check(712, *part)
    assert code == 3
    assert "note    waivers do not excuse " in text
    assert "waived" not in fleet.decided()


@pytest.mark.parametrize(
    ("by", "reason"), [(("duty",), "waiver.signers"), (("duty", "stranger"), "waiver.signer_unknown")]
)
def test_one_person_or_a_stranger_lets_nothing_through(fleet: Fleet, by: tuple[str, ...], reason: str) -> None:
    files = fleet.release(712)
    fleet.check(712, *files)
    fleet.waive(*files, reasons=tuple(fleet.decided()["reasons"]), by=by)
    code, text = fleet.check(712, *files)
    assert code == 3
    assert f"[{reason}]" in text
    assert "note    no waiver: " in text
    assert "waivers/0.duty.json" in text


def test_whether_a_waiver_holds_at_a_gate_is_shown(fleet: Fleet, program: Program) -> None:
    files = fleet.release(712)
    fleet.waive(*files, reasons=("verdict.absent",))
    one, other = (f"waivers/{name}.json" for name in ("0.duty", "1.operations"))
    whole = program("waiver", "show", one, other, "--config", "fleet.toml")
    assert (whole.code, "signed   Duty, Operations\nit holds\n" in whole.text) == (0, True)
    assert program("waiver", "show", one, "--config", "fleet.toml").code == 4


def test_a_waiver_lapses(fleet: Fleet, program: Program) -> None:
    files = fleet.release(712)
    fleet.check(712, *files)
    fleet.waive(*files, reasons=tuple(fleet.decided()["reasons"]))
    late = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=25)
    later = ("--now", f"{late:%Y-%m-%dT%H:%M:%SZ}")
    ran = program("gate", "check", *files, "--config", "fleet.toml", "-e", "manifest-712.jsonl", *later)
    assert (ran.code, "[waiver.lapsed]" in ran.text) == (3, True)


@pytest.mark.parametrize("name", ["duty.pub", "waivers"])
def test_what_is_wrong_with_the_settings_lets_nothing_through(fleet: Fleet, name: str) -> None:
    files = fleet.release(712)
    fleet.check(712, *files)
    fleet.waive(*files, reasons=tuple(fleet.decided()["reasons"]))
    if name == "waivers":
        (fleet.folder / name).rename(fleet.folder / "elsewhere")
    else:
        (fleet.folder / name).write_bytes((fleet.folder / "stranger.pub").read_bytes())
    code, text = fleet.check(712, *files)
    assert (code, "note    waivers are not read: " in text) == (3, True)
    assert ("[waiver.approver]" in text) is (name == "duty.pub")


def test_grace_is_told_for_data_and_held_until_there_is_a_log(fleet: Fleet) -> None:
    data, code = fleet.release(712, "daily.cvd"), fleet.release(713)
    assert "note    grace: not assessed: " in fleet.check(712, *data)[1]
    assert fleet.decided()["action"] == "hold"
    assert "note    grace: none: 713-endpoint is code" in fleet.check(713, *code)[1]


@pytest.mark.parametrize("pattern", ['"**/x"', '"["', "1", '""'])
def test_a_name_of_data_that_means_nothing_is_refused(fleet: Fleet, program: Program, pattern: str) -> None:
    settings = fleet.folder / "fleet.toml"
    settings.write_text(settings.read_text().replace('"*.cvd"', pattern))
    ran = program("gate", "show", "--config", "fleet.toml")
    assert (ran.code, ran.reason) == (4, "gate.settings")
    assert "/content/data/0" in ran.error


@pytest.mark.parametrize(("action", "observed", "noted"), [("allow", False, True), ("hold", True, False)])
def test_in_apt_too_what_was_waived_is_accepted_and_what_was_only_observed_is_not(
    tmp_path: Path, action: str, observed: bool, noted: bool
) -> None:
    late = verdict("verdict.absent")
    decision = Decision(Action(action), late.outcome, ("verdict.absent",), (late,), (), observed=observed)
    note(tmp_path, Transaction((), ()), decision)
    assert (tmp_path / NOTE).exists() is noted
