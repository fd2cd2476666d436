"""``countersign explain``: what a reason code means, what it comes to, and what to do."""

from __future__ import annotations

import click

from .options import example


@click.command("explain", epilog=example("countersign explain signature.invalid"))
@click.argument("reason", required=False)
def command(reason: str | None) -> int:
    """Explain a REASON code. Without one, list them all."""
    from verifier.reasons import REASONS

    from ..render.reasons import explanation, listing
    from .world import this_machine

    world = this_machine()
    if reason is None:
        world.terminal.write(listing(REASONS.values(), world.look))
        return 0
    if reason not in REASONS:
        from difflib import get_close_matches

        near = ", ".join(get_close_matches(reason, REASONS, n=3))
        hint = f"did you mean {near}?" if near else "`countersign explain` lists them all"
        raise click.UsageError(f"{reason!r} is no reason code; {hint}")
    world.terminal.write(explanation(REASONS[reason], world.look))
    return 0
