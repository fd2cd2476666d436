"""``countersign remote submit``: hand in for a verdict, now or later."""

from __future__ import annotations

from typing import Any

import click

from .options import example, expectations
from .reaching import asking_again, reaching_options
from .remote_verify import asking_options, flags_of, keeping_options, verified


@click.command(
    "submit",
    epilog=example(
        "countersign remote submit endpoint-7.1.0.exe --policy policy.toml \\\n    --release 7.1.0 --wait 10m"
    ),
)
@click.argument("artifact", metavar="ARTIFACT")
@asking_options
@expectations
@click.option(
    "--idempotency-key",
    "key",
    metavar="TEXT",
    help="A name for this request, as of a CI job: given again, it is the same request.",
)
@keeping_options
@reaching_options
def command(artifact: str, **given: Any) -> int:
    """Hand one file or sha256:… digest in for a verdict, and wait for it as long as --wait says.

    The id of the verification is told as soon as it is accepted. What was accepted is never lost: come back for it
    with `remote show ID`. Handing in the same again is the same verification.

    Exit code: that of the verdict, or 5 where there is none yet.
    """
    flags = flags_of({"artifacts": (artifact,), **given})
    return asking_again(lambda: verified(flags))
