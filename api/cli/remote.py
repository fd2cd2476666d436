"""``countersign remote``: verdicts of a service, as `verify` gives those of this machine."""

from __future__ import annotations

import click

from .lazy import LazyGroup
from .options import example

MEMBERS = {"verify": "remote_verify", "submit": "remote_submit", "show": "remote_show"}
"""Each command, and the module whose attribute ``command`` it is."""


@click.group("remote", cls=LazyGroup, members=MEMBERS, epilog=example("countersign remote show ID --wait 10m"))
def command() -> None:
    """Have a service verify, and fetch what it found.

    Exit codes are those of `verify`, and 5 where there is no verdict yet or the service is not reached.
    """
