"""Artifacts and evidence over the wire."""

from __future__ import annotations

from ...store.artifacts import Artifact
from ...store.evidence import StoredEvidence
from .common import Base64, Form, Label, Sha256, Time, View, example, shown_time, shown_time_or_none

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class ArtifactView(View):
    """An artifact. Without `size`, its bytes were never seen; without `stored`, they are not kept."""

    model_config = example(
        sha256=_DIGEST,
        name="endpoint-setup.exe",
        digests={"sha256": _DIGEST},
        size=4,
        stored=True,
        created="2026-03-02T11:04:00Z",
    )

    sha256: Sha256
    name: str
    digests: dict[str, str]
    size: int | None = None
    stored: bool
    created: Time


class ArtifactPage(View):
    """Artifacts by digest; `next` is the cursor of the page after."""

    model_config = example(items=[], next=_DIGEST)

    items: list[ArtifactView]
    next: str | None = None


class EvidenceForm(Form):
    """A file of evidence, in base64. Larger ones come as they are, with ``?name=``."""

    model_config = example(name="endpoint-setup.exe.sigstore.json", content="eyJtZWRpYVR5cGUiOiAi4oCmIn0=")

    name: Label
    content: Base64


class EvidenceView(View):
    """A file of evidence; with `withdrawn`, no new verification takes it."""

    model_config = example(
        sha256=_DIGEST, name="endpoint-setup.exe.sigstore.json", size=20, created="2026-03-02T11:04:00Z"
    )

    sha256: Sha256
    name: str
    size: int
    created: Time
    withdrawn: Time | None = None


class EvidencePage(View):
    """Evidence by digest; `next` is the cursor of the page after."""

    model_config = example(items=[], next=_DIGEST)

    items: list[EvidenceView]
    next: str | None = None


def artifact_view(artifact: Artifact) -> ArtifactView:
    """An artifact as it is shown."""
    return ArtifactView(
        sha256=artifact.sha256,
        name=artifact.name,
        digests=artifact.digests,
        size=artifact.size,
        stored=artifact.stored,
        created=shown_time(artifact.created),
    )


def evidence_view(stored: StoredEvidence) -> EvidenceView:
    """Evidence as it is shown."""
    return EvidenceView(
        sha256=stored.sha256,
        name=stored.name,
        size=stored.size,
        created=shown_time(stored.created),
        withdrawn=shown_time_or_none(stored.withdrawn),
    )
