"""Updates over HTTP, as a gate and as our own client ask about them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.client.faults import RemoteFault
from api.client.remote import Address, Remote, connect
from api.client.updates import Update
from api.http.wire.updates import MOST_FILES
from api.usecases.service.waivers import name_approver
from attestations.faults import Fault
from tests.backends import Backend
from tests.service.releasing import FLEET, World, sha256_of, world_of
from tests.waiving import ANNA, BERT, by_two, waiver
from verifier.updates.streams import ReleaseState, write_state

from .asking import Asking, asked

NOTHING = write_state(ReleaseState())
LATEST = "/v1/channels/acme/endpoint/stable/latest"
ALLOW = {"install": True, "action": "allow", "outcome": "PASSED", "reasons": [], "files": []}
STREAM = {"vendor": "acme", "product": "endpoint", "channel": "stable"}


@pytest.fixture
def world(embedded_backend: Backend) -> Iterator[tuple[World, Asking]]:
    """A fleet's releases, and a service over the same store that can be asked."""
    with asked(embedded_backend) as asking:
        yield world_of(embedded_backend, furnished=True), asking


@pytest.fixture
def remote(world: tuple[World, Asking]) -> Iterator[Remote]:
    """Our own client, with the fleet's token."""
    _, asking = world
    token = asking.token(FLEET.tenant, ["fleet"])["Authorization"].removeprefix("Bearer ")

    def forward(request: httpx.Request) -> httpx.Response:
        url = request.url.raw_path.decode()
        answer = asking.client.request(request.method, url, content=request.read(), headers=dict(request.headers))
        return httpx.Response(answer.status_code, content=answer.content)

    with connect(Address("http://127.0.0.1", token), transport=httpx.MockTransport(forward)) as made:
        yield made


def ask(world: tuple[World, Asking], *items: dict[str, Any]) -> Any:
    made, asking = world
    given = [{"policy": {"digest": made.policy}, "state": b64encode(NOTHING).decode()} | item for item in items]
    headers = asking.token(FLEET.tenant, ["fleet"])
    return asking.client.post("/v1/updates/check", json={"items": given}, headers=headers)


def test_each_of_a_batch_is_answered_for_itself(world: tuple[World, Asking]) -> None:
    made, _ = world
    (file,) = made.judged(713, "endpoint")
    answer = ask(world, {"files": [file]}, {"files": ["0" * 64]}, {"files": [file], "policy": {"digest": "0" * 64}})
    assert answer.status_code == 200
    good, absent, refused = answer.json()["items"]
    assert (good["status"], good["update"]["install"], good["update"]["reasons"]) == (200, True, [])
    assert good["update"]["files"][0]["verdict"].startswith("verdict-")
    assert (absent["update"]["action"], absent["update"]["reasons"]) == ("hold", ["verdict.absent"])
    assert (refused["status"], refused["problem"]["reason"]) == (422, "policy.unknown")


def test_what_speaks_against_it_is_told_in_words(world: tuple[World, Asking]) -> None:
    made, _ = world
    (old,), _ = made.judged(712, "old"), made.judged(713, "new")
    installed = {**STREAM, "version": "7.713.0"}
    (item,) = ask(world, {"files": [old], "state": None, "installed": installed}).json()["items"]
    assert (item["update"]["install"], item["update"]["action"]) == (False, "block")
    (fault,) = item["update"]["faults"]
    assert (fault["reason"], fault["expected"], fault["actual"]) == ("update.rollback", "at least 713", "712")
    assert "state" not in item["update"]


@pytest.mark.parametrize(
    "change",
    [
        {"files": []},
        {"files": ["x"]},
        {"installed": STREAM},
        {"state": None},
        {"state": "!"},
        {"state": None, "installed": {**STREAM, "vendor": "../etc"}},
        {"state": None, "installed": {**STREAM, "sequence": -1}},
        {"policy": {"content": ""}},
    ],
    ids=str,
)
def test_what_is_no_question_is_refused(world: tuple[World, Asking], change: dict[str, Any]) -> None:
    answer = ask(world, {"files": ["0" * 64]} | change)
    found = answer.json() if answer.status_code == 422 else answer.json()["items"][0]["problem"]
    assert found["reason"] == "request.invalid"


