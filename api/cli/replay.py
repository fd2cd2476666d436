"""``countersign replay``: judge a record again, offline, and see whether the same report comes out."""

from __future__ import annotations

import click

from .options import example


@click.command(
    "replay",
    short_help="Judge a record again, offline.",
    epilog=example("countersign replay endpoint.record --artifact endpoint-7.1.0.exe"),
)
@click.argument("path", metavar="FILE")
@click.option("--artifact", metavar="PATH", help="Also measure this file, which must be the artifact of the record.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="text, or the JSON report.")
@click.option("-q", "--quiet", is_flag=True, help="Show no verdict: the exit code tells.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
def command(path: str, artifact: str | None, form: str, quiet: bool, no_progress: bool) -> int:
    """Judge the record FILE again, out of itself alone: no network, no store, no clock.

    Exit code: that of the verdict, where the very bytes of the recorded report come out again; 4 where others do; 1
    where --artifact is another artifact.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.reasons import REASONS

    from ..render.lines import fault_line
    from ..render.text import replayed, screen
    from ..usecases.replay import replay
    from .world import this_machine

    world = this_machine(show_progress=not (quiet or no_progress))
    result = replay(path, artifact, world.files, world.terminal, DEFAULT_LIMITS)
    if result.fault is not None:
        reason = REASONS[result.fault.reason]
        world.terminal.note(f"countersign: {fault_line(result.fault, reason.remedy)}")
        return reason.outcome.exit_code
    if form == "json" and not quiet:
        world.terminal.write_bytes(result.report + b"\n")
    elif not quiet:
        world.terminal.write(screen(result.verdict, world.look) + replayed(path, artifact, world.look))
    return result.verdict.outcome.exit_code
