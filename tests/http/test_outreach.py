"""Webhooks, the catalogue, statements and waivers over HTTP: each made, shown, and nobody else's to see."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.store.schema import OPERATOR
from fixtures.recipes.scene import HONEST_FILE, POLICY, RELEASE, TRUST_FILE, policy_file
from tests.service.test_waivers import ANNA, BERT, signed, waiver

from .asking import OTHER_TENANT, Asking, sha256

KEY = {
    "vendor": "acme",
    "product": "endpoint",
    "channel": "stable",
    "platform": "windows",
    "variant": "x64",
    "version": "7.1.0",
}


@pytest.fixture
def client(asking: Asking) -> TestClient:
    return asking.client


@pytest.fixture
def vendor(asking: Asking) -> dict[str, str]:
    return asking.token(OTHER_TENANT, ("vendor",))


@pytest.fixture
def fleet(asking: Asking) -> dict[str, str]:
    return asking.token(OTHER_TENANT, ("fleet",))


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    tree: dict[str, Any] = answer.json()
    return tree


def reason(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["reason"]


def declared(client: TestClient, vendor: dict[str, str]) -> dict[str, Any]:
    made(client.post("/v1/vendors", json={"id": "acme", "name": "Acme"}, headers=vendor))
    product = {"id": "endpoint", "name": "Endpoint"}
    made(client.post("/v1/vendors/acme/products", json=product, headers=vendor))
    made(client.post("/v1/vendors/acme/products/endpoint/channels", json={"id": "stable"}, headers=vendor))
    return made(client.post("/v1/releases", json={**KEY, "artifacts": [RELEASE.sha256]}, headers=vendor))


def test_a_release_is_declared_and_found(client: TestClient, vendor: dict[str, str], auditor: dict[str, str]) -> None:
    release = declared(client, vendor)
    assert made(client.get(f"/v1/releases/{release['id']}", headers=vendor), 200) == release
    again = client.post("/v1/releases", json={**KEY, "artifacts": [RELEASE.sha256]}, headers=vendor)
    assert made(again, 200)["id"] == release["id"]
    other = client.post("/v1/releases", json={**KEY, "artifacts": ["0" * 64]}, headers=vendor)
    assert reason(other) == (409, "release.exists")
    assert made(client.get("/v1/releases?product=endpoint", headers=vendor), 200)["items"] == [release]
    assert made(client.get("/v1/releases?product=other", headers=vendor), 200)["items"] == []
    for path in ("/v1/vendors", "/v1/vendors/acme/products", "/v1/vendors/acme/products/endpoint/channels"):
        assert len(made(client.get(path, headers=vendor), 200)["items"]) == 1
    assert reason(client.get(f"/v1/releases/{release['id']}", headers=auditor)) == (404, "request.not_found")
    assert reason(client.get("/v1/vendors/acme/products", headers=auditor)) == (404, "request.not_found")


def test_evidence_is_added_to_a_release(client: TestClient, vendor: dict[str, str]) -> None:
    release = declared(client, vendor)
    digest = sha256(HONEST_FILE.content)
    path = f"/v1/releases/{release['id']}/evidence"
    form = {"evidence": [{"name": HONEST_FILE.name, "sha256": digest}]}
    assert reason(client.post(path, json=form, headers=vendor)) == (422, "evidence.unknown")
    handed = {"name": HONEST_FILE.name, "content": b64encode(HONEST_FILE.content).decode()}
    made(client.post("/v1/evidence", json=handed, headers=vendor))
    assert made(client.post(path, json=form, headers=vendor), 200)["evidence"] == [digest]
    told = made(client.get("/v1/events", headers=vendor), 200)["items"]
    assert [event["type"] for event in told] == ["evidence.added", "release.declared"]


def test_a_vendor_appeals_and_the_operator_answers_once(
    asking: Asking, client: TestClient, auditor: dict[str, str]
) -> None:
    verdict = asking.verdict(auditor)["verdict"]
    appeal = made(client.post("/v1/appeals", json={"verdict": verdict, "text": "Not so."}, headers=auditor))
    operator = asking.token(OPERATOR, ("operator",))
    assert [each["id"] for each in made(client.get("/v1/appeals", headers=operator), 200)["items"]] == [appeal["id"]]
    assert made(client.get("/v1/events", headers=operator), 200)["items"][0]["data"]["appeal"] == appeal["id"]
    path = f"/v1/appeals/{appeal['id']}"
    answer = {"decision": "refused", "text": "It is so."}
    assert reason(client.post(f"{path}/answer", json=answer, headers=auditor)) == (403, "access.role")
    made(client.post(f"{path}/answer", json=answer, headers=operator))
    assert reason(client.post(f"{path}/answer", json=answer, headers=operator)) == (409, "appeal.answered")
    assert made(client.get(path, headers=auditor), 200)["answer"]["decision"] == "refused"
    stranger = asking.token(OTHER_TENANT, ("auditor",))
    assert reason(client.get(path, headers=stranger)) == (404, "request.not_found")
    foreign = client.post("/v1/appeals", json={"verdict": verdict, "text": "Mine?"}, headers=stranger)
    assert reason(foreign) == (404, "request.not_found")
    assert made(client.get("/v1/verdicts/" + verdict, headers=auditor), 200)["outcome"] == "PASSED"


def test_an_audit_stands_beside_and_a_withdrawal_is_for_good(
    asking: Asking, client: TestClient, auditor: dict[str, str]
) -> None:
    asking.verdict(auditor)
    digest = sha256(HONEST_FILE.content)
    audit = {
        "about": {"kind": "artifact", "id": RELEASE.sha256},
        "scope": "binary",
        "finding": "supports",
        "text": "Compared file by file.",
        "references": [digest],
    }
    made(client.post("/v1/audits", json=audit, headers=auditor))
    assert reason(client.post("/v1/audits", json={**audit, "scope": "vibes"}, headers=auditor))[0] == 422
    assert len(made(client.get("/v1/audits", headers=auditor), 200)["items"]) == 1
    withdrawal = {"about": {"kind": "evidence", "id": digest}, "text": "By mistake."}
    made(client.post("/v1/withdrawals", json=withdrawal, headers=auditor))
    assert reason(client.post("/v1/withdrawals", json=withdrawal, headers=auditor)) == (409, "withdrawal.exists")
    assert made(client.get(f"/v1/evidence/{digest}", headers=auditor), 200)["withdrawn"]
    again = client.post("/v1/verifications", json=asking.honest(release="7.1.1"), headers=auditor)
    assert reason(again) == (422, "evidence.withdrawn")
    assert len(made(client.get("/v1/withdrawals", headers=auditor), 200)["items"]) == 1


def test_a_waiver_over_http(client: TestClient, fleet: dict[str, str], auditor: dict[str, str]) -> None:
    content = policy_file(POLICY).content.decode()
    policy = made(client.post("/v1/policies", json={"content": content}, headers=fleet))
    for person in (ANNA, BERT):
        form = {"policy": policy["id"], "name": person.name, "key": person.pem}
        made(client.post("/v1/approvers", json=form, headers=fleet))
    payload = waiver(policy["digest"])
    envelopes = [b64encode(signed(payload, person)).decode() for person in (ANNA, BERT)]
    form = {"policy": policy["digest"], "envelopes": envelopes}
    filed = made(client.post("/v1/waivers", json=form, headers=fleet))
    assert filed["document"]["signers"] == ["Anna", "Bert"]
    assert made(client.get("/v1/waivers?in_force=true", headers=fleet), 200)["items"] == [filed]
    assert made(client.get(f"/v1/waivers/{filed['id']}", headers=fleet), 200) == filed
    assert reason(client.get(f"/v1/waivers/{filed['id']}", headers=auditor)) == (404, "request.not_found")
    assert reason(client.post("/v1/waivers", json=form, headers=auditor)) == (403, "access.role")
    dropped = client.delete("/v1/approvers", params={"policy": policy["id"], "name": "Bert"}, headers=fleet)
    assert dropped.status_code == 204
    named = made(client.get("/v1/approvers", params={"policy": policy["id"]}, headers=fleet), 200)
    assert [each["name"] for each in named["items"]] == ["Anna"]
    assert reason(client.post("/v1/waivers", json=form, headers=fleet)) == (422, "waiver.signer_unknown")


def test_a_webhook_over_http_where_nobody_is_spoken_to(client: TestClient, auditor: dict[str, str]) -> None:
    answer = client.post("/v1/webhooks", json={"url": "https://hooks.example.com/"}, headers=auditor)
    assert reason(answer) == (501, "egress.unavailable")
    assert made(client.get("/v1/webhooks", headers=auditor), 200)["items"] == []
    for method, path in (
        ("GET", "/v1/webhooks/webhook-0"),
        ("DELETE", "/v1/webhooks/webhook-0"),
        ("POST", "/v1/webhooks/webhook-0/test"),
        ("GET", "/v1/webhooks/webhook-0/deliveries"),
        ("POST", "/v1/webhooks/webhook-0/deliveries/event-0"),
    ):
        assert reason(client.request(method, path, headers=auditor)) == (404, "request.not_found")


def test_a_tenant_distrusts_what_is_its_own(asking: Asking, client: TestClient, auditor: dict[str, str]) -> None:
    trust = sha256(TRUST_FILE.content)
    assert reason(client.delete(f"/v1/trust-roots/{trust}", headers=auditor)) == (404, "request.not_found")
    form = {"name": "own", "content": b64encode(TRUST_FILE.content).decode()}
    made(client.post("/v1/trust-roots", json=form, headers=auditor))
    assert client.delete(f"/v1/trust-roots/{trust}", headers=auditor).status_code == 204
    assert made(client.get("/v1/events", headers=auditor), 200)["items"][0]["type"] == "trust.distrusted"
    assert asking.verdict(auditor)["result"]["outcome"] == "PASSED"
