"""The keyrings by which apt knows an archive: the one that its source names, or all that there are.

    Signed-By: /usr/share/keyrings/acme.gpg      a file
    Signed-By:                                   a key within the source itself
     -----BEGIN PGP PUBLIC KEY BLOCK-----
    Signed-By: 8A0B…                             one of all, by OpenPGP's own fingerprint
    (nothing)                                    any key in /etc/apt/trusted.gpg and /etc/apt/trusted.gpg.d

Spec: sources.list(5), Signed-By; apt-key(8), Files
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from attestations.apt_sources import AptSource
from attestations.faults import Fault, Place
from attestations.openpgp import calls_itself, fingerprints
from verifier.detached.openpgp import OpenPgpKey
from verifier.key_files import KEY_FILE_MAX, TrustedKey, load_key_file

from ...effects.faults import InputFault
from .faults import AptFault
from .sources import Configuration, listed, place_of

_WITHIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\.(gpg|asc)")
_FINGERPRINT = re.compile(r"(?:0x)?([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})!?")


class Keyring(Struct, frozen=True):
    """A file of certificates at `path`; or, with `content`, one that stands in a source, and needs a file yet."""

    path: str
    keys: tuple[TrustedKey, ...]
    content: bytes | None = None


def keyrings_of(entry: AptSource, configuration: Configuration, root: Path) -> tuple[tuple[Keyring, ...], bool]:
    """The keyrings of a source, and whether it names them itself.

    Raises:
        TrustFault: ``trust.key_*``; SignatureFault: ``openpgp.unavailable``, ``openpgp.revoked``.
        InputFault: ``input.*``.
        AptFault: ``apt.unpinned``.
    """
    said = entry.options.get("signed-by", "")
    if _WITHIN in said:
        return (_within(said, entry),), True
    names = entry.words("signed-by")
    paths = [name for name in names if name.startswith("/")]
    wanted = {found[1].lower() for name in names if (found := _FINGERPRINT.fullmatch(name))}
    if len(paths) + len(wanted) < len(set(names)):
        raise AptFault("apt.unpinned", "Signed-By is no path and no fingerprint", place=Place(entry.place), actual=said)
    rings = [_read(_rooted(path, root)) for path in dict.fromkeys(paths)]
    if wanted:
        rings += [_only(ring, wanted) for ring in _trusted(configuration)]
    return (tuple(rings), True) if names else (tuple(_trusted(configuration)), False)


def _within(said: str, entry: AptSource) -> Keyring:
    """A key in the source: a line of a dot stands for an empty one."""
    lines = [line.strip() for line in said.split("\n")]
    content = "\n".join("" if line == "." else line for line in lines if line).encode() + b"\n"
    return Keyring(entry.place, load_key_file(content, name=entry.place, windows={}), content)


def _rooted(path: str, root: Path) -> Path:
    """Where a path of the machine's is, seen from here."""
    within = root / path.lstrip("/")
    return within if within.exists() else Path(path)


def _trusted(configuration: Configuration) -> Iterator[Keyring]:
    """Every keyring that apt takes without being told; one that cannot be read holds no key, as for apt."""
    single = place_of("Dir::Etc::trusted", configuration)
    parts = listed(place_of("Dir::Etc::trustedparts", configuration))
    for path in (single, *(path for path in parts if _PART.fullmatch(path.name))):
        if path.is_file():
            try:
                yield _read(path)
            except Fault as fault:
                if fault.reason == "openpgp.unavailable":
                    raise


def _read(path: Path) -> Keyring:
    try:
        with path.open("rb") as file:
            content = file.read(KEY_FILE_MAX + 1)
    except OSError as error:
        reason = "input.not_found" if isinstance(error, FileNotFoundError) else "input.unreadable"
        raise InputFault(reason, str(error.strerror), place=Place(str(path))) from None
    return Keyring(str(path), load_key_file(content, name=str(path), windows={}))


def _only(ring: Keyring, wanted: set[str]) -> Keyring:
    return replace(ring, keys=tuple(key for key in ring.keys if wanted & _fingerprints(key)))


def _fingerprints(key: TrustedKey) -> frozenset[str]:
    return fingerprints(key.key.certificate) if isinstance(key.key, OpenPgpKey) else frozenset()


def called(key: TrustedKey) -> tuple[str, str]:
    """OpenPGP's own fingerprint of a key, and what it calls itself: what people know it by, and what proves nothing."""
    return calls_itself(key.key.certificate) if isinstance(key.key, OpenPgpKey) else ("", "")
