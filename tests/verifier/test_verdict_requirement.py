"""A policy that asks for somebody else's verdict: what we sign ourselves meets it, and no track ever rests on it."""

from __future__ import annotations

import datetime
import json
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import replace

from api.effects.keys import sign_envelope
from api.effects.keys.files import FileSigner, file_signer
from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS
from attestations.verdict_bundles import write_verdict_bundle
from fixtures.recipes.scene import NOW, POLICY, RELEASE, policy_file, scene
from fixtures.recipes.verdict import ASKED, ASSURED
from fixtures.world import Document
from verifier.engine import judge
from verifier.gather import sha256
from verifier.outcome import Outcome
from verifier.policy.model import Exact, VerdictRequirement
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest
from verifier.policy.toml import to_toml
from verifier.report import render_report
from verifier.request import EvidenceFile, KeyFile, Request
from verifier.soundness import check_sound
from verifier.summary import write_simple_result, write_summary

from .judging import findings, held, policy_of, reasons, request_of

VERIFIER = "https://audit.example/verifier/endpoint/v1"
OWN = POLICY.set("/product/resource", "pkg:generic/acme/endpoint@{version}")
"""The policy under which the assurer judges."""


@cache
def assurer() -> FileSigner:
    return file_signer(ec.generate_private_key(ec.SECP256R1()), Place())


@cache
def bundle(at: datetime.datetime = NOW, verifier: str = VERIFIER) -> bytes:
    """What the assurer hands on after judging the release, by the library's own writers."""
    request = request_of(scene(RELEASE.bundle(), policy=OWN), now=at)
    verdict = judge(request)
    report = render_report(verdict)
    statements = (report, write_summary(request, verdict, verifier=verifier),
                  write_simple_result(verdict, verifier=verifier))  # fmt: skip
    signed, vsa, svr = (sign_envelope("application/vnd.in-toto+json", each, assurer()) for each in statements)
    return write_verdict_bundle(sha256(report), envelope=signed, vsa=vsa, svr=svr)


def asked(*bundles: bytes, rule: dict[str, Any] | None = None, at: datetime.datetime = NOW) -> Request:
    """A request under a policy that wants the vendor's signature and the assurer's verdict under its own policy."""
    wanted = {**ASKED, "policy_digest": str(digest(policy_of(OWN))), **(rule or {})}
    policy = ASSURED.set("/signers/assurer/key", str(assurer().public_key.fingerprint)).set("/require/1", wanted)
    key = assurer().public_key.handle.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    request = request_of(scene(RELEASE.bundle(), policy=policy), now=at, keys=(KeyFile("assurer.pem", key),))
    files = (EvidenceFile(f"verdict-{number}.json", each) for number, each in enumerate(bundles))
    return replace(request, evidence=(*request.evidence, *files))


def test_a_bundle_of_ours_meets_it_and_the_verdict_is_sound() -> None:
    request = asked(bundle())
    verdict = judge(request)
    assert (verdict.outcome, reasons(verdict), findings(verdict)) == (Outcome.PASSED, set(), set())
    check_sound(verdict, request.policy, request.release)


@pytest.mark.parametrize("check", ["verdict", "verdict.result", "verdict.age", "verdict.policy", "verdict.resource"])
def test_a_verdict_that_left_out_a_check_of_it_is_unsound(check: str) -> None:
    request = asked(bundle())
    verdict = judge(request)
    less = replace(verdict, results=tuple(each for each in verdict.results if each.check != check))
    with pytest.raises(Fault, match="not there"):
        check_sound(less, request.policy, request.release)


def test_no_track_rests_on_it() -> None:
    """The assurer says VI_SIGNED_1; where the vendor's own signature is missing, it does not hold here."""
    request = replace(asked(bundle()), evidence=(EvidenceFile("verdict.json", bundle()),))
    verdict = judge(request)
    assert (verdict.outcome is Outcome.PASSED, held(verdict)) == (False, set())


def test_t73_what_held_then_is_not_what_holds_now() -> None:
    old = bundle(NOW - datetime.timedelta(hours=25))
    assert reasons(judge(asked(old))) == {"verdict.expired"}
    assert judge(asked(old, rule={"max_age": "26h"})).outcome is Outcome.PASSED
    both = judge(asked(old, bundle()))
    assert (both.outcome, findings(both)) == (Outcome.PASSED, {"evidence.set_aside"})


def test_another_verifier_of_the_same_key_decides_nothing_where_the_one_asked_for_is_there() -> None:
    lax = bundle(verifier="https://audit.example/verifier/lax/v1")
    assert reasons(judge(asked(lax))) == {"vsa.verifier"}
    assert judge(asked(lax, bundle())).outcome is Outcome.PASSED


def test_a_bundle_put_together_of_two_vetoes_no_good_one() -> None:
    mixed = json.loads(bundle())
    del mixed["report"]["envelope"]
    mixed["report"]["digest"]["sha256"] = "0" * 64
    data = json.dumps(mixed).encode()
    assert reasons(judge(asked(data))) == {"vsa.report"}
    assert judge(asked(data, bundle())).outcome is Outcome.PASSED
    assert judge(asked(bundle(), data)).outcome is Outcome.PASSED


@pytest.mark.parametrize("cut", range(2, 2000, 331))
def test_a_cut_bundle_passes_nothing(cut: int) -> None:
    assert judge(asked(bundle()[:-cut])).outcome is not Outcome.PASSED


def test_it_survives_being_written() -> None:
    file = policy_file(ASSURED)
    read = parse_policy(file.content, file.name, DEFAULT_LIMITS)
    assert parse_policy(to_toml(read).encode(), "again", DEFAULT_LIMITS) == read
    rule = read.requirements[1]
    assert isinstance(rule, VerdictRequirement)
    assert (rule.verifier, rule.resource) == (VERIFIER, Exact("pkg:generic/acme/endpoint@{version}"))
    assert (rule.max_age, str(rule.policy_digest)) == (datetime.timedelta(days=1), ASKED["policy_digest"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verifier": "nobody"}, "policy.value"),
        ({"levels": ["VI_SIGNED"]}, "policy.level"),
        ({"policy_digest": "sha256:12"}, "policy.value"),
        ({"max_age": "soon"}, "policy.value"),
        ({"package": "pkg:npm/x"}, "policy.unknown_field"),
        ({"threshold": 2}, "policy.threshold"),
    ],
)
def test_a_requirement_that_cannot_mean_anything_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Fault) as caught:
        policy_of(ASSURED.set("/require/1", {**ASKED, **change}))
    assert caught.value.reason == reason


def test_verifier_and_resource_must_be_said() -> None:
    for name in ("verifier", "resource"):
        with pytest.raises(Fault) as caught:
            policy_of(Document(ASSURED.drop(f"/require/1/{name}").value))
        assert caught.value.reason == "policy.missing"
