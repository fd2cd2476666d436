"""What a request's files come to: trust roots, keys, and each piece of evidence authenticated once, or refused.

    trust files ─► roots that the policy names, each with its age judged
    key files   ─► keys that the policy pins, each in the policy's window
    evidence    ─► Gathered.authenticated | Gathered.refused

Nothing is lost on the way: a bundle that does not authenticate confers nothing and stays, with its reason.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable

from msgspec import Struct, field

from attestations.bundles import Evidence, Metablock
from attestations.digests import Digest, DigestSet
from attestations.documents import PACKAGES, Document, read_documents
from attestations.evidence import Unreadable, read_evidence_files
from attestations.faults import Fault, LimitFault

from .authenticate import Thresholds, authenticate
from .authenticated import Authenticated
from .checks.check import Met
from .documents import Measured, Vouched, listed, may_cover, measured, stated
from .faults import TrustFault
from .memory import Memory
from .policy.model import PinnedKey, Policy
from .request import KeyFile, Request, TrustFile
from .results import Source, passed, refused
from .trust import TrustedKey, TrustRoot, Window, check_age, load_key_file, load_trust_root
from .verdict import CheckResult
from .windows import UNBOUNDED


class Refused(Struct, frozen=True):
    """Evidence that did not authenticate, or could not be read, and why; `evidence` is None where it was not read."""

    source: Source
    fault: Fault
    evidence: Evidence | None = None


class Gathered(Struct, frozen=True):
    """All that a request's files came to. `results` are about the trust roots and keys themselves.

    `keys` are the fingerprints of the pinned keys that were given. in-toto's layouts and links stand by themselves:
    `metadata` is what the policy's signers signed, `unsigned` the metablocks that they did not; they count for layouts
    alone. `read` is every bundle, whoever signed it; `documents` are the files that are none,
    unauthenticated, and `vouched` those of them that somebody authenticated vouches for. `memory` keeps what is made of
    them for the next artifact.
    """

    authenticated: tuple[Authenticated, ...]
    refused: tuple[Refused, ...]
    roots: tuple[TrustRoot, ...]
    keys: frozenset[Digest]
    results: tuple[CheckResult, ...]
    metadata: tuple[Authenticated, ...] = ()
    unsigned: tuple[Refused, ...] = ()
    read: tuple[Evidence, ...] = ()
    documents: tuple[Document, ...] = ()
    vouched: tuple[Vouched, ...] = ()
    memory: Memory = field(default_factory=Memory)


def gather(request: Request, policy: Policy, memory: Memory) -> Gathered:
    """Read and authenticate all of `request` under `policy`, whose ``{version}`` is filled in.

    What `memory` has of the same evidence is taken from there.

    Raises:
        LimitFault: ``limit.evidence_files``, ``limit.evidence_items``: too much to look at, so nothing was.
    """
    request.limits.check("evidence_files", len(request.evidence))
    (roots, root_results), (keys, key_results) = memory.settled(
        (request.trust, request.keys, policy, request.now, request.limits),
        lambda: (_roots(request, policy), _keys(request.keys, policy)),
    )
    thresholds = Thresholds(policy.trust.logs, policy.trust.times, policy.trust.scts)
    memory.recall(request.evidence, thresholds, roots, keys, request.now, request.limits)
    documents, once = memory.read(lambda: _read(request))
    terms = _Terms(request, thresholds, roots, keys, memory)
    outcomes = [outcome for item in once for outcome in _authenticate(item, terms, documents)]
    held = [outcome for outcome in outcomes if isinstance(outcome, Authenticated)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    signed = tuple(outcome for outcome in outcomes if isinstance(outcome, Vouched))
    return Gathered(
        authenticated=tuple(item for item in held if not item.is_metadata),
        refused=tuple(item for item in failed if not _is_metablock(item)),
        roots=roots,
        keys=frozenset(key.key.fingerprint for key in keys),
        results=(*root_results, *key_results),
        metadata=tuple(item for item in held if item.is_metadata),
        unsigned=tuple(item for item in failed if _is_metablock(item)),
        read=tuple(item for item in once if isinstance(item, Evidence)),
        documents=tuple(document for document, _ in documents),
        vouched=(*signed, *stated(documents, held), *listed(documents, signed, request.limits)),
        memory=memory,
    )


def _read(request: Request) -> tuple[tuple[Measured, ...], tuple[Evidence | Unreadable, ...]]:
    """The documents among the files of evidence, and the bundles in the others, each once."""
    files = [(file.name, file.content) for file in request.evidence]
    documents: list[Document] = []
    oversized: list[Unreadable] = []
    for name, content in files:
        try:
            documents += read_documents([(name, content)], request.limits)
        except LimitFault as fault:
            # As an oversized bundle: it is set aside, and keeps no other file from being looked at.
            oversized.append(Unreadable(name, "", sha256(content), fault))
    items = read_evidence_files(files, request.limits)
    request.limits.check("evidence_items", len(items))
    return tuple(map(measured, documents)), (*oversized, *_once(items))


def _is_metablock(item: Refused) -> bool:
    return item.evidence is not None and isinstance(item.evidence.bundle.content, Metablock)


def _once(items: Iterable[Evidence | Unreadable]) -> Iterable[Evidence | Unreadable]:
    """Each bundle once, however many files hold it."""
    seen = set()
    for item in items:
        if isinstance(item, Unreadable):
            yield item
        elif item.bundle not in seen:
            seen.add(item.bundle)
            yield item


class _Terms(Struct, frozen=True):
    """What all evidence of a request is held against."""

    request: Request
    thresholds: Thresholds
    roots: tuple[TrustRoot, ...]
    keys: tuple[TrustedKey, ...]
    memory: Memory

    def authenticate(self, item: Evidence, signed: DigestSet, *, of: object = None) -> Authenticated:
        """As `verifier.authenticate`, a blob signature being over `signed`: the artifact, or the document `of`."""
        return self.memory.proved(
            item,
            lambda: authenticate(
                item,
                artifact=signed,
                trust=self.roots,
                keys=self.keys,
                requirements=self.thresholds,
                now=self.request.now,
                limits=self.request.limits,
            ),
            of,
        )


def _authenticate(
    item: Evidence | Unreadable, terms: _Terms, documents: tuple[Measured, ...]
) -> tuple[Authenticated | Vouched | Refused, ...]:
    """What one bundle comes to; a signature over no artifact may be one over documents beside it."""
    if isinstance(item, Unreadable):
        return (Refused(Source.of(item), item.fault),)
    try:
        return (terms.authenticate(item, terms.request.artifact.digests),)
    except Fault as fault:
        vouched, faults = _over_documents(item, terms, documents)
        # That the artifact's bytes are not at hand says nothing of a signature that was to be over a document.
        told = faults[0] if faults and fault.reason == "signature.needs_bytes" else fault
        return vouched or (Refused(Source.of(item), told, item),)


def _over_documents(
    item: Evidence, terms: _Terms, documents: tuple[Measured, ...]
) -> tuple[tuple[Vouched, ...], tuple[Fault, ...]]:
    vouched: list[Vouched] = []
    faults: list[Fault] = []
    for document, own in documents:
        if document.kind != PACKAGES and may_cover(item.bundle.content, own):
            try:
                vouched.append(Vouched(document, terms.authenticate(item, own, of=own)))
            except Fault as fault:
                faults.append(fault)
    return tuple(vouched), tuple(faults)


def _roots(request: Request, policy: Policy) -> tuple[tuple[TrustRoot, ...], list[CheckResult]]:
    roots: list[TrustRoot] = []
    results: list[CheckResult] = []
    for name in policy.trust.roots:
        source = None
        try:
            file = _named(name, request.trust)
            source = Source(sha256(file.content), file.name, "")
            root = load_trust_root(file.content, name=file.name, dated=file.dated, limits=request.limits)
            roots.append(root)
            results.append(_age(root, source, policy.trust.max_age, request.now))
        except Fault as fault:
            results.append(refused("trust", fault, source=source, clause=_CLAUSE))
    return tuple(roots), results


_CLAUSE = "countersign design, section 5"


def _named(name: str, files: tuple[TrustFile, ...]) -> TrustFile:
    """The file that the policy means: by its digest where that is what it says, whatever a file is called."""
    for file in files:
        if name == (str(sha256(file.content)) if name.startswith("sha256:") else file.name):
            return file
    raise TrustFault(
        "trust.name_unknown",
        "the policy trusts a root that was not given",
        expected=name,
        actual=", ".join(file.name for file in files) or "none",
    )


def _age(root: TrustRoot, source: Source, max_age: datetime.timedelta | None, now: datetime.datetime) -> CheckResult:
    """A root that is too old is still looked at, so that the other reasons show; its age alone is undecided (T51)."""
    if max_age is None:
        return passed("trust", Met("a trust root that the policy names", actual=root.reference.name), source=source)
    try:
        check_age(root.reference, now=now, max_age=max_age)
    except Fault as fault:
        return refused("trust.age", fault, source=source, clause=_CLAUSE)
    return passed(
        "trust.age",
        Met("the trust root is recent enough", f"at most {max_age.days} days old", root.reference.name),
        source=source,
        clause=_CLAUSE,
    )


def _keys(files: tuple[KeyFile, ...], policy: Policy) -> tuple[tuple[TrustedKey, ...], list[CheckResult]]:
    """The keys that the policy pins; any other key in the files is nobody's."""
    pinned = {rule.key: rule for rule in policy.signers if isinstance(rule, PinnedKey)}
    windows = {
        key: Window(rule.valid.start, rule.valid.end) if rule.valid is not None else UNBOUNDED
        for key, rule in pinned.items()
    }
    keys: list[TrustedKey] = []
    results: list[CheckResult] = []
    for file in files:
        try:
            for key in load_key_file(file.content, name=file.name, windows=windows):
                if key.key.fingerprint in pinned and key not in keys:
                    keys.append(key)
        except Fault as fault:
            results.append(refused("keys", fault, source=Source(sha256(file.content), file.name, "")))
    return tuple(keys), results


def sha256(data: bytes) -> Digest:
    """The digest by which reports cite a file."""
    return Digest("sha256", hashlib.sha256(data).hexdigest())
