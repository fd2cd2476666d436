"""A verdict put beside an update: found there by whoever verifies, and asked for by a gate beside the vendor's word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.effects.faults import InputFault
from api.effects.files import LocalFiles
from api.effects.keys.making import make_key
from api.effects.keys.pins import PromptPin
from api.usecases.staple import staple
from verifier.checks.check import Met
from verifier.gather import sha256
from verifier.outcome import Outcome
from verifier.results import Source, passed
from verifier.verdict_check import Checked

from .conftest import Program
from .running import Ran
from .test_gate import POLICY as GUARDED
from .test_gate import SECRET, Fleet

VERIFIER = "https://audit.example/verifier/endpoint/v1"
RESOURCE = "pkg:generic/acme/endpoint@7.712.0"
AT = ("--now", "2026-03-14T09:00:00Z")
WHO = ("--key", "assurer.key.pub", "--verifier-id", VERIFIER, "--resource", RESOURCE, *AT)
NAME = "endpoint-712"
BESIDE = f"{NAME}.verdict.json"

JUDGED_BY = """\
format = "countersign.policy/1"
id = "https://audit.example/policies/endpoint"
version = 1

[product]
vendor = "acme"
name = "endpoint"
resource = "pkg:generic/acme/endpoint@7.712.0"

[signers.release]
key = "{fingerprint}"

[[require]]
check = "manifest"
signer = "release"
channel = "stable"
"""
ASSURED = """
[signers.assurer]
group = "audit"
key = "{assurer}"

[[require]]
check = "verdict"
signer = "assurer"
verifier = "https://audit.example/verifier/endpoint/v1"
resource = "pkg:generic/acme/endpoint@7.712.0"
levels = ["VI_SIGNED_1"]
max_age = "24h"
"""


@pytest.fixture
def fleet(here: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A gate that asks for the vendor's current manifest and an assurer's verdict, and release 712 with both."""
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: SECRET)
    prints = {}
    for name in ("release", "assurer"):
        made = make_key("ecdsa-p256", SECRET)
        (here / f"{name}.key").write_bytes(made.private)
        (here / f"{name}.key.pub").write_bytes(made.public)
        prints[name] = str(made.key.fingerprint)
    (here / "gate.toml").write_text(GUARDED.format(fingerprint=prints["release"]) + ASSURED.format(**prints))
    (here / "judge.toml").write_text(JUDGED_BY.format(fingerprint=prints["release"]))
    assert program("gate", "init", "--state", "gate").code == 0
    fleet = Fleet(here, program)
    fleet.release(712)
    assert judged(program, "out").code == 0
    return fleet


def judged(program: Program, out: str, at: tuple[str, ...] = AT) -> Ran:
    """The assurer judges the release by the vendor's manifest, and signs what comes out into `out`."""
    return program("verify", NAME, "--policy", "judge.toml", "--trust", "release.key.pub", "-e", "manifest-712.jsonl",
                   "--sign", "assurer.key", "--verifier-id", VERIFIER, "--bundle-out", out, "-q", *at)  # fmt: skip


def stapled(program: Program, *more: str, bundle: str = "out/verdict.json", who: tuple[str, ...] = WHO) -> Ran:
    return program("staple", NAME, "--bundle", bundle, *who, *more)


def asked(fleet: Fleet, *more: str) -> tuple[int, str, set[str]]:
    return fleet.check(712, NAME, more=("--trust", "assurer.key.pub", *more))


def test_the_gate_holds_without_a_verdict_and_allows_with_one_beside(fleet: Fleet, program: Program) -> None:
    assert asked(fleet) == (3, "HOLD", {"verdict.absent"})
    ran = stapled(program)
    assert (ran.code, ran.text.splitlines()[-1]) == (0, f"stapled: {BESIDE}")
    assert (fleet.folder / BESIDE).read_bytes() == (fleet.folder / "out" / "verdict.json").read_bytes()
    assert asked(fleet) == (0, "ALLOW", set())


def test_a_verdict_alone_is_not_the_vendors_word(fleet: Fleet, program: Program) -> None:
    stapled(program)
    (fleet.folder / "manifest-712.jsonl").write_bytes((fleet.folder / "out" / "svr.dsse.json").read_bytes())
    code, word, reasons = asked(fleet)
    assert (code != 0, word != "ALLOW", "verdict.absent" in reasons) == (True, True, False)


