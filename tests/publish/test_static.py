"""What is published as files: verdicts that passed, and nothing that belongs to whoever asked; nothing ever changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.effects.faults import OutputFault
from api.publish.static import StaticSite
from api.signer.documents import Documents
from api.signer.envelopes import BUNDLE, Judged, sign_statements
from api.signer.published import Published, verifier_id
from api.store import verdicts
from api.store.schema import OPERATOR
from api.usecases.service.publish import PublishedFiles, publish
from tests.backends import Backend
from tests.ceremony.parties import BASE, after, person, signed, terms
from tests.signer.office import honest
from tests.store import values
from verifier.policy.plain import digest
from verifier.report import render_report

FIRST = terms()


def files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


@pytest.fixture
def add(backend: Backend) -> Callable[..., None]:
    """Writes a verdict that was issued; the rest is as the test says."""
    with backend.database.writing() as connection:
        values.tenant(connection)

    def write(name: str, bundle: bytes | None = b"{}", **fields: Any) -> None:
        with backend.database.writing() as connection:
            values.accepted(connection, name)
            row = values.verdict(name, bundle=bundle, **({"policy_tenant": OPERATOR} | fields))
            verdicts.insert(connection, row)

    with backend.database.writing() as connection:
        values.tenant(connection, OPERATOR)
    return write


@pytest.fixture
def bring_up(backend: Backend, tmp_path: Path) -> Callable[[], PublishedFiles]:
    """Publishes to ``site``."""
    published, documents = Published(tmp_path / "published"), Documents(tmp_path / "trust")
    return lambda: publish(backend.database, published, documents, StaticSite(tmp_path / "site"))


def test_what_passed_is_published_and_nothing_else(
    add: Callable[..., None], bring_up: Callable[[], PublishedFiles], tmp_path: Path
) -> None:
    add("passed")
    add("again", b'{"n":2}', supersedes="verdict of passed")
    add("refuted", b'{"failed":1}', outcome="FAILED")
    add("undecided", b'{"error":1}', outcome="ERROR")
    add("own", b'{"own":1}', policy_tenant="acme")
    add("unsigned", None)

    assert bring_up().verdicts == 2
    place = f"verdicts/{values.digest('policy')}/sha256/{values.digest('artifact')}"
    assert files(tmp_path / "site") == [f"{place}/1.json", f"{place}/2.json"]
    assert (tmp_path / "site" / place / "2.json").read_bytes() == b'{"n":2}'


def test_publishing_again_adds_what_is_new_and_changes_nothing(
    add: Callable[..., None], bring_up: Callable[[], PublishedFiles], tmp_path: Path
) -> None:
    add("one", b"1")
    bring_up()
    before = {name: written(tmp_path / "site" / name) for name in files(tmp_path / "site")}
    add("two", b"2")

    assert bring_up() == PublishedFiles(verdicts=1, policies=0, documents=0, all_verdicts=2)
    assert bring_up() == PublishedFiles(verdicts=0, policies=0, documents=0, all_verdicts=2)
    assert {name: written(tmp_path / "site" / name) for name in before} == before


def written(path: Path) -> tuple[int, int, int]:
    """Which file it is and when it was written; not when somebody read it last."""
    state = path.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


def test_more_verdicts_than_are_read_at_once_are_all_published(
    add: Callable[..., None], bring_up: Callable[[], PublishedFiles], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.usecases.service.publish.PAGE", 2)
    for number in range(5):
        add(f"v{number}", b"%d" % number)

    assert bring_up().verdicts == 5


def test_a_verdict_that_was_published_keeps_its_number_whatever_comes_late(tmp_path: Path) -> None:
    site, policy, artifact = StaticSite(tmp_path), "a" * 64, "b" * 64

    assert [site.put_verdict(policy, artifact, each) for each in (b"6", b"5", b"6")] == [True, True, False]
    assert [(tmp_path / name).read_bytes() for name in files(tmp_path)] == [b"6", b"5"]


def test_what_was_published_is_never_replaced(tmp_path: Path) -> None:
    site = StaticSite(tmp_path)
    site.put_policy("a" * 64, b"{}")

    with pytest.raises(OutputFault) as refusal:
        site.put_policy("a" * 64, b"[]")
    assert refusal.value.reason == "publish.changed"
    for name in ("../x", "A" * 64, ""):
        with pytest.raises(ValueError, match="SHA-256"):
            site.put_policy(name, b"{}")


def test_the_newest_trust_document_is_found_and_all_before_it(tmp_path: Path) -> None:
    documents, site = Documents(tmp_path / "trust"), StaticSite(tmp_path / "site")
    for said in (FIRST, after(FIRST)):
        documents.add(signed(said, "ann", "bert"))

    assert (site.put_documents(documents.contents()), site.put_documents(documents.contents())) == (2, 0)
    assert files(tmp_path / "site") == ["trust/1.root.json", "trust/2.root.json", "trust/root.json"]
    assert (tmp_path / "site/trust/root.json").read_bytes() == documents.contents()[-1]


def test_a_published_policy_is_the_one_that_its_name_says(tmp_path: Path) -> None:
    request, verdict = honest()
    published = Published(tmp_path / "published")
    published.publish_policy(request.policy, verifier_id(BASE, request.policy))
    judged = Judged(verdict, render_report(verdict), request.policy, request.release, ())
    made = sign_statements(judged, person("verdicts"), "https://x.example/v1")

    assert [name for name, _ in published.contents()] == [digest(request.policy).hex]
    assert StaticSite(tmp_path / "site").put_verdict(digest(request.policy).hex, "b" * 64, made.files[BUNDLE])
