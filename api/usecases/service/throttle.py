"""How much a tenant may ask for: requests a minute, bytes a day, verifications that are not done.

The figures are the service's, and a tenant may have its own. Counting is in the memory of each process: a service of
three nodes lets a tenant have up to three times as much of the first two, and a restart begins anew. It keeps one
tenant from taking all, which needs no exact figure; what is pending is counted in the database, for all nodes alike.
The operator has no limits: it is not one of those who share.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from msgspec import Struct
from msgspec.structs import asdict

from attestations.limits import MIB

from ...effects.faults import AccessFault
from ...store.schema import OPERATOR
from .service import Principal

LONGEST_PAUSE = 60
"""Seconds after which one that waits for its own verifications may as well ask again."""


class ThrottleFault(AccessFault):
    """More than is allowed, for now: `retry_after` says in how many seconds to ask again."""

    def __init__(self, reason: str, detail: str, *, retry_after: int, expected: str) -> None:
        super().__init__(reason, detail, expected=expected)
        self.retry_after = retry_after


class Allowance(Struct, frozen=True):
    """What a tenant may have. Under these names, a tenant may have its own figures."""

    requests_per_minute: int = 6000
    bytes_per_day: int = 256 * 1024 * MIB
    pending: int = 1000
    logins_per_minute: int = 60
    """Of one address, by those who show no token: exchanges of identity tokens, and logins."""


def check_allowance(own: Mapping[str, int]) -> dict[str, int]:
    """A tenant's own figures, where each is one that there is.

    Raises:
        AccessFault: ``throttle.unknown``.
    """
    known = [name for name in asdict(Allowance()) if name != "logins_per_minute"]
    for name, figure in own.items():
        if name not in known or figure < 0:
            raise AccessFault("throttle.unknown", f"no such limit: {name}={figure}", expected=", ".join(known))
    return dict(own)


class TenantThrottle:
    """Counts what each tenant asks for, in this process."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._windows = FixedWindowRateLimiter(MemoryStorage())

    def request(self, principal: Principal) -> None:
        """One more request.

        Raises:
            ThrottleFault: ``throttle.requests``.
        """
        if principal.tenant == OPERATOR:
            return
        figure = self._figure(principal, "requests_per_minute")
        self._count(RateLimitItemPerMinute(figure), "requests", principal.tenant, 1, "requests a minute")

    def received(self, principal: Principal, size: int) -> None:
        """`size` more bytes of a body.

        Raises:
            ThrottleFault: ``throttle.bytes``.
        """
        if principal.tenant == OPERATOR:
            return
        figure = self._figure(principal, "bytes_per_day")
        self._count(RateLimitItemPerDay(figure), "bytes", principal.tenant, size, "bytes a day")

    def accept(self, principal: Principal, pending: int) -> None:
        """One more verification, where `pending` of the tenant's are not done.

        Raises:
            ThrottleFault: ``throttle.pending``.
        """
        if principal.tenant == OPERATOR:
            return
        figure = self._figure(principal, "pending")
        if pending >= figure:
            detail = f"{pending} verifications of the tenant are not done"
            raise ThrottleFault("throttle.pending", detail, retry_after=LONGEST_PAUSE, expected=f"{figure} at most")

    def stranger(self, address: str) -> None:
        """One more request by somebody without a token, from `address`.

        Raises:
            ThrottleFault: ``throttle.requests``.
        """
        item = RateLimitItemPerMinute(self._allowance.logins_per_minute)
        self._count(item, "requests", f"from {address}", 1, "requests a minute without a token")

    def _figure(self, principal: Principal, name: str) -> int:
        figure: int = principal.limits.get(name, getattr(self._allowance, name))
        return figure

    def _count(self, item: RateLimitItem, what: str, whose: str, cost: int, noun: str) -> None:
        if not self._windows.hit(item, what, whose, cost=cost):
            left = self._windows.get_window_stats(item, what, whose).reset_time - time.time()
            retry_after = max(1, min(math.ceil(left), item.get_expiry()))
            expected = f"{item.amount} {noun} at most"
            raise ThrottleFault(
                f"throttle.{what}", "that is more than is allowed", retry_after=retry_after, expected=expected
            )
