"""``countersign admin policy``: what the service signs verdicts under."""

from __future__ import annotations

from typing import Any

import click

from .administering import office
from .options import example
from .serving import keeping_options


@click.group("policy", epilog=example("countersign admin policy publish policy.toml"))
def command() -> None:
    """Publish and retire policies. Verdicts are signed under these and no others, each as a verifier of its own."""


@command.command("publish", epilog=example("countersign admin policy publish policy.toml"))
@click.argument("path", metavar="FILE")
@keeping_options
def publish(path: str, **given: Any) -> int:
    """Publish the policy FILE (TOML): all tenants may ask under it, and the signer signs what is found.

    It takes the place of the version before. Publishing the same again changes nothing.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.service.publishing import publish_operators_policy
    from .world import this_machine

    world = this_machine()
    content = world.files.read(path, "policy", DEFAULT_LIMITS)
    with office(**given) as opened:
        published = publish_operators_policy(opened, opened.published, opened.base, content)
    policy = published.policy
    replaced = f"in the place of version {published.replaced.version}\n" if published.replaced is not None else ""
    world.terminal.write(
        f"{'published' if published.created else 'published before'}: {policy.id} version {policy.version}\n{replaced}"
        f"digest   sha256:{policy.digest}\nverifier {policy.verifier}\n"
        "next: tell those who rely on verdicts the digest and the verifier; publish the trust roots that it names\n"
    )
    return 0


@command.command(
    "retire", epilog=example("countersign admin policy retire https://audit.example/policies/acme-endpoint")
)
@click.argument("policy", metavar="ID|DIGEST")
@keeping_options
def retire(policy: str, **given: Any) -> int:
    """Take a policy out of use: nothing new is judged or signed under it. Its verdicts stand.

    ID stands for its present version, sha256:… for one version.
    """
    from ..usecases.service.publishing import retire_operators_policy
    from .world import this_machine

    with office(**given) as opened:
        retired = retire_operators_policy(opened, opened.published, policy)
    this_machine().terminal.write(
        f"retired: {retired.id} version {retired.version}\n"
        "next: publish a version in its place, or tell those who ask under it\n"
    )
    return 0


@command.command("list", epilog=example("countersign admin policy list"))
@keeping_options
def list_(**given: Any) -> int:
    """What the operator published, each version, oldest first."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.policies import list_policies
    from .world import this_machine

    with office(**given) as opened:
        found = list_policies(opened, AT_THE_MACHINE)
    for policy in found:
        ends = f"replaced {policy.replaced:%Y-%m-%d}" if policy.replaced is not None else "in use"
        this_machine().terminal.write(f"{policy.id} version {policy.version}: sha256:{policy.digest}; {ends}\n")
    return 0
