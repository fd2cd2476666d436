"""Attest: a statement about files, signed, and where it is wanted held against a policy before it is written.

    files ─► statement ─► signed, in memory ─► judged as a stranger would judge it ─► written

What would not pass is not written: a vendor hears of it from their own policy, and not from their customers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from attestations.bundles import Envelope, Evidence
from attestations.digests import Digest, parse_digest
from attestations.evidence import read_evidence
from attestations.faults import FormatFault, Place
from attestations.limits import Limits
from attestations.predicates.manifest import Delta
from verifier.engine import judge
from verifier.request import EvidenceFile, Request
from verifier.verdict import Artifact, Verdict

from ..effects.files import Files
from ..effects.keys import Signer, sign_envelope
from ..effects.paths import shown
from ..effects.terminal import Terminal
from .artifacts import by_digest, is_digest, measure
from .evidence import gather, tell_left_out
from .statements import PAYLOAD_TYPE
from .verify import Terms

Signing = Callable[[bytes], bytes]
"""From a statement to a file of evidence that holds it, signed."""

NAME = "the new attestation"
"""What a preflight calls the evidence that it judges before it is written."""


def by_key(signer: Signer) -> Signing:
    """Signs as a DSSE envelope on one line: a file of JSON lines, ``NAME.intoto.jsonl``, takes it as it is."""
    return lambda statement: sign_envelope(PAYLOAD_TYPE, statement, signer) + b"\n"


def measured(paths: Iterable[str], files: Files, terminal: Terminal) -> tuple[Artifact, ...]:
    """Each file, with its SHA-256 and size.

    Raises:
        InputFault: ``input.*``, ``bytes.changed``.
    """
    artifacts = []
    for path in paths:
        with terminal.progress(shown(path), files.size(path)) as advance:
            artifacts.append(measure(path, (), files, advance))
    return tuple(artifacts)


def deltas_of(
    given: Iterable[tuple[str, str, str]], artifacts: Iterable[Artifact], files: Files, terminal: Terminal
) -> dict[Digest, Delta]:
    """What each difference is made for and makes, by its own SHA-256. Patch and result are among `artifacts`.

    Raises:
        InputFault: ``input.*``, ``bytes.changed``.
        FormatFault: ``attest.delta``, for a patch or a result that is no file of the release; ``digest.malformed``.
    """
    listed = {artifact.name: digest for artifact in artifacts for digest in artifact.digests}
    deltas = {}
    for patch, base, result in given:
        for path in (patch, result):
            if shown(path) not in listed:
                detail = "a difference, and what it makes, are files of the release: give both as FILE"
                raise FormatFault("attest.delta", detail, place=Place(shown(path)))
        before = by_digest(base) if is_digest(base) else measured((base,), files, terminal)[0]
        digest = before.digests.get("sha256")
        if digest is None:
            raise FormatFault("attest.delta", "a difference's base is given by SHA-256", actual=base[:80])
        deltas[listed[shown(patch)]] = Delta(digest, listed[shown(result)])
    return deltas


def previous_statement(text: str, files: Files, limits: Limits) -> Digest:
    """The SHA-256 of the statement before: given as ``sha256:…``, or found in the file that holds it, signed.

    Raises:
        InputFault: ``input.*``.
        FormatFault: ``digest.malformed``; ``attest.previous``, where the file does not hold one statement.
    """
    if is_digest(text):
        digest = parse_digest(text)
        if digest.algorithm == "sha256":
            return digest
        raise FormatFault("digest.malformed", "a statement is named by its SHA-256", expected="sha256:…", actual=text)
    items = read_evidence(shown(text), files.read(text, "bundle", limits), limits)
    payloads = {
        item.bundle.content.payload
        for item in items
        if isinstance(item, Evidence) and isinstance(item.bundle.content, Envelope)
    }
    if len(items) != 1 or not payloads:
        raise FormatFault("attest.previous", "not a file of one signed statement", place=Place(shown(text)))
    return Digest("sha256", hashlib.sha256(payloads.pop()).hexdigest())


def preflight(
    paths: Iterable[str], attestation: bytes, evidence: Iterable[str], terms: Terms, files: Files, terminal: Terminal
) -> tuple[Verdict, ...]:
    """The verdict on each file, by `attestation` and by the evidence that stands in the files `evidence`.

    Raises:
        InputFault: ``input.*``, ``bytes.changed``.
        LimitFault: ``limit.*``.
    """
    given = gather(evidence, files, terms.limits)
    tell_left_out(given, terminal)
    material = (EvidenceFile(NAME, attestation), *given.files)
    verdicts = []
    for path in paths:
        with terminal.progress(shown(path), files.size(path)) as advance:
            artifact = measure(path, given.algorithms, files, advance)
        verdicts.append(judge(_request(artifact, material, terms)))
    return tuple(verdicts)


def _request(artifact: Artifact, evidence: tuple[EvidenceFile, ...], terms: Terms) -> Request:
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
    )
