"""A package measured while its bytes pass: the control file within it, and that nothing else is in the file.

    !<arch>            ar, with headers of 60 bytes
    debian-binary      2.0
    control.tar[.xz]   one archive, in it ./control: Package, Version, Architecture
    data.tar[.xz]      passed over
    _…                 members that dpkg passes over, too

What a package says of itself is nobody's word. It is there to be compared with the signed index (`U13`).

Spec: deb(5); tar: POSIX.1-2017, pax, "ustar Interchange Format"
"""

from __future__ import annotations

import re

from msgspec import Struct

from ..faults import FormatFault
from ..limits import MIB
from ..strict_json import shown
from .compression import expand
from .deb822 import read_stanza, required

MAGIC = b"!<arch>\n"
CONTROL_MAX = 16 * MIB
"""Bytes of the control archive, as it stands and expanded."""

_HEADER = 60
_MEMBER = re.compile(rb"([!-~]{1,16}) *\Z")
_DECIMAL = re.compile(rb"([0-9]{1,10}) *\Z")
_OCTAL = re.compile(rb" *([0-7]{1,11})[ \0]*\Z")


class Declared(Struct, frozen=True):
    """What a package says of itself; or the reason for which that could not be read, and in words."""

    package: str = ""
    version: str = ""
    architecture: str = ""
    reason: str = ""
    detail: str = ""


class PackageMeasurer:
    """Fed a file's bytes, it tells what the package in it declares; None for a file that is no ar archive at all.

    Memory does not grow with the file: of its members the control archive alone is held.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._passing = 0
        self._members: list[str] = []
        self._control = b""
        self._fault: FormatFault | None = None
        self._started = False
        self._other = False

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes."""
        if self._other or self._fault is not None:
            return
        skipped = min(self._passing, len(chunk))
        self._passing -= skipped
        self._held += chunk[skipped:]
        try:
            while self._step():
                pass
        except FormatFault as fault:
            self._fault = fault

    def finish(self) -> Declared | None:
        """What was declared."""
        if self._other or not self._started:
            return None
        try:
            if self._fault is not None:
                raise self._fault
            if self._held or self._passing or len(self._members) < 3:
                raise _broken("a package that is cut off")
            return _declared(self._control)
        except FormatFault as fault:
            return Declared(reason=fault.reason, detail=fault.detail)

    def _step(self) -> bool:
        """Take the magic or one member out of what is held; False where more bytes are needed."""
        if not self._started:
            self._other = not MAGIC.startswith(self._held[: len(MAGIC)])
            self._started = len(self._held) >= len(MAGIC) and not self._other
            del self._held[: len(MAGIC) if self._started else 0]
            return self._started
        if len(self._held) < _HEADER:
            return False
        name, size = _member(bytes(self._held[:_HEADER]))
        padded = size + size % 2
        if len(self._members) >= 2:
            self._pass(name, padded)
            return True
        if size > CONTROL_MAX:
            raise _broken("a control archive larger than any", str(size))
        if len(self._held) < _HEADER + padded:
            return False
        content = bytes(self._held[_HEADER : _HEADER + size])
        del self._held[: _HEADER + padded]
        self._take(name, content)
        return True

    def _take(self, name: str, content: bytes) -> None:
        """The first two members, in their order."""
        if not self._members and (name != "debian-binary" or not re.match(rb"2\.[0-9]+\n", content)):
            raise _broken("it does not begin with debian-binary 2.0", name)
        if self._members:
            if not re.fullmatch(r"control\.tar(\.[a-z0-9]+)?", name):
                raise _broken("no control archive where it belongs", name)
            self._control = content
        self._members.append(name)

    def _pass(self, name: str, padded: int) -> None:
        """The data, and what dpkg passes over."""
        wanted = r"data\.tar(\.[a-z0-9]+)?" if len(self._members) == 2 else r"_.+"
        if not re.fullmatch(wanted, name):
            raise _broken("a member that no package has there", name)
        self._members.append(name)
        del self._held[:_HEADER]
        taken = min(padded, len(self._held))
        del self._held[:taken]
        self._passing = padded - taken


def _member(header: bytes) -> tuple[str, int]:
    name, size = _MEMBER.match(header[:16]), _DECIMAL.match(header[48:58])
    if name is None or size is None or header[58:] != b"`\n":
        raise _broken("a header that is none of ar's")
    return name[1].decode("ascii").removesuffix("/"), int(size[1])


def _declared(archive: bytes) -> Declared:
    fields = read_stanza(_control_file(expand(archive, "control.tar", CONTROL_MAX)), "control")
    package, version, architecture = (
        required(fields, name, "control") for name in ("Package", "Version", "Architecture")
    )
    return Declared(package, version, architecture)


def _control_file(archive: bytes) -> bytes:
    """The one file ``control`` of a tar archive."""
    found: list[bytes] = []
    position = 0
    while position + 512 <= len(archive) and any(archive[position : position + 512]):
        header = archive[position : position + 512]
        size, stated = _octal(header[124:136]), _octal(header[148:156])
        if sum(header[:148]) + 8 * 32 + sum(header[156:]) != stated or position + 512 + size > len(archive):
            raise _broken("an archive of control files that is damaged")
        name, kind = header[:100].split(b"\0")[0], header[156:157]
        if kind not in b"0\x005" or not kind:
            raise _broken("a control archive with more than files and folders", kind.decode("latin-1"))
        if name.removeprefix(b"./") == b"control" and kind in b"0\0":
            found.append(archive[position + 512 : position + 512 + size])
        position += 512 + (size + 511) // 512 * 512
    if position + 512 > len(archive):
        raise _broken("an archive of control files that is cut off")
    if len(found) != 1:
        raise _broken("not one control file", str(len(found)))
    return found[0]


def _octal(field: bytes) -> int:
    found = _OCTAL.match(field)
    if found is None:
        raise _broken("an archive of control files that is damaged")
    return int(found[1], 8)


def _broken(detail: str, actual: str | None = None) -> FormatFault:
    # What is measured keeps the detail alone, and so it says what was found.
    return FormatFault("debian.container", detail if actual is None else f"{detail}: {shown(actual)}")
