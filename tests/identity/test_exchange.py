"""CI jobs come in on their issuer's word, by ids that it gives once: over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.effects.oidc import Issuer
from api.usecases.service.identities import check_claims
from api.usecases.service.issuers import KINDS, read_issuers
from api.usecases.service.throttle import Allowance

from .issuing import AUDIENCE, Maker, private_key, refused_for
from .places import GITHUB, Place, place, reason, seconds

REPOSITORY = {"repository_id": "4711"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    made = place(tmp_path)
    yield made
    made.service.database.close()


def bind(here: Place, claims: dict[str, str], tenant: str = "acme", **changed: Any) -> httpx2.Response:
    asked = {"issuer": GITHUB.url, "claims": claims, "roles": ["vendor"], "scopes": ["read", "submit"]} | changed
    return here.ask("POST", "/v1/identities", here.make(tenant).secret, json=asked)


def exchange(here: Place, token: str, tenant: str = "acme") -> httpx2.Response:
    return here.ask("POST", "/v1/tokens/exchange", json={"tenant": tenant, "token": token})


def test_a_job_gets_a_token_of_an_hour_and_the_trail_says_whose(here: Place) -> None:
    identity = bind(here, REPOSITORY).json()["id"]
    answer = exchange(here, GITHUB.token())
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    secret = answer.json()["secret"]
    me = here.ask("GET", "/v1/me", secret).json()
    assert (me["actor"], me["roles"], me["scopes"]) == (f"ci:{identity}", ["vendor"], ["read", "submit"])
    assert here.acts("acme")[-1] == "ci.admitted"
    assert '"repository_id":"4711"' in here.trail("acme")
    assert GITHUB.token() not in here.trail("acme")
    here.clock.forward(seconds(3600))
    assert reason(here.ask("GET", "/v1/me", secret)) == (401, "token.expired")


def test_a_renamed_owner_with_the_same_id_is_still_who_it_was(here: Place) -> None:
    bind(here, REPOSITORY)
    renamed = GITHUB.claims(repository="acme-new/scanner", repository_owner="acme-new", sub="repo:acme-new/scanner")
    assert exchange(here, GITHUB.token(renamed)).status_code == 201


def test_the_same_name_with_another_id_is_somebody_else(here: Place) -> None:
    """The name was given up, and taken by an attacker: all that a policy by names would look at is the same."""
    bind(here, REPOSITORY)
    taken = GITHUB.claims(repository_id="666", repository_owner_id="667")
    assert reason(exchange(here, GITHUB.token(taken))) == (403, "identity.unbound")


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"ref": "refs/heads/main"}, "identity.unanchored"),
        ({"repository": "acme/scanner"}, "identity.claim_unknown"),
        ({"repository_id": "4711", "sub": "repo:acme/scanner"}, "identity.claim_unknown"),
        ({"repository_id": "4711", "actor": "x"}, "identity.claim_unknown"),
        ({"repository_id": "4711\0"}, "identity.claim_unknown"),
    ],
)
def test_nobody_is_let_in_by_a_name_alone(here: Place, claims: dict[str, str], refusal: str) -> None:
    assert reason(bind(here, claims)) == (422, refusal)
    assert reason(exchange(here, GITHUB.token())) == (403, "identity.unbound")


def test_every_claim_must_hold(here: Place) -> None:
    bind(here, REPOSITORY | {"ref": "refs/heads/main"})
    assert exchange(here, GITHUB.token()).status_code == 201
    for ref in ("refs/heads/evil", "refs/heads/main2", "", None):
        assert reason(exchange(here, GITHUB.token(GITHUB.claims(ref=ref)))) == (403, "identity.unbound")


def test_an_id_as_a_number_is_the_same_id(here: Place) -> None:
    bind(here, REPOSITORY)
    assert exchange(here, GITHUB.token(GITHUB.claims(repository_id=4711))).status_code == 201
    for other in (4711.0, True, ["4711"], {"4711": 1}):
        assert reason(exchange(here, GITHUB.token(GITHUB.claims(repository_id=other)))) == (403, "identity.unbound")


def test_binding_anothers_ids_captures_nobody(here: Place) -> None:
    """A rival that binds acme's repository lets acme's jobs in with itself; who asks for acme gets nothing of it."""
    bind(here, REPOSITORY, tenant="rival")
    assert reason(exchange(here, GITHUB.token())) == (403, "identity.unbound")
    theirs = exchange(here, GITHUB.token(), tenant="rival").json()["secret"]
    assert here.ask("GET", "/v1/me", theirs).json()["tenant"] == "rival"


def test_a_tenant_that_is_not_there_looks_like_one_that_does_not_know_you(here: Place) -> None:
    there, nowhere = exchange(here, GITHUB.token()), exchange(here, GITHUB.token(), tenant="nobody")
    assert reason(there) == reason(nowhere) == (403, "identity.unbound")


@pytest.mark.parametrize("tenant", ["acme\0", "ACME", " acme", "../acme", "a" * 40])
def test_what_no_tenant_is_called_is_looked_for_nowhere(here: Place, tenant: str) -> None:
    bind(here, REPOSITORY)
    assert reason(exchange(here, GITHUB.token(), tenant=tenant)) == (403, "identity.unbound")


def test_a_job_is_let_in_with_all_that_holds_for_it_and_no_more(here: Place) -> None:
    bind(here, REPOSITORY, scopes=["read"])
    bind(here, REPOSITORY | {"ref": "refs/heads/main"}, scopes=["submit"])
    bind(here, REPOSITORY | {"ref": "refs/heads/release"}, scopes=["manage"])
    assert exchange(here, GITHUB.token()).json()["token"]["scopes"] == ["read", "submit"]


def test_an_identity_may_no_more_than_whoever_binds_it(here: Place) -> None:
    maker = here.make("acme", "vendor", scopes=("read", "manage")).secret
    more: list[dict[str, object]] = [
        {"roles": ["auditor"]},
        {"scopes": ["submit"]},
        {"roles": ["operator"]},
        {"roles": []},
    ]
    for changed in more:
        asked = {"issuer": GITHUB.url, "claims": REPOSITORY, "roles": ["vendor"], "scopes": ["read"]} | changed
        assert reason(here.ask("POST", "/v1/identities", maker, json=asked)) == (403, "token.exceeds")


def test_stolen_token_of_a_job_lets_nobody_in_after_it_has_run_out(here: Place) -> None:
    bind(here, REPOSITORY, scopes=["read", "manage"])
    stolen = exchange(here, GITHUB.token()).json()["secret"]
    asked = {"issuer": GITHUB.url, "claims": {"repository_id": "666"}, "roles": ["vendor"], "scopes": ["read"]}
    assert reason(here.ask("POST", "/v1/identities", stolen, json=asked)) == (403, "token.exceeds")
    answer = here.ask("POST", "/v1/tokens", stolen, json={"name": "for later", "seconds": 3601})
    assert reason(answer) == (403, "token.exceeds")


def test_an_identity_that_is_taken_back_lets_nobody_in(here: Place) -> None:
    identity = bind(here, REPOSITORY).json()["id"]
    path, rival = f"/v1/identities/{identity}", here.make("rival").secret
    assert reason(here.ask("DELETE", path, rival)) == (404, "identity.not_found")
    assert here.ask("GET", "/v1/identities", rival).json()["items"] == []
    assert here.ask("DELETE", path, here.make("acme").secret).status_code == 200
    assert reason(exchange(here, GITHUB.token())) == (403, "identity.unbound")
    assert here.acts("acme").count("identity.unbound") == 1


def test_an_issuer_is_the_operators_choice(here: Place) -> None:
    evil = Maker("https://evil.example", private_key("evil"))
    assert reason(bind(here, REPOSITORY, issuer=evil.url)) == (401, "identity.issuer_unknown")
    assert reason(exchange(here, evil.token())) == (401, "identity.issuer_unknown")
    assert here.ask("GET", "/v1/issuers").json()["items"] == [
        {"url": GITHUB.url, "audience": AUDIENCE, "anchors": ["repository_id"], "claims": ["ref"]}
    ]


def test_strangers_are_slowed_down_by_their_address(tmp_path: Path) -> None:
    here = place(tmp_path, allowance=Allowance(logins_per_minute=2))
    for _ in range(2):
        assert reason(exchange(here, "a.b.c"))[0] == 401
    answer = exchange(here, "a.b.c")
    assert reason(answer) == (429, "throttle.requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    here.service.database.close()


def test_a_tenant_that_asks_too_much_is_told_when_to_come_again(tmp_path: Path) -> None:
    here = place(tmp_path, allowance=Allowance(requests_per_minute=2))
    hungry, other = here.make("acme").secret, here.make("rival").secret
    answers = [here.ask("GET", "/v1/me", hungry) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert here.ask("GET", "/v1/me", other).status_code == 200
    here.service.database.close()


class TestTheOperatorsFile:
    FILE = """
