"""``countersign staple``: a checked verdict beside the file that it is about."""

from __future__ import annotations

from typing import Any

import click

from .expecting import relying_options, weigh
from .options import example


@click.command(
    "staple",
    epilog=example(
        "countersign staple endpoint-7.1.0.exe --bundle verdict.json \\\n    --key release.key.pub"
        " --verifier-id https://audit.example/v1 \\\n    --policy named.toml --release 7.1.0"
    ),
)
@click.argument("artifact", metavar="FILE")
@click.option("--bundle", required=True, metavar="FILE", help="The verdict: a bundle, or a summary (VSA).")
@relying_options
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def command(artifact: str, bundle: str, keys: tuple[str, ...], quiet: bool, **given: Any) -> int:
    """Put a checked verdict beside the file that it is about.

    There `verify` and `gate check` find it by themselves. It is checked first, as by `verdict check`, and only what
    passed is written: to FILE.verdict.json, in place of an older one. Whoever finds it there checks it again.

    Exit code: 0 PASSED and written; 1 FAILED, 3 INCOMPLETE, 4 ERROR, and nothing is written.
    """
    from ..usecases.artifacts import is_digest
    from ..usecases.staple import staple
    from .world import this_machine

    if is_digest(artifact):
        raise click.UsageError("a verdict is put beside a file, and not beside a digest")
    world = this_machine(show_progress=not quiet)
    result, text = weigh(bundle, artifact, keys, world, **given)
    written = staple(bundle, artifact, result, world.files)
    if not quiet:
        world.terminal.write(text + (f"stapled: {written}\n" if written is not None else ""))
    return result.outcome.exit_code
