"""``countersign admin publish``: what the service vouches for, as files for anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .administering import office
from .options import example
from .serving import keeping_options


@click.command("publish", epilog=example("countersign admin publish public"))
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@keeping_options
def command(directory: Path, **given: Any) -> int:
    """Write every verdict that passed under the operator's policies, these policies and the trust document to DIR.

    Any server of files, or a CDN, serves it. Files there are never changed, but for trust/root.json, which is the
    newest trust document. A refuted verdict is not published: it belongs to whoever asked.
    """
    from ..publish.static import StaticSite
    from ..signer.documents import Documents
    from ..signer.setup import TRUST
    from ..usecases.service.publish import publish
    from .world import this_machine

    with office(**given) as opened:
        documents = Documents(opened.setup.directory.signer / TRUST)
        done = publish(opened.database, opened.published, documents, StaticSite(directory))
    this_machine().terminal.write(
        f"verdicts   {done.verdicts} new, {done.all_verdicts} in all\n"
        f"policies   {done.policies} new\n"
        f"trust      {done.documents} new versions of the trust document\n"
    )
    return 0
