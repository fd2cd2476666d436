"""Judges that give no judgement: `judge.*`. It says nothing about the evidence but that it could not be judged."""

from __future__ import annotations

from attestations.faults import Fault


class JudgeFault(Fault):
    """A judge died, was late or needed too much. The outcome is ERROR, once it was tried often enough."""
