"""What the commands of a service share: where it keeps its things, and whether what it runs on is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from .signing import verifier_id

if TYPE_CHECKING:
    from ..serving.settings import Setup

Command = TypeVar("Command", bound=Callable[..., Any])

NEEDED = ("alembic", "fastapi", "joserfc", "limits", "prometheus_client", "sqlalchemy", "structlog", "uvicorn")
"""Modules of the extra ``server`` whose absence is found before anything is touched."""


def without_password(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An URL without a secret in it, where it came by the command line: others see that in the list of processes."""
    source = _context.get_parameter_source(parameter.name or "")
    if value is not None and source is click.core.ParameterSource.COMMANDLINE and urlsplit(value).password is not None:
        raise click.BadParameter("others can read a password here; set COUNTERSIGN_DATABASE, or use a passfile")
    return value


KEEPING = (
    click.option(
        "--data",
        metavar="DIR",
        default="countersign-data",
        show_default=True,
        envvar="COUNTERSIGN_DATA",
        show_envvar=True,
        help="Where the service keeps what is its own. The first start makes it.",
    ),
    click.option(
        "--database",
        metavar="URL",
        envvar="COUNTERSIGN_DATABASE",
        show_envvar=True,
        callback=without_password,
        help="postgresql://… shared by several machines. Without it, a file in DIR.",
    ),
    click.option(
        "--blobs",
        metavar="URL",
        envvar="COUNTERSIGN_BLOBS",
        show_envvar=True,
        help="s3://BUCKET/PREFIX?endpoint=… shared by several machines. Without it, files in DIR.",
    ),
)
"""Where rows and bytes are. The small form needs none of these."""

issuers_option = click.option(
    "--issuers",
    metavar="FILE",
    envvar="COUNTERSIGN_ISSUERS",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="Whose word is taken on who CI jobs and people are (TOML). Without it, tokens alone let anybody in.",
)

JUDGING = (
    click.option(
        "--judges",
        type=click.IntRange(min=0),
        default=1,
        show_default=True,
        metavar="N",
        help="Confined processes that judge at once. 0: leave it to `countersign worker`.",
    ),
    click.option(
        "--no-second-opinion",
        "second_opinion",
        is_flag=True,
        flag_value=False,
        default=True,
        help="Ask no other engine: faster, and one engine's error goes unnoticed.",
    ),
    click.option(
        "--base",
        metavar="URI",
        callback=verifier_id,
        help="What the service's own URIs begin with, verifier ids first. The first start makes one up.",
    ),
    click.option(
        "--webhook-port",
        "webhook_ports",
        type=click.IntRange(1, 65535),
        multiple=True,
        metavar="PORT",
        help="A port besides 443 that webhooks may lead to. May be given several times.",
    ),
    issuers_option,
)
"""How it judges."""


def keeping_options(command: Command) -> Command:
    """Give a command the flags of `KEEPING`."""
    for option in reversed(KEEPING):
        command = option(command)
    return command


def service_options(command: Command) -> Command:
    """Give a command the flags of `KEEPING` and `JUDGING`."""
    for option in reversed((*KEEPING, *JUDGING)):
        command = option(command)
    return command


def setup_of(data: str, database: str | None, blobs: str | None, **judging: Any) -> Setup:
    """The flags as values, where what they need is installed and they make sense together.

    Raises:
        ServingFault: ``service.extra_missing``.
    """
    check_installed()
    from ..serving.settings import Setup

    if blobs is not None and database is None:
        raise click.UsageError("--blobs keeps bytes for several machines; their rows need --database")
    if not data:
        raise click.UsageError("--data is empty; give a directory")
    if database is not None and urlsplit(database).scheme not in ("postgresql", "postgres"):
        raise click.UsageError("--database is a postgresql://… that machines share; without it, there is a file in DIR")
    if database is None and judging.get("judges") == 0:
        raise click.UsageError("--judges 0 leaves judging to workers, and those need --database")
    return Setup(Path(data).absolute(), database, blobs, **judging)


def check_installed() -> None:
    """Refuse to begin without what a service runs on.

    Raises:
        ServingFault: ``service.extra_missing``.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        from ..serving.faults import ServingFault

        raise ServingFault("service.extra_missing", f"not installed: {', '.join(missing)}")
