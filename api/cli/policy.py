"""``countersign policy``: write a policy, look for what it leaves open, compare two."""

from __future__ import annotations

from typing import Any

import click

from .options import example, expectations


@click.group("policy", epilog=example("countersign policy lint policy.toml"))
def command() -> None:
    """Write, check and compare policies.

    A policy says who must have signed what. It is a TOML file: `init` writes one to begin with.
    """


@command.command("init", epilog=example("countersign policy init -o policy.toml"))
@expectations
@click.option("-o", "--output", metavar="FILE", help="Write the policy there; by default it is shown.")
def init(output: str | None, **given: Any) -> int:
    """Write a policy to begin with.

    With flags, the policy that they come to in `verify`; without, a commented example.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.policy import Expectations, begin_policy
    from .world import this_machine

    world = this_machine()
    trust = given.pop("trust")
    text = begin_policy(Expectations(**given), trust, world.store, world.files, DEFAULT_LIMITS)
    if output is None:
        world.terminal.write(text)
    else:
        world.files.write(output, text.encode())
    return 0
