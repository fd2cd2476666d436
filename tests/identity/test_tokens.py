"""Tokens over HTTP: what they may, for how long, and that nothing of one stays anywhere but with who has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.usecases.service.ground import AT_THE_MACHINE
from api.usecases.service.tenants import begin, close_tenant
from api.usecases.service.token_form import FORM, hash_secret, write_secret

from .issuing import refused_for
from .places import Place, place, reason, seconds


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    made = place(tmp_path)
    yield made
    made.service.database.close()


class TestTheForm:
    def test_a_scanner_finds_it_and_the_checksum_tells_it_from_what_looks_like_it(self) -> None:
        secret = write_secret(bytes(range(32)))
        assert FORM.search(f'config = "{secret}"')
        flipped = secret[:-1] + ("0" if secret[-1] != "0" else "1")
        with refused_for("token.malformed"):
            hash_secret(flipped)

    @given(st.binary(min_size=32, max_size=32))
    def test_every_chance_makes_another_of_one_width(self, chance: bytes) -> None:
        secret = write_secret(chance)
        assert len(secret) == 52
        assert FORM.fullmatch(secret)
        assert len(hash_secret(secret)) == 64
        assert write_secret(bytes([chance[0] ^ 1]) + chance[1:]) != secret

    @given(st.text(max_size=60))
    def test_nothing_else_is_one(self, text: str) -> None:
        with refused_for("token.malformed"):
            hash_secret(text)


def test_tokens_come_by_pages(here: Place) -> None:
    maker = here.make("acme").secret
    for number in range(4):
        here.ask("POST", "/v1/tokens", maker, json={"name": f"job {number}"})
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = here.ask("GET", "/v1/tokens", maker, params={"size": 2} | ({"cursor": cursor} if cursor else {})).json()
        assert len(page["items"]) <= 2
        ids += [token["id"] for token in page["items"]]
        cursor = page.get("next")
    assert len(ids) == len(set(ids)) == 5


def test_a_token_is_told_once_and_kept_nowhere(here: Place, tmp_path: Path) -> None:
    maker = here.make("acme").secret
    made = here.ask("POST", "/v1/tokens", maker, json={"name": "nightly", "scopes": ["read"], "seconds": 60}).json()
    assert here.ask("GET", "/v1/me", made["secret"]).json()["tenant"] == "acme"
    listed = here.ask("GET", "/v1/tokens", maker)
    assert made["token"]["id"] in listed.text
    assert made["secret"] not in listed.text + here.trail("acme")
    here.service.database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert made["token"]["id"].encode() in kept
    for secret in (made["secret"], maker, here.operator):
        assert secret.encode() not in kept
        assert secret[3:-6].encode() not in kept


def test_what_is_no_token_of_ours_opens_nothing(here: Place) -> None:
    assert reason(here.ask("GET", "/v1/me")) == (401, "access.missing")
    assert reason(here.ask("GET", "/v1/me", "cs_nothing")) == (401, "token.malformed")
    assert reason(here.ask("GET", "/v1/me", write_secret(bytes(32)))) == (401, "token.unknown")
    answer = here.ask("GET", "/v1/me", headers={"Authorization": "Basic YTpi"})
    assert reason(answer) == (401, "token.malformed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert here.ask("GET", f"/v1/me?token={here.operator}").status_code == 401


def test_an_expired_token_opens_nothing_to_the_second(here: Place) -> None:
    secret = here.make("acme", life=seconds(60)).secret
    here.clock.forward(seconds(59))
    assert here.ask("GET", "/v1/me", secret).status_code == 200
    here.clock.forward(seconds(1))
    assert reason(here.ask("GET", "/v1/me", secret)) == (401, "token.expired")


def test_a_revoked_token_opens_nothing_and_stays_so(here: Place) -> None:
    manager, other = here.make("acme"), here.make("acme")
    path = f"/v1/tokens/{other.token.id}"
    first = here.ask("DELETE", path, manager.secret)
    assert first.status_code == 200
    assert reason(here.ask("GET", "/v1/me", other.secret)) == (401, "token.revoked")
    here.clock.forward(seconds(5))
    assert here.ask("DELETE", path, manager.secret).json()["revoked"] == first.json()["revoked"]
    assert here.acts("acme").count("token.revoked") == 1


def test_a_clock_that_is_put_back_revives_no_token(here: Place) -> None:
    revoked, closed = here.make("acme"), here.make("rival")
    here.ask("DELETE", f"/v1/tokens/{revoked.token.id}", here.make("acme").secret)
    close_tenant(here.service, AT_THE_MACHINE, "rival")
    here.clock.forward(seconds(-3600))
    assert reason(here.ask("GET", "/v1/me", revoked.secret)) == (401, "token.revoked")
    assert reason(here.ask("GET", "/v1/me", closed.secret)) == (403, "tenant.closed")


def test_another_tenants_tokens_are_not_there(here: Place) -> None:
    theirs, ours = here.make("rival"), here.make("acme")
    assert reason(here.ask("DELETE", f"/v1/tokens/{theirs.token.id}", ours.secret)) == (404, "token.not_found")
    assert theirs.token.id not in here.ask("GET", "/v1/tokens", ours.secret).text
    assert here.ask("GET", "/v1/me", theirs.secret).status_code == 200


def test_a_closed_tenants_tokens_open_nothing(here: Place) -> None:
    secret = here.make("acme").secret
    close_tenant(here.service, AT_THE_MACHINE, "acme")
    assert reason(here.ask("GET", "/v1/me", secret)) == (403, "tenant.closed")


@pytest.mark.parametrize(
    ("asked", "beyond"),
    [
        ({"roles": ["operator"]}, "operator"),
        ({"roles": ["auditor"]}, "auditor"),
        ({"scopes": ["read", "submit"]}, "submit"),
        ({"seconds": 3601}, None),
    ],
)
def test_stolen_token_makes_none_that_may_more_or_lives_longer(
    here: Place, asked: dict[str, object], beyond: str
) -> None:
    """Whoever steals a token of an hour, and little else, has an hour, and little else."""
    stolen = here.make("acme", "vendor", scopes=("read", "manage"), life=seconds(3600)).secret
    answer = here.ask("POST", "/v1/tokens", stolen, json={"name": "more"} | asked)
    assert reason(answer) == (403, "token.exceeds")
    assert answer.json().get("actual") == beyond


def test_a_token_by_default_is_its_makers_and_ends_with_it(here: Place) -> None:
    maker = here.make("acme", "vendor", life=seconds(3600))
    made = here.ask("POST", "/v1/tokens", maker.secret, json={"name": "same"}).json()["token"]
    assert (made["roles"], made["scopes"]) == (["vendor"], ["read", "submit", "manage"])
    assert made["expires"] == maker.token.expires.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_token_without_the_scope_manages_nothing(here: Place) -> None:
    reader = here.make("acme", scopes=("read", "submit")).secret
    for method, path in (("GET", "/v1/tokens"), ("POST", "/v1/tokens"), ("GET", "/v1/identities")):
        assert reason(here.ask(method, path, reader)) == (403, "access.scope")


@pytest.mark.parametrize("name", ["ci:identity-1", "person:identity-1", "bell\x07", "new\nline"])
def test_no_token_is_called_what_the_service_calls_those_that_it_gives(here: Place, name: str) -> None:
    answer = here.ask("POST", "/v1/tokens", here.make("acme").secret, json={"name": name})
    assert reason(answer) == (422, "token.name")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [({"roles": ["god"]}, "token.role_unknown"), ({"scopes": ["write"]}, "token.scope_unknown")],
)
def test_words_that_there_are_not_are_refused(here: Place, words: dict[str, object], refusal: str) -> None:
    answer = here.ask("POST", "/v1/tokens", here.make("acme").secret, json={"name": "n"} | words)
    assert reason(answer) == (422, refusal)


def test_the_operators_first_token_is_made_once(here: Place) -> None:
    assert begin(here.service) is None
    assert here.ask("GET", "/v1/me", here.operator).json()["roles"] == ["operator"]
