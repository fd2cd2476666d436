"""``countersign admin restore``: a backup put where nothing is yet."""

from __future__ import annotations

from typing import Any

import click

from .admin_backup import backup_line
from .options import example
from .serving import keeping_options, setup_of


@click.command("restore", epilog=example("countersign admin restore kept --data anew"))
@click.argument("directory", metavar="DIR")
@keeping_options
def command(directory: str, **given: Any) -> int:
    """Put the backup DIR into a data directory in which there is no database. Every byte of it is checked first.

    Nothing is ever restored over anything.
    """
    setup = setup_of(**given)
    from ..serving.composing import stored
    from ..store.backup import restore_backup
    from .world import this_machine

    place = setup.directory
    place.make()
    with place.locked(), stored(setup) as (database, blobs):
        backup = restore_backup(directory, database, blobs)
    this_machine().terminal.write(
        f"{backup_line('restored', backup)}"
        f"next: put what you kept of the signer back into {place.signer}, or a new one with a new key begins there;"
        " then countersign admin upgrade, and countersign serve\n"
    )
    return 0
