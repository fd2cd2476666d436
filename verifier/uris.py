"""The base of every type URI of ours, in one place. Who runs a service of their own sets another."""

from __future__ import annotations

TYPE_BASE = "https://countersign.example/types"
"""``.example`` is reserved (RFC 2606): until a service publishes under a name of its own, these URIs locate nothing."""
