"""``countersign admin tenant``: for whom the service works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .administering import office
from .options import example
from .serving import keeping_options

if TYPE_CHECKING:
    from ..store.tenants import Tenant


@click.group("tenant", epilog=example("countersign admin tenant list"))
def command() -> None:
    """Open tenants, bound what they may ask for, close them. Tenants cannot see one another."""


def limits(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """``NAME=N``, repeated. Which names there are, the service says."""
    read = {}
    for value in values:
        name, _, figure = value.partition("=")
        if not name or not figure.isascii() or not figure.isdecimal() or len(figure) > 15:
            raise click.BadParameter(f"{value!r} is not NAME=N, as in pending=100")
        read[name] = int(figure)
    return read


own_limits = click.option(
    "--limit", "own", multiple=True, callback=limits, metavar="NAME=N", help="A limit of its own. Repeatable."
)


@command.command("new", epilog=example("countersign admin tenant new house-of-audit --role auditor"))
@click.argument("id", metavar="ID")
@click.option("--name", metavar="TEXT", help="What people call it; its ID, without.")
@click.option(
    "--role", "roles", multiple=True, required=True, metavar="ROLE", help="vendor, auditor, fleet. Repeatable."
)
@own_limits
@keeping_options
def new(id: str, name: str | None, roles: tuple[str, ...], own: dict[str, int], **given: Any) -> int:  # noqa: A002  # the argument's own name
    """Open the tenant ID. Its roles are the most that its tokens may have."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.tenants import TenantWanted, open_tenant

    with office(**given) as opened:
        tenant = open_tenant(opened, AT_THE_MACHINE, TenantWanted(id, name or id, roles, own))
    _tell(tenant, "opened", f"make it a token: countersign admin token new NAME --tenant {tenant.id}")
    return 0


@command.command("list", epilog=example("countersign admin tenant list"))
@keeping_options
def list_(**given: Any) -> int:
    """Every tenant, with its roles, its own limits, and since when it is open or closed."""
    from ..usecases.service.tenants import list_tenants
    from .world import this_machine

    with office(**given) as opened:
        found = list_tenants(opened)
    this_machine().terminal.write("".join(f"{_line(tenant)}\n" for tenant in found))
    return 0


@command.command("limit", epilog=example("countersign admin tenant limit acme --limit pending=100"))
@click.argument("id", metavar="ID")
@own_limits
@keeping_options
def limit(id: str, own: dict[str, int], **given: Any) -> int:  # noqa: A002  # the argument's own name
    """Give the tenant ID these limits, in place of those it has; without --limit, those of the service."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.tenants import limit_tenant

    with office(**given) as opened:
        tenant = limit_tenant(opened, AT_THE_MACHINE, id, own)
    _tell(tenant, "limited", "it counts from the tenant's next request")
    return 0


@command.command("close", epilog=example("countersign admin tenant close acme"))
@click.argument("id", metavar="ID")
@keeping_options
def close(id: str, **given: Any) -> int:  # noqa: A002  # the argument's own name
    """Close the tenant ID for good: its tokens open nothing any more. What it was told stands."""
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.tenants import close_tenant

    with office(**given) as opened:
        tenant = close_tenant(opened, AT_THE_MACHINE, id)
    _tell(tenant, "closed", "its verdicts and its trail stay; no one can open it again")
    return 0


def _tell(tenant: Tenant, what: str, then: str) -> None:
    from .world import this_machine

    this_machine().terminal.write(f"{what}: {_line(tenant)}\nnext: {then}\n")


def _line(tenant: Tenant) -> str:
    own = "".join(f" {name}={figure}" for name, figure in sorted(tenant.limits.items()))
    since = f"closed {tenant.closed:%Y-%m-%d}" if tenant.closed is not None else f"open since {tenant.created:%Y-%m-%d}"
    called = f" ({tenant.name})" if tenant.name != tenant.id else ""
    return f"{tenant.id}{called}: {', '.join(tenant.roles)}; {since}{';' if own else ''}{own}"
