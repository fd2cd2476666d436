"""What `make soak` feeds, in one table: each parser of the verifier, and what is done with an input for it.

A target reads its input to the end, and may refuse it with a `Fault` and nothing else. Its seeds are all that the
vectors bring its parser to read, and what is written beside it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from api.gate.messages import read_question
from api.gate.wire import read_accept, read_check
from attestations import notes
from attestations.apt_sources import parse_sources
from attestations.apt_transactions import read_transaction
from attestations.carriers.minisign import read_minisign
from attestations.carriers.openpgp import split_openpgp
from attestations.carriers.sshsig import read_sshsig
from attestations.ceremonies import parse_attendance, parse_transcript
from attestations.checkpoints import parse_checkpoint
from attestations.debian.compression import begins, expand
from attestations.debian.deb822 import read_stanza
from attestations.digests import parse_digest
from attestations.distributions import parse_distribution
from attestations.documents.checksums import parse_checksums
from attestations.documents.clearsigned import split_clearsigned
from attestations.dsse import parse_envelope
from attestations.layouts.expressions import parse_expression
from attestations.layouts.layout import parse_item, parse_layout
from attestations.layouts.link import parse_link
from attestations.layouts.rules import parse_rule
from attestations.limits import DEFAULT_LIMITS
from attestations.log_entries import parse_body
from attestations.log_entries.carried import read_api_entries
from attestations.notes import key_hint, parse_note, parse_vkey
from attestations.npm_keys import parse_npm_keys
from attestations.pem import parse_pem
from attestations.predicates import waiver
from attestations.publishers import parse_publisher
from attestations.purls import parse_purl
from attestations.sboms import node_of
from attestations.sigsum_proofs import parse_sigsum_proof
from attestations.statements import parse_statement
from attestations.strict_json import loads
from attestations.timestamp_tokens import parse_timestamp
from attestations.tlog_proofs import parse_tlog_proof
from attestations.trust_documents import parse_trust_document
from attestations.tuf.maps import parse_map
from attestations.tuf.metadata import parse_metadata
from attestations.verdict_bundles import parse_verdict_bundle
from verifier.certificates.certificate import parse_certificate
from verifier.detached.openpgp import load_certificate, split_certificates
from verifier.engine import judge
from verifier.excuses import waivers_in
from verifier.key_files import load_key_file
from verifier.keys import load_pem, load_spki
from verifier.policy.expected import parse_release
from verifier.policy.parse import parse_policy
from verifier.policy.patterns import compile_pattern
from verifier.record import read_record
from verifier.report_diff import read_report
from verifier.report_reading import read_verdict
from verifier.trust import load_trust_root
from verifier.updates.releases import read_release
from verifier.updates.streams import read_state
from verifier.waivers import read_waiver

from . import debian, gates, readings, signing, updates, waiving
from .readings import Reading, evidence_of, judged, of_node, of_text, recorded, reports


@dataclass(frozen=True, slots=True)
class Target:
    """One parser under fire.

    `kind` is how inputs are changed (`mutation.KINDS`); `parser` is whose arguments, called `argument` or standing
    first, are seeds; `further` are seeds besides these.
    """

    name: str
    kind: str
    parser: Callable[..., object]
    read: Reading
    argument: str = ""
    further: Callable[[], tuple[bytes, ...]] = tuple


JUDGED: Mapping[str, int] = {
    "good/provenance-in-rekor-v1": 0,
    "good/provenance-in-rekor-v2": 0,
    "good/stamped-and-not-promised": 0,
    "good/artifact-signature-in-rekor-v1": 0,
    "good/key-ecdsa-p256": 0,
    "layout/layout-and-links-in-envelopes": 0,
    "layout/step-done-by-a-sublayout": 0,
    "npm/signed-manifest": 0,
    "carrier/cosign-attestation-in-a-registry": 0,
    "manifest/ours-with-provenance": 0,
    "manifest/checksums": 0,
    "manifest/checksums-in-a-statement": 0,
    "detached/minisign-over-the-file": 0,
    "detached/ssh-over-the-file": 0,
    "openpgp/over-another-list": 1,
    "openpgp/signed-within": 0,
    "sbom/signed-beside": 1,
}
"""Vectors of each way in which evidence is judged, and which of their files is changed; the rest stays as it is."""

_SIGSUM = b"""\
version=2
log=%(hash)s
leaf=%(hash)s %(signature)s

