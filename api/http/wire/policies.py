"""Policies and trust files over the wire."""

from __future__ import annotations

from ...store.policies import StoredPolicy
from ...store.schema import OPERATOR
from ...store.trust_files import StoredTrust
from .common import Base64, Form, Label, Sha256, Time, View, example, shown_time, shown_time_or_none

_DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_POLICY = """format = "countersign.policy/1"
id = "https://policies.example/endpoint"
version = 1
"""


_PUBLISHED = {
    "digest": _DIGEST,
    "id": "https://policies.example/endpoint",
    "version": 1,
    "published": True,
    "verifier": "https://verdicts.example/verifier/endpoint/v1",
    "created": "2026-03-02T11:04:00Z",
}
_ROOT = {
    "name": "sigstore",
    "sha256": _DIGEST,
    "kind": "root",
    "published": True,
    "dated": "2026-03-01T00:00:00Z",
    "created": "2026-03-01T00:00:00Z",
}


class PolicyText(Form):
    """A policy of the tenant's own, in TOML."""

    model_config = example(content=_POLICY)

    content: str


class PolicyView(View):
    """A policy. Under a `published` one, the operator's, verdicts are signed, as `verifier`."""

    model_config = example(**_PUBLISHED)

    digest: Sha256
    id: str
    version: int
    published: bool
    verifier: str | None = None
    created: Time
    replaced: Time | None = None


class PolicyWhole(PolicyView):
    """A policy with its text."""

    model_config = example(**_PUBLISHED, content=_POLICY)

    content: str


class PolicyList(View):
    """The operator's policies, then the tenant's own; each version, oldest first."""

    model_config = example(items=[_PUBLISHED])

    items: list[PolicyView]


class TrustForm(Form):
    """A trust root, or a file of keys, in base64, and what policies call it."""

    model_config = example(name="vendor-keys", content="LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0K")

    name: Label
    content: Base64


class TrustView(View):
    """A trust file; `kind` is ``root`` or ``keys``, `dated` when a root was obtained."""

    model_config = example(**_ROOT)

    name: str
    sha256: Sha256
    kind: str
    published: bool
    dated: Time | None = None
    created: Time
    distrusted: Time | None = None


class TrustList(View):
    """The operator's trust files, then the tenant's own."""

    model_config = example(items=[_ROOT])

    items: list[TrustView]


def policy_view(policy: StoredPolicy) -> PolicyView:
    """A policy as lists show it."""
    return PolicyView(
        digest=policy.digest,
        id=policy.id,
        version=policy.version,
        published=policy.tenant == OPERATOR,
        verifier=policy.verifier,
        created=shown_time(policy.created),
        replaced=shown_time_or_none(policy.replaced),
    )


def policy_whole(policy: StoredPolicy) -> PolicyWhole:
    """A policy as it is shown by itself."""
    return PolicyWhole(**policy_view(policy).model_dump(), content=policy.content)


def trust_view(stored: StoredTrust) -> TrustView:
    """A trust file as it is shown."""
    return TrustView(
        name=stored.name,
        sha256=stored.sha256,
        kind=stored.kind,
        published=stored.tenant == OPERATOR,
        dated=shown_time_or_none(stored.dated),
        created=shown_time(stored.created),
        distrusted=shown_time_or_none(stored.distrusted),
    )
