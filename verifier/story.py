"""Do manifest and provenance tell one story? A difference is a finding: worth knowing, and no change of outcome.

    manifest                     provenance
    version 7.1.0         ↔      tag v7.1.0            the tag ends in the version
    commit of a release   ↔      commit                one of them is the same
    name of the artifact  ↔      name of the subject   the same file name, in whatever directory

What must agree is for the policy to say, by ``{version}`` in both requirements.

Spec: countersign design, section 5; in-toto attestation framework, release predicate
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.faults import Fault
from attestations.predicates import PROVENANCE_TYPES, Provenance, read_predicate
from attestations.statements import Subject

from .authenticated import Authenticated
from .manifests import TYPES, Manifest, manifest_of
from .results import Source, finding
from .verdict import CheckResult


class _Told(Struct, frozen=True):
    """One piece of evidence that speaks of the release, and its subjects."""

    says: Manifest | Provenance
    subjects: tuple[Subject, ...]
    source: Source


def one_story(used: Iterable[Authenticated]) -> Iterator[CheckResult]:
    """A finding for each difference between a manifest and provenance, of the evidence that decided."""
    told = [one for item in used if (one := _read(item)) is not None]
    for manifest in told:
        for provenance in told:
            if isinstance(manifest.says, Manifest) and isinstance(provenance.says, Provenance):
                yield from _compare(manifest.says, provenance.says, provenance, manifest)


def _read(item: Authenticated) -> _Told | None:
    statement = item.statement
    if statement is None:
        return None
    says: object = None
    if statement.predicate_type in TYPES:
        says = manifest_of(statement, item.evidence.source)
    elif statement.predicate_type in PROVENANCE_TYPES:
        try:
            says = read_predicate(statement, source=item.evidence.source)
        except Fault:
            return None
    if not isinstance(says, Manifest | Provenance):
        return None
    return _Told(says, statement.subjects, Source.of(item.evidence))


def _compare(manifest: Manifest, provenance: Provenance, built: _Told, listed: _Told) -> Iterator[CheckResult]:
    tags = [claim.value for claim in provenance.source.tag]
    if manifest.version is not None and any(not _is_of(tag, manifest.version.value) for tag in tags):
        detail = f"the manifest says version {manifest.version.value}, the provenance tag {tags[0]}"
        yield finding("story.version", detail, actual=tags[0], source=listed.source)
    commits = [claim.value for claim in provenance.source.commit]
    if manifest.commits and any(commit not in manifest.commits for commit in commits):
        detail = f"the manifest names commit {manifest.commits[0]}, the provenance {commits[0]}"
        yield finding("story.commit", detail, actual=commits[0], source=listed.source)
    for subject in built.subjects:
        names = {_file_name(file.subject.name) for file in manifest.files if _same(file.subject, subject)}
        if names and subject.name and _file_name(subject.name) not in names:
            detail = f"the manifest lists as {min(names)} what the provenance calls {_file_name(subject.name)}"
            yield finding("story.name", detail, actual=subject.name, source=listed.source)


def _is_of(tag: str, version: str) -> bool:
    """Whether the tag ends in the version, and not in a longer number of which it is the tail."""
    return re.search(rf"(?:^|[^0-9.]){re.escape(version.removeprefix('v'))}\Z", tag) is not None


def _same(one: Subject, other: Subject) -> bool:
    return any(digest in other.digests.strong for digest in one.digests.strong)


def _file_name(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]
