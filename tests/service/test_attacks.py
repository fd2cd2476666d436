"""What attackers ask of a service for: a verdict signed as one of the operator's, or a mark on another's artifact.

Everything goes through the HTTP API of a service as `serve` puts it together: confined judges, a second opinion, and a
signer that is a process of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from starlette.testclient import TestClient

from api.http.app import create_app
from api.serving.composing import opened_office, running
from api.serving.settings import Setup
from api.store import policies
from api.store.policies import StoredPolicy
from api.store.schema import OPERATOR
from api.usecases.service.ground import AT_THE_MACHINE
from api.usecases.service.publishing import publish_operators_policy, publish_operators_trust
from api.usecases.service.service import Service
from api.usecases.service.tenants import TenantWanted, open_tenant
from api.usecases.service.tokens import TokenWanted, make_token
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.scene import HONEST_FILE, MALLORY, OTHER, POLICY, RELEASE, TRUST_FILE, policy_file
from fixtures.world import Document, Release
from tests.identity.issuing import AUDIENCE, Maker, private_key
from verifier.policy.parse import parse_policy
from verifier.policy.plain import digest

pytestmark = pytest.mark.loopback

BASE = "https://operator.example"
NAMED = POLICY.set("/product/resource", "pkg:generic/acme/endpoint@{version}")
LAX = NAMED.set("/require", [{"check": "signed", "signer": "release"}])
"""The operator's policy, by the same id and version, content with a signature."""

FORGED = MALLORY.build("endpoint-7.1.0-and-more.exe", tag="v7.1.0")
"""What the attacker wants countersigned: signed like the vendor's, in a world of the attacker's own."""

CI = Maker("https://ci.example", private_key("ci"))
ISSUERS = """[[issuer]]
kind = "other"
url = "{url}"
audience = "{audience}"
anchors = ["repository_id"]
keys = "ci.jwks.json"
"""

VENDOR, ATTACKER, AUDITOR = "acme", "mallory", "watchers"


class Attacked(Struct, frozen=True):
    """The service, a client of it, and the secrets of tokens by whom they are of."""

    service: Service
    client: TestClient
    tokens: dict[str, str]
    policy: str

    def token(self, tenant: str, **wanted: Any) -> str:
        return make_token(self.service, AT_THE_MACHINE, TokenWanted("for a test", **wanted), tenant).secret

    def post(self, path: str, token: str, body: dict[str, Any], **headers: str) -> Any:
        return self.client.post(path, json=body, headers={"Authorization": f"Bearer {token}", **headers})

    def get(self, path: str, token: str) -> Any:
        return self.client.get(path, headers={"Authorization": f"Bearer {token}"})

    def verdict(self, token: str, release: Release, /, *evidence: bytes | Document, **changes: Any) -> dict[str, Any]:
        """The verdict on `release` under the operator's policy, as its asker is told."""
        asked = {
            "artifact": {"sha256": release.sha256, "name": release.name},
            "evidence": [given(f"evidence-{n}.sigstore.json", bytes(each)) for n, each in enumerate(evidence)],
            "policy": {"digest": self.policy},
            "release": "7.1.0",
        } | changes
        answer = self.post("/v1/verifications", token, asked, Prefer="wait=60")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["result"]
        return found

    def summary(self, token: str, verdict: dict[str, Any]) -> dict[str, Any] | None:
        """The VSA of a verdict as whoever asked gets it, None where there is none."""
        answer = self.get(f"/v1/verdicts/{verdict['id']}/bundle", token)
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        envelope = answer.json().get("vsa")
        return None if envelope is None else json.loads(b64decode(envelope["payload"]))["predicate"]


def given(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "content": b64encode(content).decode()}


def text(policy: Document) -> str:
    return policy_file(policy).content.decode()


@contextlib.contextmanager
def attacked(folder: Path) -> Iterator[Attacked]:
    issuers = folder.with_name("issuers.toml")
    issuers.write_text(ISSUERS.format(url=CI.url, audience=AUDIENCE))
    folder.with_name("ci.jwks.json").write_bytes(CI.published)
    setup = Setup(data=folder, base=BASE, issuers=issuers)
    with running(setup) as composed:
        with opened_office(setup) as office:
            dated = composed.service.clock.now()
            publish_operators_trust(office, office.blobs, office.published, "world", TRUST_FILE.content, dated)
            published = publish_operators_policy(office, office.published, office.base, policy_file(NAMED).content)
        service = composed.service
        tokens = {OPERATOR: (folder / "tokens" / "operator").read_text().strip()}
        for tenant, role in ((VENDOR, "vendor"), (ATTACKER, "vendor"), (AUDITOR, "auditor")):
            open_tenant(service, AT_THE_MACHINE, TenantWanted(tenant, tenant, (role,)))
            tokens[tenant] = make_token(service, AT_THE_MACHINE, TokenWanted("theirs"), tenant).secret
        with TestClient(create_app(service)) as client:
            yield Attacked(service, client, tokens, published.policy.digest)


