"""Where the store is: on this machine, or over a network that others share, on which what is kept crosses sealed."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

SEALED = "verify-full"
"""libpq's word for TLS with the server's certificate checked, and its name. Its own default is none of it.

Spec: https://www.postgresql.org/docs/current/libpq-ssl.html
"""


def is_here(host: str) -> bool:
    """Whether `host` is this machine itself: a loopback address, or the directory of a Unix socket."""
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def sealed(url: str, address: URL) -> str:
    """The URL of a PostgreSQL, with `sslmode` where it says none and leads to another machine."""
    if "sslmode" in address.query or all(is_here(host) for host in _hosts(address)):
        return url
    return f"{url}{'&' if '?' in url else '?'}sslmode={SEALED}"


def _hosts(address: URL) -> list[str]:
    """Every host that libpq would try; none is the Unix socket of this machine."""
    queried = address.query.get("host", ())
    named = [queried] if isinstance(queried, str) else list(queried)
    listed = [address.host] if address.host else [host for each in named for host in each.split(",")]
    numbered = address.query.get("hostaddr", ())
    return [host for host in (*listed, *([numbered] if isinstance(numbered, str) else numbered)) if host]
