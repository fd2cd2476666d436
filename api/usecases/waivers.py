"""Waivers as files: the statement that persons are to sign, an envelope for each of them, and who has signed.

new     artifacts, policy, reasons, hours, why ─► the statement, canonical JSON     NAME.json
sign    the statement, or somebody's envelope of it ─► one more envelope of it      NAME.PERSON.json
show    statements and envelopes ─► what they say, and who signed
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

import rfc8785
from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Fault, FormatFault, Place
from attestations.limits import DEFAULT_LIMITS
from attestations.predicates.waiver import PREDICATE_TYPE
from attestations.statements import TYPES
from verifier.excuses import SetAside, waivers_in
from verifier.faults import WaiverFault
from verifier.key_files import load_key_file
from verifier.request import EvidenceFile
from verifier.verdict import Artifact
from verifier.waivers import PAYLOAD_TYPE, Approver, Waiver, read_envelope, read_waiver

from ..effects.files import Files
from ..effects.keys import Signer, sign_envelope
from ..effects.paths import shown


class Wanted(Struct, frozen=True):
    """What a new waiver is to say. Moments are aware, in UTC, of whole seconds."""

    policy: Digest
    reasons: tuple[str, ...]
    start: datetime.datetime
    end: datetime.datetime
    why: str


def waiver_statement(wanted: Wanted, artifacts: Iterable[Artifact]) -> bytes:
    """The statement, as its own reader takes it.

    Raises:
        WaiverFault: ``waiver.reason``, ``waiver.too_long``.
        FormatFault: ``digest.malformed``, for an artifact without SHA-256; ``json.value``, for no or too many words.
    """
    statement: dict[str, Any] = {
        "_type": TYPES[0],
        "subject": sorted(map(_subject, artifacts), key=str),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "policy": {"sha256": wanted.policy.hex},
            "reasons": list(dict.fromkeys(wanted.reasons)),
            "from": f"{wanted.start:%Y-%m-%dT%H:%M:%SZ}",
            "until": f"{wanted.end:%Y-%m-%dT%H:%M:%SZ}",
            "why": wanted.why,
        },
    }
    content = rfc8785.dumps(statement)
    read_waiver(content, DEFAULT_LIMITS)
    return content


def _subject(artifact: Artifact) -> dict[str, Any]:
    digest = artifact.digests.get("sha256")
    if digest is None:
        raise FormatFault("digest.malformed", "a waiver names files by their SHA-256", actual=artifact.name)
    return {"name": PurePath(artifact.name).name, "digest": {"sha256": digest.hex}}


def payload_of(path: str, files: Files) -> bytes:
    """The statement in a file: as `waiver_statement` made it, or in an envelope that somebody signed.

    Raises:
        InputFault: ``input.*``.
        WaiverFault: ``waiver.*``; FormatFault: it is neither.
    """
    content = files.read(path, "bundle", DEFAULT_LIMITS)
    try:
        payload = read_envelope(content, shown(path), DEFAULT_LIMITS).payload
    except FormatFault:
        payload = content
    try:
        read_waiver(payload, DEFAULT_LIMITS)
    except (FormatFault, WaiverFault) as fault:
        raise fault.at(fault.place.within(shown(path))) from None
    return payload


def sign_waiver(payload: bytes, signer: Signer) -> bytes:
    """An envelope of the statement by one person, on one line."""
    return sign_envelope(PAYLOAD_TYPE, payload, signer) + b"\n"


def read_approver(name: str, path: str, pinned: Digest | None, files: Files) -> Approver:
    """A person, by the one public key in a file; the one of that fingerprint, where it is `pinned`.

    Raises:
        InputFault: ``input.*``.
        TrustFault: ``trust.key_*``.
        WaiverFault: ``waiver.approver``: no key, several, or another.
    """
    found = load_key_file(files.read(path, "trust_root", DEFAULT_LIMITS), name=shown(path), windows={})
    keys = {trusted.key.fingerprint: trusted.key for trusted in found}
    wanted = pinned if pinned is not None else next(iter(keys), None)
    if wanted not in keys or len(keys) > 1:
        raise WaiverFault(
            "waiver.approver",
            f"not the one key of {name}",
            place=Place(shown(path)),
            expected=str(wanted) if pinned is not None else "one public key",
            actual=", ".join(map(str, keys)) or "none",
        )
    return Approver(name, keys[wanted])


def read_waivers(
    paths: Sequence[str], approvers: tuple[Approver, ...], now: datetime.datetime, files: Files
) -> tuple[tuple[Waiver, ...], tuple[SetAside, ...]]:
    """The waivers in these files that hold, and what does not, with why.

    Raises:
        InputFault: ``input.*``; LimitFault: ``limit.evidence_files``, ``limit.bundle``.
    """
    DEFAULT_LIMITS.check("evidence_files", len(paths))
    read = [EvidenceFile(shown(path), files.read(path, "bundle", DEFAULT_LIMITS)) for path in paths]
    unsigned = [file for file in read if _is_statement(file.content)]
    waivers, aside = waivers_in(
        [file for file in read if file not in unsigned], approvers, now=now, limits=DEFAULT_LIMITS
    )
    return waivers, (*aside, *map(_unsigned, unsigned))


def _is_statement(content: bytes) -> bool:
    """Whether these bytes are what `waiver_statement` makes, and no envelope of it."""
    try:
        read_waiver(content, DEFAULT_LIMITS)
    except Fault:
        return False
    return True


def _unsigned(file: EvidenceFile) -> SetAside:
    detail = "nobody has signed it: `countersign waiver sign` makes envelopes of it"
    return SetAside((file.name,), WaiverFault("waiver.signers", detail, place=Place(file.name)))