@pytest.fixture(scope="module")
def _attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with attacked(tmp_path_factory.mktemp("service") / "data") as service:
        yield service


@pytest.fixture
def here(request: pytest.FixtureRequest) -> Attacked:
    """One service for all attacks: none of them leaves a trace that helps the next."""
    service: Attacked = request.getfixturevalue("_attacked")
    return service


def test_what_attackers_are_after_is_there_for_who_deserves_it(here: Attacked) -> None:
    token = here.tokens[AUDITOR]
    verdict = here.verdict(token, RELEASE, HONEST_FILE.content)
    summary = here.summary(token, verdict)
    assert summary is not None
    assert (verdict["outcome"], summary["verificationResult"]) == ("PASSED", "PASSED")
    assert summary["verifier"]["id"].startswith(f"{BASE}/verifier/")


class TestALaxPolicy:
    """The operator's id and version over other words."""

    def test_that_comes_with_the_request_is_judged_and_not_signed(self, here: Attacked) -> None:
        token = here.tokens[VENDOR]
        verdict = here.verdict(token, RELEASE, HONEST_FILE.content, policy={"content": text(LAX)})
        assert (verdict["outcome"], verdict["signed"], verdict["published"]) == ("PASSED", False, False)
        assert here.summary(token, verdict) is None

    def test_that_is_kept_under_the_operators_id_is_its_makers_alone(self, here: Attacked) -> None:
        token = here.tokens[AUDITOR]
        kept = here.post("/v1/policies", token, {"content": text(LAX)})
        assert kept.status_code == 201
        assert not kept.json()["published"]
        assert "verifier" not in kept.json()
        named = {"id": NAMED.value["id"], "version": NAMED.value["version"]}
        verdict = here.verdict(token, RELEASE, HONEST_FILE.content, policy=named)
        assert verdict["policy"] == kept.json()["digest"] != here.policy
        assert here.summary(token, verdict) is None
        others = here.verdict(here.tokens[VENDOR], RELEASE, HONEST_FILE.content, policy=named)
        assert others["policy"] == here.policy

    def test_that_is_written_into_the_database_as_the_operators_is_not_signed(self, here: Attacked) -> None:
        """Whoever can write to the database can have things judged. The signer looks at its own folder alone."""
        forged = NAMED.set("/require", [{"check": "signed", "signer": "release"}]).set("/version", 99)
        policy = parse_policy(policy_file(forged).content, "policy", DEFAULT_LIMITS)
        row = StoredPolicy(
            tenant=OPERATOR,
            digest=digest(policy).hex,
            id=policy.id,
            version=policy.version,
            content=text(forged),
            created=here.service.clock.now(),
            verifier=f"{BASE}/verifier/strict/v1",
        )
        with here.service.database.writing() as connection:
            policies.insert(connection, row)
        token = here.tokens[VENDOR]
        verdict = here.verdict(token, RELEASE, HONEST_FILE.content, policy={"digest": row.digest})
        assert (verdict["outcome"], verdict["signed"]) == ("PASSED", False)
        assert here.summary(token, verdict) is None


class TestAFakeTrustRoot:
    """The attacker's own world, under the name that the operator's policy trusts."""

    FAKE = bytes(MALLORY.trusted_root())

    def test_that_a_tenant_keeps_serves_no_policy_of_the_operators(self, here: Attacked) -> None:
        token = here.tokens[ATTACKER]
        kept = here.post("/v1/trust-roots", token, given("world", self.FAKE))
        assert kept.status_code in (200, 201), kept.text
        verdict = here.verdict(token, FORGED, FORGED.bundle())
        self._refused(here, token, verdict)

    @pytest.mark.parametrize("by", ["content", "digest", "name"])
    def test_that_comes_with_the_request_serves_none_either(self, here: Attacked, by: str) -> None:
        token = here.tokens[ATTACKER]
        here.post("/v1/trust-roots", token, given("world", self.FAKE))
        named = {
            "content": given("world", self.FAKE),
            "digest": {"sha256": hashlib.sha256(self.FAKE).hexdigest()},
            "name": "world",
        }[by]
        body = {
            "artifact": {"sha256": FORGED.sha256},
            "evidence": [given("forged.sigstore.json", bytes(FORGED.bundle()))],
            "policy": {"digest": here.policy},
            "release": "7.1.0",
            "trust": [named],
        }
        answer = here.post("/v1/verifications", token, body, Prefer="wait=60")
        if answer.status_code == 200:
            self._refused(here, token, answer.json()["result"])
        else:
            assert answer.status_code == 422, answer.text

    def test_is_taken_at_its_word_by_its_makers_policy_and_signs_nothing(self, here: Attacked) -> None:
        token = here.tokens[ATTACKER]
        here.post("/v1/trust-roots", token, given("world", self.FAKE))
        own = {"content": text(NAMED.set("/id", "https://acme.example/own"))}
        verdict = here.verdict(token, FORGED, FORGED.bundle(), policy=own)
        assert (verdict["outcome"], verdict["signed"]) == ("PASSED", False)
        assert here.summary(token, verdict) is None

    @staticmethod
    def _refused(here: Attacked, token: str, verdict: dict[str, Any]) -> None:
        assert verdict["outcome"] != "PASSED"
        summary = here.summary(token, verdict)
        assert summary is None or summary["verificationResult"] != "PASSED"


