"""The page of the HTTP interface, made from its OpenAPI document: what can be asked, by whom, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.http.openapi import ABOUT, ALWAYS, WITH_TOKEN, document
from api.http.routes import ROUTERS

COMMON = {*ALWAYS, *WITH_TOKEN}
"""Reasons that stand in the introduction, and not beside each operation."""

_INTRODUCTION = (
    "Made from the OpenAPI document that every service gives at `/v1/openapi.json`, which has the forms of all that\n"
    "goes in and comes out, with an example of each. What the reasons mean: [reasons](reasons.md).\n\n"
    "Beside what each may refuse for, every operation may answer\n"
    + ",\n".join(f"`{reason}`" for reason in sorted(COMMON))
    + "\nwhere it asks for a token; without one, the `service` and `store` ones alone.\n"
)


def http() -> str:
    """The page."""
    return "".join(_page(document(ROUTERS, "1")))


def _page(tree: dict[str, Any]) -> Iterator[str]:
    yield f"# HTTP interface\n\n{ABOUT}\n\n{_INTRODUCTION}"
    by_tag: dict[str, list[str]] = {}
    for path, operations in tree["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(method.upper(), path, operation))
    for tag, entries in by_tag.items():
        yield f"\n## {tag}\n" + "".join(entries)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f"\n### {method} {path}\n", f"{operation['summary']}. {_flowing(operation.get('description', ''))}\n"]
    who = ", ".join(operation["x-roles"]) or "anyone, without a token"
    scope = f", with scope `{operation['x-scope']}`" if operation["x-scope"] else ""
    lines.append(f"- for: {who}{scope}")
    lines += [
        f"- {parameter['in']} `{parameter['name']}`: {_flowing(parameter.get('description', ''))}"
        for parameter in operation.get("parameters", ())
        if parameter["in"] != "path"
    ]
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        lines.append(f"- body: {media}{_model(body)}")
    answers = ((status, _answer(answer)) for status, answer in sorted(operation["responses"].items()))
    lines += [f"- {status}: {told}" for status, told in answers if told]
    return "\n".join(line.removesuffix(": ") for line in lines) + "\n"


def _answer(answer: dict[str, Any]) -> str:
    told = []
    for media, body in answer.get("content", {}).items():
        if "examples" in body:
            told.append(", ".join(f"`{reason}`" for reason in sorted(set(body["examples"]) - COMMON)))
        else:
            told.append(f"{media}{_model(body)}")
    return "; ".join(told)


def _model(body: dict[str, Any]) -> str:
    reference = body.get("schema", {}).get("$ref", "")
    return f", `{reference.rpartition('/')[2]}`" if reference else ""


def _flowing(text: str) -> str:
    return " ".join(text.replace("``", "`").split())
