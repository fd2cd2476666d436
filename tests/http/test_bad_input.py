"""What a stranger may send: each is refused with a problem that says why, and nothing of it is kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from starlette.testclient import TestClient

from api.http import bodies
from api.http.app import create_app
from api.usecases.service.service import Settings
from tests.backends import Backend

from .asking import HONEST_FILE, RELEASE, Asking, asked, given, sha256

Headers = dict[str, str]
JSON = {"Content-Type": "application/json"}
OCTETS = {"Content-Type": "application/octet-stream"}
PUT = ("PUT", f"/v1/artifacts/{'0' * 64}")


def refused(answer: Any) -> tuple[int, str]:
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert {"type", "title", "detail", "remedy", "request"} <= set(problem)
    return answer.status_code, problem["reason"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"", (400, "request.malformed")),
        (b"{", (400, "request.malformed")),
        (b"\xff\xfe{}", (400, "request.malformed")),
        (b'{"artifact": 1, "artifact": 2}', (400, "request.malformed")),
        (b'{"artifact": NaN}', (400, "request.malformed")),
        (b"[" * 100_000, (400, "request.malformed")),
        (b'{"a":' * 65 + b"1" + b"}" * 65, (400, "request.malformed")),
        (b'{"artifact": {"sha256": "\\ud800"}}', (400, "request.malformed")),
        (b"null", (422, "request.invalid")),
        (b"[]", (422, "request.invalid")),
        (b"{}", (422, "request.invalid")),
        (b'{"surprise": 1}', (422, "request.invalid")),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_body_has_one_reading_and_the_form(
    asking: Asking, auditor: Headers, body: bytes, wanted: tuple[int, str]
) -> None:
    assert refused(asking.client.post("/v1/verifications", content=body, headers=auditor | JSON)) == wanted


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, child in children:
        yield from places(child, (*path, step))


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = changed(tree[path[0]], path[1:], value)
    return copy


WRONG: tuple[Any, ...] = (None, True, -1, 1.5, "", "\u0000", "\u202e", "x" * 300, [], [[]], {}, {"sha256": 7})


def test_a_wrong_type_in_any_position_is_refused(asking: Asking, auditor: Headers) -> None:
    """What may be left out may be null, and a list may be empty; nothing else of these is of any field's form."""
    named = {"name": HONEST_FILE.name, "sha256": sha256(HONEST_FILE.content)}
    asked_for = asking.honest(
        evidence=[given(HONEST_FILE.name, HONEST_FILE.content), named], trust=["world", {"sha256": "0" * 64}]
    )
    asked_for["artifact"]["algorithms"] = ["sha256"]
    found: dict[int, list[str]] = {}
    for path in places(asked_for):
        for value in WRONG:
            body = json.dumps(changed(asked_for, path, value))
            answer = asking.client.post("/v1/verifications", content=body, headers=auditor | JSON)
            found.setdefault(answer.status_code, []).append(f"{path} {value!r:.20}")
            assert answer.status_code in (202, 422), answer.text
    excused = {"('artifact', 'name') None", "('artifact', 'algorithms') []", "('evidence',) []", "('release',) None"}
    excused |= {"('trust',) []"}
    assert set(found.get(202, [])) <= excused


def test_what_is_too_large_is_refused_before_it_is_read(embedded_backend: Backend) -> None:
    settings = Settings("tests", largest_body=2000, largest_artifact=2000)
    with asked(embedded_backend, settings=settings) as asking:
        headers = asking.token()
        announced = asking.client.post("/v1/verifications", content=b" " * 2001, headers=headers | JSON)
        assert refused(announced) == (413, "request.too_large")
        unannounced = asking.client.post(
            "/v1/verifications", content=(b" " * 100 for _ in range(1000)), headers=headers | JSON
        )
        assert refused(unannounced) == (413, "request.too_large")
        artifact = asking.client.put(f"/v1/artifacts/{'0' * 64}", content=b" " * 2001, headers=headers | OCTETS)
        assert refused(artifact) == (413, "request.too_large")
        assert list(asking.service.blobs.names()) == [trust_of(asking)]


def trust_of(asking: Asking) -> str:
    [found] = asking.client.get("/v1/trust-roots", headers=asking.token()).json()["items"]
    sha: str = found["sha256"]
    return sha


def test_a_compressed_body_is_never_unpacked(asking: Asking, auditor: Headers) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    for path, kind in (("/v1/verifications", JSON), (f"/v1/artifacts/{sha256(bomb)}", OCTETS)):
        method = "POST" if kind is JSON else "PUT"
        answer = asking.client.request(
            method, path, content=bomb, headers=auditor | kind | {"Content-Encoding": "gzip"}
        )
        assert refused(answer) == (415, "request.media_type")


