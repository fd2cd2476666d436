"""Evidence under pinned keys: which key, in which window, how many signatures, and what a hint may do."""

from __future__ import annotations

import base64
import datetime
import hashlib

import pytest

from attestations.bundles import EnvelopeSignature, PublicKeyMaterial
from fixtures.world import Document
from fixtures.world.dsse import pae
from fixtures.world.keys import SigningKey, ec_key, ed25519_key, mldsa_key, rsa_key
from verifier.authenticated import CertificateSigner, KeySigner
from verifier.keys import load_spki, openssh_fingerprint
from verifier.trust import Window

from ..values import replace
from .authenticating import MOMENT, NOW, RELEASE, VENDOR, ask, digests, evidence, pin, refused

AUDITOR, MALLORY = ec_key("auditor"), ec_key("mallory release")
HINT = "/verificationMaterial/publicKey/hint"
DAY = datetime.timedelta(days=1)


def bare(*signers: SigningKey) -> Document:
    """The usual statement in a bare envelope, signed by each of `signers`."""
    first, *rest = signers
    signed = RELEASE.bundle(media="", log="", signer=first)
    for signer in rest:
        signature = signer.sign(pae(signed.get("/payloadType"), bytes(RELEASE.statement)))
        signed = signed.append("/signatures", {"sig": base64.b64encode(signature).decode()})
    return signed


def signer(key: SigningKey) -> KeySigner:
    public = load_spki(key.spki)
    return KeySigner(public.fingerprint, public.algorithm)


@pytest.mark.parametrize(
    "key",
    [
        VENDOR,
        ec_key("v384", "p384"),
        ec_key("v521", "p521"),
        ed25519_key("v25519"),
        rsa_key("vrsa"),
        rsa_key("vpss", pss=True),
        mldsa_key("v44"),
    ],
    ids=lambda key: key.details,
)
def test_a_bare_envelope_under_each_kind_of_key(key: SigningKey) -> None:
    got = ask(bare(key), keys=(pin(key),), trust=())
    assert got.signers == (signer(key),)
    assert (got.times, got.entries) == ((), ())
    assert refused(bare(MALLORY), keys=(pin(key),), trust=()).reason in ("signature.invalid", "signature.malformed")


