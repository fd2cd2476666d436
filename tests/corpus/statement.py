"""Family ``in-toto-statement``: a statement, a resource descriptor or a predicate by itself, well-formed or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attestations.predicates import read_predicate, slsa_provenance_v1
from attestations.resources import parse_resource
from attestations.statements import parse_statement
from attestations.strict_json import Node, loads

from .cases import Answer, Case, attempt

READERS: Mapping[str, Callable[[bytes], object]] = {
    "Statement": lambda data: read_predicate(parse_statement(data)),
    "ResourceDescriptor": lambda data: parse_resource(Node(loads(data))),
    "SLSAProvenanceV1": lambda data: slsa_provenance_v1.read(Node(loads(data))),
}


def answer(case: Case) -> Answer:
    """Whether the value is well-formed, and what is wrong with it if not."""
    return attempt(lambda: READERS[case.params["type"]](case.read("json")))
