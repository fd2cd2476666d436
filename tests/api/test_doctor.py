"""`doctor` finds what would keep an installation from judging, and calls nothing else bad."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import jsonschema_rs
import pytest

from api.effects import installation
from api.effects.trust_store import LocalTrustStore, Stored
from api.engines.probing import Confinement, probe
from api.usecases.doctor import Diagnosis, diagnose

from .conftest import Program
from .running import ROOT
from .test_trust_store import FILES, NOON, Clock, shipped

CONFINED = Confinement(refused=True, namespace=True)


@pytest.fixture
def store(tmp_path: Path) -> LocalTrustStore:
    made = LocalTrustStore(FILES, tmp_path / "trust")
    made.put(Stored("sigstore", shipped().content, NOON, "refreshed", "repository", 3))
    made.directory.chmod(0o700)
    for path in made.directory.iterdir():
        path.chmod(0o600)
    return made


def look(store: LocalTrustStore, now: datetime.datetime = NOON, found: Confinement | None = CONFINED) -> Diagnosis:
    return diagnose(store, Clock(now), lambda: found)


def states(diagnosis: Diagnosis, state: str) -> set[str]:
    return {each.subject for each in diagnosis.findings if each.state == state}


def test_a_sound_installation(store: LocalTrustStore) -> None:
    found = look(store)
    assert found.well
    assert {"version", "clock", "store", "trust sigstore", "second opinion"} <= states(found, "good")


def test_a_clock_behind_what_was_installed(store: LocalTrustStore) -> None:
    found = look(store, datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC))
    assert not found.well
    assert {"clock", "trust sigstore"} <= states(found, "bad")


def test_an_old_root_is_for_the_policy_to_judge(store: LocalTrustStore) -> None:
    found = look(store, NOON + datetime.timedelta(days=200))
    assert found.well
    assert "trust sigstore" in states(found, "note")


def test_a_damaged_entry_hides_no_other(store: LocalTrustStore) -> None:
    (store.directory / "root-acme.json").write_text("{}")
    (store.directory / "root-acme.json").chmod(0o600)
    found = look(store)
    assert states(found, "bad") == {"trust acme"}


@pytest.mark.parametrize("name", ["", "root-sigstore.json"])
def test_a_store_that_others_can_write(store: LocalTrustStore, name: str) -> None:
    (store.directory / name).chmod(0o777)
    assert states(look(store), "bad") == {"store"}


@pytest.mark.parametrize(("found", "state"), [
    (None, "bad"),
    (Confinement(refused=False, namespace=True), "bad"),
    (Confinement(refused=True, namespace=False), "note"),
])  # fmt: skip
def test_the_process_of_the_second_opinion(store: LocalTrustStore, found: Confinement | None, state: str) -> None:
    diagnosis = look(store, found=found)
    assert "second opinion" in states(diagnosis, state)
    assert diagnosis.well is (state != "bad")


def test_that_process_is_refused_connections() -> None:
    found = probe()
    assert found is not None
    assert found.refused


def test_an_extra_that_is_absent_is_named(store: LocalTrustStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(installation.EXTRAS, "report", ("no_such_module",))
    found = look(store)
    assert found.well
    (extra,) = (each for each in found.findings if each.subject == "extra report")
    assert (extra.state, extra.detail) == ("note", "lacks no_such_module: pip install 'countersign[report]'")


def test_the_command_ends_with_4_where_something_is_bad(program: Program, home: Path) -> None:
    assert program("doctor").code == 0
    document = json.loads(program("doctor", "--format", "json").output)
    assert (document["format"], document["well"]) == ("countersign.doctor/1", True)
    schema = json.loads((ROOT / "docs" / "schemas" / "doctor.schema.json").read_bytes())
    assert not list(jsonschema_rs.Draft202012Validator(schema).iter_errors(document))
    directory = home / "countersign" / "trust"
    directory.mkdir(parents=True)
    (directory / "root-acme.json").write_text("{}")
    ran = program("doctor")
    assert ran.code == 4
    assert "trust acme" in ran.text
