"""The client's workflow of TUF: attacks on a repository, each refused for its reason; and the library beside us."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestations.faults import Fault
from verifier.updates.tuf.client import Bounds
from verifier.updates.tuf.delegations import find_role, matches, succinct_role
from verifier.updates.tuf.names import role_file, target_files

from .tuf_worlds import CONTENT, EARLIER, LATER, NOW, ROLES, TARGET, Client, World, library_finds, signed


def reason_of(work: Callable[[], object]) -> str:
    with pytest.raises(Fault) as raised:
        work()
    return raised.value.reason


def test_a_target_is_found_and_everything_that_verified_is_kept() -> None:
    world = World()
    client = Client(world)
    found = client.find()
    assert (found.role, found.file.length) == ("targets", len(CONTENT))
    assert client.kept == {
        "root": world.served["1.root.json"],
        "timestamp": world.served["timestamp.json"],
        "snapshot": world.served["1.snapshot.json"],
        "targets": world.served["1.targets.json"],
    }


def test_what_was_kept_and_is_still_listed_is_not_fetched_again() -> None:
    client = Client(World())
    client.refresh()
    client.asked.clear()
    client.refresh()
    assert client.asked == ["2.root.json", "timestamp.json"]


@pytest.mark.parametrize("role", ROLES)
def test_u01_metadata_that_nobody_signed_is_refused_and_not_kept(role: str) -> None:
    world = World()
    client = Client(world)
    client.refresh()
    kept = dict(client.kept)
    world.release()
    if role == "root":
        world.root.version = 2
        world.served["2.root.json"] = signed(world.root)
    name = {"timestamp": "timestamp.json", "root": "2.root.json"}.get(role, f"2.{role}.json")
    document = json.loads(world.served[name])
    world.served[name] = json.dumps({**document, "signatures": []}).encode()
    assert reason_of(client.refresh) == "update.unsigned"
    assert client.kept[role] == kept[role]


def test_u02_one_key_under_two_ids_is_one_vote() -> None:
    world = World()
    key = world.signers["timestamp"].public_key
    twin = key.to_dict()
    world.root.keys["twin"] = type(key).from_dict("twin", twin)
    world.root.roles["timestamp"].keyids.append("twin")
    world.root.roles["timestamp"].threshold = 2
    world.kept["root"] = world.sign_root()
    document = json.loads(world.served["timestamp.json"])
    document["signatures"].append({**document["signatures"][0], "keyid": "twin"})
    world.served["timestamp.json"] = json.dumps(document).encode()
    assert reason_of(Client(world).refresh) == "update.unsigned"


@pytest.mark.parametrize(
    "public", ["", "not PEM", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "zz" * 32]
)
@pytest.mark.parametrize("scheme", ["ecdsa-sha2-nistp256", "ed25519", "unknown"])
def test_a_key_that_cannot_be_used_stops_nobody_else(public: str, scheme: str) -> None:
    world = World()
    key = type(world.signers["timestamp"].public_key)("broken", "ecdsa", scheme, {"public": public})
    world.root.keys["broken"] = key
    world.root.roles["timestamp"].keyids.insert(0, "broken")
    world.kept["root"] = world.sign_root()
    document = json.loads(world.served["timestamp.json"])
    document["signatures"].append({"keyid": "broken", "sig": "ab" * 64})
    world.served["timestamp.json"] = json.dumps(document).encode()
    assert Client(world).find().role == "targets"


def test_two_signatures_of_one_key_id_are_no_metadata() -> None:
    world = World()
    document = json.loads(world.served["timestamp.json"])
    document["signatures"] *= 2
    world.served["timestamp.json"] = json.dumps(document).encode()
    assert reason_of(Client(world).refresh) == "tuf.signature_twice"


@pytest.mark.parametrize("role", ["timestamp", "snapshot"])
def test_t80_u03_an_older_version_than_was_accepted_is_a_rollback(role: str) -> None:
    world = World()
    first = dict(world.served)
    client = Client(world)
    world.release()
    client.refresh()
    if role == "timestamp":
        world.served["timestamp.json"] = first["timestamp.json"]
    else:
        world.snapshot.version = 1
        world.timestamp.version = 3
        world.sign()
    assert reason_of(client.refresh) == "update.rollback"


def test_u03_a_list_that_drops_a_role_is_a_rollback() -> None:
    world = World()
    world.snapshot.meta["first.json"] = type(world.snapshot.meta["targets.json"])(1)
    world.sign()
    client = Client(world)
    client.refresh()
    del world.snapshot.meta["first.json"]
    world.release()
    assert reason_of(client.refresh) == "update.rollback"


@pytest.mark.parametrize("role", ROLES)
def test_u04_expired_metadata_is_a_freeze(role: str) -> None:
    world = World()
    getattr(world, role).expires = EARLIER
    world.kept["root"] = world.sign_root()
    world.sign()
    assert reason_of(Client(world).refresh) == "update.expired"
    assert Client(world).refresh(EARLIER - datetime.timedelta(seconds=1)).trusted.root.common.version == 1


def test_u04_the_moment_of_expiry_is_too_late() -> None:
    world = World()
    world.timestamp.expires = NOW
    world.sign()
    assert reason_of(Client(world).refresh) == "update.expired"


def test_u07_a_version_sent_far_ahead_is_recovered_from_by_other_keys() -> None:
    world = World()
    world.timestamp.version, world.snapshot.version = 2**31, 2**31
    world.sign()
    client = Client(world)
    client.refresh()
    world.timestamp.version, world.snapshot.version = 2, 2
    world.sign()
    assert reason_of(client.refresh) == "update.rollback"
    world.give_other_keys()
    assert client.refresh().trusted.root.common.version == 2
    assert json.loads(client.kept["timestamp"])["signed"]["version"] == 2


def test_u08_files_of_two_states_are_no_state() -> None:
    world = World()
    world.release()
    world.served["2.targets.json"] = world.served["1.targets.json"]
    assert reason_of(Client(world).refresh) == "update.inconsistent"


def test_u08_a_file_of_another_hash_than_the_list_gives_is_refused_before_it_is_read() -> None:
    world = World()
    world.timestamp.snapshot_meta.hashes = {"sha256": "0" * 64}
    world.served["timestamp.json"] = signed(world.timestamp, world.signers["timestamp"])
    world.served["1.snapshot.json"] = b"\xff not even JSON"
    assert reason_of(Client(world).refresh) == "update.inconsistent"


def test_u09_a_file_without_an_end_is_not_there() -> None:
    world = World()
    world.served["timestamp.json"] += b" " * Bounds().timestamp
    assert reason_of(Client(world).refresh) == "update.missing"


def test_t81_a_root_that_failed_is_neither_kept_nor_followed() -> None:
    world = World()
    good = world.kept["root"]
    world.root.version = 2
    world.served["2.root.json"] = signed(world.root, world.signers["first"])
    world.root.version = 3
    world.sign_root()
    client = Client(world)
    assert reason_of(client.refresh) == "update.unsigned"
    assert client.kept["root"] == good


def test_a_root_must_be_signed_as_it_asks_itself() -> None:
    world = World()
    world.root.version = 2
    world.root.add_key(world.signers["first"].public_key, "root")
    world.root.roles["root"].threshold = 2
    world.served["2.root.json"] = signed(world.root, world.signers["root"])
    assert reason_of(Client(world).refresh) == "update.unsigned"
    world.served["2.root.json"] = signed(world.root, world.signers["root"], world.signers["first"])
    assert Client(world).refresh().trusted.root.common.version == 2


def test_a_root_that_skips_a_version_is_not_followed() -> None:
    world = World()
    world.root.version = 3
    world.served["2.root.json"] = signed(world.root, world.signers["root"])
    assert reason_of(Client(world).refresh) == "update.inconsistent"


def test_one_role_in_the_place_of_another_is_refused() -> None:
    world = World()
    world.signers["timestamp"] = world.signers["root"]
    world.root.add_key(world.signers["root"].public_key, "timestamp")
    world.kept["root"] = world.sign_root()
    world.served["timestamp.json"] = world.served["1.root.json"]
    assert reason_of(Client(world).refresh) == "tuf.type"


def test_another_version_of_tuf_is_not_decided_upon() -> None:
    world = World()
    world.timestamp.spec_version = "2.0.0"
    world.sign()
    assert reason_of(Client(world).refresh) == "tuf.spec_version"


def test_t82_the_first_role_in_order_speaks_for_a_path_and_a_terminating_one_ends_the_search() -> None:
    world = World()
    world.targets.targets.clear()
    world.delegate(("first", ["*.exe"], True), ("second", ["*.exe"], False))
    world.delegated["second"].targets[TARGET] = World().targets.targets[TARGET]
    world.sign()
    assert reason_of(Client(world).find) == "update.target_unknown"
    world.delegate(("first", ["*.exe"], False), ("second", ["*.exe"], False))
    world.sign()
    assert Client(world).find().role == "second"
    world.delegate(("first", ["*.dll"], True), ("second", ["*.exe"], False))
    world.sign()
    assert Client(world).find().role == "second"


def test_u12_a_role_kept_under_one_delegation_is_verified_anew_under_another() -> None:
    world = World()
    world.targets.targets.clear()
    world.delegate(("first", ["*"], False))
    world.delegated["first"].targets[TARGET] = World().targets.targets[TARGET]
    world.sign()
    client = Client(world)
    assert client.find().role == "first"
    world.targets.delegations.roles["first"].keyids = [world.signers["second"].public_key.keyid]
    world.targets.delegations.keys = {world.signers["second"].public_key.keyid: world.signers["second"].public_key}
    world.release()
    assert reason_of(client.find) == "update.unsigned"


def test_a_search_through_too_many_roles_ends() -> None:
    world = World()
    world.targets.targets.clear()
    world.delegate(("first", ["*"], False), ("second", ["*"], False))
    world.sign()
    assert reason_of(Client(world, bounds=Bounds(delegations=1)).find) == "limit.delegations"


def test_t83_u19_no_name_of_a_role_or_target_reaches_another_folder() -> None:
    assert role_file("../../etc/passwd", 1) == "1...%2F..%2Fetc%2Fpasswd.json"
    assert role_file("a\0b?#", None) == "a%00b%3F%23.json"
    file = World().targets.targets[TARGET]
    assert target_files("a b/ü?", file, consistent=False) == ("a%20b/%C3%BC%3F",)


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [("a/b.exe", "a/*.exe", True), ("a/b/c.exe", "a/*.exe", False), ("b.exe", "B.exe", False), ("a/b", "*/*", True)],
)
def test_a_pattern_matches_segment_by_segment(path: str, pattern: str, *, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_a_pattern_that_readers_read_differently_is_refused() -> None:
    assert reason_of(lambda: matches("a", "[a")) == "tuf.pattern"


@given(st.text(max_size=40), st.integers(1, 32))
def test_every_path_has_one_succinct_role_which_is_one_of_those_that_exist(path: str, bits: int) -> None:
    from tuf.api.metadata import SuccinctRoles

    from attestations.tuf.roles import Delegations, Role
    from attestations.tuf.roles import SuccinctRoles as Ours

    ours = Ours(Role(("id",), 1), bits, "bin")
    name = succinct_role(path, ours)
    assert name == SuccinctRoles(["id"], 1, bits, "bin").get_role_for_target(path)
    assert find_role(name, Delegations({}, ours)) == ours.role
    assert find_role(f"{name}0", Delegations({}, ours)) is None


CHANGES: dict[str, Callable[[World], object]] = {
    "unsigned timestamp": lambda world: world.served.update({"timestamp.json": signed(world.timestamp)}),
    "signed by another": lambda world: world.served.update(
        {"1.targets.json": signed(world.targets, world.signers["first"])}
    ),
    "root rotated": lambda world: (setattr(world.root, "version", world.root.version + 1), world.sign_root()),
    "released": World.release,
    "snapshot withheld": lambda world: world.served.pop(f"{world.snapshot.version}.snapshot.json", None),
    "targets withheld": lambda world: world.served.pop(f"{world.targets.version}.targets.json", None),
    "expired": lambda world: (setattr(world.timestamp, "expires", EARLIER), world.sign()),
    "renewed": lambda world: (setattr(world.timestamp, "expires", LATER), world.sign()),
    "target dropped": lambda world: (world.targets.targets.pop(TARGET, None), world.sign()),
    "delegated": lambda world: (
        world.delegate(("first", ["*"], False)),
        world.delegated["first"].targets.update(World().targets.targets),
        world.sign(),
    ),
    "threshold raised": lambda world: (
        setattr(world.root.roles["targets"], "threshold", 2),
        setattr(world.root, "version", world.root.version + 1),
        world.sign_root(),
    ),
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(CHANGES)), max_size=5))
def test_ours_finds_what_the_library_finds_and_nothing_else(changes: list[str]) -> None:
    world = World()
    for change in changes:
        CHANGES[change](world)
    try:
        found = Client(world).find() is not None
    except Fault:
        found = False
    assert found is library_finds(world), changes
