"""Verify artifacts: each is measured once, joined with its evidence, and judged under the same terms.

    evidence, given or beside it ─► digests it speaks of ─► one pass over the bytes ─► Request ─► judge ─► Verdict

Whatever keeps an artifact from being judged at all (it is not there, it changes while it is read, its evidence is too
large) is a verdict too: ERROR, with its reason. So a run over many says something about each, and a fault in one is
never taken for silence.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec import Struct

from attestations.digests import Digest, DigestSet
from attestations.faults import Fault
from attestations.limits import Limits
from verifier.engine import judge, questions_of, raised
from verifier.levels import LEVELS, NOT_ASSESSED
from verifier.listing import lists
from verifier.memory import Memory
from verifier.outcome import Outcome
from verifier.policy.model import Policy
from verifier.policy.plain import digest as policy_digest
from verifier.request import EvidenceFile, Request
from verifier.verdict import Artifact, CheckResult, PolicyReference, TrustReference, Verdict

from ..effects.faults import InputFault
from ..effects.files import Files
from ..effects.paths import shown
from ..effects.terminal import Terminal
from .artifacts import Measured, by_digest, is_digest, measure
from .evidence import STAPLED, Gathered, beside, gather, is_evidence, names_beside, stapled, tell_left_out
from .trust import Trust

if TYPE_CHECKING:
    from ..engines.asking import Engines


class Terms(Struct, frozen=True):
    """What artifacts are judged under, the same for all of a run. `now` is aware, in UTC; `version` is ours.

    `state` is what was accepted before, None where nobody says.
    """

    policy: Policy
    release: str | None
    trust: Trust
    now: datetime.datetime
    limits: Limits
    version: str
    state: bytes | None = None


class Judged(Struct, frozen=True):
    """One artifact's verdict. `request` is what it follows from, None where the artifact could not be judged at all.

    `taken` names the evidence that was found beside the artifact, for people to see; empty where it was given. Whoever
    asks more about the request asks with the `memory` that it was judged with.
    """

    verdict: Verdict
    request: Request | None
    taken: tuple[str, ...] = ()
    memory: Memory | None = None


class Contents(Struct, frozen=True):
    """What a directory comes to: files to judge, files that are evidence about them, and links, which are not followed.

    A link that leads to something in the directory hides nothing. One that leads elsewhere, or nowhere, or to evidence,
    stands for bytes that nobody judges: it is in `unseen`, and each of these is an ERROR (T93).
    """

    artifacts: tuple[str, ...]
    evidence: tuple[str, ...]
    links: tuple[str, ...]
    unseen: tuple[str, ...]


class Elsewhere(Protocol):
    """Another who judges: a service."""

    def judge(self, argument: str, request: Request) -> tuple[Verdict, Request | None]:
        """Its verdict on the artifact that `argument` names, and the request that it judged: its own time and trust."""
        ...


class Verification:
    """One run: terms, the evidence that was given for all artifacts, and the world they are read from.

    `along` is evidence too, and besides: where nothing else is given, what stands beside an artifact is looked for.
    `measured` are artifacts that others, who ask about the same, have measured.
    `about` names more evidence about the file of a SHA-256 (hex), once that is known; None knows of none.
    `engines` are asked for a second opinion of each piece of evidence; None asks nobody. `elsewhere` judges in the
    place of this process.
    """

    def __init__(
        self,
        terms: Terms,
        files: Files,
        terminal: Terminal,
        evidence: Iterable[str] = (),
        engines: Engines | None = None,
        elsewhere: Elsewhere | None = None,
        along: Iterable[str] = (),
        measured: Measured | None = None,
        about: Callable[[str], Iterable[str]] | None = None,
    ) -> None:
        self._about = about
        self._measured = measured or Measured()
        self._terms = terms
        self._engines = engines
        self._elsewhere = elsewhere
        self._files = files
        self._terminal = terminal
        self._memory = Memory()
        given = tuple(evidence)
        self._given = self._gather(*given) if given else None
        self._named = self._joined(self._given or Gathered(), self._gather(*along))
        tell_left_out(self._given or Gathered(), terminal)

    def contents(self, directory: str) -> Contents:
        """The files of a directory. What reads as evidence, and is used as such, is not judged as a product itself.

        Raises:
            InputFault: ``input.*``.
        """
        walk = self._files.walk(directory)
        used = self._used_as_evidence(walk.files)
        artifacts = tuple(path for path in walk.files if path not in used)
        evidence = tuple(path for path in walk.files if path in used)
        unjudged = {self._files.identity(path) for path in evidence}
        astray = tuple(link for link in walk.inner_links if self._files.identity(link) in unjudged)
        links = tuple(link for link in walk.inner_links if link not in astray)
        return Contents(artifacts, evidence, links, (*walk.outer_links, *astray))

    def _used_as_evidence(self, paths: tuple[str, ...]) -> set[str]:
        names = set(paths)
        of = names_beside if self._given is None else lambda path: (path + STAPLED,)
        candidates = {name for path in paths for name in of(path)} & names
        found = {path for path in candidates if self._reads_as_evidence(path)}
        if self._given is None:
            return found
        given = {
            self._files.identity(path)
            for path, file in zip(self._given.paths, self._given.files, strict=True)
            if is_evidence(file, self._terms.limits)
        }
        return found | {path for path in paths if self._files.identity(path) in given}

    def _reads_as_evidence(self, path: str) -> bool:
        try:
            return all(is_evidence(file, self._terms.limits) for file in self._gather(path).files)
        except Fault:
            return False

    def _gather(self, *paths: str) -> Gathered:
        return gather(paths, self._files, self._terms.limits)

    def judge(self, argument: str) -> Judged:
        """The verdict on one file, or on one digest."""
        taken: tuple[str, ...] = ()
        try:
            gathered, found = self._gathered(argument)
            taken = tuple(map(shown, found))
            artifact = self._artifact(argument, gathered.algorithms)
            request = self._request(artifact, self._with_more(gathered, artifact).files)
        except Fault as fault:
            return Judged(undecided(shown(argument), fault, self._terms), None, taken)
        if self._elsewhere is not None:
            verdict, judged = self._elsewhere.judge(argument, request)
            return Judged(verdict, judged, taken)
        request = self._with_opinions(request)
        return Judged(judge(request, self._memory), request, taken, self._memory)

    def lists(self, argument: str) -> bool:
        """Whether the evidence about one file, or one digest, speaks of it; nothing is said of who says so.

        Raises:
            InputFault: ``input.*``, ``bytes.changed``.
        """
        gathered, _ = self._gathered(argument)
        request = self._request(self._artifact(argument, gathered.algorithms), gathered.files)
        return lists(request, self._memory)

    def _with_opinions(self, request: Request) -> Request:
        """The request with what the other engines say of its evidence, where any are asked."""
        if self._engines is None:
            return request
        from ..engines.asking import opinions_on

        opinions = opinions_on(request, questions_of(request, self._memory), self._engines)
        return msgspec.structs.replace(request, opinions=opinions)

    def refuse(self, link: str) -> Judged:
        """The verdict on a link that leads out of the directory it was found in, or to evidence there: ERROR."""
        fault = InputFault("input.link_outside", "a link out of the directory, or to evidence in it, is not followed")
        return self.unjudged(link, fault)

    def unjudged(self, name: str, fault: Fault) -> Judged:
        """The verdict on what cannot be judged, and why: ERROR."""
        return Judged(undecided(shown(name), fault, self._terms), None)

    def _gathered(self, argument: str) -> tuple[Gathered, tuple[str, ...]]:
        """The evidence about one artifact, and the paths of that which nobody gave and which stood beside it."""
        if is_digest(argument):
            return self._named, ()
        look = beside if self._given is None else stapled
        found = look(argument, self._files, self._terms.limits)
        return (self._joined(self._named, found), found.paths) if found.paths else (self._named, ())

    def _joined(self, one: Gathered, other: Gathered) -> Gathered:
        """Both, each file once, under whichever path it was named first."""
        held = {self._files.identity(path) for path in one.paths}
        pairs = zip(other.paths, other.files, strict=True)
        more = [(path, file) for path, file in pairs if self._files.identity(path) not in held]
        paths, files = (*one.paths, *(path for path, _ in more)), (*one.files, *(file for _, file in more))
        self._terms.limits.check("evidence_files", len(files))
        return Gathered(paths, files, one.algorithms | other.algorithms)

    def _with_more(self, gathered: Gathered, artifact: Artifact) -> Gathered:
        """What was gathered, and what there is about the artifact by its digest."""
        digest = artifact.digests.get("sha256")
        if self._about is None or digest is None:
            return gathered
        return self._joined(gathered, self._gather(*self._about(digest.hex)))

    def _artifact(self, argument: str, algorithms: frozenset[str]) -> Artifact:
        if is_digest(argument):
            return by_digest(argument)
        return self._measured.artifact(argument, algorithms, lambda: self._measure(argument, algorithms))

    def _measure(self, argument: str, algorithms: frozenset[str]) -> Artifact:
        with self._terminal.progress(shown(argument), self._files.size(argument)) as advance:
            return measure(argument, algorithms, self._files, advance)

    def _request(self, artifact: Artifact, evidence: tuple[EvidenceFile, ...]) -> Request:
        terms = self._terms
        return Request(
            artifact=artifact,
            evidence=evidence,
            policy=terms.policy,
            release=terms.release,
            trust=terms.trust.roots,
            keys=terms.trust.keys,
            now=terms.now,
            limits=terms.limits,
            version=terms.version,
            state=terms.state,
        )


def undecided(name: str, fault: Fault, terms: Terms) -> Verdict:
    """The verdict on an artifact that could not be judged: ERROR, whatever the reason is worth elsewhere."""
    where = str(fault.place)
    detail = fault.detail if where in ("", name) else f"{where}: {fault.detail}"
    result = CheckResult("artifact", Outcome.ERROR, fault.reason, detail, fault.expected, fault.actual)
    return Verdict(
        outcome=Outcome.ERROR,
        artifact=Artifact(name, DigestSet(()), None),
        results=(result,),
        tracks=(),
        level=LEVELS[0],
        policy=PolicyReference(terms.policy.id, terms.policy.version, policy_digest(terms.policy)),
        trust=tuple(_reference(root.name, root.content, root.dated) for root in terms.trust.roots),
        now=terms.now,
        not_assessed=NOT_ASSESSED,
        raised_limits=raised(terms.limits),
        version=terms.version,
    )


def _reference(name: str, content: bytes, dated: datetime.datetime | None) -> TrustReference:
    return TrustReference(name, Digest("sha256", hashlib.sha256(content).hexdigest()), dated)


def judge_all(arguments: Iterable[str], verification: Verification, files: Files) -> Iterator[Judged | Contents]:
    """The verdict on each artifact that `arguments` come to; a directory's `Contents` stands before those of its files.

    A directory that cannot be searched is one artifact that cannot be judged.
    """
    for argument in arguments:
        if is_digest(argument) or not files.is_directory(argument):
            yield verification.judge(argument)
            continue
        try:
            contents = verification.contents(argument)
        except Fault as fault:
            yield verification.unjudged(argument, fault)
            continue
        yield contents
        yield from map(verification.judge, contents.artifacts)
        yield from map(verification.refuse, contents.unseen)
