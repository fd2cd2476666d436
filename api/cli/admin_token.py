"""``countersign admin token``: what tenants ask with."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import click

from .administering import office
from .options import example
from .serving import keeping_options

if TYPE_CHECKING:
    from ..store.tokens import Token


@click.group("token", epilog=example("countersign admin token new release-jobs --tenant acme"))
def command() -> None:
    """Make and revoke tokens. The service keeps the hash of a token alone: nobody can look one up again."""


tenant_option = click.option("--tenant", default="operator", show_default=True, metavar="ID", help="Whose token it is.")


@command.command("new", epilog=example("countersign admin token new release-jobs --tenant acme --scope submit"))
@click.argument("name")
@tenant_option
@click.option(
    "--role", "roles", multiple=True, metavar="ROLE", help="One of the tenant's roles; all, without. Repeatable."
)
@click.option(
    "--scope", "scopes", multiple=True, metavar="SCOPE", help="read, submit, manage; all, without. Repeatable."
)
@click.option(
    "--days", type=click.IntRange(1, 366), default=90, show_default=True, metavar="N", help="How long it lives."
)
@click.option("-o", "--output", metavar="FILE", help="The file to make of it; in the data directory, without.")
@keeping_options
def new(
    name: str,
    tenant: str,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    days: int,
    output: str | None,
    **given: Any,
) -> int:
    """Make a token, called NAME, and write it to a file that its owner alone may read. It is shown nowhere."""
    from ..effects.keys.making import check_absent, write_new
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.tokens import TokenWanted, make_token
    from .world import this_machine

    world = this_machine()
    with office(**given) as opened:
        if output is not None:
            check_absent(output)
        wanted = TokenWanted(name, roles, scopes, datetime.timedelta(days=days))
        made = make_token(opened, AT_THE_MACHINE, wanted, tenant)
        path = output if output is not None else str(opened.setup.directory.tokens / made.token.id)
        write_new(path, made.secret.encode("ascii") + b"\n", 0o600)
    world.terminal.write(
        f"made: {_line(made.token)}\nwritten to {path}\n"
        "next: hand that file over by a way that nobody reads along; its reader gives it as --token-file\n"
    )
    return 0


@command.command("list", epilog=example("countersign admin token list --tenant acme"))
@tenant_option
@keeping_options
def list_(tenant: str, **given: Any) -> int:
    """The tenant's tokens, oldest first: what each may do, and until when."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.tenants import find_tenant
    from ..usecases.service.tokens import list_tokens
    from .world import this_machine

    with office(**given) as opened:
        find_tenant(opened, tenant)
        found = list_tokens(opened, AT_THE_MACHINE, tenant)
    this_machine().terminal.write("".join(f"{_line(token)}\n" for token in found))
    return 0


@command.command("revoke", epilog=example("countersign admin token revoke token-0123456789 --tenant acme"))
@click.argument("id", metavar="ID")
@tenant_option
@keeping_options
def revoke(id: str, tenant: str, **given: Any) -> int:  # noqa: A002  # the argument's own name
    """Revoke the token ID for good; it opens nothing from the next request on."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.tokens import revoke_token
    from .world import this_machine

    with office(**given) as opened:
        token = revoke_token(opened, AT_THE_MACHINE, id, tenant)
    this_machine().terminal.write(
        f"revoked: {_line(token)}\nnext: what was done with it stands in the trail, under token:{token.id}\n"
    )
    return 0


def _line(token: Token) -> str:
    ends = f"revoked {token.revoked:%Y-%m-%d}" if token.revoked is not None else f"until {token.expires:%Y-%m-%d}"
    return f"{token.id} ({token.name}) of {token.tenant}: {', '.join(token.roles)}; {', '.join(token.scopes)}; {ends}"
