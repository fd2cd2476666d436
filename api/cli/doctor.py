"""``countersign doctor``: whether this installation can judge."""

from __future__ import annotations

import click

from .options import example

ILL = 4
"""The exit code where something would keep it from judging."""


@click.command("doctor", epilog=example("countersign doctor"))
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", metavar="FORM", help="text or json."
)
def command(form: str) -> int:
    """Look for what would keep this installation from judging.

    At its extras, clock, trust roots and their age, permissions, and the process of a second opinion. Uses no
    network. Ends with 4 where something is bad.
    """
    import msgspec

    from ..render.doctor import doctor_text
    from ..usecases.doctor import diagnose
    from .world import this_machine

    world = this_machine()
    found = diagnose(world.store, world.clock)
    if form == "json":
        world.terminal.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    else:
        rows = [(each.subject, each.state, each.detail) for each in found.findings]
        world.terminal.write(doctor_text(rows, well=found.well, look=world.look))
    return 0 if found.well else ILL
