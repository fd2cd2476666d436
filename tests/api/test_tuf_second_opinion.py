"""``countersign tuf`` with a second client: asked in earnest, told where it differs, and never passed over."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tuf.api.metadata import Metadata, MetaFile, TargetFile  # type: ignore[attr-defined]  # they are theirs to give

from api.effects.repository import DirectoryRepository
from api.engines.tuf_asking import TufLibrary
from api.engines.tuf_questions import AskedRepository
from attestations.faults import Place
from attestations.olpc import canonical
from verifier.opinions import ClientDifference, client_differences
from verifier.updates.tuf.opinions import RepositoryOpinion

from ..publish.assured import Repository, target
from ..updates.attacks_tuf import ATTACKS, CONTROLS, Attack
from ..updates.attacks_tuf import Repository as Attacked
from ..values import replace
from ..verifier.test_tuf import CHANGES
from ..verifier.tuf_worlds import CONTENT, NOW, TARGET, World, signed
from .conftest import Program
from .second_clients import InMemory, Saying, both, crashing, refusing
from .test_tuf import AT, KEPT, ROOTS, Shelf, lay_out_repositories
from .test_tuf import shelf as shelf

SECOND = "--second-opinion"


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Saying]:
    def put(say: Callable[[AskedRepository, RepositoryOpinion], RepositoryOpinion]) -> Saying:
        saying = Saying(say)
        monkeypatch.setattr(TufLibrary, "ask", lambda _self, asked: saying.ask(asked))
        return saying

    return put


def kept_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*.json"))}


def map_with(folder: Path, **members: object) -> None:
    written = json.loads((folder / "map.json").read_text())
    (folder / "map.json").write_text(json.dumps({**written, **members}))


# Where both agree


def test_both_clients_come_to_the_same_and_it_is_said(shelf: Shelf) -> None:
    ran = shelf.get(SECOND, "-o", "update.exe")
    assert (ran.code, (shelf.folder / "update.exe").read_bytes()) == (0, CONTENT)
    assert ran.text.count("two clients: tuf 7.") == 2
    with_two = kept_in(shelf.folder / "repositories")
    assert shelf.get().code == 0
    assert kept_in(shelf.folder / "repositories") == with_two
    ran = shelf.program("tuf", "refresh", *KEPT, *AT, SECOND)
    assert (ran.code, ran.text.count("two clients: tuf 7.")) == (0, 2)


def test_without_the_flag_nobody_is_asked(shelf: Shelf, stand_in: Callable[..., Saying]) -> None:
    saying = stand_in(crashing)
    assert shelf.get("-o", "update.exe").code == 0
    assert saying.heard == []


def test_both_are_asked_at_the_time_that_was_given_and_not_at_the_machine_s(shelf: Shelf) -> None:
    """What expires between the two times is good at the one that was given, and with both clients."""
    for world in shelf.worlds.values():
        world.timestamp.expires = NOW.replace(hour=10)
        world.sign()
    for name in shelf.worlds:
        shelf.serve(name)
    assert shelf.get(SECOND).code == 0
    ran = shelf.program("tuf", "get", TARGET, *KEPT, "--now", "2026-03-14T10:00:00Z", SECOND)
    assert (ran.code, "update.expired" in ran.text) == (1, True)


@pytest.mark.parametrize("succinct", [False, True])
def test_both_find_what_an_assured_repository_lists_and_nothing_else(tmp_path: Path, succinct: bool) -> None:
    assured = Repository(tmp_path, succinct=succinct)
    names = [f"acme/{number}" for number in range(8)]
    assured.say((name, target(name)) for name in names)
    for name in names:
        memory = InMemory({}, {"root": assured.anchor})
        memory.fetch = DirectoryRepository(tmp_path / "metadata").fetch  # type: ignore[method-assign]  # its files
        assert both(memory, name) == ""
        assert set(memory.store) >= {"root", "timestamp", "snapshot", "targets"}
        assert both(memory, "acme/unknown") == "update.target_unknown"


def test_the_assured_repository_and_the_vendor_s_by_the_real_process(here: Path, program: Program) -> None:
    World().lay_out(here / "vendor")
    assured = Repository(here / "assurer")
    (here / "assurer.json").write_bytes(assured.anchor)
    rule = {"paths": ["*"], "repositories": ["vendor", "assurer"], "threshold": 2, "terminating": True}
    repositories = {name: [f"file:{name}"] for name in ("vendor", "assurer")}
    (here / "map.json").write_text(json.dumps({"repositories": repositories, "mapping": [rule], "engines": 2}))
    assert program("tuf", "init", *KEPT, *ROOTS, *AT).code == 0
    ran = program("tuf", "get", TARGET, *KEPT, *AT, "-o", "update.exe")
    assert (ran.code, "update.unconfirmed" in ran.text) == (3, True)
    assured.say([(TARGET, target(CONTENT.decode()))])
    ran = program("tuf", "get", TARGET, *KEPT, *AT, "-o", "update.exe")
    assert (ran.code, (here / "update.exe").read_bytes()) == (0, CONTENT), ran.text
    assert ran.text.count("two clients: tuf 7.") == 2


@pytest.mark.parametrize("attack", [*CONTROLS, *ATTACKS], ids=lambda attack: attack.what)
def test_no_attack_and_no_honest_repository_of_the_table_sets_them_apart(attack: Attack) -> None:
    """Roots, versions, files: what ours accepts the other accepts; what ours refuses stays refused."""
    repository = Attacked()
    memory = InMemory(repository.world.served, dict(repository.world.kept))
    if attack.before is not None:
        attack.before(repository)
        assert both(memory, TARGET) == ""
    attack.change(repository)
    # What is wrong with the bytes of a file is found when they are measured, after this.
    expected = attack.reasons[0] if attack.reasons and attack.row not in {"U11", "U15", "U19"} else ""
    assert both(memory, *attack.paths) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(CHANGES)), max_size=5))
def test_however_a_repository_goes_on_they_agree(changes: list[str]) -> None:
    """Whatever is kept on the way is what the next session of both begins with."""
    world = World()
    memory = InMemory(world.served, dict(world.kept))
    for change in changes:
        CHANGES[change](world)
        reason = both(memory, TARGET)
        assert not reason.startswith("engines."), changes


# Where they do not


@pytest.mark.parametrize("say", [refusing, crashing])
@pytest.mark.parametrize("command", ["get", "refresh"])
def test_where_the_other_refuses_or_dies_nothing_is_written(
    shelf: Shelf, stand_in: Callable[..., Saying], say: Callable[..., RepositoryOpinion], command: str
) -> None:
    before = kept_in(shelf.folder / "repositories")
    stand_in(say)
    named = (TARGET, "-o", "update.exe") if command == "get" else ()
    ran = shelf.program("tuf", command, *named, *KEPT, *AT, SECOND)
    assert (ran.code, "engines.disagree" in ran.text) == (4, True)
    assert not (shelf.folder / "update.exe").exists()
    assert kept_in(shelf.folder / "repositories") == before


def other(**fields: object) -> Callable[[AskedRepository, RepositoryOpinion], RepositoryOpinion]:
    return lambda _asked, honest: replace(honest, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"versions": {"root": 1, "timestamp": 2, "snapshot": 1, "targets": 1}},
        {"versions": {}},
        {"length": None, "hashes": {}},
        {"length": len(CONTENT) + 1},
        {"hashes": {"sha256": "00" * 32}},
        {"hashes": {}},
    ],
)
def test_a_client_that_comes_to_something_else_does_not_agree(
    shelf: Shelf, stand_in: Callable[..., Saying], fields: dict[str, object]
) -> None:
    stand_in(other(**fields))
    ran = shelf.get(SECOND, "-o", "update.exe")
    assert (ran.code, "comes to another" in ran.text, (shelf.folder / "update.exe").exists()) == (4, True, False)


def test_our_client_is_wrong_and_takes_a_root_of_a_stranger_s_however_often_it_is_asked(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours is made to count no signatures. The other does not follow, and no next run begins there."""
    world = shelf.worlds["vendor"]
    world.root.version = 2
    world.served["2.root.json"] = signed(world.root, world.signers["first"])
    shelf.serve("vendor")
    assert "update.unsigned" in shelf.get(SECOND).text
    monkeypatch.setattr("verifier.updates.tuf.trusted.check_threshold", lambda *_: None)
    for _ in range(2):
        ran = shelf.get(SECOND, "-o", "update.exe")
        assert (ran.code, "engines.disagree" in ran.text, "root was signed by 0/1" in ran.text) == (4, True, True)
        assert not (shelf.folder / "update.exe").exists()
        assert (shelf.folder / "repositories" / "vendor" / "root.json").read_bytes() == world.kept["root"]
    assert shelf.get().code == 0  # as ours alone would have it


