"""The tables of judged releases: what a manifest said that a verdict rests on, each once, and which verdicts do.

The form of a release is `verifier.updates.releases`; its words stand in columns of their own to be looked up by.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table

from .tables import HEX, ID, METADATA, NAME

judged_releases = Table(
    "judged_releases",
    METADATA,
    Column("digest", HEX, primary_key=True),  # SHA-256 of the content: whoever's verdicts rest on it, it is one row
    Column("vendor", NAME, nullable=False),
    Column("product", NAME, nullable=False),
    Column("channel", NAME, nullable=False),  # "" where the manifest leaves it out, as the next two
    Column("platform", NAME, nullable=False),
    Column("variant", NAME, nullable=False),
    Column("version", NAME, nullable=False),
    Column("sequence", BigInteger),
    Column("content", LargeBinary, nullable=False),
    Index(None, "vendor", "product", "channel"),
)

verdict_releases = Table(
    "verdict_releases",
    METADATA,
    Column("verdict", ID, ForeignKey("verdicts.id"), primary_key=True),
    Column("release", HEX, ForeignKey("judged_releases.digest"), primary_key=True),
    Index(None, "release"),
)
"""Of verdicts that passed."""