def test_a_vendors_own_policy_is_a_check_before_and_signs_nothing(here: Attacked) -> None:
    token = here.tokens[VENDOR]
    own = NAMED.set("/id", "https://acme.example/policies/release").set("/version", 1)
    kept = here.post("/v1/policies", token, {"content": text(own)})
    assert kept.status_code == 201
    verdict = here.verdict(token, RELEASE, HONEST_FILE.content, policy={"digest": kept.json()["digest"]})
    assert (verdict["outcome"], verdict["signed"], verdict["published"]) == ("PASSED", False, False)
    assert here.summary(token, verdict) is None
    shown = here.get(f"/v1/artifacts/{RELEASE.sha256}/verdicts", here.tokens[AUDITOR]).json()["items"]
    assert verdict["id"] not in [each["id"] for each in shown]
    refused = here.get(f"/v1/policies/{kept.json()['digest']}", here.tokens[AUDITOR])
    assert refused.status_code == 404


class TestAStrayEvidenceFile:
    """Evidence that is authentic, and another's."""

    @pytest.mark.parametrize("strays", [(RELEASE,), (RELEASE, OTHER)])
    def test_lends_nothing_to_an_artifact_that_it_is_not_about(
        self, here: Attacked, strays: tuple[Release, ...]
    ) -> None:
        token = here.tokens[ATTACKER]
        for evidence in ([], [FORGED.bundle()]):
            verdict = here.verdict(token, FORGED, *evidence, *(stray.bundle() for stray in strays))
            assert verdict["outcome"] != "PASSED"
            summary = here.summary(token, verdict)
            assert summary is None

    def test_handed_in_by_another_tenant_is_not_there(self, here: Attacked) -> None:
        stored = here.post("/v1/evidence", here.tokens[AUDITOR], given("theirs.sigstore.json", HONEST_FILE.content))
        assert stored.status_code in (200, 201)
        body = {
            "artifact": {"sha256": FORGED.sha256},
            "evidence": [{"name": "stray", "sha256": hashlib.sha256(HONEST_FILE.content + b" ").hexdigest()}],
            "policy": {"digest": here.policy},
        }
        answer = here.post("/v1/verifications", here.tokens[ATTACKER], body)
        assert (answer.status_code, answer.json()["reason"]) == (422, "evidence.unknown")


class TestAStolenToken:
    """Whatever is stolen, what is signed is what the operator's policies find."""

    def test_of_the_operators_publishes_nothing_and_signs_nothing(self, here: Attacked) -> None:
        stolen = here.tokens[OPERATOR]
        fake = given("world", bytes(MALLORY.trusted_root()))
        for path, body in (("/v1/policies", {"content": text(LAX)}), ("/v1/trust-roots", fake)):
            answer = here.post(path, stolen, body)
            assert (answer.status_code, answer.json()["reason"]) == (403, "access.role")
        verdict = here.verdict(stolen, RELEASE, HONEST_FILE.content, policy={"content": text(LAX)})
        assert not verdict["signed"]
        assert here.summary(stolen, verdict) is None
        verdict = here.verdict(stolen, FORGED, FORGED.bundle())
        assert verdict["outcome"] != "PASSED"

    def test_of_a_tenants_makes_none_of_the_operators(self, here: Attacked) -> None:
        stolen = here.tokens[VENDOR]
        for wanted in ({"roles": ["operator"]}, {"roles": ["auditor"]}, {"seconds": 366 * 86_400}):
            answer = here.post("/v1/tokens", stolen, {"name": "more"} | wanted)
            assert (answer.status_code, answer.json()["reason"]) == (403, "token.exceeds")

    def test_that_only_reads_asks_for_no_verdict(self, here: Attacked) -> None:
        stolen = here.token(VENDOR, scopes=("read",))
        body = {"artifact": {"sha256": FORGED.sha256}, "policy": {"digest": here.policy}}
        answer = here.post("/v1/verifications", stolen, body)
        assert (answer.status_code, answer.json()["reason"]) == (403, "access.scope")

    def test_that_was_revoked_opens_nothing(self, here: Attacked) -> None:
        stolen = here.token(VENDOR)
        mine = here.get("/v1/me", stolen).json()["actor"].removeprefix("token:")
        headers = {"Authorization": f"Bearer {here.tokens[VENDOR]}"}
        assert here.client.delete(f"/v1/tokens/{mine}", headers=headers).status_code == 200
        answer = here.get("/v1/verdicts", stolen)
        assert (answer.status_code, answer.json()["reason"]) == (401, "token.revoked")

    def test_of_another_tenants_shows_nothing_of_this_one(self, here: Attacked) -> None:
        verdict = here.verdict(
            here.tokens[AUDITOR], OTHER, OTHER.bundle(), release="7.0.9", policy={"content": text(LAX)}
        )
        for path in (f"/v1/verdicts/{verdict['id']}", f"/v1/reports/{verdict['id']}", f"/v1/records/{verdict['id']}"):
            assert here.get(path, here.tokens[AUDITOR]).status_code == 200
            assert here.get(path, here.tokens[VENDOR]).status_code == 404


