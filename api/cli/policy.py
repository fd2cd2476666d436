"""``countersign policy``: write a policy, look for what it leaves open, compare two."""

from __future__ import annotations

from typing import Any

import click

from .options import blaming_flags, example, expectations


@click.group("policy", epilog=example("countersign policy lint policy.toml"))
def command() -> None:
    """Write, check and compare policies.

    A policy says who must have signed what. It is a TOML file: `init` writes one to begin with.
    """


@command.command("init", epilog=example("countersign policy init --key vendor.pub.pem --output new.toml"))
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
    with blaming_flags():
        text = begin_policy(Expectations(**given), trust, world.store, world.files, DEFAULT_LIMITS)
    if output is None:
        world.terminal.write(text)
    else:
        world.files.write(output, text.encode())
    return 0


@command.command("lint", epilog=example("countersign policy lint policy.toml"))
@click.argument("path", metavar="FILE")
def lint(path: str) -> int:
    """Say whether a policy FILE is sound, and what it leaves open.

    Exit code: 0 where it is sound, 4 where it cannot be used. What it leaves open may be meant.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.policy.lint import lint as open_ends
    from verifier.policy.plain import digest

    from ..render.policy import soundness
    from ..usecases.policy import read_policy
    from .world import this_machine

    world = this_machine()
    policy = read_policy(path, world.files, DEFAULT_LIMITS)
    world.terminal.write(soundness(path, digest(policy), open_ends(policy), world.look))
    return 0


@command.command("diff", epilog=example("countersign policy diff old.toml policy.toml"))
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
def diff(old: str, new: str) -> int:
    """Show each key in which two policy files differ.

    Defaults that one spells out and the other leaves out are no difference: the two are the same policy.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.policy.diff import diff as changes
    from verifier.policy.plain import digest

    from ..render.policy import difference
    from ..usecases.policy import read_policy
    from .world import this_machine

    world = this_machine()
    before, after = (read_policy(path, world.files, DEFAULT_LIMITS) for path in (old, new))
    both = (digest(before), digest(after))
    world.terminal.write(difference((old, new), both, changes(before, after), world.look))
    return 0
