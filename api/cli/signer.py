"""``countersign signer``: the signer by itself, where a person opens its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import example
from .signing import pin_options, pin_source


@click.command("signer", epilog=example("countersign signer --data new"))
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The service's directory.")
@pin_options
def command(data: Path, **given: Any) -> int:
    """Run the signer of the service in DIR until it is told to stop, its key opened by whoever starts it.

    A service starts a signer of its own where the key wants no passphrase or PIN. Where it does, start this first,
    then the service.
    """
    from ..signer import running
    from .world import this_machine

    world = this_machine()
    running.run(
        data / "signer",
        pin_source(**given),
        running.until_told,
        lambda: world.terminal.note("countersign: the signer answers"),
    )
    return 0
