"""Real public releases, from the command line: the right identity passes, and one thing wrong is named.

Each release of the corpus whose artifact came along is verified under the identity that its own certificate states, as
an auditor would have been told it; then with the identity, the artifact, one byte of the bundle and the tag changed.
"""

from __future__ import annotations

import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from ..corpus.__main__ import SHARED, unpacked
from ..corpus.cases import Case, load
from .conftest import Program
from .running import Ran

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the corpus of real cases is not beside this tree")

ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")


@dataclass(frozen=True, slots=True)
class Release:
    """A real artifact, the bundle about it, the trust root it was made under, and who signed it."""

    artifact: Path
    bundle: Path
    trust: Path
    identity: str
    issuer: str
    says: dict[str, Any] | None

    def arguments(self, *, identity: str = "", issuer: str = "") -> tuple[str, ...]:
        expected = ("--identity", identity or self.identity, "--issuer", issuer or self.issuer)
        return ("verify", "artifact", "-e", "bundle", *expected, "--trust", "trust", "--format", "json")


def _releases() -> Iterator[Release]:
    """One release of each bundle of the public instance that all peers of the corpus accept for its artifact."""
    rows = map(json.loads, (unpacked() / "cases.jsonl").read_text(encoding="utf-8").splitlines())
    public = {row["id"] for row in rows if row.get("real") == "public-good"}
    seen = set()
    for case in load(unpacked() / "cases.jsonl", unpacked() / "data"):
        bundle = case.files.get("bundle", case.files.get("provenance"))
        artifact = case.files.get("artifact", case.files.get("dist"))
        if case.id not in public or case.expect != "pass" or case.contested or not case.offline:
            continue
        if bundle is None or artifact is None or bundle in seen:
            continue
        release = _release(case, artifact, bundle)
        if release is not None:
            seen.add(bundle)
            yield release


def _release(case: Case, artifact: Path, bundle: Path) -> Release | None:
    try:
        tree = json.loads(bundle.read_bytes())
        material = tree["verificationMaterial"]
        leaf = material.get("certificate") or material["x509CertificateChain"]["certificates"][0]
        certificate = x509.load_der_x509_certificate(b64decode(leaf["rawBytes"]))
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        issuer = certificate.extensions.get_extension_for_oid(ISSUER).value
        envelope = tree.get("dsseEnvelope")
        says = json.loads(b64decode(envelope["payload"])) if envelope else None
        trust = case.files["trusted_root"]
    except (ValueError, KeyError, TypeError, x509.ExtensionNotFound):
        return None
    (name,) = names
    assert isinstance(issuer, x509.UnrecognizedExtension)
    return Release(artifact, bundle, trust, str(name.value), issuer.value.decode(), says)


RELEASES = tuple(_releases()) if SHARED.exists() else ()


@pytest.fixture(params=RELEASES, ids=lambda release: release.bundle.name)
def release(request: pytest.FixtureRequest, here: Path) -> Release:
    found: Release = request.param
    for name in ("artifact", "bundle", "trust"):
        shutil.copy(getattr(found, name), here / name)
    return found


def reasons(ran: Ran) -> set[str]:
    report = json.loads(ran.output)["predicate"]
    return {check["reason"] for check in report["checks"] if check["outcome"] != "PASSED"}


def test_there_are_releases_of_several_kinds() -> None:
    assert len(RELEASES) >= 5
    assert {release.says is None for release in RELEASES} == {True, False}


def test_the_right_identity_passes_and_replays(release: Release, program: Program) -> None:
    ran = program(*release.arguments(), "--record", "record")
    assert (ran.code, ran.errors) == (0, b""), ran.output
    assert program("replay", "record", "--format", "json").output == ran.output


def test_another_identity_is_refused(release: Release, program: Program) -> None:
    ran = program(*release.arguments(identity=release.identity + "x"))
    assert (ran.code, reasons(ran)) == (1, {"signer.identity"})


def test_another_issuer_is_refused(release: Release, program: Program) -> None:
    ran = program(*release.arguments(issuer="https://accounts.example"))
    assert ran.code == 1
    assert all(reason.startswith("signer.") for reason in reasons(ran))


def test_another_artifact_is_refused(release: Release, here: Path, program: Program) -> None:
    content = bytearray((here / "artifact").read_bytes())
    content.append(0)
    (here / "artifact").write_bytes(content)
    ran = program(*release.arguments())
    assert ran.code == 1
    assert reasons(ran) <= {"subject.mismatch", "artifact.mismatch", "signature.invalid"}


def test_one_byte_of_the_signature_is_noticed(release: Release, here: Path, program: Program) -> None:
    tree = json.loads((here / "bundle").read_bytes())
    holder, field = (
        (tree["messageSignature"], "signature")
        if release.says is None
        else (tree["dsseEnvelope"]["signatures"][0], "sig")
    )
    signature = bytearray(b64decode(holder[field]))
    signature[-1] ^= 1
    holder[field] = b64encode(signature).decode()
    (here / "bundle").write_text(json.dumps(tree))
    ran = program(*release.arguments())
    assert (ran.code, reasons(ran)) == (1, {"signature.invalid"})


def test_another_tag_is_refused(release: Release, program: Program) -> None:
    if release.says is None or "slsa.dev/provenance" not in release.says["predicateType"]:
        ran = program(*release.arguments(), "--tag", "v0.0.0-never-released")
        assert ran.code == 3
        assert reasons(ran) == {"predicate_type.absent"}
        return
    ran = program(*release.arguments(), "--tag", "v0.0.0-never-released")
    assert ran.code in (1, 3)
    assert reasons(ran) <= {"source.tag", "source.tag_missing"}
