"""Trust carried across a gap: written to one file by a machine with a network, taken in by one without.

Nothing in the file proves who wrote it, so its SHA-256 is shown on both sides, for people to compare by another way.
What is taken in is whole, usable, and no older than what is held; either all of it is kept or none (T80).
"""

from __future__ import annotations

import datetime
import hashlib
import json

from msgspec import Struct
from msgspec.structs import replace

from attestations.digests import Digest
from attestations.faults import Fault, FormatFault, Place
from attestations.limits import Limits
from attestations.strict_json import Node, loads
from verifier.faults import TrustFault

from ..effects.clock import Clock
from ..effects.files import Files
from ..effects.paths import shown
from ..effects.trust_store import INSTANCES, NAME, Stored, TrustStore, entry_document, read_entry
from .trust import check_usable, stored

FORMAT = "countersign.trust-export/1"

ROOTS = 16
"""How many of the largest trust roots one file may be as large as."""


class Exported(Struct, frozen=True):
    """What was written: the fingerprint of the file, and the entries in it."""

    fingerprint: Digest
    entries: tuple[Stored, ...]


class Imported(Struct, frozen=True):
    """What came of a file: its fingerprint, the entries that were kept, and those that changed nothing."""

    fingerprint: Digest
    kept: tuple[Stored, ...]
    unchanged: tuple[Stored, ...]


def export_trust(path: str, names: tuple[str, ...], store: TrustStore, files: Files) -> Exported:
    """Write the entries of those names, by default all, to a new file at `path`; the same store gives the same bytes.

    Raises:
        OutputFault: ``output.*``.
        TrustFault: ``trust.name_unknown``, ``trust.store_damaged``.
    """
    entries = tuple(stored(name, store) for name in sorted(set(names))) if names else store.all()
    document = {"format": FORMAT, "entries": [entry_document(entry) for entry in entries]}
    content = json.dumps(document, indent=1).encode("ascii") + b"\n"
    files.write(path, content)
    return Exported(_fingerprint(content), entries)


def import_trust(
    path: str, expected: Digest | None, store: TrustStore, files: Files, clock: Clock, limits: Limits
) -> Imported:
    """Keep what the file at `path` holds, all of it or nothing; `expected` is the fingerprint it must have.

    Raises:
        InputFault: ``input.*``.
        TrustFault: ``trust.export_fingerprint``, ``trust.export_malformed``, ``trust.rollback``,
            ``trust.name_taken``, and what makes a root or keys unusable.
    """
    content = files.read(path, "trust_root", replace(limits, trust_root=ROOTS * limits.trust_root))
    fingerprint, source = _fingerprint(content), shown(path)
    if expected is not None and fingerprint != expected:
        detail = "this is not the file that was exported"
        place = Place(source)
        raise TrustFault(
            "trust.export_fingerprint", detail, place=place, expected=str(expected), actual=str(fingerprint)
        )
    entries = read_export(content, source)
    changed = tuple(entry for entry in entries if _is_news(entry, store.get(entry.name), clock.now()))
    kept = tuple(replace(entry, origin="imported", source=f"{source}: {entry.source}") for entry in changed)
    for entry in kept:
        store.put(entry)
    return Imported(fingerprint, kept, tuple(entry for entry in entries if entry not in changed))


def read_export(content: bytes, source: str) -> tuple[Stored, ...]:
    """The entries of an export: at least one, no name twice, each as it was written and usable.

    Raises:
        TrustFault: ``trust.export_malformed``, and what makes a root or keys unusable.
    """
    try:
        root = Node(loads(content, source=source), source)
        if root.field("format").text() != FORMAT:
            raise FormatFault("json.value", f"its format is not {FORMAT}", place=Place(source, "/format"))
        entries = tuple(read_entry(node) for node in root.field("entries").items())
    except Fault as fault:
        raise TrustFault("trust.export_malformed", fault.detail, place=fault.place) from None
    names = [entry.name for entry in entries]
    if not names or len(set(names)) < len(names) or not all(map(NAME.fullmatch, names)):
        detail = "its entries have no names, or one name twice"
        raise TrustFault("trust.export_malformed", detail, place=Place(source, "/entries"))
    for entry in entries:
        check_usable(f"{source}: {entry.name}", entry.content)
    return entries


def _is_news(entry: Stored, held: Stored | None, now: datetime.datetime) -> bool:
    """Whether `entry` is to be kept. What is older than what is held is refused, and so is what is dated ahead."""
    if entry.dated > now:
        detail = f"{entry.name} is dated {entry.dated:%Y-%m-%d %H:%M UTC}, which is still to come"
        raise TrustFault("trust.export_malformed", detail, expected=f"no later than {now:%Y-%m-%d %H:%M UTC}")
    if held is None:
        return True
    if held.content == entry.content:
        return entry.dated > held.dated and entry.version >= held.version
    if entry.name not in INSTANCES:
        detail = f"{entry.name!r} already names something else"
        raise TrustFault("trust.name_taken", detail, expected=f"sha256:{held.sha256}", actual=f"sha256:{entry.sha256}")
    if entry.version < held.version or entry.dated <= held.dated:
        raise TrustFault(
            "trust.rollback",
            f"what the export holds as {entry.name} is older than what is stored",
            expected=f"version {held.version} or newer, after {held.dated:%Y-%m-%d}",
            actual=f"version {entry.version}, {entry.dated:%Y-%m-%d}",
        )
    return True


def _fingerprint(content: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(content).hexdigest())
