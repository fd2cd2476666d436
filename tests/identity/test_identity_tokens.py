"""Tokens of CI systems, as thieves would write them: each is refused, and for its own reason."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.effects.faults import AccessFault
from api.effects.issuer_keys import ASKED_AGAIN, KEPT
from api.effects.oidc import Identity, authenticate_token
from fixtures.recipes.scene import NOW

from .issuing import Maker, Web, document, jwk, private_key, public_pem, refused_for, segment

CI = Maker("https://ci.example", private_key("ci"))
OTHER = Maker("https://other.example", private_key("other"))
STRANGER = Maker("https://ci.example", private_key("stranger"))
"""Somebody who says that he is CI."""

AT = int(NOW.timestamp())


def authenticate(token: str, web: Web | None = None, nonce: str | None = None) -> Identity:
    keys = (web or Web(CI, OTHER)).keys
    return authenticate_token(token, issuers=(CI.issuer, OTHER.issuer), keys=keys, now=NOW, nonce=nonce)


def refused(token: str, web: Web | None = None, nonce: str | None = None) -> str:
    with pytest.raises(AccessFault) as caught:
        authenticate(token, web, nonce)
    return caught.value.reason


def test_a_token_of_a_configured_issuer_says_who_holds_it() -> None:
    identity = authenticate(CI.token())
    assert (identity.issuer.url, identity.claims["repository_id"]) == (CI.url, "4711")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_that_claims_to_need_no_signature_is_refused(algorithm: str) -> None:
    body = CI.unsigned(algorithm)
    assert refused(body + segment(b"x")) == "identity.algorithm"
    assert refused(body) == "identity.malformed"


def test_the_public_key_as_a_shared_secret_signs_nothing() -> None:
    modulus = json.dumps(jwk(CI.key, CI.kid)).encode()
    for secret in (public_pem(CI.key), modulus, b""):
        assert refused(CI.symmetric(secret or b"\0")) == "identity.algorithm"


@pytest.mark.parametrize("algorithm", ["RS384", "PS256", "ES256", "EdDSA", "rs256", "HS256"])
def test_an_algorithm_that_the_issuer_does_not_use_is_refused(algorithm: str) -> None:
    assert refused(CI.token(alg=algorithm)) == "identity.algorithm"


@pytest.mark.parametrize(
    "audience",
    [
        "https://elsewhere.example",
        "",
        "https://countersign.example/",
        ["https://elsewhere.example"],
        ["https://countersign.example", "https://elsewhere.example"],
        [],
    ],
)
def test_a_token_made_for_another_is_refused(audience: Any) -> None:
    assert refused(CI.token(CI.claims(aud=audience))) == "identity.audience"


@pytest.mark.parametrize(("expires", "reason"), [(AT, "identity.expired"), (AT - 3600, "identity.expired")])
def test_an_expired_token_is_refused_to_the_second(expires: int, reason: str) -> None:
    assert refused(CI.token(CI.claims(exp=expires))) == reason
    assert authenticate(CI.token(CI.claims(exp=AT + 1))).subject


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_of_a_time_to_come_is_refused(claim: str) -> None:
    assert refused(CI.token(CI.claims(**{claim: AT + 61}))) == "identity.not_yet"
    assert authenticate(CI.token(CI.claims(**{claim: AT + 60}))).subject


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat"])
def test_a_token_without_a_claim_that_decides_is_refused(claim: str) -> None:
    assert refused(CI.token(CI.claims(**{claim: None}))) == "identity.malformed"


@pytest.mark.parametrize(
    "changed",
    [{"exp": "9999999999"}, {"exp": True}, {"exp": 10**30}, {"iat": 1.5}, {"aud": 7}, {"sub": None, "iss": 3}],
)
def test_a_claim_of_the_wrong_type_is_refused(changed: dict[str, Any]) -> None:
    assert refused(CI.token(CI.claims(**changed))) == "identity.malformed"


def test_a_key_that_the_issuer_does_not_publish_is_refused() -> None:
    assert refused(CI.token(kid="k2")) == "identity.key_unknown"
    assert refused(CI.token(kid=None)) == "identity.malformed"


def test_a_token_without_a_key_id_is_of_the_only_key() -> None:
    head = document({"alg": "RS256"})
    assert authenticate(CI.sign(head)).subject
    assert refused(STRANGER.sign(head)) == "identity.signature"
    web = Web(CI, OTHER)
    web.pages[f"{CI.url}/keys"] = json.dumps({"keys": [jwk(CI.key, "k1"), jwk(OTHER.key, "k2")]}).encode()
    assert refused(CI.sign(head), web) == "identity.key_unknown"


def test_issuer_confusion_one_issuer_cannot_speak_for_another() -> None:
    """Both publish a key of the same id: a key is looked for at the issuer that the token names, and nowhere else."""
    assert refused(OTHER.token(CI.claims())) == "identity.signature"
    assert refused(STRANGER.token()) == "identity.signature"


@pytest.mark.parametrize("url", ["https://ci.example/", "https://ci.example.evil.example", "HTTPS://ci.example", "ci"])
def test_an_issuer_that_is_spelled_otherwise_is_another(url: str) -> None:
    assert refused(CI.token(CI.claims(iss=url))) == "identity.issuer_unknown"


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"jwk": jwk(STRANGER.key, "k1")},
        {"x5c": ["MIIB"]},
    ],
)
def test_headers_that_bring_a_key_of_their_own_are_not_looked_at(header: dict[str, Any]) -> None:
    web = Web(CI, OTHER)
    assert refused(STRANGER.token(**header), web) == "identity.signature"
    assert not [url for url in web.asked if "evil" in url]
    assert authenticate(CI.token(**header)).subject


def test_what_is_no_identity_token_is_refused() -> None:
    assert refused(CI.token(typ="at+jwt")) == "identity.malformed"
    assert refused(CI.token(crit=["exp"])) == "identity.malformed"
    assert refused(CI.token(b64=False, crit=["b64"])) == "identity.malformed"
    assert refused("a" * 17_000) == "identity.malformed"


def test_a_claim_written_twice_is_refused() -> None:
    claims = json.dumps(CI.claims())
    doubled = segment((claims[:-1] + ', "repository_id": "1"}').encode())
    assert refused(CI.sign(document({"alg": "RS256", "kid": "k1"}), doubled)) == "identity.malformed"


def test_changing_what_was_signed_is_noticed() -> None:
    head, _, signature = CI.token().split(".")
    assert refused(f"{head}.{document(CI.claims(repository_id='1'))}.{signature}") == "identity.signature"


def test_a_weak_key_of_an_issuer_is_not_used() -> None:
    weak = Maker("https://ci.example", private_key("weak", 1024))
    assert refused(weak.token(), Web(weak)) == "identity.algorithm"


def test_a_login_takes_only_the_token_of_this_very_login() -> None:
    assert authenticate(CI.token(CI.claims(nonce="n1")), nonce="n1").subject
    assert refused(CI.token(CI.claims(nonce="n2")), nonce="n1") == "identity.nonce"
    assert refused(CI.token(), nonce="n1") == "identity.malformed"


@given(st.text(alphabet="abcXYZ019-_.", max_size=80) | st.text(max_size=20))
def test_no_text_makes_it_raise_anything_but_a_refusal(text: str) -> None:
    assert refused(text).startswith("identity.")


class TestKeysOfIssuers:
    def test_they_are_asked_for_once(self) -> None:
        web = Web(CI)
        keys = web.keys
        for _ in range(3):
            assert keys.find(CI.issuer, "k1", NOW)["kid"] == "k1"
        assert len(web.asked) == 2

    def test_a_withdrawn_key_is_gone_within_the_hour(self) -> None:
        web = Web(CI)
        keys = web.keys
        keys.find(CI.issuer, "k1", NOW)
        web.publish(Maker(CI.url, private_key("next"), "k2"))
        assert keys.find(CI.issuer, "k1", NOW + KEPT - datetime.timedelta(seconds=1))
        with refused_for("identity.key_unknown"):
            keys.find(CI.issuer, "k1", NOW + KEPT)

    def test_a_new_key_is_found_and_made_up_ones_are_asked_for_once_a_minute(self) -> None:
        web = Web(CI)
        keys = web.keys
        for number in range(5):
            with refused_for("identity.key_unknown"):
                keys.find(CI.issuer, f"made up {number}", NOW)
        assert len(web.asked) == 2
        web.publish(Maker(CI.url, private_key("next"), "k2"))
        assert keys.find(CI.issuer, "k2", NOW + ASKED_AGAIN)["kid"] == "k2"

    def test_an_issuer_that_cannot_be_asked_lets_nobody_in(self) -> None:
        web = Web()
        keys = web.keys
        for _ in range(3):
            with refused_for("identity.issuer_unreachable"):
                keys.find(CI.issuer, "k1", NOW)
        assert len(web.asked) == 1
        web.publish(CI)
        assert keys.find(CI.issuer, "k1", NOW + ASKED_AGAIN)

    def test_a_discovery_page_of_another_issuer_is_refused(self) -> None:
        web = Web(CI)
        web.pages["https://ci.example/.well-known/openid-configuration"] = json.dumps(
            {"issuer": OTHER.url, "jwks_uri": "https://ci.example/keys"}
        ).encode()
        with refused_for("identity.issuer_unreachable"):
            web.keys.find(CI.issuer, "k1", NOW)

    def test_two_keys_of_one_id_are_no_key(self) -> None:
        web = Web(CI)
        web.pages["https://ci.example/keys"] = json.dumps({"keys": [jwk(CI.key, "k1"), jwk(OTHER.key, "k1")]}).encode()
        with refused_for("identity.issuer_unreachable"):
            web.keys.find(CI.issuer, "k1", NOW)

    def test_keys_that_the_operator_gave_are_asked_of_nobody(self) -> None:
        from msgspec.structs import replace

        web = Web()
        assert web.keys.find(replace(CI.issuer, keys=CI.published), "k1", NOW)["kid"] == "k1"
        assert web.asked == []
