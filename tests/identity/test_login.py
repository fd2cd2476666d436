"""People log in with a provider that is a real server on this machine, through a browser that keeps cookies."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from api.effects.clock import SystemClock
from api.effects.egress import PublicEgress
from api.effects.oidc import Issuer
from api.usecases.service.ground import AT_THE_MACHINE
from api.usecases.service.identities import Binding, bind_identity
from api.usecases.service.issuers import LoginClient
from tests.service.making import StandingClock

from .places import Place, place, reason, seconds

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib"),  # by the provider, of its library's old names
]

SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of a provider of logins."""
    with warnings.catch_warnings(record=True):  # its own, of libraries that it uses by their old names
        from oidc_provider_mock import run_server_in_thread  # type: ignore[import-untyped]  # it ships no types
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def here(tmp_path: Path, provider: str) -> Iterator[Place]:
    issuer = Issuer(url=provider, audience="countersign", anchors=("sub",))
    egress = PublicEgress.unsafe_loopback(ssl.create_default_context())
    # The provider goes by the machine's clock.
    clock = StandingClock(SystemClock().now())
    made = place(tmp_path, clock=clock, logins=(LoginClient(issuer, "countersign", "s3cret"),), egress=egress)
    for person, roles in (("dana", ("auditor",)), ("vic", ("vendor",))):
        bind_identity(
            made.service,
            made.service.issuing,
            AT_THE_MACHINE,
            Binding(provider, {"sub": person}, roles, ("read", "manage")),
            "acme",
        )
    yield made
    made.service.database.close()


def begin(here: Place, tenant: str = "acme") -> str:
    """Where the browser is sent."""
    answer = here.ask("GET", "/v1/login", params={"tenant": tenant})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def agree(location: str, person: str) -> str:
    """Log in at the provider; where it sends the browser back to."""
    with httpx2.Client(trust_env=False) as browser:
        answer = browser.post(location, data={"sub": person})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def finish(here: Place, location: str) -> httpx2.Response:
    parts = urlsplit(location)
    return here.ask("GET", f"{parts.path}?{parts.query}")


def log_in(here: Place, person: str) -> httpx2.Response:
    return finish(here, agree(begin(here), person))


def changed(location: str, **parameters: str) -> str:
    parts = urlsplit(location)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    return parts._replace(query=urlencode(query)).geturl()


def test_a_person_is_let_in_by_the_id_that_the_provider_gives(here: Place) -> None:
    answer = log_in(here, "dana")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://service.example/v1/me")
    session = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-countersign=cs_"))
    for property_ in ("HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=28800"):
        assert property_ in session
    assert "Domain" not in session
    me = here.ask("GET", "/v1/me").json()
    assert (me["tenant"], me["roles"], me["scopes"]) == ("acme", ["auditor"], ["read", "manage"])
    assert me["actor"].startswith("person:identity-")
    assert here.acts("acme")[-1] == "person.admitted"
    here.clock.forward(seconds(8 * 3600))
    assert reason(here.ask("GET", "/v1/me")) == (401, "token.expired")


def test_what_the_provider_is_asked_for_has_pkce_state_and_nonce(here: Place) -> None:
    first, second = (parse_qs(urlsplit(begin(here)).query) for _ in range(2))
    assert (first["code_challenge_method"], first["response_type"], first["scope"]) == (["S256"], ["code"], ["openid"])
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43
        assert first[name] != second[name]


def test_somebody_whom_the_tenant_does_not_know_is_not_let_in(here: Place) -> None:
    assert reason(log_in(here, "mallory")) == (403, "identity.unbound")
    assert here.ask("GET", "/v1/me").status_code == 401


def test_an_answer_to_another_browsers_login_is_refused(here: Place) -> None:
    """A login forced on somebody: the attacker's own answer, in the victim's browser."""
    attackers = agree(begin(here), "vic")
    here.client.cookies.clear()
    assert reason(finish(here, attackers)) == (400, "login.state")
    begin(here)
    assert reason(finish(here, attackers)) == (400, "login.state")
    assert here.ask("GET", "/v1/me").status_code == 401


@pytest.mark.parametrize("parameters", [{"state": "x"}, {"state": ""}, {"iss": "https://evil.example"}])
def test_an_answer_that_was_changed_is_refused(here: Place, parameters: dict[str, str]) -> None:
    assert reason(finish(here, changed(agree(begin(here), "dana"), **parameters))) == (400, "login.state")


def test_a_code_is_worth_nothing_made_up_or_twice(here: Place) -> None:
    location = agree(begin(here), "dana")
    assert reason(finish(here, changed(location, code="made-up"))) == (401, "login.refused")
    kept = dict(here.client.cookies)
    assert finish(here, location).status_code == 303
    here.client.cookies.clear()
    here.client.cookies.update(kept)
    assert reason(finish(here, location)) == (401, "login.refused")


def test_a_stolen_code_is_worth_nothing_in_another_login(here: Place) -> None:
    """The code of one login, under the ticket of another: its ID token carries the first one's nonce."""
    stolen = parse_qs(urlsplit(agree(begin(here), "dana")).query)["code"][0]
    own = changed(agree(begin(here), "vic"), code=stolen)
    assert reason(finish(here, own)) == (401, "identity.nonce")


def test_the_provider_that_refuses_lets_nobody_in(here: Place) -> None:
    state = parse_qs(urlsplit(begin(here)).query)["state"][0]
    answer = here.ask("GET", "/v1/login/finish", params={"error": "access_denied", "state": state})
    assert reason(answer) == (401, "login.refused")


def test_another_site_can_do_nothing_with_the_cookie(here: Place) -> None:
    log_in(here, "dana")
    asked = {"name": "mine", "scopes": ["read"]}
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}):
        refused = here.ask("POST", "/v1/tokens", json=asked, headers=headers)
        assert reason(refused) == (403, "login.cross_site")
    assert here.ask("POST", "/v1/tokens", json=asked, headers=SAME).status_code == 201


def test_logging_out_ends_the_token_and_not_the_cookie_alone(here: Place) -> None:
    log_in(here, "dana")
    kept = dict(here.client.cookies)
    assert here.ask("POST", "/v1/logout", headers=SAME).status_code == 204
    assert reason(here.ask("GET", "/v1/me")) == (401, "access.missing")
    here.client.cookies.update(kept)
    assert reason(here.ask("GET", "/v1/me")) == (401, "token.revoked")


def test_a_service_without_a_provider_says_so(tmp_path: Path) -> None:
    here = place(tmp_path)
    assert reason(here.ask("GET", "/v1/login", params={"tenant": "acme"})) == (404, "login.unavailable")
    here.service.database.close()
