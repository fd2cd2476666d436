"""Every vector with one bundle, put to the `sigstore` library as well: is it authentic under this trust root?

Identity and subject are left out, since the library's answer to them is its caller's. Where the two differ, the
difference is known and argued here; one that is not, or is no more, fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import UnsafeNoOp

from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from fixtures.world.vendor import product
from verifier.authenticate import Thresholds, authenticate
from verifier.request import Request
from verifier.trust import load_trust_root

from .runner import request

WE_READ_MORE: Mapping[str, str] = {
    "carrier/cosign-signed-blob": "a carrier that the library does not read",
    "carrier/pypi-attestation": "a carrier that the library does not read",
    "carrier/pypi-provenance": "a carrier that the library does not read",
    "certificate/t27-two-scts-of-one-log": "more than one SCT; one log counts once",
    "certificate/two-scts-of-two-logs": "more than one SCT",
    "good/certificate-over-ed25519": "the library verifies signatures of P-256 certificates alone",
    "good/certificate-over-p384": "the library verifies signatures of P-256 certificates alone",
    "good/certificate-over-p521-in-rekor-v2": "the library verifies signatures of P-256 certificates alone",
    "good/certificate-over-rsa": "the library verifies signatures of P-256 certificates alone",
    "good/old-entry-of-an-envelope": "an intoto entry's promise tells time as any other's",
    "good/oldest-entry-of-an-envelope": "an intoto entry's promise tells time as any other's",
    "good/provenance-in-a-01-bundle": "a 0.1 bundle may rest on its promise alone",
    "log/t27-two-entries-of-one-log": "more than one log entry; one log counts once",
    "log/t27-two-logs-of-one-operator": "more than one log entry; one operator counts once",
    "log/two-entries-of-two-logs": "more than one log entry",
    "pypi/attestation-is-of-no-publication": "a carrier that the library does not read",
    "pypi/environment-that-was-not-used": "a carrier that the library does not read",
    "pypi/publication-with-an-empty-predicate": "a carrier that the library does not read",
    "pypi/subject-that-is-no-distribution": "a carrier that the library does not read",
    "pypi/t05-publication-with-a-null-predicate": "a carrier that the library does not read",
    "pypi/t10-another-file-of-the-release": "a carrier that the library does not read",
    "pypi/t10-another-project": "a carrier that the library does not read",
    "pypi/t10-another-version": "a carrier that the library does not read",
    "pypi/t10-tags-in-another-order": "a carrier that the library does not read",
    "pypi/t21-workflow-of-a-longer-name": "a carrier that the library does not read",
}
"""We accept, the library does not."""

WE_REFUSE_MORE: Mapping[str, str] = {
    "certificate/authority-retired": "the library does not hold an authority to its window",
    "certificate/ct-log-retired": "the library does not hold a CT log to its window",
    "certificate/issuer-empty": "left to the caller's policy",
    "certificate/issuer-for-another-purpose": "the library lets an issuer's purpose go",
    "certificate/issuer-told-in-two-ways": "left to the caller's policy, which reads one of the two",
    "certificate/t99-identity-with-a-line-break": "left to whoever prints it",
    "envelope/base64-with-a-line-break": "the library takes several spellings of base64",
    "envelope/t06-duplicate-key-in-the-bundle": "the library takes the last of duplicate keys",
    "checkpoint/checkpoint-of-another-origin": "the library does not look at a checkpoint's origin",
    "log/log-retired": "the library does not hold a log to its window",
    "checkpoint/proof-in-rekor-v2-of-another-index": "the library does not compare the two indices",
    "log/t44-logged-in-the-future": "the library does not compare a log's time with now",
    "log/t47-old-kind-in-a-new-log": "the library takes any kind of entry from any log",
    "statement/another-statement-type": "the payload is the caller's to read",
    "statement/predicate-type-empty": "the payload is the caller's to read",
    "statement/t01-no-subject": "the payload is the caller's to read",
    "statement/t02-payload-is-no-statement": "the payload is the caller's to read",
    "statement/t05-digest-in-upper-case": "the payload is the caller's to read",
    "statement/t05-subject-without-a-digest": "the payload is the caller's to read",
    "statement/t06-predicate-type-twice": "the payload is the caller's to read",
    "statement/t06-subject-twice": "the payload is the caller's to read",
    "statement/t61-payload-is-not-json": "the payload is the caller's to read",
    "statement/t90-nested-deeply": "the payload is the caller's to read",
    "statement/t94-number-beyond-all-range": "the payload is the caller's to read",
    "statement/t94-subject-is-an-object": "the payload is the caller's to read",
    "statement/t94-subject-is-missing": "the payload is the caller's to read",
    "time/t44-stamped-in-the-future": "the library does not compare a timestamp with now",
    "time/timestamp-that-may-be-off-by-a-day": "the library does not look at a timestamp's accuracy",
}
"""We refuse, the library does not. Whatever the reason, ours stays refused."""


def _comparable() -> list[str]:
    """Cases with one file of evidence and one trust root, and a policy that can be used."""
    cases = {path.parent: read_case(path.parent) for path in sorted(VECTORS.glob(f"*/*/{CASE}"))}
    return [
        f"{folder.parent.name}/{folder.name}"
        for folder, case in cases.items()
        if isinstance(case, VerdictCase)
        and len(case.evidence) == len(case.trust) == 1
        and not case.expect.reason.startswith("policy.")
    ]


@pytest.mark.parametrize("name", _comparable())
def test_two_engines_agree_or_the_difference_is_argued(name: str) -> None:
    folder = VECTORS / name
    case = read_case(folder)
    assert isinstance(case, VerdictCase)
    asked = request(case, folder)
    ours = _ours(asked)
    if ours is None:
        assert name not in WE_READ_MORE and name not in WE_REFUSE_MORE
        return
    theirs = _theirs(asked, folder / case.trust[0].file)
    assert (ours and not theirs) == (name in WE_READ_MORE)
    assert (theirs and not ours) == (name in WE_REFUSE_MORE)


def _ours(asked: Request) -> bool | None:
    """Whether our engine finds the one bundle authentic; None where the file holds several."""
    items = read_evidence(asked.evidence[0].name, asked.evidence[0].content)
    if len(items) != 1:
        return None
    try:
        root = load_trust_root(asked.trust[0].content, name="world", dated=None)
        if isinstance(items[0], Unreadable):
            return False
        authenticate(
            items[0],
            artifact=asked.artifact.digests,
            trust=(root,),
            keys=(),
            requirements=Thresholds(),
            now=asked.now,
        )
    except Fault:
        return False
    return True


def _theirs(asked: Request, root: Path) -> bool:
    try:
        verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root)))
        bundle = Bundle.from_json(asked.evidence[0].content)
        if bundle._dsse_envelope is not None:
            verifier.verify_dsse(bundle, UnsafeNoOp())
        else:
            version = asked.artifact.name.removeprefix("endpoint-").removesuffix(".exe")
            verifier.verify_artifact(product(asked.artifact.name, f"v{version}"), bundle, UnsafeNoOp())
    except Exception:  # noqa: BLE001  # it crashes on some (an extension that is not there): that is no acceptance
        return False
    return True
