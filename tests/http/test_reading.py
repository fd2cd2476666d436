"""Lists by pages and filters, answers that a client holds already, waiting, batches."""

from __future__ import annotations

import concurrent.futures
from typing import Any

from api.store import trail
from api.store.trail import Entry
from api.usecases.service.service import Settings
from tests.backends import Backend

from ..service.making import TENANT
from .asking import HONEST_FILE, RELEASE, Asking, asked, given, sha256

Headers = dict[str, str]


def walk(asking: Asking, path: str, headers: Headers, size: int = 2) -> list[Any]:
    """All of a list, page by page; no page but the last is less than full."""
    items: list[Any] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = asking.client.get(path, params={"size": size, **cursor}, headers=headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        if "next" not in page:
            return items
        assert len(page["items"]) == size
        cursor = {"after" if path == "/v1/trail" else "cursor": page["next"]}


def test_pages_show_everything_once(asking: Asking, auditor: Headers) -> None:
    for number in range(5):
        asking.verdict(auditor, evidence=[given(f"{number}.json", b"%d" % number)])
    everything = {
        path: [each[name] for each in walk(asking, path, auditor)]
        for path, name in (
            ("/v1/verdicts", "id"),
            ("/v1/verifications", "id"),
            ("/v1/evidence", "sha256"),
            (f"/v1/artifacts/{RELEASE.sha256}/verdicts", "id"),
        )
    }
    assert {len(found) for found in everything.values()} == {5}
    assert all(len(set(found)) == 5 for found in everything.values())
    assert everything["/v1/verdicts"] == everything[f"/v1/artifacts/{RELEASE.sha256}/verdicts"]
    listed = walk(asking, "/v1/verifications", auditor)
    assert [each["verdict"] for each in listed] == everything["/v1/verdicts"]


def test_what_is_added_meanwhile_shifts_no_page(asking: Asking, auditor: Headers) -> None:
    for number in range(4):
        asking.verdict(auditor, evidence=[given("a.json", b"%d" % number)])
    first = asking.client.get("/v1/verdicts", params={"size": 2}, headers=auditor).json()
    asking.verdict(auditor, evidence=[given("a.json", b"later")])
    rest = asking.client.get("/v1/verdicts", params={"size": 9, "cursor": first["next"]}, headers=auditor).json()
    assert len({each["id"] for each in first["items"] + rest["items"]}) == 4


def test_filters_leave_out_what_does_not_meet_them(asking: Asking, auditor: Headers) -> None:
    good = asking.verdict(auditor)["result"]
    bad = asking.verdict(auditor, artifact={"sha256": sha256(b"else"), "name": RELEASE.name})["result"]
    table: tuple[tuple[dict[str, str], list[Any]], ...] = (
        ({"outcome": "PASSED"}, [good]),
        ({"outcome": "FAILED"}, [bad]),
        ({"artifact": RELEASE.sha256}, [good]),
        ({"policy": asking.policy}, [bad, good]),
        ({"policy": "0" * 64}, []),
        ({"product": "acme/endpoint"}, [bad, good]),
        ({"product": "acme/other"}, []),
        ({"current": "true", "outcome": "PASSED"}, [good]),
    )
    for filters, wanted in table:
        found = asking.client.get("/v1/verdicts", params=filters, headers=auditor).json()["items"]
        assert found == wanted, filters


def test_a_client_that_holds_an_answer_is_told_so_and_no_more(asking: Asking, auditor: Headers) -> None:
    done = asking.verdict(auditor)
    for path in (f"/v1/verdicts/{done['verdict']}", f"/v1/reports/{done['verdict']}", "/v1/policies"):
        whole = asking.client.get(path, headers=auditor)
        tag = whole.headers["etag"]
        assert "private" in whole.headers["cache-control"]
        held = [
            asking.client.get(path, headers=auditor | {"If-None-Match": value}) for value in (tag, f'"x", W/{tag}', "*")
        ]
        assert [(each.status_code, each.content, each.headers["etag"]) for each in held] == [(304, b"", tag)] * 3
        other = asking.client.get(path, headers=auditor | {"If-None-Match": '"x"'})
        assert (other.status_code, other.content) == (200, whole.content)


def test_whoever_may_not_see_it_is_not_told_that_they_hold_it(asking: Asking, auditor: Headers) -> None:
    done = asking.verdict(auditor)
    path = f"/v1/verdicts/{done['verdict']}"
    tag = {"If-None-Match": asking.client.get(path, headers=auditor).headers["etag"]}
    assert asking.client.get(path, headers=asking.token("other-audit") | tag).status_code == 404
    assert asking.client.get(path, headers=tag).status_code == 401


def test_waiting_is_bounded_and_what_cannot_be_read_is_no_wish(embedded_backend: Backend) -> None:
    with asked(embedded_backend, settings=Settings("tests", longest_wait=7)) as asking:
        headers = asking.token()
        for prefer, waits in (
            ("wait=3", [3]),
            ("respond-async, wait=900", [3, 7]),
            ("wait=-1", [3, 7]),
            ("wait", [3, 7]),
        ):
            before = len(asking.queue.waited)
            answer = asking.client.post(
                "/v1/verifications",
                json=asking.honest(evidence=[given("a", prefer.encode())]),
                headers=headers | {"Prefer": prefer},
            )
            assert asking.queue.waited == waits
            assert answer.status_code == (200 if len(waits) > before else 202)


def test_a_batch_answers_each_for_itself(asking: Asking, auditor: Headers) -> None:
    items = [
        asking.honest(),
        asking.honest(policy={"id": "nobody's"}),
        asking.honest(evidence=[{"name": "a", "sha256": "0" * 64}]),
        asking.honest(),
    ]
    answer = asking.client.post("/v1/verifications/batch", json={"items": items}, headers=auditor)
    assert answer.status_code == 200
    found = answer.json()["items"]
    assert [each["status"] for each in found] == [202, 422, 422, 202]
    assert [each["problem"]["reason"] for each in found[1:3]] == ["policy.unknown", "evidence.unknown"]
    assert found[0]["verification"]["id"] == found[3]["verification"]["id"]
    asking.verdict(auditor)
    again = asking.client.post("/v1/verifications/batch", json={"items": items[:1]}, headers=auditor).json()["items"]
    assert (again[0]["status"], again[0]["verification"]["result"]["outcome"]) == (200, "PASSED")


def test_a_batch_is_bounded(asking: Asking, auditor: Headers) -> None:
    for items in ([], [asking.honest()] * 101):
        answer = asking.client.post("/v1/verifications/batch", json={"items": items}, headers=auditor)
        assert answer.json()["reason"] == "request.invalid"


def test_one_request_many_times_at_once_is_one_verification(asking_each: Asking) -> None:
    asking, headers = asking_each, asking_each.token()

    def ask(number: int) -> tuple[int, str]:
        key = {"Idempotency-Key": "nightly"} if number % 2 else {}
        answer = asking.client.post("/v1/verifications", json=asking.honest(), headers=headers | key)
        return answer.status_code, answer.json()["id"]

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, range(24)))
    assert {status for status, _ in found} == {202}
    assert len({name for _, name in found[::2]}) == len({name for _, name in found[1::2]}) == 1
    listed = asking.client.get("/v1/verifications", headers=headers).json()["items"]
    assert {each["id"] for each in listed} == {name for _, name in found}


def test_the_trail_tells_of_everything_and_proves_its_order(asking: Asking, auditor: Headers) -> None:
    octets = auditor | {"Content-Type": "application/octet-stream"}
    asking.client.put(f"/v1/artifacts/{RELEASE.sha256}", content=RELEASE.content, headers=octets)
    asking.client.post("/v1/evidence", json=given(HONEST_FILE.name, HONEST_FILE.content), headers=auditor)
    asking.verdict(auditor)
    shown = walk(asking, "/v1/trail", auditor)
    entries = [Entry(TENANT, each["number"], each["entry"], each["hash"]) for each in shown]
    assert trail.verify_chain(TENANT, entries) == shown[-1]["hash"]
    acts = [entry.document["act"] for entry in entries]
    assert acts == ["token.made", "artifact.stored", "evidence.stored", "verification.accepted", "verdict.issued"]
    assert all(entry.document["actor"].startswith(("token:", "tests", "service")) for entry in entries)
