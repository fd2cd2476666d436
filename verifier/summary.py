"""A verdict for those who will not look themselves: a verification summary (VSA), and the properties that hold (SVR).

    policy digest ─┐                                            VSA   PASSED and FAILED alone
    trust roots   ─┴► policy.digest   verdict ─► statements ──┤
    product.resource ─► resourceUri                             SVR   PASSED alone: it knows no failure

Both are in-toto statements in canonical JSON: one verdict under one verifier id has one of each, anywhere, always.
Whom the summary speaks to decides by `policy.digest`, which covers the policy *and* the trust roots, and by
`resourceUri`, which comes out of the policy and never out of the request. Only words of ours and SLSA's own levels are
levels: SLSA's reference verifier refuses a summary whole for any other word that begins with ``SLSA_``.

Spec: countersign design, sections 4 and 5; SLSA v1.2, Verification Summary Attestation; in-toto attestation, SVR v0.2
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import rfc8785

from attestations.digests import Digest
from attestations.faults import FormatFault
from attestations.predicates import simple_result, verification_summary
from attestations.purls import Purl, parse_purl

from .checks.subject import identifying
from .faults import VerdictFault
from .gather import sha256
from .levels import ASSESSED, LEVELS
from .outcome import Outcome
from .policy.expected import PLACEHOLDER, parse_release
from .policy.model import Policy
from .policy.plain import format_time
from .report import render_report
from .request import Request
from .uris import TYPE_BASE
from .verdict import PolicyReference, TrustReference, Verdict

DECIDED = (Outcome.PASSED, Outcome.FAILED)
"""The outcomes that a summary can state. To those who were not decided it says nothing at all."""

SLSA_VERSION = "1.2"

_SLSA_LEVEL = re.compile(r"SLSA_[A-Z]+_LEVEL_[0-9]+\Z", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+\Z", re.ASCII)


def write_summary(request: Request, verdict: Verdict, *, verifier: str) -> bytes:
    """The VSA of `verdict`, to which `request` came, by the verifier whose id (a URI) is `verifier`.

    Raises:
        VerdictFault: ``vsa.undecided``, ``vsa.resource_missing``.
    """
    evidence = {sha256(file.content).hex for file in request.evidence}
    return sum_up(
        verdict,
        report=sha256(render_report(verdict)),
        policy=request.policy,
        release=request.release,
        evidence=evidence,
        verifier=verifier,
    )


def sum_up(
    verdict: Verdict,
    *,
    report: Digest,
    policy: Policy,
    release: str | None,
    evidence: Iterable[str],
    verifier: str,
) -> bytes:
    """As `write_summary`, for whoever has the verdict and not the evidence: `evidence` is its files' SHA-256, in hex.

    `report` is of the verdict's report. A summary names all of its inputs, or none.

    Raises:
        VerdictFault: ``vsa.undecided``, ``vsa.resource_missing``.
    """
    if verdict.outcome not in DECIDED or not identifying(verdict.artifact.digests):
        raise VerdictFault(
            "vsa.undecided", "nothing was decided that a summary could state", actual=verdict.outcome.value
        )
    passed = verdict.outcome is Outcome.PASSED
    levels = _levels(verdict) if passed else [Outcome.FAILED.value]
    predicate: dict[str, Any] = {
        "verifier": _verifier(verifier, verdict),
        "timeVerified": format_time(verdict.now),
        "resourceUri": resource_of(policy, release),
        "policy": _policy(verdict.policy, verdict.trust),
        "inputAttestations": [{"digest": {"sha256": each}} for each in sorted(set(evidence))],
        "verificationResult": verdict.outcome.value,
        "verifiedLevels": levels,
        REPORT: {"digest": {"sha256": report.hex}},
    }
    if any(map(_SLSA_LEVEL.match, levels)):
        predicate["slsaVersion"] = SLSA_VERSION
    return _statement(verdict, verification_summary.PREDICATE_TYPE, predicate)


REPORT = f"{TYPE_BASE}/report/v1"
"""The member of a summary's predicate that names, by digest, the report that it sums up."""


def write_simple_result(verdict: Verdict, *, verifier: str) -> bytes:
    """The SVR of `verdict`, by the verifier whose id (a URI) is `verifier`.

    Raises:
        VerdictFault: ``svr.not_passed``.
    """
    if verdict.outcome is not Outcome.PASSED:
        raise VerdictFault("svr.not_passed", "a simple result states what holds", actual=verdict.outcome.value)
    predicate = {
        "verifier": _verifier(verifier, verdict) | {"policies": [_policy(verdict.policy, verdict.trust)]},
        "timeCreated": format_time(verdict.now),
        "properties": _levels(verdict),
    }
    return _statement(verdict, simple_result.PREDICATE_TYPE, predicate)


