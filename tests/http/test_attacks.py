"""What a tenant, or somebody without a token, could do to others over HTTP: each test is one attack that fails."""

from __future__ import annotations

import anyio

from api.http.app import LARGE_BODIES, LARGE_BODIES_OF_ONE, UPLOADS, UPLOADS_OF_ONE, create_app
from api.http.turns import Turns
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