size=2
root_hash=%(hash)s
signature=%(signature)s
cosignature=%(hash)s 1700000000 %(signature)s

leaf_index=1
node_hash=%(hash)s
""" % {b"hash": b"0a" * 32, b"signature": b"0b" * 64}

_WAIVER = (
    b'{"policy": {"sha256": "%s"}, "reasons": ["trust.stale"], "from": "2026-03-14T09:00:00Z",'
    b' "until": "2026-03-14T21:00:00Z", "why": "the mirror is being moved"}'
) % (b"5f" * 32)

_ITEM = b'{"name": "build", "expected_materials": [["MATCH", "*", "WITH", "PRODUCTS", "FROM", "fetch"]]}'


def _keys_of_witnesses() -> tuple[bytes, ...]:
    """A verifier key of each type."""
    keys = ((notes.ED25519_COSIGNATURE, bytes(31) + b"\x02"), (notes.ML_DSA_44_COSIGNATURE, bytes(1312)))
    return tuple(
        b"witness.example+%s+%s"
        % (key_hint("witness.example", type_, key).hex().encode(), b64encode(bytes([type_]) + key))
        for type_, key in keys
    )


TARGETS: tuple[Target, ...] = (
    Target("json", "json", loads, loads),
    Target("evidence", "json", judge, readings.evidence, further=readings.samples),
    Target("inspect", "json", judge, readings.inspected, further=readings.samples),
    Target("envelope", "json", parse_envelope, readings.envelope),
    Target("statement", "json", parse_statement, readings.statement, further=readings.statements),
    Target("log-entry-body", "json", parse_body, readings.entry_body, argument="body"),
    Target("log-entries-of-the-api", "json", read_api_entries, read_api_entries),
    Target("checksums", "bytes", parse_checksums, readings.checksums),
    Target("sbom", "json", node_of, readings.sbom),
    Target("minisign", "bytes", read_minisign, lambda data: read_minisign(data, "input")),
    Target("ssh-signature", "bytes", read_sshsig, lambda data: read_sshsig(data, "input")),
    Target("openpgp-signature", "bytes", split_openpgp, lambda data: [read() for read in split_openpgp(data, "input")]),
    Target(
        "openpgp-certificate",
        "bytes",
        split_certificates,
        lambda data: [load_certificate(one, "input") for one in split_certificates(data, "input")],
    ),
    Target("debian-release", "bytes", read_stanza, debian.released, further=lambda: debian.RELEASES),
    Target("debian-index", "bytes", expand, debian.indexed, further=lambda: debian.INDEXES),
    Target("debian-package", "bytes", begins, debian.packaged, further=lambda: debian.PACKAGES),
    Target("apt-transaction", "bytes", read_transaction, debian.told, further=lambda: debian.TRANSACTIONS),
    Target("apt-sources", "bytes", parse_sources, debian.sources, further=lambda: debian.SOURCES),
    Target("clearsigned", "bytes", split_clearsigned, lambda data: split_clearsigned(data, "input")),
    Target("verdict-bundle", "json", parse_verdict_bundle, parse_verdict_bundle, further=readings.verdict_bundles),
    Target("layout", "json", parse_layout, lambda data: parse_layout(data, source="input", limits=DEFAULT_LIMITS)),
    Target("layout-item", "json", parse_item, of_node(parse_item), further=lambda: (_ITEM,)),
    Target("layout-rule", "json", parse_rule, of_node(parse_rule)),
    Target("layout-expression", "json", parse_expression, of_node(parse_expression)),
    Target("link", "json", parse_link, lambda data: parse_link(data, source="input", limits=DEFAULT_LIMITS)),
    Target("waiver", "json", waiver.read, of_node(waiver.read), further=lambda: (_WAIVER,)),
    Target("waiver-statement", "json", read_waiver, waiving.statement, further=lambda: (waiving.STATEMENT,)),
    Target("waiver-file", "bytes", waivers_in, waiving.files, further=lambda: (waiving.FILE,)),
    Target("gate-question", "bytes", read_question, gates.question, further=lambda: gates.QUESTIONS),
    Target("gate-check", "json", read_check, gates.checks, further=lambda: gates.CHECKS),
    Target("gate-accept", "json", read_accept, gates.accepted, further=lambda: gates.ACCEPTED),
    Target("publisher", "json", parse_publisher, of_node(parse_publisher)),
    Target("purl", "bytes", parse_purl, of_text(parse_purl)),
    Target("distribution", "bytes", parse_distribution, of_text(parse_distribution)),
    Target("digest", "bytes", parse_digest, of_text(parse_digest)),
    Target("note", "bytes", parse_note, parse_note),
    Target("checkpoint", "bytes", parse_checkpoint, parse_checkpoint),
    Target("verifier-key", "bytes", parse_vkey, of_text(readings.vkey), further=_keys_of_witnesses),
    Target("tlog-proof", "bytes", parse_tlog_proof, parse_tlog_proof),
    Target("sigsum-proof", "bytes", parse_sigsum_proof, parse_sigsum_proof, further=lambda: (_SIGSUM,)),
    Target("pem", "bytes", parse_pem, parse_pem),
    Target("public-key", "der", load_spki, load_spki),
    Target("public-key-in-pem", "bytes", load_pem, load_pem),
    Target("key-file", "bytes", load_key_file, lambda data: load_key_file(data, name="input", windows={})),
    Target("npm-keys", "json", parse_npm_keys, lambda data: parse_npm_keys(data, "input")),
    Target("certificate", "der", parse_certificate, readings.certificate),
    Target("timestamp", "der", parse_timestamp, parse_timestamp),
    Target("trust-root", "json", load_trust_root, lambda data: load_trust_root(data, name="input", dated=None)),
    Target("policy", "bytes", parse_policy, readings.policy),
    Target("policy-pattern", "bytes", compile_pattern, of_text(compile_pattern)),
    Target("release", "bytes", parse_release, of_text(parse_release)),
    Target("record", "json", read_record, readings.replayed, further=partial(recorded, JUDGED)),
    Target("tuf-metadata", "json", parse_metadata, updates.tuf, further=updates.tuf_seeds),
    Target("tuf-map", "json", parse_map, parse_map, further=lambda: (updates.MAP,)),
    Target("state-of-releases", "json", read_state, updates.state, further=updates.state_seeds),
    Target("judged-release", "json", read_release, waiving.release, further=waiving.release_seeds),
    Target("report", "json", read_report, readings.report, further=partial(reports, JUDGED)),
    Target("verdict-of-a-report", "json", read_verdict, signing.verdict, further=partial(reports, JUDGED)),
    Target("trust-document", "json", parse_trust_document, signing.document, further=lambda: (signing.DOCUMENT,)),
    Target("transcript", "json", parse_transcript, signing.transcript, further=lambda: (signing.TRANSCRIPT,)),
    Target("attendance", "json", parse_attendance, signing.attendance, further=lambda: (signing.ATTENDANCE,)),
    *(
        Target(
            f"judged-as-{vector.partition('/')[2]}",
            "json",
            judge,
            judged(vector, file),
            further=partial(evidence_of, vector, file),
        )
        for vector, file in JUDGED.items()
    ),
)
