"""Refusals of the gate itself: not of what it judges, but of how it was set up and asked.

Fault
└── GateFault      gate.*

Their outcome is never PASSED: a gate that cannot be asked lets nothing through.
"""

from __future__ import annotations

from attestations.faults import Fault


class GateFault(Fault):
    """The gate cannot do what it was set up to do, or was set up for what it does not do."""
