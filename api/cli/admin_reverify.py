"""``countersign admin reverify``: verdicts given anew, as things stand."""

from __future__ import annotations

from typing import Any

import click

from .administering import office
from .options import example
from .serving import keeping_options


@click.command("reverify", epilog=example("countersign admin reverify https://audit.example/policies/acme-endpoint"))
@click.argument("policy", metavar="ID|DIGEST")
@keeping_options
def command(policy: str, **given: Any) -> int:
    """Have every verdict under a policy of the operator's given anew, with the trust of today.

    ID stands for its present version, sha256:… for one version.

    The service does it in its own time. What follows from a change (a policy replaced, trust withdrawn) it does by
    itself; this is for all else: after an upgrade, say.
    """
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.publishing import operators_policy
    from ..usecases.service.supersede import renew
    from .world import this_machine

    with office(**given) as opened:
        event = renew(opened, AT_THE_MACHINE, operators_policy(opened, policy).digest)
    this_machine().terminal.write(
        f"asked for: {event.id}\n"
        "next: each new verdict supersedes the one before; GET /v1/events and webhooks tell of them\n"
    )
    return 0
