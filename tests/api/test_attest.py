"""A vendor at work: statements about a release, signed under a key, held against a policy before they are written."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from api.effects.keys import open_signer
from api.effects.keys.making import make_key
from api.effects.keys.pins import PromptPin
from attestations.bundles import Envelope, Evidence
from attestations.evidence import read_evidence
from attestations.predicates import ManifestPredicate, read_predicate
from attestations.statements import parse_statement

from .conftest import Program
from .running import ROOT

SCHEMA = ROOT / "docs" / "schemas" / "manifest.schema.json"
SECRET = "correct horse battery"
WORDS = ("--vendor", "acme", "--product", "endpoint", "--version", "7.1.0")

POLICY = """\
format = "countersign.policy/1"
id = "https://vendor.example/policies/endpoint"
version = 1

[product]
vendor = "acme"
name = "endpoint"

[signers.release]
group = "acme"
key = "{fingerprint}"

[[require]]
check = "signed"
signer = "release"
"""


class Vendor:
    """Who knows the passphrase of the release key."""

    def pin(self, prompt: str) -> str:
        return SECRET


@pytest.fixture
def release(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files, a key, and the policy that customers hold them against."""
    (here / "endpoint.exe").write_bytes(b"the program")
    (here / "endpoint.msi").write_bytes(b"the installer")
    made = make_key("ecdsa-p256", SECRET)
    (here / "release.key").write_bytes(made.private)
    (here / "release.key.pub").write_bytes(made.public)
    (here / "policy.toml").write_text(POLICY.format(fingerprint=made.key.fingerprint))
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: SECRET)
    return here


def payload(content: bytes) -> bytes:
    (item,) = read_evidence("made.intoto.jsonl", content)
    assert isinstance(item, Evidence)
    assert isinstance(item.bundle.content, Envelope)
    return item.bundle.content.payload


def test_a_manifest_says_what_a_verifier_reads_and_its_schema_describes(release: Path, program: Program) -> None:
    stream = ("--channel", "stable", "--platform", "windows", "--variant", "x64", "--sequence", "712")
    ran = program("attest", "manifest", "endpoint.msi", "endpoint.exe", *WORDS, *stream,
                  "--expires", "2027-01-01T00:00:00Z", "--previous", "sha256:" + "ab" * 32, "--dry-run")  # fmt: skip
    assert (ran.code, ran.errors) == (0, b"")
    predicate = read_predicate(parse_statement(ran.output))
    assert isinstance(predicate, ManifestPredicate)
    assert [item.name for item in predicate.artifacts] == ["endpoint.exe", "endpoint.msi"]
    assert predicate.artifacts[0].sha256.hex == hashlib.sha256(b"the program").hexdigest()
    assert (predicate.artifacts[0].size, predicate.sequence) == (11, 712)
    assert predicate.expires is not None
    assert predicate.expires.isoformat() == "2027-01-01T00:00:00+00:00"
    schemas = pytest.importorskip("jsonschema_rs", reason="the schema is held against the bytes by jsonschema-rs")
    assert schemas.validator_for(json.loads(SCHEMA.read_bytes())).is_valid(json.loads(ran.output)["predicate"])


def test_the_bytes_that_are_shown_are_the_bytes_that_are_signed(release: Path, program: Program) -> None:
    dry = program("attest", "manifest", "endpoint.exe", *WORDS, "--dry-run").output
    ran = program("attest", "manifest", "endpoint.exe", *WORDS, "--key", "release.key", "-o", "made.jsonl")
    said = "wrote made.jsonl: a signed statement\n"
    assert (ran.code, ran.text, ran.errors) == (0, said, b"")
    assert payload((release / "made.jsonl").read_bytes()) == dry
    assert program("attest", "manifest", "endpoint.exe", *WORDS, "--dry-run", "-o", "dry.json").code == 0
    assert (release / "dry.json").read_bytes() == dry