class TestAStolenIdentity:
    """A CI job's word, by somebody who is not that job."""

    def exchange(self, here: Attacked, token: str, tenant: str = VENDOR) -> Any:
        return here.client.post("/v1/tokens/exchange", json={"tenant": tenant, "token": token})

    def claims(self, here: Attacked, **changed: Any) -> dict[str, Any]:
        at = int(here.service.clock.now().timestamp())
        return CI.claims(**{"iat": at, "nbf": at, "exp": at + 300} | changed)

    def test_a_repository_that_took_the_name_of_another_gets_nothing_of_its(self, here: Attacked) -> None:
        bound = {"issuer": CI.url, "claims": {"repository_id": "4711"}, "roles": ["vendor"], "scopes": ["submit"]}
        assert here.post("/v1/identities", here.tokens[VENDOR], bound).status_code == 201
        assert self.exchange(here, CI.token(self.claims(here))).status_code == 201
        taken = self.exchange(here, CI.token(self.claims(here, repository_id="666")))
        assert (taken.status_code, taken.json()["reason"]) == (403, "identity.unbound")
        elsewhere = self.exchange(here, CI.token(self.claims(here)), tenant=AUDITOR)
        assert (elsewhere.status_code, elsewhere.json()["reason"]) == (403, "identity.unbound")

    def test_a_token_that_nobody_signed_or_that_is_of_yesterday_gets_nothing(self, here: Attacked) -> None:
        thief = Maker(CI.url, private_key("thief"))
        yesterday = self.claims(here, exp=int(here.service.clock.now().timestamp()) - 1)
        for token, reason in (
            (thief.token(self.claims(here)), "identity.signature"),
            (CI.token(yesterday), "identity.expired"),
            (CI.token(self.claims(here, aud="https://elsewhere.example")), "identity.audience"),
        ):
            answer = self.exchange(here, token)
            assert (answer.status_code, answer.json()["reason"]) == (401, reason)


def test_nobody_can_brand_anothers_artifact_failed(here: Attacked) -> None:
    """A damaged bundle refutes the request that it came with: the artifact is to everybody else what it was."""
    mallory, owner = here.tokens[ATTACKER], here.tokens[AUDITOR]
    here.verdict(owner, RELEASE, HONEST_FILE.content)
    path = f"/v1/artifacts/{RELEASE.sha256}/verdicts"
    before = here.get(path, owner).json()["items"]
    wrong = json.loads(HONEST_FILE.content)
    wrong["dsseEnvelope"]["signatures"][0]["sig"] = b64encode(b"\0" * 70).decode()
    for number, evidence in enumerate((json.dumps(wrong).encode(), bytes(OTHER.bundle()), b'{"damaged": true}')):
        verdict = here.verdict(mallory, RELEASE, evidence)
        assert verdict["outcome"] != "PASSED", number
        assert here.get(f"/v1/verdicts/{verdict['id']}", owner).status_code == 404
        assert here.get(f"/v1/verdicts/{verdict['id']}/bundle", owner).status_code == 404
        assert here.summary(mallory, verdict) is None, "what mallory can show around says nothing of the artifact"
    assert here.get(path, owner).json()["items"] == before
    again = {"sha256": RELEASE.sha256, "name": "the same, asked about anew"}
    assert here.verdict(owner, RELEASE, HONEST_FILE.content, artifact=again)["outcome"] == "PASSED"
