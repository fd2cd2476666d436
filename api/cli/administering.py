"""What the commands of ``admin`` work on: the database, the blobs and the signer's folder, without a service around."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .serving import setup_of

if TYPE_CHECKING:
    from ..serving.composing import Office


@contextlib.contextmanager
def office(**given: Any) -> Iterator[Office]:
    """What the flags of `serving.KEEPING` lead to, as long as the block takes.

    Raises:
        ServingFault: ``service.data_missing``, ``service.extra_missing``.
        StoreFault: ``store.schema_old``, ``store.schema_unknown``, ``store.unavailable``.
    """
    setup = setup_of(**given)
    from ..serving.composing import opened_office

    with opened_office(setup) as opened:
        yield opened