def test_what_a_vendor_attests_a_customer_verifies(release: Path, program: Program) -> None:
    ran = program("attest", "manifest", "endpoint.exe", "endpoint.msi", *WORDS, "--key", "release.key")
    (release / "endpoint.exe.intoto.jsonl").write_bytes(ran.output)
    (release / "endpoint.msi.intoto.jsonl").write_bytes(ran.output)
    asked = ("--policy", "policy.toml", "--trust", "release.key.pub")
    assert program("verify", "endpoint.exe", "endpoint.msi", *asked).code == 0
    (release / "endpoint.exe").write_bytes(b"another program")
    assert program("verify", "endpoint.exe", *asked).code == 1


def test_a_manifest_names_the_one_before_by_its_file(release: Path, program: Program) -> None:
    first = program("attest", "manifest", "endpoint.exe", *WORDS, "--key", "release.key", "-o", "first.jsonl")
    second = program("attest", "manifest", "endpoint.msi", *WORDS, "--previous", "first.jsonl", "--dry-run")
    assert (first.code, second.code) == (0, 0)
    digest = hashlib.sha256(payload((release / "first.jsonl").read_bytes())).hexdigest()
    assert json.loads(second.output)["predicate"]["previous"] == {"sha256": digest}


@pytest.mark.parametrize(
    ("previous", "reason"),
    [("endpoint.exe", "attest.previous"), ("nothing", "input.not_found"), ("sha512:" + "ab" * 64, "digest.malformed")],
)
def test_what_is_no_statement_before_is_refused(release: Path, program: Program, previous: str, reason: str) -> None:
    ran = program("attest", "manifest", "endpoint.exe", *WORDS, "--previous", previous, "--dry-run")
    assert (ran.code, ran.reason) == (4, reason)


def test_a_word_that_no_release_key_has_is_a_wrong_command_line(release: Path, program: Program) -> None:
    ran = program("attest", "manifest", "endpoint.exe", *WORDS, "--channel", "Stable!", "--dry-run")
    assert ran.code == 2
    assert "/predicate/channel" in ran.error


def test_two_files_of_one_name_are_refused(release: Path, program: Program) -> None:
    (release / "other").mkdir()
    (release / "other" / "endpoint.exe").write_bytes(b"another")
    ran = program("attest", "manifest", "endpoint.exe", "other/endpoint.exe", *WORDS, "--dry-run")
    assert (ran.code, "manifest.duplicate" in ran.error) == (2, True)


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--dry-run", "--key", "release.key"),
        ("--dry-run", "--preflight", "policy.toml"),
        ("--key", "release.key", "--trust", "release.key.pub"),
        ("--dry-run", "--expires", "2027-01-01T00:00:00.5Z"),
    ],
)
def test_flags_that_make_no_sense_together_are_refused(release: Path, program: Program, flags: tuple[str, ...]) -> None:
    assert program("attest", "manifest", "endpoint.exe", *WORDS, *flags).code == 2


SIGNED = ("--key", "release.key", "-o", "made.jsonl", "--preflight", "policy.toml")


def test_what_passes_the_preflight_is_written(release: Path, program: Program) -> None:
    ran = program("attest", "manifest", "endpoint.exe", *WORDS, *SIGNED)
    said = "wrote made.jsonl: a signed statement, which passes policy.toml\n"
    assert (ran.code, ran.text, ran.errors) == (0, said, b"")
    assert program("verify", "endpoint.exe", "-e", "made.jsonl", "--key", "release.key.pub").code == 0


def test_what_would_not_pass_is_not_written_and_shown(release: Path, program: Program) -> None:
    other = make_key("ed25519", SECRET)
    (release / "policy.toml").write_text(POLICY.format(fingerprint=other.key.fingerprint))
    (release / "other.pub").write_bytes(other.public)
    ran = program("attest", "manifest", "endpoint.exe", *WORDS, *SIGNED, "--trust", "other.pub")
    assert ran.code in {1, 3}
    assert "nothing is written" in ran.text
    assert re.search(r"next +Put right what is named here", ran.text)
    assert "the vendor" not in ran.text.lower()
    assert not (release / "made.jsonl").exists()


