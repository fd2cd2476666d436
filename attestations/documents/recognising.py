"""The marks by which each kind of document is known, searched as bytes.

Spec: CycloneDX 1.4 to 1.7 (``bomFormat``); SPDX 2.2 and 2.3 (``spdxVersion``, ``SPDXVersion:``), 3.0 (its JSON-LD
context); GNU coreutils manual, section 6.4, and OpenBSD's cksum(1) for lists of checksums.
"""

from __future__ import annotations

import re

from ..debian.compression import begins
from .clearsigned import is_clearsigned

_SPACE = b" \t\r\n"

_LISTED = re.compile(
    rb"\\?[0-9A-Fa-f]{32,128} [ *][^\r\n]|[A-Z][A-Z0-9/-]{1,15} ?\([^\r\n]+\) ?= ?[0-9A-Fa-f]{32,128}[\r\n]|"
    rb"[A-Z][A-Z0-9/-]{1,15} ?\([^\r\n]+\) ?= ?[0-9A-Fa-f]{32,128}\Z"
)
"""The beginning of a line of a list: ``<hex>  <name>``, ``<hex> *<name>`` or ``SHA256 (<name>) = <hex>``."""

_LONGEST_HEAD = 64 * 1024


def is_checksums(data: bytes) -> bool:
    """Whether the first line that says something is one of a checksum list, signed within its file or not."""
    head = data[:_LONGEST_HEAD]
    if is_clearsigned(head):
        head = head.replace(b"\r", b"").partition(b"\n\n")[2]
    position = 0
    while position < len(head):
        stop = head.find(b"\n", position)
        stop = len(head) if stop < 0 else stop
        if head[position:stop].strip(_SPACE) and head[position : position + 1] != b"#":
            return _LISTED.match(head, position) is not None
        position = stop + 1
    return False


_RELEASED = re.compile(rb"(?m)^(MD5Sum|SHA1|SHA256|SHA512):[ \t]*\r?$")
_FIELD = re.compile(rb"[A-Z][A-Za-z0-9-]{1,63}: ?[^\r\n]")


def is_release(data: bytes) -> bool:
    """Whether this is a Release of a Debian archive, signed within its file or not: fields, and lists of digests."""
    head = data[:_LONGEST_HEAD]
    if is_clearsigned(head):
        head = head.replace(b"\r", b"").partition(b"\n\n")[2]
    return _FIELD.match(head) is not None and b"Date: " in head and _RELEASED.search(data) is not None


def is_packages(data: bytes) -> bool:
    """Whether this is an index of a Debian archive's packages, compressed or not."""
    return begins(data, 64).startswith(b"Package: ")


def is_cyclonedx(data: bytes) -> bool:
    """Whether this is a JSON object that names CycloneDX's format."""
    return _is_object(data) and b'"bomFormat"' in data


def is_spdx(data: bytes) -> bool:
    """Whether this is SPDX: JSON of version 2, JSON-LD of version 3, or tag-value."""
    if data[:_LONGEST_HEAD].lstrip(_SPACE).startswith(b"SPDXVersion:"):
        return True
    return _is_object(data) and (b'"spdxVersion"' in data or b"//spdx.org/rdf/3." in data)


def _is_object(data: bytes) -> bool:
    return data[:_LONGEST_HEAD].lstrip(_SPACE).startswith(b"{")
