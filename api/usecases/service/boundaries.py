"""Where a verification can be cut off: every effect on its way from accepted to told, as one visible tuple.

A test has the process die at each, and shows that the next one ends the work: one verdict, the same bytes. In service,
nobody listens.
"""

from __future__ import annotations

from typing import Protocol

BOUNDARIES = (
    "submit.blobs",  # the evidence's bytes are stored; no row names them yet
    "submit.accepted",  # the verification is committed; the queue does not know
    "submit.enqueued",  # the queue knows; the client was not told
    "take_up.leased",  # leased, committed; nothing was read
    "take_up.read",  # its policy, trust and evidence are in memory
    "take_up.judged",  # there is a judgement, in memory alone
    "take_up.signed",  # the signer has signed it; nothing is written
    "complete.verdict",  # in the transaction: the verdict's row
    "complete.trail",  # in the transaction: its entry in the trail
    "complete.event",  # in the transaction: its event
    "complete.committed",  # the transaction is over; nobody was told
    "complete.told",  # who waited was woken
)


class Faults(Protocol):
    """Is told where the work is."""

    def at(self, boundary: str) -> None:
        """The work is at one of `BOUNDARIES`."""
        ...


class NoFaults:
    """In service: nothing comes of it."""

    def at(self, boundary: str) -> None:
        """Carry on."""


NO_FAULTS = NoFaults()
