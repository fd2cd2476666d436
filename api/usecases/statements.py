"""Statements about files of a release, as exact bytes: the same fields and files give the same bytes, anywhere.

    manifest     which files a release consists of             attestations.predicates.manifest
    provenance   from which source, by whom they were built    attestations.predicates.slsa_provenance_v1

The bytes are canonical JSON (RFC 8785). Each statement is read by the reader that verifiers use before anybody signs
it, so what this makes is never what that refuses.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

import rfc8785
from msgspec import Struct

from attestations.digests import Digest
from attestations.predicates import manifest, read_predicate, slsa_provenance_v1
from attestations.statements import TYPES, parse_statement
from verifier.verdict import Artifact

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Release(Struct, frozen=True):
    """A release as its manifest names it; None is left out. `expires` is aware, in UTC, of whole seconds."""

    vendor: str
    product: str
    version: str
    channel: str | None = None
    platform: str | None = None
    variant: str | None = None
    sequence: int | None = None
    expires: datetime.datetime | None = None
    previous: Digest | None = None


class Build(Struct, frozen=True):
    """A build as its provenance names it; None is left out. `dependencies` are resource descriptors, the source first.

    `started` and `finished` are aware, in UTC.
    """

    builder: str
    build_type: str
    parameters: Mapping[str, Any]
    internal: Mapping[str, Any] | None = None
    dependencies: tuple[Mapping[str, Any], ...] = ()
    invocation: str | None = None
    started: datetime.datetime | None = None
    finished: datetime.datetime | None = None


def manifest_statement(
    release: Release, artifacts: Iterable[Artifact], deltas: Mapping[Digest, manifest.Delta] | None = None
) -> bytes:
    """The statement that `artifacts` are the files of `release`, each by the last part of its path.

    `deltas` says by SHA-256 which of them are differences, and what each is made for and makes.

    Raises:
        FormatFault: ``json.value``, for a word that no release key has, or a name that no file has;
            ``manifest.duplicate``, for two files of one name.

    Spec: docs/schemas/manifest.schema.json
    """
    subjects = [_subject(artifact) for artifact in artifacts]
    predicate = _given(
        vendor=release.vendor,
        product=release.product,
        version=release.version,
        channel=release.channel,
        platform=release.platform,
        variant=release.variant,
        sequence=release.sequence,
        expires=_moment(release.expires),
        previous={"sha256": release.previous.hex} if release.previous is not None else None,
        artifacts=[
            {"name": name, "sha256": sha256, "size": size, **_delta((deltas or {}).get(Digest("sha256", sha256)))}
            for name, sha256, size in sorted(subjects, key=_by_name)
        ],
    )
    return _statement(manifest.PREDICATE_TYPE, predicate, subjects)


def _delta(delta: manifest.Delta | None) -> dict[str, Any]:
    if delta is None:
        return {}
    return {"delta": {"base": {"sha256": delta.base.hex}, "result": {"sha256": delta.result.hex}}}


def provenance_statement(build: Build, artifacts: Iterable[Artifact]) -> bytes:
    """The statement that `build` made `artifacts`: SLSA provenance v1.

    Raises:
        FormatFault: ``json.*``.

    Spec: https://slsa.dev/spec/v1.2/build-provenance
    """
    metadata = _given(
        invocationId=build.invocation, startedOn=_moment(build.started), finishedOn=_moment(build.finished)
    )
    predicate = {
        "buildDefinition": _given(
            buildType=build.build_type,
            externalParameters=build.parameters,
            internalParameters=build.internal,
            resolvedDependencies=list(build.dependencies),
        ),
        "runDetails": _given(builder={"id": build.builder}, metadata=metadata or None),
    }
    return _statement(slsa_provenance_v1.PREDICATE_TYPE, predicate, [_subject(artifact) for artifact in artifacts])


_Subject = tuple[str, str, int | None]


def _subject(artifact: Artifact) -> _Subject:
    digest = artifact.digests.get("sha256")
    assert digest is not None  # `measure` always takes it
    return PurePath(artifact.name).name, digest.hex, artifact.size


def _by_name(subject: _Subject) -> tuple[str, str]:
    return subject[0], subject[1]


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _moment(moment: datetime.datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else None


def _statement(predicate_type: str, predicate: Mapping[str, Any], subjects: list[_Subject]) -> bytes:
    content = rfc8785.dumps(
        {
            "_type": TYPES[0],
            "subject": [
                {"name": name, "digest": {"sha256": sha256}} for name, sha256, _ in sorted(subjects, key=_by_name)
            ],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
    )
    read_predicate(parse_statement(content))
    return content
