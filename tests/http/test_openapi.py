"""The OpenAPI document: whole, of the routes that there are, and with examples that are of their own forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from api.http.openapi import document
from api.http.permissions import RULES
from api.http.problems import MEDIA_TYPE
from api.http.routes import ROUTERS
from verifier.reasons import REASONS

from .asking import Asking

TREE = document(ROUTERS, "1")
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in TREE["paths"].items()
    for method, operation in operations.items()
]
operations = pytest.mark.parametrize(
    "operation", [operation for _, operation in OPERATIONS], ids=[name for name, _ in OPERATIONS]
)


def media(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What goes in and what comes out, each with its type."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).items()


def test_it_has_every_route() -> None:
    assert {name for name, _ in OPERATIONS} == {f"{rule.method} {rule.path}" for rule in RULES}


@operations
def test_an_operation_has_an_example_of_each_form_and_problem(operation: dict[str, Any]) -> None:
    assert operation["summary"] and operation["description"]
    assert any(status.startswith(("2", "3")) for status in operation["responses"])
    for kind, body in media(operation):
        if kind == MEDIA_TYPE:
            assert body["examples"]
            continue
        reference = body["schema"].get("$ref")
        if reference is not None:
            schema = {"$ref": reference, "components": TREE["components"]}
            jsonschema_rs.validator_for(schema).validate(body["example"])


@operations
def test_an_operation_says_who_may_ask_it_and_how_it_refuses(operation: dict[str, Any]) -> None:
    statuses = set(operation["responses"])
    assert {"500", "503"} <= statuses
    if operation["x-roles"]:
        assert operation["security"] == [{"token": []}]
        assert {"401", "403", "429"} <= statuses
    else:
        assert operation["security"] == []
    if "requestBody" in operation:
        assert {"400", "408", "413", "415", "422"} <= statuses


def test_the_problems_are_those_of_the_table_of_reasons() -> None:
    validator = jsonschema_rs.validator_for({"$ref": "#/components/schemas/Problem", "components": TREE["components"]})
    for reason, example in TREE["components"]["examples"].items():
        validator.validate(example["value"])
        assert example["value"]["title"] == REASONS[reason].title


def test_anyone_is_given_it(asking: Asking) -> None:
    answer = asking.client.get("/v1/openapi.json")
    assert answer.json()["paths"] == TREE["paths"]
    assert answer.json()["openapi"].startswith("3.1")
