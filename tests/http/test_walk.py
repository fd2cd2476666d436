"""From an artifact and its evidence to a verdict, and back from its record to the same bytes."""

from __future__ import annotations

import msgspec

from verifier.engine import judge
from verifier.record import read_record
from verifier.report import render_report

from .asking import HONEST_FILE, RELEASE, Asking, given, sha256

Headers = dict[str, str]


def test_an_honest_release_passes_and_its_record_replays_to_the_same_bytes(asking_each: Asking) -> None:
    asking, auditor = asking_each, asking_each.token()
    client = asking.client
    octets = auditor | {"Content-Type": "application/octet-stream"}
    kept = client.put(
        f"/v1/artifacts/{RELEASE.sha256}", params={"name": RELEASE.name}, content=RELEASE.content, headers=octets
    )
    assert (kept.status_code, kept.json()["size"]) == (201, len(RELEASE.content))
    handed = client.post("/v1/evidence", json=given(HONEST_FILE.name, HONEST_FILE.content), headers=auditor)
    assert (handed.status_code, handed.json()["sha256"]) == (201, sha256(HONEST_FILE.content))

    asked = asking.honest(evidence=[{"name": HONEST_FILE.name, "sha256": handed.json()["sha256"]}])
    accepted = client.post("/v1/verifications", json=asked, headers=auditor)
    assert (accepted.status_code, accepted.json()["state"]) == (202, "accepted")
    done = client.get(accepted.headers["location"], headers=auditor | {"Prefer": "wait=10"}).json()
    assert (done["state"], done["result"]["outcome"], done["result"]["reasons"]) == ("done", "PASSED", [])
    assert asking.queue.waited == [10]

    verdict = client.get(f"/v1/verdicts/{done['verdict']}", headers=auditor).json()
    assert verdict == done["result"]
    report = client.get(f"/v1/reports/{done['verdict']}", headers=auditor).content
    assert msgspec.json.decode(report)["predicate"]["outcome"] == "PASSED"
    record = client.get(f"/v1/records/{done['verdict']}", headers=auditor).content
    request, recorded = read_record(record, "record")
    assert recorded == report == render_report(judge(request))
    assert request.artifact.size == len(RELEASE.content)


def test_a_broken_release_fails_and_that_is_an_answer(asking: Asking, auditor: Headers) -> None:
    other = {"sha256": sha256(b"something else"), "name": RELEASE.name}
    found = asking.verdict(auditor, artifact=other)
    assert found["result"]["outcome"] == "FAILED"
    assert found["result"]["reasons"]
    again = asking.client.get(f"/v1/verifications/{found['id']}", headers=auditor)
    assert (again.status_code, again.json()) == (200, found)


def test_the_same_request_is_the_same_verification(asking: Asking, auditor: Headers) -> None:
    first = asking.verdict(auditor)
    assert asking.verdict(auditor)["verdict"] == first["verdict"]
    own = asking.verdict(auditor | {"Idempotency-Key": "build-4711"})
    assert own["id"] != first["id"]
    clash = asking.client.post(
        "/v1/verifications", json=asking.honest(release="7.1.1"), headers=auditor | {"Idempotency-Key": "build-4711"}
    )
    assert (clash.status_code, clash.json()["reason"]) == (409, "request.key_reused")