[[issuer]]
kind = "github"
audience = "https://countersign.example"

[[issuer]]
kind = "gitlab"
url = "https://gitlab.acme.example"
audience = "https://countersign.example"
keys = "gitlab.jwks.json"

[[issuer]]
kind = "people"
url = "https://login.acme.example"
client_id = "countersign"
client_secret = "login.secret"
"""

    @staticmethod
    def beside(name: str) -> bytes:
        return {"gitlab.jwks.json": GITHUB.published, "login.secret": b"s3cret\n"}[name]

    def test_it_is_read_as_it_says(self) -> None:
        configured = read_issuers(self.FILE.encode(), self.beside)
        github, gitlab = configured.issuers
        assert (github.url, github.anchors[0]) == ("https://token.actions.githubusercontent.com", "repository_id")
        assert json.loads(gitlab.keys or b"")["keys"][0]["kid"] == "k1"
        (login,) = configured.logins
        assert (login.secret, login.issuer.audience, login.issuer.anchors) == ("s3cret", "countersign", ("sub",))

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('"github"', '"githubb"'),
            ('audience = "https://countersign.example"\n\n', "\n"),
            ('kind = "github"', 'kind = "github"\nalgorithms = ["HS256"]'),
            ('kind = "github"', 'kind = "github"\nalgorithms = ["none"]'),
            ('kind = "github"', 'kind = "github"\nanchors = ["ref"]'),
            ('kind = "github"', 'kind = "github"\nmisspelt = 1'),
            ('kind = "github"', 'kind = "other"\nurl = "https://x.example"'),
            ('kind = "github"', 'kind = "other"\nurl = "https://x.example"\nanchors = []'),
            ("https://gitlab.acme.example", "http://gitlab.acme.example"),
            ("https://gitlab.acme.example", "https://gitlab.acme.example/"),
            ("https://gitlab.acme.example", "https://token.actions.githubusercontent.com"),
            ('client_id = "countersign"', ""),
            ("[[issuer]]", "[[issuers]]"),
            ('kind = "github"', "kind = github"),
        ],
    )
    def test_whatever_it_says_wrongly_is_refused(self, old: str, new: str) -> None:
        with refused_for("identity.settings"):
            read_issuers(self.FILE.replace(old, new, 1).encode(), self.beside)

    @pytest.mark.parametrize("kind", ["github", "gitlab"])
    def test_names_of_owners_and_repositories_are_no_claims_of_any_kind(self, kind: str) -> None:
        found = KINDS[kind]
        issuer = Issuer(url=found.url, audience=AUDIENCE, anchors=found.anchors, claims=found.claims)
        for name in ("sub", "repository", "repository_owner", "project_path", "namespace_path", "user_login", "actor"):
            with refused_for("identity.claim_unknown"):
                check_claims(issuer, {found.anchors[0]: "1", name: "acme"})
        check_claims(issuer, dict.fromkeys(found.anchors, "1"))
