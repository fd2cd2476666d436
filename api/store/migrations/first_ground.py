"""Schema 0001: what its tables have in common."""

from __future__ import annotations

import sqlalchemy as sa

TABLES = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


ID, HEX, NAME, MOMENT = sa.String(64), sa.String(64), sa.String(255), sa.String(27)
SUPERSEDING = sa.text("previous IS NOT NULL")
SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def tenant_column() -> sa.Column[str]:
    """The owner of a row."""
    return sa.Column("tenant", ID, sa.ForeignKey("tenants.id"), nullable=False)
