"""Debian's archives as a sequence of Releases; and beside gpgv, dpkg and a real archive, on the same bytes."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from attestations.debian.container import Declared, PackageMeasurer
from attestations.debian.release import parse_release
from attestations.digests import Digest, DigestSet
from attestations.documents import read_documents
from attestations.evidence import read_evidence
from attestations.limits import DEFAULT_LIMITS
from attestations.openpgp import dearmoured
from fixtures.recipes.debian import (
    ASKED,
    CURRENT,
    KEY,
    MALLORY,
    PACKAGE,
    PATH,
    RELEASE,
    SECONDS,
    TOMORROW,
    YESTERDAY,
    archive,
    released,
    signed,
    state,
)
from fixtures.recipes.keyed import pinning
from fixtures.recipes.scene import MOMENT, File, policy_file
from fixtures.world.debian import entry, index, package, release
from fixtures.world.openpgp import certificate, clearsigned, detached
from verifier.detached.openpgp import verify_openpgp
from verifier.documents import measured
from verifier.engine import judge, manifests_of
from verifier.faults import SignatureFault
from verifier.key_files import load_key_file
from verifier.record import read_record, write_record
from verifier.report import render_report
from verifier.request import EvidenceFile, KeyFile, Request
from verifier.updates.advance import Step
from verifier.updates.following import together
from verifier.updates.streams import write_state
from verifier.verdict import Artifact

from .judging import ask, findings, policy_of, reasons, request_of

pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")
ROOT = Path(__file__).resolve().parents[2]
LISTS, FETCHED = Path("/var/lib/apt/lists"), ROOT / ".cache" / "debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
REAL = sorted(LISTS.glob("*_dists_*_InRelease")) if KEYRING.exists() else []
PACKAGES = sorted(FETCHED.glob("*.deb"))
needs_archive = pytest.mark.skipif(not REAL, reason="no lists of a Debian archive; apt-get update fetches them")
needs_package = pytest.mark.skipif(not PACKAGES, reason="no package of Debian's; make oracles fetches one")
FIRST, SECOND = package(version="7.1.0"), package("helper", "1.0")
WANTED = {name: value for name, value in CURRENT.items() if name not in ("name", "version")}


def asked(content: bytes, hours: int, accepted: bytes | None, *, beside: bool = False) -> Request:
    """What a client asks about a package, of the archive as it was so many hours after yesterday."""
    listed = index(entry(FIRST), entry(SECOND, "helper", "1.0"))
    text = release({PATH: listed}, YESTERDAY + datetime.timedelta(hours=hours), TOMORROW)
    files = (File("Release", text), File("Release.gpg", detached(text, KEY, MOMENT))) if beside else (signed(text),)
    own = {"package": "helper", "version": "1.0", "architecture": "amd64"} if content is SECOND else {}
    scene = archive(*files, File("Packages", listed), asked=WANTED, content=content)
    made = request_of(scene, state=accepted if accepted is not None else state(SECONDS - 86_400).content)
    return replace(made, artifact=replace(made.artifact, declared=Declared(**own or scene.declared)))


def install(hours: int, accepted: bytes | None, *contents: bytes, beside: bool = False) -> Step:
    made = [asked(content, hours, accepted, beside=beside) for content in contents]
    return together([(each, manifests_of(each)) for each in made])


def accepting(hours: int, accepted: bytes | None, *contents: bytes) -> bytes:
    step = install(hours, accepted, *contents)
    assert step.state is not None
    assert step.faults == ()
    return write_state(step.state)


def told(step: Step) -> list[str]:
    return [fault.reason for fault in step.faults]


def test_packages_of_one_release_are_installed_together_and_others_need_not_be() -> None:
    accepted = accepting(1, None, FIRST, SECOND)
    assert judge(asked(FIRST, 2, accepted)).outcome.name == "PASSED"
    assert install(1, accepted, FIRST).unchanged


def test_t80_the_date_of_a_release_never_goes_back() -> None:
    accepted = accepting(2, None, FIRST)
    assert told(install(1, accepted, FIRST)) == ["update.rollback"]
    assert reasons(judge(asked(FIRST, 1, accepted))) == {"update.rollback"}


def test_one_text_is_one_release_however_it_is_signed() -> None:
    accepted = accepting(1, None, FIRST)
    assert install(1, accepted, FIRST, beside=True).unchanged


def test_without_a_state_nothing_is_current() -> None:
    verdict = judge(replace(asked(FIRST, 1, None), state=None))
    assert (verdict.outcome.name, reasons(verdict)) == ("INCOMPLETE", {"update.no_state"})


def test_an_archive_without_a_name_has_no_sequence() -> None:
    request = request_of(archive(released(Origin=None), asked={"check": "debian", "signer": "vendor", "current": True}))
    assert reasons(judge(request)) == {"debian.index_absent"}
    nameless = release({PATH: index(entry(PACKAGE))}, YESTERDAY, TOMORROW, Origin=None)
    scene = archive(signed(nameless), File("Packages", index(entry(PACKAGE))))
    policy = policy_of(pinning(KEY).set("/require", [{"check": "debian", "signer": "vendor", "current": True}]))
    made = request_of(scene, policy=policy, state=state(1).content)
    made = replace(made, artifact=replace(made.artifact, declared=Declared(**scene.declared)))
    assert reasons(judge(made)) == {"update.unsaid"}


def test_a_record_holds_what_the_package_declares() -> None:
    request = asked(FIRST, 1, None)
    report = render_report(judge(request))
    again, said = read_record(write_record(request, report), "record")
    assert (again, said) == (request, report)
    assert render_report(judge(again)) == report


def test_u16_one_signer_among_strangers_is_enough_where_the_policy_says_so() -> None:
    text = index(entry(PACKAGE))
    listed = release({PATH: text}, YESTERDAY, TOMORROW)
    files = (File("Release", listed), File("a.gpg", detached(listed, MALLORY, MOMENT)))
    alone = ask(archive(*files, File("Packages", text)))
    assert reasons(alone) == {"signature.invalid"}
    assert any("which is none of" in result.detail for result in alone.results)
    scene = archive(*files, File("b.gpg", detached(listed, KEY, MOMENT)), File("Packages", text))
    made = request_of(scene)
    both = judge(replace(made, artifact=replace(made.artifact, declared=Declared(**scene.declared))))
    assert (both.outcome.name, findings(both)) == ("PASSED", {"evidence.set_aside"})


def gpgv(folder: Path, keyring: Path, *files: Path) -> int:
    """How many good signatures gpgv sees. (Its exit speaks of the armour's checksum, too, which need not be there.)"""
    command = [
        "gpgv",
        "--status-fd",
        "1",
        "--homedir",
        str(folder),
        "--keyring",
        str(keyring.resolve()),
        *map(str, files),
    ]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return done.stdout.count(b"[GNUPG:] GOODSIG")


@pytest.mark.skipif(shutil.which("gpgv") is None, reason="gpgv is not installed")
@pytest.mark.parametrize(
    ("signature", "good"),
    [
        (clearsigned(RELEASE, KEY, MOMENT), True),
        (clearsigned(RELEASE, MALLORY, MOMENT), False),
        (clearsigned(RELEASE, KEY, MOMENT).replace(b"Suite: stable", b"Suite: st4ble"), False),
        (clearsigned(RELEASE, KEY, MOMENT).replace(b"Suite: stable", b"Suite: stable \t"), True),
    ],
)
def test_gpgv_says_the_same_of_a_signed_release(tmp_path: Path, signature: bytes, good: bool) -> None:
    (tmp_path / "keyring").write_bytes(dearmoured(certificate(KEY, MOMENT), b"PUBLIC KEY BLOCK", ""))
    (tmp_path / "InRelease").write_bytes(signature)
    assert gpgv(tmp_path, tmp_path / "keyring", tmp_path / "InRelease") == int(good)
    verdict = ask(archive(File("InRelease", signature)))
    assert ("debian.index_absent" in reasons(verdict)) is good


@needs_archive
@pytest.mark.skipif(shutil.which("gpgv") is None, reason="gpgv is not installed")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name.partition("_dists_")[2])
def test_gpgv_counts_the_same_signatures_of_a_real_archive(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    (document,) = read_documents([("InRelease", content)])
    _, whole = measured(document)
    keys = load_key_file(KEYRING.read_bytes(), name="keyring", windows={})
    good = 0
    for item in read_evidence("InRelease", content):
        for trusted in keys:
            try:
                verify_openpgp(item.bundle.content, trusted.key, whole)  # type: ignore[union-attr, arg-type]  # read
                good += 1
            except SignatureFault:
                continue
    assert good == gpgv(tmp_path, KEYRING, path) > 0
    assert parse_release(document, DEFAULT_LIMITS).indexes


@needs_package
@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_dpkg_reads_the_same_header(tmp_path: Path) -> None:
    made = tmp_path / "made.deb"
    made.write_bytes(PACKAGE)
    for path in (made, *PACKAGES):
        measurer = PackageMeasurer()
        measurer.feed(path.read_bytes())
        declared = measurer.finish()
        command = ["dpkg-deb", "--show", "--showformat=${Package} ${Version} ${Architecture}", str(path)]
        shown = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True).stdout
        assert declared is not None
        assert f"{declared.package} {declared.version} {declared.architecture}" == shown


