"""A verdict in envelopes: its report, its summary (VSA), what holds (SVR), each signed by itself; and one bundle."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Fault
from attestations.verdict_bundles import write_verdict_bundle
from verifier.faults import VerdictFault
from verifier.gather import sha256
from verifier.outcome import Outcome
from verifier.policy.model import Policy
from verifier.reasons import REASONS
from verifier.summary import sum_up, write_simple_result
from verifier.verdict import Verdict

from ..effects.keys import Signer, sign_envelope

PAYLOAD_TYPE = "application/vnd.in-toto+json"

BUNDLE, REPORT, VSA, SVR = "verdict.json", "report.dsse.json", "vsa.dsse.json", "svr.dsse.json"
"""What the files of a signed verdict are called."""


class SignedVerdict(Struct, frozen=True):
    """The files of a signed verdict by name, `BUNDLE` among them; and why a summary or simple result is not."""

    files: Mapping[str, bytes]
    lacking: tuple[Fault, ...]


class Judged(Struct, frozen=True):
    """A verdict and its report, and what a summary says besides: `evidence` is its files' SHA-256, in hex."""

    verdict: Verdict
    report: bytes
    policy: Policy
    release: str | None
    evidence: Collection[str]


def sign_statements(
    judged: Judged, signer: Signer, verifier: str, *, unattended: bool = False, refutes: bool = True
) -> SignedVerdict:
    """Sign what was judged, as the verifier whose id is the URI `verifier`.

    The bundle holds the report itself only where no summary stands for it; it says so where the key is `unattended`.
    Where it `refutes` nothing, a refuted verdict gets no summary: see `_check_brands_nothing`.

    Raises:
        KeyFault: ``signing.failed``.
    """
    report, digest = judged.report, sha256(judged.report)
    files = {REPORT: sign_envelope(PAYLOAD_TYPE, report, signer)}
    lacking = []
    for name, write in _writers(judged, digest, verifier):
        try:
            if not refutes and name == VSA:
                _check_brands_nothing(judged.verdict)
            statement = write()
        except VerdictFault as fault:
            lacking.append(fault)
        else:
            files[name] = sign_envelope(PAYLOAD_TYPE, statement, signer)
    envelope = None if VSA in files else files[REPORT]
    bundle = write_verdict_bundle(
        digest, envelope=envelope, vsa=files.get(VSA), svr=files.get(SVR), unattended=unattended
    )
    return SignedVerdict({BUNDLE: bundle, **files}, tuple(lacking))


def _check_brands_nothing(verdict: Verdict) -> None:
    """A summary is found by its artifact, and a damaged bundle refutes any: a good artifact would be branded by it.

    A proof that the accused signed stands by itself, and whoever holds it may show it.

    Raises:
        VerdictFault: ``vsa.refuted``.
    """
    if verdict.outcome is Outcome.FAILED and not any(_misbehaves(result.reason) for result in verdict.results):
        raise VerdictFault("vsa.refuted", "what was refuted belongs to the request that it came with")


def _misbehaves(reason: str) -> bool:
    row = REASONS.get(reason)
    return row is not None and row.kind == "misbehaviour"


def _writers(judged: Judged, report: Digest, verifier: str) -> tuple[tuple[str, Callable[[], bytes]], ...]:
    summary = partial(
        sum_up,
        judged.verdict,
        report=report,
        policy=judged.policy,
        release=judged.release,
        evidence=judged.evidence,
        verifier=verifier,
    )
    return (VSA, summary), (SVR, partial(write_simple_result, judged.verdict, verifier=verifier))
