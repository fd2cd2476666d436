"""Repositories that must agree on a file: who is counted, what is contradicted, and what leads to a weaker rule."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from attestations.faults import Fault, FormatFault
from attestations.tuf.maps import RepositoryMap, parse_map
from verifier.faults import UpdateFault
from verifier.updates.tuf.tap4 import Agreement, Answer, Refused, listing_of, search

from .tuf_worlds import CONTENT, EARLIER, TARGET, Client, World

OTHER = b"bytes of another release"


def mapped(*rules: dict[str, Any], **members: Any) -> RepositoryMap:
    """A map of three repositories, under these rules."""
    repositories = {name: [f"https://{name}.example/"] for name in ("vendor", "assurer", "rebuilder")}
    written = [{"paths": ["*"], "repositories": list(repositories), "threshold": 2, "terminating": True, **rule}
               for rule in rules or ({},)]  # fmt: skip
    return parse_map(json.dumps({"repositories": repositories, "mapping": written, **members}).encode())


class Parties:
    """Vendor, assurer and rebuilder, each with a repository of its own and a client that follows it."""

    def __init__(self) -> None:
        self.worlds = {name: World() for name in ("vendor", "assurer", "rebuilder")}
        self.asked: list[str] = []

    def ask(self, name: str) -> Answer:
        self.asked.append(name)
        client = Client(self.worlds[name])
        try:
            return listing_of(name, client.refresh(), client.find())
        except Fault as fault:
            return Refused(name, fault)

    def search(self, repositories: RepositoryMap, path: str = TARGET) -> Agreement:
        return search(repositories, path, self.ask)

    def refused(self, repositories: RepositoryMap, path: str = TARGET) -> str:
        with pytest.raises(UpdateFault) as raised:
            self.search(repositories, path)
        return raised.value.reason

    def silence(self, *names: str) -> None:
        """Let these list the file no more."""
        for name in names:
            self.worlds[name].targets.targets.clear()
            self.worlds[name].release()


@pytest.fixture
def parties() -> Parties:
    return Parties()


def test_what_enough_parties_list_is_agreed_on_and_the_bytes_must_be_what_all_of_them_list(parties: Parties) -> None:
    parties.worlds["assurer"].offer(CONTENT, "sha512")
    parties.worlds["assurer"].targets.targets[TARGET].hashes |= parties.worlds["vendor"].targets.targets[TARGET].hashes
    parties.worlds["assurer"].release()
    agreement = parties.search(mapped())
    assert (agreement.parties, agreement.others) == (("vendor", "assurer", "rebuilder"), ())
    assert agreement.algorithms == ("sha256", "sha512")
    good = {name: parties.worlds["assurer"].targets.targets[TARGET].hashes[name] for name in agreement.algorithms}
    agreement.check(len(CONTENT), good)
    for agreed, algorithm in ((agreement, "sha256"), (parties.search(mapped({"threshold": 3})), "sha512")):
        agreed.check(len(CONTENT), good)
        with pytest.raises(UpdateFault) as raised:
            agreed.check(len(CONTENT), {**good, algorithm: "00"})
        assert raised.value.reason == "update.inconsistent"


def test_t24_u24_one_party_that_lists_other_bytes_is_outvoted_and_told_of(parties: Parties) -> None:
    parties.worlds["rebuilder"].offer(OTHER)
    agreement = parties.search(mapped())
    assert agreement.parties == ("vendor", "assurer")
    assert [(each.repository, each.fault.reason) for each in agreement.others] == [("rebuilder", "update.disagreement")]
    assert parties.refused(mapped({"threshold": 3})) == "update.disagreement"


def test_two_answers_that_each_have_enough_parties_are_no_agreement(parties: Parties) -> None:
    parties.worlds["rebuilder"].offer(OTHER)
    assert parties.refused(mapped({"threshold": 1})) == "update.disagreement"


def test_hashes_that_cannot_be_compared_are_no_agreement(parties: Parties) -> None:
    for name, algorithm in (("vendor", "sha256"), ("assurer", "sha512"), ("rebuilder", "sha384")):
        parties.worlds[name].offer(CONTENT, algorithm)
    assert parties.refused(mapped()) == "update.unconfirmed"


def test_two_repositories_of_one_group_are_one_party(parties: Parties) -> None:
    parties.silence("rebuilder")
    groups = {"acme": ["vendor", "assurer"], "others": ["rebuilder"]}
    assert parties.refused(mapped(groups=groups)) == "update.unconfirmed"
    assert parties.search(mapped({"threshold": 1}, groups=groups)).parties == ("acme",)


@pytest.mark.parametrize("role", ["root", "targets", "delegated"])
def test_u02_two_parties_that_one_key_speaks_for_are_not_two(parties: Parties, role: str) -> None:
    vendor, assurer = parties.worlds["vendor"], parties.worlds["assurer"]
    if role == "delegated":
        assurer.signers["first"] = vendor.signers["targets"]
        assurer.delegate(("first", ["*"], True))
        assurer.delegated["first"].targets, assurer.targets.targets = assurer.targets.targets, {}
        assurer.sign()
    else:
        assurer.root.add_key(vendor.signers[role].public_key, role)
        assurer.kept["root"] = assurer.sign_root()
    assert parties.refused(mapped({"threshold": 3})) == "update.shared_key"
    assert parties.search(mapped()).parties == ("vendor", "assurer", "rebuilder")
    parties.silence("rebuilder")
    assert parties.refused(mapped()) == "update.shared_key"


def test_a_party_that_calls_the_keys_of_others_its_own_does_not_keep_them_from_agreeing(parties: Parties) -> None:
    hostile = parties.worlds["rebuilder"]
    for name in ("vendor", "assurer"):
        hostile.root.add_key(parties.worlds[name].signers["targets"].public_key, "targets")
    hostile.kept["root"] = hostile.sign_root()
    assert parties.search(mapped()).parties == ("vendor", "assurer", "rebuilder")
    assert parties.refused(mapped({"threshold": 3})) == "update.shared_key"


def test_a_party_that_lists_a_wrong_hash_beside_the_right_one_is_left_out_when_the_bytes_are_there(
    parties: Parties,
) -> None:
    hashes = parties.worlds["rebuilder"].targets.targets[TARGET].hashes
    hashes["sha512"] = "00" * 64
    parties.worlds["rebuilder"].release()
    good = {"sha256": hashes["sha256"], "sha512": hashlib.sha512(CONTENT).hexdigest()}
    parties.search(mapped()).check(len(CONTENT), good)
    with pytest.raises(UpdateFault) as raised:
        parties.search(mapped({"threshold": 3})).check(len(CONTENT), good)
    assert raised.value.reason == "update.inconsistent"


def test_a_role_that_is_not_asked_for_the_file_may_be_signed_by_one_operator(parties: Parties) -> None:
    key = parties.worlds["vendor"].signers["timestamp"].public_key
    parties.worlds["assurer"].root.add_key(key, "timestamp")
    parties.worlds["assurer"].kept["root"] = parties.worlds["assurer"].sign_root()
    assert parties.search(mapped()).parties == ("vendor", "assurer", "rebuilder")


def test_only_silence_leads_to_the_next_rule(parties: Parties) -> None:
    weaker = {"repositories": ["vendor"], "threshold": 1}
    rules = mapped({"repositories": ["vendor", "assurer"], "terminating": False}, weaker)
    parties.silence("assurer")
    assert parties.search(rules).parties == ("vendor",)
    parties.worlds["assurer"].offer(OTHER)
    assert parties.refused(rules) == "update.disagreement"
    parties.worlds["assurer"].timestamp.expires = EARLIER
    parties.worlds["assurer"].release()
    assert parties.refused(rules) == "update.expired"


def test_a_terminating_rule_ends_the_search(parties: Parties) -> None:
    parties.silence("assurer", "rebuilder")
    rules = mapped({}, {"repositories": ["vendor"], "threshold": 1})
    assert parties.refused(rules) == "update.unconfirmed"
    parties.silence("vendor")
    assert parties.refused(rules) == "update.target_unknown"


def test_a_repository_that_fails_is_told_of_where_enough_others_agree(parties: Parties) -> None:
    parties.worlds["rebuilder"].served.clear()
    agreement = parties.search(mapped())
    assert [(each.repository, each.fault.reason) for each in agreement.others] == [("rebuilder", "update.missing")]


def test_a_path_that_no_rule_is_for_is_asked_of_nobody(parties: Parties) -> None:
    assert parties.refused(mapped({"paths": ["other/*", "*.deb"]})) == "update.unmapped"
    assert parties.asked == []


@pytest.mark.parametrize(("pattern", "path"), [("*", "a/b/c"), ("a/*", "a/b"), ("a?", "ab")])
def test_a_lone_star_is_for_every_path_and_others_for_their_segments(parties: Parties, pattern: str, path: str) -> None:
    parties.search(mapped({"paths": [pattern]}), path)
    assert parties.refused(mapped({"paths": [f"x{pattern}"]}), path) == "update.unmapped"


def changed(**members: Any) -> bytes:
    rule = {"paths": ["*"], "repositories": ["a", "b"], "threshold": 2, "terminating": True}
    rules = [{**rule, **members.pop("rule", {})}]
    whole = {"repositories": {"a": ["https://a.example"], "b": ["file:b"]}, "mapping": rules, **members}
    return json.dumps(whole).encode()


def test_a_map_is_read() -> None:
    assert parse_map(changed()).groups == {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    "data",
    [
        changed(mapping=[]),
        changed(thresholds=1),
        changed(rule={"threshold": 0}),
        changed(rule={"threshold": 3}),
        changed(rule={"paths": []}),
        changed(rule={"repositories": ["a", "a"]}),
        json.dumps(
            {
                "repositories": {f"r{n}": ["file:r"] for n in range(13)},
                "mapping": [
                    {"paths": ["*"], "repositories": [f"r{n}" for n in range(13)], "threshold": 1, "terminating": True}
                ],
            }
        ).encode(),
        changed(rule={"repositories": ["a", "c"]}),
        changed(rule={"thresold": 1}),
        changed(groups={"one": ["a"]}),
        changed(groups={"one": ["a", "b"], "two": ["b"]}),
        changed(groups={"one": ["a", "b"]}),
        changed(repositories={"a": [], "b": ["file:b"]}),
        changed(repositories={"a": ["http://a.example"], "b": ["file:b"]}),
        *(changed(repositories={name: ["file:b"]}) for name in ("../a", "", ".", "..", "a/b", "a\\b", "a" * 65, "é")),
    ],
)
def test_t83_a_map_that_means_nothing_or_two_things_is_refused(data: bytes) -> None:
    with pytest.raises(FormatFault) as raised:
        parse_map(data)
    assert raised.value.reason == "tuf.map"
