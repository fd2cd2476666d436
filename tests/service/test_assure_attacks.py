"""The list of what passed against whoever can write into the directory that is served, and what a backup restores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from api.publish.tuf.keys import Keyring
from fixtures.recipes.scene import NOW
from tests.backends import Backend

from .test_assure import BY_DIGEST, DAY, PATH, Office, superseded


@pytest.fixture
def office(backend: Backend, tmp_path: Path) -> Office:
    office = Office(backend, tmp_path)
    office.add("passed", **office.judged())
    office.run()
    office.run(NOW + DAY)
    assert set(office.listed()) == {BY_DIGEST, PATH}
    return office


def _backed_up(office: Office, name: str) -> Path:
    return Path(shutil.copytree(office.site, office.site.with_name(name)))


def test_an_account_that_somebody_else_wrote_keeps_nothing_listed(office: Office) -> None:
    """An edition that still lists the file, and an account that says the verdict that takes it out was seen."""
    listed = _backed_up(office, "listed")
    superseded(office)
    office.run(NOW + DAY)
    office.run(NOW + 2 * DAY)
    seen = json.loads((office.site / ".taken.json").read_bytes())
    shutil.rmtree(office.site / "metadata")
    shutil.copytree(listed / "metadata", office.site / "metadata")
    assert set(office.listed()) == {BY_DIGEST, PATH}
    said = seen.get("signed", seen)
    said["snapshot"] = 1
    (office.site / ".taken.json").write_text(json.dumps(seen))

    office.run(NOW + 2 * DAY)

    assert office.listed() == {}


def test_the_account_of_a_later_edition_is_none_of_an_earlier_one(office: Office) -> None:
    """Metadata alone was restored from a backup."""
    listed = _backed_up(office, "listed")
    superseded(office)
    office.run(NOW + DAY)
    office.run(NOW + 2 * DAY)
    shutil.rmtree(office.site / "metadata")
    shutil.copytree(listed / "metadata", office.site / "metadata")

    office.run(NOW + 2 * DAY)

    assert office.listed() == {}


def test_a_directory_that_was_restored_whole_catches_up(office: Office) -> None:
    listed = _backed_up(office, "listed")
    superseded(office)
    office.run(NOW + DAY)
    office.run(NOW + 2 * DAY)
    shutil.rmtree(office.site)
    listed.rename(office.site)

    office.run(NOW + 2 * DAY)

    assert office.listed() == {}


def test_whose_account_cannot_be_signed_looks_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (office.site / ".taken.json").unlink()
    monkeypatch.setattr("tests.service.test_assure.ring_of", lambda: Keyring(()))
    assert office.run(NOW + DAY).artifacts == 1
    assert not (office.site / ".taken.json").exists()
