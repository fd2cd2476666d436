"""Checking a summary, against those who would have us take another one."""

from __future__ import annotations

import datetime
import json
from base64 import b64decode, b64encode
from functools import cache

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa

from api.effects.keys import sign_envelope
from api.effects.keys.files import FileSigner, PrivateKey, file_signer
from attestations.bundles import Evidence
from attestations.digests import Digest, DigestSet
from attestations.evidence import read_evidence
from attestations.faults import Fault, Place
from attestations.verdict_bundles import parse_verdict_bundle, write_verdict_bundle
from fixtures.recipes.scene import POLICY, RELEASE, scene
from verifier.bundle_check import check_bundle, summary_in
from verifier.engine import judge
from verifier.gather import sha256
from verifier.key_files import TrustedKey
from verifier.outcome import Outcome
from verifier.report import render_report
from verifier.summary import write_simple_result, write_summary
from verifier.summary_checks import check_levels
from verifier.verdict_check import About, Checked, Expectations, check_summary
from verifier.windows import UNBOUNDED, Window

from .judging import request_of

VERIFIER = "https://audit.example/verifier/v1"
RESOURCE = "pkg:generic/acme/endpoint@7.1.0"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
NOW = datetime.datetime(2026, 3, 14, 9, 0, tzinfo=datetime.UTC)
EXPECTED = Expectations(VERIFIER, RESOURCE, ("VI_SIGNED_1",), None, datetime.timedelta(days=30))
ARTIFACT = About(DigestSet((Digest("sha256", RELEASE.sha256),)), measured=True)


@cache
def signer() -> FileSigner:
    return file_signer(ec.generate_private_key(ec.SECP256R1()), Place())


@cache
def statements() -> tuple[bytes, bytes, bytes]:
    """The report, summary and simple result of an honest verdict."""
    request = request_of(scene(RELEASE.bundle(), policy=POLICY.set("/product/resource", RESOURCE)))
    verdict = judge(request)
    return (
        render_report(verdict),
        write_summary(request, verdict, verifier=VERIFIER),
        write_simple_result(verdict, verifier=VERIFIER),
    )


@cache
def bundle() -> bytes:
    report, *others = statements()
    vsa, svr = (sign_envelope(PAYLOAD_TYPE, each, signer()) for each in others)
    return write_verdict_bundle(sha256(report), envelope=None, vsa=vsa, svr=svr)


def trusting(of: FileSigner, window: Window = UNBOUNDED) -> tuple[TrustedKey, ...]:
    return (TrustedKey(of.public_key, window, "key"),)


def check(data: bytes, expected: Expectations = EXPECTED, *, keys: tuple[TrustedKey, ...] | None = None) -> Checked:
    """What a file with one summary is worth to an honest reader."""
    (item,) = read_evidence("file", data)
    assert isinstance(item, Evidence)
    trusted = trusting(signer()) if keys is None else keys
    return check_summary(item, expected, about=ARTIFACT, keys=trusted, now=NOW)


def check_whole(data: bytes) -> Checked:
    read = parse_verdict_bundle(data)
    vsa = (summary_in(read.vsa, "file", sha256(data)),) if read.vsa is not None else ()
    return check_bundle(read, vsa, EXPECTED, about=ARTIFACT, keys=trusting(signer()), now=NOW)


def reasons(checked: Checked) -> list[str]:
    return [result.reason for result in checked.results if result.reason and not result.finding]


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate(), mldsa.MLDSA65PrivateKey.generate()],
    ids=["ecdsa-p384", "ed25519", "ml-dsa-65"],
)
def test_keys_of_every_family_speak_for_verifiers(key: PrivateKey) -> None:
    of = file_signer(key, Place())
    envelope = sign_envelope(PAYLOAD_TYPE, statements()[1], of)
    assert check(envelope, keys=trusting(of)).outcome is Outcome.PASSED
    assert check(envelope).outcome is not Outcome.PASSED


def test_no_altered_byte_of_a_bundle_is_passed() -> None:
    """Each statement and each signature, a byte of it at a time; key ids are covered by nothing and decide nothing."""
    assert check_whole(bundle()).outcome is Outcome.PASSED
    passed = []
    for name in ("vsa", "svr"):
        tree = json.loads(bundle())
        for holder, member in ((tree[name], "payload"), (tree[name]["signatures"][0], "sig")):
            original = holder[member]
            content = b64decode(original)
            for index in range(0, len(content), 7):
                altered = content[:index] + bytes([content[index] ^ 1]) + content[index + 1 :]
                holder[member] = b64encode(altered).decode()
                if check_whole(json.dumps(tree).encode()).outcome is Outcome.PASSED:
                    passed.append((name, member, index))
            holder[member] = original
    assert passed == []


