"""A directory at the gate: what somebody could run in it was judged, under whatever name it is run."""

from __future__ import annotations

import pytest

from .test_gate import Fleet, fleet

__all__ = ["fleet"]

ENVELOPE = b'{"payload":"","payloadType":"x/y","signatures":[{"keyid":"$(touch owned)","sig":"AAAA"}]}'
"""Evidence by its form, which a shell runs besides."""


@pytest.fixture
def incoming(fleet: Fleet) -> Fleet:
    """A release in a directory of its own."""
    (name,) = fleet.release(712, "setup.sh")
    (fleet.folder / "incoming").mkdir()
    (fleet.folder / name).rename(fleet.folder / "incoming" / "moved")
    return fleet


def test_t93_a_link_to_what_is_taken_for_evidence_is_judged_by_nobody_and_held(incoming: Fleet) -> None:
    folder = incoming.folder / "incoming"
    (folder / "moved.verdict.json").write_bytes(ENVELOPE)
    assert incoming.check(712, "incoming")[0] == 0
    (folder / "setup.sh").symlink_to("moved.verdict.json")
    assert incoming.check(712, "incoming") == (4, "HOLD", {"input.link_outside"})


def test_a_link_to_what_is_judged_hides_nothing(incoming: Fleet) -> None:
    (incoming.folder / "incoming" / "setup.sh").symlink_to("moved")
    assert incoming.check(712, "incoming")[0] == 0
