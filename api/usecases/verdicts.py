"""Verdicts that leave the house: signed by whoever judged, checked and compared by whoever gets them.

    Request + Verdict ─► report ┐
                         VSA    ├─ each signed in an envelope of its own ─► verdict bundle
                         SVR    ┘

The key signs what this very process judged, and nothing that it was handed.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.digests import Digest, DigestSet
from attestations.evidence import read_evidence, wanted_algorithms
from attestations.faults import Fault, Place
from attestations.limits import Limits
from attestations.strict_json import loads
from attestations.verdict_bundles import is_verdict_bundle, parse_verdict_bundle
from verifier.bundle_check import check_bundle, summary_in
from verifier.faults import VerdictFault
from verifier.gather import sha256
from verifier.key_files import TrustedKey, load_key_file
from verifier.record import FORMAT, read_record
from verifier.report import render_report
from verifier.report_diff import read_report
from verifier.verdict import Artifact
from verifier.verdict_check import About, Checked, Expectations, check_summary

from ..effects.files import Files
from ..effects.paths import shown
from ..effects.terminal import Terminal
from .artifacts import by_digest, is_digest, measure

if TYPE_CHECKING:
    from attestations.strict_json import Node
    from verifier.request import Request
    from verifier.verdict import Verdict

    from ..effects.keys import Signer
    from ..signer.envelopes import SignedVerdict


def sign_verdict(request: Request, verdict: Verdict, signer: Signer, verifier: str) -> SignedVerdict:
    """Sign what `request` came to here and now, as the verifier whose id is the URI `verifier`.

    Raises:
        KeyFault: ``signing.failed``.
    """
    from ..signer.envelopes import Judged, sign_statements

    evidence = {sha256(file.content).hex for file in request.evidence}
    judged = Judged(verdict, render_report(verdict), request.policy, request.release, evidence)
    return sign_statements(judged, signer, verifier)


def read_keys(paths: tuple[str, ...], files: Files, limits: Limits) -> tuple[TrustedKey, ...]:
    """The public keys in the files at `paths`, valid at any time.

    Raises:
        InputFault: ``input.*``.
        TrustFault: ``trust.key_*``.
    """
    read = ((shown(path), files.read(path, "trust_root", limits)) for path in paths)
    return tuple(key for name, content in read for key in load_key_file(content, name=name, windows={}))


class Reading(Struct, frozen=True):
    """Where files are read, progress is shown, and how much is read at most."""

    files: Files
    terminal: Terminal
    limits: Limits


def by_name(text: str) -> Artifact | None:
    """What an issuer calls ``kind:value``, where `kind` is no digest algorithm; None where it is one."""
    kind, _, value = text.partition(":")
    name = Digest(kind, value)
    return Artifact(text, DigestSet((name,)), None) if name.opaque and value else None


def check_verdict(
    path: str,
    expected: Expectations,
    artifact: str | None,
    keys: tuple[TrustedKey, ...],
    world: Reading,
    now: datetime.datetime,
) -> Checked:
    """Check the verdict bundle, or the one summary, in the file at `path`, about the file or digest `artifact`.

    Raises:
        InputFault: ``input.*``, ``bytes.changed``.
        FormatFault: where the file cannot be read, or the digest is none.
        VerdictFault: ``verdict.unknown``.
    """
    content = world.files.read(path, "record", world.limits)
    name, digest = shown(path), sha256(content)
    if not is_verdict_bundle(_document(content, world.limits)):
        item = _only_evidence(name, content, world.limits)
        about = _about(artifact, (item,), world)
        return check_summary(item, expected, about=about, keys=keys, now=now, limits=world.limits)
    bundle = parse_verdict_bundle(content, source=name, limits=world.limits)
    items = () if bundle.vsa is None else (summary_in(bundle.vsa, name, digest),)
    about = _about(artifact, items, world)
    return check_bundle(bundle, items, expected, about=about, keys=keys, now=now, limits=world.limits)


def _about(artifact: str | None, items: tuple[Evidence, ...], world: Reading) -> About | None:
    """The artifact that is asked about, measured as `items` want it; None where none is named."""
    if artifact is None:
        return None
    asked = _asked(artifact, wanted_algorithms(items), world)
    return About(asked.digests, asked.size is not None)


def _asked(argument: str, algorithms: frozenset[str], world: Reading) -> Artifact:
    if is_digest(argument):
        return by_name(argument) or by_digest(argument)
    with world.terminal.progress(shown(argument), world.files.size(argument)) as advance:
        return measure(argument, algorithms, world.files, advance)


def _only_evidence(name: str, content: bytes, limits: Limits) -> Evidence:
    items = read_evidence(name, content, limits)
    if len(items) != 1:
        detail = f"{len(items)} attestations where one summary must stand"
        raise VerdictFault("verdict.unknown", detail, place=Place(name))
    (item,) = items
    if not isinstance(item, Evidence):
        raise item.fault
    return item


def _document(content: bytes, limits: Limits) -> object:
    """The JSON document that `content` is; None where it is none, for its reader to say so."""
    try:
        return loads(content, limits=limits)
    except Fault:
        return None


def report_in(path: str, files: Files, limits: Limits) -> tuple[Node, Digest]:
    """The report in the file at `path`: by itself, in an envelope, in a verdict bundle, in a record. And its digest.

    No signature is looked at.

    Raises:
        InputFault: ``input.*``.
        VerdictFault: ``verdict.unknown``.
        Fault: where the file cannot be read.
    """
    content = files.read(path, "record", limits)
    name = shown(path)
    report = _report_bytes(content, name, limits)
    return read_report(report, source=name, limits=limits), sha256(report)


def _report_bytes(content: bytes, name: str, limits: Limits) -> bytes:
    document = _document(content, limits)
    if is_verdict_bundle(document):
        envelope = parse_verdict_bundle(content, source=name, limits=limits).report
        if envelope is None:
            detail = "the bundle names its report by digest and does not hold it"
            raise VerdictFault("verdict.unknown", detail, place=Place(name, "/report"))
        return envelope.payload
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return read_record(content, name, limits)[1]
    if isinstance(document, dict) and "payload" in document:
        from attestations.dsse import parse_envelope
        from attestations.strict_json import Node

        return parse_envelope(Node(document, name), limits).payload
    return content.removesuffix(b"\n")
