"""Where an administrator has apt get packages from, in either of apt's two spellings.

    deb [arch=amd64 signed-by=/usr/share/keyrings/acme.gpg] https://apt.acme.example stable main      a .list

    Types: deb                                                                                        a .sources
    URIs: https://apt.acme.example
    Suites: stable
    Components: main
    Signed-By: /usr/share/keyrings/acme.gpg

Options are known by the names of the second spelling, in lower case. apt forgives more than is read here: a file
that is not clear is refused, since what is protected must be known.

Spec: sources.list(5)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from msgspec import Struct

from .debian.deb822 import read_stanza
from .faults import FormatFault, Place
from .strict_json import shown

LONGEST = 1 << 20
"""Bytes of the longest file that is read: some thousand sources, keys within."""

SHORT = {
    "arch": "architectures",
    "arch+": "architectures-add",
    "arch-": "architectures-remove",
    "lang": "languages",
    "target": "targets",
}
"""What the first spelling calls an option that the second calls otherwise."""

_KINDS = ("deb", "deb-src")
_LINE = re.compile(
    r"(?P<kind>deb|deb-src)[ \t]+(?:\[(?P<options>[^\[\]\"]*)\][ \t]+)?"
    r"(?P<uri>cdrom:\[[^\[\]\"]*\][^ \t\"]*|[^ \t\"\[\]]+)[ \t]+"
    r"(?P<suite>[^ \t\"\[\]]+)(?P<components>(?:[ \t]+[^ \t\"\[\]]+)*)"
)
_OPTION = re.compile(r"(?P<name>[a-z][a-z-]*[+-]?)=(?P<value>\S+)")
_MARK = re.compile(r"[#\[]")
_URI = re.compile(r"[a-z][a-z0-9.+-]*:.+")
_OWN = frozenset({"types", "uris", "suites", "components", "enabled"})
_NO = frozenset({"no", "false", "without", "off", "disable", "0"})


class AptSource(Struct, frozen=True):
    """Archives that are one entry of a file: each of `uris` with each of `suites`.

    `components` is empty where `suites` are directories themselves, and end in ``/``. `place` is the file and its line.
    """

    place: str
    kinds: tuple[str, ...]
    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: Mapping[str, str]

    def words(self, option: str) -> tuple[str, ...]:
        """The values of an option that takes several; none where it is not given."""
        return tuple(self.options.get(option, "").replace(",", " ").split())


def is_read(name: str) -> bool:
    """Whether apt reads a file of this name in ``sources.list.d``. It passes over all others, and says nothing."""
    return re.fullmatch(r"[A-Za-z0-9_.-]+\.(list|sources)", name) is not None and not name.startswith(".")


def parse_sources(data: bytes, source: str) -> tuple[AptSource, ...]:
    """The entries of a file that are not switched off, in its order. `source` is its path, by which it is read.

    Raises:
        FormatFault: ``apt.source``; ``debian.malformed``.
    """
    if len(data) > LONGEST:
        raise _refused("longer than any that is read", source, expected=f"at most {LONGEST} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused("not UTF-8", source) from None
    lines = text.split("\n")
    return tuple(_stanzas(lines, source) if source.endswith(".sources") else _entries(lines, source))


def _entries(lines: list[str], source: str) -> Iterator[AptSource]:
    for number, line in enumerate(lines, start=1):
        place = f"{source}:{number}"
        entry = _without_remark(line).strip(" \t\r")
        if not entry:
            continue
        found = _LINE.fullmatch(entry)
        if found is None:
            raise _refused("not a source of apt's", place, entry, "deb [option=value] URI SUITE COMPONENT…")
        options = _options(found["options"] or "", place)
        components = tuple(found["components"].split())
        # apt reads %20 in this spelling as a blank, and in the other as it stands.
        uri, suite = unquote(found["uri"]), unquote(found["suite"])
        yield _checked(AptSource(place, (found["kind"],), (uri,), (suite,), components, options), entry + uri + suite)


def _without_remark(line: str) -> str:
    """A remark begins at ``#``, but not within brackets."""
    position = 0
    while (found := _MARK.search(line, position)) is not None:
        closed = line.find("]", found.start()) if found[0] == "[" else -1
        if found[0] == "#":
            return line[: found.start()]
        position = closed + 1 if closed >= 0 else found.end()
    return line


def _options(text: str, place: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for word in text.split():
        found = _OPTION.fullmatch(word)
        if found is None:
            raise _refused("not an option", place, word, "name=value")
        name = SHORT.get(found["name"], found["name"])
        if name in options:
            raise _refused("an option twice", place, word)
        options[name] = found["value"]
    return options


def _stanzas(lines: list[str], source: str) -> Iterator[AptSource]:
    held: list[str] = []
    first = 1
    for number, line in enumerate([*lines, ""], start=1):
        bare = line.rstrip(" \t\r")
        if bare.startswith("#"):
            continue
        if bare:
            first = first if held else number
            held.append(bare)
        elif held:
            yield from _stanza("\n".join(held), f"{source}:{first}")
            held = []


def _stanza(text: str, place: str) -> Iterator[AptSource]:
    fields = read_stanza(text.encode("utf-8"), place)
    if fields.get("enabled", "yes").lower() in _NO:
        return
    for name in ("types", "uris", "suites"):
        if not fields.get(name, "").split():
            raise _refused(f"it does not say its {name}", place, expected=name.capitalize())
    kinds, uris, suites = (tuple(fields[name].split()) for name in ("types", "uris", "suites"))
    components = tuple(fields.get("components", "").split())
    options = {name: value for name, value in fields.items() if name not in _OWN}
    yield _checked(AptSource(place, kinds, uris, suites, components, options), text)


def _checked(entry: AptSource, text: str) -> AptSource:
    for kind in entry.kinds:
        if kind not in _KINDS:
            raise _refused("another kind of source", entry.place, kind, " or ".join(_KINDS))
    for uri in entry.uris:
        if not _URI.fullmatch(uri):
            raise _refused("not an address", entry.place, uri, "https://…")
    for suite in entry.suites:
        if suite.endswith("/") is bool(entry.components):
            expected = "a suite and components; or a directory, which ends in /, and none"
            raise _refused("a suite that does not go with its components", entry.place, suite, expected)
    if not text.replace("\n", "").replace("\t", "").isprintable():
        raise _refused("a character that does not print", entry.place, text)
    return entry


def _refused(detail: str, place: str, actual: str | None = None, expected: str | None = None) -> FormatFault:
    return FormatFault(
        "apt.source",
        detail,
        place=Place(place),
        expected=expected,
        actual=shown(actual) if actual is not None else None,
    )
