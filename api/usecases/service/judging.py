"""Take up what was accepted, and see it to its verdict.

    lease ─► read ─► judge (─► other engines ─► judge) ─► sign, under the operator's policies ─► complete

A crash anywhere leaves a lease that runs out, and terms that are fixed: whoever takes it up next comes to the same
report. What is away (store, signer) is waited for and is no attempt. A judge that dies is one, and after the last the
verdict is ERROR with its reason: nothing is pending for ever.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from msgspec import structs

from attestations.faults import Fault
from verifier.faults import PolicyFault

from ...effects.chance import draw_id
from ...judges.faults import JudgeFault, JudgesAway
from ...signer import SignerAway, SignerFault, SignRequest, VerdictSigner
from ...store import verifications
from ...store.schema import OPERATOR
from ...store.verifications import Verification
from .answering import check_answers, releases_in
from .completing import Issued, complete
from .inputs import Inputs
from .terms import Terms, read_terms
from .undecided import undecided

if TYPE_CHECKING:
    from .service import Service

LOG = structlog.stdlib.get_logger("countersign")

MOST_ATTEMPTS = 5
"""How often a judge may die over a verification, and what it needs be unreadable, before the verdict is ERROR."""

LEASE = datetime.timedelta(seconds=10)
"""How long whoever works on a verification may be silent. `Work.keep` says that they are there."""

TOGETHER = 0.1
"""Seconds for which a verdict waits for others, to be written with them in one transaction."""

PAUSE = datetime.timedelta(seconds=5)
"""Until something that was away is asked for again."""


class Work:
    """One worker's hands: what it leases, under which lease, and how long it may be silent."""

    def __init__(self, service: Service, lease: datetime.timedelta = LEASE) -> None:
        self._service = service
        self._lease = lease
        self._inputs = Inputs(service.database, service.blobs)
        self._held: set[str] = set()

    def take_up(self, limit: int = 1) -> int:
        """Lease up to `limit` verifications and see each to its verdict, or back; how many were leased.

        Raises:
            StoreFault: ``store.unavailable``: the leases run out by themselves.
        """
        lease = draw_id("lease")
        self._held.add(lease)
        try:
            leased = self._leased(lease, limit)
            self._see_all_through(leased, lease)
        finally:
            self._held.discard(lease)
        return len(leased)

    def keep(self) -> None:
        """Say, before leases run out, that what is held is being worked on. Raises: StoreFault."""
        if held := tuple(self._held):
            with self._service.database.writing(durable=False) as connection:
                verifications.keep(connection, held, self._service.clock.now() + self._lease)

    def _leased(self, lease: str, limit: int) -> tuple[Verification, ...]:
        now = self._service.clock.now()
        with self._service.database.writing(durable=False) as connection:
            leased = verifications.lease(connection, now, now + self._lease, lease, limit)
        if leased:
            self._service.faults.at("take_up.leased")
        return leased

    def _see_all_through(self, leased: Sequence[Verification], lease: str) -> None:
        """Each to its verdict. Those that are quick are written together; none waits long for a slow one."""
        finished: list[tuple[Verification, Issued]] = []
        until = time.monotonic() + TOGETHER
        for verification in leased:
            if (issued := self._see_through(verification, lease)) is not None:
                finished.append((verification, issued))
            if finished and time.monotonic() > until:
                complete(self._service, finished)
                finished = []
        if finished:
            complete(self._service, finished)

    def _see_through(self, verification: Verification, lease: str) -> Issued | None:
        """What there is to issue; None where it was put back."""
        try:
            return self._judged(verification)
        except (SignerAway, JudgesAway):
            self._wait(verification, lease)
            return None
        except Fault as fault:
            if fault.reason == "store.unavailable":
                raise
            failed = fault
        except Exception as error:  # a bug of ours over one verification is its verdict, not the worker's end
            LOG.exception("judging", verification=verification.id)
            failed = JudgeFault("internal.crash", f"{type(error).__name__} over this request")
        if verification.attempts + 1 < MOST_ATTEMPTS:
            self._again(verification, lease)
            return None
        return self._undecided(verification, failed)

    def _judged(self, verification: Verification) -> Issued:
        """What there is to issue. Raises: JudgeFault, JudgesAway, StoreFault, SignerAway."""
        service = self._service
        terms = read_terms(verification.terms)
        signer = service.signer if verification.policy_tenant == OPERATOR else None
        asking = service.engines is not None and service.settings.second_opinion
        case = self._inputs.case(terms, asking=asking, recording=signer is not None)
        service.faults.at("take_up.read")
        try:
            judgement = service.judges.judge(case, verification.tenant, service.engines)
        except PolicyFault as fault:
            return self._undecided(verification, fault)
        service.faults.at("take_up.judged")
        releases = releases_in(judgement, terms, self._inputs.read_policy(terms)) if judgement.releases else ()
        issued = Issued(judgement, releases)
        if signer is not None:
            check_answers(judgement, terms)
            issued = _signed(signer, issued, terms)
            service.faults.at("take_up.signed")
        return issued

    def _undecided(self, verification: Verification, fault: Fault) -> Issued:
        terms = read_terms(verification.terms)
        return Issued(undecided(terms, self._inputs.policy(terms), fault))

    def _again(self, verification: Verification, lease: str) -> None:
        """Give it back, as an attempt: whoever is free takes it up."""
        with self._service.database.writing() as connection:
            verifications.release(connection, verification.id, lease, attempt=True)

    def _wait(self, verification: Verification, lease: str) -> None:
        """Leave it leased until what was away is asked for again."""
        with self._service.database.writing(durable=False) as connection:
            verifications.hold(connection, verification.id, lease, self._service.clock.now() + PAUSE)


def take_up(service: Service, limit: int = 1) -> int:
    """What `Work.take_up` does, once."""
    return Work(service).take_up(limit)


def _signed(signer: VerdictSigner, issued: Issued, terms: Terms) -> Issued:
    """The judgement with its signed bundle, or with the signer's reason for none. Raises: SignerAway."""
    judgement = issued.judgement
    request = SignRequest(
        report=judgement.report,
        policy=f"sha256:{terms.policy.digest}",
        release=terms.release or None,
        evidence=tuple(file.sha256 for file in terms.evidence),
        record=judgement.record,
    )
    try:
        return structs.replace(issued, bundle=signer.sign(request).bundle)
    except SignerAway:
        raise
    except SignerFault as fault:
        return structs.replace(issued, unsigned=fault.reason)
