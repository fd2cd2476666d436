"""A channel's latest release: the newest of which every file passed, by what the vendor's signed manifests say.

Words are those of manifests that policies asked for, and numbers are theirs: what somebody declared in the catalogue
says nothing here.

Spec: countersign design, sections 4 (Current) and 7; decision 0127
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy.engine import Connection

from attestations.digests import Digest
from verifier.faults import UpdateFault
from verifier.updates.releases import Release
from verifier.updates.streams import Stream
from verifier.updates.versions import compare_versions

from ...effects.faults import RequestFault
from ...store import judged_releases
from ...store.judged_releases import JudgedRelease, PassedFile
from .service import Principal, Service


class Latest(Struct, frozen=True):
    """A stream's latest release, and the verdict by which each of its files passed."""

    release: Release
    files: tuple[PassedFile, ...]


class Channel(Struct, frozen=True):
    """Where to look: a vendor's product and channel, of all platforms and variants where none is named."""

    vendor: str
    product: str
    channel: str
    platform: str | None = None
    variant: str | None = None


def latest(service: Service, principal: Principal, channel: Channel, policy: str | None) -> tuple[Latest, ...]:
    """The newest release of each stream of the channel that passed as a whole, and that still holds.

    Where the newest one has expired, an older one is no answer: the stream has none. `policy` is the digest of the one
    that verdicts must be under.

    Raises:
        RequestFault: ``request.not_found``.
        UpdateFault: ``update.equivocation``, where the vendor signed two of one number.
    """
    now = service.clock.now()
    words = {name: getattr(channel, name) for name in channel.__struct_fields__}
    with service.database.reading() as connection:
        found: dict[Stream, list[JudgedRelease]] = {}
        for each in judged_releases.named(connection, principal.tenant, policy, **words):
            found.setdefault(each.release.stream, []).append(each)
        newest = [_newest(connection, principal, policy, found[stream]) for stream in sorted(found)]
    items = tuple(each for each in newest if each is not None)
    items = tuple(each for each in items if each.release.expires is None or each.release.expires > now)
    if not items:
        raise RequestFault("request.not_found", "no release of this channel passed as a whole and still holds")
    return items


def _newest(
    connection: Connection, principal: Principal, policy: str | None, judged: Sequence[JudgedRelease]
) -> Latest | None:
    """The newest of a stream's releases of which every file passed that is installed; they are in order."""
    forms: dict[Digest, list[JudgedRelease]] = {}
    for each in judged:
        forms.setdefault(each.release.statement, []).append(each)
    best: Latest | None = None
    for same in forms.values():
        release = same[0].release
        if best is not None and not _is_newer(release, best.release):
            continue
        passed: dict[str, PassedFile] = {}
        for form in same:
            passed |= judged_releases.files_of(connection, principal.tenant, form.digest, policy)
        if passed.keys() >= set(release.whole_files):
            best = Latest(release, tuple(passed[sha256] for sha256 in release.files if sha256 in passed))
    if best is not None:
        _check_one(best.release, (each.release for each in judged))
    return best


def _is_newer(release: Release, than: Release) -> bool:
    """Where numbers speak they alone do; without, versions that can be compared, and else whatever was judged last."""
    if release.sequence is not None or than.sequence is not None:
        return False  # in order of their numbers, those without one last
    return compare_versions(release.version, than.version) == 1


def _check_one(release: Release, others: Iterable[Release]) -> None:
    for other in others:
        same = other.sequence is not None and other.sequence == release.sequence
        if same and other.statement != release.statement:
            raise UpdateFault(
                "update.equivocation",
                "two manifests of one number passed",
                expected=str(release.statement),
                actual=str(other.statement),
            )