@needs_archive
@needs_package
@pytest.mark.skipif(not Path("/usr/lib/apt/apt-helper").exists(), reason="apt is not installed")
def test_a_real_package_is_followed_from_its_signed_release() -> None:
    """The archive's own bytes: InRelease, the whole index, the package; and the same with one byte turned."""
    content = PACKAGES[0].read_bytes()
    measurer = PackageMeasurer()
    measurer.feed(content)
    sha256 = Digest("sha256", hashlib.sha256(content).hexdigest())
    artifact = Artifact(PACKAGES[0].name, DigestSet((sha256,)), len(content), measurer.finish())
    found = [(path, _index(path)) for path in REAL if path.name.endswith(("bookworm_InRelease", "trixie_InRelease"))]
    found = [(path, listed) for path, listed in found if sha256.hex.encode() in listed]
    if not found:
        pytest.skip("the package is of no archive whose lists are here")
    path, listed = found[0]
    (document,) = read_documents([("InRelease", path.read_bytes())])
    says = parse_release(document, DEFAULT_LIMITS)
    keys = load_key_file(KEYRING.read_bytes(), name="keyring", windows={})
    signers = {f"key-{n}": {"group": "debian", "key": str(key.key.fingerprint)} for n, key in enumerate(keys)}
    rule = {"check": "debian", "signers": list(signers), "codename": says.codename, "name": "hello", "max_age": "1000d"}
    policy = policy_of(pinning(KEY).set("/signers", signers).set("/require", [rule]))
    request = Request(
        artifact=artifact,
        evidence=(EvidenceFile("InRelease", path.read_bytes()), EvidenceFile("Packages", listed)),
        policy=policy,
        release=None,
        trust=(),
        keys=(KeyFile("keyring", KEYRING.read_bytes()),),
        now=says.date + datetime.timedelta(days=2),
        limits=DEFAULT_LIMITS,
        version="tests",
    )
    verdict = judge(request)
    assert (verdict.outcome.name, reasons(verdict)) == ("PASSED", set())
    turned = listed.replace(sha256.hex.encode(), sha256.hex.encode()[::-1])
    altered = replace(request, evidence=(request.evidence[0], EvidenceFile("Packages", turned)))
    assert reasons(judge(altered)) == {"debian.index_unlisted"}


def _index(path: Path) -> bytes:
    """The index of main for amd64 that apt keeps of the archive, as the archive lists it."""
    kept = path.with_name(path.name.replace("InRelease", "main_binary-amd64_Packages"))
    command = ["/usr/lib/apt/apt-helper", "cat-file"]
    stored = [one for one in (kept, kept.with_name(f"{kept.name}.lz4")) if one.exists()]
    if not stored:
        return b""
    return subprocess.run([*command, str(stored[0])], capture_output=True, check=True, timeout=120).stdout


def test_a_policy_file_says_what_the_requirement_is() -> None:
    policy = policy_of(policy_file(pinning(KEY).set("/require", [ASKED | {"max_age": "7d"}])).content)
    (requirement,) = policy.requirements
    assert getattr(requirement, "max_age", None) == datetime.timedelta(days=7)
