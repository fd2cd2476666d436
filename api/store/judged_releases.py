"""Judged releases: of which release a file is whose verdict passed, and which files of a release passed.

What a tenant sees of them are those that its own verdicts rest on, and those that published ones do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from verifier.updates.releases import Release, read_release, write_release
from verifier.updates.streams import Stream

from .rows import put
from .schema import verdicts
from .schema_releases import judged_releases, verdict_releases
from .verdicts import passed_for

MOST = 200
"""Releases that are looked at where some are looked for by their words, newest first."""


class JudgedRelease(Struct, frozen=True):
    """A release, and the SHA-256 of its form."""

    digest: str
    release: Release


class PassedFile(Struct, frozen=True):
    """A file that passed as a part of a release, and the newest verdict by which it did."""

    sha256: str
    verdict: str
    policy: str


def insert(connection: Connection, verdict: str, releases: Iterable[Release]) -> None:
    """Write down that a verdict rests on these releases."""
    for release in releases:
        content = write_release(release)
        digest = hashlib.sha256(content).hexdigest()
        words = {name: getattr(release.stream, name) for name in release.stream.__struct_fields__}
        row = {"digest": digest, **words, "version": release.version, "sequence": release.sequence, "content": content}
        put(connection, judged_releases, row)
        put(connection, verdict_releases, {"verdict": verdict, "release": digest})


def of_verdicts(connection: Connection, asked: Iterable[str]) -> dict[str, tuple[Release, ...]]:
    """The releases that verdicts rest on, by the verdict. Whether the asker may see them, the caller has asked.

    Each is read once: the files of a large release, each with its verdict, cost no more than their number.
    """
    found: dict[str, list[str]] = {verdict: [] for verdict in asked}
    rests = select(verdict_releases).where(verdict_releases.c.verdict.in_(found)).order_by(verdict_releases.c.release)
    for row in connection.execute(rests):
        found[row.verdict].append(row.release)
    digests = {digest for each in found.values() for digest in each}
    wanted = select(judged_releases.c.digest, judged_releases.c.content).where(judged_releases.c.digest.in_(digests))
    read = {row.digest: read_release(row.content) for row in connection.execute(wanted)}
    return {verdict: tuple(read[digest] for digest in each) for verdict, each in found.items()}


def named(
    connection: Connection, tenant: str, policy: str | None = None, *, past: bool = False, **words: str | None
) -> tuple[JudgedRelease, ...]:
    """Releases with these words of which the tenant may see that a file passed, under `policy` where one is named.

    Of each stream the greatest sequence comes first, then what was judged last; `MOST` at most of all together, of
    which each stream has its share: one with many releases, or great numbers, hides no other. `past` takes along what
    passed once and is superseded: what somebody has installed was a release also where it is none to install any more.
    """
    wanted = select(judged_releases.c.digest, judged_releases.c.content).select_from(_JOINED)
    wanted = wanted.where(passed_for(tenant, past=past), *_under(policy))
    wanted = wanted.where(*(judged_releases.c[name] == word for name, word in words.items() if word is not None))
    sequence = judged_releases.c.sequence
    newest = func.max(verdicts.c.serial).desc()
    stream = [judged_releases.c[name] for name in Stream.__struct_fields__]
    place = func.row_number().over(partition_by=stream, order_by=(sequence.is_(None), sequence.desc(), newest))
    rows = connection.execute(wanted.group_by(judged_releases.c.digest).order_by(place, *stream).limit(MOST))
    return tuple(JudgedRelease(row.digest, read_release(row.content)) for row in rows)


def files_of(connection: Connection, tenant: str, release: str, policy: str | None = None) -> dict[str, PassedFile]:
    """The files of a release of which the tenant may see that they passed as a part of it, by SHA-256."""
    wanted = select(verdicts.c.artifact, verdicts.c.id, verdicts.c.policy).select_from(_JOINED)
    wanted = wanted.where(judged_releases.c.digest == release, passed_for(tenant), *_under(policy))
    rows = connection.execute(wanted.order_by(verdicts.c.serial))
    return {row.artifact: PassedFile(row.artifact, row.id, row.policy) for row in rows}


def _under(policy: str | None) -> tuple[ColumnElement[bool], ...]:
    return (verdicts.c.policy == policy,) if policy is not None else ()


_JOINED = judged_releases.join(verdict_releases, verdict_releases.c.release == judged_releases.c.digest).join(
    verdicts, verdicts.c.id == verdict_releases.c.verdict
)
