"""Whatever can be made of the OpenAPI document is answered, as the document says, and never with a bug of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.effects.egress import PublicEgress
from api.http.permissions import RULES, Rule
from api.http.routes.uploads import PART

from .asking import OTHER_TENANT, Asking, asked, opened

EXAMPLES = 6
"""Requests drawn for each operation, beside the examples of the document."""

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schemathesis.serializer(PART)
def _part(_: object, value: Any) -> bytes:
    """A part of an upload is its bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """One service for all."""
    with asked(opened(tmp_path_factory.mktemp("schema")), egress=PublicEgress()) as furnished:
        yield furnished


@pytest.fixture(scope="module")
def described(shared: Asking) -> schemathesis.BaseSchema:
    """The document that it gives, and the application to ask."""
    return schemathesis.openapi.from_asgi("/v1/openapi.json", shared.client.app)


DRAWN = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.method} {rule.path}")
def test_no_request_meets_a_bug(shared: Asking, described: schemathesis.BaseSchema, rule: Rule) -> None:
    headers = shared.token(OTHER_TENANT, ["auditor", "vendor", "fleet"])

    @DRAWN
    @hypothesis.given(case=described[rule.path][rule.method].as_strategy())
    def answered(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    answered()
