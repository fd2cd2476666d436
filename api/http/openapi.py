"""The OpenAPI document: made of the routes, the table of permissions and the table of reasons, so that it is of them.

Each operation says who may ask it, with an example of what goes in, of what comes out, and of each problem that it may
answer with. Nothing of it is written by hand beside the code.

Spec: OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from attestations.faults import Fault
from verifier.reasons import REASONS

from .bodies import JSON, JsonBody, RawBody
from .permissions import BY_ROUTE
from .problems import MEDIA_TYPE, problem
from .wire.problems import Problem

ABOUT = """Verify what a vendor ships without trusting the vendor, and say why.

A verdict is an answer, whatever it says: one that FAILED is a 200. Refusals are problems (RFC 9457), whose `reason` is
stable. Every request but a few shows a token: `Authorization: Bearer cs_…`. Lists come in pages: ask again with
`cursor`. Answers to GET have an `ETag`; ask with `If-None-Match`."""

ALWAYS = ("service.bug", "store.unavailable")
WITH_TOKEN = (
    *("access.missing", "access.role", "access.scope", "tenant.closed", "throttle.requests"),
    *("token.expired", "token.malformed", "token.revoked", "token.unknown"),
)
WITH_INPUT = ("request.invalid",)
WITH_PATH = ("request.not_found",)
WITH_BODY = ("request.malformed", "request.media_type", "request.too_large", "request.too_slow", "throttle.bytes")
WITH_BYTES = ("blob.digest_mismatch", "store.full")

_REF = "#/components/schemas/{model}"


def document(routers: Iterable[APIRouter], version: str) -> dict[str, Any]:
    """The document of these routers, for this version of ours."""
    app = FastAPI(title="Countersign", description=ABOUT, version=version, generate_unique_id_function=_operation)
    routes = []
    for router in routers:
        app.include_router(router)
        routes += [route for route in router.routes if isinstance(route, APIRoute)]
    tree: dict[str, Any] = app.openapi()
    schemas = tree.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    bodies = [body for route in routes for body in _bodies(route) if isinstance(body, JsonBody)]
    schemas |= _schemas([Problem, *(body.model for body in bodies)])
    told: set[str] = set()
    for route in routes:
        for method in route.methods or ():
            told |= _complete(tree["paths"][route.path][method.lower()], route, method)
    tree["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    tree["components"]["examples"] = {reason: {"value": _problem(reason)} for reason in sorted(told)}
    return tree


def _operation(route: APIRoute) -> str:
    """``post_v1_verifications_batch``: what the client code that people make of the document calls it."""
    method = min(route.methods or {"get"}).lower()
    return method + route.path.replace("/", "_").replace("{", "").replace("}", "").replace("-", "_").replace(".", "_")


def _schemas(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    wanted = [(model, "validation") for model in dict.fromkeys(models)]
    found: dict[str, Any] = models_json_schema(wanted, ref_template=_REF)[1]["$defs"]  # type: ignore[arg-type]  # pairs
    return found


def _bodies(route: APIRoute) -> Iterator[JsonBody[Any] | RawBody]:
    yield from (each for each in _calls(route.dependant) if isinstance(each, JsonBody | RawBody))


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _complete(operation: dict[str, Any], route: APIRoute, method: str) -> set[str]:
    """Add what FastAPI does not know: who may, the body, examples, problems. The reasons of those problems."""
    rule = BY_ROUTE[method, route.path]
    operation["x-roles"], operation["x-scope"] = sorted(rule.roles), rule.scope
    operation["security"] = [{"token": []}] if rule.roles else []
    bodies = list(_bodies(route))
    for body in bodies:
        operation["requestBody"] = {"required": True, "content": _content(body)}
    for answer in operation["responses"].values():
        for media in answer.get("content", {}).values():
            _exemplify(media, route)
    operation["responses"].pop("422", None)
    reasons = set(_reasons(operation, route, bodies))
    for reason in sorted(reasons):
        _refuses(operation["responses"], reason)
    return reasons


def _content(body: JsonBody[Any] | RawBody) -> dict[str, Any]:
    if isinstance(body, RawBody):
        return {body.media: {"schema": {"type": "string", "format": "binary"}, "example": "the bytes"}}
    schema = {"$ref": _REF.format(model=body.model.__name__)}
    return {JSON: {"schema": schema, "example": example_of(body.model)}}


def example_of(model: type[BaseModel]) -> Any:
    """The example that the model's configuration gives.

    Raises `LookupError` where it gives none: a model of the wire has one.
    """
    extra = model.model_config.get("json_schema_extra")
    if not isinstance(extra, dict) or "example" not in extra:
        raise LookupError(f"{model.__name__} has no example")
    return extra["example"]


def _exemplify(media: dict[str, Any], route: APIRoute) -> None:
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    for field in route.responses.values():
        model = field.get("model")
        if model is not None and model.__name__ == name:
            media["example"] = example_of(model)


def _reasons(operation: dict[str, Any], route: APIRoute, bodies: list[Any]) -> Iterator[str]:
    yield from ALWAYS
    yield from operation.pop("x-reasons", ())
    if operation["security"]:
        yield from WITH_TOKEN
    if bodies or operation.get("parameters"):
        yield from WITH_INPUT
    if "{" in route.path:
        yield from WITH_PATH
    if bodies:
        yield from WITH_BODY
    if any(isinstance(body, RawBody) for body in bodies):
        yield from WITH_BYTES


def may_refuse(*reasons: str) -> dict[str, Any]:
    """What a route says besides: the reasons that are its own (``openapi_extra=may_refuse(…)``)."""
    return {"x-reasons": list(reasons)}


def _refuses(responses: dict[str, Any], reason: str) -> None:
    status = str(_problem(reason)["status"])
    answer = responses.setdefault(status, {"description": "Refused", "content": {}})
    media = answer["content"].setdefault(MEDIA_TYPE, {"schema": {"$ref": _REF.format(model="Problem")}, "examples": {}})
    media["examples"][reason] = {"$ref": f"#/components/examples/{reason}"}


def _problem(reason: str) -> dict[str, Any]:
    return problem(Fault(reason, f"{REASONS[reason].title}: what exactly, stands here"), "5f2b6a90c1d84e37")