def test_u09_a_request_asks_about_so_many_files_and_no_more(world: tuple[World, Asking]) -> None:
    many = [sha256_of(str(number)) for number in range(MOST_FILES // 2 + 1)]
    answer = ask(world, {"files": many}, {"files": many})
    assert (answer.status_code, answer.json()["reason"]) == (422, "request.invalid")


def test_our_client_asks_and_never_lets_through_what_was_refused(world: tuple[World, Asking], remote: Remote) -> None:
    made, _ = world
    (file,) = made.judged(713, "endpoint")
    good = Update(files=(file,), policy={"digest": made.policy}, state=NOTHING)
    unknown = Update(files=(file,), policy={"digest": "0" * 64}, installed=STREAM)
    allowed, held = remote.check_updates(good, unknown)
    assert (allowed.install, allowed.action, set(allowed.verdicts)) == (True, "allow", {file})
    assert (held.install, held.action, held.outcome, held.reasons) == (False, "hold", "ERROR", ("policy.unknown",))
    assert allowed.state is not None
    (again,) = remote.check_updates(Update(files=(file,), policy={"digest": made.policy}, state=allowed.state))
    assert again.state == allowed.state


@pytest.mark.parametrize(
    "item",
    [
        {"update": ALLOW | {"outcome": "ERROR"}},
        {"update": ALLOW | {"action": "hold"}},
        {"update": ALLOW | {"action": "yes"}},
        {"update": ALLOW | {"install": False}},
        {"update": ALLOW | {"install": "true"}},
        {"update": ALLOW | {"state": "!"}},
        {"update": ALLOW | {"files": None}},
        {},
    ],
    ids=str,
)
def test_an_answer_that_is_none_lets_nothing_through(item: dict[str, Any]) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"items": [item]}))
    with connect(Address("http://127.0.0.1", "token"), transport=transport) as made:
        with pytest.raises(RemoteFault) as raised:
            made.check_updates(Update(files=("0" * 64,), policy={"digest": "0" * 64}, state=NOTHING))
        assert raised.value.reason == "remote.answer"


def test_the_latest_release_of_a_channel(world: tuple[World, Asking], remote: Remote) -> None:
    made, asking = world
    made.judged(712, "old")
    (file,) = made.judged(713, "new", variant="x64")
    headers = asking.token(FLEET.tenant, ["fleet"])
    shown = asking.client.get(LATEST, params={"variant": "x64"}, headers=headers)
    (item,) = shown.json()["items"]
    assert (item["version"], item["sequence"], item["files"][0]["sha256"]) == ("7.713.0", 713, file)
    assert asking.client.get(LATEST, headers=asking.token()).status_code == 404
    assert [release.version for release in remote.latest("acme", "endpoint", "stable")] == ["7.712.0", "7.713.0"]
    (release,) = remote.latest("acme", "endpoint", "stable", variant="x64", policy=made.policy)
    assert set(release.verdicts) == {file}


def test_u22_two_manifests_of_one_number_are_a_conflict(world: tuple[World, Asking]) -> None:
    made, asking = world
    made.judged(713, "one")
    made.judged(713, "other")
    refused = asking.client.get(LATEST, headers=asking.token(FLEET.tenant, ["fleet"]))
    assert (refused.status_code, refused.json()["reason"]) == (409, "update.equivocation")


def test_a_gates_waiver_is_kept_in_the_trail(world: tuple[World, Asking], remote: Remote) -> None:
    made, asking = world
    for person in (ANNA, BERT):
        name_approver(made.service, FLEET, "https://fleet.example/policies/endpoint", person.name, person.pem)
    first, second = by_two(waiver(made.policy, reasons=["verdict.absent"]))
    assert remote.file_waiver(made.policy, first, second) == remote.file_waiver(made.policy, second, first)
    trail = asking.client.get("/v1/trail", headers=asking.token(FLEET.tenant, ["fleet"])).json()["items"]
    (filed,) = [entry for entry in trail if '"act":"waiver.filed"' in entry["entry"]]
    assert '"signers":["Anna","Bert"]' in filed["entry"]
    with pytest.raises(Fault) as raised:
        remote.file_waiver(made.policy, first)
    assert raised.value.reason == "waiver.signers"
