"""``countersign serve``: verdicts through an API."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import example
from .serving import service_options, setup_of

if TYPE_CHECKING:
    from ..serving.settings import Listening


@click.command("serve", epilog=example("countersign serve --data data --ready-file ready.json"))
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to answer at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8470,
    show_default=True,
    metavar="N",
    help="The port to answer at. 0: any that is free.",
)
@click.option("--tls-cert", metavar="FILE", help="The certificate (PEM, with its chain) to answer with.")
@click.option("--tls-key", metavar="FILE", help="The certificate's key (PEM).")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front speaks TLS, and says who asks.")
@click.option("--ready-file", metavar="FILE", help="Gets the service's URL and the operator's token once it answers.")
@service_options
def command(
    host: str,
    port: int,
    tls_cert: str | None,
    tls_key: str | None,
    behind_proxy: bool,
    ready_file: str | None,
    **given: Any,
) -> int:
    """Serve verdicts over HTTP.

    The first start makes all that it needs in the data directory, and a token for the operator; it says where that is.
    There is nothing to install beside it and nothing to configure.

    At another address than this machine's own it demands --tls-cert and --tls-key, or --behind-proxy.
    It ends on SIGTERM or SIGINT once what is under way is finished or given back; a second one ends it at once.
    """
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    if not (_is_own(host) or tls_cert or behind_proxy):
        raise click.UsageError(f"others can reach {host}: give --tls-cert and --tls-key, or --behind-proxy")
    setup = setup_of(**given)
    from ..serving.running import serve

    return serve(setup, _listening(host, port, tls_cert, tls_key, behind_proxy, ready_file))


def _is_own(host: str) -> bool:
    """Whether only this machine reaches an address. A name may lead anywhere, but for the one that RFC 6761 keeps."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listening(
    host: str, port: int, certificate: str | None, key: str | None, behind_proxy: bool, ready: str | None
) -> Listening:
    from ..serving.settings import Listening

    paths = (Path(path) if path is not None else None for path in (certificate, key, ready))
    return Listening(host, port, next(paths), next(paths), behind_proxy, next(paths))