WANTED = """
[[require]]
check = "manifest"
signer = "release"
product = "endpoint"
version = "{version}"
channel = "stable"
"""


@pytest.mark.parametrize(
    ("flags", "code"),
    [(("--channel", "stable"), 0), (("--channel", "beta"), 1), ((), 3), (("--channel", "stable", "--release", "7"), 1)],
    ids=["as required", "another channel", "no channel", "another version"],
)
def test_a_manifest_is_held_against_what_customers_require_of_it(
    release: Path, program: Program, flags: tuple[str, ...], code: int
) -> None:
    with (release / "policy.toml").open("a") as policy:
        policy.write(WANTED)
    ran = program("attest", "manifest", "endpoint.exe", *WORDS, *SIGNED, *flags)
    assert (ran.code, (release / "made.jsonl").exists()) == (code, code == 0)


def test_what_else_customers_get_counts_in_a_preflight(release: Path, program: Program) -> None:
    with (release / "policy.toml").open("a") as policy:
        policy.write(WANTED)
    words = (*WORDS, "--channel", "stable")
    assert program("attest", "manifest", "endpoint.exe", *words, "--key", "release.key", "-o", "m.jsonl").code == 0
    built = ("--builder", "https://ci.example", "--source", "https://git.example/endpoint", "--tag", "v7.1.0")
    asked = (*SIGNED, "--release", "7.1.0")
    assert program("attest", "provenance", "endpoint.exe", *built, *asked).code == 3
    assert program("attest", "provenance", "endpoint.exe", *built, *asked, "-e", "m.jsonl").code == 0


def test_a_policy_that_cannot_be_read_writes_nothing(release: Path, program: Program) -> None:
    (release / "policy.toml").write_text("nonsense")
    assert program("attest", "manifest", "endpoint.exe", *WORDS, *SIGNED).reason == "policy.malformed"
    assert not (release / "made.jsonl").exists()


def test_nobody_is_asked_for_a_passphrase_where_nothing_could_be_written(
    release: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(PromptPin, "pin", lambda _self, prompt: asked.append(prompt))
    ran = program("attest", "manifest", "endpoint.exe", *WORDS, "--key", "release.key", "-o", "no/such/place")
    assert (ran.reason, asked) == ("output.unwritable", [])
    missing = program("attest", "manifest", "missing.exe", *WORDS, "--key", "release.key")
    assert (missing.reason, asked) == ("input.not_found", [])


def test_the_signer_of_a_statement_is_the_key_that_was_named(release: Path, program: Program) -> None:
    made = program("attest", "manifest", "endpoint.exe", *WORDS, "--key", "release.key").output
    key = open_signer("release.key", Vendor()).public_key
    assert json.loads(made)["signatures"][0]["keyid"] == key.fingerprint.hex


def test_u17_a_difference_says_what_it_is_made_for_and_what_it_makes(release: Path, program: Program) -> None:
    (release / "before.exe").write_bytes(b"the program before")
    (release / "endpoint.patch").write_bytes(b"what changed")
    base = hashlib.sha256(b"the program before").hexdigest()
    attest = ("attest", "manifest", "endpoint.exe", "endpoint.patch", *WORDS, "--dry-run")
    for given in ("before.exe", f"sha256:{base}"):
        made = program(*attest, "--delta", "endpoint.patch", given, "endpoint.exe")
        assert made.code == 0, made.errors
        listed = {each["name"]: each for each in json.loads(made.output)["predicate"]["artifacts"]}
        assert "delta" not in listed["endpoint.exe"]
        makes = {"base": {"sha256": base}, "result": {"sha256": listed["endpoint.exe"]["sha256"]}}
        assert listed["endpoint.patch"]["delta"] == makes
    for wrong in (
        ("endpoint.patch", "before.exe", "before.exe"),
        ("endpoint.patch", f"sha512:{base * 2}", "endpoint.exe"),
    ):
        assert program(*attest, "--delta", *wrong).reason == "attest.delta"
