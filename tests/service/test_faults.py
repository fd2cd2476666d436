"""Cut off at every effect: whoever comes next ends the work. One verdict, and its bytes those of an undisturbed one."""

from __future__ import annotations

import contextlib

import pytest

from api.judges.judges import Judges
from api.usecases.service.boundaries import BOUNDARIES
from api.usecases.service.judging import LEASE
from api.usecases.service.submit import submit
from tests.backends import Backend

from .looking import check_one_verdict
from .making import AUDITOR, Signing, StandingClock, furnish, honest, service_of, work_off

pytestmark = pytest.mark.loopback

SIGNING = frozenset({"take_up.signed"})
"""Boundaries that only a service with a signer comes to."""


class Died(BaseException):
    """The process is no more: nothing of ours catches it."""


class DiesAt:
    """Dies when the work comes to a boundary for the first time."""

    def __init__(self, boundary: str) -> None:
        self._boundary = boundary
        self.died = False

    def at(self, boundary: str) -> None:
        if boundary == self._boundary and not self.died:
            self.died = True
            raise Died(boundary)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_process_that_dies_at_a_boundary_leaves_one_verdict_to_the_next(
    backend: Backend, judges: Judges, boundary: str
) -> None:
    clock, faults = StandingClock(), DiesAt(boundary)
    signing = Signing() if boundary in SIGNING else None
    service = service_of(backend.database, backend.blobs, clock, judges, faults=faults, signer=signing)
    policy = furnish(service)
    with contextlib.suppress(Died):
        submit(service, AUDITOR, honest(policy))
        work_off(service)
    assert faults.died, "the work never came there"
    after = service_of(backend.database, backend.blobs, clock, judges, signer=signing)
    submit(after, AUDITOR, honest(policy))  # whose answer the client may never have seen
    clock.forward(LEASE)
    work_off(after)
    check_one_verdict(after)
