"""Rekor v1: an entry is promised by a signed entry timestamp (SET), or included under a signed checkpoint, or both.

    SET = sign(log key, {"body":"<base64>","integratedTime":1709377440,"logID":"<hex>","logIndex":84213377})

The SET covers exactly those bytes: JSON with sorted keys and no white space. Only it makes the integrated time a time:
an inclusion proof covers the body alone, so a time beside it is anybody's word (T42).

Spec: Rekor, types/ and openapi.yaml, https://github.com/sigstore/rekor/blob/main/openapi.yaml; RFC 8785
"""

from __future__ import annotations

import datetime
from base64 import b64encode
from collections.abc import Iterable

from attestations.bundles import LogEntry

from ..authenticated import VerifiedEntry, VerifiedTime
from ..checkpoints import rekor_v1_key
from ..faults import LogFault, SignatureFault
from ..signatures import verify
from ..trust import TrustRoot
from .inclusion import prove_inclusion
from .logs import find_log


def promised_time(entry: LogEntry, trust: TrustRoot) -> VerifiedTime | None:
    """The moment at which a log that we trust promised to include the entry; None where the entry holds no promise.

    Raises:
        LogFault: ``log.promise_invalid``, also for a promise without a time; ``log.unknown``, ``log.outside_window``.
    """
    if entry.promise is None:
        return None
    at = _integrated(entry)
    log = find_log(entry.log_id, trust, (at,))
    try:
        verify(log.key, entry.promise, _promise(entry), scheme=log.scheme)
    except SignatureFault as fault:
        raise LogFault("log.promise_invalid", f"the signed entry timestamp is not {log.operator}'s") from fault
    return VerifiedTime(at, "rekor", log.operator)


def prove_entry(entry: LogEntry, trust: TrustRoot, times: Iterable[datetime.datetime]) -> VerifiedEntry:
    """Prove that a log holds the entry: by inclusion where it carries a proof, else by its promise.

    `times` are the verified times of the signature; the log's key must have been valid at each. The caller has
    verified the promise with `promised_time` where there is one.

    Raises:
        LogFault: ``log.unproved``, ``log.unknown``, ``log.outside_window``, and what `prove_inclusion` raises.
    """
    integrated = _integrated(entry) if entry.promise is not None else None
    log = find_log(entry.log_id, trust, tuple(times) if integrated is None else (integrated,))
    if entry.proof is not None:
        prove_inclusion(entry.body, entry.proof, rekor_v1_key(log.key, name=None, scheme=log.scheme), origin=None)
    elif entry.promise is None:
        raise LogFault("log.unproved", "the log entry holds neither a promise nor an inclusion proof")
    proved_by = "inclusion" if entry.proof is not None else "promise"
    return VerifiedEntry(log.operator, entry.kind, entry.log_index, integrated, proved_by)


def _integrated(entry: LogEntry) -> datetime.datetime:
    if entry.integrated_time is None:
        raise LogFault("log.promise_invalid", "the promise comes without the time that it was given at")
    try:
        return datetime.datetime.fromtimestamp(entry.integrated_time, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        raise LogFault("log.promise_invalid", f"{entry.integrated_time} seconds is no time") from None


def _promise(entry: LogEntry) -> bytes:
    """The bytes that a SET covers."""
    return b'{"body":"%b","integratedTime":%d,"logID":"%b","logIndex":%d}' % (
        b64encode(entry.body),
        entry.integrated_time or 0,
        entry.log_id.hex().encode("ascii"),
        entry.log_index,
    )
