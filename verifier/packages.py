"""What package registries say around a statement, held against it; and what they sign without one, as one."""

from __future__ import annotations

from attestations.bundles import Evidence, PackageSignature
from attestations.digests import Digest, DigestSet
from attestations.faults import FormatFault, Place
from attestations.purls import npm_purl
from attestations.statements import Statement, Subject

from .uris import TYPE_BASE

REGISTRY_SIGNATURE = f"{TYPE_BASE}/npm-registry-signature/v1"
"""What policies call an npm registry's signature, which has no predicate type: a name of ours for its one meaning."""


def check_label(evidence: Evidence, statement: Statement) -> None:
    """A statement is of the type under which its carrier offers it.

    A client that picks attestations by what the carrier writes beside them would otherwise verify one thing and believe
    another (T61). The label is unsigned: it can only refute.

    Raises:
        FormatFault: ``statement.label``.
    """
    label = evidence.bundle.label
    if label and label != statement.predicate_type:
        raise FormatFault(
            "statement.label",
            "the statement is of another type than the file says",
            place=Place(evidence.source, "/predicateType"),
            expected=label,
            actual=statement.predicate_type,
        )


def package_statement(content: PackageSignature) -> Statement:
    """What an npm registry's verified signature says: that these bytes are this version of this package."""
    name = npm_purl(content.name, content.version)
    return Statement(
        type=REGISTRY_SIGNATURE,
        subjects=(Subject(name, DigestSet((Digest("sha512", content.sha512),))),),
        predicate_type=REGISTRY_SIGNATURE,
        predicate={"name": content.name, "version": content.version},
    )
