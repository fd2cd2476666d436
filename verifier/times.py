"""When a signature provably existed: integrated times under a promise, timestamps under a TSA's certificate.

    log entry, SET verified under a log's key           integrated time   counts where the policy asks for a log
    RFC 3161 token over the signature, TSA in the root  its time

What is written anywhere else is no time: an integrated time without a promise (T42), a token by nobody whom the trust
root names (T46). Every promise must verify, since a bundle with a forged one was tampered with. Of the timestamps at
least one must verify: one that does not, beside one that does, neither rescues nor breaks (T43), but a bundle that
shows timestamps of which none holds is refused. No verified time may lie after `now`, not by a second (T44).
"""

from __future__ import annotations

import datetime

from attestations.bundles import Bundle
from attestations.faults import Fault

from .authenticated import VerifiedTime
from .faults import TimeFault
from .log import promised_time
from .timestamps import verify_timestamp
from .trust import TrustRoot


def verified_times(
    bundle: Bundle, signature: bytes, trust: TrustRoot, now: datetime.datetime
) -> tuple[VerifiedTime, ...]:
    """Prove when `signature` existed; every verified time, the logs' first. None at all is an answer too.

    Raises:
        LogFault: ``log.promise_invalid``, ``log.unknown``, ``log.outside_window``.
        TimeFault: ``time.future``, and what the first timestamp raises where none verifies.
    """
    promised = [promised_time(entry, trust) for entry in bundle.entries]
    times = (*(time for time in promised if time is not None), *_stamped(bundle.timestamps, signature, trust))
    for time in times:
        if time.at > now:
            raise TimeFault(
                "time.future",
                f"{time.authority} gives a time after the time of verification",
                expected=f"at most {_shown(now)}",
                actual=_shown(time.at),
            )
    return times


def _stamped(tokens: tuple[bytes, ...], signature: bytes, trust: TrustRoot) -> tuple[VerifiedTime, ...]:
    times: list[VerifiedTime] = []
    faults: list[Fault] = []
    for token in tokens:
        try:
            times.append(verify_timestamp(token, signature, trust))
        except Fault as fault:
            faults.append(fault)
    if faults and not times:
        raise faults[0]
    return tuple(times)


def require_times(times: tuple[VerifiedTime, ...], *, threshold: int, logs_count: bool) -> None:
    """Refuse fewer than `threshold` distinct authorities among `times` (T27).

    `logs_count` is False where the policy asks for no log: a log that nothing relies on is no clock either.

    Raises:
        TimeFault: ``time.missing``.
    """
    authorities = {(time.source, time.authority) for time in times if logs_count or time.source != "rekor"}
    if len(authorities) < threshold:
        raise TimeFault(
            "time.missing",
            "too few authorities say when the signature was made",
            expected=f"at least {threshold}",
            actual=", ".join(sorted(name for _, name in authorities)) or "none",
        )


def _shown(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
