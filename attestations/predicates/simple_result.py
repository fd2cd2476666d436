"""Simple verification results (SVR): which properties a verifier found to hold. There is none for what does not hold.

    v0.1   {"verifier": {"id": …}, "timeCreated": …, "properties": ["VI_SIGNED_1", …]}
    v0.2   the same, and `verifier.policies` must be there: resource descriptors, which may be none

Spec: in-toto attestation, Simple Verification Result,
https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from ..resources import Resource, parse_resource
from ..statements import Claim
from ..strict_json import Node
from .verification_summary import read_time

PREDICATE_TYPE = "https://in-toto.io/attestation/svr/v0.2"
OLDER = "https://in-toto.io/attestation/svr/v0.1"


class SimpleResult(Struct, frozen=True):
    """A result as its predicate says it; `time` is aware, in UTC. Of v0.1 the policies are none."""

    verifier: Claim
    policies: tuple[Resource, ...]
    time: datetime.datetime
    properties: tuple[Claim, ...]


def read(predicate: Node) -> SimpleResult:
    """Read a predicate of v0.2. Raises: FormatFault ``json.*``, ``digest.value``, ``resource.empty``."""
    policies = predicate.field("verifier").field("policies")
    return _result(predicate, tuple(parse_resource(item) for item in policies.items()))


def read_older(predicate: Node) -> SimpleResult:
    """Read a predicate of v0.1. Raises: FormatFault ``json.*``."""
    return _result(predicate, ())


def _result(predicate: Node, policies: tuple[Resource, ...]) -> SimpleResult:
    return SimpleResult(
        verifier=_claim(predicate.field("verifier").field("id")),
        policies=policies,
        time=read_time(predicate.field("timeCreated")),
        properties=tuple(_claim(item) for item in predicate.field("properties").items()),
    )


def _claim(node: Node) -> Claim:
    if not node.text():
        raise node.fault("json.value", "an empty text")
    return Claim(node.value, node.pointer)
