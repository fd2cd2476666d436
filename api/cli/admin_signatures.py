"""``countersign admin signatures``: what the signer signed, held against what the service gave."""

from __future__ import annotations

from typing import Any

import click

from .administering import office
from .options import example
from .serving import keeping_options


@click.command("signatures", epilog=example("countersign admin signatures"))
@keeping_options
def command(**given: Any) -> int:
    """Hold the signer's journal against the verdicts of the service.

    A signature without a verdict was obtained by somebody who had taken over a part of the service. Its line names the
    record that it claims to follow from: ask whoever ran the service for it, and replay it.

    Exit code: 0 where they agree, 1 where they do not.
    """
    from ..signer.journal import read_journal
    from ..signer.setup import JOURNAL
    from ..usecases.service.signatures_audit import audit_signatures
    from .world import this_machine

    world = this_machine()
    with office(**given) as opened:
        now = world.clock.now()
        entries = read_journal(opened.setup.directory.signer / JOURNAL)
        audited = audit_signatures(entries, opened.database, now)
    lines = [f"signatures {audited.signatures}, signed verdicts {audited.verdicts}"]
    lines += [
        f"UNKNOWN    {each.at} as {each.verifier}: report sha256:{each.report}, record sha256:{each.record}"
        for each in audited.unknown
    ]
    lines += [f"UNSIGNED   {verdict}: its signature is not in the journal" for verdict in audited.unsigned]
    world.terminal.write("\n".join(lines) + "\n")
    return 1 if audited.unknown or audited.unsigned else 0
