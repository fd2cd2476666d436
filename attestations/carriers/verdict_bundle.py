"""A verdict bundle of ours among evidence: the envelopes in it, each a bundle by itself.

The summary is marked with the report that the file says it sums up. A file that holds another report than it names was
put together by somebody else, or by mistake, and is refused whole.

Spec: `attestations.verdict_bundles`; countersign design, section 10
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ..bundles import Bundle, Envelope, NoMaterial
from ..digests import Digest
from ..strict_json import Node
from ..verdict_bundles import is_verdict_bundle, read_verdict_bundle
from .carrier import Carrier, Part, Reading

NAME = "verdict-bundle"


def split(node: Node, reading: Reading) -> Iterator[Part]:
    """The summary, the simple result and the signed report, as far as they are there.

    Raises:
        FormatFault: ``vsa.report``, and as `attestations.verdict_bundles.parse_verdict_bundle`.
    """
    read = read_verdict_bundle(node, reading.limits)
    report = node.field("report")
    if read.report is not None:
        held = Digest("sha256", hashlib.sha256(read.report.payload).hexdigest())
        if held != read.report_digest:
            raise report.fault("vsa.report", "it holds another report than it names", expected=str(read.report_digest))
        yield _part(report.field("envelope"), read.report)
    if read.vsa is not None:
        yield _part(node.field("vsa"), read.vsa, read.report_digest)
    if read.svr is not None:
        yield _part(node.field("svr"), read.svr)


def _part(node: Node, envelope: Envelope, report: Digest | None = None) -> Part:
    bundle = Bundle(NAME, envelope, NoMaterial(), report=report)
    return Part(node, lambda _node, _reading: bundle)


CARRIER = Carrier(NAME, is_verdict_bundle, split)
