"""What commands share that pin trust documents, and rely on pinned ones."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from verifier.key_files import TrustedKey

if TYPE_CHECKING:
    from verifier.verdict_check import Checked

    from ..effects.pinned_documents import PinnedDocuments
    from .world import World

FOLDER = "pinned"
"""Beside the user's trust store."""


def pins_of(world: World) -> PinnedDocuments:
    """The documents that the user has pinned."""
    from ..effects.pinned_documents import PinnedDocuments

    return PinnedDocuments(Path(world.store.directory).parent / FOLDER, world.files)


def contents_of(
    sources: tuple[str, ...], name: str | None, pins: PinnedDocuments, world: World, *, replace: bool
) -> tuple[bytes, ...]:
    """The documents in files, and at URLs with those that lead to them from what is pinned.

    Raises:
        InputFault: ``input.*``.
        EgressFault: ``egress.*``.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.trust_pin import URL, fetch_documents, name_of

    contents: list[bytes] = []
    for source in sources:
        if not URL.match(source):
            contents.append(world.files.read(source, "trust_root", DEFAULT_LIMITS))
            continue
        from ..effects.egress import PublicEgress

        egress = PublicEgress()
        newest = fetch_documents(source, egress, None)
        held = None if replace else pins.get(name or name_of(newest[0]))
        contents += newest if held is None else fetch_documents(source, egress, held)
    return tuple(contents)


class Relying(Struct, frozen=True):
    """What a pinned document says about one verdict: its base, the keys that count, and `text` for people."""

    base: str
    keys: tuple[TrustedKey, ...]
    stated: datetime.datetime | None
    text: str

    def check_time(self, result: Checked) -> None:
        """The summary is of the time that its keys were chosen for. Raises: InputFault ``bytes.changed``."""
        from ..effects.faults import InputFault

        if result.summary is not None and result.summary.time != self.stated:
            raise InputFault("bytes.changed", "the file was changed while it was read")


def rely_on(name: str, path: str, world: World, now: datetime.datetime) -> Relying:
    """The document that is pinned as `name`, for the verdict in the file at `path`.

    Raises:
        InputFault: ``input.*``.
        TrustFault: ``trust_document.*``.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.trust_documents import fingerprint

    from ..usecases.trust_pin import keys_for, pinned, refused_keys, stated

    document = pinned(name, pins_of(world), now)
    said = stated(world.files.read(path, "record", DEFAULT_LIMITS), DEFAULT_LIMITS)
    unattended = " · UNATTENDED KEYS" if document.terms.unattended else ""
    lines = [f"{name}: trust document {document.terms.version}, {fingerprint(document)}{unattended}\n"]
    for key in refused_keys(document, said):
        why = "was compromised" if key.compromised is not None else "might not sign at that time"
        lines.append(f"{name}: the key {key.fingerprint} {why}\n")
    return Relying(
        document.terms.base, keys_for(document, said), said.time if said is not None else None, "".join(lines)
    )
