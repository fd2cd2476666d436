"""Short looks at the database, from where every request is served.

On SQLite a look is a file in memory: readers wait for nobody, and it takes less than handing it to a thread and back.
Anywhere else it is a network away, and a thread's work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from ..usecases.service.service import Service

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


async def look(service: Service, work: Callable[_Given, _Found], *given: _Given.args, **named: _Given.kwargs) -> _Found:
    """What `work` finds, which reads a few rows and does no more."""
    if service.database.dialect == "sqlite":
        return work(*given, **named)
    return await run_in_threadpool(work, *given, **named)
