"""What apt tells a hook before it has dpkg unpack anything, read strictly.

    VERSION 3
    APT::Architecture=amd64                                             its configuration, percent-quoted
    …
                                                                        an empty line
    endpoint 7.1.0 amd64 none < 7.2.0 amd64 none /var/cache/…/x.deb     package, before, direction, after, what is done
    endpoint 7.1.0 amd64 none < 7.2.0 amd64 none **CONFIGURE**
    driver 1.0 amd64 none > - - none **REMOVE**

Before and after are version, architecture and kind of multi-arch each, ``-`` where there is none.

Spec: apt.conf(5), DPkg::Pre-Install-Pkgs; the protocol's third version
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from .faults import FormatFault, Place
from .limits import KIB, MIB

LONGEST = 16 * MIB
"""Bytes of it that are read: an upgrade of everything that Debian has is a third of that."""

LONGEST_LINE = 64 * KIB

SOURCE = "what apt says"

_VERSION = b"VERSION 3"
_NAME = re.compile(rb"[a-z0-9][a-z0-9+.-]{0,254}")
_RELEASE = re.compile(rb"[A-Za-z0-9.+:~-]{1,254}")
_ARCHITECTURE = re.compile(rb"[a-z0-9][a-z0-9-]{0,63}|-")
_MULTI = (b"none", b"same", b"foreign", b"allowed")
_DIRECTIONS = (b"<", b"=", b">")
_KEY = re.compile(rb"[!-<>-~]{1,4096}")
_QUOTED = re.compile(rb"(?:%[0-9A-Fa-f]{2}|[!-$&-~])*")
CONFIGURE, REMOVE, UNNAMED = b"**CONFIGURE**", b"**REMOVE**", b"**ERROR**"


class Unpacked(Struct, frozen=True):
    """A package that is going to be unpacked, and the file that it comes from: an absolute path, as bytes."""

    package: str
    version: str
    architecture: str
    path: bytes


class Transaction(Struct, frozen=True):
    """What apt is about to do. `configuration` is apt's own as it is in force, option and value, in its order."""

    configuration: tuple[tuple[str, str], ...]
    unpacked: tuple[Unpacked, ...]


def read_transaction(data: bytes) -> Transaction:
    """What apt says, all of it: a line that is not of the protocol refuses the whole.

    Raises:
        FormatFault: ``apt.protocol``; ``apt.no_file``: apt itself does not know the file of a package.
    """
    lines = _lines(data)
    first = lines[0] if lines else b""
    if first != _VERSION:
        raise _malformed(1, "not the protocol that was asked for", _VERSION.decode(), _shown(first))
    if b"" not in lines:
        raise _malformed(len(lines), "its configuration has no end", "an empty line", None)
    middle = lines.index(b"")
    configuration = _options(lines[1:middle], 2)
    changes = (_change(number, line) for number, line in enumerate(lines[middle + 1 :], start=middle + 2))
    return Transaction(configuration, tuple(change for change in changes if change is not None))


def read_configuration(data: bytes) -> tuple[tuple[str, str], ...]:
    """Options and their values, a line each, as apt writes them for a hook. Raises: FormatFault ``apt.protocol``."""
    return _options(_lines(data), 1)


def _lines(data: bytes) -> list[bytes]:
    """The lines, each of which has ended."""
    if len(data) > LONGEST:
        raise _malformed(0, "too long", f"at most {LONGEST} bytes", f"{len(data)} or more")
    *lines, rest = data.split(b"\n")
    if rest:
        raise _malformed(len(lines) + 1, "it is cut off", "a line that ends", None)
    return lines


def _options(lines: list[bytes], first: int) -> tuple[tuple[str, str], ...]:
    return tuple(_option(number, line) for number, line in enumerate(lines, start=first))


def _option(number: int, line: bytes) -> tuple[str, str]:
    name, equals, value = line.partition(b"=")
    if len(line) > LONGEST_LINE or not equals or not _KEY.fullmatch(name) or not _QUOTED.fullmatch(value):
        raise _malformed(number, "not an option of apt's", "Name=value", _shown(line))
    return _unquoted(name), _unquoted(value)


def _unquoted(text: bytes) -> str:
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def _change(number: int, line: bytes) -> Unpacked | None:
    """What a line says; None where nothing is unpacked."""
    fields = line.split(b" ", 8)
    if len(line) > LONGEST_LINE or len(fields) != 9 or not _is_change(fields):
        expected = "package, version, architecture, multi-arch, < or = or >, the same three again, what is done"
        raise _malformed(number, "not a change of a package", expected, _shown(line))
    name, action = fields[0], fields[8]
    if action in (CONFIGURE, REMOVE):
        return None
    package, version, architecture = name.decode(), fields[5].decode(), fields[6].decode()
    if action == UNNAMED:
        detail = f"apt does not say which file {package} {version} comes from"
        raise FormatFault("apt.no_file", detail, place=_at(number), expected="the path of a file")
    if not action.startswith(b"/") or b"\0" in action or version == "-":
        raise _malformed(number, "not a package that is unpacked", "a version, and an absolute path", _shown(line))
    return Unpacked(package, version, architecture, action)


def _is_change(fields: list[bytes]) -> bool:
    name, *both = fields[:8]
    direction = both.pop(3)
    return (
        _NAME.fullmatch(name) is not None
        and direction in _DIRECTIONS
        and all(_is_state(*both[start : start + 3]) for start in (0, 3))
    )


def _is_state(version: bytes, architecture: bytes, multi: bytes) -> bool:
    return (
        _RELEASE.fullmatch(version) is not None
        and _ARCHITECTURE.fullmatch(architecture) is not None
        and multi in _MULTI
    )


def _shown(line: bytes) -> str:
    return line[:200].decode("utf-8", "replace")


def _malformed(line: int, detail: str, expected: str, actual: str | None) -> FormatFault:
    return FormatFault("apt.protocol", detail, place=_at(line), expected=expected, actual=actual)


def _at(line: int) -> Place:
    return Place(f"{SOURCE}:{line}")
