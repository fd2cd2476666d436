"""``countersign admin backup``: everything that the service keeps, copied while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .administering import office
from .options import example
from .serving import keeping_options

if TYPE_CHECKING:
    from ..store.backup import Backup


@click.command("backup", epilog=example("countersign admin backup copy"))
@click.argument("directory", metavar="DIR")
@keeping_options
def command(directory: str, **given: Any) -> int:
    """Copy the database and all bytes into DIR, which is empty or not there. The service may be running.

    The signer's keys are not in it. On PostgreSQL, its own programs do this: they are named.
    """
    from ..store.backup import write_backup
    from ..version import VERSION
    from .world import this_machine

    world = this_machine()
    with office(**given) as opened:
        backup = write_backup(opened.database, opened.blobs, directory, opened.clock.now(), VERSION)
        signer = opened.setup.directory.signer
    world.terminal.write(
        f"{backup_line('copied', backup)}"
        f"next: keep a copy of {signer} as well, apart from this: whoever has that signs as the service\n"
    )
    for sha256 in backup.damaged:
        world.terminal.note(f"countersign: not copied, since it is damaged: {sha256}")
    return 4 if backup.damaged else 0


def backup_line(what: str, backup: Backup) -> str:
    """What a backup comes to, in a line."""
    from ..render.words import size_words

    description = backup.description
    return (
        f"{what}: the database and {backup.blobs} blobs, {size_words(backup.size)}; as of {description.made},"
        f" schema {description.schema}, by version {description.version}\n"
    )
