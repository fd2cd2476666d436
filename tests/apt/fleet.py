"""What stands on the tutorial's machine before its first command: updates, whose word there is about them, keys."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat

from api.effects.keys.files import file_signer
from api.signer.envelopes import BUNDLE
from api.usecases.attest import by_key
from api.usecases.statements import Release, manifest_statement
from api.usecases.verdicts import sign_verdict
from attestations.digests import Digest, DigestSet
from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from verifier.engine import judge
from verifier.policy.parse import parse_policy
from verifier.request import EvidenceFile, KeyFile, Request
from verifier.verdict import Artifact

NOW = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
SECRET = "correct horse battery"
VERIFIER = "https://audit.example/verifier/endpoint/v1"

_JUDGED_BY = """\
format = "countersign.policy/1"
id = "https://audit.example/policies/endpoint"
version = 1

[product]
vendor = "acme"
name = "endpoint"
resource = "pkg:generic/acme/endpoint@{version}"

[signers.release]
key = "{fingerprint}"

[[require]]
check = "manifest"
signer = "release"
channel = "stable"
"""


def key(name: str) -> ec.EllipticCurvePrivateKey:
    """The key of somebody on the page, always the same one: the page shows fingerprints."""
    return ec.derive_private_key(int.from_bytes(name.encode()), ec.SECP256R1())


def public(name: str) -> bytes:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def deliver(folder: Path) -> None:
    """Three releases in `updates`: of the newest the assurer has not spoken yet."""
    for name in ("release", "assurer", "duty", "operations"):
        (folder / f"{name}.pub").write_bytes(public(name))
    for name in ("duty", "operations"):
        sealed = BestAvailableEncryption(SECRET.encode())
        (folder / f"{name}.key").write_bytes(key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
        (folder / f"{name}.key").chmod(0o600)
    (folder / "updates").mkdir()
    (folder / "waivers").mkdir()
    for number in (11, 12, 13):
        update(folder / "updates", number, assured=number != 13)


def update(folder: Path, number: int, *, assured: bool) -> None:
    """Release 7.`number`.0 with the vendor's manifest beside it and, where it is `assured`, the assurer's verdict."""
    version = f"7.{number}.0"
    content = f"endpoint {version}".encode()
    path = folder / f"endpoint-{version}.msi"
    path.write_bytes(content)
    digests = DigestSet((Digest("sha256", hashlib.sha256(content).hexdigest()),))
    artifact = Artifact(path.name, digests, len(content))
    release = Release(vendor="acme", product="endpoint", version=version, channel="stable", sequence=700 + number)
    manifest = by_key(file_signer(key("release"), Place()))(manifest_statement(release, [artifact]))
    path.with_name(f"{path.name}.intoto.jsonl").write_bytes(manifest)
    if assured:
        path.with_name(f"{path.name}.verdict.json").write_bytes(_verdict(artifact, manifest, version))


def _verdict(artifact: Artifact, manifest: bytes, version: str) -> bytes:
    signer = file_signer(key("release"), Place())
    text = _JUDGED_BY.format(version=version, fingerprint=signer.public_key.fingerprint)
    request = Request(
        artifact=artifact,
        evidence=(EvidenceFile("manifest.jsonl", manifest),),
        policy=parse_policy(text.encode(), source="policy.toml", limits=DEFAULT_LIMITS),
        release=None,
        trust=(),
        keys=(KeyFile("release.pub", public("release")),),
        now=NOW - datetime.timedelta(hours=2),
        limits=DEFAULT_LIMITS,
        version="tutorial",
    )
    return sign_verdict(request, judge(request), file_signer(key("assurer"), Place()), VERIFIER).files[BUNDLE]
