"""OpenPGP: certificates as pinned keys, signatures over lists and within them, and every time held to `now`."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from attestations.bundles import Evidence
from attestations.digests import parse_digest
from attestations.documents.clearsigned import signed_text
from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault
from fixtures.recipes.manifest import CHECKSUMS
from fixtures.recipes.scene import RELEASE, File, Scene, policy_file, scene
from fixtures.world import Document
from verifier.detached import openpgp
from verifier.faults import SignatureFault
from verifier.key_files import load_key_file
from verifier.verdict import Verdict
from verifier.windows import UNBOUNDED

from .judging import ask, reasons

pysequoia = pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")
GPG = shutil.which("gpg")
LATER = datetime.timedelta(minutes=5)


class Keyring:
    """A vendor's certificate and what was signed under it, made anew: OpenPGP signs with the clock and with chance."""

    def __init__(self, home: Path, kind: str = "ed25519", at: datetime.datetime | None = None) -> None:
        home.mkdir(mode=0o700)
        self.home = home
        clock = ["--faked-system-time", f"{at.timestamp():.0f}"] if at is not None else []
        self.gpg(*clock, "--passphrase", "", "--quick-gen-key", "acme <release@acme.example>", kind, "sign", "2y")
        self.certificate = self.gpg("--armor", "--export")
        self.made = datetime.datetime.now(datetime.UTC).replace(microsecond=0)

    def gpg(self, *arguments: str, given: bytes = b"") -> bytes:
        assert GPG is not None
        command = [GPG, "--batch", "--quiet", "--yes", "--pinentry-mode", "loopback", *arguments]
        environment = {**os.environ, "GNUPGHOME": str(self.home)}
        return subprocess.run(command, input=given, env=environment, check=True, capture_output=True).stdout

    def sign(self, content: bytes, *options: str) -> bytes:
        return self.gpg("--passphrase", "", *options, given=content)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    if GPG is None:
        pytest.skip("gpg is not installed")
    return Keyring(tmp_path_factory.mktemp("openpgp") / "home")


def judged(ring: Keyring, files: Mapping[str, bytes], **changes: object) -> Verdict:
    return ask(_scene(ring.certificate, files, ring.made + LATER), **changes)


def _scene(certificate: bytes, files: Mapping[str, bytes], now: datetime.datetime, **signer: object) -> Scene:
    (trusted,) = load_key_file(certificate, name="vendor.asc", windows={})
    policy = Document(
        {
            "format": "countersign.policy/1",
            "id": "https://audit.example/policies/acme-openpgp",
            "version": 1,
            "signers": {"vendor": {"group": "acme", "key": str(trusted.key.fingerprint), **signer}},
            "require": [{"check": "manifest", "signer": "vendor", "match": ["sha256"]}],
        }
    )
    made = scene(release=None, trust=(), keys=(File("vendor.asc", certificate),), now=now)
    evidence = tuple(File(name, content) for name, content in files.items())
    return replace(made, evidence=evidence, policy=policy_file(policy))


@pytest.mark.parametrize("armour", ["--armor", "--no-armor"])
def test_a_detached_signature_over_a_list_counts(ring: Keyring, armour: str) -> None:
    signature = ring.sign(CHECKSUMS, armour, "--detach-sign")
    verdict = judged(ring, {"SHA256SUMS": CHECKSUMS, "SHA256SUMS.gpg": signature})
    assert (verdict.outcome.name, verdict.level) == ("PASSED", "VI_LEVEL_1")


def test_a_list_signed_within_its_file_counts(ring: Keyring) -> None:
    verdict = judged(ring, {"SHA256SUMS.asc": ring.sign(CHECKSUMS, "--clearsign")})
    assert (verdict.outcome.name, verdict.level) == ("PASSED", "VI_LEVEL_1")


@pytest.mark.parametrize("kind", ["rsa3072", "nistp256", "nistp384"])
def test_other_kinds_of_keys_count(kind: str, tmp_path: Path) -> None:
    if GPG is None:
        pytest.skip("gpg is not installed")
    ring = Keyring(tmp_path / "home", kind)
    signature = ring.sign(CHECKSUMS, "--detach-sign")
    assert judged(ring, {"SHA256SUMS": CHECKSUMS, "SHA256SUMS.sig": signature}).outcome.name == "PASSED"


def test_a_signature_over_another_list_is_refused(ring: Keyring) -> None:
    signature = ring.sign(b"another list", "--detach-sign")
    assert reasons(judged(ring, {"SHA256SUMS": CHECKSUMS, "SHA256SUMS.sig": signature})) == {"signature.invalid"}


def test_a_text_altered_within_its_signature_is_refused(ring: Keyring) -> None:
    signed = ring.sign(CHECKSUMS, "--clearsign").replace(b"other.zip", b"0ther.zip")
    assert reasons(judged(ring, {"SHA256SUMS.asc": signed})) == {"signature.invalid"}


@pytest.mark.parametrize("where", ["before", "behind", "within"])
def test_nothing_stands_around_a_signed_text(ring: Keyring, where: str) -> None:
    signed = ring.sign(b"0" * 64 + b"  other.zip\n", "--clearsign")
    line = f"{RELEASE.sha256}  {RELEASE.name}\n".encode()
    files = {
        "before": line + signed,
        "behind": signed + line,
        "within": signed.replace(b"\n\n", b"\n" + line + b"\n", 1),
    }
    assert judged(ring, {"SHA256SUMS.asc": files[where]}).outcome.name != "PASSED"


