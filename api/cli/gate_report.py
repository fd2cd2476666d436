"""``countersign gate report``: what many gates did."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from .options import example, moment


@click.command("report", epilog=example("countersign gate report gate"))
@click.argument("directories", nargs=-1, required=True, metavar="DIR...")
@click.option("--since", callback=moment, metavar="TIME", help="Only what was decided since then.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", metavar="FORM", help="text or json."
)
def command(directories: tuple[str, ...], since: datetime.datetime | None, form: str) -> int:
    """Sum the journals of gates: by host, by product, by reason; and what would have been held while observing.

    DIR is the state of a gate, or a directory in which each host has one of its own: DIR/HOST/decisions.jsonl. Lines
    that cannot be read are counted, and told.
    """
    from ..gate.report_forms import report_json, report_screen
    from ..gate.reporting import summed
    from .world import this_machine

    world = this_machine(show_progress=False)
    report = summed(map(Path, directories), since)
    if form == "json":
        world.terminal.write_bytes(report_json(report))
    else:
        world.terminal.write(report_screen(report, world.look))
    return 0
