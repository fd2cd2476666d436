"""Does an SBOM about the artifact say of itself what is expected?

Each leaf takes the requirement and what the SBOM says. What it lists is never checked against the artifact's bytes, and
stands on verdicts as *claimed*.

Spec: countersign design, section 5; CycloneDX, ``metadata.component``; SPDX 2.3, clause 11 (DESCRIBES)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attestations.sboms import Sbom

from ..faults import CheckFault
from ..policy.model import SbomRequirement
from ..sbom_schemas import check_schema
from ..sboms import Content, bind_roots, roots_of
from ..verdict import Artifact
from .check import Met, all_meet

CLAUSE = "countersign design, section 5"

_TOOLS_SHOWN = 3


def require_format(requirement: SbomRequirement, actual: str) -> None:
    """It presents itself as what is asked for. Raises: CheckFault ``sbom.format``."""
    if requirement.format not in (None, actual):
        raise CheckFault("sbom.format", "an SBOM of another format", expected=requirement.format, actual=actual)


def check_format(requirement: SbomRequirement, sbom: Sbom) -> Met | None:
    """It is of the format expected. Raises: CheckFault ``sbom.format``."""
    if requirement.format is None:
        return None
    require_format(requirement, sbom.format)
    return Met(f"an SBOM in {sbom.format} {sbom.version}", requirement.format, sbom.format)


def check_digest(requirement: SbomRequirement, sbom: Sbom, artifact: Artifact) -> Met | None:
    """Its root component has the artifact's digest. Raises: CheckFault ``sbom.digest``, ``sbom.unsaid``."""
    if not requirement.digest:
        return None
    roots = roots_of(sbom)
    if not roots:
        raise CheckFault("sbom.unsaid", "the SBOM does not say the digest of what it is of", expected="a strong digest")
    bind_roots(roots, sbom, artifact)
    return Met("its root component has the artifact's digest", pointer=sbom.roots[0].pointer)


def check_name(requirement: SbomRequirement, sbom: Sbom) -> Met | None:
    """What it is of has the name expected. Raises: CheckFault ``sbom.name``, ``sbom.unsaid``."""
    if requirement.name is None:
        return None
    claims = [root.name for root in sbom.roots if root.name is not None]
    return all_meet(requirement.name, claims, reason="sbom.name", missing="sbom.unsaid", what="what the SBOM is of")


def check_version(requirement: SbomRequirement, sbom: Sbom) -> Met | None:
    """What it is of has the version expected. Raises: CheckFault ``sbom.version``, ``sbom.unsaid``."""
    if requirement.version is None:
        return None
    claims = [root.version for root in sbom.roots if root.version is not None]
    what = "the version of what the SBOM is of"
    return all_meet(requirement.version, claims, reason="sbom.version", missing="sbom.unsaid", what=what)


def check_valid(requirement: SbomRequirement, content: Content) -> Met | None:
    """It is as its format's schema asks. Raises: CheckFault ``sbom.schema``, ``sbom.schema_unavailable``."""
    if not requirement.schema:
        return None
    digest = check_schema(content.sbom, content.node)
    return Met(f"as the schema of {content.sbom.format} {content.sbom.version} asks", str(digest))


def read_claims(sbom: Sbom) -> Met:
    """What it says of itself, for people: how much it lists, by which tools, when. None of it is checked."""
    counts = ((sbom.components, "component"), (sbom.files, "file"), (sbom.dependencies, "dependency relationship"))
    words = [f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts if count] or ["no component"]
    text = f"claimed, not verified: {', '.join(words)}"
    if sbom.tools:
        more = f" and {len(sbom.tools) - _TOOLS_SHOWN} more" if len(sbom.tools) > _TOOLS_SHOWN else ""
        text += f"; made by {', '.join(sbom.tools[:_TOOLS_SHOWN])}{more}"
    return Met(text + (f"; dated {sbom.created.value}" if sbom.created is not None else "; undated"))


Question = Callable[[], Met | None]


def questions(requirement: SbomRequirement, content: Content, artifact: Artifact) -> Iterator[tuple[str, Question]]:
    """Every check of an SBOM about the artifact, by its name on verdicts; one that asks nothing gives None."""
    sbom = content.sbom
    yield "sbom.format", lambda: check_format(requirement, sbom)
    yield "sbom.digest", lambda: check_digest(requirement, sbom, artifact)
    yield "sbom.name", lambda: check_name(requirement, sbom)
    yield "sbom.version", lambda: check_version(requirement, sbom)
    yield "sbom.schema", lambda: check_valid(requirement, content)
    yield "sbom.claims", lambda: read_claims(sbom)