@functools.lru_cache(maxsize=16)
def judged_under(policy: str, trust: str) -> Digest:
    """What `policy.digest` of a summary of ours covers: the policy as canonical JSON, and the snapshot of trust.

    Whoever asks has the summary of a verifier whom they trust: most of its summaries are under one policy.
    """
    return sha256(rfc8785.dumps({"policy": policy, "trust": trust}))


def snapshot(trust: Iterable[TrustReference]) -> Digest:
    """The digest of the trust roots that were used, by name and content, in whatever order they were given."""
    return sha256(rfc8785.dumps(sorted([reference.name, str(reference.digest)] for reference in trust)))


def resource_of(policy: Policy, release: str | None) -> str:
    """The package URL that `policy` gives what it judges, in its canonical form.

    Raises:
        VerdictFault: ``vsa.resource_missing``: none, one that is no package URL with a version, or one that asks for a
            release where none was given.
    """
    text = policy.product.resource if policy.product is not None else None
    expected = 'resource = "pkg:type/namespace/name@{version}" under [product]'
    if text is None:
        raise VerdictFault("vsa.resource_missing", "the policy does not say what it judges", expected=expected)
    if PLACEHOLDER in text:
        if release is None:
            detail = "the policy's resource asks for {version}, and no release was given"
            raise VerdictFault("vsa.resource_missing", detail, expected="a release", actual=text)
        text = text.replace(PLACEHOLDER, quote(parse_release(release), safe=""))
    try:
        purl = parse_purl(text)
    except FormatFault as fault:
        raise VerdictFault("vsa.resource_missing", fault.detail, expected=expected, actual=text[:200]) from None
    if not purl.version:
        raise VerdictFault(
            "vsa.resource_missing", "the policy's resource has no version", expected=expected, actual=text
        )
    return canonical_purl(purl)


def canonical_purl(purl: Purl) -> str:
    """A package URL in its one spelling: escapes where they must be, qualifiers sorted."""
    segments = [*filter(None, purl.namespace.split("/")), purl.name]
    text = f"pkg:{purl.type}/{'/'.join(quote(segment, safe='') for segment in segments)}"
    if purl.version:
        text += f"@{quote(purl.version, safe='')}"
    qualifiers = "&".join(f"{key}={quote(value, safe='')}" for key, value in sorted(purl.qualifiers.items()))
    return f"{text}?{qualifiers}" if qualifiers else text


def is_uri(text: str) -> bool:
    """Whether `text` has the form of an absolute URI, as the id of a verifier must."""
    return _URI.match(text) is not None


def _levels(verdict: Verdict) -> list[str]:
    """What holds, in words that every reader knows or ignores: of a SLSA track the highest level alone."""
    held = [track.track for track in verdict.tracks if track.held]
    ours = [track for track in ASSESSED if track in held]
    highest: dict[str, str] = {}
    for level in filter(_SLSA_LEVEL.match, held):
        track, _, number = level.rpartition("_")
        if track not in highest or int(number) > int(highest[track].rpartition("_")[2]):
            highest[track] = level
    reached = [verdict.level] if verdict.level != LEVELS[0] else []
    return [*sorted(highest.values()), *ours, *reached]


def _verifier(verifier: str, verdict: Verdict) -> dict[str, Any]:
    if not is_uri(verifier):
        raise ValueError("a verifier is named by a URI")
    return {"id": verifier, "version": {"countersign": verdict.version}}


def _policy(policy: PolicyReference, trust: tuple[TrustReference, ...]) -> dict[str, Any]:
    """The policy as a resource: its own digest and that of trust stand beside, so that readers can compare each."""
    snapped = snapshot(trust)
    return {
        "uri": policy.id if is_uri(policy.id) else f"{TYPE_BASE}/policy/{quote(policy.id, safe='')}",
        "digest": {"sha256": judged_under(str(policy.digest), str(snapped)).hex},
        "annotations": {"policy": str(policy.digest), "trust": str(snapped), "version": policy.version},
    }


def _statement(verdict: Verdict, kind: str, predicate: dict[str, Any]) -> bytes:
    # Those alone that were compared: of an asker's SHA-1 nobody knows whether it is of the same thing (T08).
    digests = {digest.algorithm: digest.hex for digest in identifying(verdict.artifact.digests)}
    return rfc8785.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"digest": digests}],
            "predicateType": kind,
            "predicate": predicate,
        }
    )
