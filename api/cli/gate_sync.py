"""``countersign gate sync``: verdicts and evidence brought to where a gate judges without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import example, moment

if TYPE_CHECKING:
    import datetime

    from attestations.faults import Fault

    from ..effects.repository import Repository
    from ..gate.syncing import Synced
    from .world import World


@click.command("sync", epilog=example("countersign gate sync --from public --into synced"))
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--from", "source", required=True, metavar="URL|DIR", help="What a service published: https://…, or DIR.")
@click.option("--into", required=True, metavar="DIR", help="Where it goes: name it as `synced` in the gate's settings.")
@click.option("--root", metavar="FILE", help="The service's trust document, to begin with; by a road that you trust.")
@click.option(
    "--evidence", multiple=True, metavar="NAME", help="Standing evidence: the file of that name in evidence/."
)
@click.option("--now", callback=moment, metavar="TIME", help="The time to decide at, as in 2026-03-02T11:04:00Z.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def command(
    files: tuple[str, ...],
    source: str,
    into: str,
    root: str | None,
    evidence: tuple[str, ...],
    now: datetime.datetime | None,
    quiet: bool,
) -> int:
    """Bring the verdicts that a service's assured repository lists now, or those on FILEs alone.

    The source may be its site, a mirror of it, or a stick that it was copied to: every file is checked against the
    repository's signed lists. Nothing older takes the place of something newer, and what was withdrawn goes. Cut off
    anywhere, the next run goes on. The gate checks everything again.

    Exit code: 0 all of it is here; 1, 3 or 4 as the worst of what was refused, missing or not decided.
    """
    from attestations.faults import Fault
    from attestations.limits import DEFAULT_LIMITS

    from ..effects.alone import alone
    from ..gate.syncing import Syncing, is_evidence_name
    from .world import this_machine

    for name in evidence:
        if not is_evidence_name(name):
            raise click.UsageError(f"--evidence {name!r} is not the name of a file: letters, digits and ._+~-")
    world = this_machine(show_progress=not quiet)
    digests = tuple(_digest(file, world) for file in files)
    with alone(Path(into)):
        syncing = Syncing(_source(source, world), Path(into), now or world.clock.now(), DEFAULT_LIMITS)
        if root is not None:
            syncing.pin(world.files.read(root, "trust_root", DEFAULT_LIMITS))
        try:
            synced = syncing.run(digests, evidence)
        except Fault as fault:
            return _ended(fault, world, quiet=quiet)
    return _tell(synced, world, quiet=quiet)


def _digest(file: str, world: World) -> str:
    from ..usecases.artifacts import by_digest, is_digest, measure

    artifact = by_digest(file) if is_digest(file) else measure(file, frozenset(), world.files, lambda _: None)
    digest = artifact.digests.get("sha256")
    if digest is None:
        raise click.UsageError(f"{file!r}: a file, or its sha256:…")
    return digest.hex


def _source(source: str, world: World) -> Repository:
    from ..effects.repository import DirectoryRepository, at

    if source.startswith("https://"):
        return at(source)
    if not world.files.is_directory(source):
        raise click.UsageError(f"--from {source!r} is neither https://… nor a directory")
    return DirectoryRepository(Path(source))


def _ended(fault: Fault, world: World, *, quiet: bool) -> int:
    """What was found out about a repository is an answer, and has its outcome's exit code."""
    from verifier.reasons import outcome_of

    if not quiet:
        world.terminal.write(_line(fault) + "what is here already stays; the next run goes on\n")
    return outcome_of(fault.reason).exit_code


def _line(fault: Fault) -> str:
    from verifier.reasons import REASONS

    from ..render.lines import fault_line
    from ..render.visible import visible

    return visible(f"REFUSED  {fault_line(fault, REASONS[fault.reason].remedy)}") + "\n"


def _tell(synced: Synced, world: World, *, quiet: bool) -> int:
    from verifier.outcome import combine
    from verifier.reasons import outcome_of

    from ..render.repositories import session_line

    new = synced.new
    text = [_line(fault) for fault in synced.refused]
    text.append(session_line("repository", synced.session))
    text.append(f"verdicts    {new['verdicts']} new, {synced.gone} withdrawn, {synced.standing} listed\n")
    text.append(f"policies    {new['policies']} new\n")
    text.append(f"evidence    {new['evidence']} new\n")
    if not quiet:
        world.terminal.write("".join(text))
    outcomes = [outcome_of(fault.reason) for fault in synced.refused]
    return combine(outcomes).exit_code if outcomes else 0
