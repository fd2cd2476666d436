"""An assured repository: any client follows it, only what changed is written, and cut off it is the old or the new."""

from __future__ import annotations

import contextlib
import copy
import datetime
import itertools
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.publish.tuf.edition import Edition
from api.publish.tuf.present import read_present
from api.publish.tuf.renewing import NewKeys
from api.publish.tuf.shelf import Shelf
from attestations.faults import Fault
from tests.ceremony.parties import after, root_of, signed
from verifier.updates.tuf.due import Lifetimes, deadlines

from .assured import (
    HOUR,
    LATER,
    LONG,
    NOW,
    PEOPLE,
    ROLES,
    LibraryClient,
    OurClient,
    Repository,
    document,
    ring_of,
    role_keys,
    target,
)

DAY = 24 * HOUR


def refusal(attempt: Callable[[], object]) -> str:
    with pytest.raises(Fault) as refused:
        attempt()
    return refused.value.reason


def role(repository: Repository, path: str) -> str:
    """The list that speaks of `path`."""
    return read_present(repository.shelf).bins.of(path)


def clients(repository: Repository, tmp_path: Path) -> tuple[OurClient, LibraryClient]:
    return OurClient(repository), LibraryClient(repository, tmp_path / "client")


@pytest.mark.parametrize("succinct", [False, True], ids=["prefixes", "succinct"])
@pytest.mark.parametrize("bits", [1, 3, 5])
def test_both_clients_find_what_is_listed_in_whatever_list(tmp_path: Path, bits: int, succinct: bool) -> None:
    repository = Repository(tmp_path / "site", bits=bits, succinct=succinct)
    files = {f"endpoint/7.1.{number}/setup.exe": target(str(number)) for number in range(20)}
    repository.say(files.items())
    ours, library = clients(repository, tmp_path)

    for path, said in files.items():
        assert ours.find(path).file.hashes == said["hashes"]
        assert library.find(path).hashes == said["hashes"]
    assert library.find("endpoint/8/setup.exe") is None
    with pytest.raises(Fault) as refused:
        ours.find("endpoint/8/setup.exe")
    assert refused.value.reason == "update.target_unknown"


