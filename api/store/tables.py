"""What all tables have in common: where they are registered, how their constraints are named, the types of ids."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

from .columns import Words

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID, HEX, NAME = Words(64), Words(64), Words(255)
SERIAL = BigInteger().with_variant(Integer, "sqlite")


def tenant_column() -> Column[str]:
    """The owner of a row."""
    return Column("tenant", ID, ForeignKey("tenants.id"), nullable=False)
