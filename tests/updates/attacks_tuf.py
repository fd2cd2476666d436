"""Attacks in the form of a TUF repository: what our client must answer, and how the `tuf` library is asked the same."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from securesystemslib.signer import CryptoSigner, Signature
from tuf.api.metadata import DelegatedRole, Delegations, Key, Metadata, TargetFile, Targets

from api.effects.kept_metadata import KeptMetadata
from api.effects.repository import DirectoryRepository
from api.usecases.repositories import Following
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from tests.verifier.tuf_worlds import CONTENT, LATER, TARGET, World, signed
from verifier.outcome import Outcome
from verifier.reasons import outcome_of
from verifier.updates.tuf.client import Bounds

from .seen import CONTAINED, REFUSES, Ours, Peer
from .tuf_library import Library

FORM = "tuf"
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@dataclass(slots=True)
class Repository:
    """A repository, and the targets that it serves, by name."""

    world: World = field(default_factory=World)
    targets: dict[str, bytes] = field(default_factory=lambda: {TARGET: CONTENT})

    def lay_out(self, folder: Path) -> None:
        """Serve it from `folder`. A target whose name leads elsewhere lies elsewhere."""
        for name, content in self.world.served.items():
            _put(folder / "metadata" / name, content)
        for name, content in self.targets.items():
            listed = self.world.targets.targets.get(name) or TargetFile.from_data(name, content, ["sha256"])
            above, slash, last = name.rpartition("/")
            _put(folder / "targets" / f"{above}{slash}{listed.hashes['sha256']}.{last}", content)

    def list(self, name: str, content: bytes) -> None:
        """List and serve a target."""
        self.targets[name] = content
        self.world.targets.targets[name] = TargetFile.from_data(name, content, ["sha256"])
        self.world.sign()


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@dataclass(frozen=True, slots=True)
class Attack:
    """A repository after `before`, which clients then follow, and after `change`, which they meet next.

    `paths` are the targets that are wanted in one session. `reasons` are ours: one, or none where all is honest.
    """

    row: str
    what: str
    change: Callable[[Repository], object]
    reasons: tuple[str, ...] = ()
    before: Callable[[Repository], object] | None = None
    paths: tuple[str, ...] = (TARGET,)
    escapes: bool = False

    def ours(self, folder: Path, now: datetime.datetime) -> Ours:
        """What our client decides."""
        repository = self._begun()
        kept = KeptMetadata(folder / "kept")
        (folder / "kept").mkdir()
        kept.put("root", repository.world.kept["root"])
        following = Following(DirectoryRepository(folder / "metadata"), kept)

        def follow(*paths: str) -> None:
            repository.lay_out(folder)
            session = following.refresh(now=now, limits=DEFAULT_LIMITS, bounds=Bounds())
            for path in paths:
                following.download(session, path, DirectoryRepository(folder / "targets"))

        if self.before is not None:
            follow()
        self.change(repository)
        try:
            follow(*self.paths)
        except Fault as fault:
            return Ours("refuse", outcome_of(fault.reason).value, (fault.reason,))
        return Ours("accept", Outcome.PASSED.value, ())

    def peers(self, folder: Path, _now: datetime.datetime) -> Mapping[str, Callable[[], Peer]]:
        """The library, whose clock is the machine's."""

        def ask() -> Peer:
            repository = self._begun()
            library = Library(folder / "library" / "client", repository.world.kept["root"])
            if self.before is not None:
                honest = library.take(repository.world.served, repository.targets, ())
                assert honest.answer == "accepts", honest
            self.change(repository)
            found = library.take(repository.world.served, repository.targets, self.paths)
            if self.escapes and found.answer != REFUSES and not library.outside():
                return Peer(CONTAINED)
            return found

        return {"tuf": ask}

    def _begun(self) -> Repository:
        repository = Repository()
        if self.before is not None:
            self.before(repository)
        return repository


def nothing(_repository: Repository) -> None:
    """The repository stays as it is."""


def unsigned(repository: Repository) -> None:
    world = repository.world
    world.served["timestamp.json"] = signed(world.timestamp)


def by_a_stranger(repository: Repository) -> None:
    world = repository.world
    world.served["timestamp.json"] = signed(world.timestamp, world.signers["first"])


def one_key_twice(repository: Repository) -> None:
    """Two keys must have signed the timestamp, and one has, under two ids."""
    world = repository.world
    signer = world.signers["timestamp"]
    twin = Key.from_dict("f" * 64, signer.public_key.to_dict())
    world.root.add_key(twin, "timestamp")
    world.root.roles["timestamp"].threshold = 2
    world.root.version += 1
    world.sign_root()
    made = Metadata(world.timestamp)
    signature = made.sign(signer)
    made.signatures[twin.keyid] = Signature(twin.keyid, signature.signature)
    world.served["timestamp.json"] = made.to_bytes()


def one_signature_is_bad(repository: Repository) -> None:
    """Two keys must have signed the timestamp: one did, and of the other there is a signature over something else."""
    world = repository.world
    world.root.add_key(world.signers["first"].public_key, "timestamp")
    world.root.roles["timestamp"].threshold = 2
    world.root.version += 1
    world.sign_root()
    other = copy.deepcopy(world.timestamp)
    other.version += 1
    made = Metadata(world.timestamp)
    made.sign(world.signers["timestamp"])
    elsewhere = Metadata(other).sign(world.signers["first"])
    made.signatures[elsewhere.keyid] = elsewhere
    world.served["timestamp.json"] = made.to_bytes()