def test_our_client_is_wrong_and_overlooks_a_listing_so_that_a_weaker_rule_would_count(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The assurer lists other bytes, in a role that ours is made to pass over: for ours alone, it is silent."""
    world = shelf.worlds["assurer"]
    world.delegate(("first", ["*"], False))
    world.delegated["first"].targets[TARGET] = TargetFile.from_data(TARGET, b"other bytes", ["sha256"])
    world.targets.targets.clear()
    world.sign()
    shelf.serve("assurer", b"other bytes")
    rule = {"paths": ["*"], "repositories": ["vendor", "assurer"], "threshold": 2, "terminating": False}
    map_with(shelf.folder, mapping=[rule, {**rule, "repositories": ["vendor"], "threshold": 1}])
    monkeypatch.setattr("verifier.updates.tuf.client.roles_for", lambda *_: iter(()))
    assert shelf.get().code == 0
    ran = shelf.get(SECOND, "-o", "update.exe")
    assert (ran.code, "engines.disagree" in ran.text, (shelf.folder / "update.exe").exists()) == (4, True, False)


def test_a_repository_that_nothing_rests_on_vetoes_nothing(
    here: Path, program: Program, stand_in: Callable[..., Saying]
) -> None:
    worlds = lay_out_repositories(here)
    worlds["third"] = World()
    worlds["third"].lay_out(here / "third")
    rule = {"paths": ["*"], "repositories": list(worlds), "threshold": 2, "terminating": True}
    map_with(here, repositories={name: [f"file:{name}"] for name in worlds}, mapping=[rule])
    assert program("tuf", "init", *KEPT, *ROOTS, "--root", "third=third.json", *AT).code == 0
    odd = worlds["third"].kept["root"]
    stand_in(lambda asked, honest: refusing(asked, honest) if asked.kept["root"] == odd else honest)
    ran = program("tuf", "get", TARGET, *KEPT, *AT, SECOND, "-o", "update.exe")
    assert (ran.code, (here / "update.exe").read_bytes()) == (0, CONTENT)
    assert "not by third: " in ran.text
    assert "engines.disagree" in ran.text
    assert not (here / "repositories" / "third" / "timestamp.json").exists()


def test_what_ours_refuses_stays_refused_and_nobody_is_asked(shelf: Shelf, stand_in: Callable[..., Saying]) -> None:
    saying = stand_in(lambda _asked, _honest: RepositoryOpinion("tuf", "7", "accepts"))
    for name, world in shelf.worlds.items():
        world.served["timestamp.json"] = signed(world.timestamp)
        shelf.serve(name)
    ran = shelf.get(SECOND)
    assert (ran.code, "update.unsigned" in ran.text, saying.heard) == (1, True, [])


def test_the_other_is_given_what_was_kept_and_refuses_what_is_older(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = dict(shelf.worlds["assurer"].served)
    shelf.worlds["assurer"].release()
    shelf.serve("assurer")
    assert shelf.get(SECOND).code == 0
    shelf.worlds["assurer"].served |= first
    shelf.serve("assurer")
    monkeypatch.setattr("verifier.updates.tuf.trusted._not_older", lambda *_: None)
    ran = shelf.get(SECOND)
    assert (ran.code, "BadVersionNumberError" in ran.text) == (4, True)


# What it cannot be asked


def unknown_key() -> World:
    world = World()
    key = type(world.signers["timestamp"].public_key)("later", "lattice", "lattice-512", {"public": "00"})
    world.root.keys["later"] = key
    world.kept["root"] = world.sign_root()
    return world


def unknown_hash() -> World:
    world = World()
    data = world.served["1.targets.json"]
    hashes = {**MetaFile.from_data(1, data, ["sha256"]).hashes, "sponge-7": "00"}  # type: ignore[dict-item]  # it has some
    world.snapshot.meta["targets.json"] = MetaFile(1, len(data), hashes)
    world.served["1.snapshot.json"] = signed(world.snapshot, world.signers["snapshot"])
    return world


WORLDS = {
    "a key of an algorithm that nobody knows yet": unknown_key,
    "a list's hash of an algorithm that nobody knows yet": unknown_hash,
}


@pytest.mark.parametrize("known", client_differences(), ids=lambda known: known.world)
def test_a_known_difference_is_shown_by_its_world_and_told(
    here: Path, program: Program, known: ClientDifference
) -> None:
    world = WORLDS[known.world]()
    lay_out_repositories(here)
    world.lay_out(here / "vendor")
    assert program("tuf", "init", *KEPT, *ROOTS, *AT).code == 0
    ran = program("tuf", "get", TARGET, *KEPT, *AT, SECOND, "-o", "update.exe")
    assert (ran.code, (here / "update.exe").read_bytes()) == (0, CONTENT), ran.text
    assert f"one client, our own: tuf {version('tuf')} does not follow it. {known.because}" in ran.text
    assert ran.text.count("two clients") == 1


@pytest.mark.parametrize("world", WORLDS)
def test_a_map_may_want_two_clients_and_then_one_is_too_few(here: Path, program: Program, world: str) -> None:
    lay_out_repositories(here)
    WORLDS[world]().lay_out(here / "vendor")
    map_with(here, engines=2)
    assert program("tuf", "init", *KEPT, *ROOTS, *AT).code == 0
    ran = program("tuf", "get", TARGET, *KEPT, *AT, "-o", "update.exe")
    assert (ran.code, "engines.unmet" in ran.text, (here / "update.exe").exists()) == (3, True, False)
    assert not (here / "repositories" / "vendor" / "timestamp.json").exists()


@pytest.mark.parametrize("known", client_differences(), ids=lambda known: known.world)
def test_no_name_out_of_a_repository_passes_for_a_known_difference(known: ClientDifference) -> None:
    """A role may be called as a difference is told; and a client that died of it has not refused it."""
    world = World()
    for answer, detail in (("refuses", f"UnsignedMetadataError: {known.begins}"), ("crashed", known.begins)):
        opinion = RepositoryOpinion("tuf", "7.0.1", answer, detail)
        saying = Saying(lambda _asked, _honest, opinion=opinion: opinion)  # type: ignore[misc]  # bound now
        assert both(InMemory(world.served, dict(world.kept)), TARGET, other=saying) == "engines.disagree"


def test_a_timestamp_that_lists_more_than_a_snapshot_is_a_disagreement(shelf: Shelf) -> None:
    """The other writes anew what it read, and says *unsigned* as of a forgery: nothing tells the two apart."""
    world = shelf.worlds["vendor"]
    metadata = Metadata(world.timestamp)
    written = {**world.timestamp.to_dict(), "meta": {"snapshot.json": {"version": 1}, "more.json": {"version": 1}}}
    signature = world.signers["timestamp"].sign(canonical(written, Place("")))
    document = {**metadata.to_dict(), "signed": written, "signatures": [signature.to_dict()]}
    world.served["timestamp.json"] = json.dumps(document).encode()
    shelf.serve("vendor")
    ran = shelf.get(SECOND)
    assert (ran.code, "timestamp was signed by 0/1 keys" in ran.text) == (4, True)
    assert shelf.get().code == 0


@pytest.mark.parametrize("engines", [0, 3, "2", None, True])
def test_a_map_wants_one_client_or_two(shelf: Shelf, engines: object) -> None:
    map_with(shelf.folder, engines=engines)
    assert shelf.get().code == 4
