"""Publish what the service vouches for as files: every verdict that passed, its policy, the trust document."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ...publish.static import StaticSite
from ...signer.documents import Documents
from ...signer.published import Published
from ...store import verdicts
from ...store.database import Database
from ...store.verdicts import VerdictRow

PAGE = 500


class PublishedFiles(Struct, frozen=True):
    """How many verdicts, policies and versions of the trust document are new, and how many verdicts there are."""

    verdicts: int
    policies: int
    documents: int
    all_verdicts: int


def publish(database: Database, published: Published, documents: Documents, site: StaticSite) -> PublishedFiles:
    """Bring `site` up to what the service has issued; what is there already is left as it is.

    A verdict that was refuted belongs to whoever asked, and is never published. Of one artifact under one policy the
    nth that is published is number n, for good: none is ever deleted.

    Raises:
        StoreFault: ``store.unavailable``.
        SignerFault: ``signer.damaged``.
        OutputFault: ``output.unwritable``, ``publish.changed``.
    """
    new, versions = publish_ground(published, documents, site)
    count = written = 0
    for row in _issued(database):
        assert row.bundle is not None
        written += site.put_verdict(row.policy, row.artifact, row.bundle)
        count += 1
    return PublishedFiles(written, new, versions, count)


def publish_ground(published: Published, documents: Documents, site: StaticSite) -> tuple[int, int]:
    """Publish what verdicts are read by, policies and trust documents; how many are new. Raises: as `publish`."""
    policies = sum(site.put_policy(policy, content) for policy, content in published.contents())
    return policies, site.put_documents(documents.contents())


def _issued(database: Database) -> Iterator[VerdictRow]:
    """Each of them, a page at a time, so that no transaction is held while files are written."""
    after = 0
    while True:
        with database.reading() as connection:
            rows = verdicts.issued(connection, after, PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].serial