@pytest.mark.parametrize("media", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_a_body_says_what_it_is(asking: Asking, auditor: Headers, media: str | None) -> None:
    headers = auditor | ({"Content-Type": media} if media else {})
    content = json.dumps(asking.honest()).encode()
    assert refused(asking.client.post("/v1/verifications", content=content, headers=headers)) == (
        415,
        "request.media_type",
    )


async def ask_slowly(
    asking: Asking, headers: Headers, *, pauses: float, piece: bytes, to: tuple[str, str] = PUT
) -> tuple[int, Any]:
    """The answer to a body that comes in pieces that never end, `pauses` seconds of the client's own apart."""
    sent: list[Any] = []
    raw = [(name.lower().encode(), value.encode()) for name, value in (OCTETS | headers).items()]
    scope = {
        "type": "http",
        "method": to[0],
        "path": to[1],
        "raw_path": b"",
        "query_string": b"",
        "headers": raw,
        "http_version": "1.1",
        "scheme": "http",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        await anyio.sleep(pauses)
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    await create_app(asking.service)(scope, receive, send)
    return sent[0]["status"], msgspec.json.decode(sent[1]["body"])


def test_a_client_that_stops_sending_is_not_waited_for(
    asking: Asking, auditor: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PAUSE", 0.0)

    async def ask() -> tuple[int, Any]:
        return await ask_slowly(asking, auditor, pauses=60, piece=b"x")

    status, problem = anyio.run(ask)
    assert (status, problem["reason"]) == (408, "request.too_slow")


def test_a_client_that_sends_a_byte_now_and_then_is_not_waited_for(
    asking: Asking, auditor: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SLOWEST", 1 << 50)
    monkeypatch.setattr(bodies, "PAUSE", 0.01)

    async def ask() -> tuple[int, Any]:
        return await ask_slowly(asking, auditor, pauses=0, piece=b"x")

    status, problem = anyio.run(ask)
    assert (status, problem["reason"]) == (408, "request.too_slow")


def test_a_body_that_is_held_in_memory_is_not_waited_for_long(
    asking: Asking, auditor: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LARGE_SECONDS", 0.0)

    async def ask() -> tuple[int, Any]:
        return await ask_slowly(asking, auditor | JSON, pauses=1, piece=b" ", to=("POST", "/v1/verifications"))

    status, problem = anyio.run(ask)
    assert (status, problem["reason"]) == (408, "request.too_slow")


def test_bytes_of_another_digest_are_not_kept(asking: Asking, auditor: Headers) -> None:
    before = set(asking.service.blobs.names())
    for path in (f"/v1/artifacts/{RELEASE.sha256}", f"/v1/evidence/{RELEASE.sha256}"):
        answer = asking.client.put(path, content=b"something else", headers=auditor | OCTETS)
        assert refused(answer) == (409, "blob.digest_mismatch")
        assert asking.client.get(path, headers=auditor).status_code == 404
    assert set(asking.service.blobs.names()) == before


@pytest.mark.parametrize("name", ["../../../etc/cron.d/evil", "/etc/passwd", "C:\\boot.ini", "..", "a/../../b", "CON"])
def test_a_name_is_shown_and_is_no_path(asking: Asking, auditor: Headers, name: str, tmp_path: Path) -> None:
    before = {path for path in tmp_path.parent.rglob("*") if "evil" in path.name or "passwd" in path.name}
    put = asking.client.put(
        f"/v1/artifacts/{RELEASE.sha256}", params={"name": name}, content=RELEASE.content, headers=auditor | OCTETS
    )
    assert (put.status_code, put.json()["name"]) == (201, name)
    done = asking.verdict(auditor, evidence=[given(name, HONEST_FILE.content)])
    assert done["state"] == "done"
    record = asking.client.get(f"/v1/records/{done['verdict']}", headers=auditor).json()
    assert record["evidence"][0]["name"] == name
    after = {path for path in tmp_path.parent.rglob("*") if "evil" in path.name or "passwd" in path.name}
    assert after == before


@pytest.mark.parametrize("name", ["", "a\nb", "a\x00b", "a\x1b[2Jb", "moc.exe\u202egpj", "\u200b", "x" * 256])
def test_a_name_that_lies_to_its_reader_is_refused(asking: Asking, auditor: Headers, name: str) -> None:
    inline = asking.client.post("/v1/evidence", json=given(name, b"{}"), headers=auditor)
    assert refused(inline) == (422, "request.invalid")
    put = asking.client.put(
        f"/v1/artifacts/{RELEASE.sha256}", params={"name": name}, content=RELEASE.content, headers=auditor | OCTETS
    )
    assert refused(put) == (422, "request.invalid")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/artifacts/../../etc/passwd",
        "/v1/artifacts/..%2f..%2fetc%2fpasswd",
        f"/v1/artifacts/{'A' * 64}",
        f"/v1/artifacts/{'0' * 63}",
        "/v1/verdicts/%00",
        "/v1/verdicts/' OR 1=1 --",
        "/v1/reports/..%2f..%2fcountersign.db",
        "/v1/verdicts?cursor=x",
        "/v1/verdicts?size=0",
        "/v1/verdicts?size=99999999999999999999999",
        "/v1/verdicts?product=%00",
        "/v1/trail?after=99999999999999999999999",
        "/v1/evidence?cursor=%27",
    ],
)
def test_a_path_or_query_that_is_none_is_refused(asking: Asking, auditor: Headers, path: str) -> None:
    status, reason = refused(asking.client.get(path, headers=auditor))
    assert (status, reason) in {(404, "request.not_found"), (422, "request.invalid")}


def test_a_method_that_a_path_has_not_is_refused(asking: Asking, auditor: Headers) -> None:
    assert refused(asking.client.patch("/v1/verdicts", headers=auditor)) == (405, "request.method")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic Zm9vOmJhcg==", "Bearer cs_x", "Bearer cs_" + "0" * 49]
)
def test_what_is_no_token_opens_nothing(asking: Asking, header: str) -> None:
    status, reason = refused(asking.client.get("/v1/verdicts", headers={"Authorization": header}))
    assert (status, reason) == (401, "token.malformed")


def test_a_bug_says_nothing_of_itself_to_a_client(
    asking: Asking, auditor: Headers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret is 4711")

    monkeypatch.setattr("api.http.routes.verdicts.list_verdicts", broken)
    with TestClient(asking.client.app, raise_server_exceptions=False) as client:
        answer = client.get("/v1/verdicts", headers=auditor)
    assert refused(answer) == (500, "service.bug")
    assert "4711" not in answer.text
    assert "4711" in caplog.text
