"""A ceremony: people with root keys make the next version of a trust document, each at a machine of their own.

    begin ─► add, drop keys ─► DIR goes round ─► sign, with the digest of the draft that was read out ─► assemble

    DIR/draft.json              the document, unsigned; changed by nobody once anybody has signed
    DIR/before.json             the version before, where there is one
    DIR/signatures/<key>.json   of each person: the signature, and a signed statement that they were there
    DIR/<n>.root.json           the document; `transcript.json` who made it

Nothing here needs a network or a service, and no key leaves its machine.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from attestations.bundles import Envelope
from attestations.ceremonies import PAYLOAD_TYPE, Attendance, write_attendance, write_transcript
from attestations.digests import Digest
from attestations.dsse import parse_envelope
from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node, loads
from attestations.trust_documents import (
    RoleKeys,
    Terms,
    TrustDocument,
    covered_bytes,
    parse_trust_document,
    write_trust_document,
)
from attestations.tuf.metadata import Signature, parse_signature
from verifier.ceremonies import check_attendance, check_transcript, root_keys
from verifier.faults import TrustFault
from verifier.gather import sha256
from verifier.keys import PublicKey
from verifier.trust_documents import begin, root_key, succeed, verdict_key

from ..effects.faults import InputFault
from ..effects.keys import Signer, sign_envelope
from ..effects.keys.making import write_new
from ..effects.writing import write_whole

DRAFT, BEFORE, SIGNATURES, TRANSCRIPT = "draft.json", "before.json", "signatures", "transcript.json"


class Draft(Struct, frozen=True):
    """A document in the making. `digest` is what people read out to one another; `signed` who has signed, by key."""

    terms: Terms
    before: TrustDocument | None
    digest: Digest
    signed: tuple[Attendance, ...]

    @property
    def due(self) -> dict[str, int]:
        """How many more must sign: of the root keys it has, and of those of the version before."""
        given = {each.key.hex for each in self.signed}
        asked = {"of its own root keys": self.terms}
        if self.before is not None:
            asked["of the root keys before"] = self.before.terms
        return {name: max(terms.threshold - len(given & set(terms.roots)), 0) for name, terms in asked.items()}


class Contribution(Struct, frozen=True):
    """What one person gave: a signature on the draft, and their statement, as an envelope and as it stands in JSON."""

    signature: Signature
    statement: Envelope
    written: object


def begin_ceremony(directory: Path, base: str, threshold: int, expires: datetime.datetime) -> Draft:
    """Begin the first version, without a key yet. Raises: OutputFault ``output.*``."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    terms = Terms(1, expires, base, unattended=False, roots={}, threshold=threshold, verdict_keys=())
    write_new(str(directory / DRAFT), write_trust_document(terms, ()), 0o644)
    return read_draft(directory)


def follow_ceremony(directory: Path, before: bytes, threshold: int | None, expires: datetime.datetime) -> Draft:
    """Begin the version after `before`, with all that `before` says. Raises: OutputFault ``output.*``; as `begin`."""
    document = begin(before, source="the version before")
    terms = replace(
        document.terms,
        version=document.terms.version + 1,
        expires=expires,
        threshold=threshold if threshold is not None else document.terms.threshold,
    )
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_new(str(directory / BEFORE), before, 0o644)
    write_new(str(directory / DRAFT), write_trust_document(terms, ()), 0o644)
    return read_draft(directory)


def read_draft(directory: Path) -> Draft:
    """The draft in `directory`, and who signed it.

    Raises:
        InputFault: ``input.unreadable``.
        FormatFault, TrustFault: where a file there is not what it should be.
    """
    document = parse_trust_document(_read(directory / DRAFT), source=DRAFT)
    path = directory / BEFORE
    before = begin(_read(path), source=BEFORE) if path.exists() else None
    digest = sha256(document.metadata.covered)
    keys = dict(root_keys(document, before))
    signed = tuple(check_attendance(each.statement, keys, draft=digest) for each in _contributions(directory))
    return Draft(document.terms, before, digest, signed)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        detail = f"cannot be read: {error.strerror}"
        raise InputFault("input.unreadable", detail, place=Place(path.name)) from None


def _contributions(directory: Path) -> Iterator[Contribution]:
    for path in sorted((directory / SIGNATURES).glob("*.json")):
        node = Node(loads(_read(path), source=path.name), path.name)
        node.only("signature", "statement")
        statement = node.field("statement")
        signature = parse_signature(node.field("signature"))
        yield Contribution(signature, parse_envelope(statement, DEFAULT_LIMITS), statement.value)


def add_root(directory: Path, key: PublicKey) -> Draft:
    """Let `key` be a root key. Raises: TrustFault ``ceremony.key``, ``ceremony.signed``, ``trust_document.key``."""
    terms = _changeable(directory)
    keyid, spelled = root_key(key)
    _check_free(terms, key)
    return _write(directory, replace(terms, roots={**terms.roots, keyid: spelled}))


def add_role_key(directory: Path, role: str, key: PublicKey, threshold: int | None) -> Draft:
    """Let `key` sign a role below the root, of whose keys `threshold` must sign; None leaves that as it is, or 1.

    One key may have several roles below the root, as `BELOW` names them, and no other part beside.

    Raises:
        TrustFault: ``ceremony.key``, ``ceremony.signed``, ``trust_document.key``.
    """
    terms = _changeable(directory)
    keyid, spelled = root_key(key)
    held = terms.below.get(role, RoleKeys({}, 1))
    _check_free(replace(terms, below={role: held}), key)
    grown = RoleKeys({**held.keys, keyid: spelled}, threshold or held.threshold)
    return _write(directory, replace(terms, below={**terms.below, role: grown}))