@pytest.mark.parametrize("flag", ["-e", "--bundle"])
def test_a_verdict_given_along_counts_as_one_beside(flag: str, fleet: Fleet) -> None:
    assert asked(fleet, flag, "out/verdict.json") == (0, "ALLOW", set())


def test_a_bundle_given_along_keeps_nothing_else_from_being_found(fleet: Fleet, program: Program) -> None:
    (fleet.folder / "manifest-712.jsonl").rename(fleet.folder / f"{NAME}.intoto.jsonl")
    words = ("gate", "check", NAME, "--state", "gate", "--policy", "gate.toml", *AT)
    keys = ("--trust", "release.key.pub", "--trust", "assurer.key.pub")
    assert program(*words, *keys, "--bundle", "out/verdict.json").code == 0
    assert program(*words, *keys, "-e", "out/verdict.json").code == 3


def test_t73_a_stapled_verdict_of_yesterday_holds(fleet: Fleet, program: Program) -> None:
    assert judged(program, "old", ("--now", "2026-03-12T09:00:00Z")).code == 0
    assert stapled(program, bundle="old/verdict.json").code == 0
    assert asked(fleet) == (3, "HOLD", {"verdict.expired"})
    assert stapled(program).code == 0
    assert asked(fleet) == (0, "ALLOW", set())


def test_a_verdict_of_another_file_beside_it_is_seen_through(fleet: Fleet, program: Program) -> None:
    stapled(program)
    (fleet.folder / NAME).write_bytes(b"other bytes")
    code, word, reasons = asked(fleet)
    assert (code, word) == (1, "BLOCK")
    assert "subject.mismatch" in reasons


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (("--key", "release.key.pub", *WHO[2:]), 1),
        ((*WHO[:2], "--verifier-id", "https://audit.example/other", *WHO[4:]), 1),
        ((*WHO[:4], "--resource", "pkg:generic/acme/endpoint@7.713.0", *WHO[6:]), 1),
        ((*WHO, "--level", "VI_LEVEL_4"), 1),
        ((*WHO[:6], "--now", "2026-05-14T09:00:00Z"), 3),
    ],
    ids=["key", "verifier", "resource", "level", "age"],
)
def test_what_does_not_pass_is_not_written(who: tuple[str, ...], code: int, fleet: Fleet, program: Program) -> None:
    assert stapled(program, who=who).code == code
    assert not (fleet.folder / BESIDE).exists()


def test_an_older_staple_stays_where_a_new_one_does_not_pass(fleet: Fleet, program: Program) -> None:
    stapled(program)
    kept = (fleet.folder / BESIDE).read_bytes()
    bad = json.loads(kept)
    bad["report"]["digest"]["sha256"] = "0" * 64
    (fleet.folder / "bad.json").write_text(json.dumps(bad))
    assert stapled(program, bundle="bad.json").code == 1
    assert (fleet.folder / BESIDE).read_bytes() == kept


def test_nothing_is_stapled_to_a_digest(fleet: Fleet, program: Program) -> None:
    assert program("staple", "sha256:" + "0" * 64, "--bundle", "out/verdict.json", *WHO).code == 2


def test_a_stapled_verdict_is_no_product(fleet: Fleet, program: Program) -> None:
    """A directory that is verified holds the file and its verdict, and one of them is judged."""
    folder = fleet.folder / "mirror"
    folder.mkdir()
    stapled(program)
    for name in (NAME, BESIDE):
        (folder / name).write_bytes((fleet.folder / name).read_bytes())
    ran = program("verify", "mirror", "--policy", "judge.toml", "--trust", "release.key.pub",
                  "-e", "manifest-712.jsonl", "--format", "json", *AT)  # fmt: skip
    assert ran.code == 0
    reports = [json.loads(line) for line in ran.output.splitlines()]
    assert [report["subject"][0]["name"] for report in reports] == [f"mirror/{NAME}"]


def test_bytes_that_changed_since_they_were_checked_are_not_stapled(fleet: Fleet) -> None:
    source = Source(sha256(b"other"), "verdict.json", "/vsa")
    checked = Checked(Outcome.PASSED, (passed("signature", Met("signed"), source=source),), None)
    with pytest.raises(InputFault) as caught:
        staple("out/verdict.json", NAME, checked, LocalFiles())
    assert caught.value.reason == "bytes.changed"
