"""What signed metadata says: a link, a layout, or something that no layout asks for.

A payload is parsed only after one of its signatures verified. Three spellings come to one `Link`: in-toto's own, in a
metablock or an envelope, and the statement with a link predicate, whose subjects are the products.

Spec: in-toto specification, section 4.4; in-toto attestation framework, predicates/link.md
"""

from __future__ import annotations

from attestations.bundles import Envelope, Evidence, Metablock
from attestations.digests import DigestSet
from attestations.faults import FormatFault, Place
from attestations.layouts import layout as layouts
from attestations.layouts import link as links
from attestations.layouts.layout import parse_layout
from attestations.layouts.link import Artifacts, Link, check_artifacts, parse_link
from attestations.layouts.parts import Layout
from attestations.limits import Limits
from attestations.predicates import read_predicate
from attestations.predicates.link import PREDICATE_TYPE, LinkPredicate
from attestations.statements import Statement, parse_statement
from attestations.strict_json import Node, loads, shown

Metadata = Link | Layout


def content_of(evidence: Evidence) -> Envelope | Metablock | None:
    """What of `evidence` may be in-toto metadata: an envelope or a metablock, None for any other content."""
    content = evidence.bundle.content
    return content if isinstance(content, Envelope | Metablock) else None


def signed_bytes(evidence: Evidence) -> bytes:
    """What the signatures of in-toto metadata are about, by which two copies of it are one."""
    content = content_of(evidence)
    if content is None:
        return b""
    return content.canonical if isinstance(content, Metablock) else content.payload


def may_be_layout(evidence: Evidence) -> bool:
    """Whether `evidence` calls itself a layout. Bytes are searched and nothing is believed: it sorts what failed."""
    content = content_of(evidence)
    if isinstance(content, Metablock):
        return content.kind == layouts.TYPE
    return content is not None and b'"layout"' in content.payload


def read_metadata(evidence: Evidence, limits: Limits) -> Metadata | None:
    """What `evidence`, one of whose signatures verified, says; None where it is neither a link nor a layout.

    Raises:
        FormatFault: ``layout.*``, ``link.*``, ``json.*``, ``digest.value``, ``statement.*``.
        LimitFault: ``limit.statement``, ``limit.steps``, ``limit.subjects``, ``limit.depth``.
    """
    content = content_of(evidence)
    if content is None:
        return None
    data = content.content if isinstance(content, Metablock) else content.payload
    limits.check("statement", len(data))
    kind = _type(data, evidence.source, limits)
    if kind == layouts.TYPE:
        return parse_layout(data, source=evidence.source, limits=limits)
    if kind == links.TYPE:
        link = parse_link(data, source=evidence.source, limits=limits)
        products = "/products"
    else:
        statement = _statement(data, evidence.source, limits)
        if statement is None:
            return None
        link = link_of(statement, evidence.source)
        products = "/subject"
    check_artifacts(link.materials, Place(evidence.source, f"{evidence.pointer}/materials"))
    check_artifacts(link.products, Place(evidence.source, f"{evidence.pointer}{products}"))
    return link


def _type(data: bytes, source: str, limits: Limits) -> str:
    kind = Node(loads(data, source=source, limits=limits), source).get("_type")
    return kind.text() if kind is not None else ""


def _statement(data: bytes, source: str, limits: Limits) -> Statement | None:
    """The statement, where it is one about a link; a broken statement is nobody's link."""
    try:
        statement = parse_statement(data, source=source, limits=limits)
    except FormatFault:
        return None
    return statement if statement.predicate_type == PREDICATE_TYPE else None


def link_of(statement: Statement, source: str = "") -> Link:
    """The link that a statement of the link predicate's type tells.

    Raises:
        FormatFault: ``link.path_twice``, ``json.*``, ``resource.empty``, ``predicate.missing``.
    """
    predicate = read_predicate(statement, source=source)
    assert isinstance(predicate, LinkPredicate)
    products = _by_path([(subject.name, subject.digests) for subject in statement.subjects], source)
    return Link(predicate.name, _by_path(predicate.materials, source), products, predicate.command)


def _by_path(named: list[tuple[str, DigestSet]] | tuple[tuple[str, DigestSet], ...], source: str) -> Artifacts:
    artifacts = dict(named)
    if len(artifacts) != len(named):
        twice = next(name for name in artifacts if sum(other == name for other, _ in named) > 1)
        raise FormatFault("link.path_twice", "one path twice", place=Place(source), actual=shown(twice))
    return artifacts
