"""Was it built from the expected repository?

Every place that names the source must name this one: the config source, the materials, and the certificate, which the
CA filled from the identity provider's token and not from what the build said.

Spec: SLSA v1.2, "Verifying artifacts", step 2; Fulcio, "Mapping OIDC token claims", Source Repository URI
"""

from __future__ import annotations

from attestations.predicates.provenance import repository_name

from ..policy.expected import matches
from ..policy.model import Exact, Expected
from .check import Attestation, Check, Met, all_meet


def check_source_uri(expected: Expected, attestation: Attestation) -> Met:
    """All claims of the source repository are the one expected.

    Raises:
        CheckFault: ``source.uri``; ``source.uri_missing``.
    """
    stated = attestation.provenance.source.uri
    claims = (*stated, *attestation.certified("source-repository-uri")) if stated else ()
    return all_meet(
        expected,
        claims,
        reason="source.uri",
        missing="source.uri_missing",
        what="the source repository",
        same=is_repository,
    )


def is_repository(expected: Expected, uri: str) -> bool:
    """Whether `uri` is the repository expected. ``git+`` and ``.git`` say nothing; a pattern sees ``git+https://…``."""
    if isinstance(expected, Exact):
        return repository_name(expected.text) == repository_name(uri)
    name = repository_name(uri)
    return matches(expected, f"git+{name}" if name.startswith("https://") else name)


CHECK = Check("source.uri", "source", check_source_uri, "SLSA v1.2, verifying artifacts, step 2")
