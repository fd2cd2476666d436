"""Which times count, and what one bad time does."""

from __future__ import annotations

import base64
import datetime

import pytest

from fixtures.world import Document
from fixtures.world.tsa import timestamp_authority
from verifier.authenticate import Thresholds
from verifier.trust import Window

from ..values import replace
from .authenticating import MALLORY, MOMENT, NOW, OTHER, RELEASE, ROOT, WORLD, ask, evidence, refused

STAMPS = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps"
HOUR, SECOND = datetime.timedelta(hours=1), datetime.timedelta(seconds=1)


def tokens(bundle: Document) -> list[object]:
    stamped: list[object] = bundle.get(STAMPS)
    return stamped


def test_both_kinds_of_time_count() -> None:
    got = ask(RELEASE.bundle(stamped=True))
    assert [(time.source, time.at) for time in got.times] == [
        ("rekor", MOMENT + 2 * SECOND),
        ("tsa", MOMENT + SECOND),
    ]


@pytest.mark.parametrize(
    "knobs",
    [
        {"stamped": True, "stamped_at": HOUR},
        {"stamped": True, "logged": HOUR},
        {"stamped": True, "stamped_at": -SECOND},
        {"stamped": True, "logged": -SECOND},
        {"logged": HOUR},
        {"log": "rekor-v2", "stamped_at": HOUR},
    ],
)
def test_t43_every_verified_time_lies_within_the_certificate(knobs: dict[str, object]) -> None:
    """One of them outside refuses, though the other would do; no second of skew is granted."""
    assert refused(RELEASE.bundle(**knobs)).reason == "certificate.expired"


def test_t43_the_certificates_last_second_belongs_to_it() -> None:
    lifetime = datetime.timedelta(minutes=10)
    assert ask(RELEASE.bundle(logged=lifetime, lifetime=lifetime)).times
    assert refused(RELEASE.bundle(logged=lifetime + SECOND, lifetime=lifetime)).reason == "certificate.expired"


def test_t43_an_unverifiable_timestamp_neither_rescues_nor_breaks() -> None:
    stranger = RELEASE.within(MALLORY).bundle(stamped=True).get(f"{STAMPS}/0")
    of_another = OTHER.bundle(stamped=True).get(f"{STAMPS}/0")
    no_token = {"signedTimestamp": base64.b64encode(b"no token").decode()}
    good = RELEASE.bundle(stamped=True)
    for bad in (stranger, of_another, no_token):
        for bundle in (good.append(STAMPS, bad), good.set(STAMPS, [bad, *tokens(good)])):
            assert ask(bundle) == replace(ask(good), evidence=evidence(bundle))
        unrescued = RELEASE.bundle(log="rekor-v2", stamped=True).set(STAMPS, [bad])
        assert refused(unrescued).reason.startswith("time.")
        alone = RELEASE.bundle().set("/verificationMaterial/timestampVerificationData", {"rfc3161Timestamps": [bad]})
        assert refused(alone).reason.startswith("time.")


def test_t43_a_verified_time_outside_is_not_ignorable_though_another_one_is_inside() -> None:
    late = RELEASE.bundle(stamped=True, stamped_at=HOUR)
    both = RELEASE.bundle(stamped=True).append(STAMPS, tokens(late)[0])
    assert refused(both).reason == "certificate.expired"


@pytest.mark.parametrize("knobs", [{}, {"log": "rekor-v2"}, {"stamped": True, "stamped_at": 3 * SECOND}])
def test_t44_a_time_in_the_future_is_refused_without_grace(knobs: dict[str, object]) -> None:
    bundle = RELEASE.bundle(**knobs)
    latest = max(time.at for time in ask(bundle).times)
    assert ask(bundle, now=latest).times
    assert refused(bundle, now=latest - datetime.timedelta(microseconds=1)).reason == "time.future"


def test_t45_a_retired_authority_cannot_borrow_anothers_window() -> None:
    bundle = RELEASE.bundle(log="rekor-v2")
    (own,) = ROOT.timestamp_authorities
    retired = replace(own, window=Window(None, MOMENT - HOUR))
    third = timestamp_authority("third")
    other = replace(own, name="third", operator="third", chain=(third.certificate, *third.issuer.chain))
    assert ask(bundle).times
    for authorities in ((retired, other), (other, retired), (retired,)):
        fault = refused(bundle, trust=(replace(ROOT, timestamp_authorities=authorities),))
        assert fault.reason == "time.outside_window"


def test_t46_a_timestamp_without_an_authority_in_the_root_is_no_time() -> None:
    nobody = replace(ROOT, timestamp_authorities=())
    assert refused(RELEASE.bundle(log="rekor-v2"), trust=(nobody,)).reason == "time.untrusted"
    assert refused(RELEASE.bundle(stamped=True), trust=(nobody,)).reason == "time.untrusted"
    assert ask(RELEASE.bundle(), trust=(nobody,)).times


def test_a_timestamp_is_over_this_signature() -> None:
    borrowed = RELEASE.bundle(log="rekor-v2").set(STAMPS, tokens(OTHER.bundle(log="rekor-v2")))
    assert refused(borrowed).reason == "time.other_message"


def test_a_log_that_the_policy_asks_nothing_of_is_no_clock() -> None:
    nothing = Thresholds(logs=0)
    assert refused(RELEASE.bundle(), requirements=nothing).reason == "time.missing"
    assert ask(RELEASE.bundle(stamped=True), requirements=nothing).times
    late = RELEASE.bundle(stamped=True, logged=HOUR)
    assert refused(late, requirements=nothing).reason == "certificate.expired"


def test_two_authorities_of_one_operator_count_once() -> None:
    second = timestamp_authority("second")
    two = replace(WORLD, tsas=(*WORLD.tsas, second))
    bundle = RELEASE.within(two).bundle(log="rekor-v2")
    (own,) = ROOT.timestamp_authorities
    other = replace(own, name="second", operator="second", chain=(second.certificate, *second.issuer.chain))
    asked = {"requirements": Thresholds(times=2)}
    assert len(ask(bundle, trust=(replace(ROOT, timestamp_authorities=(own, other)),), **asked).times) == 2
    same = replace(other, operator=own.operator)
    fault = refused(bundle, trust=(replace(ROOT, timestamp_authorities=(own, same)),), **asked)
    assert fault.reason == "time.missing"
    assert NOW > MOMENT
