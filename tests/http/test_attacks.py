"""What a tenant, or somebody without a token, could do to others over HTTP: each test is one attack that fails."""

from __future__ import annotations

import anyio
import pytest
from msgspec import structs
from starlette.testclient import TestClient

from api.http.app import LARGE_BODIES, LARGE_BODIES_OF_ONE, UPLOADS, UPLOADS_OF_ONE, create_app
from api.http.meters import Meters
from api.http.observing import Observed
from api.http.turns import Turns
from api.store.local_blobs import LocalBlobs
from api.usecases.service.throttle import Allowance, TenantThrottle
from api.usecases.service.uploads import begin_upload, end_upload, take_part

from ..service.making import AUDITOR
from .asking import OTHER_TENANT, Asking, sha256

OCTETS = {"Content-Type": "application/octet-stream"}
CONTENT = bytes(range(256)) * 40


def test_an_upload_that_is_broken_off_takes_nobodys_evidence_with_it(asking: Asking) -> None:
    """A vendor foresees the bytes in which its part is kept, has an auditor hand them in, and lets go of the part."""
    progress = begin_upload(asking.service, AUDITOR, sha256(CONTENT), None, len(CONTENT))
    foreseen = f"part of {progress.upload.id}\n".encode() + CONTENT[:4096]
    others = asking.token(OTHER_TENANT)
    sent = asking.client.put(f"/v1/evidence/{sha256(foreseen)}", content=foreseen, headers=others | OCTETS)
    assert sent.status_code == 201
    take_part(asking.service, AUDITOR, progress.upload.id, 0, [CONTENT[:4096]])
    end_upload(asking.service, AUDITOR, progress.upload.id)
    kept = asking.client.get(f"/v1/evidence/{sha256(foreseen)}/content", headers=others)
    assert (kept.status_code, kept.content) == (200, foreseen)


def test_strangers_who_say_no_length_take_no_turn_of_those_with_tokens(asking: Asking) -> None:
    """Eight bodies that trickle in without a token would keep every large request waiting."""
    application = create_app(asking.service)
    application.state.large_bodies = None  # whoever takes a turn of it fails
    asking.client.app = application
    answer = asking.client.post(
        "/v1/tokens/exchange", content=iter([b"{}"]), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text


def test_one_tenants_slow_bodies_leave_turns_for_others() -> None:
    """It holds all the turns that it may have; another tenant has one at once, and itself only after that."""

    async def tried() -> list[str]:
        turns, done = Turns(4, 3), list[str]()
        held = anyio.Event()

        async def hold(tenant: str) -> None:
            async with turns.turn(tenant):
                await held.wait()
                done.append(tenant)

        async with anyio.create_task_group() as tasks:
            for _ in range(6):
                tasks.start_soon(hold, "slow")
            await anyio.wait_all_tasks_blocked()
            async with turns.turn("other"):
                done.append("other")
            held.set()
        return done

    assert anyio.run(tried) == ["other", *["slow"] * 6]


def test_the_service_bounds_each_tenants_share() -> None:
    assert UPLOADS_OF_ONE < UPLOADS
    assert LARGE_BODIES_OF_ONE < LARGE_BODIES


def test_large_evidence_is_read_no_faster_than_it_is_taken(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty who ask for the largest file there may be would have the service hold it forty times."""
    headers, content = asking.token(), bytes(8 << 20)
    where = f"/v1/evidence/{sha256(content)}"
    assert asking.client.put(where, content=content, headers=headers | OCTETS).status_code == 201
    monkeypatch.setattr(LocalBlobs, "get", None)  # what reads all at once fails
    answer = asking.client.get(f"{where}/content", headers=headers)
    assert (answer.status_code, answer.headers["content-length"], answer.content == content) == (
        200,
        str(8 << 20),
        True,
    )
    known = headers | {"If-None-Match": answer.headers["etag"]}
    assert asking.client.get(f"{where}/content", headers=known).status_code == 304


def test_damaged_evidence_is_never_given_out_as_whole(asking: Asking) -> None:
    headers = asking.token()
    small, large = damaged(asking, headers, b"evidence"), damaged(asking, headers, bytes(3 << 20))
    answer = asking.client.get(small, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (500, "blob.damaged")
    cut = asking.client.get(large, headers=headers)
    assert len(cut.content) < int(cut.headers["content-length"]) == 3 << 20


def damaged(asking: Asking, headers: dict[str, str], content: bytes) -> str:
    """Where the bytes of evidence are to be had, of which the last was changed since it came."""
    where = f"/v1/evidence/{sha256(content)}"
    assert asking.client.put(where, content=content, headers=headers | OCTETS).status_code == 201
    assert isinstance(asking.service.blobs, LocalBlobs)
    asking.service.blobs._path(sha256(content)).write_bytes(content[:-1] + b"!")
    return f"{where}/content"


def test_behind_a_proxy_nobody_counts_as_somebody_else_by_saying_so(asking: Asking) -> None:
    """A stranger makes up who asked; the proxy adds who did."""
    once = TenantThrottle(Allowance(logins_per_minute=1))
    application = create_app(structs.replace(asking.service, throttle=once))
    client = TestClient(Observed(application, Meters(), trusting=True), base_url="https://testserver")

    def answered(*forwarded: str) -> int:
        sent = [("X-Forwarded-For", each) for each in forwarded]
        return client.post("/v1/tokens/exchange", json={"tenant": "acme", "token": "e.e.e"}, headers=sent).status_code

    assert answered("192.0.2.1, 198.51.100.7") == 401
    assert answered("192.0.2.2, 198.51.100.7") == 429
    assert answered("192.0.2.3", "198.51.100.7:4711") == 429
    assert answered("198.51.100.8") == 401
