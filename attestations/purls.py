"""Package URLs: which package of which ecosystem, and which version of it.

    pkg:npm/%40acme/endpoint@7.1.0
    pkg:pypi/endpoint@7.1.0?file_name=endpoint-7.1.0-py3-none-any.whl

Names are compared as they stand once the escapes are read, except where an ecosystem holds several spellings to be one
(PyPI). npm's scope may be written with a bare ``@``, as people do.

Spec: ECMA-427, Package URL; https://github.com/package-url/purl-spec
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from msgspec import Struct

from .distributions import project_name
from .faults import FormatFault
from .strict_json import shown

LONGEST = 1024
"""Characters of the longest package URL that is read."""

_PURL = re.compile(r"pkg:(?P<type>[a-zA-Z][a-zA-Z0-9.-]*)/(?P<path>[^?#]+)(?:\?(?P<qualifiers>[^?#]+))?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEY = re.compile(r"[a-z][a-z0-9._-]*\Z")


class Purl(Struct, frozen=True):
    """A package URL, its escapes read. `namespace` and `version` are "" where absent."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: Mapping[str, str]

    @property
    def package(self) -> str:
        """The package, whatever its version: what two URLs of one package share."""
        return f"{self.type}:{self.namespace}/{self.name}" if self.namespace else f"{self.type}:{self.name}"


def parse_purl(text: str) -> Purl:
    """Read a package URL. One with a subpath names a part of a package and is refused.

    Raises:
        FormatFault: ``package.purl``.
    """
    parts = _PURL.fullmatch(text) if len(text) <= LONGEST and not _BAD_ESCAPE.search(text) else None
    if parts is None:
        raise _malformed(text)
    *namespace, last = parts["path"].split("/")
    name, at, version = last.partition("@") if not last.startswith("@") else (last, "", "")
    segments = [_decoded(segment, text) for segment in (*namespace, name)]
    if not all(segments) or (at and not version):
        raise _malformed(text)
    kind = parts["type"].lower()
    return Purl(
        type=kind,
        namespace="/".join(segments[:-1]),
        name=project_name(segments[-1]) if kind == "pypi" else segments[-1],
        version=_decoded(version, text),
        qualifiers=_qualifiers(parts["qualifiers"] or "", text),
    )


def _qualifiers(text: str, purl: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pair in filter(None, text.split("&")):
        key, _, value = pair.partition("=")
        if not _KEY.match(key) or not value or key in found:
            raise _malformed(purl)
        found[key] = _decoded(value, purl)
    return found


def _decoded(text: str, purl: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise _malformed(purl) from None
    if decoded and not decoded.isprintable():
        raise _malformed(purl)
    return decoded


def _malformed(text: str) -> FormatFault:
    return FormatFault(
        "package.purl", "not a package URL", expected="pkg:type/namespace/name@version", actual=shown(text)
    )


def npm_purl(name: str, version: str) -> str:
    """How npm's own attestations name a package: the scope's ``@`` escaped, the slash not."""
    return f"pkg:npm/{quote(name, safe='/')}@{quote(version, safe='')}"