def older_timestamp(repository: Repository) -> None:
    world = repository.world
    world.timestamp.version = 1
    world.timestamp.snapshot_meta.version = 1
    world.served["timestamp.json"] = signed(world.timestamp, world.signers["timestamp"])


def older_snapshot(repository: Repository) -> None:
    world = repository.world
    world.snapshot.version = 1
    world.timestamp.version += 1
    world.sign()


def expired(repository: Repository) -> None:
    repository.world.timestamp.expires = PAST
    repository.world.sign()


def far_ahead(repository: Repository) -> None:
    """Whoever stole the online keys signed versions that nothing can follow."""
    world = repository.world
    world.timestamp.version, world.snapshot.version = 2**31, 2**31
    world.sign()


def recovered(repository: Repository) -> None:
    """The owner gave timestamp and snapshot other keys, and goes on where it was."""
    world = repository.world
    world.timestamp.version, world.snapshot.version = 2, 2
    world.give_other_keys()


def not_recovered(repository: Repository) -> None:
    """The owner goes on under the keys that were stolen."""
    world = repository.world
    world.timestamp.version, world.snapshot.version = 2, 2
    world.sign()


def two_states(repository: Repository) -> None:
    """The targets of before, in a set that lists those of now."""
    world = repository.world
    world.release()
    world.served["2.targets.json"] = world.served["1.targets.json"]


def endless(repository: Repository) -> None:
    repository.world.served["timestamp.json"] += b" " * (1 << 24)


def other_bytes(repository: Repository) -> None:
    repository.targets[TARGET] = b"bytes of a RELEASE"


def appended(repository: Repository) -> None:
    repository.targets[TARGET] = CONTENT + b"evil"


def diamond(repository: Repository) -> None:
    """Two roles hand paths on to a third, each naming another key for it. It is signed with the key of the first."""
    world = repository.world
    world.delegate(("first", ["a/*"], False), ("second", ["b/*"], False))
    keys = {"first": CryptoSigner.generate_ed25519(), "second": CryptoSigner.generate_ed25519()}
    for name, path in (("first", "a/*"), ("second", "b/*")):
        key = keys[name].public_key
        shared = {"shared": DelegatedRole("shared", [key.keyid], 1, False, [path])}
        world.delegated[name].delegations = Delegations({key.keyid: key}, shared)
    world.signers["shared"] = keys["first"]
    world.delegated["shared"] = Targets(expires=LATER)
    for name in ("a/one", "b/two"):
        repository.targets[name] = name.encode()
        world.delegated["shared"].targets[name] = TargetFile.from_data(name, name.encode(), ["sha256"])
    world.sign()


def escaping(repository: Repository) -> None:
    repository.list("../../outside/evil.exe", b"evil")


def odd_role(repository: Repository) -> None:
    """A role's own name leads to another folder."""
    world = repository.world
    name = "../../outside/role"
    world.signers[name] = world.signers["first"]
    world.delegate((name, ["odd/*"], False))
    world.delegated[name].targets["odd/one"] = TargetFile.from_data("odd/one", b"odd", ["sha256"])
    repository.targets["odd/one"] = b"odd"
    world.sign()
    served = world.served.pop(f"1.{name}.json")
    world.served["1...%2F..%2Foutside%2Frole.json"] = served


def released(repository: Repository) -> None:
    repository.world.release()


CONTROLS = (
    Attack("control", "an honest repository", nothing),
    Attack("control", "an honest repository, after an older state of it", released, before=nothing),
    Attack("control", "a repository whose owner recovered from stolen online keys (U07)", recovered, before=far_ahead),
    Attack("control", "a role whose name would lead to another folder (U19)", odd_role, paths=("odd/one",)),
)

ATTACKS = (
    Attack("U01", "nobody signed the timestamp", unsigned, ("update.unsigned",)),
    Attack("U01", "a key that the root does not name signed the timestamp", by_a_stranger, ("update.unsigned",)),
    Attack("U02", "two keys must have signed, and one did, under two ids", one_key_twice, ("update.unsigned",)),
    Attack("U03", "an older timestamp than was seen", older_timestamp, ("update.rollback",), before=released),
    Attack("U03", "an older snapshot in a newer timestamp", older_snapshot, ("update.rollback",), before=released),
    Attack("U04", "the timestamp has expired", expired, ("update.expired",)),
    Attack(
        "U07",
        "versions far ahead by stolen keys, and the owner goes on below them",
        not_recovered,
        ("update.rollback",),
        before=far_ahead,
    ),
    Attack("U08", "targets and snapshot that were never published together", two_states, ("update.inconsistent",)),
    Attack("U09", "a timestamp that goes on for 16 MB", endless, ("update.missing",)),
    Attack("U11", "other bytes under the target's name", other_bytes, ("update.inconsistent",)),
    Attack(
        "U12",
        "a role under two delegators, signed with the key that the first names alone",
        diamond,
        ("update.unsigned",),
        paths=("a/one", "b/two"),
    ),
    Attack("U15", "bytes are appended to the target", appended, ("update.missing",)),
    Attack(
        "U16", "two keys must have signed, and one of two signatures is bad", one_signature_is_bad, ("update.unsigned",)
    ),
    Attack(
        "U19",
        "a target's name leads outside the client's folder",
        escaping,
        ("update.missing",),
        paths=("../../outside/evil.exe",),
        escapes=True,
    ),
)
