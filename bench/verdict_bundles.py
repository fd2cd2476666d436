"""Verdict bundles checked in a process that is warm, without a network: CPU against that of their signature checks.

What a gate does for each update: read the bundle, hold its summary and what stands beside it against what is asked for.
The bundles are all different. The signatures are checked again by themselves, and nothing else.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct, structs

from api.effects.keys import Signer
from api.effects.keys.files import file_signer
from api.signer.envelopes import BUNDLE
from api.usecases.verdicts import sign_verdict
from attestations.dsse import pae
from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from attestations.verdict_bundles import parse_verdict_bundle
from verifier.bundle_check import check_bundle, summary_in
from verifier.engine import judge
from verifier.gather import sha256
from verifier.key_files import TrustedKey
from verifier.outcome import Outcome
from verifier.policy.model import Product
from verifier.policy.plain import digest as policy_digest
from verifier.request import Request
from verifier.signatures import verify
from verifier.verdict_check import About, Expectations
from verifier.windows import UNBOUNDED

from .rows import Budget, Row
from .timing import cpu, in_turn

VERIFIER = "https://audit.example/verifier/v1"
RESOURCE = "pkg:generic/endpoint@7.1.0"


class Question(Struct, frozen=True):
    """One bundle's bytes, the artifact that it must be about, and what is expected of it."""

    content: bytes
    about: About
    expected: Expectations
    now: datetime.datetime
    keys: tuple[TrustedKey, ...]


def rows(requests: Sequence[Request]) -> Iterator[Row]:
    """Checking the bundle of each of `requests` against its signature checks alone."""
    questions = _signed(requests)
    signatures = [each for question in questions for each in _signatures(question)]
    (key,) = questions[0].keys

    def ours() -> None:
        for question in questions:
            answer(question)

    def theirs() -> None:
        for value, message in signatures:
            verify(key.key, value, message, scheme=None)

    value, against = in_turn(ours, theirs, rounds=7, clock=cpu)
    count = len(questions)
    name = f"offline check of a verdict bundle: CPU against its {len(signatures) // count} signature checks"
    yield Row(name, value / count * 1e3, "ms", against / count * 1e3, Budget(1.5))


def answer(question: Question) -> None:
    """Check one bundle, from its bytes; it must pass, else its time means nothing."""
    bundle = parse_verdict_bundle(question.content, source="verdict.json", limits=DEFAULT_LIMITS)
    assert bundle.vsa is not None
    summary = summary_in(bundle.vsa, "verdict.json", sha256(question.content))
    checked = check_bundle(
        bundle, (summary,), question.expected, about=question.about, keys=question.keys, now=question.now
    )
    if checked.outcome is not Outcome.PASSED:
        raise ValueError(f"only a check that passes shows its whole cost, and this one is {checked.outcome.value}")


def _signed(requests: Sequence[Request]) -> list[Question]:
    signer = file_signer(ec.generate_private_key(ec.SECP256R1()), Place("a key for a moment"))
    keys = (TrustedKey(signer.public_key, UNBOUNDED, "bench"),)
    return [_question(request, signer, keys) for request in requests]


def _question(request: Request, signer: Signer, keys: tuple[TrustedKey, ...]) -> Question:
    policy = structs.replace(
        request.policy, product=Product(request.policy.signers[0].group, "endpoint", resource=RESOURCE)
    )
    request = structs.replace(request, policy=policy)
    signed = sign_verdict(request, judge(request), signer, VERIFIER)
    expected = Expectations(
        verifier=VERIFIER,
        resource=RESOURCE,
        levels=("VI_SIGNED_1",),
        policy=policy_digest(policy),
        max_age=datetime.timedelta(days=1),
    )
    about = About(request.artifact.digests, measured=True)
    return Question(signed.files[BUNDLE], about, expected, request.now, keys)


def _signatures(question: Question) -> Iterator[tuple[bytes, bytes]]:
    """Each signature in the bundle, and what it is over."""
    bundle = parse_verdict_bundle(question.content)
    for envelope in filter(None, (bundle.vsa, bundle.svr, bundle.report)):
        for signature in envelope.signatures:
            yield signature.value, pae(envelope.payload_type, envelope.payload)
