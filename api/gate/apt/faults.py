"""Refusals of the gate in apt: apt says what cannot be read, or what was installed is not as it should be."""

from __future__ import annotations

from attestations.faults import Fault


class AptFault(Fault):
    """Something about apt, or about the gate's own installation in it: ``apt.*``. It says nothing about a package."""
