"""Manifests over the wire."""

from __future__ import annotations

from ...judges.manifests import Said
from ...store.evidence import StoredEvidence
from .common import Sha256, Time, View, example, shown_time_or_none

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class ManifestFile(View):
    """A file of a release, as a manifest lists it."""

    name: str
    digests: dict[str, str]
    size: int | None = None


class ManifestSaid(View):
    """What one manifest says. `count` is how many files it lists, of which `files` are the first thousand."""

    format: str
    vendor: str | None = None
    product: str | None = None
    channel: str | None = None
    platform: str | None = None
    variant: str | None = None
    version: str | None = None
    package: str | None = None
    sequence: int | None = None
    expires: Time | None = None
    count: int
    files: list[ManifestFile]


class ManifestView(View):
    """A file of evidence that reads as manifests. Nobody has vouched for what they say: that takes a verdict."""

    model_config = example(
        sha256=_DIGEST,
        name="release.manifest.json",
        manifests=[
            {
                "format": "manifest",
                "vendor": "acme",
                "product": "endpoint",
                "version": "7.1.0",
                "count": 1,
                "files": [{"name": "endpoint-setup.exe", "digests": {"sha256": _DIGEST}, "size": 4}],
            }
        ],
    )

    sha256: Sha256
    name: str
    manifests: list[ManifestSaid]


def manifest_view(stored: StoredEvidence, said: tuple[Said, ...]) -> ManifestView:
    """Manifests as they are shown."""
    return ManifestView(sha256=stored.sha256, name=stored.name, manifests=[_said(each) for each in said])


def _said(said: Said) -> ManifestSaid:
    files = [ManifestFile(name=file.name, digests=file.digests, size=file.size) for file in said.files]
    expires = shown_time_or_none(said.expires)
    return ManifestSaid(
        format=said.format, **said.words, sequence=said.sequence, expires=expires, count=said.count, files=files
    )
