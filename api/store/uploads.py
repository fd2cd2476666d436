"""Uploads under way: what a tenant announced, and what of it came. A part is a blob; the parts lie end to end."""

from __future__ import annotations

import datetime

from msgspec import Struct, structs
from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from .rows import every, first, put
from .schema_uploads import upload_parts, uploads


class Upload(Struct, frozen=True):
    """An upload of `size` bytes that are to have this digest; `done` since when they are an artifact."""

    id: str
    tenant: str
    sha256: str
    name: str
    size: int
    created: datetime.datetime
    done: datetime.datetime | None = None


class Part(Struct, frozen=True):
    """`size` bytes of an upload from `start` on, in a blob."""

    upload: str
    start: int
    size: int
    blob: str


def insert(connection: Connection, upload: Upload) -> None:
    """Begin an upload."""
    put(connection, uploads, structs.asdict(upload))


def by_id(connection: Connection, tenant: str, upload: str) -> Upload | None:
    """The tenant's upload of that id."""
    return first(connection, Upload, select(uploads).where(uploads.c.tenant == tenant, uploads.c.id == upload))


def under_way(connection: Connection, tenant: str) -> int:
    """How many of the tenant's are not done."""
    mine = select(func.count()).select_from(uploads).where(uploads.c.tenant == tenant, uploads.c.done.is_(None))
    return connection.execute(mine).scalar_one()


def begun_before(connection: Connection, before: datetime.datetime, limit: int) -> tuple[Upload, ...]:
    """Uploads of any tenant that began before a moment, oldest first."""
    old = select(uploads).where(uploads.c.created < before)
    return every(connection, Upload, old.order_by(uploads.c.created).limit(limit))


def parts_of(connection: Connection, upload: str) -> tuple[Part, ...]:
    """What came of an upload, in order."""
    parts = select(upload_parts).where(upload_parts.c.upload == upload)
    return every(connection, Part, parts.order_by(upload_parts.c.start))


def add(connection: Connection, part: Part) -> bool:
    """Write down a part that came; False where one that begins there came before."""
    return put(connection, upload_parts, structs.asdict(part))


def finish(connection: Connection, upload: str, at: datetime.datetime) -> None:
    """Say that the whole is there, and let go of the parts."""
    connection.execute(delete(upload_parts).where(upload_parts.c.upload == upload))
    connection.execute(update(uploads).where(uploads.c.id == upload).values(done=at))


def remove(connection: Connection, upload: str) -> None:
    """Let go of an upload and its parts."""
    connection.execute(delete(upload_parts).where(upload_parts.c.upload == upload))
    connection.execute(delete(uploads).where(uploads.c.id == upload))
