"""Summaries of our own: which words they use, what they name, and whether others can verify them."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any

import msgspec
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # it is: their own import of it is lazy

from api.effects.keys import sign_envelope
from api.effects.keys.files import FileSigner, file_signer
from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.predicates import VerificationSummary, read_predicate
from attestations.purls import parse_purl
from attestations.statements import parse_statement
from attestations.verdict_bundles import parse_verdict_bundle, write_verdict_bundle
from fixtures.build import VECTORS
from fixtures.case import CASE, VerdictCase, read_case
from fixtures.recipes.scene import DATED, POLICY, RELEASE, TRUST_FILE, Scene, scene
from tests.vectors.runner import request as vector_request
from verifier.engine import judge
from verifier.levels import LEVELS, TRACKS
from verifier.outcome import Outcome
from verifier.policy.model import Product
from verifier.policy.plain import digest
from verifier.request import Request
from verifier.summary import canonical_purl, resource_of, write_simple_result, write_summary
from verifier.verdict import TrackResult, Verdict

from .judging import request_of

VERIFIER = "https://audit.example/verifier/v1"
NAMED = POLICY.set("/product/resource", "pkg:generic/acme/endpoint@{version}")
VSA_TYPE = "https://slsa.dev/verification_summary/v1"


def judged(question: Scene) -> tuple[Request, Verdict]:
    request = request_of(question)
    return request, judge(request)


def honest(**changed: Any) -> tuple[Request, Verdict]:
    return judged(scene(RELEASE.bundle(), policy=NAMED, **changed))


def predicate(statement: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(statement)["predicate"]
    return found


@pytest.fixture(scope="module")
def signer() -> FileSigner:
    return file_signer(ec.generate_private_key(ec.SECP256R1()), Place())


def named(request: Request, resource: str | None) -> Request:
    product = Product("acme", "endpoint", resource=resource)
    return msgspec.structs.replace(request, policy=msgspec.structs.replace(request.policy, product=product))


# --- words


def test_a_summary_states_levels_and_nothing_that_the_reference_verifier_refuses() -> None:
    request, verdict = honest()
    tracks = (
        *verdict.tracks,
        TrackResult("SLSA_BUILD_LEVEL_2", True, ""),
        TrackResult("SLSA_BUILD_LEVEL_3", True, ""),
        TrackResult("SLSA_SOURCE_LEVEL_4", False, ""),
        TrackResult("SLSA_BUILD_REPRODUCED", True, ""),
        TrackResult("VI_UNIFORM_2", True, ""),
    )
    summary = predicate(write_summary(request, msgspec.structs.replace(verdict, tracks=tracks), verifier=VERIFIER))
    assert summary["verifiedLevels"] == ["SLSA_BUILD_LEVEL_3", "VI_SIGNED_1", "VI_BUILD_1", "VI_LEVEL_1"]
    assert summary["slsaVersion"] == "1.2"


def test_every_vector_gives_a_summary_of_its_outcome_or_none() -> None:
    allowed = re.compile(r"SLSA_[A-Z]+_LEVEL_[0-9]|VI_[A-Z]+_[0-9]")
    outcomes = set()
    for path in sorted(VECTORS.rglob(CASE)):
        case = read_case(path.parent)
        if not isinstance(case, VerdictCase):
            continue
        try:
            request = named(vector_request(case, path.parent), "pkg:generic/acme/endpoint@7.1.0")
        except Fault:
            continue  # its policy is refused: nothing is judged
        verdict = judge(request)
        outcomes.add(verdict.outcome)
        try:
            statement = write_summary(request, verdict, verifier=VERIFIER)
        except Fault as fault:
            assert fault.reason == "vsa.undecided"
            assert verdict.outcome in (Outcome.INCOMPLETE, Outcome.ERROR) or not verdict.artifact.digests.strong
            continue
        summary = read_predicate(parse_statement(statement))
        assert isinstance(summary, VerificationSummary)
        assert summary.result.value == verdict.outcome.value
        levels = [level.value for level in summary.levels]
        assert levels == ["FAILED"] if verdict.outcome is Outcome.FAILED else all(map(allowed.fullmatch, levels))
        assert {level for level in levels if level.startswith("VI_")} <= {*TRACKS, *LEVELS}
    assert outcomes == set(Outcome)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.INCOMPLETE, Outcome.ERROR])
def test_a_simple_result_is_of_passed_alone(outcome: Outcome) -> None:
    _, verdict = honest()
    with pytest.raises(Fault) as refused:
        write_simple_result(msgspec.structs.replace(verdict, outcome=outcome), verifier=VERIFIER)
    assert refused.value.reason == "svr.not_passed"


def test_both_are_canonical_and_the_same_each_time() -> None:
    first, second = (
        (write_summary(*honest(), verifier=VERIFIER), write_simple_result(honest()[1], verifier=VERIFIER))
        for _ in range(2)
    )
    assert first == second == tuple(rfc8785.dumps(json.loads(statement)) for statement in first)


def test_a_verifier_is_named_by_a_uri() -> None:
    _, verdict = honest()
    with pytest.raises(ValueError, match="URI"):
        write_simple_result(verdict, verifier="me")


# --- what it names


def test_t08_its_subject_states_no_digest_that_nobody_compared() -> None:
    request, verdict = honest(digests={"md5": "1" * 32, "sha1": "0" * 40, "sha256": RELEASE.sha256}, size=None)
    statement = json.loads(write_summary(request, verdict, verifier=VERIFIER))
    assert statement["subject"] == [{"digest": {"sha256": RELEASE.sha256}}]


def test_its_inputs_are_all_of_the_evidence() -> None:
    request, verdict = judged(scene(RELEASE.bundle(), b"noise", b"noise", policy=NAMED))
    inputs = predicate(write_summary(request, verdict, verifier=VERIFIER))["inputAttestations"]
    assert len(inputs) == 2
    assert all(set(item) == {"digest"} for item in inputs)


def test_its_policy_digest_covers_policy_and_trust() -> None:
    request, verdict = honest()
    stated = predicate(write_summary(request, verdict, verifier=VERIFIER))["policy"]
    assert stated["annotations"]["policy"] == str(digest(request.policy))
    assert stated["uri"] == request.policy.id
    again = msgspec.structs.replace(verdict.trust[0], digest=Digest("sha256", "ab" * 32))
    for changed in (
        msgspec.structs.replace(verdict, trust=(again,)),
        msgspec.structs.replace(
            verdict, policy=msgspec.structs.replace(verdict.policy, digest=Digest("sha256", "cd" * 32))
        ),
    ):
        other = predicate(write_summary(request, changed, verifier=VERIFIER))["policy"]
        assert other["digest"] != stated["digest"]


def test_the_order_of_trust_roots_is_no_difference() -> None:
    request, verdict = honest(trust=(("world", TRUST_FILE, DATED), ("other", TRUST_FILE, DATED)))
    turned = msgspec.structs.replace(verdict, trust=verdict.trust[::-1])
    assert verdict.outcome is Outcome.PASSED
    stated, other = (predicate(write_summary(request, each, verifier=VERIFIER)) for each in (verdict, turned))
    assert stated["policy"] == other["policy"]


def test_the_resource_is_the_policys_and_never_the_requests() -> None:
    request, verdict = honest()
    renamed = msgspec.structs.replace(verdict, artifact=msgspec.structs.replace(verdict.artifact, name="another"))
    before, after = (write_summary(request, each, verifier=VERIFIER) for each in (verdict, renamed))
    assert predicate(before)["resourceUri"] == predicate(after)["resourceUri"] == "pkg:generic/acme/endpoint@7.1.0"


@pytest.mark.parametrize(
    ("resource", "release"),
    [
        (None, "7.1.0"),
        ("https://acme.example/endpoint", "7.1.0"),
        ("pkg:generic/acme/endpoint", "7.1.0"),
        ("pkg:generic/acme/endpoint@{version}", None),
    ],
)
def test_without_a_resource_there_is_no_summary(resource: str | None, release: str | None) -> None:
    request, _ = honest()
    with pytest.raises(Fault) as refused:
        resource_of(named(request, resource).policy, release)
    assert refused.value.reason == "vsa.resource_missing"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("pkg:NPM/@acme/endpoint@7.1.0", "pkg:npm/%40acme/endpoint@7.1.0"),
        ("pkg:generic/a%20b/c@1+2", "pkg:generic/a%20b/c@1%2B2"),
        ("pkg:deb/debian/x@1?distro=sid&arch=amd64", "pkg:deb/debian/x@1?arch=amd64&distro=sid"),
        ("pkg:pypi/Some_Name@1", "pkg:pypi/some-name@1"),
    ],
)
def test_a_package_url_has_one_spelling(text: str, canonical: str) -> None:
    assert canonical_purl(parse_purl(text)) == canonical == canonical_purl(parse_purl(canonical))


# --- others verify it


def test_an_independent_implementation_verifies_it_by_the_specifications_steps(signer: FileSigner) -> None:
    """SLSA v1.2, Verification Summary Attestation, "How to verify", steps 1 to 7, by securesystemslib and by hand."""
    request, verdict = honest()
    envelope = sign_envelope("application/vnd.in-toto+json", write_summary(request, verdict, verifier=VERIFIER), signer)
    public = load_der_public_key(signer.public_key.spki)
    key = SSlibKey.from_crypto(public)
    other = OtherEnvelope.from_dict(_with_keyid(json.loads(envelope), key.keyid))
    assert list(other.verify([key], threshold=1)) == [key.keyid]
    statement = json.loads(other.payload)
    assert statement["subject"][0]["digest"]["sha256"] == RELEASE.sha256
    assert statement["predicateType"] == VSA_TYPE
    summary = statement["predicate"]
    assert summary["verifier"]["id"] == VERIFIER
    assert summary["resourceUri"] == "pkg:generic/acme/endpoint@7.1.0"
    assert summary["verificationResult"] == "PASSED"
    assert "VI_SIGNED_1" in summary["verifiedLevels"]


def test_an_independent_implementation_refuses_it_altered(signer: FileSigner) -> None:
    request, verdict = honest()
    envelope = sign_envelope("application/vnd.in-toto+json", write_summary(request, verdict, verifier=VERIFIER), signer)
    key = SSlibKey.from_crypto(load_der_public_key(signer.public_key.spki))
    tree = _with_keyid(json.loads(envelope), key.keyid)
    payload = b64decode(tree["payload"]).replace(b"PASSED", b"FAILED")
    altered = OtherEnvelope(payload, tree["payloadType"], OtherEnvelope.from_dict(tree).signatures)
    with pytest.raises(VerificationError):
        altered.verify([key], threshold=1)


def _with_keyid(tree: dict[str, Any], keyid: str) -> dict[str, Any]:
    """The envelope with the key id that the other implementation looks its keys up by; no signature covers it."""
    tree["signatures"][0]["keyid"] = keyid
    return tree


# --- bundles


def test_a_bundle_is_read_as_it_was_written(signer: FileSigner) -> None:
    envelope = sign_envelope("application/vnd.in-toto+json", b"{}", signer)
    report = Digest("sha256", "ab" * 32)
    bundle = parse_verdict_bundle(write_verdict_bundle(report, envelope=None, vsa=envelope, svr=None))
    assert (bundle.report_digest, bundle.report, bundle.svr) == (report, None, None)
    assert bundle.vsa is not None
    assert bundle.vsa.payload == b"{}"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"mediaType": "application/vnd.countersign.verdict+json;version=2"}, "verdict.version"),
        ({"more": 1}, "json.unknown_field"),
        ({"report": {"digest": {"sha512": "ab" * 64}}}, "json.unknown_field"),
        ({"report": {"digest": {}}}, "json.missing"),
        ({"report": {"digest": {"sha256": "abc"}}}, "digest.value"),
        ({"vsa": {"payload": "", "payloadType": "x", "signatures": []}}, "envelope.unsigned"),
        ({"svr": 1}, "json.type"),
    ],
)
def test_what_is_no_bundle_is_refused(signer: FileSigner, changed: dict[str, Any], reason: str) -> None:
    good = write_verdict_bundle(Digest("sha256", "ab" * 32), envelope=None, vsa=None, svr=None)
    with pytest.raises(Fault) as refused:
        parse_verdict_bundle(json.dumps(json.loads(good) | changed).encode())
    assert refused.value.reason == reason
