"""Authentication as a whole: what a good bundle proves, in what order a bad one is refused, under which root."""

from __future__ import annotations

import datetime

import pytest

from attestations.digests import DigestSet
from attestations.faults import Fault
from fixtures.world import World
from fixtures.world.keys import ec_key, rsa_key
from verifier.authenticate import Thresholds, authenticate_signature
from verifier.authenticated import CertificateSigner

from ..values import replace
from .authenticating import MALLORY, MOMENT, NOW, OTHER, RELEASE, ROOT, WORLD, ask, digests, evidence, refused, root

SECOND = datetime.timedelta(seconds=1)


def test_provenance_in_rekor_v1_proves_who_when_and_where() -> None:
    got = ask(RELEASE.bundle())
    assert isinstance(got.signer, CertificateSigner)
    assert got.signer.names == (RELEASE.workflow.uri,)
    assert got.signers == (got.signer,)
    assert [(time.at, time.source, time.authority) for time in got.times] == [
        (MOMENT + 2 * SECOND, "rekor", "rekor.world.example")
    ]
    (entry,) = got.entries
    assert (entry.log, entry.kind, entry.proved_by, entry.integrated) == (
        "rekor.world.example",
        "dsse",
        "inclusion",
        MOMENT + 2 * SECOND,
    )
    assert got.scts == ("ct.world.example",)
    assert got.statement is not None
    assert got.statement.subjects[0].digests == digests()
    assert (got.artifact, got.weaker) == (None, ())


def test_rekor_v2_takes_its_time_from_the_timestamp_authority() -> None:
    got = ask(RELEASE.bundle(log="rekor-v2"))
    assert [(time.source, time.at) for time in got.times] == [("tsa", MOMENT + SECOND)]
    assert [(entry.integrated, entry.proved_by) for entry in got.entries] == [(None, "inclusion")]


def test_a_promise_alone_proves_an_entry_of_a_01_bundle() -> None:
    got = ask(RELEASE.bundle(media="0.1", proved=False))
    assert [entry.proved_by for entry in got.entries] == ["promise"]


@pytest.mark.parametrize("entry", ["dsse 0.0.1", "intoto 0.0.1", "intoto 0.0.2"])
def test_each_kind_of_entry_for_an_envelope(entry: str) -> None:
    assert ask(RELEASE.bundle(entry=entry)).entries[0].kind == entry.split()[0]


@pytest.mark.parametrize("log", ["rekor-v1", "rekor-v2"])
def test_a_signature_over_the_artifact_names_the_artifact(log: str) -> None:
    got = ask(RELEASE.signature(log=log))
    assert got.statement is None
    assert got.artifact == digests()


@pytest.mark.parametrize(
    ("key", "algorithms"),
    [
        (ec_key("p384 signer", "p384"), ("sha256", "sha384")),
        (ec_key("p521 signer", "p521"), ("sha256", "sha512")),
        (rsa_key("rsa signer"), ("sha256",)),
    ],
    ids=["p384", "p521", "rsa"],
)
def test_certificates_of_each_key_sign_statements(key: object, algorithms: tuple[str, ...]) -> None:
    assert ask(RELEASE.bundle(certified=key)).statement is not None
    assert (
        ask(RELEASE.bundle(certified=key, log="rekor-v2"), artifact=digests(RELEASE, *algorithms)).statement is not None
    )


@pytest.mark.parametrize(
    "knobs", [{}, {"log": "rekor-v2"}, {"entry": "intoto 0.0.2"}, {"media": "0.1", "proved": False}]
)
def test_another_world_does_not_vouch_for_this_one(knobs: dict[str, object]) -> None:
    fault = refused(RELEASE.within(MALLORY).bundle(**knobs))
    assert fault.reason in ("log.unknown", "time.untrusted")


