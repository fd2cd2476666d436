"""A signer that nobody attends: its trust document says so, is renewed while it lasts, and says which key may sign."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.effects.keys import Signer
from api.effects.keys.files import open_file
from api.effects.keys.pins import NobodyToAsk
from api.signer import SignerFault
from api.signer.documents import Documents
from api.signer.setup import KEY, LASTS, RENEWED, ROOT_KEY, SETTINGS, TRUST, listed, open_countersigner, prepare
from attestations.trust_documents import Terms, TrustDocument, covered_bytes, write_trust_document
from attestations.tuf.metadata import Signature
from verifier.trust_documents import begin, check_current

from .office import BASE, SetClock

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def started(directory: Path, at: datetime.datetime = NOW) -> TrustDocument:
    """A start at `at`; the trust document after it."""
    prepare(directory, BASE, SetClock(at))
    document = Documents(directory / TRUST).current()
    assert document is not None
    return document


def status(directory: Path) -> object:
    return open_countersigner(directory, SetClock(NOW), NobodyToAsk()).status()


def _key(directory: Path, name: str) -> Signer:
    return open_file(str(directory / name), NobodyToAsk())


def _next(directory: Path, terms: Terms) -> bytes:
    root = _key(directory, ROOT_KEY)
    signature = Signature(root.public_key.fingerprint.hex, root.sign(covered_bytes(terms)))
    return write_trust_document(replace(terms, version=terms.version + 1), [signature])


def test_the_document_of_a_first_start_lists_its_key_and_says_that_nobody_attended(tmp_path: Path) -> None:
    document = started(tmp_path)

    assert document.terms.unattended
    assert (document.terms.base, document.terms.version, document.terms.expires) == (BASE, 1, NOW + LASTS)
    key = listed(document, _key(tmp_path, KEY))
    assert (key.unattended, key.window.start) == (True, NOW)
    assert NOW + LASTS - DAY in key.window
    assert NOW + LASTS not in key.window


def test_it_is_renewed_before_it_ends_and_not_before_that(tmp_path: Path) -> None:
    first = started(tmp_path)

    assert started(tmp_path, NOW + LASTS - RENEWED - DAY) == first
    second = started(tmp_path, NOW + LASTS - RENEWED)
    assert (second.terms.version, second.terms.verdict_keys) == (2, first.terms.verdict_keys)
    check_current(second, NOW + LASTS)


def test_what_was_cut_off_is_finished_by_the_next_start(tmp_path: Path) -> None:
    first = started(tmp_path)
    (tmp_path / SETTINGS).unlink()

    assert started(tmp_path) == first
    assert (tmp_path / SETTINGS).exists()


def test_a_key_that_the_document_does_not_list_signs_nothing(tmp_path: Path) -> None:
    started(tmp_path)
    (tmp_path / KEY).unlink()
    (tmp_path / KEY).write_bytes((tmp_path / ROOT_KEY).read_bytes())
    (tmp_path / KEY).chmod(0o600)

    with pytest.raises(SignerFault) as refusal:
        status(tmp_path)
    assert refusal.value.reason == "signer.key_unlisted"


def test_a_key_that_was_compromised_signs_nothing(tmp_path: Path) -> None:
    terms = started(tmp_path).terms
    lost = replace(terms.verdict_keys[0], compromised=NOW + DAY)
    said = replace(terms, version=2, verdict_keys=(lost,))
    root = _key(tmp_path, ROOT_KEY)
    signature = Signature(root.public_key.fingerprint.hex, root.sign(covered_bytes(said)))
    Documents(tmp_path / TRUST).add(write_trust_document(said, [signature]))

    with pytest.raises(SignerFault) as refusal:
        status(tmp_path)
    assert refusal.value.reason == "signer.key_unlisted"


def test_a_document_that_does_not_follow_is_not_kept_and_one_put_there_is_noticed(tmp_path: Path) -> None:
    terms = started(tmp_path).terms
    forged = _next(tmp_path, terms)

    with pytest.raises(Exception, match="too few of the keys"):
        Documents(tmp_path / TRUST).add(forged)
    assert len(Documents(tmp_path / TRUST).contents()) == 1
    (tmp_path / TRUST / "2.root.json").write_bytes(forged)
    with pytest.raises(SignerFault) as refusal:
        status(tmp_path)
    assert refusal.value.reason == "signer.damaged"


def test_a_document_that_is_kept_already_changes_nothing(tmp_path: Path) -> None:
    started(tmp_path)
    (content,) = Documents(tmp_path / TRUST).contents()

    assert Documents(tmp_path / TRUST).add(content) == begin(content, source="trust document")
    assert Documents(tmp_path / TRUST).contents() == (content,)
