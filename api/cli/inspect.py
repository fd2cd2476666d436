"""``countersign inspect``: what a file of evidence says, plainly not verified."""

from __future__ import annotations

import click

from .options import example


@click.command("inspect", epilog=example("countersign inspect endpoint-7.1.0.exe.sigstore.json"))
@click.argument("path", metavar="FILE")
def command(path: str) -> int:
    """Show what a FILE of evidence says. Nothing is verified: anybody could have written it.

    Exit code: 0 where all of it could be read, else that of the reason why not.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.outcome import Outcome, combine
    from verifier.reasons import REASONS

    from ..render.inspection import claims, heading, unreadable
    from ..render.lines import fault_line
    from ..usecases.inspect import inspect
    from .world import this_machine

    world = this_machine()
    seen = inspect(path, world.files, DEFAULT_LIMITS)
    look = world.look
    world.terminal.write(heading(seen.name, seen.digest, seen.size, look))
    for bundle in seen.seen:
        world.terminal.write(claims(bundle.place, bundle.carrier, bundle.claims, look))
    for fault in seen.faults:
        world.terminal.write(unreadable(fault_line(fault, REASONS[fault.reason].remedy, look), look))
    return combine([Outcome.PASSED, *(REASONS[fault.reason].outcome for fault in seen.faults)]).exit_code
