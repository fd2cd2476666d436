"""What an operator sees: a line and a figure for each request, what waits and for how long, engines that disagree."""

from __future__ import annotations

import asyncio
import datetime
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.http.app import create_app
from api.http.meters import Meters
from api.http.observing import Observed
from api.serving.logs import log_to
from api.serving.noting import Noted
from api.store.faults import StoreFault
from api.store.verdicts import VerdictRow
from api.usecases.service.readiness import readiness, waiting
from api.usecases.service.submit import submit
from fixtures.recipes.scene import NOW
from tests.backends import Backend
from tests.service.making import AUDITOR, StandingClock, furnish, honest, service_of


@pytest.fixture
def lines() -> Iterator[Any]:
    """The log, as lines read so far."""
    stream, before = io.StringIO(), (logging.root.handlers, logging.root.level)
    log_to(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.handlers, logging.root.level = before
    structlog.reset_defaults()


def _crash(request: Request) -> PlainTextResponse:
    secret = "cs_secret"
    raise RuntimeError(f"a bug, {len(secret)}")


def _hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.path_params['name']} {request.scope['state']['request_id']}")


def _asked(
    application: Any, path: str, *headers: tuple[bytes, bytes], method: str = "GET"
) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "query_string": b""}
    asyncio.run(application(scope, receive, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered


def test_every_request_has_an_id_a_line_and_a_figure(lines: Any) -> None:
    meters = Meters()
    routes = [Route("/hello/{name}", _hello), Route("/crash", _crash, methods=["BREW"])]
    observed = Observed(Starlette(routes=routes), meters, trusting=False)
    status, headers = _asked(observed, "/hello/world", (b"x-request-id", b"chosen-by-client"))
    assert (status, _asked(observed, "/made/up")[0]) == (200, 404)
    with pytest.raises(RuntimeError):
        _asked(observed, "/crash", method="BREW")
    first, second, third = (line for line in lines() if line["event"] == "request")
    assert (first["request"], first["route"], first["status"]) == (headers["x-request-id"], "/hello/{name}", 200)
    assert first["request"] != "chosen-by-client"
    assert (second["route"], second["path"]) == ("unknown", "/made/up")
    assert (third["level"], third["status"], third["method"]) == ("error", 500, "OTHER")
    page = meters.page().decode()
    assert 'countersign_requests_total{method="GET",route="/hello/{name}",status="200"} 1.0' in page
    assert "made" not in page


def test_a_proxy_may_name_a_request_in_one_form(lines: Any) -> None:
    observed = Observed(Starlette(routes=[Route("/hello/{name}", _hello)]), Meters(), trusting=True)
    assert _asked(observed, "/hello/x", (b"x-request-id", b"proxy-0123"))[1]["x-request-id"] == "proxy-0123"
    assert _asked(observed, "/hello/x", (b"x-request-id", b'"\n forged'))[1]["x-request-id"] != '"\n forged'


def test_a_crash_is_logged_where_it_was_and_without_what_it_held(lines: Any) -> None:
    try:
        _crash(Request({"type": "http"}))
    except RuntimeError:
        structlog.stdlib.get_logger("countersign.test").exception("crashed", note="a\nb" * 400)
    (line,) = lines()
    assert line["exception"][0]["exc_value"] == "a bug, 9"
    assert "cs_secret" not in json.dumps(line)
    assert len(line["note"]) == 500


def test_what_waits_is_counted_and_its_age_told(embedded_backend: Backend) -> None:
    clock = StandingClock()
    service = service_of(embedded_backend.database, embedded_backend.blobs, clock, judges=None)
    policy = furnish(service)
    assert (waiting(service).count, waiting(service).seconds) == (0, 0)
    submit(service, AUDITOR, honest(policy))
    clock.forward(datetime.timedelta(seconds=90))
    submit(service, AUDITOR, honest(policy, key="another"))
    clock.forward(datetime.timedelta(seconds=5))
    assert (waiting(service).count, waiting(service).seconds) == (2, 95)
    meters = Meters()
    meters.waiting(*msgspec.structs.astuple(waiting(service)))
    assert "countersign_pending 2.0\n" in meters.page().decode()
    assert "countersign_pending_age_seconds 95.0\n" in meters.page().decode()


class _Away:
    """A store of bytes that is away."""

    def check(self) -> None:
        raise StoreFault("store.unavailable", "no answer")


def test_readiness_names_the_piece_that_is_away(embedded_backend: Backend) -> None:
    service = service_of(embedded_backend.database, _Away(), StandingClock(), judges=None)  # type: ignore[arg-type]  # away
    pieces = {piece.name: piece.reason for piece in readiness(service)}
    assert pieces == {"database": None, "blobs": "store.unavailable"}
    application = create_app(service)
    assert _asked(application, "/readyz")[0] == 503
    assert _asked(application, "/healthz")[0] == 200
    assert _asked(application, "/metrics")[0] == 401


@pytest.mark.loopback
def test_a_worker_gives_its_figures_to_its_own_machine() -> None:
    meters = Meters()
    meters.issued("PASSED", engines_disagree=False)
    with meters.answering(0) as port:
        page = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        with pytest.raises(OSError, match="in use"), meters.answering(port):
            pass
    assert 'countersign_verdicts_total{outcome="PASSED"} 1.0' in page


class _Trail:
    def record(self, *_arguments: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("report", "level", "count"), [(b'{"reason":"engines.disagree"}', "error", 1), (b"{}", "info", 0)]
)
def test_engines_that_disagree_are_a_figure_and_an_alarm(lines: Any, report: bytes, level: str, count: int) -> None:
    meters = Meters()
    verdict = VerdictRow(
        id="verdict-1",
        verification="verification-1",
        tenant="acme",
        artifact="e5" * 32,
        policy="ab" * 32,
        policy_tenant="acme",
        outcome="ERROR",
        level="VI_LEVEL_0",
        report=report,
        created=NOW,
    )
    Noted(_Trail(), meters).record(None, verdict, "service", NOW)  # type: ignore[arg-type]  # recorded nowhere
    page = meters.page().decode()
    assert f"countersign_engines_disagree_total {count}.0\n" in page
    assert 'countersign_verdicts_total{outcome="ERROR"} 1.0\n' in page
    (line,) = lines()
    assert (line["level"], line["verdict"], line["tenant"]) == (level, "verdict-1", "acme")
