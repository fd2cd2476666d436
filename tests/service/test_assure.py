"""The list of what passed: it says what signed verdicts prove that stand now, and nothing that anybody wrote beside."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.publish.tuf.edition import Edition
from api.publish.tuf.present import read_present
from api.publish.tuf.settings import read_settings
from api.signer.documents import Documents
from api.signer.envelopes import BUNDLE, Judged, sign_statements
from api.signer.published import Published, verifier_id
from api.store import verdicts
from api.store.schema import OPERATOR
from api.usecases.service.assure import Ground, Listing, list_passed
from fixtures.recipes.manifest import MANIFEST, MANIFEST_POLICY, asked, stating
from fixtures.recipes.scene import NOW, RELEASE
from tests.backends import Backend
from tests.ceremony.parties import BASE, person, signed, terms
from tests.publish.assured import LATER, Repository, ring_of
from tests.store import values
from tests.verifier.judging import request_of
from verifier.engine import judge
from verifier.gather import sha256
from verifier.outcome import Outcome
from verifier.policy.plain import digest
from verifier.report import render_report

NAMED = MANIFEST_POLICY.set("/product/resource", "pkg:generic/acme/endpoint@{version}")
PATH = "acme/endpoint/7.1.0/endpoint-7.1.0.exe"
BY_DIGEST = f"sha256/{RELEASE.sha256}"
DAY = datetime.timedelta(days=1)


class Office:
    """A service whose verdicts are written by hand, the folder that is published, and the repository in it."""

    def __init__(self, backend: Backend, directory: Path) -> None:
        self.backend = backend
        self.site = directory / "site"
        self.repository = Repository(self.site)
        self.published = Published(directory / "published")
        self.documents = Documents(directory / "trust")
        self.documents.add(signed(replace(terms(), expires=LATER), "ann", "bert"))
        with backend.database.writing() as connection:
            values.tenant(connection)
            values.tenant(connection, OPERATOR)

    def judged(
        self, policy: Any = NAMED, by: str = "verdicts", content: bytes = RELEASE.content, *, seen: bool = True
    ) -> dict[str, Any]:
        """The columns of a verdict that passed: signed by whoever is called so, under a policy that is published.

        It is about a file that holds `content`, where that was `seen` and not a digest alone.
        """
        digests, size = {"sha256": sha256(content).hex}, len(content)
        manifest = MANIFEST.set("/artifacts/0/sha256", digests["sha256"]).set("/artifacts/0/size", size)
        bundle = stating(manifest, subjects=[{"name": RELEASE.name, "digest": digests}])
        scene = dataclasses.replace(asked(bundle, policy=policy), digests=digests, size=size if seen else None)
        request = request_of(scene)
        verdict = judge(request)
        assert verdict.outcome is Outcome.PASSED
        verifier = verifier_id(BASE, request.policy)
        self.published.publish_policy(request.policy, verifier)
        report = render_report(verdict)
        evidence = {sha256(file.content).hex for file in request.evidence}
        made = sign_statements(Judged(verdict, report, request.policy, request.release, evidence), person(by), verifier)
        return {
            "artifact": digests["sha256"],
            "policy": digest(request.policy).hex,
            "policy_tenant": OPERATOR,
            "created": NOW,
            "report": report,
            "bundle": made.files[BUNDLE],
        }

    def add(self, name: str, **columns: Any) -> None:
        with self.backend.database.writing() as connection:
            values.accepted(connection, name)
            verdicts.insert(connection, values.verdict(name, **columns))

    def run(self, now: datetime.datetime = NOW) -> Listing:
        ground = Ground(self.backend.database, self.published, self.documents)
        return list_passed(ground, self.site, ring_of(), now)

    def listed(self) -> dict[str, Any]:
        """What the repository lists, by path."""
        shelf = self.repository.shelf
        edition = Edition(shelf, read_present(shelf), ring_of(), read_settings(self.site).lifetimes, NOW)
        return {path: edition.find(path) for path in edition.paths()}


@pytest.fixture
def office(backend: Backend, tmp_path: Path) -> Office:
    return Office(backend, tmp_path)


def test_what_passed_is_listed_by_its_digest_and_by_the_name_that_the_manifest_gives(office: Office) -> None:
    columns = office.judged()
    office.add("passed", **columns)

    listing = office.run()

    assert (listing.artifacts, listing.unlisted, listing.written.roles) == (1, (), ("snapshot", "timestamp"))
    listed = office.listed()
    assert set(listed) == {BY_DIGEST, PATH}
    for each in listed.values():
        assert (each["length"], each["hashes"]) == (len(RELEASE.content), {"sha256": RELEASE.sha256})
    said = listed[PATH]["custom"]["countersign"]["verdicts"][columns["policy"]]
    file = office.site / "verdicts" / columns["policy"] / "sha256" / RELEASE.sha256 / f"{said['number']}.json"
    assert sha256(file.read_bytes()).hex == said["sha256"]
    assert (said["resource"], said["level"]) == ("pkg:generic/acme/endpoint@7.1.0", "VI_LEVEL_1")
    assert office.repository.shelf.read("root", 1) == office.repository.anchor


def test_a_run_that_finds_nothing_new_writes_nothing(office: Office) -> None:
    office.add("passed", **office.judged())
    office.run()
    before = office.repository.files()

    assert office.run(NOW + DAY).artifacts == 1  # not settled when it was looked at: looked at again, once
    assert office.run(NOW + DAY).artifacts == 0
    assert office.repository.files() == before


def superseded(office: Office) -> None:
    office.add(
        "again", artifact=RELEASE.sha256, policy_tenant=OPERATOR, outcome="ERROR", supersedes="verdict of passed"
    )


def retired(office: Office) -> None:
    (policy,) = office.published.standing()
    office.published.retire_policy(digest(policy.policy))


def compromised(office: Office) -> None:
    (before,) = office.documents.contents()
    said = replace(terms(), expires=LATER)
    key = replace(said.verdict_keys[0], compromised=NOW)
    office.documents.add(signed(replace(said, version=2, verdict_keys=(key,)), "ann", "bert"))
    assert len(office.documents.contents()) == 2, before


@pytest.mark.parametrize("fall", [superseded, retired, compromised])
def test_what_stands_no_more_goes_out_of_the_lists_and_its_file_stays(
    office: Office, fall: Callable[[Office], None]
) -> None:
    office.add("passed", **office.judged())
    office.run()
    fall(office)

    office.run(NOW + DAY)

    assert office.listed() == {}
    assert len(list((office.site / "verdicts").rglob("1.json"))) == 1


def test_a_verdict_that_the_services_key_did_not_sign_is_not_listed_whatever_the_database_says(office: Office) -> None:
    office.add("forged", **office.judged(by="mallory"))
    office.add("borrowed", **office.judged() | {"artifact": "0" * 64})
    office.add("swapped", **office.judged() | {"report": b"{}"})

    assert {fault.reason for fault in office.run().unlisted} == {"assured.unproved", "vsa.report"}
    assert office.listed() == {}


def test_what_nobody_measured_is_not_listed(office: Office) -> None:
    plain = NAMED.set("/require/0/match", ["sha256"])
    office.add("digest", **office.judged(plain, seen=False))

    assert [fault.reason for fault in office.run().unlisted] == ["assured.unmeasured"]
    assert office.listed() == {}


def test_a_name_that_the_policy_does_not_ask_for_is_nobodys_proof(office: Office) -> None:
    office.add("passed", **office.judged(NAMED.drop("/require/0/subject")))

    office.run()

    assert set(office.listed()) == {BY_DIGEST}


def test_of_two_files_of_one_name_and_version_the_first_keeps_it_until_it_falls(office: Office) -> None:
    office.add("passed", **office.judged())
    office.run()
    content = b"other bytes of that version"
    other = sha256(content).hex
    office.add("other", **office.judged(content=content))

    (fault,) = office.run(NOW + DAY).unlisted

    assert (fault.reason, fault.place.source, fault.actual) == ("publish.name_taken", PATH, f"sha256:{other}")
    assert set(office.listed()) == {BY_DIGEST, PATH, f"sha256/{other}"}
    assert office.listed()[PATH]["hashes"] == {"sha256": RELEASE.sha256}
    superseded(office)
    office.add("again other", **office.judged(content=content))
    assert office.run(NOW + DAY).unlisted == ()
    assert office.listed()[PATH]["hashes"] == {"sha256": other}


def test_under_two_policies_it_is_listed_until_neither_stands(office: Office) -> None:
    first, second = office.judged(), office.judged(NAMED.set("/id", "another").set("/version", 1))
    office.add("passed", **first)
    office.add("other", **second)
    office.run()
    assert set(office.listed()[PATH]["custom"]["countersign"]["verdicts"]) == {first["policy"], second["policy"]}

    superseded(office)
    office.run(NOW + DAY)

    assert set(office.listed()[PATH]["custom"]["countersign"]["verdicts"]) == {second["policy"]}


def test_cut_off_before_it_remembered_it_comes_to_the_same(office: Office) -> None:
    office.add("passed", **office.judged())
    office.run()
    listed, files = office.listed(), office.repository.files()
    (office.site / ".taken.json").unlink()

    assert office.run().written.roles == ()
    assert (office.listed(), office.repository.files()) == (listed, files)


def test_what_a_restored_database_does_not_know_is_taken_out(office: Office, tmp_path: Path) -> None:
    office.add("passed", **office.judged())
    office.run(NOW + DAY)
    with office.backend.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM verdicts")

    office.run(NOW + DAY)

    assert office.listed() == {}
    assert json.loads((office.site / ".taken.json").read_bytes())["signed"]["serial"] == 0
