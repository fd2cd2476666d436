"""TUF metadata and states of releases as inputs: read as what they say they are, and seeds that are read whole."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping

from attestations.digests import Digest
from attestations.limits import DEFAULT_LIMITS
from attestations.tuf import documents
from attestations.tuf.assured import published_verdicts
from attestations.tuf.documents import TargetFile, Targets
from attestations.tuf.metadata import Metadata, parse_metadata
from attestations.tuf.roles import SuccinctRoles
from verifier.faults import UpdateFault
from verifier.updates.streams import Accepted, ReleaseState, Stream, read_state, write_state
from verifier.updates.tuf.delegations import roles_for
from verifier.updates.tuf.names import target_files
from verifier.updates.tuf.trusted import begin

MOMENT = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)

_READERS: Mapping[str, Callable[[Metadata], object]] = {
    "root": documents.read_root,
    "timestamp": documents.read_timestamp,
    "snapshot": documents.read_snapshot,
    "targets": documents.read_targets,
}


MAP = json.dumps(
    {
        "repositories": {"vendor": ["https://updates.example/"], "assurer": ["file:assured"]},
        "mapping": [{"paths": ["*"], "repositories": ["vendor", "assurer"], "threshold": 2, "terminating": True}],
        "groups": {"the vendor": ["vendor"], "the assurer": ["assurer"]},
    }
).encode()


def tuf(data: bytes) -> object:
    """Metadata of the role that it names, used as a client uses it."""
    metadata = parse_metadata(data)
    kind = metadata.signed.field("_type").text()
    read = _READERS.get(kind, documents.read_root)(metadata)
    if isinstance(read, Targets):
        for path, file in read.targets.items():
            _looked_up(path, file, read)
    if kind == "root":
        try:
            begin(data, now=MOMENT, limits=DEFAULT_LIMITS)
        except UpdateFault as fault:
            assert fault.reason == "update.unsigned"
    return read


def _looked_up(path: str, file: TargetFile, targets: Targets) -> None:
    published_verdicts(file.custom)
    names = target_files(path, file, consistent=True)
    assert len(names) == len(file.hashes)
    if targets.delegations is not None:
        roles = list(roles_for(path, targets.delegations))
        assert len(roles) == 1 or not isinstance(targets.delegations.roles, SuccinctRoles)


def tuf_seeds() -> tuple[bytes, ...]:
    """One file of each role, with delegations of each kind."""
    key = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "d7" * 32}}
    role = {"keyids": ["key"], "threshold": 1}
    file = {"version": 1, "length": 20, "hashes": {"sha256": "ab" * 32}}
    custom = {"countersign": {"verdicts": {"ef" * 32: {"number": 1, "sha256": "ab" * 32}}, "paths": []}}
    hashes = {"sha256": "ab" * 32, "sha512": "cd" * 64}
    target = {"endpoint/7.1.0.exe": {"length": 20, "hashes": hashes, "custom": custom}}
    named = {"name": "first", **role, "terminating": True, "paths": ["endpoint/*.exe", "*/[a-z]?"]}
    hashed = {"name": "second", **role, "terminating": False, "path_hash_prefixes": ["0", "ab"]}
    succinct = {**role, "bit_length": 4, "name_prefix": "bin"}
    roles = dict.fromkeys(("root", "timestamp", "snapshot", "targets"), role)
    return tuple(
        _seed(kind, **members)
        for kind, members in (
            ("root", {"keys": {"key": key}, "roles": roles, "consistent_snapshot": True}),
            ("timestamp", {"meta": {"snapshot.json": file}}),
            ("snapshot", {"meta": {"targets.json": file, "first.json": {"version": 3}}}),
            ("targets", {"targets": target, "delegations": {"keys": {"key": key}, "roles": [named, hashed]}}),
            ("targets", {"targets": target, "delegations": {"keys": {"key": key}, "succinct_roles": succinct}}),
        )
    )


def _seed(kind: str, **members: object) -> bytes:
    common = {"_type": kind, "spec_version": "1.0.34", "version": 1, "expires": "2099-01-01T00:00:00Z"}
    return json.dumps({"signatures": [{"keyid": "key", "sig": "ab" * 64}], "signed": common | members}).encode()


def state(data: bytes) -> object:
    """A state of releases, which is written again to the same bytes."""
    read = read_state(data, "input")
    assert write_state(read) == data
    return read


def state_seeds() -> tuple[bytes, ...]:
    """An empty state, and one of a stream with all that can be said of it."""
    stream = Stream("acme", "endpoint", "stable", "windows", "x64")
    digest = Digest("sha256", "ab" * 32)
    accepted = Accepted(stream, "7.1.0", 712, digest, (digest,), 2, MOMENT, MOMENT)
    return write_state(ReleaseState()), write_state(ReleaseState({stream: accepted}, MOMENT))
