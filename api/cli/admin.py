"""``countersign admin``: what the operator does, where the data directory is or the database can be reached."""

from __future__ import annotations

import click

from .lazy import LazyGroup
from .options import example

MEMBERS = {
    "tenant": "admin_tenant",
    "token": "admin_token",
    "identity": "admin_identity",
    "policy": "admin_policy",
    "trust": "admin_trust",
    "reverify": "admin_reverify",
    "sweep": "admin_sweep",
    "backup": "admin_backup",
    "restore": "admin_restore",
    "upgrade": "admin_upgrade",
    "ceremony": "ceremony",
    "publish": "admin_publish",
    "tuf": "admin_tuf",
    "signatures": "admin_signatures",
}
"""Each command, and the module whose attribute ``command`` it is."""


@click.group("admin", cls=LazyGroup, members=MEMBERS, epilog=example("countersign admin tenant list"))
def command() -> None:
    """Run a service: tenants, tokens, what is published, backups.

    Each works on the data directory, or on the database and the store that several machines share. The service may be
    running meanwhile, but for `restore` and `upgrade`.
    """
