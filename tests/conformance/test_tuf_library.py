"""The `tuf` library over the corpus' repositories: where it refuses, ours has refused; and so as a second opinion."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.ngclient import Updater, UpdaterConfig  # type: ignore[attr-defined]  # they are theirs to give
from tuf.ngclient.fetcher import FetcherInterface

from api.usecases.repositories import Following
from api.usecases.second_client import SecondClient, Seen
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from tests.api.second_clients import InMemory, InThisProcess
from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load
from tests.corpus.tuf_metadata import answer, bounds_of

absent = pytest.mark.skipif(
    not SHARED.exists() and os.environ.get("CI") != "true", reason="the corpus of real cases is not beside this tree"
)


class Served(FetcherInterface):
    """The files of a case, by the end of their address."""

    def __init__(self, case: Case) -> None:
        self._files = {unquote(name): path for name, path in case.files.items()}

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = unquote(url.removeprefix("http://repository.example/"))
        if name not in self._files:
            raise DownloadHTTPError(name, 404)
        yield self._files[name].read_bytes()


def library_accepts(case: Case, folder: Path) -> bool:
    """Whether the library's client, with the case's store and at its time, comes to what the case asks for."""
    (folder / "trusted").mkdir(parents=True)
    (folder / "got").mkdir()
    for name, path in case.files.items():
        if name.startswith("trusted/"):
            (folder / name).write_bytes(path.read_bytes())
    if not (folder / "trusted" / "root.json").exists():
        (folder / "trusted" / "root.json").write_bytes(case.files["metadata/1.root.json"].read_bytes())
    try:
        return _followed(case, folder)
    except (RepositoryError, DownloadError, ValueError):
        return False


def _followed(case: Case, folder: Path) -> bool:
    updater: Any = Updater(
        str(folder / "trusted"),
        "http://repository.example/metadata/",
        str(folder / "got"),
        "http://repository.example/targets/",
        fetcher=Served(case),
        config=UpdaterConfig(**case.params.get("config", {})),
        bootstrap=None,
    )
    updater._trusted_set.reference_time = datetime.datetime.fromisoformat(case.params["now"])  # it takes none
    updater.refresh()
    for path in case.params.get("targets", ()):
        found = updater.get_targetinfo(path)
        if found is None:
            return False
        if case.params["op"] == "download":
            updater.download_target(found)
    return True


def cases() -> Iterator[Case]:
    folder = unpacked()
    for case in load(folder / "cases.jsonl", folder / "data"):
        followed = case.family == "tuf-metadata" and case.params.get("op") in ("refresh", "download", "targetinfo")
        if followed and not case.params.get("ignore_expiry", False):
            yield case


@absent
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")  # the library takes its own for a signature that is wrong
def test_what_the_library_refuses_ours_refuses_and_the_other_way_round(tmp_path: Path) -> None:
    count, differ = 0, []
    for number, case in enumerate(cases()):
        count += 1
        ours, theirs = answer(case).got == "pass", library_accepts(case, tmp_path / str(number))
        if ours != theirs:
            differ.append((case.id, "ours accepts" if ours else "theirs accepts"))
    assert count >= 200
    assert differ == []


@absent
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")  # the library takes its own for a signature that is wrong
def test_as_a_second_opinion_it_comes_to_the_same_wherever_ours_accepts() -> None:
    agreed = sum(map(second_opinion_agrees, cases()))
    assert agreed >= 150


def second_opinion_agrees(case: Case) -> bool:
    """Whether ours accepts the case, and theirs comes to the same. Raises: OpinionFault where it does not."""
    laid = _Laid(case)
    now, bounds = datetime.datetime.fromisoformat(case.params["now"]), bounds_of(case)
    for path in case.params.get("targets", ()) or (None,):
        seen = Seen(laid, laid)
        following = Following(seen, seen)
        try:
            session = following.refresh(now=now, limits=DEFAULT_LIMITS, bounds=bounds)
            found = following.find(session, path) if path is not None else None
        except Fault:
            return False
        SecondClient(InThisProcess(), now, bounds, 1).confirm(case.id, seen, session, path, found)
    return True


class _Laid(InMemory):
    """The repository and the store of a case, by names as they are before they are percent-encoded."""

    def __init__(self, case: Case) -> None:
        files = {unquote(name): path.read_bytes() for name, path in case.files.items()}
        served = {n.removeprefix("metadata/"): data for n, data in files.items() if n.startswith("metadata/")}
        kept = {n[len("trusted/") : -len(".json")]: data for n, data in files.items() if n.startswith("trusted/")}
        if "1.root.json" in served:
            kept.setdefault("root", served["1.root.json"])
        super().__init__(served, kept)

    def fetch(self, name: str, most: int) -> bytes | None:
        return super().fetch(unquote(name), most)
