"""The one client that speaks to addresses which others may choose: webhooks, published keys, documents by URL.

1. The URL is https, to a name in the DNS, on an allowed port, without credentials      (`destinations`)
2. The name is resolved once; every address that it stands for is public, or nothing is sent
3. The connection goes to one of those very addresses: nobody asks the DNS a second time
4. TLS is to the name, as everywhere
5. One request, one answer: redirects are answers, nothing is followed, no cookie or credential of ours is sent
6. All of it in 5 s, and no more than 64 KB of answer are taken in; compressed answers are not

Proxies of the environment are not asked: they would resolve the name a second time.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from .destinations import Address, Destination, is_public, parse_destination
from .faults import EgressFault

if TYPE_CHECKING:
    import httpx

HTTPS = 443
LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = 5.0

Resolver = Callable[[str, int], tuple[str, ...]]
"""Addresses that a name stands for, for a port: numerals of IPv4 and IPv6. Raises `OSError` where there are none."""


class Answer(Struct, frozen=True):
    """What the other side said."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Egress(Protocol):
    """Whoever sends one request and takes one answer. Each call may be made from any thread that runs no event loop."""

    def get(self, url: str) -> Answer:
        """The answer to a GET.

        Raises:
            EgressFault: ``egress.*``.
        """
        ...

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to a POST.

        Raises:
            EgressFault: ``egress.*``.
        """
        ...

    def check(self, url: str) -> None:
        """Refuse a URL that no request would go to, by its spelling alone.

        Raises:
            EgressFault: ``egress.url_refused``.
        """
        ...


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of `host`, as the machine's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class PublicEgress:
    """The client, over the machine's network. Addresses that are not public are out of its reach."""

    def __init__(
        self,
        *,
        ports: frozenset[int] = frozenset({HTTPS}),
        resolver: Resolver = resolve,
        certificates: ssl.SSLContext | None = None,
        seconds: float = LONGEST_WAIT,
    ) -> None:
        if importlib.util.find_spec("httpx") is None:
            raise EgressFault("egress.unavailable", "httpx, which speaks HTTP for us, is not installed")
        self._ports = ports
        self._resolver = resolver
        self._certificates = certificates if certificates is not None else ssl.create_default_context()
        self._seconds = seconds
        self._unsafe_loopback = False

    @classmethod
    def unsafe_loopback(cls, certificates: ssl.SSLContext, *, seconds: float = LONGEST_WAIT) -> PublicEgress:
        """A client that reaches this machine itself and nothing else, by any port, by http too: for tests alone."""
        egress = cls(certificates=certificates, seconds=seconds)
        egress._unsafe_loopback = True
        return egress

    def get(self, url: str) -> Answer:
        return self._ask("GET", url, b"", {})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return self._ask("POST", url, body, headers)

    def check(self, url: str) -> None:
        self._destination(url)

    def _destination(self, url: str) -> Destination:
        return parse_destination(url, ports=self._ports, unsafe_anywhere=self._unsafe_loopback)

    def _ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        destination = self._destination(url)
        return asyncio.run(self._ask_in_time(method, destination, body, headers))

    async def _ask_in_time(
        self, method: str, destination: Destination, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        import httpx

        try:
            async with asyncio.timeout(self._seconds):
                address = await self._address(destination)
                return await self._exchange(method, destination, address, body, headers)
        except (TimeoutError, httpx.TimeoutException):
            raise EgressFault(
                "egress.late", f"{destination.host} took too long", expected=f"{self._seconds:g} s at most"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise EgressFault("egress.unreachable", f"{destination.host}: {_line(error)}") from None

    async def _address(self, destination: Destination) -> Address:
        """The address to connect to: the first, of a name all of whose addresses may be reached."""
        numerals = await _resolve_aside(self._resolver, destination)
        if not numerals:
            raise EgressFault("egress.unreachable", f"{destination.host} has no address")
        addresses = [ipaddress.ip_address(each) for each in numerals]
        for address in addresses:
            if not (address.is_loopback if self._unsafe_loopback else is_public(address)):
                raise EgressFault(
                    "egress.address_refused",
                    f"{destination.host} leads to an address that is not public",
                    expected="public addresses alone",
                    actual=str(address),
                )
        return addresses[0]

    async def _exchange(
        self, method: str, destination: Destination, address: Address, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        import httpx

        literal = f"[{address}]" if address.version == 6 else str(address)
        sent = {**headers, "Host": destination.authority, "Accept-Encoding": "identity", "Connection": "close"}
        sent.setdefault("User-Agent", "countersign")
        # A handshake that hangs ends by its own time, which comes first: cut off from outside, its socket would stay.
        time = httpx.Timeout(self._seconds, connect=self._seconds * 0.8)
        client = httpx.AsyncClient(verify=self._certificates, trust_env=False, follow_redirects=False, timeout=time)
        async with (
            client,
            client.stream(
                method,
                f"{destination.scheme}://{literal}:{destination.port}{destination.target}",
                content=body or None,
                headers=sent,
                extensions={"sni_hostname": destination.host},
            ) as response,
        ):
            return await _take_in(response)


async def _take_in(response: httpx.Response) -> Answer:
    if response.is_redirect:
        raise EgressFault(
            "egress.redirected",
            "the answer is a redirect, and none is followed",
            expected="an answer",
            actual=f"{response.status_code} to {response.headers.get('location', '')[:200]}",
        )
    if response.headers.get("content-encoding", "identity") != "identity":
        raise EgressFault("egress.unreachable", "the answer is compressed, which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise EgressFault("egress.too_large", "the answer is too large", expected=f"{LONGEST_ANSWER} bytes at most")
    return Answer(response.status_code, bytes(body), dict(response.headers))


async def _resolve_aside(resolver: Resolver, destination: Destination) -> tuple[str, ...]:
    """What the resolver says, asked in a thread that nobody waits for once the time is up."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[str, ...]] = loop.create_future()

    def ask() -> None:
        try:
            addresses, refusal = resolver(destination.host, destination.port), None
        except OSError as error:
            addresses, refusal = (), error
        with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(tell, addresses, refusal)

    def tell(addresses: tuple[str, ...], refusal: OSError | None) -> None:
        if answer.done():
            return
        if refusal is not None:
            answer.set_exception(refusal)
        else:
            answer.set_result(addresses)

    threading.Thread(target=ask, daemon=True).start()
    return await answer


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
