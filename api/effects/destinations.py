"""Where a URL that others may choose can lead: a name under https, and the public addresses it stands for.

    https://hooks.example.com/countersign?of=builds
            └─ a host of two labels or more, in ASCII, no address in any spelling
    refused: other schemes, userinfo, fragments, ports that are not allowed, blanks, backslashes, control characters

What is allowed is listed, never what is not: an address must lie in the space of global unicast, and in none of the
ranges that lead elsewhere (tunnels, translators, documentation).
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from msgspec import Struct

from .faults import EgressFault

LONGEST_URL = 2048

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
"""A last label of these makes the whole a number that some resolvers read as an IPv4 address: 127.1, 0x7f.1, 017.1."""

_LEADING_ELSEWHERE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.88.99.0/24",  # relays of 6to4, RFC 7526
        "64:ff9b::/96",  # translation to IPv4, RFC 6052
        "64:ff9b:1::/48",  # the same, locally, RFC 8215
        "2001::/23",  # Teredo, ORCHID and other protocols, RFC 2928
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, which carries an IPv4 address, RFC 3056
        "3fff::/20",  # documentation, RFC 9637
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""RFC 4291 section 2.4, and IANA's registry of what is given out."""


class Destination(Struct, frozen=True):
    """Where a request goes: whom to speak to, and what to ask for there."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What the Host field says."""
        usual = {"https": 443, "http": 80}[self.scheme]
        return self.host if self.port == usual else f"{self.host}:{self.port}"


def parse_destination(url: str, *, ports: frozenset[int], unsafe_anywhere: bool = False) -> Destination:
    """The destination of `url`. `unsafe_anywhere` lets http, addresses and bare names through: tests alone set it.

    Raises:
        EgressFault: ``egress.url_refused``.

    Spec: RFC 3986 section 3, https://www.rfc-editor.org/rfc/rfc3986#section-3
    """
    if len(url) > LONGEST_URL:
        raise _refused("the URL is too long", f"{LONGEST_URL} characters at most", str(len(url)))
    if not all("!" <= character <= "~" for character in url) or "\\" in url:
        raise _refused("the URL holds characters that no URL has", "printable ASCII", ascii(url)[:80])
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused(f"this is no URL: {error}", "https://…", url) from None
    if parts.scheme != "https" and not (unsafe_anywhere and parts.scheme == "http"):
        raise _refused("only https is spoken", "https://…", f"{parts.scheme or 'no scheme'}")
    if "@" in parts.netloc:
        raise _refused("a URL that carries credentials is not used", "no userinfo", "userinfo")
    if "#" in url:
        raise _refused("a fragment is never sent", "no fragment", f"#{parts.fragment}")
    host = parts.hostname or ""
    if not unsafe_anywhere:
        _check_name(host)
    if port == 0 or (port is None and parts.netloc.endswith(":")):
        raise _refused("the port is no port", "a port or none", parts.netloc)
    port = port or {"https": 443, "http": 80}[parts.scheme]
    if port not in ports and not unsafe_anywhere:
        raise _refused("the port is not allowed", ", ".join(map(str, sorted(ports))), str(port))
    return Destination(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _check_name(host: str) -> None:
    wanted = "a DNS name of two labels or more, in ASCII"
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _refused("the host is no name in the DNS", wanted, host)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _refused("the host is an address, not a name", wanted, host)


def is_public(address: Address) -> bool:
    """Whether an address is one machine's on the public network, and not one of ours by another spelling."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.scope_id is not None or address not in _GLOBAL_UNICAST:
            return False
    if any(address.version == network.version and address in network for network in _LEADING_ELSEWHERE):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _refused(detail: str, expected: str, actual: str) -> EgressFault:
    return EgressFault("egress.url_refused", detail, expected=expected, actual=actual)
