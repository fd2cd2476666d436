"""Bring what a gate needs to where it judges without a network: from an address, or from a directory carried there.

    INTO/repository/<role>.json                      the assured repository as a client keeps it; root.json is the
                                                     service's trust document
    INTO/verdicts/<policy>/sha256/<file>/<n>.json    the verdicts that it lists now, and no others
    INTO/policies/<policy>.json                      the policies that they were made under
    INTO/evidence/<digest>-<name>                    standing evidence, asked for by name

What there is, the repository's signed lists say, and never the source: each verdict's SHA-256 is in them, a policy's
name is its digest. So nothing older takes the place of something newer, what was withdrawn goes, and no name of the
source's reaches the disk. Standing evidence has no order that could be known here: what was brought before stays beside
what came later, and the gate finds out.

Each file is there whole or not at all. A run that was cut off is gone on with by the next.

Spec: countersign design, section 7
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from attestations.faults import Fault, LimitFault, Place
from attestations.limits import Limits
from attestations.strict_json import Node, loads
from attestations.tuf.assured import Published, published_verdicts
from attestations.tuf.documents import TargetFile, Targets
from verifier.faults import UpdateFault
from verifier.policy.parse import read_policy
from verifier.policy.plain import digest
from verifier.updates.tuf.client import Bounds, Session, load_targets
from verifier.updates.tuf.delegations import delegated_names, speaker
from verifier.updates.tuf.driving import drive
from verifier.updates.tuf.trusted import begin

from ..effects.faults import OutputFault
from ..effects.kept_metadata import KeptMetadata
from ..effects.repository import Repository
from ..effects.writing import unwritable, write_whole
from ..usecases.repositories import Following
from .brought import VERDICTS, verdict_path

REPOSITORY, POLICIES, EVIDENCE = "repository", "policies", "evidence"

MOST_LISTS = 4096
"""Lists of a repository that are read: as many as one that is assured can have."""

MOST_VERDICTS = 250_000
"""Verdicts that are brought: 1 GB of bundles as large as they usually are."""

_BY_DIGEST = re.compile(r"sha256/([0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}", re.ASCII)
_DIGITS = 16


class Wanted(Struct, frozen=True):
    """A verdict on the file of that SHA-256 (hex)."""

    file: str
    verdict: Published

    @property
    def path(self) -> str:
        """Where it is, at the source and here."""
        return verdict_path(self.verdict.policy, self.file, self.verdict.number)


class Synced(Struct, frozen=True):
    """What a run came to: files that are new, by kind; verdicts that stand, and that went; what was not brought."""

    session: Session
    new: dict[str, int]
    standing: int
    gone: int
    refused: tuple[Fault, ...]


class _Below(Struct, frozen=True):
    """A part of a source."""

    source: Repository
    folder: str

    def fetch(self, name: str, most: int) -> bytes | None:
        return self.source.fetch(f"{self.folder}/{name}", most)


class Syncing:
    """What `directory` has of `source`, and what it shall have at `now`."""

    def __init__(self, source: Repository, directory: Path, now: datetime.datetime, limits: Limits) -> None:
        self._source = source
        self._directory = directory
        self._now = now
        self._limits = limits
        self._kept = KeptMetadata(directory / REPOSITORY)
        self._following = Following(_Below(source, "metadata"), self._kept)
        self._new = {VERDICTS: 0, POLICIES: 0, EVIDENCE: 0}
        self._refused: list[Fault] = []

    def pin(self, root: bytes) -> None:
        """Trust this root, which came by a road that is trusted; where one is trusted already, it must be the same.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``; UpdateFault: ``update.unsigned``.
            OutputFault: ``output.not_empty``, ``output.unwritable``.
        """
        begin(root, now=self._now, limits=self._limits)
        held = self._kept.get("root")
        if held is None:
            with unwritable(str(self._directory)):
                (self._directory / REPOSITORY).mkdir(parents=True, exist_ok=True)
            self._kept.put("root", root)
        elif held != root:
            detail = "another root is trusted here already, or one that followed from it: leave --root out"
            raise OutputFault("output.not_empty", detail, place=Place(str(self._directory)))

    def run(self, files: Iterable[str], evidence: Iterable[str]) -> Synced:
        """Bring all verdicts, or those on `files` (SHA-256 in hex); and the standing evidence of these names.

        Raises:
            FormatFault: ``json.*``, ``tuf.*``; LimitFault ``limit.delegations``, ``limit.sync``.
            UpdateFault: ``update.*``. What was brought until then stays, and the next run goes on.
            OutputFault: ``output.unwritable``.
        """
        session = self._following.refresh(now=self._now, limits=self._limits, bounds=Bounds())
        asked = frozenset(files)
        wanted = {each.path: each for each in self._wanted(session, asked)}
        # Before anything is asked for: a full disk, or a source that falls silent, keeps nothing that was withdrawn.
        gone = self._remove(wanted, asked)
        for each in wanted.values():
            self._bring_verdict(each)
        for policy in sorted({each.verdict.policy for each in wanted.values()}):
            self._bring_policy(policy)
        for name in evidence:
            self._bring_evidence(name)
        return Synced(session, self._new, len(wanted), gone, tuple(self._refused))

    def _wanted(self, session: Session, asked: frozenset[str]) -> Iterator[Wanted]:
        count = 0
        for file in self._asked(session, asked) if asked else self._listed(session):
            digest = file.hashes.get("sha256")
            for verdict in published_verdicts(file.custom) if digest is not None else ():
                count += 1
                if count > MOST_VERDICTS:
                    raise LimitFault(
                        "limit.sync", "more verdicts than are brought", expected=f"{MOST_VERDICTS} at most"
                    )
                yield Wanted(digest or "", verdict)

    def _asked(self, session: Session, asked: frozenset[str]) -> Iterator[TargetFile]:
        for each in sorted(asked):
            try:
                yield _checked(f"sha256/{each}", self._following.find(session, f"sha256/{each}").file)
            except UpdateFault as fault:
                if fault.reason != "update.target_unknown":
                    raise
                self._refused.append(UpdateFault(fault.reason, "the repository lists no verdict on it", actual=each))

    def _listed(self, session: Session) -> Iterator[TargetFile]:
        """Every file by its digest, out of the lists that may speak of it."""
        top = session.targets
        yield from (_checked(path, file) for path, file in top.targets.items() if _BY_DIGEST.fullmatch(path))
        for name in delegated_names(top.delegations, MOST_LISTS) if top.delegations is not None else ():
            targets: Targets = drive(load_targets(session.trusted, name, top, session.bounds), self._following)
            assert top.delegations is not None
            speaks = speaker(name, top.delegations)
            for path, file in targets.targets.items():
                if _BY_DIGEST.fullmatch(path) and speaks(path):
                    yield _checked(path, file)

    def _bring_verdict(self, wanted: Wanted) -> None:
        place = self._directory / wanted.path
        if _digest_of(place) == wanted.verdict.sha256:
            return
        content = self._source.fetch(wanted.path, self._limits.bundle)
        if content is None:
            self._refuse(UpdateFault("update.missing", "listed, and not served", place=Place(wanted.path)))
        elif hashlib.sha256(content).hexdigest() != wanted.verdict.sha256:
            expected, actual = f"sha256:{wanted.verdict.sha256}", f"sha256:{hashlib.sha256(content).hexdigest()}"
            detail, at = "not the verdict that is listed", Place(wanted.path)
            self._refuse(UpdateFault("update.inconsistent", detail, place=at, expected=expected, actual=actual))
        else:
            self._write(place, content, VERDICTS)

    def _bring_policy(self, name: str) -> None:
        path = f"{POLICIES}/{name}.json"
        if (self._directory / path).is_file():
            return
        content = self._source.fetch(path, self._limits.policy)
        if content is None:
            self._refuse(UpdateFault("update.missing", "named by a verdict, and not served", place=Place(path)))
            return
        try:
            node = Node(loads(content, source=path, limits=self._limits), path).field("policy")
            is_it = digest(read_policy(node.object(), path, self._limits)).hex == name
        except Fault as fault:
            self._refuse(fault)
            return
        if is_it:
            self._write(self._directory / path, content, POLICIES)
        else:
            self._refuse(UpdateFault("update.inconsistent", "not the policy that its name says", place=Place(path)))

    def _bring_evidence(self, name: str) -> None:
        folder = self._directory / EVIDENCE
        content = self._source.fetch(f"{EVIDENCE}/{name}", self._limits.manifest)
        if content is None:
            self._refuse(UpdateFault("update.missing", "asked for, and not served", place=Place(f"{EVIDENCE}/{name}")))
            return
        place = folder / f"{hashlib.sha256(content).hexdigest()[:_DIGITS]}-{name}"
        if not place.exists():
            with unwritable(str(folder)):
                held = sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
            most = self._limits.evidence_files // 2
            if held < most:
                self._write(place, content, EVIDENCE)
            else:
                detail = "as many files of evidence as are kept: remove those that were superseded"
                self._refuse(LimitFault("limit.evidence_files", detail, place=Place(str(folder)), expected=str(most)))

    def _write(self, place: Path, content: bytes, kind: str) -> None:
        with unwritable(str(place)):
            place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(str(place), content)
        self._new[kind] += 1

    def _refuse(self, fault: Fault) -> None:
        self._refused.append(fault)

    def _remove(self, wanted: Mapping[str, Wanted], asked: frozenset[str]) -> int:
        """Remove the verdicts that are listed no more, on all files or on those `asked` about; how many they were.

        One that stands where another is listed goes too, and is none of them: the source may not have the other.
        """
        gone = 0
        with unwritable(str(self._directory)):
            for files in asked or ("*",):
                for place in (self._directory / VERDICTS).glob(f"*/sha256/{files}/*"):
                    listed = wanted.get(place.relative_to(self._directory).as_posix())
                    if listed is None or _digest_of(place) != listed.verdict.sha256:
                        place.unlink()
                        gone += listed is None and place.suffix == ".json"
        return gone


def is_evidence_name(name: str) -> bool:
    """Whether standing evidence may be called `name`: one part of a path, that every file system takes (T83, U19)."""
    return _NAME.fullmatch(name) is not None


def _checked(path: str, file: TargetFile) -> TargetFile:
    found = _BY_DIGEST.fullmatch(path)
    assert found is not None
    if file.hashes.get("sha256") != found[1]:
        detail = "listed under another digest than its own"
        raise UpdateFault("update.inconsistent", detail, place=Place(path), actual=str(file.hashes)[:200])
    return file


def _digest_of(place: Path) -> str | None:
    try:
        return hashlib.sha256(place.read_bytes()).hexdigest()
    except OSError:
        return None
