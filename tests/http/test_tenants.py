"""What belongs to one tenant is not there for another: never a 403, which would say that it is."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import update

from api.store.schema import verdicts
from api.usecases.service.tokens import list_tokens, revoke_token

from ..service.making import AUDITOR, TENANT, StandingClock
from .asking import HONEST_FILE, OTHER_TENANT, RELEASE, Asking, given, sha256

Headers = dict[str, str]


def other(asking: Asking) -> Headers:
    return asking.token(OTHER_TENANT)


def test_another_tenants_things_are_not_there(asking: Asking, auditor: Headers) -> None:
    done = asking.verdict(auditor)
    evidence = sha256(HONEST_FILE.content)
    paths = [
        f"/v1/artifacts/{RELEASE.sha256}",
        f"/v1/evidence/{evidence}",
        f"/v1/evidence/{evidence}/content",
        f"/v1/verifications/{done['id']}",
        f"/v1/verdicts/{done['verdict']}",
        f"/v1/verdicts/{done['verdict']}/bundle",
        f"/v1/reports/{done['verdict']}",
        f"/v1/records/{done['verdict']}",
    ]
    stranger = other(asking)
    mine = {path: asking.client.get(path, headers=auditor).status_code for path in paths}
    assert mine == dict.fromkeys(paths, 200) | {paths[5]: 404}  # nobody signs here
    answers = [asking.client.get(path, headers=stranger) for path in paths]
    assert {(answer.status_code, answer.json()["reason"]) for answer in answers} == {(404, "request.not_found")}
    for path in ("/v1/artifacts", "/v1/evidence", "/v1/verifications", "/v1/verdicts", "/v1/trail"):
        listed = asking.client.get(path, headers=stranger).json()["items"]
        assert path == "/v1/trail" or listed == []
    assert "verdict" not in asking.client.get("/v1/trail", headers=stranger).text


def test_another_tenants_evidence_is_evidence_that_is_unknown(asking: Asking, auditor: Headers) -> None:
    asking.client.post("/v1/evidence", json=given(HONEST_FILE.name, HONEST_FILE.content), headers=auditor)
    named = asking.honest(evidence=[{"name": HONEST_FILE.name, "sha256": sha256(HONEST_FILE.content)}])
    nothing = asking.honest(evidence=[{"name": HONEST_FILE.name, "sha256": sha256(b"nothing")}])
    answers = [asking.client.post("/v1/verifications", json=each, headers=other(asking)) for each in (named, nothing)]
    assert [(answer.status_code, answer.json()["reason"]) for answer in answers] == [(422, "evidence.unknown")] * 2
    assert "evidence" not in answers[0].json()


def test_one_idempotency_key_of_two_tenants_is_two_verifications(asking: Asking, auditor: Headers) -> None:
    key = {"Idempotency-Key": "nightly"}
    assert asking.verdict(auditor | key)["id"] != asking.verdict(other(asking) | key)["id"]


def published(asking: Asking, verdict: str, **changes: Any) -> None:
    """The verdict as if a signer had signed it, and with `changes`."""
    with asking.service.database.writing() as connection:
        here = verdicts.c.id == verdict
        connection.execute(update(verdicts).where(here).values(bundle=b'{"signed":true}', **changes))


def test_what_passed_under_an_operators_policy_is_seen_by_all_without_who_asked(
    asking: Asking, auditor: Headers
) -> None:
    done = asking.verdict(auditor)
    published(asking, done["verdict"])
    stranger = other(asking)
    [seen] = asking.client.get(f"/v1/artifacts/{RELEASE.sha256}/verdicts", headers=stranger).json()["items"]
    assert seen == asking.client.get(f"/v1/verdicts/{done['verdict']}", headers=stranger).json()
    assert (seen["outcome"], seen["own"], seen["published"]) == ("PASSED", False, True)
    assert not {"verification", "supersedes"} & set(seen)
    assert TENANT not in str(seen)
    assert asking.client.get(f"/v1/verdicts/{done['verdict']}/bundle", headers=stranger).content == b'{"signed":true}'
    for path in ("reports", "records"):
        assert asking.client.get(f"/v1/{path}/{done['verdict']}", headers=stranger).status_code == 404


def test_nobody_brands_anothers_artifact_as_failed(asking: Asking, auditor: Headers) -> None:
    """A verdict that refutes answers the request that it refutes, signed or not: no other tenant is shown it."""
    done = asking.verdict(auditor, evidence=[given(HONEST_FILE.name, b'{"damaged": true}')])
    assert done["result"]["outcome"] != "PASSED"
    for outcome in ("FAILED", "INCOMPLETE", "ERROR"):
        published(asking, done["verdict"], outcome=outcome)
        shown = asking.client.get(f"/v1/artifacts/{RELEASE.sha256}/verdicts", headers=other(asking)).json()
        assert shown["items"] == []
        assert asking.client.get(f"/v1/verdicts/{done['verdict']}", headers=other(asking)).status_code == 404
    mine = asking.client.get(f"/v1/artifacts/{RELEASE.sha256}/verdicts", headers=auditor).json()["items"]
    assert [each["id"] for each in mine] == [done["verdict"]]


def test_what_passed_under_a_tenants_own_policy_is_seen_by_nobody_else(asking: Asking, auditor: Headers) -> None:
    done = asking.verdict(auditor)
    published(asking, done["verdict"], policy_tenant=TENANT)
    assert asking.client.get(f"/v1/verdicts/{done['verdict']}", headers=other(asking)).status_code == 404


def test_an_expired_or_revoked_token_opens_nothing(asking: Asking) -> None:
    headers = asking.token(life=datetime.timedelta(minutes=1))
    revoked = asking.token()
    assert asking.client.get("/v1/verdicts", headers=headers).status_code == 200
    for token in list_tokens(asking.service, AUDITOR):
        if token.expires > asking.service.clock.now() + datetime.timedelta(hours=1):
            revoke_token(asking.service, AUDITOR, token.id)
    clock = asking.service.clock
    assert isinstance(clock, StandingClock)
    clock.forward(datetime.timedelta(minutes=2))
    found = [asking.client.get("/v1/verdicts", headers=each) for each in (headers, revoked)]
    assert [(each.status_code, each.json()["reason"]) for each in found] == [
        (401, "token.expired"),
        (401, "token.revoked"),
    ]
    assert {each.headers["www-authenticate"] for each in found} == {"Bearer"}
