"""Named trust: what the library ships, what the user keeps, what a repository says is current."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from api.effects.files import LocalFiles
from api.effects.trust_source import TufSource
from api.effects.trust_store import INSTANCES, LocalTrustStore, Stored, packaged
from api.usecases.trust import add_trust, refresh_trust
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from verifier.trust import load_trust_root

from .tuf_repository import Repository

FILES = LocalFiles()
NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)


class Clock:
    """A clock that stands where it was put."""

    def __init__(self, now: datetime.datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime.datetime:
        return self._now


@pytest.fixture
def store(tmp_path: Path) -> LocalTrustStore:
    return LocalTrustStore(FILES, tmp_path / "trust")


def shipped(name: str = "sigstore") -> Stored:
    entry = packaged(name)
    assert entry is not None
    return entry


def reason(error: pytest.ExceptionInfo[Fault]) -> str:
    return error.value.reason


@pytest.mark.parametrize("name", INSTANCES)
def test_the_librarys_own_roots_are_there_dated_and_usable(store: LocalTrustStore, name: str) -> None:
    entry = store.get(name)
    assert entry == shipped(name)
    root = load_trust_root(entry.content, name=name, dated=entry.dated)
    assert root.logs
    assert root.certificate_authorities
    starts = [log.window.start for log in (*root.logs, *root.ct_logs) if log.window.start is not None]
    assert max(starts) <= entry.dated


def test_a_name_that_nobody_gave_is_nothing(store: LocalTrustStore) -> None:
    assert store.get("acme") is None
    assert [entry.name for entry in store.all()] == sorted(INSTANCES)


@pytest.mark.parametrize("name", ["", "../escape", "a/b", "UPPER", ".hidden", "x" * 65, "a\0b", "naïve"])
def test_t83_a_name_is_checked_before_it_becomes_a_path(store: LocalTrustStore, name: str) -> None:
    with pytest.raises(Fault) as raised:
        store.get(name)
    assert reason(raised) == "trust.name_malformed"


def test_what_was_put_is_got_back(store: LocalTrustStore) -> None:
    entry = Stored("acme", b"\x00\xff content", NOON, "added", "somewhere", 7)
    store.put(entry)
    assert store.get("acme") == entry
    assert entry in store.all()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda text: "",
        lambda text: text.replace('"content": "', '"content": "AAAA'),
        lambda text: text.replace('"name": "sigstore"', '"name": "other"'),
        lambda text: text.replace("2026-06-01T12:00:00Z", "2026-06-01T12:00:00"),
        lambda text: text.replace("2026-06-01T12:00:00Z", "tomorrow"),
        lambda text: text.replace("countersign.trust/1", "countersign.trust/2"),
        lambda text: text.replace('"version": 3', '"version": "3"'),
        lambda text: text + text,
    ],
)
def test_t51_a_damaged_entry_is_refused_and_not_passed_over_for_an_older_root(store: LocalTrustStore, damage) -> None:  # type: ignore[no-untyped-def]  # a table of lambdas
    store.put(Stored("sigstore", shipped().content, NOON, "refreshed", "repository", 3))
    path = store.directory / "root-sigstore.json"
    before = path.read_text()
    path.write_text(damage(before))
    assert path.read_text() != before
    with pytest.raises(Fault) as raised:
        store.get("sigstore")
    assert reason(raised) == "trust.store_damaged"
    assert str(raised.value.place) == str(path)


def test_t71_a_relative_data_directory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: "somewhere")
    with pytest.raises(Fault) as raised:
        LocalTrustStore(FILES).get("sigstore")
    assert reason(raised) == "trust.store_damaged"


def test_adding_keeps_the_file_and_the_day(store: LocalTrustStore, tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(shipped().content)
    entry = add_trust("acme", str(tmp_path / "root.json"), store, FILES, Clock(), DEFAULT_LIMITS)
    assert (entry.dated, entry.origin, store.get("acme")) == (NOON, "added", entry)


def test_adding_the_same_twice_is_fine_and_another_under_its_name_is_not(
    store: LocalTrustStore, tmp_path: Path
) -> None:
    for name in INSTANCES:
        (tmp_path / name).write_bytes(shipped(name).content)
    for _ in range(2):
        add_trust("acme", str(tmp_path / "sigstore"), store, FILES, Clock(), DEFAULT_LIMITS)
    with pytest.raises(Fault) as raised:
        add_trust("acme", str(tmp_path / "sigstore-staging"), store, FILES, Clock(), DEFAULT_LIMITS)
    assert reason(raised) == "trust.name_taken"
    entry = store.get("acme")
    assert entry is not None
    assert entry.content == shipped().content


@pytest.mark.parametrize("name", INSTANCES)
def test_nobody_takes_the_name_of_a_shipped_root(store: LocalTrustStore, tmp_path: Path, name: str) -> None:
    (tmp_path / "root.json").write_bytes(shipped().content)
    with pytest.raises(Fault) as raised:
        add_trust(name, str(tmp_path / "root.json"), store, FILES, Clock(), DEFAULT_LIMITS)
    assert reason(raised) == "trust.name_taken"


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\xfe{\x00}\x00", b"-----BEGIN PUBLIC KEY-----\nAAAA\n", b"GIF89a"]
)
def test_what_nobody_can_use_is_not_kept(store: LocalTrustStore, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Fault) as raised:
        add_trust("acme", str(tmp_path / "file"), store, FILES, Clock(), DEFAULT_LIMITS)
    assert reason(raised).startswith("trust.")
    assert store.get("acme") is None


def source(store: LocalTrustStore, repository: Repository) -> TufSource:
    return TufSource(store.directory, repository, lambda _name: repository.anchor)


def test_a_refresh_keeps_what_the_repository_gives_and_when(store: LocalTrustStore) -> None:
    repository = Repository(shipped("sigstore-staging").content, 5)
    refreshed = refresh_trust("sigstore", store, source(store, repository), Clock())
    assert refreshed.changed
    entry = store.get("sigstore")
    assert entry == refreshed.after
    assert entry is not None
    assert (entry.content, entry.dated, entry.version) == (shipped("sigstore-staging").content, NOON, 5)


def test_a_refresh_without_news_renews_the_date(store: LocalTrustStore) -> None:
    repository = Repository(shipped().content)
    refresh_trust("sigstore", store, source(store, repository), Clock())
    later = NOON + datetime.timedelta(days=1)
    refreshed = refresh_trust("sigstore", store, source(store, repository), Clock(later))
    assert not refreshed.changed
    assert refreshed.after.dated == later


def test_t80_the_repository_cannot_go_back(store: LocalTrustStore) -> None:
    repository = Repository(shipped().content, 5)
    refresh_trust("sigstore", store, source(store, repository), Clock())
    repository.publish(shipped("sigstore-staging").content, 4)
    with pytest.raises(Fault) as raised:
        refresh_trust("sigstore", store, source(store, repository), Clock())
    assert reason(raised) == "trust.refresh_failed"


def test_t80_nor_where_what_was_seen_before_is_gone(store: LocalTrustStore, tmp_path: Path) -> None:
    repository = Repository(shipped().content, 5)
    refresh_trust("sigstore", store, source(store, repository), Clock())
    repository.publish(shipped("sigstore-staging").content, 4)
    forgetful = TufSource(tmp_path / "elsewhere", repository, lambda _name: repository.anchor)
    with pytest.raises(Fault) as raised:
        refresh_trust("sigstore", store, forgetful, Clock())
    assert reason(raised) == "trust.rollback"
    entry = store.get("sigstore")
    assert entry is not None
    assert entry.version == 5


def test_t80_a_clock_that_went_back_is_noticed(store: LocalTrustStore) -> None:
    repository = Repository(shipped().content)
    refresh_trust("sigstore", store, source(store, repository), Clock())
    with pytest.raises(Fault) as raised:
        refresh_trust("sigstore", store, source(store, repository), Clock(NOON - datetime.timedelta(days=1)))
    assert reason(raised) == "trust.rollback"


def test_a_repository_of_other_keys_is_refused(store: LocalTrustStore) -> None:
    stranger = Repository(shipped().content)
    ours = Repository(shipped().content)
    with pytest.raises(Fault) as raised:
        refresh_trust("sigstore", store, TufSource(store.directory, stranger, lambda _name: ours.anchor), Clock())
    assert reason(raised) == "trust.refresh_failed"
    assert store.get("sigstore") == shipped()


def test_a_root_that_cannot_be_used_is_not_kept(store: LocalTrustStore) -> None:
    repository = Repository(b"{}")
    with pytest.raises(Fault) as raised:
        refresh_trust("sigstore", store, source(store, repository), Clock())
    assert reason(raised) == "trust.malformed"
    assert store.get("sigstore") == shipped()


def test_a_repository_that_is_not_there_leaves_what_is_stored(store: LocalTrustStore) -> None:
    repository = Repository(shipped().content)
    repository.files.clear()
    with pytest.raises(Fault) as raised:
        refresh_trust("sigstore", store, source(store, repository), Clock())
    assert reason(raised) == "trust.refresh_failed"
    assert INSTANCES["sigstore"] in raised.value.detail


def test_a_name_without_a_repository_cannot_be_refreshed(store: LocalTrustStore) -> None:
    with pytest.raises(Fault) as raised:
        refresh_trust("acme", store, TufSource(store.directory), Clock())
    assert reason(raised) == "trust.name_unknown"


def test_t80_a_library_that_was_updated_since_the_refresh_counts(store: LocalTrustStore) -> None:
    before = shipped().dated - datetime.timedelta(seconds=1)
    store.put(Stored("sigstore", shipped("sigstore-staging").content, before, "refreshed", "repository", 3))
    assert store.get("sigstore") == shipped()


def test_an_entry_is_one_readable_file(store: LocalTrustStore) -> None:
    store.put(Stored("acme", b"x", NOON, "added", "somewhere"))
    (path,) = store.directory.iterdir()
    assert json.loads(path.read_text())["dated"] == "2026-06-01T12:00:00Z"
