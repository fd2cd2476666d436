"""``countersign replay``: judge a record again, offline, and see whether the same report comes out."""

from __future__ import annotations

import click

from .forms import DOCUMENTS, verdict_form
from .options import example


@click.command(
    "replay",
    short_help="Judge a record again, offline.",
    epilog=example("countersign replay endpoint.record --artifact endpoint-7.1.0.exe"),
)
@click.argument("path", metavar="FILE")
@click.option("--artifact", metavar="PATH", help="Also measure this file, which must be the artifact of the record.")
@verdict_form
@click.option("--dossier", metavar="DIR", help="Make a directory of all that a reader of this verdict needs.")
@click.option("-q", "--quiet", is_flag=True, help="Show no verdict: the exit code tells.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
def command(path: str, artifact: str | None, form: str, dossier: str | None, quiet: bool, no_progress: bool) -> int:
    """Judge the record FILE again, out of itself alone: no network, no store, no clock.

    Exit code: that of the verdict, where the very bytes of the recorded report come out again; 4 where others do; 1
    where --artifact is another artifact.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.reasons import REASONS

    from ..render.lines import fault_line
    from ..render.text import replayed, screen
    from ..usecases.replay import replay
    from .output import check_dossier, document, write_dossier
    from .world import this_machine

    world = this_machine(show_progress=not (quiet or no_progress))
    check_dossier(dossier, world)
    result = replay(path, artifact, world.files, world.terminal, DEFAULT_LIMITS)
    if result.fault is not None:
        reason = REASONS[result.fault.reason]
        world.terminal.note(f"countersign: {fault_line(result.fault, reason.remedy)}")
        return reason.outcome.exit_code
    if dossier is not None:
        write_dossier(dossier, result.request, result.verdict, world)
    if quiet:
        return result.verdict.outcome.exit_code
    if form == "json":
        world.terminal.write_bytes(result.report + b"\n")
    elif form in DOCUMENTS:
        world.terminal.write_bytes(document(form, [result.verdict]))
    else:
        world.terminal.write(screen(result.verdict, world.look) + replayed(path, artifact, world.look))
    return result.verdict.outcome.exit_code
