"""Refusals of the store: what is kept, where it is kept, and what may be written once.

Fault
└── StoreFault      store.* blob.* backup.* trail.* page.* text.* verdict.exists verdict.superseded

They say nothing about an artifact, so their outcome is ERROR.
"""

from __future__ import annotations

from attestations.faults import Fault


class StoreFault(Fault):
    """What the service keeps cannot be had, or may not be written."""
