"""Refusals of a client: the service is not reached, has no verdict yet, or refuses."""

from __future__ import annotations

from attestations.faults import Fault


class RemoteFault(Fault):
    """Another machine gave no verdict: ``remote.*``. That says nothing about an artifact."""


AWAY = frozenset({"remote.unreachable", "remote.pending"})
"""Reasons after which asking again later may help: exit code 5."""