def test_t02_a_payload_type_that_is_no_statement_is_refused_whoever_signed() -> None:
    for payload_type in (
        "application/vnd.in-toto",
        "application/vnd.in-toto+jsonp",
        "application/vnd.in-toto.provenance+json ",
        "application/vnd.in-toto.a/b+json",
        "text/plain",
        "https://in-toto.io/Statement/v1",
    ):
        assert refused(RELEASE.bundle(payload_type=payload_type)).reason == "envelope.payload_type"


def test_t02_the_middle_of_a_payload_type_is_no_predicate_type() -> None:
    got = ask(RELEASE.bundle(payload_type="application/vnd.in-toto.vuln+json"))
    assert got.statement is not None
    assert got.statement.predicate_type == "https://slsa.dev/provenance/v1"


def test_t03_a_signature_over_an_artifact_needs_the_artifacts_digest() -> None:
    assert refused(RELEASE.signature(), artifact=DigestSet(())).reason == "artifact.unmeasured"


def test_t04_a_signature_over_another_artifact() -> None:
    fault = refused(OTHER.signature())
    assert (fault.reason, fault.expected) == ("artifact.mismatch", f"sha256:{RELEASE.sha256}")


def test_t11_a_signature_over_a_digest_that_was_not_measured_is_not_taken_for_another() -> None:
    bundle = RELEASE.signature(certified=ec_key("p384 signer", "p384"), entry="hashedrekord 0.0.1")
    assert refused(bundle, artifact=digests(RELEASE, "sha512")).reason == "artifact.unmeasured"


def test_t13_the_received_bytes_are_verified_and_no_second_writing_of_them() -> None:
    payload = bytes(RELEASE.statement)
    spaced = payload.replace(b'":', b'" :')
    assert spaced != payload
    assert ask(RELEASE.bundle(payload=spaced)).statement is not None
    bundle = evidence(RELEASE.bundle(payload=spaced)).bundle
    rewritten = replace(
        evidence(RELEASE.bundle()), bundle=replace(bundle, content=replace(bundle.content, payload=payload))
    )
    assert refused(rewritten).reason == "signature.invalid"


def test_the_payload_is_parsed_only_when_everything_else_holds() -> None:
    nonsense = RELEASE.bundle(payload=b"{")
    assert refused(nonsense).reason == "json.malformed"
    assert refused(nonsense, now=MOMENT).reason == "time.future"
    assert refused(nonsense, requirements=Thresholds(logs=2)).reason == "log.missing"


def test_what_an_envelope_says_is_no_matter_where_only_the_signature_is_asked_for() -> None:
    proof = authenticate_signature(
        evidence(RELEASE.bundle(payload=b"\xff", payload_type="application/octet-stream")),
        artifact=DigestSet(()),
        trust=(ROOT,),
        keys=(),
        requirements=Thresholds(),
        now=NOW,
    )
    assert len(proof.signers) == len(proof.entries) == len(proof.times) == 1


def test_t34_beside_a_certificate_an_envelope_has_one_signature() -> None:
    """A Sigstore bundle cannot hold two; cosign's layers can."""
    held = evidence(RELEASE.bundle())
    (own,) = held.bundle.content.signatures
    for signatures in ((own, own), (own, replace(own, value=own.value[::-1])), ()):
        bundle = replace(held.bundle, content=replace(held.bundle.content, signatures=signatures))
        assert refused(replace(held, bundle=bundle)).reason == "envelope.signatures"
        assert refused(replace(held, bundle=replace(bundle, entries=()))).reason == "envelope.signatures"


def test_no_trust_root_is_no_verdict_on_the_bundle() -> None:
    assert refused(RELEASE.bundle(), trust=()).reason == "trust.missing"


def test_the_first_root_under_which_all_holds_counts() -> None:
    for roots in ((root(MALLORY), ROOT), (ROOT, root(MALLORY))):
        assert ask(RELEASE.bundle(), trust=roots).entries[0].log == "rekor.world.example"


