"""``countersign attest provenance``: say how files were built."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import click

from .attesting import attest, attest_options, blaming_words
from .options import example, moment

if TYPE_CHECKING:
    from ..usecases.statements import Build

ENVIRONMENTS = ("github",)
"""The names of `usecases.builds.ENVIRONMENTS`."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)


def _inputs(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """``NAME=VALUE``, repeated, no name twice."""
    inputs: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not (name and equals) or name in inputs:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE, each NAME once")
        inputs[name] = text
    return inputs


@click.command(
    "provenance",
    epilog=example(
        "countersign attest provenance endpoint-7.1.0.exe --key release.key \\\n"
        "    --builder https://ci.acme.example/release \\\n"
        "    --source https://github.com/acme/endpoint --tag v7.1.0 -o build.jsonl"
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--from", "environment", type=click.Choice(ENVIRONMENTS), help="Ask the CI system whose job this is.")
@click.option("--builder", metavar="URI", help="Who built it.")
@click.option("--source", metavar="URI", help="The repository that it was built from.")
@click.option("--tag", metavar="NAME", help="The tag that it was built from.")
@click.option("--branch", metavar="NAME", help="The branch that it was built from.")
@click.option("--commit", metavar="HEX", help="The commit that it was built from.")
@click.option("--input", "inputs", multiple=True, callback=_inputs, metavar="NAME=VALUE", help="An input. Repeatable.")
@click.option("--invocation", metavar="ID", help="Which run of the builder it was.")
@click.option("--started", callback=moment, metavar="TIME", help="When the build began.")
@click.option("--finished", callback=moment, metavar="TIME", help="When the build ended.")
@attest_options
def command(paths: tuple[str, ...], environment: str | None, **given: Any) -> int:
    """Say from which source, by whom and with which inputs FILEs were built: SLSA provenance v1.

    It is the builder's own word: whoever can sign it can say anything in it.
    """
    names = ("builder", "source", "tag", "branch", "commit", "inputs", "invocation", "started", "finished")
    told = {name: given.pop(name) for name in names}
    if environment is not None and any(told.values()):
        raise click.UsageError("--from asks CI for all that the other flags say; it stands alone")

    def statement() -> bytes:
        from ..usecases.attest import measured
        from ..usecases.statements import provenance_statement
        from .world import this_machine

        world = this_machine()
        build = _build(**told) if environment is None else _told_by(environment)
        with blaming_words():
            return provenance_statement(build, measured(paths, world.files, world.terminal))

    return attest(paths, statement, None, **given)


def _told_by(environment: str) -> Build:
    from ..effects.build_environment import build_environment
    from ..usecases.builds import ENVIRONMENTS as BY_NAME

    return BY_NAME[environment](build_environment())


def _build(
    builder: str | None,
    source: str | None,
    tag: str | None,
    branch: str | None,
    commit: str | None,
    inputs: dict[str, str],
    invocation: str | None,
    started: datetime.datetime | None,
    finished: datetime.datetime | None,
) -> Build:
    """The build that the flags tell of."""
    from ..usecases.builds import own_build

    if not builder or not source:
        raise click.UsageError("say who built it from what: --builder with --source; or --from, to ask CI")
    if tag is not None and branch is not None:
        raise click.UsageError("--tag and --branch are two sources; give one")
    if not (tag or branch or commit):
        raise click.UsageError("say which state of the source it was: --tag, --branch or --commit")
    if commit is not None and not _COMMIT.fullmatch(commit):
        raise click.UsageError("--commit is a whole commit in lower-case hex, 40 or 64 digits")
    ref = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}" if branch else None
    return own_build(builder, source, ref, commit, inputs, invocation=invocation, started=started, finished=finished)
