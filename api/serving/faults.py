"""Refusals to serve: what is installed, set up or already running here does not let a service start."""

from __future__ import annotations

from attestations.faults import Fault


class ServingFault(Fault):
    """The service cannot start, or cannot do what its operator asked: ``service.*``. Nothing was changed."""