def test_lines_that_begin_with_a_dash_are_read_as_they_were_signed(ring: Keyring) -> None:
    signed = ring.sign(b"-----\n- a\n", "--clearsign")
    assert signed_text(signed, "") == b"-----\n- a\n"


def test_a_certificate_that_nobody_pinned_is_nobody(ring: Keyring, tmp_path: Path) -> None:
    other = Keyring(tmp_path / "home")
    signature = other.sign(CHECKSUMS, "--detach-sign")
    verdict = judged(ring, {"SHA256SUMS": CHECKSUMS, "SHA256SUMS.sig": signature})
    assert reasons(verdict) == {"signature.invalid"}


def test_t31_a_certificate_past_its_end_signs_nothing(ring: Keyring) -> None:
    signature = ring.sign(CHECKSUMS, "--detach-sign")
    files = {"SHA256SUMS": CHECKSUMS, "SHA256SUMS.sig": signature}
    years = _scene(ring.certificate, files, ring.made + datetime.timedelta(days=3 * 366))
    assert reasons(ask(years)) == {"time.outside_key_window"}


def test_a_signature_from_the_future_is_undecided(tmp_path: Path) -> None:
    if GPG is None:
        pytest.skip("gpg is not installed")
    earlier = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=10)
    ring = Keyring(tmp_path / "home", at=earlier)
    files = {"SHA256SUMS": CHECKSUMS, "SHA256SUMS.sig": ring.sign(CHECKSUMS, "--detach-sign")}
    between = ask(_scene(ring.certificate, files, earlier + datetime.timedelta(days=5)))
    assert (between.outcome.name, reasons(between)) == ("ERROR", {"openpgp.future"})


def test_a_signature_with_an_end_of_its_own_is_not_read(ring: Keyring) -> None:
    signature = ring.sign(CHECKSUMS, "--detach-sign", "--default-sig-expire", "2d")
    (item,) = read_evidence("SHA256SUMS.sig", signature)
    assert isinstance(item, Unreadable)
    assert item.fault.reason == "openpgp.unsupported"


def test_a_revoked_certificate_is_no_key(ring: Keyring, tmp_path: Path) -> None:
    other = Keyring(tmp_path / "home")
    (revocation,) = (other.home / "openpgp-revocs.d").glob("*.rev")
    other.gpg("--import", given=revocation.read_bytes().replace(b":-----BEGIN", b"-----BEGIN"))
    with pytest.raises(SignatureFault) as caught:
        load_key_file(other.gpg("--armor", "--export"), name="vendor.asc", windows={})
    assert caught.value.reason == "openpgp.revoked"


def test_several_signatures_in_one_file_stand_each_by_itself(ring: Keyring) -> None:
    ending = ring.sign(CHECKSUMS, "--detach-sign", "--default-sig-expire", "2d")
    first, second = read_evidence("SHA256SUMS.sig", ring.sign(CHECKSUMS, "--detach-sign") + ending)
    assert isinstance(first, Evidence)
    assert isinstance(second, Unreadable)
    assert (first.pointer, second.pointer, second.fault.reason) == ("/0", "/1", "openpgp.unsupported")


def test_more_signatures_than_anybody_makes_are_not_read(ring: Keyring) -> None:
    (item,) = read_evidence("SHA256SUMS.sig", ring.sign(CHECKSUMS, "--detach-sign") * 17)
    assert isinstance(item, Unreadable)
    assert item.fault.reason == "limit.signatures"


def test_of_a_keyring_each_certificate_is_a_key(ring: Keyring, tmp_path: Path) -> None:
    other = Keyring(tmp_path / "home")
    (revocation,) = (other.home / "openpgp-revocs.d").glob("*.rev")
    other.gpg("--import", given=revocation.read_bytes().replace(b":-----BEGIN", b"-----BEGIN"))
    revoked, good = other.gpg("--export"), ring.gpg("--export")
    (key,) = load_key_file(good + revoked, name="keyring.pgp", windows={})
    assert load_key_file(good, name="keyring.pgp", windows={}) == (key,)
    with pytest.raises(SignatureFault) as alone:
        load_key_file(revoked, name="vendor.pgp", windows={})
    pinned = parse_digest(str(alone.value.actual))
    with pytest.raises(SignatureFault) as caught:
        load_key_file(good + revoked, name="keyring.pgp", windows={pinned: UNBOUNDED})
    assert caught.value.reason == "openpgp.revoked"


@pytest.mark.parametrize("length", [1, 2, 3, 20, 60])
def test_a_signature_cut_off_is_malformed(ring: Keyring, length: int) -> None:
    (item,) = read_evidence("SHA256SUMS.sig", ring.sign(CHECKSUMS, "--detach-sign")[:length])
    assert isinstance(item, Unreadable)
    assert item.fault.reason == "openpgp.malformed"


def test_without_the_library_openpgp_is_undecided(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pysequoia", None)
    with pytest.raises(Fault) as caught:
        openpgp.load_certificate(ring.certificate, "vendor.asc")
    assert caught.value.reason == "openpgp.unavailable"
