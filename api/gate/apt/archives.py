"""The archives that this machine's apt uses, and the keys by which it knows each: what a first policy is written from.

    a source ─► URI and suite ─► what apt holds of it ─► its Release, and which keys of its keyring signed that
             └► Signed-By ─► its keyring; without it, every key that apt trusts

Of a keyring the keys that signed what apt holds are pinned, and no others.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from attestations.apt_sources import AptSource
from attestations.debian.release import Release
from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS
from verifier.key_files import TrustedKey
from verifier.updates.archive import seen

from ...effects.files import Files
from ..lists import EVERY, standing
from .faults import AptFault
from .keyrings import Keyring, keyrings_of
from .sources import Configuration, place_of, read_sources, source_files


class Archive(Struct, frozen=True):
    """One suite of an archive, as the entries at `places` have apt use it.

    `keys` are those to pin, with the keyring that each is in, and `others` the keys of its keyrings that did not sign.
    `release` is None where apt holds none. `named` says that its source names its keyring.
    """

    uri: str
    suite: str
    components: tuple[str, ...]
    architectures: tuple[str, ...]
    places: tuple[str, ...]
    lists: str
    release: Release | None
    keys: tuple[tuple[Keyring, TrustedKey], ...]
    others: tuple[tuple[Keyring, TrustedKey], ...]
    named: bool


def archives(
    configuration: Configuration, root: Path, files: Files, now: datetime.datetime
) -> tuple[tuple[Archive, ...], tuple[Fault, ...]]:
    """The archives that can be guarded, and why the others cannot: ``apt.unpinned``, or what could not be read.

    Raises:
        Fault: ``apt.source``, ``debian.malformed``, ``input.*``: the sources are not clear.
    """
    found: dict[tuple[str, str], list[AptSource]] = {}
    for entry in (entry for path in source_files(configuration) for entry in read_sources(path)):
        if "deb" in entry.kinds:
            for uri in entry.uris:
                for suite in entry.suites:
                    found.setdefault((uri.rstrip("/"), suite), []).append(entry)
    guarded: list[Archive] = []
    refused: list[Fault] = []
    for (uri, suite), entries in found.items():
        try:
            guarded.append(_archive(uri, suite, entries, configuration, root, files, now))
        except Fault as fault:
            refused.append(fault)
    return tuple(guarded), tuple(refused)


def _archive(
    uri: str,
    suite: str,
    entries: list[AptSource],
    configuration: Configuration,
    root: Path,
    files: Files,
    now: datetime.datetime,
) -> Archive:
    lists = str(place_of("Dir::State::lists", configuration) / list_name(uri, suite))
    rings, named = keyrings_of(entries[0], configuration, root)
    held: dict[Digest, tuple[Keyring, TrustedKey]] = {}
    for ring in rings:
        for key in ring.keys:
            if now in key.window:
                held.setdefault(key.key.fingerprint, (ring, key))
    keys = tuple(held.values())
    content = [(path, files.read(path, "bundle", DEFAULT_LIMITS)) for path in standing([lists + EVERY]) if _signs(path)]
    releases = seen(content, tuple(key for _, key in keys), DEFAULT_LIMITS)
    release = releases[0].release if releases else None
    by = {key.key.fingerprint for each in releases for key in each.by}
    pinned = tuple(each for each in keys if each[1].key.fingerprint in by)
    if not releases and named:
        pinned = keys
    if not pinned:
        raise _unpinned(uri, suite, entries[0], release, named=named)
    return Archive(
        uri=_told(uri),
        suite=suite,
        components=tuple(dict.fromkeys(each for entry in entries for each in entry.components)),
        architectures=_architectures(entries, configuration),
        places=tuple(dict.fromkeys(entry.place for entry in entries)),
        lists=lists + EVERY,
        release=release,
        keys=pinned,
        others=tuple(each for each in keys if each not in pinned),
        named=named,
    )


def _signs(path: str) -> bool:
    return path.endswith(("InRelease", "Release", "Release.gpg"))


def _unpinned(uri: str, suite: str, entry: AptSource, release: Release | None, *, named: bool) -> AptFault:
    if release is not None:
        detail = "no key that apt takes for it, and that holds now, signed what apt holds of it"
    elif named:
        detail = "no key of the keyring that is named for it can be used"
    else:
        detail = "no keyring is named for it, and apt holds nothing of it that says which key is its own"
    expected = "Signed-By, with a keyring of its own; then apt-get update"
    return AptFault("apt.unpinned", detail, place=Place(entry.place), expected=expected, actual=f"{_told(uri)} {suite}")


def _told(uri: str) -> str:
    """An address without the user and the password that may stand in it."""
    return re.sub(r"(?<=://)[^/@]*@", "", uri)


def _architectures(entries: Iterable[AptSource], configuration: Configuration) -> tuple[str, ...]:
    """Of which architectures apt takes packages from any of the entries."""
    usual = [value for name, value in configuration if name.lower() == "apt::architectures::"]
    usual = usual or [value for name, value in configuration if name.lower() == "apt::architecture"]
    taken: dict[str, None] = {}
    for entry in entries:
        own = [*(entry.words("architectures") or usual), *entry.words("architectures-add")]
        taken |= dict.fromkeys(each for each in own if each not in entry.words("architectures-remove"))
    return tuple(taken)


_QUOTED = re.compile(r'[^!-~]|[\\|{}\[\]<>"^~_=!@#$%&*]')


def list_name(uri: str, suite: str) -> str:
    """How the names begin of the files that apt holds of an archive.

    Spec: apt, apt-pkg/contrib/strutl.cc, URItoFileName: no scheme, no user; what is odd as %xx; / as _
    """
    _, _, rest = uri.partition(":")
    host, slash, path = rest.removeprefix("//").partition("/") if rest.startswith("//") else ("", "", rest)
    below = suite.lstrip("/") if suite.endswith("/") else f"dists/{suite}/"
    whole = f"{host.rpartition('@')[2]}{slash}{path}".rstrip("/") + "/" + below
    return _QUOTED.sub(lambda odd: "".join(f"%{byte:02x}" for byte in odd[0].encode()), whole).replace("/", "_")
