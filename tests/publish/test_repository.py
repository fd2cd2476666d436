"""An assured repository: any client follows it, only what changed is written, and cut off it is the old or the new."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestations.faults import Fault

from .assured import LibraryClient, OurClient, Repository, target


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
