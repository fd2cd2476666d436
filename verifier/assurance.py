"""What a signed verdict proves to those who list what passed: which bytes, under which policy, of which release.

    summary   signed by a verdict key of its time, PASSED, under the policy and as the verifier that were published
      └──► report   by its digest: the size that was measured, and the name, where the policy asked for one

A database says what a service did; a list that others install by says only what the service's key signed.

Spec: countersign design, sections 5 and 7
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from attestations.digests import Digest, DigestSet
from attestations.limits import Limits
from attestations.predicates import VerificationSummary, read_predicate
from attestations.purls import parse_purl
from attestations.statements import parse_statement
from attestations.strict_json import Node
from attestations.trust_documents import TrustDocument
from attestations.verdict_bundles import parse_verdict_bundle

from .bundle_check import check_bundle, check_report, summary_in
from .faults import VerdictFault
from .gather import sha256
from .outcome import Outcome
from .policy.expected import about_release, matches
from .policy.model import ManifestRequirement, Policy
from .policy.plain import digest
from .report_diff import read_report
from .summary import resource_of
from .trust_documents import keys_at
from .verdict import PolicyReference
from .verdict_check import About, Checked, Expectations


class Verifier(Struct, frozen=True):
    """A policy that an operator published, and the id of the verifier that judges under it."""

    policy: Policy
    id: str


class Assured(Struct, frozen=True):
    """What was proved of an artifact: its `size` in bytes, the release's `version`, and when it was judged.

    `vendor` and `product` are the policy's words. `name` is what the vendor's manifest calls it, where the policy asks
    for a name; None where nothing proves one.
    """

    policy: PolicyReference
    vendor: str
    product: str
    resource: str
    version: str
    level: str
    size: int
    name: str | None
    time: datetime.datetime


def assure(
    bundle: bytes,
    report: bytes,
    artifact: str,
    verifier: Verifier,
    document: TrustDocument,
    *,
    now: datetime.datetime,
    limits: Limits,
) -> Assured:
    """What the verdict bundle and its unsigned report prove of the artifact whose SHA-256 in hex is `artifact`.

    `document` says whose keys sign verdicts; `now` is aware, in UTC.

    Raises:
        VerdictFault: ``assured.unproved``: the verdict does not hold for that; ``assured.unmeasured``: nobody saw how
            long the artifact is.
        CheckFault: ``vsa.report``: the report is of another verdict.
        FormatFault, LimitFault: where bundle or report cannot be read.
    """
    summary = _checked(bundle, artifact, verifier, document, now, limits)
    check_report(summary, sha256(report))
    said = read_report(report, source="report", limits=limits).field("predicate")
    size = said.field("artifact").get("size")
    if size is None:
        detail = "the verdict is of a digest: nobody saw the bytes, and a list says how many they are"
        raise VerdictFault("assured.unmeasured", detail, actual=f"sha256:{artifact}")
    return _assured(summary, said, size.integer(), verifier.policy)


def _assured(summary: VerificationSummary, report: Node, size: int, policy: Policy) -> Assured:
    version = parse_purl(summary.resource.value).version
    assert summary.time is not None
    assert policy.product is not None
    return Assured(
        policy=PolicyReference(policy.id, policy.version, digest(policy)),
        vendor=policy.product.vendor,
        product=policy.product.name,
        resource=summary.resource.value,
        version=version,
        level=report.field("level").text(),
        size=size,
        name=_proved_name(report, about_release(policy, version)),
        time=summary.time,
    )


def _checked(
    data: bytes,
    artifact: str,
    verifier: Verifier,
    document: TrustDocument,
    now: datetime.datetime,
    limits: Limits,
) -> VerificationSummary:
    """The summary, if it holds: its own word is taken for nothing but the release, and for which moment to ask keys."""
    bundle = parse_verdict_bundle(data, source="verdict", limits=limits)
    if bundle.vsa is None:
        raise VerdictFault("assured.unproved", "the bundle holds no summary")
    claimed = read_predicate(parse_statement(bundle.vsa.payload, source="verdict", limits=limits), source="verdict")
    if not isinstance(claimed, VerificationSummary) or claimed.time is None:
        raise VerdictFault("assured.unproved", "no summary that says when it was made")
    release = parse_purl(claimed.resource.value).version or None
    expected = Expectations(verifier.id, resource_of(verifier.policy, release), policy=digest(verifier.policy))
    checked = check_bundle(
        bundle,
        (summary_in(bundle.vsa, "verdict", sha256(data)),),
        expected,
        about=About(DigestSet((Digest("sha256", artifact),)), measured=True),
        keys=keys_at(document, claimed.time),
        now=now,
        limits=limits,
    )
    if checked.outcome is not Outcome.PASSED or checked.summary is None:
        raise _unproved(checked)
    return checked.summary


def _unproved(checked: Checked) -> VerdictFault:
    why = next(result for result in checked.results if result.outcome is not Outcome.PASSED and not result.finding)
    return VerdictFault("assured.unproved", f"{why.check}: {why.detail}", expected=why.expected, actual=why.actual)


def _proved_name(report: Node, policy: Policy) -> str | None:
    """The name under which the vendor's manifest lists the artifact, which the policy held against one of its own."""
    for result in report.field("checks").items():
        number, actual = result.get("requirement"), result.get("actual")
        if number is None or actual is None or result.field("check").text() != "manifest.name":
            continue
        requirement = policy.requirements[number.integer()]
        asked = requirement.subject if isinstance(requirement, ManifestRequirement) else None
        passed = result.field("outcome").text() == Outcome.PASSED.value
        if asked is not None and passed and matches(asked, actual.text()):
            return actual.text()
    return None
