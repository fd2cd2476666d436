"""What a policy says: one value, however it was written (a TOML file, flags, a record's canonical JSON).

    Policy
    ├── Product             whose release this is
    ├── TrustRule           which trust roots count, how old they may be, how many authorities must have seen it
    ├── signers             who may speak, by name:  PinnedIdentity | PinnedKey
    └── requirements        what they must have said: SignedRequirement | ProvenanceRequirement | LevelRequirement

Texts are expectations: `Exact`, or an anchored `Pattern`. ``{version}`` in one stands for the release asked about.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec import Struct, field

from attestations.digests import Digest

FORMAT = "countersign.policy/1"


class Exact(Struct, frozen=True):
    """A text that must be met to the letter."""

    text: str


class Pattern(Struct, frozen=True):
    """An anchored expression, ``^…$``, that must match a whole text. Its language: `verifier.policy.patterns`."""

    text: str


Expected = Exact | Pattern

ExpectedValue = Expected | bool | int | tuple["ExpectedValue", ...] | Mapping[str, "ExpectedValue"]
"""What a build parameter must be. A mapping is complete: a field of the evidence that it does not name is refused."""


class Period(Struct, frozen=True):
    """From when until when (aware UTC, both inclusive); None is open."""

    start: datetime.datetime | None
    end: datetime.datetime | None


class PinnedIdentity(Struct, frozen=True):
    """A certificate's SAN together with the OIDC issuer that vouched for it; neither counts alone (T20 to T23).

    `issuer` "" says outright that the certificate states none. `claims` are what the certificate must say besides, by
    the names of `verifier.claims.CLAIMS`.
    """

    name: str
    group: str
    identity: Expected
    issuer: str
    valid: Period | None = None
    claims: Mapping[str, Expected] = field(default_factory=dict)


NAMESPACE = "file"
"""What OpenSSH signatures over files are made for, where a policy does not say otherwise: ssh-keygen(1), -n."""


class PinnedKey(Struct, frozen=True):
    """A public key by the SHA-256 of its SubjectPublicKeyInfo; `valid` is the window in which it may have signed.

    `payload_signatures` lets it speak by signatures over a bare payload, as old Cloud Build keys do. Such a signature
    is any blob signature over a statement's file: only of a key that signs nothing else does it mean the statement.
    `namespace` is what an OpenSSH signature by this key must have been made for.
    """

    name: str
    group: str
    key: Digest
    valid: Period | None = None
    payload_signatures: bool = False
    namespace: str = NAMESPACE


class AnyIdentity(Struct, frozen=True):
    """DANGER: whoever holds any certificate of the trust root. Made by `unsafe_any_identity` alone."""

    name: str
    group: str


SignerRule = PinnedIdentity | PinnedKey | AnyIdentity


class Product(Struct, frozen=True):
    """Whose release is judged. `resource` is the purl that a VSA would name, with ``{version}``."""

    vendor: str
    name: str
    channels: tuple[str, ...] = ()
    resource: str | None = None


class TrustRule(Struct, frozen=True):
    """Trust roots by name or ``sha256:…`` of their bytes; their greatest age; and how many *distinct* authorities of
    each kind must have seen a signature made under a certificate.

    `engines` is how many must find the evidence authentic: ours, and at most one other.
    `times` is never below one. `logs` and `scts` are 0 only where a policy says so outright, for a private instance.
    """

    roots: tuple[str, ...] = ()
    max_age: datetime.timedelta | None = None
    logs: int = 1
    times: int = 1
    scts: int = 1
    engines: int = 1


class SignedRequirement(Struct, frozen=True):
    """`threshold` distinct groups among `signers` signed the artifact, or a statement whose subject it is.

    `predicate_type`, where given, is the type that such a statement must have; a bare signature then does not count.
    `package` is a package URL: what the artifact must have been published as.
    """

    signers: tuple[str, ...]
    threshold: int = 1
    subject: Expected | None = None
    predicate_type: Expected | None = None
    package: str | None = None


class ProvenanceRequirement(Struct, frozen=True):
    """`threshold` distinct groups among `signers` stated how the artifact was built, and it was built as expected.

    A field that is None is not looked at, and `VI_BUILD_1` cannot hold without builder, source, build_type and
    parameters. `versioned_tag` is met by a tag of that version or of a more precise one: ``v1.2`` by ``v1.2.7``.
    `inputs` are the run's inputs that must be as given; others may be there. `slsa_build_level` is what the policy's
    author grants provenance by these signers and this builder: evidence cannot say it of itself.
    """

    signers: tuple[str, ...]
    threshold: int = 1
    subject: Expected | None = None
    predicate_type: Expected | None = None
    package: str | None = None
    builder: Expected | None = None
    build_type: Expected | None = None
    source: Expected | None = None
    ref: Expected | None = None
    tag: Expected | None = None
    versioned_tag: str | None = None
    branch: Expected | None = None
    commit: Expected | None = None
    parameters: Mapping[str, ExpectedValue] | None = None
    inputs: Mapping[str, ExpectedValue] | None = None
    slsa_build_level: int | None = None


class LayoutRequirement(Struct, frozen=True):
    """`threshold` distinct groups among `signers` signed an in-toto layout, and the artifact came about by it.

    The artifact is what the layout's last step left; `product` is the path that it must have there. `parameters` fill
    in the layout's placeholders, each with this text and no other.
    """

    signers: tuple[str, ...]
    threshold: int = 1
    product: Expected | None = None
    parameters: Mapping[str, Exact] = field(default_factory=dict)


class ManifestRequirement(Struct, frozen=True):
    """`threshold` distinct groups among `signers` published a manifest that lists the artifact, and it says so.

    `match` are the facts that it must state of the artifact, each as measured: ``sha256``, ``sha384``, ``sha512``,
    ``size``, and with ``header`` the version that the artifact's own header declares. `expires` asks that it say until
    when it holds; one that says so is held to it in any case. `current` asks that the release follow from the one that
    the asker accepted last, and `max_age` that this was no longer ago where nothing newer is offered. What a format
    cannot say stays missing where a field asks for it.
    """

    signers: tuple[str, ...]
    threshold: int = 1
    subject: Expected | None = None
    package: str | None = None
    vendor: Expected | None = None
    product: Expected | None = None
    channel: Expected | None = None
    platform: Expected | None = None
    variant: Expected | None = None
    version: Expected | None = None
    match: tuple[str, ...] = ()
    expires: bool = False
    current: bool | None = None
    max_age: datetime.timedelta | None = None


class SbomRequirement(Struct, frozen=True):
    """`threshold` distinct groups among `signers` signed an SBOM about the artifact, and it says so of itself.

    `format` is ``cyclonedx`` or ``spdx``; `name` and `version` are of what the SBOM is of. `digest` asks that its root
    component have the artifact's digest, `schema` that the whole be as its format's schema asks.
    """

    signers: tuple[str, ...]
    threshold: int = 1
    format: str | None = None
    name: Expected | None = None
    version: Expected | None = None
    digest: bool = False
    schema: bool = False


class DebianRequirement(Struct, frozen=True):
    """`threshold` distinct groups among `signers` signed a Debian archive's Release, which leads to the artifact.

    `component` and `architecture` are of the index that lists it, `name` and `version` the package's own. `max_age` is
    how old a Release may be at most, whatever it says itself; `current` asks that none older come after a newer one.
    """

    signers: tuple[str, ...]
    threshold: int = 1
    origin: Expected | None = None
    label: Expected | None = None
    suite: Expected | None = None
    codename: Expected | None = None
    component: Expected | None = None
    architecture: Expected | None = None
    name: Expected | None = None
    version: Expected | None = None
    max_age: datetime.timedelta | None = None
    current: bool | None = None


class VerdictRequirement(Struct, frozen=True):
    """`threshold` distinct groups among `signers` signed a summary (VSA) in which `verifier` found that it passes.

    `verifier` is that verifier's id, to the letter; `resource` what the summary must call the artifact. `levels` must
    be stated, or higher ones of their tracks. `policy_digest` is of the policy that the verifier judged under,
    `max_age` how long ago at most; None takes any.
    """

    signers: tuple[str, ...]
    verifier: str
    resource: Expected
    threshold: int = 1
    levels: tuple[str, ...] = ()
    policy_digest: Digest | None = None
    max_age: datetime.timedelta | None = None


class LevelRequirement(Struct, frozen=True):
    """The verdict's level, or one track, must be at least this."""

    at_least: str


StatementRequirement = SignedRequirement | ProvenanceRequirement
"""A requirement that evidence must meet; the others are asked of the verdict."""

SignerRequirement = (
    StatementRequirement
    | LayoutRequirement
    | ManifestRequirement
    | SbomRequirement
    | DebianRequirement
    | VerdictRequirement
)
"""A requirement that parties meet whom it names."""

Requirement = SignerRequirement | LevelRequirement


class Policy(Struct, frozen=True):
    """A policy that was read and found sound: `signers` by name, `requirements` in the order written."""

    id: str
    version: int
    trust: TrustRule
    signers: tuple[SignerRule, ...]
    requirements: tuple[Requirement, ...]
    product: Product | None = None

    def signer(self, name: str) -> SignerRule:
        return next(signer for signer in self.signers if signer.name == name)


def unsafe_any_identity(name: str = "any", group: str = "any") -> AnyIdentity:
    """DANGER: a signer rule that accepts every identity the trust root can vouch for, which proves nothing about who.

    For tests and the corpus alone. No policy file, flag or environment variable reaches it.
    """
    return AnyIdentity(name, group)
