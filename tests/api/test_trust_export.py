"""Trust across a gap: what is exported is what is imported; what is altered, older or dated ahead is refused whole."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.effects.trust_store import LocalTrustStore, Stored
from api.usecases.trust_export import Imported, export_trust, import_trust
from attestations.digests import Digest
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from fixtures.build import VECTORS

from .conftest import Program
from .test_trust_store import FILES, NOON, Clock, shipped

DAY = datetime.timedelta(days=1)
KEY = (VECTORS / "good" / "key-ed25519" / "key-1.pem").read_bytes()
OTHER_KEY = (VECTORS / "good" / "key-ecdsa-p256" / "key-1.pem").read_bytes()
ROOT = Stored("sigstore", shipped().content, NOON, "refreshed", "repository", 3)
ACME = Stored("acme", KEY, NOON, "added", "vendor.pem")

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def outside(tmp_path: Path) -> LocalTrustStore:
    """The store of a machine with a network, with something of its own in it."""
    store = LocalTrustStore(FILES, tmp_path / "outside")
    store.put(ROOT)
    store.put(ACME)
    return store


@pytest.fixture
def inside(tmp_path: Path) -> LocalTrustStore:
    """The empty store of a machine without one."""
    return LocalTrustStore(FILES, tmp_path / "inside")


@pytest.fixture
def export(outside: LocalTrustStore, tmp_path: Path) -> Path:
    path = tmp_path / "trust.json"
    export_trust(str(path), (), outside, FILES)
    return path


def take(path: Path, store: LocalTrustStore, expected: Digest | None = None, now: datetime.datetime = NOON) -> Imported:
    return import_trust(str(path), expected, store, FILES, Clock(now), DEFAULT_LIMITS)


def refused(path: Path, store: LocalTrustStore, **given: Any) -> str:
    """The reason for which nothing of the file was kept."""
    before = store.all()
    with pytest.raises(Fault) as raised:
        take(path, store, **given)
    assert store.all() == before
    return raised.value.reason


def test_what_was_exported_is_imported_with_its_dates_and_versions(export: Path, inside: LocalTrustStore) -> None:
    imported = take(export, inside)
    assert {entry.name for entry in imported.kept} >= {"acme", "sigstore"}
    for before in (ROOT, ACME):
        after = inside.get(before.name)
        assert after is not None
        assert (after.content, after.dated, after.version) == (before.content, before.dated, before.version)
        assert (after.origin, after.source) == ("imported", f"{export}: {before.source}")


def test_the_same_store_exports_the_same_bytes(export: Path, outside: LocalTrustStore, tmp_path: Path) -> None:
    again = export_trust(str(tmp_path / "again"), (), outside, FILES)
    assert (tmp_path / "again").read_bytes() == export.read_bytes()
    assert again.entries == outside.all()


def test_only_what_was_named_is_exported(outside: LocalTrustStore, tmp_path: Path) -> None:
    exported = export_trust(str(tmp_path / "one"), ("acme", "acme"), outside, FILES)
    assert exported.entries == (ACME,)
    with pytest.raises(Fault) as raised:
        export_trust(str(tmp_path / "two"), ("nobody",), outside, FILES)
    assert raised.value.reason == "trust.name_unknown"
    assert not (tmp_path / "two").exists()


def test_a_second_import_changes_nothing(export: Path, inside: LocalTrustStore) -> None:
    take(export, inside)
    before = inside.all()
    assert take(export, inside).kept == ()
    assert inside.all() == before


def test_the_fingerprint_is_that_of_the_file(export: Path, inside: LocalTrustStore, outside: LocalTrustStore) -> None:
    told = export_trust(str(export), (), outside, FILES).fingerprint
    assert refused(export, inside, expected=Digest("sha256", "0" * 64)) == "trust.export_fingerprint"
    assert take(export, inside, told).fingerprint == told


@pytest.mark.parametrize("version", [2, 3])
def test_t80_a_root_older_than_the_one_held_is_refused(export: Path, inside: LocalTrustStore, version: int) -> None:
    newer = shipped("sigstore-staging").content
    inside.put(Stored("sigstore", newer, NOON + DAY, "refreshed", "repository", 4 if version == 2 else 3))
    assert refused(export, inside, now=NOON + 2 * DAY) == "trust.rollback"


def test_a_name_does_not_come_to_stand_for_other_keys(export: Path, inside: LocalTrustStore) -> None:
    inside.put(Stored("acme", OTHER_KEY, NOON - DAY, "added", "elsewhere"))
    assert refused(export, inside) == "trust.name_taken"


def test_what_is_dated_ahead_is_refused(export: Path, inside: LocalTrustStore) -> None:
    assert refused(export, inside, now=NOON - DAY) == "trust.export_malformed"


CHANGES: dict[str, Change] = {
    "other format": lambda it: it.update(format="countersign.trust-export/2"),
    "no entries": lambda it: it.update(entries=[]),
    "one twice": lambda it: it["entries"].append(it["entries"][0]),
    "other content": lambda it: it["entries"][0].update(content="AAAA"),
    "other digest": lambda it: it["entries"][0].update(sha256="0" * 64),
    "a path for a name": lambda it: it["entries"][0].update(name="../escape"),
    "no date": lambda it: it["entries"][0].pop("dated"),
    "a date that is none": lambda it: it["entries"][0].update(dated="tomorrow"),
    "a date without a zone": lambda it: it["entries"][0].update(dated="2026-06-01T12:00:00"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_t51_an_altered_export_is_refused_whole(export: Path, inside: LocalTrustStore, change: str) -> None:
    document = json.loads(export.read_bytes())
    CHANGES[change](document)
    export.write_text(json.dumps(document))
    assert refused(export, inside) == "trust.export_malformed"


def test_a_root_that_nobody_could_use_is_refused(
    outside: LocalTrustStore, inside: LocalTrustStore, tmp_path: Path
) -> None:
    outside.put(Stored("broken", b"{}", NOON, "added", "somewhere"))
    path = tmp_path / "trust.json"
    export_trust(str(path), (), outside, FILES)
    assert refused(path, inside).startswith("trust.")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_an_export_cut_off_anywhere_is_refused(export: Path, inside: LocalTrustStore, share: float) -> None:
    whole = export.read_bytes()
    export.write_bytes(whole[: int(len(whole) * share)])
    assert refused(export, inside) == "trust.export_malformed"


def test_both_sides_show_the_same_fingerprint(scene: Path, program: Program) -> None:
    fingerprint = program("trust", "export", "trust.json").text.splitlines()[0]
    assert fingerprint.startswith("sha256:")
    ran = program("trust", "import", "trust.json", "--fingerprint", fingerprint)
    assert (ran.code, ran.text.splitlines()[0]) == (0, fingerprint)
    assert program("trust", "import", "trust.json", "--fingerprint", "sha256:" + "0" * 64).code == 4
    assert program("trust", "import", "trust.json", "--fingerprint", "nonsense").code == 2