def test_t34_a_second_signature_by_somebody_else_changes_nothing() -> None:
    mallory = file_signer(ec.generate_private_key(ec.SECP256R1()), Place())
    tree = json.loads(sign_envelope(PAYLOAD_TYPE, statements()[1], signer()))
    tree["signatures"] += json.loads(sign_envelope(PAYLOAD_TYPE, statements()[1], mallory))["signatures"]
    assert check(json.dumps(tree).encode()).outcome is Outcome.PASSED
    assert check(json.dumps(tree).encode(), keys=trusting(mallory)).outcome is Outcome.PASSED


def test_t25_a_key_id_excuses_no_key() -> None:
    mallory = file_signer(ec.generate_private_key(ec.SECP256R1()), Place())
    tree = json.loads(sign_envelope(PAYLOAD_TYPE, statements()[1], mallory))
    tree["signatures"][0]["keyid"] = "the verifier"
    asked = msgspec.structs.replace(EXPECTED, key_id="the verifier")
    assert reasons(check(json.dumps(tree).encode(), asked)) == ["signature.invalid"]


def test_a_signature_over_the_bare_payload_says_nothing() -> None:
    """Whoever signs blobs with the key has signed no summary."""
    tree = json.loads(sign_envelope(PAYLOAD_TYPE, statements()[1], signer()))
    tree["signatures"][0]["sig"] = b64encode(signer().sign(statements()[1])).decode()
    (item,) = read_evidence("file", json.dumps(tree).encode())
    assert isinstance(item, Evidence)
    legacy = msgspec.structs.replace(item, bundle=msgspec.structs.replace(item.bundle, legacy_payload_signature=True))
    for evidence, reason in ((item, "signature.invalid"), (legacy, "signature.over_payload")):
        checked = check_summary(evidence, EXPECTED, about=ARTIFACT, keys=trusting(signer()), now=NOW)
        assert reasons(checked) == [reason]


def test_t02_another_payload_type_is_no_statement() -> None:
    envelope = sign_envelope("application/json", statements()[1], signer())
    assert reasons(check(envelope)) == ["envelope.payload_type"]


def test_t31_a_key_speaks_within_its_window() -> None:
    envelope = sign_envelope(PAYLOAD_TYPE, statements()[1], signer())
    ended = Window(None, NOW - datetime.timedelta(days=1))
    assert reasons(check(envelope, keys=trusting(signer(), ended))) == ["time.outside_key_window"]


def test_a_summary_under_a_certificate_is_not_taken_for_a_keys() -> None:
    checked = check(bytes(RELEASE.bundle()))
    assert checked.outcome is not Outcome.PASSED
    assert checked.summary is None


def test_without_keys_nothing_passes() -> None:
    assert reasons(check(sign_envelope(PAYLOAD_TYPE, statements()[1], signer()), keys=())) == ["signature.unknown_key"]


@pytest.mark.parametrize(
    ("stated", "wanted", "holds"),
    [
        (("SLSA_BUILD_LEVEL_3",), ("SLSA_BUILD_LEVEL_2",), True),
        (("SLSA_BUILD_LEVEL_3",), ("SLSA_BUILD_LEVEL_10",), False),
        (("SLSA_SOURCE_LEVEL_3",), ("SLSA_BUILD_LEVEL_2",), False),
        (("SLSA_BUILD_LEVEL_UNEVALUATED",), ("SLSA_BUILD_LEVEL_0",), False),
        (("SLSA_BUILD_LEVEL_UNEVALUATED",), ("SLSA_BUILD_LEVEL_UNEVALUATED",), True),
        (("VI_LOG_2",), ("VI_LOG_1", "VI_LOG_2"), True),
        (("VI_LEVEL_2",), ("VI_LOG_1",), False),
        (("BCID_L2",), ("BCID_L1",), False),
        ((), (), True),
        ((), ("FAILED",), False),
    ],
)
def test_levels_imply_those_below_in_their_own_track(
    stated: tuple[str, ...], wanted: tuple[str, ...], holds: bool
) -> None:
    try:
        check_levels(stated, wanted)
    except Fault as fault:
        assert (fault.reason, holds) == ("vsa.level", False)
    else:
        assert holds
