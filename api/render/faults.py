"""Refusals of those who render: what a form needs is not installed."""

from __future__ import annotations

from attestations.faults import Fault


class RenderFault(Fault):
    """A verdict cannot be shown in the form that was asked for. That says nothing about an artifact."""
