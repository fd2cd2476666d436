"""Lists of checksums, as ``sha256sum`` and its kin write them: which files, by digest and name.

    GNU   <hex>  <name>        <hex> *<name>        \\<hex>  <name with \\n and \\\\ escaped>
    BSD   SHA256 (<name>) = <hex>

GNU's form states no algorithm: the list's own name does (``SHA512SUMS``, ``endpoint.exe.sha256``), and where that is
silent, the digest's length picks one of SHA-2's (decision 0056). Digests that identify nothing, SHA-1's and MD5's, are
passed over; a list of nothing else is refused. Blank lines and lines after ``#`` are remarks.

Spec: GNU coreutils manual, section 6.4 to 6.6; OpenBSD, cksum(1)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..digests import STRONG, Digest, DigestSet
from ..faults import FormatFault, Place
from ..limits import Limits
from ..statements import Subject
from ..strict_json import shown
from .clearsigned import is_clearsigned, signed_text
from .document import Document

_GNU = re.compile(r"(?P<escaped>\\?)(?P<hex>[0-9a-f]+|[0-9A-F]+) [ *](?P<name>.+)\Z")
_BSD = re.compile(r"(?P<algorithm>[A-Z][A-Z0-9/-]{1,15}) ?\((?P<name>.+)\) ?= ?(?P<hex>[0-9a-f]+|[0-9A-F]+)\Z")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"\\": "\\", "n": "\n", "r": "\r"}
_SIZES = {2 * size: name for name, size in STRONG.items()}
_DIGITS = {name: re.compile(rb"(?i)\b[0-9a-f]{%d}\b" % (2 * size)) for name, size in STRONG.items()}
_WEAK = {32: "md5", 40: "sha1", 56: "sha224"}
_NAMED = re.compile(r"(?:^|[^a-z0-9])(sha-?(?:256|384|512))(?:sum|sums)?(?:[^a-z0-9]|$)")
_OTHERS = re.compile(r"(?:^|[^a-z0-9])(b2|b3|blake2[bs]?|blake3|sha3)(?:-?[0-9]{3})?(?:sum|sums)?(?:[^a-z0-9]|$)")
_BSD_NAMES = {"SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
_LONGEST_LINE = 8192


class Checksum(Struct, frozen=True):
    """One line: a file's name as written, and its digest, in lower case. `line` counts from 1."""

    name: str
    digest: Digest
    line: int


def parse_checksums(document: Document, limits: Limits) -> tuple[Checksum, ...]:
    """Every file that a list names by a strong digest, in its order.

    Raises:
        FormatFault: ``checksums.line`` (a line of no form, a digest of no known length), ``checksums.text`` (not
            UTF-8), ``checksums.weak``, ``checksums.algorithm``, ``manifest.duplicate``,
            ``openpgp.malformed``.
        LimitFault: ``limit.subjects``.
    """
    data = signed_text(document.content, document.source) if is_clearsigned(document.content) else document.content
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = Place(document.source, offset=error.start)
        raise FormatFault("checksums.text", "a list that is not UTF-8", place=place) from None
    found: dict[tuple[str, str], Checksum] = {}
    for entry in _entries(text, document.source):
        key = (entry.name, entry.digest.algorithm)
        before = found.setdefault(key, entry)
        if before.digest != entry.digest:
            raise _fault("manifest.duplicate", "one name for two files", document.source, entry.line, entry.name)
        limits.check("subjects", len(found), Place(document.source))
    strong = tuple(entry for entry in found.values() if entry.digest.strong)
    if not strong:
        detail = "a list without a digest that identifies a file"
        raise FormatFault("checksums.weak", detail, place=Place(document.source), expected=", ".join(STRONG))
    return strong


def listed_files(document: Document, limits: Limits) -> tuple[Subject, ...]:
    """Each file that a list names, with every strong digest that the list states of it: one name is one file (T08).

    Raises: as `parse_checksums`.
    """
    digests: dict[str, tuple[Digest, ...]] = {}
    for entry in parse_checksums(document, limits):
        digests[entry.name] = (*digests.get(entry.name, ()), entry.digest)
    return tuple(Subject(name, DigestSet(stated)) for name, stated in digests.items())


def algorithms_of(document: Document) -> frozenset[str]:
    """The strong algorithms that a list may speak in, by its looks: not authenticated, and not yet read."""
    if document.kind != "checksums":
        return frozenset()
    return frozenset(name for name, digits in _DIGITS.items() if digits.search(document.content))


def _entries(text: str, source: str) -> Iterator[Checksum]:
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.removesuffix("\r")
        if not line.strip() or line.startswith("#"):
            continue
        if len(line) > _LONGEST_LINE:
            raise _fault("checksums.line", "a line longer than any file's", source, number, line)
        yield _entry(line, number, source)


def _entry(line: str, number: int, source: str) -> Checksum:
    gnu, bsd = _GNU.match(line), _BSD.match(line)
    if gnu is not None:
        algorithm = _by_name(source, len(gnu["hex"]), number)
        name = _unescaped(gnu["name"], line, number, source) if gnu["escaped"] else gnu["name"]
    elif bsd is not None:
        algorithm = _BSD_NAMES.get(bsd["algorithm"], bsd["algorithm"].lower())
        name = bsd["name"]
    else:
        raise _fault("checksums.line", "not a line of a checksum list", source, number, line)
    value = (gnu or bsd)["hex"].lower()  # type: ignore[index]  # one of the two matched
    if algorithm in STRONG and len(value) != 2 * STRONG[algorithm]:
        raise _fault("checksums.line", f"not a digest of algorithm {algorithm}", source, number, line)
    return Checksum(name, Digest(algorithm, value), number)


def _by_name(source: str, digits: int, number: int) -> str:
    """The algorithm of a line that does not say it: the list's name does, else the length of the digest."""
    name = source.rpartition("/")[2].lower()
    if other := _OTHERS.search(name):
        raise _fault("checksums.algorithm", f"{other[1]} is not read here", source, number, name)
    if stated := _NAMED.search(name):
        return stated[1].replace("-", "")
    algorithm = _SIZES.get(digits) or _WEAK.get(digits)
    if algorithm is None:
        raise _fault("checksums.line", "a digest of no known length", source, number, str(digits))
    return algorithm


def _unescaped(name: str, line: str, number: int, source: str) -> str:
    if any(escape not in _ESCAPES for escape in _ESCAPE.findall(name)) or name.replace("\\\\", "").endswith("\\"):
        raise _fault("checksums.line", "an escape that GNU's tools do not write", source, number, line)
    return _ESCAPE.sub(lambda found: _ESCAPES[found[1]], name)


def _fault(reason: str, detail: str, source: str, line: int, actual: str) -> FormatFault:
    return FormatFault(reason, f"{detail}, in line {line}", place=Place(source), actual=shown(actual))
