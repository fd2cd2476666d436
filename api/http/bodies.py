"""Bodies of requests: bounded while they arrive, in size and in time, and read as strictly as any evidence.

Nothing is unpacked: a body that comes compressed is refused, so that no small one can become a large one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Generic, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from attestations.faults import FormatFault, Place
from attestations.strict_json import escape_pointer, loads

from ..effects.faults import RequestFault
from ..usecases.service.service import Principal, Service
from .turns import Turns

PAUSE = 20.0
"""Seconds that a client may take between two pieces of a body."""

SLOWEST = 16 * 1024
"""Bytes a second that a body must come to, after the first `PAUSE`."""

SMALL = 1024 * 1024
"""Bytes of a JSON body that is held in memory without a thought."""

LARGE_SECONDS = 60.0
"""Seconds in which a larger one must have arrived: meanwhile it keeps others waiting."""

THROTTLED = 1024 * 1024
"""Bytes that come between two looks at what the tenant may send."""

JSON, OCTETS = "application/json", "application/octet-stream"

_Result = TypeVar("_Result")
_Model = TypeVar("_Model", bound=BaseModel)


async def pieces(request: Request, largest: int) -> AsyncIterator[bytes]:
    """The body as it arrives.

    Raises:
        RequestFault: ``request.too_large``, ``request.too_slow``, ``request.media_type``, ``request.malformed``.
    """
    _check_head(request, largest)
    service: Service = request.app.state.service
    principal = _principal(request)
    stream, size, told, started = request.stream(), 0, 0, anyio.current_time()
    while True:
        try:
            with anyio.fail_after(PAUSE):
                piece = await anext(stream, None)
        except TimeoutError:
            raise RequestFault("request.too_slow", f"nothing came for {PAUSE:g} seconds") from None
        except ClientDisconnect:
            raise RequestFault("request.malformed", "the body ended before its end") from None
        if piece is None:
            return
        size += len(piece)
        _check_size(size, largest)
        if size < SLOWEST * (anyio.current_time() - started - PAUSE):
            raise RequestFault("request.too_slow", "the body comes too slowly", expected=f"{SLOWEST} bytes a second")
        if service.throttle is not None and principal is not None and _due(size - told, piece):
            await run_in_threadpool(service.throttle.received, principal, size - told)
            told = size
        yield piece


def _due(untold: int, piece: bytes) -> bool:
    """Whether to look now at what the tenant may send: every so often, and at the end."""
    return untold >= THROTTLED or (untold > 0 and not piece)


def _principal(request: Request) -> Principal | None:
    principal: Principal | None = request.scope.get("state", {}).get("principal")
    return principal


def _tenant(request: Request) -> str:
    principal = _principal(request)
    return "" if principal is None else principal.tenant


def _check_head(request: Request, largest: int) -> None:
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise RequestFault(
            "request.media_type", "a compressed body", expected="no Content-Encoding", actual=coding[:40]
        )
    _check_size(_announced(request), largest)


def _announced(request: Request) -> int:
    """How many bytes the body is said to have; -1 where nothing is said."""
    length = request.headers.get("content-length", "")
    return int(length[:19]) if length.isascii() and length.isdigit() else -1


def _check_size(size: int, largest: int) -> None:
    if size > largest:
        raise RequestFault(
            "request.too_large", "the body is too large", expected=f"at most {largest} bytes", actual=f"{size} or more"
        )


async def whole(request: Request, largest: int) -> bytes:
    """The whole body. Raises as `pieces`."""
    return b"".join([piece async for piece in pieces(request, largest)])


class JsonBody(Generic[_Model]):
    """A dependency that reads the body as `model`, out of JSON of `largest` bytes, the service's bound where None.

    Raises as `pieces`, and:
        RequestFault: ``request.malformed`` (no JSON with one reading), ``request.invalid`` (not of the model).
    """

    def __init__(self, model: type[_Model], largest: int | None) -> None:
        self.model = model
        self._largest = largest

    async def __call__(self, request: Request) -> _Model:
        media = media_type(request)
        if media != JSON:
            raise RequestFault("request.media_type", "a body of this type", expected=JSON, actual=media)
        service: Service = request.app.state.service
        largest = self._largest or service.settings.largest_body
        # What a stranger may send is always small: no one of them ever takes a turn of those who have a token.
        if largest <= SMALL or 0 <= _announced(request) <= SMALL:
            return await run_in_threadpool(read_json, await whole(request, largest), self.model)
        # Of large ones, few are held in memory at once; the others wait before anything of them is read.
        turns: Turns = request.app.state.large_bodies
        async with turns.turn(_tenant(request)):
            try:
                with anyio.fail_after(LARGE_SECONDS):
                    body = await whole(request, largest)
            except TimeoutError:
                raise RequestFault("request.too_slow", f"not whole within {LARGE_SECONDS:g} seconds") from None
            return await run_in_threadpool(read_json, body, self.model)


def json_body(model: type[_Model], largest: int | None = None) -> JsonBody[_Model]:
    """The dependency that gives a route its body: ``asked: Annotated[Form, Depends(json_body(Form))]``."""
    return JsonBody(model, largest)


def media_type(request: Request) -> str:
    """What the body is said to be, without parameters; "none" where nothing is said."""
    return request.headers.get("content-type", "none").partition(";")[0].strip().lower()[:80]


class Upload:
    """A body that goes straight to where it is kept, while it arrives."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def into(self, work: Callable[[Iterator[bytes]], _Result], largest: int) -> _Result:
        """What `work` makes of the body's pieces, in a thread of its own. Raises as `pieces`, and what `work` does."""
        stream = pieces(self._request, largest)

        async def following() -> bytes | None:
            return await anext(stream, None)

        def arriving() -> Iterator[bytes]:
            while (piece := anyio.from_thread.run(following)) is not None:
                yield piece

        turns: Turns = self._request.app.state.uploads
        async with turns.of(_tenant(self._request)):
            return await anyio.to_thread.run_sync(work, arriving(), limiter=turns.limiter)


class RawBody:
    """A dependency that gives a route its body, which is said to be of `media`, as an `Upload`."""

    def __init__(self, media: str = OCTETS) -> None:
        self.media = media

    async def __call__(self, request: Request) -> Upload:
        media = media_type(request)
        if media != self.media:
            raise RequestFault("request.media_type", "a body of this type", expected=self.media, actual=media)
        return Upload(request)


raw_body = RawBody()


def read_json(body: bytes, model: type[_Model]) -> _Model:
    """The value of `model` in a JSON document that has one reading. Raises as `JsonBody`."""
    try:
        loads(body, source="body")
    except FormatFault as fault:
        raise RequestFault(
            "request.malformed", fault.detail, place=fault.place, expected=fault.expected, actual=fault.actual
        ) from None
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        pointer = "".join(f"/{escape_pointer(str(step))[:200]}" for step in first["loc"])
        raise RequestFault("request.invalid", first["msg"][:500], place=Place("body", pointer)) from None