def test_an_edition_writes_the_lists_that_changed_and_nothing_else(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site", bits=6)
    repository.say([(f"a/{number}", target("a")) for number in range(100)])
    before = repository.files()
    ours = OurClient(repository)
    ours.find("a/1")
    ours.asked.clear()

    written = repository.say([("a/1", target("other"))])

    assert (written.lists, written.roles) == (1, ("snapshot", "timestamp"))
    new = sorted(repository.files() - before)
    assert [name.partition(".")[2].partition("-")[0] for name in new] == ["bins", "snapshot.json"]
    assert ours.find("a/1").file.hashes == target("other")["hashes"]
    assert set(ours.asked) == {"2.root.json", "timestamp.json", *new}


def test_saying_the_same_again_writes_nothing(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site")
    repository.say([("a", target("a"))])
    before = {name: (repository.shelf.place / name).read_bytes() for name in repository.files()}

    assert repository.say([("a", target("a")), ("b", None)]).roles == ()
    assert {name: (repository.shelf.place / name).read_bytes() for name in repository.files()} == before


def test_the_timestamp_is_signed_again_without_touching_the_rest(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site", lifetimes=Lifetimes())
    repository.say([("a", target("a"))])
    before = repository.files()
    soon, later = NOW + 11 * HOUR, NOW + 13 * HOUR

    assert repository.renew("timestamp", now=soon).roles == ()
    assert repository.renew("timestamp", now=later).roles == ("timestamp",)
    assert repository.files() == before
    assert OurClient(repository).find("a", NOW + 30 * HOUR).role.startswith("bins-")
    assert refusal(lambda: OurClient(repository).find("a", NOW + 50 * HOUR)) == "update.expired"


def test_what_has_expired_is_mended_and_the_top_list_is_renewed_with_all_others(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site", lifetimes=Lifetimes())
    repository.say([("a", target("a"))])
    late = NOW + 400 * DAY

    assert refusal(lambda: OurClient(repository).find("a", late)) == "update.expired"
    assert repository.renew("timestamp", "snapshot", now=late).roles == ("snapshot", "timestamp")
    assert refusal(lambda: OurClient(repository).find("a", late)) == "update.expired"
    assert repository.renew(now=late).roles == ("targets", "snapshot", "timestamp")
    assert OurClient(repository).find("a", late).path == "a"


def test_each_role_says_when_it_is_due(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site", lifetimes=Lifetimes())

    def states(now: datetime.datetime) -> dict[str, str]:
        return {each.role: each.state(now) for each in deadlines(read_present(repository.shelf).commons, Lifetimes())}

    assert set(states(NOW).values()) == {"good"}
    assert states(NOW + 13 * HOUR) == {"root": "good", "timestamp": "due", "snapshot": "good", "targets": "good"}
    assert states(NOW + 5 * DAY) == {"root": "good", "timestamp": "expired", "snapshot": "due", "targets": "good"}
    assert states(NOW + 340 * DAY)["targets"] == "due"
    assert states(LATER - DAY)["root"] == "due"


def test_a_snapshot_that_is_due_waits_for_its_key_and_the_timestamp_does_not(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site", lifetimes=Lifetimes())

    assert repository.renew("timestamp", now=NOW + 5 * DAY).roles == ("timestamp",)
    assert repository.renew("timestamp", "snapshot", now=NOW + 5 * DAY).roles == ("snapshot", "timestamp")


def test_files_that_later_ones_stand_for_go_after_a_day_and_not_before(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site", bits=1)
    repository.say([("a", target("1"))])
    old = repository.files()
    repository.say([("a", target("2"))], NOW + HOUR)
    assert old < repository.files()

    assert repository.say([("a", target("3"))], NOW + 20 * HOUR).pruned == 0
    assert repository.say([("a", target("4"))], NOW + 30 * HOUR).pruned > 0
    assert not any(
        name.startswith(("1.bins-" + role(repository, "a")[5:], "1.snapshot")) for name in repository.files()
    )
    assert "1.root.json" in repository.files()
    assert OurClient(repository).find("a", NOW + 30 * HOUR).file.hashes == target("4")["hashes"]


def test_too_few_keys_sign_nothing_and_nothing_is_seen(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site")
    repository.say([("a", target("a"))])
    shown = repository.shelf.read("timestamp", None)

    with repository.shelf.alone():
        edition = Edition(repository.shelf, read_present(repository.shelf), ring_of("bins", "timestamp"), LONG, NOW)
        edition.put("a", None)
        assert refusal(edition.publish) == "signing.too_few"
    assert repository.shelf.read("timestamp", None) == shown
    assert OurClient(repository).find("a").path == "a"


def test_as_many_keys_sign_a_role_as_the_root_asks_for(tmp_path: Path) -> None:
    said = document(timestamp=role_keys("timestamp", "second", "third", threshold=2))
    one = ring_of(*ROLES, "timestamp", "bins")

    assert refusal(lambda: Repository(tmp_path / "site", said=said, ring=one)) == "signing.too_few"
    repository = Repository(tmp_path / "site", said=said, ring=ring_of(*ROLES, "third", "bins"))
    ours, library = clients(repository, tmp_path)
    assert refusal(lambda: ours.find("a")) == "update.target_unknown"
    assert library.find("a") is None
    late = NOW + 70 * 365 * DAY - DAY
    assert refusal(lambda: repository.renew("third", now=late)) == "signing.too_few"
    assert repository.renew("third", "second", now=late).roles == ("timestamp",)


@pytest.mark.parametrize("changed", ["timestamp.json", "snapshot", "targets", "bins-"])
def test_what_somebody_wrote_into_the_directory_is_never_signed(tmp_path: Path, changed: str) -> None:
    repository = Repository(tmp_path / "site", bits=1)
    repository.say([("a", target("a"))])
    for path in repository.shelf.place.glob(f"*{changed}*"):
        path.write_bytes(path.read_bytes().replace(b'"expires":"20', b'"expires":"19'))

    with pytest.raises(Fault) as refused:
        repository.say([("a", None), ("b", target("b"))])
    assert refused.value.reason in {"update.inconsistent", "update.unsigned"}


def test_a_second_run_at_once_is_refused(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site")
    with repository.shelf.alone():
        assert refusal(lambda: repository.say([("a", target("a"))])) == "output.unwritable"


def test_a_repository_is_begun_once(tmp_path: Path) -> None:
    Repository(tmp_path / "site")
    assert refusal(lambda: Repository(tmp_path / "site")) == "output.not_empty"


# --- the root's next versions


def test_with_the_keys_before_at_hand_clients_of_either_root_follow_all_the_time(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site")
    repository.say([("a", target("a"))])
    ours, library = clients(repository, tmp_path)
    ours.find("a")
    said = after(repository.said, below={name: role_keys(f"new {name}") for name in ROLES})
    root = signed(said, *PEOPLE)

    repository.renew(*ROLES, *(f"new {name}" for name in ROLES), "bins", roots=(root,))

    assert "2.root.json" in repository.files()
    assert ours.find("a").path == "a"
    assert library.find("a") is not None
    (repository.shelf.place / "2.root.json").unlink()  # somebody whose mirror is behind by the root alone
    assert OurClient(repository).find("a").path == "a"


def test_without_them_it_is_signed_by_the_new_keys_alone(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site")
    repository.say([("a", target("a"))])
    said = after(repository.said, below={**repository.said.below, "timestamp": role_keys("new timestamp")})
    root = signed(said, *PEOPLE)

    assert refusal(lambda: repository.renew(*ROLES, "bins", roots=(root,))) == "signing.too_few"
    assert "2.root.json" not in repository.files()
    assert repository.renew("new timestamp", roots=(root,)).roles == ("timestamp",)
    assert OurClient(repository).find("a").path == "a"
    assert refusal(lambda: repository.renew("timestamp", now=NOW + 69 * 365 * DAY + 350 * DAY)) == "signing.too_few"


def test_lists_are_given_to_other_keys(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "site")
    repository.say([("a", target("a"))])

    written = repository.renew(*ROLES, "new", lists=NewKeys(dict([root_of("new")]), 1))

    assert (written.lists, written.roles) == (4, ("targets", "snapshot", "timestamp"))
    assert OurClient(repository).find("a").path == "a"
    assert refusal(lambda: repository.say([("a", None)])) == "signing.too_few"


# --- cut off anywhere


def cut(work: Callable[[], object], after: int) -> bool:
    """Do `work` in a process that ends, with nothing cleaned up, at its step number `after`; whether it got there."""
    child = os.fork()
    if child == 0:
        steps = itertools.count()

        def step(event: str, arguments: tuple[Any, ...]) -> None:
            changes = event in STEPS and (event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR))
            if changes and next(steps) == after:
                os._exit(9)

        sys.addaudithook(step)
        with contextlib.suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 9}
    return code == 9


STEPS = {"open", "os.rename", "os.remove", "os.utime", "os.mkdir", "os.listdir"}
"""What a run does to the disk, and where it looks about, as the interpreter tells of it: each is a place to end at."""


def test_cut_off_anywhere_clients_see_the_old_edition_or_the_new_and_the_next_run_completes_it(tmp_path: Path) -> None:
    origin = Repository(tmp_path / "origin", bits=1)
    origin.say([("a", target("old")), ("b", target("old")), ("c", target("old"))])
    seen = set()

    for number in itertools.count():
        place = tmp_path / str(number)
        shutil.copytree(origin.directory, place)
        repository = copy.copy(origin)
        repository.directory, repository.shelf = place, Shelf(place)
        changes = [(path, target("new")) for path in "abc"]
        if not cut(partial(repository.say, changes), number):
            break
        client = OurClient(repository)
        found = {client.find(path).file.hashes["sha256"] for path in "abc"}
        assert len(found) == 1, number
        seen |= found
        repository.say(changes)
        assert {OurClient(repository).find(path).file.hashes["sha256"] for path in "abc"} == {
            target("new")["hashes"]["sha256"]
        }
        assert not list(place.rglob(".new-*"))
    assert seen == {target(text)["hashes"]["sha256"] for text in ("old", "new")}


def test_cut_off_anywhere_a_change_of_keys_is_completed_by_the_next_run(tmp_path: Path) -> None:
    origin = Repository(tmp_path / "origin", bits=1)
    origin.say([("a", target("a"))])
    root = signed(after(origin.said, below={name: role_keys(f"new {name}") for name in ROLES}), *PEOPLE)
    new = (*(f"new {name}" for name in ROLES), "bins")

    for keys in (new, (*ROLES, *new)):
        for number in itertools.count():
            place = tmp_path / f"{len(keys)}-{number}"
            shutil.copytree(origin.directory, place)
            repository = copy.copy(origin)
            repository.directory, repository.shelf = place, Shelf(place)
            if not cut(partial(repository.renew, *keys, roots=(root,)), number):
                break
            if keys != new:
                assert OurClient(repository).find("a").path == "a", number
            repository.renew(*keys, roots=(root,))
            assert "2.root.json" in repository.files()
            assert OurClient(repository).find("a").path == "a", number


def test_u20_what_a_clock_that_was_ahead_signed_is_signed_again(tmp_path: Path) -> None:
    """It holds for longer than anybody meant it to: a mirror could serve that edition for as long."""
    repository = Repository(tmp_path / "site", lifetimes=Lifetimes())
    repository.say([("a", target("1"))], NOW + 365 * DAY)

    assert repository.renew("timestamp", "snapshot", now=NOW + HOUR).roles == ("snapshot", "timestamp")
    commons = read_present(repository.shelf).commons
    assert commons["timestamp"].expires == NOW + HOUR + DAY
    assert repository.renew("timestamp", "snapshot", now=NOW + HOUR).roles == ()


@pytest.mark.parametrize("role", ["snapshot", "bins-0"])
def test_u07_a_number_that_somebody_dropped_is_not_counted_on_from(tmp_path: Path, role: str) -> None:
    """Counting would end there: each later edition had one number, and who kept the first would see no other."""
    repository = Repository(tmp_path / "site")
    client = OurClient(repository)
    repository.say([("a", target("1"))])
    assert client.find("a").file.length == 1
    (repository.shelf.place / f"9999999999999999.{role}.json").write_bytes(b"{}")
    for content in ("22", "333"):
        repository.say([(path, target(content)) for path in "abcdefgh"])
        assert client.find("a").file.length == len(content)
    commons = read_present(repository.shelf).commons
    assert commons["snapshot"].version == 4
