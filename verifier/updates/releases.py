"""What authenticated manifests say of a release, by itself: enough to judge an update by, without the evidence.

    released    a request that passed ─► a `Release` for each manifest that it rests on; a service keeps them
    weigh       files, each with its releases, and what the asker accepted ─► Step

The vendor and the product of a release are words that the policy asked for: a manifest of whoever may sign for another
vendor is no release of this one.

Spec: countersign design, sections 4 (Current) and 5.4; decision 0127
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.predicates.manifest import Delta
from attestations.statements import Claim, Subject

from ..faults import UpdateFault
from ..manifests import Listed, Manifest, Published
from ..policy.expected import leaves_open, matches
from ..verdict import Artifact
from .advance import Asker, Step, advance_together
from .following import statement_digest, stream_of
from .offers import Offer
from .streams import ReleaseState, Stream
from .strength import strength_of

if TYPE_CHECKING:
    from ..policy.model import ManifestRequirement, Policy

MOST_FILES = 1000
"""Files of a release that is kept; a larger one is judged where its evidence is."""


class Difference(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A file of a release that is a difference: what it was made for, and what it makes. All are SHA-256 in hex."""

    file: str
    base: str
    result: str


class Release(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A release as its manifest says it. `statement` is the manifest's digest, `files` are SHA-256 in hex, sorted, and
    `differences` say of some that they are such; `strength` is that of the scheme that it is signed with (`.strength`).
    Moments are aware, in UTC."""

    stream: Stream
    version: str
    statement: Digest
    files: tuple[str, ...]
    strength: int
    sequence: int | None = None
    previous: Digest | None = None
    expires: datetime.datetime | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def whole_files(self) -> tuple[str, ...]:
        """The files that are installed: a difference only makes one of them."""
        differences = {each.file for each in self.differences}
        return tuple(sha256 for sha256 in self.files if sha256 not in differences)


_DECODER = msgspec.json.Decoder(Release)
_WORD = re.compile(r"(?:[a-z0-9][a-z0-9._+-]{0,63})?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def write_release(release: Release) -> bytes:
    """The release as JSON: one release has one form."""
    return msgspec.json.encode(release, order="deterministic")


def read_release(content: bytes) -> Release:
    """The release that `write_release` wrote. Raises: ValueError, for anything else."""
    release = _DECODER.decode(content)
    if write_release(release) != content or not _is_sound(release):
        raise ValueError("not as it is written here")
    return release


def _is_sound(release: Release) -> bool:
    """Whether it is what a manifest can say: whoever wrote it may have read hostile evidence before."""
    words = (*msgspec.structs.astuple(release.stream), release.version)
    digests = [release.statement, *([release.previous] if release.previous is not None else [])]
    return (
        all(_WORD.fullmatch(word) for word in words)
        and all(digest.algorithm == "sha256" and _SHA256.fullmatch(digest.hex) for digest in digests)
        and all(_SHA256.fullmatch(sha256) for sha256 in release.files)
        and all(_SHA256.fullmatch(text) for each in release.differences for text in msgspec.structs.astuple(each))
        and len(release.files) <= MOST_FILES
        and 0 <= (release.sequence or 0) < 1 << 53
        and (release.expires is None or release.expires.utcoffset() == datetime.timedelta(0))
    )


def released(published: Iterable[Published]) -> tuple[Release, ...]:
    """The releases of these manifests; none for one that does not say of which stream it is, or that is too large.

    Of a statement that several signed, the one by the strongest scheme.
    """
    found: dict[Digest, Release] = {}
    for release in filter(None, map(_release, published)):
        found[release.statement] = _stronger(release, found.get(release.statement, release))
    return tuple(found.values())


def _stronger(one: Release, other: Release) -> Release:
    return one if one.strength > other.strength else other


def _release(published: Published) -> Release | None:
    manifest = published.says
    if not isinstance(manifest, Manifest) or manifest.dated or len(manifest.files) > MOST_FILES:
        return None
    digests = [file.subject.digests.get("sha256") for file in manifest.files]
    if manifest.vendor is None or manifest.product is None or None in digests:
        return None
    return Release(
        stream=stream_of(manifest),
        version=manifest.version.value if manifest.version is not None else "",
        statement=statement_digest(published),
        files=tuple(sorted(digest.hex for digest in digests if digest is not None)),
        strength=strength_of(signer.algorithm for signer in published.authenticated.signers),
        sequence=manifest.sequence,
        previous=manifest.previous,
        expires=manifest.expires,
        differences=tuple(sorted(_differences(manifest))),
    )


def _differences(manifest: Manifest) -> Iterator[Difference]:
    for file in manifest.files:
        digest = file.subject.digests.get("sha256")
        if file.delta is not None and digest is not None:
            yield Difference(digest.hex, file.delta.base.hex, file.delta.result.hex)


def asks_for(policy: Policy, release: Release) -> bool:
    """Whether a requirement of the policy names the vendor and the product, and the release is as it asks."""
    from ..policy.model import ManifestRequirement

    wanted = [each for each in policy.requirements if isinstance(each, ManifestRequirement)]
    return any(names_stream(each) and _is_as_asked(each, release) for each in wanted)


def names_stream(requirement: ManifestRequirement) -> bool:
    """Whether vendor and product are the policy's words, and not whatever the signer says."""
    return not leaves_open(requirement.vendor) and not leaves_open(requirement.product)


def _is_as_asked(requirement: ManifestRequirement, release: Release) -> bool:
    asked = ((getattr(requirement, name), getattr(release.stream, name)) for name in Stream.__struct_fields__)
    return all(expected is None or matches(expected, text) for expected, text in asked)


def weigh(
    state: ReleaseState,
    files: Mapping[str, Sequence[Release]],
    now: datetime.datetime,
    stream: Stream | None = None,
) -> Step:
    """Where files (SHA-256 in hex, each with the releases that it passed as a part of) lead from `state` together.

    Every file of each of the releases must be there. `stream` is the one that was asked about, where one was.
    """
    faults: list[Fault] = []
    offers: dict[Digest, Release] = {}
    given: dict[Digest, list[str]] = {}
    for sha256, releases in files.items():
        for release in releases:
            offers[release.statement] = _stronger(release, offers.get(release.statement, release))
            given.setdefault(release.statement, []).append(sha256)
        if not releases:
            detail = "no manifest is known that tells of which release this file is"
            faults.append(UpdateFault("update.unknown", detail, actual=f"sha256:{sha256}"))
    if not offers and not faults:
        raise ValueError("a set has a file at least")
    steps = [
        (_offer(release, given[statement]), Asker(stream or release.stream)) for statement, release in offers.items()
    ]
    step = advance_together(state, steps, now)
    return Step(None, (*faults, *step.faults), made=step.made) if faults else step


def _offer(release: Release, given: Iterable[str]) -> Offer:
    words = {name: Claim(word, "") for name, word in msgspec.structs.asdict(release.stream).items() if word}
    deltas = {each.file: Delta(_digest(each.base), _digest(each.result)) for each in release.differences}
    manifest = Manifest(
        "manifest",
        tuple(Listed(Subject(sha256, _digests(sha256)), delta=deltas.get(sha256)) for sha256 in release.files),
        version=Claim(release.version, "") if release.version else None,
        sequence=release.sequence,
        expires=release.expires,
        previous=release.previous,
    )
    artifacts = tuple(Artifact(sha256, _digests(sha256), None) for sha256 in given)
    return Offer(replace(manifest, **words), release.statement, artifacts, release.strength)


def _digests(sha256: str) -> DigestSet:
    return DigestSet((_digest(sha256),))


def _digest(sha256: str) -> Digest:
    return Digest("sha256", sha256)
