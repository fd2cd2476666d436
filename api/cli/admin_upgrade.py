"""``countersign admin upgrade``: an older version's database brought to this one's schema."""

from __future__ import annotations

from typing import Any

import click

from .options import example
from .serving import keeping_options, setup_of


@click.command("upgrade", epilog=example("countersign admin upgrade"))
@keeping_options
def command(**given: Any) -> int:
    """Bring the database to this version's schema. Make a backup first; end the service and its workers.

    All of it is done, or nothing. A database of a newer version is left alone: nothing goes back.
    """
    import contextlib

    setup = setup_of(**given)
    from ..serving.composing import check_begun, stored
    from .world import this_machine

    check_begun(setup)
    with contextlib.ExitStack() as held:
        if setup.embedded:
            held.enter_context(setup.directory.locked())
        database, _ = held.enter_context(stored(setup))
        database.create()
        database.check_schema()
    this_machine().terminal.write("the database is of this version's schema\nnext: countersign serve\n")
    return 0
