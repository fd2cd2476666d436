"""Pin a service's trust document: once by its fingerprint, and from then on by what the pinned one vouches for.

The first one comes from wherever it comes from, and so proves nothing: its fingerprint must have come another way, in
print or by voice. Every later one follows on it, version by version.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec import Struct

from attestations.bundles import Envelope
from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.limits import Limits
from attestations.predicates import VerificationSummary, read_predicate
from attestations.statements import parse_statement
from attestations.strict_json import Node, loads
from attestations.trust_documents import TrustDocument, VerdictKey
from attestations.verdict_bundles import is_verdict_bundle, parse_verdict_bundle
from verifier.faults import TrustFault
from verifier.key_files import TrustedKey
from verifier.trust_documents import begin, check_current, fingerprint, keys_at, may_sign, succeed

from ..effects.egress import Egress
from ..effects.faults import InputFault
from ..effects.pinned_documents import PinnedDocuments

OK = 200
FARTHEST = 64
"""Versions between the pinned document and the newest that are fetched at most."""

Confirm = Callable[[TrustDocument, Digest], bool]
"""Asks a person whether the fingerprint is the one that they were told."""


class Pinned(Struct, frozen=True):
    """What is pinned now, and whether that is news."""

    name: str
    document: TrustDocument
    changed: bool


def pin(
    name: str,
    contents: tuple[bytes, ...],
    pins: PinnedDocuments,
    told: Digest | None,
    confirm: Confirm,
    now: datetime.datetime,
    *,
    replace: bool = False,
) -> Pinned:
    """Pin the last of `contents` as `name`, each following on the one before, the first on what is pinned.

    `told` is the fingerprint that the user was told; where nothing is pinned yet, or with `replace`, and without
    `told`, `confirm` asks.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``.
        TrustFault: ``trust_document.*``.
        OutputFault: ``output.unwritable``.
    """
    held = None if replace else pins.get(name)
    before = begin(held, source=name) if held is not None else None
    document = before
    for content in contents:
        document = _after(document, content)
    if document is None:
        raise ValueError("no document")
    check_current(document, now)
    print_of_it = fingerprint(document)
    if told is not None and told != print_of_it:
        detail = "another fingerprint than the one that you were told"
        raise TrustFault("trust_document.fingerprint", detail, expected=str(told), actual=str(print_of_it))
    if before is None and told is None and not confirm(document, print_of_it):
        detail = "nobody said that this is the fingerprint that they were told"
        raise TrustFault("trust_document.unconfirmed", detail, actual=str(print_of_it))
    changed = document.metadata.content != held
    if changed:
        pins.put(name, document.metadata.content)
    return Pinned(name, document, changed)


def _after(before: TrustDocument | None, content: bytes) -> TrustDocument:
    """The next document; one that is not newer than what is held changes nothing where it is the same."""
    if before is None:
        return begin(content, source="trust document")
    given = begin(content, source="trust document")
    if given.metadata.covered == before.metadata.covered:
        return before
    return succeed(before, content, source="trust document")


def name_of(document: bytes) -> str:
    """What a document is called where nobody names it: the host of its base.

    Raises:
        TrustFault: ``trust_document.name``.
    """
    host = urlsplit(begin(document, source="trust document").terms.base).hostname
    if host is None:
        raise TrustFault("trust_document.name", "its base has no host to name it after", expected="--as NAME")
    return host


def fetch_documents(url: str, egress: Egress, held: bytes | None) -> tuple[bytes, ...]:
    """The document at `url`; and before it, from beside it, every version after the one that is `held`.

    Raises:
        EgressFault: ``egress.*``.
        InputFault: ``input.unreadable``.
        FormatFault, UpdateFault, TrustFault: where one is no document.
    """
    newest = _get(url, egress)
    if held is None:
        return (newest,)
    first = begin(held, source="pinned").terms.version + 1
    last = begin(newest, source=url).terms.version
    if last - first >= FARTHEST:
        raise TrustFault("trust_document.version", "more versions on than are followed at once", actual=str(last))
    beside = url.rpartition("/")[0]
    return (*(_get(f"{beside}/{version}.root.json", egress) for version in range(first, last)), newest)


def _get(url: str, egress: Egress) -> bytes:
    answer = egress.get(url)
    if answer.status != OK:
        raise InputFault("input.unreadable", f"the server answers {answer.status}", place=Place(url))
    return answer.body


def pinned(name: str, pins: PinnedDocuments, now: datetime.datetime) -> TrustDocument:
    """The document that is pinned as `name`, which holds at `now`.

    Raises:
        TrustFault: ``trust_document.unpinned``, ``trust_document.expired``, ``trust_document.name``.
    """
    held = pins.get(name)
    if held is None:
        detail = "no trust document is pinned under that name"
        raise TrustFault(
            "trust_document.unpinned", detail, expected=", ".join(pins.names()) or "one that is pinned", actual=name
        )
    document = begin(held, source=name)
    check_current(document, now)
    return document


class Stated(Struct, frozen=True):
    """What a summary says of itself, unauthenticated: when it was made, and what it calls the keys that signed it."""

    time: datetime.datetime
    keyids: tuple[str, ...]


def stated(content: bytes, limits: Limits) -> Stated | None:
    """What the summary in `content`, a verdict bundle or an envelope, says; None where there is none, or no time."""
    try:
        document = loads(content, limits=limits)
        if is_verdict_bundle(document):
            envelope = parse_verdict_bundle(content, limits=limits).vsa
        else:
            envelope = _envelope(document, limits)
        if envelope is None:
            return None
        summary = read_predicate(parse_statement(envelope.payload, source="", limits=limits), source="")
    except Fault:
        return None
    if not isinstance(summary, VerificationSummary) or summary.time is None:
        return None
    return Stated(summary.time, tuple(signature.keyid for signature in envelope.signatures))


def keys_for(document: TrustDocument, said: Stated | None) -> tuple[TrustedKey, ...]:
    """The verdict keys whose signatures count at the time that a verdict says it is of.

    Its word is not believed for that: a key of another time verifies nothing, and what it signs is this very time.
    A verdict that says none is under no key.
    """
    return keys_at(document, said.time) if said is not None else ()


def refused_keys(document: TrustDocument, said: Stated | None) -> tuple[VerdictKey, ...]:
    """The document's keys that a verdict says it is under and that do not count for it."""
    if said is None:
        return ()
    called = (key for key in document.terms.verdict_keys if key.fingerprint.hex in said.keyids)
    return tuple(key for key in called if not may_sign(key, said.time))


def _envelope(document: object, limits: Limits) -> Envelope:
    from attestations.dsse import parse_envelope

    return parse_envelope(Node(document), limits)


URL = re.compile(r"https?://", re.IGNORECASE)
"""How what is no file begins."""