def test_a_raw_signature_is_taken_in_an_envelope_under_a_pinned_key_alone() -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    held = evidence(bare(VENDOR))
    r, s = decode_dss_signature(held.bundle.content.signatures[0].value)
    raw = EnvelopeSignature(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    content = replace(held.bundle.content, signatures=(raw,))
    assert ask(replace(held, bundle=replace(held.bundle, content=content)), keys=(pin(VENDOR),), trust=()).signer
    certified = evidence(RELEASE.bundle(certified=VENDOR))
    content = replace(certified.bundle.content, signatures=(raw,))
    assert (
        refused(replace(certified, bundle=replace(certified.bundle, content=content))).reason == "signature.malformed"
    )


def test_a_signature_over_the_artifact() -> None:
    bundle = RELEASE.signature(log="", signer=VENDOR)
    got = ask(bundle, keys=(pin(VENDOR),), trust=())
    assert (got.artifact, got.statement) == (digests(), None)
    assert refused(bundle, keys=(pin(MALLORY),), trust=()).reason == "signature.unknown_key"


def test_a_key_whose_scheme_wants_the_bytes_cannot_decide_by_a_digest() -> None:
    key = ed25519_key("v25519")
    fault = refused(RELEASE.signature(log="", signer=key), keys=(pin(key),), trust=())
    assert fault.reason == "signature.needs_bytes"


def test_no_pinned_key_at_all() -> None:
    assert refused(bare(VENDOR)).reason == "signature.unknown_key"
    assert refused(RELEASE.bundle(signer=VENDOR)).reason == "signature.unknown_key"


def test_t25_key_ids_choose_no_key_and_excuse_none() -> None:
    named = bare(VENDOR).set("/signatures/0/keyid", hashlib.sha256(MALLORY.spki).hexdigest())
    assert ask(named, keys=(pin(VENDOR), pin(MALLORY)), trust=()).signers == (signer(VENDOR),)
    claimed = bare(MALLORY).set("/signatures/0/keyid", hashlib.sha256(VENDOR.spki).hexdigest())
    assert refused(claimed, keys=(pin(VENDOR),), trust=()).reason == "signature.invalid"


def test_t25_one_key_listed_twice_signs_once() -> None:
    got = ask(bare(VENDOR, VENDOR), keys=(pin(VENDOR), pin(VENDOR)), trust=())
    assert got.signers == (signer(VENDOR),)


def test_t26_one_signature_repeated_is_one_signer() -> None:
    envelope = bare(VENDOR)
    repeated = envelope.append("/signatures", envelope.get("/signatures/0"))
    assert ask(repeated, keys=(pin(VENDOR), pin(AUDITOR)), trust=()).signers == (signer(VENDOR),)


@pytest.mark.parametrize("order", [(VENDOR, AUDITOR), (AUDITOR, VENDOR)])
def test_everybody_who_signed_is_named_in_the_order_of_the_pins(order: tuple[SigningKey, SigningKey]) -> None:
    keys = (pin(VENDOR), pin(AUDITOR), pin(MALLORY))
    assert ask(bare(*order), keys=keys, trust=()).signers == (signer(VENDOR), signer(AUDITOR))


@pytest.mark.parametrize("order", [(VENDOR, MALLORY), (MALLORY, VENDOR)])
def test_t34_a_signature_by_nobody_confers_nothing_and_refuses_nothing(order: tuple[SigningKey, SigningKey]) -> None:
    assert ask(bare(*order), keys=(pin(VENDOR),), trust=()).signers == (signer(VENDOR),)
    assert refused(bare(*order), keys=(pin(AUDITOR),), trust=()).reason == "signature.invalid"


def test_t34_beside_a_log_entry_an_envelope_has_one_signature() -> None:
    held = evidence(RELEASE.bundle(signer=VENDOR))
    more = (*held.bundle.content.signatures, EnvelopeSignature(AUDITOR.sign(b"another message")))
    for signatures in (more, more[::-1]):
        bundle = replace(held.bundle, content=replace(held.bundle.content, signatures=signatures))
        fault = refused(replace(held, bundle=bundle), keys=(pin(VENDOR), pin(AUDITOR)))
        assert fault.reason == "envelope.signatures"


def test_t31_signed_outside_the_keys_window() -> None:
    bundle = RELEASE.bundle(signer=VENDOR)
    (time,) = ask(bundle, keys=(pin(VENDOR),)).times
    assert ask(bundle, keys=(pin(VENDOR, Window(time.at, time.at)),)).signer
    for window in (Window(None, time.at - DAY), Window(time.at + DAY, None)):
        assert refused(bundle, keys=(pin(VENDOR, window),)).reason == "time.outside_key_window"


def test_t31_without_any_verified_time_the_window_holds_now() -> None:
    assert ask(bare(VENDOR), keys=(pin(VENDOR, Window(NOW, NOW)),), trust=()).signer
    retired = Window(None, NOW - DAY)
    assert refused(bare(VENDOR), keys=(pin(VENDOR, retired),), trust=()).reason == "time.outside_key_window"


def test_t31_every_verified_time_lies_within_the_keys_window() -> None:
    bundle = RELEASE.bundle(signer=VENDOR, stamped=True, stamped_at=2 * DAY)
    assert ask(bundle, keys=(pin(VENDOR),)).times
    assert refused(bundle, keys=(pin(VENDOR, Window(None, MOMENT + DAY)),)).reason == "time.outside_key_window"


def test_t31_a_key_pinned_for_two_windows_signs_in_either_and_not_between() -> None:
    windows = (Window(None, MOMENT - DAY), Window(NOW - DAY, None))
    assert ask(bare(VENDOR), keys=tuple(pin(VENDOR, window) for window in windows), trust=()).signer
    between = {"keys": tuple(pin(VENDOR, window) for window in windows), "now": MOMENT}
    assert refused(bare(VENDOR), trust=(), **between).reason == "time.outside_key_window"


def test_t31_of_two_signers_only_the_one_within_their_window_counts() -> None:
    keys = (pin(VENDOR, Window(None, MOMENT)), pin(AUDITOR))
    assert ask(bare(VENDOR, AUDITOR), keys=keys, trust=()).signers == (signer(AUDITOR),)


def test_t32_a_key_in_the_evidence_is_never_used() -> None:
    pem = base64.encodebytes(MALLORY.spki).decode()
    embedded = bare(MALLORY).set("/publicKeyPem", pem).set("/signatures/0/publicKey", pem)
    assert refused(embedded, keys=(pin(VENDOR),), trust=()).reason == "signature.invalid"
    bundle = RELEASE.bundle(log="", signer=MALLORY)
    rawly = bundle.set("/verificationMaterial/publicKey", {"rawBytes": base64.b64encode(MALLORY.spki).decode()})
    assert refused(rawly, keys=(pin(VENDOR),), trust=()).reason == "signature.invalid"


def test_a_hint_that_is_a_fingerprint_names_its_key_and_no_other() -> None:
    bundle = RELEASE.bundle(log="", signer=VENDOR)
    assert bundle.get(HINT) == base64.b64encode(hashlib.sha256(VENDOR.spki).digest()).decode()
    other = bundle.set(HINT, base64.b64encode(hashlib.sha256(AUDITOR.spki).digest()).decode())
    assert refused(other, keys=(pin(VENDOR),), trust=()).reason == "signature.unknown_key"
    assert refused(other, keys=(pin(VENDOR), pin(AUDITOR)), trust=()).reason == "signature.invalid"
    openssh = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA"
    assert refused(bundle.set(HINT, openssh), keys=(pin(VENDOR),), trust=()).reason == "signature.unknown_key"
    for hint in ("", "hint", "vendor@2026", openssh[:-1], openssh_fingerprint(load_spki(VENDOR.spki))):
        assert ask(bundle.set(HINT, hint), keys=(pin(AUDITOR), pin(VENDOR)), trust=()).signer == signer(VENDOR)


def test_a_certificate_is_held_against_a_pin_only_if_it_is_that_very_key() -> None:
    bundle = RELEASE.bundle(certified=VENDOR)
    assert isinstance(ask(bundle, keys=(pin(AUDITOR),)).signer, CertificateSigner)
    got = ask(bundle, keys=(pin(AUDITOR), pin(VENDOR)))
    assert got.signers == (signer(VENDOR),)
    assert got.entries
    assert refused(bundle, keys=(pin(AUDITOR),), trust=()).reason == "trust.missing"


def test_log_entries_under_a_pinned_key_are_not_required_and_must_verify() -> None:
    bundle = RELEASE.bundle(signer=VENDOR)
    assert ask(bundle, keys=(pin(VENDOR),)).entries
    assert ask(RELEASE.bundle(log="", signer=VENDOR), keys=(pin(VENDOR),)).entries == ()
    assert refused(bundle, keys=(pin(VENDOR),), trust=()).reason == "trust.missing"
    moved = bundle.set("/verificationMaterial/tlogEntries/0/integratedTime", "1772449443")
    assert refused(moved, keys=(pin(VENDOR),)).reason == "log.promise_invalid"
    assert refused(bundle, keys=(pin(VENDOR),), now=MOMENT).reason == "time.future"


def test_t74_a_missing_or_empty_signature_verifies_under_no_key() -> None:
    held = evidence(bare(VENDOR))
    for value in (b"", b"\0", b"\0" * 64, b"\0" * 256):
        content = replace(held.bundle.content, signatures=(EnvelopeSignature(value),))
        nothing = replace(held, bundle=replace(held.bundle, content=content, material=PublicKeyMaterial("")))
        for key in (VENDOR, rsa_key("vrsa"), ed25519_key("v25519")):
            fault = refused(nothing, keys=(pin(key),), trust=())
            assert fault.reason in ("signature.malformed", "signature.invalid")


def test_a_legacy_signature_over_the_payload_is_named_as_weaker() -> None:
    held = evidence(bare(VENDOR))
    over_payload = EnvelopeSignature(VENDOR.sign(held.bundle.content.payload))
    content = replace(held.bundle.content, signatures=(over_payload,))
    legacy = replace(held, bundle=replace(held.bundle, content=content, legacy_payload_signature=True))
    assert ask(legacy, keys=(pin(VENDOR),), trust=()).weaker == ("legacy-payload-signature",)
    proper = replace(held, bundle=replace(held.bundle, content=content))
    assert refused(proper, keys=(pin(VENDOR),), trust=()).reason == "signature.invalid"
    assert ask(held, keys=(pin(VENDOR),), trust=()).weaker == ()
