"""Which log an entry names: found by its id in the trust root and nowhere else (T49)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from ..faults import LogFault
from ..trust import TransparencyLog, TrustRoot


def find_log(log_id: bytes, trust: TrustRoot, times: Iterable[datetime.datetime]) -> TransparencyLog:
    """The log with this id whose key was valid at each of `times`.

    Raises:
        LogFault: ``log.unknown``, ``log.outside_window``.
    """
    named = [log for log in trust.logs if log_id and log_id in (log.log_id, log.checkpoint_key_id)]
    if not named:
        raise LogFault(
            "log.unknown",
            f"trust root {trust.reference.name} knows no log with the id of this entry",
            expected=", ".join(log.operator for log in trust.logs)[:200] or "no log at all",
            actual=log_id.hex()[:64],
        )
    moments = tuple(times)
    for log in named:
        if all(at in log.window for at in moments):
            return log
    raise LogFault(
        "log.outside_window",
        f"the key of {named[0].operator} was not valid when the entry was made",
        expected=str(named[0].window),
        actual=", ".join(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in moments),
    )
