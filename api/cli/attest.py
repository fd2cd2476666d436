"""``countersign attest``: say what a release consists of and how it was built, and sign it."""

from __future__ import annotations

import datetime
from typing import Any

import click

from .attesting import attest, attest_options, blaming_words
from .options import example, moment
from .provenance import command as provenance


@click.group("attest", epilog=example("countersign attest manifest --help"))
def command() -> None:
    """Sign statements about the files of a release.

    With --dry-run nothing is signed: the exact bytes of the statement are shown. With --preflight what was signed is
    judged under a policy, as a customer would, and written only where it passes.
    """


@command.command(
    "manifest",
    epilog=example(
        "countersign attest manifest endpoint-7.1.0.exe --vendor acme \\\n"
        "    --product endpoint --version 7.1.0 --key release.key -o manifest.jsonl"
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--vendor", required=True, metavar="WORD", help="Whose release it is.")
@click.option("--product", required=True, metavar="WORD", help="What it is a release of.")
@click.option("--version", required=True, metavar="WORD", help="Its version.")
@click.option("--channel", metavar="WORD", help="For whom it is: stable, beta.")
@click.option("--platform", metavar="WORD", help="What it runs on: windows, linux.")
@click.option("--variant", metavar="WORD", help="Which of several: x64, arm64.")
@click.option("--sequence", type=click.IntRange(min=0), metavar="N", help="Its number among the releases of its kind.")
@click.option("--expires", callback=moment, metavar="TIME", help="Until when it is what you recommend.")
@click.option("--previous", metavar="FILE|sha256:…", help="The manifest before: its file, or its statement's SHA-256.")
@click.option(
    "--delta",
    "differences",
    nargs=3,
    multiple=True,
    metavar="PATCH BASE FILE",
    help="PATCH makes FILE out of BASE, which may be sha256:…",
)
@attest_options
def manifest(
    paths: tuple[str, ...],
    previous: str | None,
    expires: datetime.datetime | None,
    differences: tuple[tuple[str, str, str], ...],
    **given: Any,
) -> int:
    """Say that a release consists of these FILEs, each by its name, size and SHA-256."""
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.attest import deltas_of, measured, previous_statement
    from ..usecases.statements import Release, manifest_statement
    from .world import this_machine

    fields = {name: given.pop(name) for name in Release.__struct_fields__ if name in given}
    if expires is not None and expires.microsecond:
        raise click.UsageError("--expires is a moment in whole seconds")

    def statement() -> bytes:
        world = this_machine()
        before = previous_statement(previous, world.files, DEFAULT_LIMITS) if previous is not None else None
        release = Release(**fields, expires=expires, previous=before)
        artifacts = measured(paths, world.files, world.terminal)
        deltas = deltas_of(differences, artifacts, world.files, world.terminal)
        with blaming_words():
            return manifest_statement(release, artifacts, deltas)

    return attest(paths, statement, fields["version"], **given)


command.add_command(provenance)
