"""The trust document of a service: whose keys say which keys sign its verdicts. TUF root metadata, with a part of ours.

    {"signatures": [{"keyid": …, "sig": <hex>}],
     "signed": {"_type": "root", "spec_version": "1.0.31", "version": 2, "expires": "2027-03-02T00:00:00Z",
                "consistent_snapshot": true, "keys": {…}, "roles": {"root": {"keyids": […], "threshold": 2}, …},
                "x-countersign": {"format": "countersign.trust-document/1", "base": "https://audit.example",
                                  "unattended": false,
                                  "verdict_keys": [{"fingerprint": "sha256:…", "public": <PEM>, "from": …, "until": …,
                                                    "compromised": …}]}}}

Any TUF client verifies it and its chain of versions as a root; who only wants verdicts needs nothing else of TUF. The
roles below the root are those of the service's assured repository: where they have no keys, nobody can speak for them.
What stands here was signed by nobody until `verifier.trust_documents` says so.

Spec: TUF 1.0.34, section 4.3; schema in docs/schemas/trust-document.schema.json
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from .digests import Digest, parse_digest
from .faults import FormatFault, Place
from .limits import DEFAULT_LIMITS, Limits
from .olpc import canonical
from .strict_json import Node
from .tuf.documents import Root, read_root
from .tuf.metadata import Metadata, Signature, parse_metadata
from .tuf.roles import Key
from .tuf.writing import SPEC_VERSION, key_part, written_time

FORMAT = "countersign.trust-document/1"
PART = "x-countersign"
BELOW = ("snapshot", "targets", "timestamp")
"""The roles of a repository that a root gives keys to."""


class VerdictKey(Struct, frozen=True):
    """A key that signs verdicts: its SPKI's fingerprint, itself in PEM, when it may sign (`until` None: no end).

    `compromised` is when its compromise was declared; nothing that it ever signed counts from then on.
    """

    fingerprint: Digest
    public: str
    start: datetime.datetime
    until: datetime.datetime | None
    compromised: datetime.datetime | None = None


class RoleKeys(Struct, frozen=True):
    """Whose keys sign a role below the root, by TUF's key id, and how many of them must."""

    keys: Mapping[str, Key]
    threshold: int


class Terms(Struct, frozen=True):
    """What one version says: `base` is the URI that verifier ids begin with; `roots` are root keys by TUF's key id.

    `unattended` says that nobody witnessed how the root keys came about, in this version or any before. `below` holds
    those of the roles `BELOW` that have keys.
    """

    version: int
    expires: datetime.datetime
    base: str
    unattended: bool
    roots: Mapping[str, Key]
    threshold: int
    verdict_keys: tuple[VerdictKey, ...]
    below: Mapping[str, RoleKeys] = {}


class TrustDocument(Struct, frozen=True):
    """A document as read: what it says, and the metadata whose signatures are over it."""

    terms: Terms
    root: Root
    metadata: Metadata


def parse_trust_document(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> TrustDocument:
    """Read a trust document. `source` is its name for people.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``, ``olpc.float``, ``digest.malformed``.
        LimitFault: ``limit.trust_root``, ``limit.depth``, ``limit.layout_signatures``.
    """
    limits.check("trust_root", len(data), Place(source))
    metadata = parse_metadata(data, source=source, limits=limits)
    root = read_root(metadata)
    node = metadata.signed.field(PART)
    node.only("format", "base", "unattended", "verdict_keys")
    form, role = node.field("format"), root.roles["root"]
    if form.text() != FORMAT:
        raise form.fault("json.value", "a trust document of another format", expected=FORMAT)
    if any(keyid not in root.keys for each in root.roles.values() for keyid in each.keyids):
        roles = metadata.signed.field("roles")
        raise roles.fault("json.value", "a role of keys that are not there", expected="keys that are listed")
    keys = tuple(map(_verdict_key, node.field("verdict_keys").items()))
    if len({key.fingerprint for key in keys}) != len(keys):
        raise node.field("verdict_keys").fault("json.value", "one key twice", expected="each once")
    terms = Terms(
        version=root.common.version,
        expires=root.common.expires,
        base=node.field("base").text(),
        unattended=node.field("unattended").boolean(),
        roots={keyid: root.keys[keyid] for keyid in role.keyids},
        threshold=role.threshold,
        verdict_keys=keys,
        below={
            name: RoleKeys({keyid: root.keys[keyid] for keyid in each.keyids}, each.threshold)
            for name in BELOW
            if (each := root.roles[name]).keyids
        },
    )
    return TrustDocument(terms, root, metadata)


def _verdict_key(node: Node) -> VerdictKey:
    node.only("fingerprint", "public", "from", "until", "compromised")
    fingerprint, until, compromised = node.field("fingerprint"), node.get("until"), node.get("compromised")
    try:
        digest = parse_digest(fingerprint.text(), {"sha256": 32})
    except FormatFault as fault:
        raise fault.at(fingerprint.place) from None
    return VerdictKey(
        fingerprint=digest,
        public=node.field("public").text(),
        start=_moment(node.field("from")),
        until=_moment(until) if until is not None else None,
        compromised=_moment(compromised) if compromised is not None else None,
    )


def _moment(node: Node) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(node.text())
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() != datetime.timedelta(0) or written_time(moment) != node.text():
        raise node.fault("json.value", "not a time", expected="2026-01-01T00:00:00Z")
    return moment


def signed_part(terms: Terms) -> dict[str, Any]:
    """What is signed of a document that says `terms`, as JSON."""
    unused = RoleKeys({}, 1)
    roles = {"root": RoleKeys(terms.roots, terms.threshold), **{name: terms.below.get(name, unused) for name in BELOW}}
    return {
        "_type": "root",
        "spec_version": SPEC_VERSION,
        "version": terms.version,
        "expires": written_time(terms.expires),
        "consistent_snapshot": True,
        "keys": {keyid: key_part(key) for role in roles.values() for keyid, key in role.keys.items()},
        "roles": {name: {"keyids": list(role.keys), "threshold": role.threshold} for name, role in roles.items()},
        PART: {
            "format": FORMAT,
            "base": terms.base,
            "unattended": terms.unattended,
            "verdict_keys": [_plain(key) for key in terms.verdict_keys],
        },
    }


def _plain(key: VerdictKey) -> dict[str, Any]:
    moments = {"from": key.start, "until": key.until, "compromised": key.compromised}
    written = {name: written_time(moment) for name, moment in moments.items() if moment is not None}
    return {"fingerprint": str(key.fingerprint), "public": key.public, **written}


def covered_bytes(terms: Terms) -> bytes:
    """What signatures on a document that says `terms` are over."""
    return canonical(signed_part(terms))


def write_trust_document(terms: Terms, signatures: Iterable[Signature]) -> bytes:
    """The document that says `terms`, with signatures over `covered_bytes`, as JSON that ends in a line break."""
    listed = [{"keyid": each.keyid, "sig": each.value.hex()} for each in signatures]
    document = {"signatures": listed, "signed": signed_part(terms)}
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=True).encode("ascii") + b"\n"
