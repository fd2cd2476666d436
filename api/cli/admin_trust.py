"""``countersign admin trust``: whom verdicts under the operator's policies trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .administering import office
from .options import example, moment
from .serving import keeping_options

if TYPE_CHECKING:
    import datetime


@click.group("trust", epilog=example("countersign admin trust publish acme vendor.pub.pem"))
def command() -> None:
    """Publish trust roots and keys by the names that policies call them, and distrust them."""


@command.command("publish", epilog=example("countersign admin trust publish acme vendor.pub.pem"))
@click.argument("name")
@click.argument("path", metavar="FILE")
@click.option("--dated", callback=moment, metavar="TIME", help="When a root was obtained; now, without.")
@keeping_options
def publish(name: str, path: str, dated: datetime.datetime | None, **given: Any) -> int:
    """Have NAME stand for the trust root (TrustedRoot JSON) or the public keys in FILE, from now on.

    What was judged stands as it was judged.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.service.publishing import publish_operators_trust
    from .world import this_machine

    world = this_machine()
    content = world.files.read(path, "trust_root", DEFAULT_LIMITS)
    with office(**given) as opened:
        stored = publish_operators_trust(opened, opened.blobs, opened.published, name, content, dated)
    world.terminal.write(
        f"published: {stored.name} ({stored.kind}), sha256:{stored.sha256}\n"
        "next: compare that digest with the one that its maker tells you by another way\n"
    )
    return 0


@command.command("distrust", epilog=example("countersign admin trust distrust acme"))
@click.argument("file", metavar="NAME|DIGEST")
@keeping_options
def distrust(file: str, **given: Any) -> int:
    """Rely on a file no more, under any of its names: what rests on it is verified again without it.

    NAME stands for the file that it stands for now, sha256:… for that very file.
    """
    from ..usecases.service.publishing import distrust_operators
    from .world import this_machine

    with office(**given) as opened:
        names = distrust_operators(opened, opened.published, file)
    this_machine().terminal.write(
        f"distrusted: {', '.join(names)}\n"
        "next: the service verifies again what rests on it; publish what is to take its place under that name\n"
    )
    return 0


@command.command("list", epilog=example("countersign admin trust list"))
@keeping_options
def list_(**given: Any) -> int:
    """What the operator published, by name, oldest first."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.trust_files import list_trust
    from .world import this_machine

    with office(**given) as opened:
        found = list_trust(opened, AT_THE_MACHINE)
    for file in found:
        ends = f"distrusted {file.distrusted:%Y-%m-%d}" if file.distrusted is not None else "in use"
        dated = f", of {file.dated:%Y-%m-%d}" if file.dated is not None else ""
        this_machine().terminal.write(f"{file.name} ({file.kind}{dated}): sha256:{file.sha256}; {ends}\n")
    return 0