def test_the_reason_is_that_of_the_root_which_led_furthest() -> None:
    bundle = RELEASE.bundle(logged=datetime.timedelta(hours=1))
    assert refused(bundle).reason == "certificate.expired"
    for roots in ((root(MALLORY), ROOT), (ROOT, root(MALLORY))):
        assert refused(bundle, trust=roots).reason == "certificate.expired"


def test_parts_of_two_roots_never_add_up() -> None:
    """The CA of one root and the logs of another are no trust root together."""
    whole, other = ROOT, root(MALLORY)
    authorities = replace(other, certificate_authorities=whole.certificate_authorities, ct_logs=whole.ct_logs)
    logs = replace(other, logs=whole.logs)
    assert ask(RELEASE.bundle(), trust=(authorities, logs, whole)).entries
    assert refused(RELEASE.bundle(), trust=(authorities, logs)).reason == "certificate.untrusted"


def test_t27_thresholds_count_distinct_authorities() -> None:
    bundle = RELEASE.bundle(stamped=True)
    entries = "/verificationMaterial/tlogEntries"
    stamps = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps"
    doubled = bundle.append(entries, bundle.get(f"{entries}/0")).append(stamps, bundle.get(f"{stamps}/0"))
    assert ask(doubled, requirements=Thresholds(times=2)).statement is not None
    assert refused(doubled, requirements=Thresholds(logs=2)).reason == "log.missing"
    assert refused(doubled, requirements=Thresholds(times=3)).reason == "time.missing"
    assert refused(doubled, requirements=Thresholds(scts=2)).reason == "sct.untrusted"


def test_t27_two_ids_of_one_operator_are_one_log() -> None:
    first, second = ROOT.logs
    one_operator = replace(ROOT, logs=(first, replace(second, operator=first.operator)))
    both = RELEASE.bundle(stamped=True)
    entry = RELEASE.bundle(log="rekor-v2").get("/verificationMaterial/tlogEntries/0")
    both = both.append("/verificationMaterial/tlogEntries", entry)
    assert ask(both, requirements=Thresholds(logs=2)).entries
    assert refused(both, requirements=Thresholds(logs=2), trust=(one_operator,)).reason == "log.missing"


def test_a_threshold_below_zero_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        Thresholds(times=-1)


def test_a_private_authoritys_certificate_is_held_against_now() -> None:
    alone = RELEASE.bundle(log="", stamped=False)
    nothing = Thresholds(logs=0, times=0, scts=0)
    assert refused(alone).reason == "log.missing"
    assert refused(alone, requirements=replace(nothing, times=1)).reason == "time.missing"
    assert refused(alone, requirements=nothing).reason == "certificate.expired"
    got = ask(alone, requirements=nothing, now=MOMENT + SECOND)
    assert (got.times, got.entries) == ((), ())


def test_t48_without_a_log_the_intermediates_expire_all_the_same() -> None:
    """A path holds at the verified time or not at all, whatever the policy asks of logs."""
    before_the_authority = World.at(datetime.datetime(2024, 12, 31, tzinfo=datetime.UTC))
    bundle = before_the_authority.build(RELEASE.name, tag="v7.1.0").bundle(log="", stamped=True)
    requirements = Thresholds(logs=0, scts=0)
    assert refused(bundle, requirements=requirements).reason in ("certificate.expired", "time.outside_window")


def test_a_fault_says_which_evidence_it_is_about() -> None:
    held = replace(evidence(RELEASE.bundle()), pointer="/attestations/3")
    fault = refused(held, now=MOMENT)
    assert str(fault.place) == "bundle.json#/attestations/3"


def test_the_world_and_its_root_are_what_the_tests_take_them_for() -> None:
    assert WORLD.rekor_v1.log_id in {log.log_id for log in ROOT.logs}
    with pytest.raises(Fault):
        ask(RELEASE.bundle(), trust=(root(MALLORY),))
