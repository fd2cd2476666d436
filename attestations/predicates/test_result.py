"""in-toto's test results: what a run of tests came to, and under which configuration. Read and shown, and no more.

    v0.1   {"result": "PASSED" | "WARNED" | "FAILED", "configuration": [{…}], "url": …,
            "passedTests": […], "warnedTests": […], "failedTests": […]}

Spec: https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
"""

from __future__ import annotations

from msgspec import Struct

from ..resources import Resource, parse_resource
from ..statements import Claim
from ..strict_json import Node

PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"

RESULTS = ("PASSED", "WARNED", "FAILED")


class ResultsOfTests(Struct, frozen=True):
    """Results as their predicate says them; the tests by name, each list as written."""

    result: Claim
    configuration: tuple[Resource, ...]
    passed: tuple[str, ...]
    warned: tuple[str, ...]
    failed: tuple[str, ...]


def read(predicate: Node) -> ResultsOfTests:
    """Read the predicate. Raises: FormatFault ``json.*``, ``digest.value``, ``resource.empty``."""
    result = predicate.field("result")
    if result.text() not in RESULTS:
        raise result.fault("json.value", "not a result of tests", expected=", ".join(RESULTS))
    return ResultsOfTests(
        result=Claim(result.text(), result.pointer),
        configuration=tuple(parse_resource(item) for item in predicate.field("configuration").items()),
        passed=_names(predicate.get("passedTests")),
        warned=_names(predicate.get("warnedTests")),
        failed=_names(predicate.get("failedTests")),
    )


def _names(node: Node | None) -> tuple[str, ...]:
    return tuple(item.text() for item in node.items()) if node is not None else ()
