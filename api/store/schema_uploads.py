"""The tables of uploads: what was announced, and the parts that came so far. Parts are gone once an upload is done."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table

from .columns import Moment, Words
from .tables import METADATA

uploads = Table(
    "uploads",
    METADATA,
    Column("id", Words(64), primary_key=True),
    Column("tenant", Words(64), ForeignKey("tenants.id"), nullable=False),
    Column("sha256", Words(64), nullable=False),  # what the whole is announced to be
    Column("name", Words(255), nullable=False),
    Column("size", BigInteger, nullable=False),  # of the whole, in bytes
    Column("created", Moment, nullable=False, index=True),
    Column("done", Moment),
)

upload_parts = Table(
    "upload_parts",
    METADATA,
    Column("upload", Words(64), ForeignKey("uploads.id"), primary_key=True),
    Column("start", BigInteger, primary_key=True),  # two that send the same part: one is written
    Column("size", BigInteger, nullable=False),
    Column("blob", Words(64), nullable=False),
)
