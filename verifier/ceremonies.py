"""Who witnessed a version of a trust document: those among its root keys, and those of the version before, who say so.

Spec: countersign design, section 8 (keys)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attestations.bundles import Envelope
from attestations.ceremonies import PAYLOAD_TYPE, Attendance, parse_attendance
from attestations.digests import Digest
from attestations.dsse import pae
from attestations.faults import Place
from attestations.trust_documents import TrustDocument
from attestations.tuf.roles import Key

from .faults import SignatureFault, TrustFault
from .gather import sha256
from .signatures import verify
from .updates.tuf.thresholds import usable


def check_transcript(
    statements: tuple[Envelope, ...], document: TrustDocument, before: TrustDocument | None
) -> tuple[Attendance, ...]:
    """Every statement is by a holder of a root key, about this very version; one a person, as many as had to sign.

    Raises:
        FormatFault: ``json.*``, ``digest.malformed``.
        SignatureFault: ``signature.*``.
        TrustFault: ``ceremony.stranger``, ``ceremony.other_draft``, ``ceremony.witnesses``.
    """
    keys = dict(root_keys(document, before))
    told = tuple(check_attendance(statement, keys, draft=sha256(document.metadata.covered)) for statement in statements)
    expected = sha256(before.metadata.content) if before is not None else None
    if any((each.before, each.version) != (expected, document.terms.version) for each in told):
        raise TrustFault("ceremony.other_draft", "a statement is about another version, or follows on another")
    witnesses = {each.key.hex for each in told}
    for present in (document, *([before] if before is not None else [])):
        if len(witnesses & set(present.terms.roots)) < present.terms.threshold:
            raise TrustFault(
                "ceremony.witnesses",
                "fewer told of the ceremony than had to sign",
                expected=f"at least {present.terms.threshold}",
                actual=str(len(witnesses & set(present.terms.roots))),
            )
    return told


def root_keys(document: TrustDocument, before: TrustDocument | None) -> Iterator[tuple[str, Key]]:
    """The root keys of both, by their ids."""
    yield from document.terms.roots.items()
    if before is not None:
        yield from before.terms.roots.items()


def check_attendance(envelope: Envelope, keys: Mapping[str, Key], *, draft: Digest) -> Attendance:
    """The statement in `envelope`, signed by the one of `keys` that it names, about `draft`.

    Raises:
        FormatFault: ``json.*``, ``digest.malformed``.
        SignatureFault: ``signature.*``, ``envelope.payload_type``.
        TrustFault: ``ceremony.stranger``, ``ceremony.other_draft``.
    """
    place = Place("transcript")
    if envelope.payload_type != PAYLOAD_TYPE or len(envelope.signatures) != 1:
        raise SignatureFault("envelope.payload_type", "no statement of a ceremony under one signature", place=place)
    attendance = parse_attendance(envelope.payload, source="transcript")
    spelled = keys.get(attendance.key.hex)
    if spelled is None:
        detail = f"{attendance.person} signs with a key that is no root key of this version or the one before"
        raise TrustFault("ceremony.stranger", detail, place=place, actual=str(attendance.key))
    key, scheme = usable(spelled)
    verify(key, envelope.signatures[0].value, pae(PAYLOAD_TYPE, envelope.payload), scheme=scheme)
    if key.fingerprint != attendance.key:
        raise TrustFault("ceremony.stranger", "a statement under another key than it names", place=place)
    if attendance.draft != draft:
        detail = f"{attendance.person} signed another draft"
        raise TrustFault("ceremony.other_draft", detail, place=place, expected=str(draft), actual=str(attendance.draft))
    return attendance
