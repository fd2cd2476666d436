"""Paths: from a leaf to an authority that was trusted at the time, and nothing else."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509

from attestations.faults import Fault
from fixtures.world.keys import ec_key
from verifier.certificates.paths import PATH_MAX, SIGNATURES_MAX, Path, build_path, build_timestamp_path
from verifier.trust import NEVER, TrustRoot, Window

from ..values import replace
from .making import (
    AT,
    CA_EXTENSIONS,
    END,
    INTERMEDIATE,
    LEAF,
    LEAF_EXTENSIONS,
    ROOT,
    START,
    TIME_STAMPING,
    Wanted,
    authority,
    timestamp_authority,
    trusting,
    with_,
)

SECOND = datetime.timedelta(seconds=1)
TRUST = trusting(authority(INTERMEDIATE, ROOT))


def reason(leaf: Wanted | bytes, trust: TrustRoot, *helpers: Wanted | bytes, at: datetime.datetime = AT) -> str:
    with pytest.raises(Fault) as met:
        build(leaf, trust, *helpers, at=at)
    return met.value.reason


def build(leaf: Wanted | bytes, trust: TrustRoot, *helpers: Wanted | bytes, at: datetime.datetime = AT) -> Path:
    ders = tuple(each if isinstance(each, bytes) else each.der() for each in (leaf, *helpers))
    return build_path(ders[0], ders[1:], trust, at)


def test_a_leaf_leads_over_the_trusted_intermediate_to_the_anchor() -> None:
    path = build(LEAF, TRUST)
    assert [each.der for each in path.chain] == [LEAF.der(), INTERMEDIATE.der(), ROOT.der()]
    assert (path.leaf.der, path.issuer.der, path.at) == (LEAF.der(), INTERMEDIATE.der(), AT)
    assert path.authority.name == "ca"


def test_an_intermediate_that_came_with_the_evidence_helps() -> None:
    trust = trusting(authority(ROOT))
    assert reason(LEAF, trust) == "certificate.untrusted"
    assert build(LEAF, trust, INTERMEDIATE).issuer.der == INTERMEDIATE.der()


def test_an_intermediate_can_be_the_anchor() -> None:
    path = build(LEAF, trusting(authority(INTERMEDIATE)))
    assert len(path.chain) == 2
    # The last of a chain is the anchor, wherever its own issuer stands.
    assert len(build(LEAF, trusting(authority(ROOT, INTERMEDIATE))).chain) == 2


def test_an_intermediate_that_came_with_the_evidence_is_no_anchor() -> None:
    mallory = replace(ROOT, key=ec_key("mallory", "p384"), signer=ec_key("mallory", "p384"))
    forged = replace(INTERMEDIATE, key=ec_key("mallory under", "p384"), signer=mallory.key)
    leaf = replace(LEAF, signer=forged.key)
    assert reason(leaf, TRUST, forged) == "certificate.untrusted"


def test_a_root_that_came_with_the_evidence_is_refused() -> None:
    mallory = replace(ROOT, key=ec_key("mallory", "p384"), signer=ec_key("mallory", "p384"))
    assert reason(LEAF, TRUST, mallory) == "certificate.root_in_bundle"


def test_a_root_of_a_key_that_nobody_reads_neither_helps_nor_harms() -> None:
    """The library knows no such key, and says so by an error of its own."""
    strange = ROOT.der().replace(bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d0209"))
    assert strange != ROOT.der()
    assert build(LEAF, trusting(authority(INTERMEDIATE, ROOT)), strange).chain[1].der == INTERMEDIATE.der()
    assert reason(LEAF, trusting(authority(ROOT)), strange) == "certificate.untrusted"


def test_the_trusted_root_itself_may_come_along() -> None:
    assert len(build(LEAF, TRUST, INTERMEDIATE, ROOT).chain) == 3


@pytest.mark.parametrize("position", range(4))
def test_several_intermediates_of_one_name_are_all_tried(position: int) -> None:
    others = [replace(INTERMEDIATE, key=ec_key(f"other {number}", "p384")) for number in range(3)]
    helpers = [*others[:position], INTERMEDIATE, *others[position:]]
    assert build(LEAF, trusting(authority(ROOT)), *helpers).issuer.der == INTERMEDIATE.der()
    roots = [authority(each, ROOT, named=str(number)) for number, each in enumerate(helpers)]
    assert build(LEAF, trusting(*roots)).authority.name == str(position)


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (LEAF.start - SECOND, "certificate.expired"),
        (LEAF.start, ""),
        (LEAF.end, ""),
        (LEAF.end + SECOND, "certificate.expired"),
    ],
)
def test_t43_both_ends_of_a_leafs_validity_belong_to_it(at: datetime.datetime, wrong: str) -> None:
    if wrong:
        assert reason(LEAF, TRUST, at=at) == wrong
    else:
        assert build(LEAF, TRUST, at=at).at == at


@pytest.mark.parametrize(
    "expired",
    [
        replace(INTERMEDIATE, end=AT - SECOND),
        replace(INTERMEDIATE, start=AT + SECOND),
    ],
)
def test_t48_an_intermediate_that_was_not_valid_is_refused(expired: Wanted) -> None:
    assert reason(LEAF, trusting(authority(expired, ROOT))) == "certificate.expired"
    assert reason(LEAF, trusting(authority(ROOT)), expired) == "certificate.expired"


def test_t48_an_anchor_that_was_not_valid_is_refused() -> None:
    assert reason(LEAF, trusting(authority(INTERMEDIATE, replace(ROOT, end=AT - SECOND)))) == "certificate.expired"


def test_t48_a_valid_intermediate_of_the_same_name_and_key_still_leads_up() -> None:
    expired = replace(INTERMEDIATE, end=AT - SECOND)
    assert build(LEAF, trusting(authority(ROOT)), expired, INTERMEDIATE).issuer.der == INTERMEDIATE.der()


@pytest.mark.parametrize(
    ("window", "holds"),
    [
        (Window(START, AT), True),
        (Window(AT, END), True),
        (Window(AT, AT), True),
        (Window(START, AT - SECOND), False),
        (Window(AT + SECOND, None), False),
        (NEVER, False),
    ],
)
def test_an_authority_counts_in_its_window_alone(window: Window, holds: bool) -> None:
    trust = trusting(authority(INTERMEDIATE, ROOT, window=window))
    if holds:
        assert build(LEAF, trust).at == AT
    else:
        assert reason(LEAF, trust) == "certificate.authority_window"


def test_an_authority_in_its_window_stands_in_for_one_that_is_not() -> None:
    retired = authority(INTERMEDIATE, ROOT, window=Window(START, START), named="retired")
    assert build(LEAF, trusting(retired, authority(INTERMEDIATE, ROOT))).authority.name == "ca"


def test_a_trust_root_without_authorities_trusts_nobody() -> None:
    assert reason(LEAF, trusting()) == "certificate.untrusted"


def test_the_search_spends_a_bounded_number_of_signatures() -> None:
    """Certificates that all issue one another: what a path finder without a budget explores for ever."""
    key = ec_key("twin", "p384")
    twins = [
        Wanted(subject, issuer, key, key, extensions=CA_EXTENSIONS, serial=number)
        for number in range(1, 6)
        for subject, issuer in (("odd", "even"), ("even", "odd"))
    ]
    assert reason(replace(LEAF, issuer="odd", signer=key), TRUST, *twins) == "limit.path"
    assert SIGNATURES_MAX <= 200
    assert PATH_MAX <= 10


def test_ten_authorities_and_ten_helpers_of_one_name_stay_within_it() -> None:
    authorities = [replace(INTERMEDIATE, key=ec_key(f"authority {number}", "p384")) for number in range(10)]
    helpers = [replace(INTERMEDIATE, key=ec_key(f"helper {number}", "p384")) for number in range(10)]
    trust = trusting(*(authority(each, ROOT, named=str(number)) for number, each in enumerate(authorities)))
    leaf = replace(LEAF, signer=authorities[-1].key)
    assert build(leaf, trust, *helpers).authority.name == "9"


def test_certificates_that_issued_one_another_lead_nowhere() -> None:
    first, second = ec_key("first", "p384"), ec_key("second", "p384")
    circle = (
        Wanted("first", "second", first, second, extensions=CA_EXTENSIONS),
        Wanted("second", "first", second, first, extensions=CA_EXTENSIONS),
    )
    assert reason(replace(LEAF, issuer="first", signer=first), TRUST, *circle) == "certificate.untrusted"


def test_time_is_an_argument_and_aware() -> None:
    with pytest.raises(TypeError):
        build(LEAF, TRUST, at=AT.replace(tzinfo=None))


def test_a_timestamp_authority_is_followed_from_its_first_certificate() -> None:
    signing = replace(INTERMEDIATE, extensions=with_(LEAF_EXTENSIONS, x509.ExtendedKeyUsage([TIME_STAMPING]), True))
    path = build_timestamp_path(timestamp_authority(signing, ROOT), AT)
    assert [each.der for each in path.chain] == [signing.der(), ROOT.der()]
    assert build_timestamp_path(timestamp_authority(signing), AT).chain == path.chain[:1]
    with pytest.raises(Fault, match=r"certificate\.untrusted"):
        build_timestamp_path(timestamp_authority(signing, replace(ROOT, key=ec_key("mallory", "p384"))), AT)
