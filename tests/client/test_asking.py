"""What a client does when a service is away, busy, or refuses; and what it makes of the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from api.client.faults import AWAY, RemoteFault
from api.client.remote import Address, Asked, Remote, Standing, connect

URL = "https://verdicts.example"
DIGEST = "e5" * 32


class Time:
    """A time that passes only while somebody pauses."""

    def __init__(self) -> None:
        self.now = 0.0

    def tick(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


@contextmanager
def service(
    answer: Callable[[httpx.Request], httpx.Response], patience: float = 60, url: str = URL
) -> Iterator[tuple[Remote, Time]]:
    time = Time()
    address = Address(url, "cs_secret")
    with connect(
        address, patience=patience, transport=httpx.MockTransport(answer), tick=time.tick, pause=time.pause
    ) as remote:
        yield remote, time


def refused(answer: httpx.Response, patience: float = 60) -> RemoteFault:
    with service(lambda _: answer, patience) as (remote, _), pytest.raises(RemoteFault) as raised:
        remote.submit(Asked(artifact=DIGEST, policy={"id": "p"}))
    return raised.value


def test_a_service_that_is_away_is_asked_again_with_growing_pauses() -> None:
    moments: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(time.now)
        if len(moments) < 4:
            raise httpx.ConnectError("refused")
        return httpx.Response(202, json={"id": "v1", "state": "accepted"})

    with service(answer) as (remote, time):
        assert remote.submit(Asked(artifact=DIGEST, policy={"id": "p"})) == Standing("v1", None)
    assert moments == [0, 0.5, 1.5, 3.5]


def test_patience_ends_and_says_whether_to_come_back() -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    with service(away, 30) as (remote, time), pytest.raises(RemoteFault) as raised:
        remote.report("x")
    assert raised.value.reason == "remote.unreachable"
    assert raised.value.reason in AWAY
    assert time.now <= 30


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_service_is_left_alone_as_long_as_it_asks(status: int) -> None:
    answers = [httpx.Response(status, headers={"Retry-After": "7"}), httpx.Response(200, content=b"report")]
    with service(lambda _: answers.pop(0)) as (remote, time):
        assert remote.report("x") == b"report"
        assert time.now == 7


def test_a_refusal_is_told_by_the_reason_that_the_service_gives() -> None:
    problem = {"type": "…", "title": "…", "status": 422, "detail": "no identity", "reason": "policy.signer_incomplete"}
    known = refused(httpx.Response(422, json=problem, headers={"X-Request-Id": "r-1"}))
    assert (known.reason, known.detail, str(known.place)) == ("remote.refused", "no identity", "request r-1")
    known = refused(httpx.Response(422, json=problem | {"reason": "policy.malformed"}))
    assert known.reason == "policy.malformed"
    assert refused(httpx.Response(500, content=b"<html>")).reason == "remote.refused"


@pytest.mark.parametrize(
    "content", [b"<html>", b"[]", b'{"id": 3}', b'{"id": "a", "id": "b"}', b'{"id": "a", "verdict": 4}']
)
def test_an_answer_that_is_none_of_a_service_is_refused(content: bytes) -> None:
    assert refused(httpx.Response(200, content=content)).reason == "remote.answer"


def test_waiting_ends_with_the_verdict_or_with_the_id_to_resume() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["prefer"])
        time.now += 60
        return httpx.Response(200, json={"id": "v1", "state": "done", "verdict": "d1" if len(asked) == 3 else None})

    with service(answer, 600) as (remote, time):
        assert remote.wait(Standing("v1", None)) == Standing("v1", "d1")
    assert asked == ["wait=60"] * 3
    with (
        service(lambda _: httpx.Response(200, json={"id": "v1"}), 0) as (remote, _),
        pytest.raises(RemoteFault) as raised,
    ):
        remote.wait(Standing("v1", None))
    assert (raised.value.reason, raised.value.actual) == ("remote.pending", "v1")


@pytest.mark.parametrize(
    "url", ["http://verdicts.example", "http://192.0.2.7:8470", "ftp://verdicts.example", "verdicts"]
)
def test_a_token_never_goes_over_a_network_in_clear(url: str) -> None:
    with pytest.raises(RemoteFault) as raised, service(lambda _: httpx.Response(200), url=url):
        pass
    assert raised.value.reason == "remote.plain"


def test_a_token_follows_no_redirect() -> None:
    met: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        met.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://elsewhere.example/"})

    with service(answer) as (remote, _), pytest.raises(RemoteFault):
        remote.report("x")
    assert met == ["verdicts.example"]


def test_a_token_is_in_no_text_of_its_address() -> None:
    assert "cs_secret" not in repr(Address(URL, "cs_secret"))


def test_large_evidence_goes_first_and_small_goes_along() -> None:
    seen: list[tuple[str, int]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, len(request.content) >> 10))
        tree = {"sha256": "ab" * 32} if request.url.path.startswith("/v1/evidence/") else {"id": "v1"}
        return httpx.Response(200, json=tree)

    with service(answer) as (remote, _):
        evidence = (("large", bytes(300 << 10)), ("small", b"{}"))
        remote.submit(Asked(artifact=DIGEST, policy={"id": "p"}, evidence=evidence))
    assert seen == [(f"/v1/evidence/{hashlib.sha256(bytes(300 << 10)).hexdigest()}", 300), ("/v1/verifications", 0)]


def test_an_artifact_is_sent_from_its_start_each_time() -> None:
    bodies: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append((request.headers["content-length"], request.read()))
        return httpx.Response(503 if len(bodies) == 1 else 201)

    with service(answer) as (remote, _):
        remote.put_artifact(DIGEST, lambda start, size: iter([b"one", b"two"]), 6, "endpoint 7.exe")
    assert bodies == [("6", b"onetwo")] * 2


class Uploads:
    """A service that takes parts; connections break while parts are on their way, after `breaks` bytes of them."""

    def __init__(self, *breaks: int) -> None:
        self.content = b""
        self._breaks = list(breaks)
        self.sent = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            assert request.headers["upload-metadata"].startswith("sha256 ZTVl")
            return httpx.Response(201, headers={"Location": "/v1/uploads/upload-1", "Upload-Offset": "0"})
        if request.method == "PATCH":
            if int(request.headers["upload-offset"]) != len(self.content):
                return httpx.Response(409, json={"reason": "upload.offset", "detail": "not there"})
            part = request.read()
            self.sent += len(part)
            if self._breaks:
                self.content += part[: self._breaks.pop(0)]
                raise httpx.ReadError("connection reset")
            self.content += part
        return httpx.Response(204, headers={"Upload-Offset": str(len(self.content))})


def test_a_large_artifact_goes_in_parts_and_no_part_twice_that_came() -> None:
    size = (64 << 20) + 5
    content = bytes(size - 1) + b"!"
    uploads = Uploads(3 << 20, 16 << 20)
    with service(uploads.answer) as (remote, _):
        remote.put_artifact(DIGEST, lambda start, length: iter([content[start : start + length]]), size, "setup.exe")
    assert uploads.content == content
    assert uploads.sent <= size + (32 << 20)


@pytest.mark.parametrize("told", ["-1", "", "9e9", str(1 << 40)])
def test_a_service_that_does_not_say_how_much_came_is_refused(told: str) -> None:
    headers = {"Location": "/v1/uploads/upload-1", "Upload-Offset": told}
    with service(lambda _: httpx.Response(201, headers=headers)) as (remote, _), pytest.raises(RemoteFault) as raised:
        remote.put_artifact(DIGEST, lambda start, length: iter([bytes(length)]), 65 << 20, "setup.exe")
    assert raised.value.reason == "remote.answer"


def test_an_upload_goes_nowhere_else() -> None:
    headers = {"Location": "https://elsewhere.example/v1/uploads/1", "Upload-Offset": "0"}
    with service(lambda _: httpx.Response(201, headers=headers)) as (remote, _), pytest.raises(RemoteFault) as raised:
        remote.put_artifact(DIGEST, lambda start, length: iter([bytes(length)]), 65 << 20, "setup.exe")
    assert raised.value.reason == "remote.answer"
