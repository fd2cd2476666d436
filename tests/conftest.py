"""The ground every test stands on: no network, no chance, no warning let pass.

Sockets are refused by an audit hook, which no import order gets around. A test marked ``loopback`` may talk to this
machine itself. Properties are drawn the same in every run; ``make properties`` (profile ``soak``) draws new and many.
"""

from __future__ import annotations

import importlib
import ipaddress
import sys
import threading
from collections.abc import Generator
from typing import Any

import hypothesis
import pytest

pytest_plugins = ("tests.backends",)

hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None, print_blob=True)
hypothesis.settings.register_profile(
    "soak", parent=hypothesis.settings.get_profile("steady"), derandomize=False, max_examples=20_000
)
hypothesis.settings.load_profile("steady")

_ADDRESS_AT = {"socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0}
"""Audit events that reach for the network, and which of their arguments holds the address."""

_loopback = threading.Event()
"""Set while the running test may talk to this machine itself."""


class NetworkRefused(BaseException):
    """A test reached for the network. No code under test can catch this and carry on."""


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _ADDRESS_AT:
        return
    address = arguments[_ADDRESS_AT[event]]
    if address is None:
        return  # over a connection that stands: what it leads to was seen when it was made
    host = address[0] if isinstance(address, tuple) else address
    if not (_loopback.is_set() and _is_loopback(host)):
        raise NetworkRefused(f"{event} {address!r}: tests are offline (mark `loopback` for this machine's own sockets)")


def _is_loopback(host: object) -> bool:
    if host in ("localhost", b"localhost") or (isinstance(host, str) and host.startswith("/")):
        return True  # a path is a Unix socket
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


# urllib3, under `sigstore` and `tuf`, asks when it is first imported whether it may bind ::1.
importlib.import_module("urllib3")
sys.addaudithook(_refuse_network)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Before any fixture of the test, those of the whole run too: servers that it is the first to want."""
    if item.get_closest_marker("loopback") is not None:
        _loopback.set()
    try:
        return (yield)
    finally:
        _loopback.clear()
