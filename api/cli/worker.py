"""``countersign worker``: judges for a service of several machines."""

from __future__ import annotations

from typing import Any

import click

from .options import example
from .serving import service_options, setup_of


@click.command("worker", epilog=example("countersign worker --database postgresql://db.example/countersign --judges 4"))
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Give this worker's figures to Prometheus, at this port of this machine itself.",
)
@service_options
def command(metrics_port: int | None, **given: Any) -> int:
    """Judge what a service of several machines accepted.

    It takes --database and --blobs as `serve` has them, and may run on any number of machines, several times on each.
    In the data directory of a service that runs here it uses that service's signer; in another, one of its own, which
    signs what is published there. Give that one the same --base.

    One that is killed loses nothing: what it was at is taken up by another within seconds.
    """
    setup = setup_of(**given)
    if setup.embedded:
        raise click.UsageError("a service on one machine judges by itself; a worker needs --database postgresql://…")
    if setup.judges < 1:
        raise click.UsageError("--judges 0 leaves a worker nothing to do")
    from ..serving.working import work

    return work(setup, metrics_port)
