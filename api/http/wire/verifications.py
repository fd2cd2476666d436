"""Requests for verdicts over the wire, and how far they are."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from ...effects.faults import RequestFault
from ...store.schema import OPERATOR
from ...usecases.service.submit import (
    Given,
    Named,
    PolicyByDigest,
    PolicyById,
    PolicyText,
    Submission,
)
from ...usecases.service.trust_files import Along
from ...usecases.service.verdicts import Standing
from .common import Base64, Form, Label, Sha256, Time, View, decoded, example, shown_time
from .verdicts import VerdictView, verdict_view

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

_REQUEST = {
    "artifact": {"sha256": _DIGEST, "name": "endpoint-setup.exe"},
    "evidence": [{"name": "endpoint-setup.exe.sigstore.json", "sha256": _DIGEST}],
    "policy": {"id": "https://policies.example/endpoint"},
    "release": "4.2.0",
}

_ACCEPTED = {
    "id": "verification-0123456789abcdef0123456789abcdef",
    "state": "accepted",
    "artifact": _DIGEST,
    "policy": _DIGEST,
    "published": True,
    "why": "request",
    "created": "2026-03-02T11:04:00Z",
}


class ArtifactForm(Form):
    """What is asked about, by digest. `algorithms` are those of its measured digests to judge by; all, without. Where
    `digest_alone`, it is judged as if nobody had seen its bytes."""

    sha256: Sha256
    name: Label | None = None
    algorithms: tuple[Label, ...] = Field((), max_length=8)
    digest_alone: bool = False


class NamedEvidence(Form):
    """Evidence that was handed in before."""

    name: Label
    sha256: Sha256


class GivenEvidence(Form):
    """Evidence that comes along, in base64."""

    name: Label
    content: Base64


class PolicyIdForm(Form):
    """A policy by id, in its present version or in the one named; the tenant's own before the operator's."""

    id: Label
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class PolicyDigestForm(Form):
    """A policy by the SHA-256 of its canonical form."""

    digest: Sha256


class PolicyContentForm(Form):
    """A policy in TOML, for this request."""

    content: Annotated[str, Field(max_length=1 << 20)]


class TrustDigestForm(Form):
    """A trust file by its SHA-256."""

    sha256: Sha256


class GivenTrust(Form):
    """A trust root, or keys, that come along in base64: for a policy of the tenant's own. `dated` is when a root was
    obtained, for a policy that bounds its age."""

    name: Label
    content: Base64
    dated: Time | None = None


class VerificationForm(Form):
    """A request for a verdict."""

    model_config = example(**_REQUEST)

    artifact: ArtifactForm
    evidence: tuple[NamedEvidence | GivenEvidence, ...] = Field((), max_length=1024)
    policy: PolicyIdForm | PolicyDigestForm | PolicyContentForm
    release: Label | None = None
    trust: tuple[Label | TrustDigestForm | GivenTrust, ...] = Field((), max_length=64)

    def submission(self, key: str | None) -> Submission:
        """The request as the use case takes it, under the client's own key where it has one."""
        return Submission(
            artifact=self.artifact.sha256,
            policy=_policy(self.policy),
            evidence=tuple(map(_evidence, self.evidence)),
            name=self.artifact.name,
            algorithms=self.artifact.algorithms,
            digest_alone=self.artifact.digest_alone,
            release=self.release,
            trust=tuple(map(_trust, self.trust)),
            key=key,
        )


def _policy(form: PolicyIdForm | PolicyDigestForm | PolicyContentForm) -> PolicyById | PolicyByDigest | PolicyText:
    if isinstance(form, PolicyIdForm):
        return PolicyById(form.id, form.version)
    return PolicyByDigest(form.digest) if isinstance(form, PolicyDigestForm) else PolicyText(form.content.encode())


def _evidence(form: NamedEvidence | GivenEvidence) -> Named | Given:
    if isinstance(form, NamedEvidence):
        return Named(form.name, form.sha256)
    return Given(form.name, decoded(form.content))


def _trust(form: str | TrustDigestForm | GivenTrust) -> str | Along:
    if isinstance(form, GivenTrust):
        return Along(form.name, decoded(form.content), _moment(form.dated))
    return form if isinstance(form, str) else f"sha256:{form.sha256}"


def _moment(text: str | None) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text).replace(microsecond=0) if text is not None else None
    except ValueError:
        raise RequestFault("request.invalid", "not a time", actual=text) from None


class BatchForm(Form):
    """Several requests, each answered for itself."""

    model_config = example(items=[_REQUEST])

    items: Annotated[list[VerificationForm], Field(min_length=1, max_length=100)]


class VerificationView(View):
    """How far a request is: `state` is ``accepted`` or ``done``; with `verdict`, its id, and `result`, what it says."""

    model_config = example(**_ACCEPTED)

    id: str
    state: str
    artifact: Sha256
    policy: Sha256
    published: bool
    why: str
    previous: str | None = None
    created: Time
    verdict: str | None = None
    result: VerdictView | None = None


class VerificationPage(View):
    """Verifications, newest first; `next` is the cursor of the page after."""

    model_config = example(items=[_ACCEPTED], next="41")

    items: list[VerificationView]
    next: str | None = None


class BatchItem(View):
    """One of a batch: the verification, or the problem with it, as it would have been answered alone."""

    status: int
    verification: VerificationView | None = None
    problem: dict[str, object] | None = None


class BatchView(View):
    """The answer to each of a batch, in order."""

    model_config = example(items=[{"status": 202, "verification": _ACCEPTED}])

    items: list[BatchItem]


def verification_view(standing: Standing, verdict: str | None = None) -> VerificationView:
    """A verification as it is shown; in lists, with no more of its verdict than the id `verdict`."""
    found = standing.verification
    return VerificationView(
        id=found.id,
        state="done" if standing.verdict is not None else found.state,
        artifact=found.artifact,
        policy=found.policy,
        published=found.policy_tenant == OPERATOR,
        why=found.why,
        previous=found.previous,
        created=shown_time(found.created),
        verdict=standing.verdict.id if standing.verdict is not None else verdict,
        result=verdict_view(standing.verdict) if standing.verdict is not None else None,
    )
