"""Verdicts that are handed on: signed where they were reached, checked by somebody else, compared."""

from __future__ import annotations

import datetime
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.effects.keys import Signer, sign_envelope
from api.effects.keys.making import make_key
from api.effects.keys.opening import open_signer
from api.effects.keys.pins import PromptPin
from fixtures.recipes.scene import POLICY, policy_file
from verifier.summary import REPORT

from .conftest import Program
from .running import ROOT, Ran
from .scene import NAME, NOW

VERIFIER = "https://audit.example/verifier/v1"
PASSPHRASE = "correct horse battery"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
VSA_TYPE = "https://slsa.dev/verification_summary/v1"
RESOURCE = "pkg:generic/acme/endpoint@7.1.0"

JUDGE = ("verify", NAME, "--policy", "named.toml", "--now", NOW)
SIGN = ("--sign", "verifier.key", "--verifier-id", VERIFIER, "--bundle-out", "out")
WHO = ("--key", "verifier.key.pub", "--verifier-id", VERIFIER)
KNOWN = (*WHO, "--policy", "named.toml", "--release", "7.1.0", "--now", NOW)


@pytest.fixture
def verified(scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A verdict that passed, signed into ``out``, and its record."""
    named = POLICY.set("/product/resource", "pkg:generic/acme/endpoint@{version}")
    (scene / "named.toml").write_bytes(policy_file(named).content)
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: PASSPHRASE)
    for name in ("verifier", "mallory"):
        key = make_key("ecdsa-p256", PASSPHRASE)
        (scene / f"{name}.key").write_bytes(key.private)
        (scene / f"{name}.key.pub").write_bytes(key.public)
    ran = program(*JUDGE, "--release", "7.1.0", *SIGN, "--record", "record")
    assert ran.code == 0
    assert b"signed" in ran.errors
    return scene


@pytest.fixture
def signer(verified: Path) -> Signer:
    return open_signer("verifier.key", PromptPin())


def payload(path: Path) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(b64decode(json.loads(path.read_bytes())["payload"]))
    return tree


def reasons(ran: Ran) -> set[str]:
    """The codes that the screen gives, warnings among them."""
    return set(re.findall(r"^  (?:failed|missing|error|warning) +([a-z0-9_]+\.[a-z0-9_]+)", ran.text, re.MULTILINE))


def check(program: Program, *more: str, file: str = "out/verdict.json", known: tuple[str, ...] = KNOWN) -> Ran:
    return program("verdict", "check", file, NAME, *known, *more)


def undecided(verified: Path, program: Program) -> Ran:
    """A verdict without evidence, signed into ``undecided``."""
    (verified / "bare").write_bytes((verified / NAME).read_bytes())
    return program("verify", "bare", *JUDGE[2:], "--release", "7.1.0", *SIGN[:-1], "undecided", "-q")


# --- signing


def test_a_verdict_is_signed_in_the_process_that_reached_it(verified: Path, program: Program) -> None:
    names = {path.name for path in (verified / "out").iterdir()}
    assert names == {"verdict.json", "report.dsse.json", "vsa.dsse.json", "svr.dsse.json"}
    for name in names - {"verdict.json"}:
        assert len(json.loads((verified / "out" / name).read_bytes())["signatures"]) == 1
    plain = program(*JUDGE, "--release", "7.1.0", "--format", "json")
    assert payload(verified / "out" / "report.dsse.json") == json.loads(plain.output)


def test_a_bundle_is_small_and_keeps_its_schema(verified: Path, program: Program) -> None:
    content = (verified / "out" / "verdict.json").read_bytes()
    assert len(content) <= 4096
    schema = json.loads((ROOT / "docs" / "schemas" / "verdict-bundle.schema.json").read_bytes())
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert not list(validator.iter_errors(json.loads(content)))
    undecided(verified, program)
    held = json.loads((verified / "undecided" / "verdict.json").read_bytes())
    assert not list(validator.iter_errors(held))
    assert set(held) == {"mediaType", "report"}
    assert set(held["report"]) == {"digest", "envelope"}


def test_a_failed_verdict_is_summed_up_as_failed(verified: Path, program: Program) -> None:
    ran = program(*JUDGE, "--release", "7.1.1", *SIGN[:-1], "failed", "-q")
    assert ran.code == 1
    assert "[svr.not_passed]" in " ".join(ran.errors.decode().split())
    summary = payload(verified / "failed" / "vsa.dsse.json")["predicate"]
    assert (summary["verificationResult"], summary["verifiedLevels"]) == ("FAILED", ["FAILED"])
    checked = check(program, "--release", "7.1.1", file="failed/verdict.json")
    assert (checked.code, reasons(checked)) == (1, {"vsa.failed", "vsa.levels_open"})


def test_an_undecided_verdict_has_a_report_and_no_summary(verified: Path, program: Program) -> None:
    ran = undecided(verified, program)
    assert ran.code == 3
    assert "[vsa.undecided]" in " ".join(ran.errors.decode().split())
    checked = check(program, file="undecided/verdict.json")
    assert (checked.code, reasons(checked)) == (3, {"vsa.absent"})


def test_a_policy_without_a_resource_gives_no_summary(verified: Path, program: Program) -> None:
    ran = program(
        "verify", NAME, "--policy", "policy.toml", "--release", "7.1.0", "--now", NOW, *SIGN[:-1], "unnamed", "-q"
    )
    assert ran.code == 0
    assert "[vsa.resource_missing]" in " ".join(ran.errors.decode().split())
    assert not (verified / "unnamed" / "vsa.dsse.json").exists()
    assert (verified / "unnamed" / "svr.dsse.json").exists()


@pytest.mark.parametrize("missing", [0, 2, 4])
def test_a_key_a_name_and_a_place_go_together(verified: Path, program: Program, missing: int) -> None:
    ran = program(*JUDGE, "--release", "7.1.0", *SIGN[:missing], *SIGN[missing + 2 :])
    assert ran.code == 2


def test_one_verdict_is_signed_at_a_time(verified: Path, program: Program) -> None:
    assert program("verify", NAME, NAME, "--policy", "named.toml", *SIGN[:-1], "more").code == 2
    assert program(*JUDGE, "--verifier-id", "me", *SIGN[:2], "--bundle-out", "more").code == 2


def test_nothing_is_written_over(verified: Path, program: Program) -> None:
    before = (verified / "out" / "verdict.json").read_bytes()
    ran = program(*JUDGE, "--release", "7.1.0", *SIGN)
    assert (ran.code, ran.reason) == (4, "output.not_empty")
    assert (verified / "out" / "verdict.json").read_bytes() == before


def test_a_record_is_replayed_before_it_is_signed(verified: Path, program: Program) -> None:
    words = ("--key", "verifier.key", "--verifier-id", VERIFIER, "-o")
    assert program("verdict", "sign", "record", "--artifact", NAME, *words, "again").code == 0
    for name in ("report", "vsa", "svr"):
        assert payload(verified / "again" / f"{name}.dsse.json") == payload(verified / "out" / f"{name}.dsse.json")
    record = json.loads((verified / "record").read_bytes())
    record["report"] = b64encode(b64decode(record["report"]).replace(b"PASSED", b"FAILED")).decode()
    (verified / "altered").write_text(json.dumps(record), encoding="utf-8")
    ran = program("verdict", "sign", "altered", *words, "altered-out")
    assert (ran.code, ran.reason) == (4, "record.differs")
    assert not (verified / "altered-out").exists()


# --- checking


def test_whoever_knows_the_verifier_can_rely_on_it(verified: Path, program: Program) -> None:
    ran = check(program, "--level", "VI_SIGNED_1", "--level", "VI_BUILD_1")
    assert (ran.code, ran.errors, reasons(ran)) == (0, b"", set())
    assert check(program, file="out/vsa.dsse.json").code == 0
    assert check(program, "-q").output == b""


def test_what_is_not_asked_for_is_said(verified: Path, program: Program) -> None:
    ran = check(program, known=(*WHO, "--resource", RESOURCE, "--max-age", "any", "--now", NOW))
    assert (ran.code, reasons(ran)) == (0, {"vsa.policy_open", "vsa.age_open", "vsa.levels_open"})


@pytest.mark.parametrize(
    ("more", "code", "reason"),
    [
        (("--verifier-id", f"{VERIFIER}.1"), 1, "vsa.verifier"),
        (("--resource", "pkg:generic/acme/endpoint@7.1.1"), 1, "vsa.resource"),
        (("--level", "VI_SIGNED_2"), 1, "vsa.level"),
        (("--level", "SLSA_BUILD_LEVEL_1"), 1, "vsa.level"),
        (("--level", "VI_LEVEL_0"), 0, None),
        (("--max-age", "1s", "--now", "2026-03-14T09:00:02Z"), 3, "vsa.old"),
        (("--now", "2026-03-14T08:00:00Z"), 4, "vsa.future"),
        (("--now", "2026-03-14T08:59:30Z"), 0, None),
        (("--key-id", "another"), 1, "signature.unknown_key"),
    ],
)
def test_a_summary_that_does_not_say_what_is_asked_for(
    verified: Path, program: Program, more: tuple[str, ...], code: int, reason: str | None
) -> None:
    ran = check(program, *more)
    assert (ran.code, reasons(ran) - {"vsa.levels_open"}) == (code, {reason} if reason else set())


def test_t73_a_summary_is_worth_nothing_after_the_policy_changed(verified: Path, program: Program) -> None:
    text = (verified / "named.toml").read_text(encoding="utf-8")
    (verified / "named.toml").write_text(text.replace("version = 3", "version = 4"), encoding="utf-8")
    ran = check(program)
    assert (ran.code, reasons(ran)) == (1, {"vsa.policy", "vsa.levels_open"})


def test_t73_a_summary_grows_old_by_itself(verified: Path, program: Program) -> None:
    later = datetime.datetime.fromisoformat(NOW) + datetime.timedelta(days=30, seconds=1)
    ran = check(program, "--now", later.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert (ran.code, reasons(ran)) == (3, {"vsa.old", "vsa.levels_open"})


def test_either_digest_of_the_policy_is_taken(verified: Path, program: Program) -> None:
    policy = payload(verified / "out" / "vsa.dsse.json")["predicate"]["policy"]
    known = (*WHO, "--resource", RESOURCE, "--now", NOW)
    for digest in (policy["annotations"]["policy"], f"sha256:{policy['digest']['sha256']}"):
        assert check(program, "--policy-digest", digest, known=known).code == 0
    ran = check(program, "--policy-digest", f"sha256:{'ab' * 32}", known=known)
    assert (ran.code, reasons(ran)) == (1, {"vsa.policy", "vsa.levels_open"})


def test_a_summary_is_about_the_artifact_it_names(verified: Path, program: Program) -> None:
    (verified / "other").write_bytes(b"another")
    for artifact in ("other", f"sha256:{'ab' * 32}"):
        ran = program("verdict", "check", "out/verdict.json", artifact, *KNOWN)
        assert (ran.code, reasons(ran)) == (1, {"subject.mismatch", "vsa.levels_open"})
    ran = program("verdict", "check", "out/verdict.json", *KNOWN)
    assert (ran.code, reasons(ran)) == (3, {"vsa.artifact_missing", "vsa.levels_open"})


def test_another_key_speaks_for_nobody(verified: Path, program: Program) -> None:
    ran = check(program, known=("--key", "mallory.key.pub", *KNOWN[2:]))
    assert (ran.code, reasons(ran)) == (1, {"signature.invalid"})


@pytest.mark.parametrize(
    "words",
    [
        (*WHO, "--now", NOW),
        (*KNOWN, "--policy-digest", f"sha256:{'ab' * 32}"),
        (*KNOWN, "--max-age", "a while"),
        (*KNOWN, "--verifier-id", "me"),
    ],
)
def test_a_question_that_is_none_is_a_wrong_command_line(
    verified: Path, program: Program, words: tuple[str, ...]
) -> None:
    assert check(program, known=words).code == 2


# --- what others write, and what mallory makes of ours


Change = Callable[[dict[str, Any]], None]


def signed_anew(verified: Path, signer: Signer, change: Change, name: str = "vsa") -> str:
    """A statement of ours with `change`, signed by the same key, as a file."""
    statement = payload(verified / "out" / f"{name}.dsse.json")
    change(statement)
    envelope = sign_envelope(PAYLOAD_TYPE, json.dumps(statement).encode(), signer)
    (verified / "anew.json").write_bytes(envelope)
    return "anew.json"


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        (lambda s: s["predicate"].pop("timeVerified"), 3, "vsa.undated"),
        (lambda s: s["predicate"].pop("policy"), 3, "vsa.policy_missing"),
        (lambda s: s["predicate"]["policy"]["annotations"].update(trust="sha256:00"), 1, "vsa.policy"),
        (lambda s: s.update(predicateType="https://slsa.dev/verification_summary/v2"), 1, "vsa.predicate_type"),
        (lambda s: s["predicate"].update(verificationResult="MAYBE"), 1, "json.value"),
        (lambda s: s.update(subject=[]), 1, "statement.no_subject"),
    ],
)
def test_a_summary_by_the_right_key_still_has_to_say_it(
    verified: Path, program: Program, signer: Signer, change: Change, code: int, reason: str
) -> None:
    ran = check(program, file=signed_anew(verified, signer, change))
    assert (ran.code, reasons(ran) - {"vsa.levels_open"}) == (code, {reason})


def test_t09_what_an_issuer_calls_an_image_is_compared_whole(verified: Path, program: Program, signer: Signer) -> None:
    file = signed_anew(
        verified,
        signer,
        lambda s: s.update(subject=[{"digest": {"gce_image_id": "8970"}}, {"digest": {"md5": "0" * 32}}]),
    )
    for artifact, code in (("gce_image_id:8970", 0), ("gce_image_id:897", 1), ("image:8970", 1), (NAME, 1)):
        ran = program("verdict", "check", file, artifact, *KNOWN)
        assert ran.code == code


def bundle_with(verified: Path, change: Change) -> str:
    bundle = json.loads((verified / "out" / "verdict.json").read_bytes())
    change(bundle)
    (verified / "bundle.json").write_text(json.dumps(bundle), encoding="utf-8")
    return "bundle.json"


def test_a_bundle_holds_the_report_that_its_summary_names(verified: Path, program: Program) -> None:
    whole = json.loads((verified / "out" / "report.dsse.json").read_bytes())
    other = bundle_with(verified, lambda bundle: bundle["report"]["digest"].update(sha256="ab" * 32))
    assert reasons(check(program, file=other)) == {"vsa.report", "vsa.levels_open"}
    assert check(program, file=bundle_with(verified, lambda bundle: bundle["report"].update(envelope=whole))).code == 0
    whole["payload"] = b64encode(b64decode(whole["payload"]).replace(b"PASSED", b"FAILED")).decode()
    altered = bundle_with(verified, lambda bundle: bundle["report"].update(envelope=whole))
    ran = check(program, file=altered)
    assert (ran.code, reasons(ran)) == (1, {"signature.invalid", "vsa.levels_open"})
    swapped = bundle_with(
        verified,
        lambda bundle: bundle["report"].update(envelope=json.loads((verified / "out/svr.dsse.json").read_bytes())),
    )
    assert reasons(check(program, file=swapped)) == {"vsa.report", "vsa.levels_open"}


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["predicate"]["properties"].append("VI_UNIFORM_2"),
        lambda s: s["predicate"]["verifier"].update(id="https://other.example"),
        lambda s: s["predicate"].update(timeCreated="2026-03-15T09:00:00Z"),
        lambda s: s["predicate"]["verifier"].update(policies=[]),
        lambda s: s["subject"][0]["digest"].update(sha256="ab" * 32),
        lambda s: s.update(predicateType=VSA_TYPE + "0"),
    ],
)
def test_a_simple_result_says_no_more_than_its_summary(
    verified: Path, program: Program, signer: Signer, change: Change
) -> None:
    svr = json.loads((verified / signed_anew(verified, signer, change, "svr")).read_bytes())
    ran = check(program, file=bundle_with(verified, lambda bundle: bundle.update(svr=svr)))
    assert (ran.code, reasons(ran)) == (1, {"svr.contradicted", "vsa.levels_open"})


def test_a_bundle_of_tomorrow_is_not_guessed_at(verified: Path, program: Program) -> None:
    later = bundle_with(verified, lambda bundle: bundle.update(mediaType=bundle["mediaType"][:-1] + "2"))
    ran = check(program, file=later)
    assert (ran.code, ran.reason) == (4, "verdict.version")


def test_one_summary_is_checked_at_a_time(verified: Path, program: Program) -> None:
    line = (verified / "out" / "vsa.dsse.json").read_bytes() + b"\n"
    (verified / "lines.jsonl").write_bytes(line + line)
    assert check(program, file="lines.jsonl").reason == "verdict.unknown"


def test_a_summary_can_be_looked_into(verified: Path, program: Program) -> None:
    text = " ".join(program("inspect", "out/vsa.dsse.json").text.split())
    assert text.startswith("NOT VERIFIED")
    for piece in (f"verdict PASSED by {VERIFIER}", f"of {RESOURCE}", "levels VI_SIGNED_1, VI_BUILD_1, VI_LEVEL_1"):
        assert piece in text
    assert "holds VI_SIGNED_1" in " ".join(program("inspect", "out/svr.dsse.json").text.split())


# --- comparing


def test_two_verdicts_are_compared_in_whatever_form_they_come(verified: Path, program: Program) -> None:
    program(*JUDGE, "--release", "7.1.1", "-q", "--record", "other")
    program(*JUDGE, "--release", "7.1.0", "--format", "json", "-o", "report.json")
    for same in ("out/report.dsse.json", "report.json", "record"):
        assert program("verdict", "diff", "record", same).text.startswith("SAME")
    text = " ".join(program("verdict", "diff", "out/report.dsse.json", "other").text.split())
    assert text.startswith("DIFFERENT")
    for piece in ('/outcome - "PASSED" + "FAILED"', "FAILED signer.identity", "No signature was checked"):
        assert piece in text


@pytest.mark.parametrize("file", ["out/verdict.json", "out/vsa.dsse.json", "named.toml"])
def test_what_holds_no_report_is_not_compared(verified: Path, program: Program, file: str) -> None:
    ran = program("verdict", "diff", "record", file)
    assert ran.code == 4
    assert ran.reason in ("verdict.unknown", "json.malformed")


@pytest.mark.parametrize(
    "change",
    [lambda text: text + b" ", lambda text: text.replace(b'"requirement":0', b'"requirement":1' + b"0" * 30)],
)
def test_a_report_has_one_form(verified: Path, program: Program, change: Callable[[bytes], bytes]) -> None:
    text = b64decode(json.loads((verified / "out" / "report.dsse.json").read_bytes())["payload"])
    (verified / "report.json").write_bytes(change(text))
    assert change(text) != text
    assert program("verdict", "diff", "record", "report.json").reason == "verdict.unknown"


def test_a_summary_of_ours_names_its_report(verified: Path) -> None:
    named = payload(verified / "out" / "vsa.dsse.json")["predicate"][REPORT]
    assert named == json.loads((verified / "out" / "verdict.json").read_bytes())["report"]