def _check_free(terms: Terms, key: PublicKey) -> None:
    """The key has no part yet. Raises: TrustFault ``ceremony.key``."""
    below = {keyid for role in terms.below.values() for keyid in role.keys}
    verdicts = {each.fingerprint.hex for each in terms.verdict_keys}
    if key.fingerprint.hex in {*terms.roots, *verdicts, *below}:
        raise TrustFault("ceremony.key", "the key has a part already", actual=str(key.fingerprint))


def add_verdict_key(
    directory: Path, key: PublicKey, start: datetime.datetime, until: datetime.datetime | None
) -> Draft:
    """Let `key` sign verdicts from `start` until `until`. Raises: TrustFault ``ceremony.key``, ``ceremony.signed``."""
    terms = _changeable(directory)
    _check_free(terms, key)
    return _write(directory, replace(terms, verdict_keys=(*terms.verdict_keys, verdict_key(key, start, until))))


def end_key(directory: Path, key: Digest, until: datetime.datetime | None, *, compromised: bool) -> Draft:
    """Take a root key or a key of a role out; or let a verdict key end at `until`, or, compromised, have never counted.

    Raises:
        TrustFault: ``ceremony.key``, ``ceremony.signed``.
    """
    terms = _changeable(directory)
    if key.hex in terms.roots:
        return _write(
            directory, replace(terms, roots={name: at for name, at in terms.roots.items() if name != key.hex})
        )
    if any(key.hex in role.keys for role in terms.below.values()):
        return _write(directory, replace(terms, below=_without(terms.below, key.hex)))
    if all(each.fingerprint != key for each in terms.verdict_keys):
        raise TrustFault("ceremony.key", "the draft has no such key", actual=str(key))
    if until is None:
        raise TrustFault("ceremony.key", "a verdict key ends at a time", expected="--at TIME", actual=str(key))
    field = "compromised" if compromised else "until"
    ended = tuple(replace(each, **{field: until}) if each.fingerprint == key else each for each in terms.verdict_keys)
    return _write(directory, replace(terms, verdict_keys=ended))


def _without(below: Mapping[str, RoleKeys], gone: str) -> dict[str, RoleKeys]:
    """The roles without that key; a role whose last key it was has none."""
    left = {
        name: RoleKeys({keyid: key for keyid, key in role.keys.items() if keyid != gone}, role.threshold)
        for name, role in below.items()
    }
    return {name: role for name, role in left.items() if role.keys}


def _changeable(directory: Path) -> Terms:
    draft = read_draft(directory)
    if draft.signed:
        raise TrustFault("ceremony.signed", "somebody has signed the draft as it stands", actual=draft.signed[0].person)
    return draft.terms


def _write(directory: Path, terms: Terms) -> Draft:
    write_whole(str(directory / DRAFT), write_trust_document(terms, ()))
    return read_draft(directory)


def sign_draft(directory: Path, person: str, signer: Signer, digest: Digest, now: datetime.datetime) -> Path:
    """Sign the draft whose digest `person` was told, and that they were there; the file that goes back to the others.

    Raises:
        TrustFault: ``ceremony.other_draft``, ``ceremony.stranger``.
        KeyFault: ``signing.failed``.
        OutputFault: ``output.*``.
    """
    draft = read_draft(directory)
    if draft.digest != digest:
        detail = "the draft here is another than the one that was read out"
        raise TrustFault("ceremony.other_draft", detail, expected=str(digest), actual=str(draft.digest))
    key = signer.public_key.fingerprint
    if key.hex not in draft.terms.roots and (draft.before is None or key.hex not in draft.before.terms.roots):
        detail = "the key is no root key, neither of the draft nor of the version before"
        raise TrustFault("ceremony.stranger", detail, actual=str(key))
    before = sha256(draft.before.metadata.content) if draft.before is not None else None
    attendance = Attendance(person, key, draft.terms.version, digest, before, now)
    statement = json.loads(sign_envelope(PAYLOAD_TYPE, write_attendance(attendance), signer))
    signature = {"keyid": key.hex, "sig": signer.sign(covered_bytes(draft.terms)).hex()}
    content = json.dumps({"signature": signature, "statement": statement}, indent=1).encode("ascii") + b"\n"
    path = directory / SIGNATURES / f"{key.hex}.json"
    path.parent.mkdir(exist_ok=True)
    write_new(str(path), content, 0o644)
    return path


def assemble(directory: Path) -> TrustDocument:
    """Make the document and its transcript out of what people gave, where it is enough.

    Raises:
        UpdateFault: ``update.unsigned``: somebody must still sign.
        TrustFault: ``trust_document.*``, ``ceremony.*``.
        OutputFault: ``output.*``.
    """
    draft = read_draft(directory)
    given = tuple(_contributions(directory))
    content = write_trust_document(draft.terms, [each.signature for each in given])
    name = f"{draft.terms.version}.root.json"
    if draft.before is None:
        document = begin(content, source=name)
    else:
        document = succeed(draft.before, content, source=name)
    check_transcript(tuple(each.statement for each in given), document, draft.before)
    write_new(str(directory / name), content, 0o644)
    write_new(str(directory / TRANSCRIPT), write_transcript(each.written for each in given), 0o644)
    return document
