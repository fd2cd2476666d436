"""``countersign admin identity``: whom a tenant lets in on an issuer's word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .administering import office
from .options import example
from .serving import issuers_option, keeping_options

if TYPE_CHECKING:
    from ..store.identities import Identity


@click.group("identity", epilog=example("countersign admin identity list --tenant acme"))
def command() -> None:
    """Let CI jobs and people in by ids that their issuer gives once. They get tokens that last for hours."""


tenant_option = click.option("--tenant", required=True, metavar="ID", help="Whom they come in with.")


def claim(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Claims as ``NAME=VALUE``, each name once."""
    claims: dict[str, str] = {}
    for value in values:
        name, equals, said = value.partition("=")
        if not equals or name in claims:
            raise click.BadParameter(f"{value!r} is no NAME=VALUE, or its name is given twice")
        claims[name] = said
    return claims


@command.command(
    "new",
    epilog=example(
        "countersign admin identity new https://ci.example --tenant acme \\\n"
        "    --claim repository_id=4711 --role vendor --issuers issuers.toml"
    ),
)
@click.argument("issuer", metavar="ISSUER")
@tenant_option
@click.option(
    "--claim",
    "claims",
    multiple=True,
    required=True,
    metavar="NAME=VALUE",
    callback=claim,
    help="What the issuer says of them. All must hold, one of them an id. Repeatable.",
)
@click.option("--role", "roles", multiple=True, required=True, metavar="ROLE", help="One of the tenant's. Repeatable.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=("read", "submit"),
    show_default=True,
    metavar="SCOPE",
    help="read, submit, manage. Repeatable.",
)
@issuers_option
@keeping_options
def new(
    issuer: str,
    tenant: str,
    claims: dict[str, str],
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    issuers: Path | None,
    **given: Any,
) -> int:
    """Let in whoever ISSUER, which the file of issuers names, says all the claims of."""
    from ..serving.admitting import issuing_at
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.identities import Binding, bind_identity
    from .world import this_machine

    with office(**given) as opened:
        binding = Binding(issuer, claims, roles, scopes)
        made = bind_identity(opened, issuing_at(issuers), AT_THE_MACHINE, binding, tenant)
    this_machine().terminal.write(
        f"let in: {_line(made)}\nnext: serve with the same file of issuers; in the job, `countersign remote` with "
        f"--tenant {made.tenant}\n"
    )
    return 0


@command.command("list", epilog=example("countersign admin identity list --tenant acme"))
@tenant_option
@keeping_options
def list_(tenant: str, **given: Any) -> int:
    """Whom the tenant lets in, oldest first."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.identities import list_identities
    from ..usecases.service.tenants import find_tenant
    from .world import this_machine

    with office(**given) as opened:
        find_tenant(opened, tenant)
        found = list_identities(opened, AT_THE_MACHINE, tenant)
    this_machine().terminal.write("".join(f"{_line(identity)}\n" for identity in found))
    return 0


@command.command("revoke", epilog=example("countersign admin identity revoke identity-0123456789 --tenant acme"))
@click.argument("id", metavar="ID")
@tenant_option
@keeping_options
def revoke(id: str, tenant: str, **given: Any) -> int:  # noqa: A002  # the argument's own name
    """Let nobody in by the identity ID any more. Tokens that it gave run out within hours."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.identities import unbind_identity
    from .world import this_machine

    with office(**given) as opened:
        found = unbind_identity(opened, AT_THE_MACHINE, id, tenant)
    this_machine().terminal.write(
        f"revoked: {_line(found)}\nnext: revoke the tokens that it gave, where hours are too long\n"
    )
    return 0


def _line(identity: Identity) -> str:
    claims = ", ".join(f"{name}={value}" for name, value in sorted(identity.claims.items()))
    ends = f"; revoked {identity.revoked:%Y-%m-%d}" if identity.revoked is not None else ""
    rights = f"{', '.join(identity.roles)}; {', '.join(identity.scopes)}"
    return f"{identity.id} of {identity.tenant}: {identity.issuer} {claims}; {rights}{ends}"
