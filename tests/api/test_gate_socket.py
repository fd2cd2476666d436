"""The socket of a gate on a machine with others: whom it answers, what it leaves alone, and that it can be stopped."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from api.gate import reaching, server
from api.gate.gate import Asked, Gate
from api.gate.server import Callers, Server, socket_at
from attestations.faults import Fault

from .test_gate import Fleet, fleet
from .test_gate_serve import NOON, at, check, gate_of, said
from .test_gate_settings import set_up

__all__ = ["at", "fleet"]
pytestmark = pytest.mark.loopback


def test_t93_a_lock_that_leads_elsewhere_empties_no_file_and_is_nobody_elses(here: Path) -> None:
    (here / "precious").write_text("precious")
    (here / "one.lock").symlink_to("precious")
    with pytest.raises(Fault) as refused, socket_at(here / "one", 0o600):
        pass
    assert (refused.value.reason, (here / "precious").read_text()) == ("gate.address", "precious")
    with socket_at(here / "two", 0o660):
        assert stat.S_IMODE((here / "two.lock").stat().st_mode) == 0o600


def test_a_file_where_the_socket_is_to_be_stays(here: Path) -> None:
    (here / "gate.toml").write_text("precious")
    with pytest.raises(Fault) as refused, socket_at(here / "gate.toml", 0o600):
        pass
    assert (refused.value.reason, (here / "gate.toml").read_text()) == ("gate.address", "precious")


def test_where_everybody_could_answer_nobody_is_asked(at: Path, fleet: Fleet) -> None:
    fleet.folder.chmod(0o1777)
    with pytest.raises(Fault) as unasked:
        reaching.ask(at, Asked(("/x",)))
    with pytest.raises(Fault) as refused, socket_at(fleet.folder / "other", 0o600):
        pass
    fleet.folder.chmod(0o700)
    assert (unasked.value.reason, refused.value.reason) == ("gate.unreachable", "gate.address")
    assert "everybody may write" in unasked.value.detail


def test_u10_told_to_stop_it_stops_though_every_slot_is_taken_by_what_does_not_end(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(fleet)
    gate, path = gate_of(fleet), fleet.folder / "gate.sock"
    begun, end = threading.Event(), threading.Event()

    def endless(*_: Any) -> Any:
        begun.set()
        assert end.wait(60)
        raise Fault("input.not_found", "it was waited for in vain")

    monkeypatch.setattr(Gate, "check", endless)
    for name, value in {"AT_ONCE": 1, "LOOK": 0.01, "DRAIN": 0.01}.items():
        monkeypatch.setattr(server, name, value)
    with socket_at(path, 0o600) as listener:
        running = Server(gate, listener, Callers(), lambda: NOON)
        serves = threading.Thread(target=running.serve)
        serves.start()
        asking = threading.Thread(target=said, args=(path, check(fleet, ("x",))))
        asking.start()
        assert begun.wait(20)
        running.stop()
        serves.join(20)
        stopped = not serves.is_alive()
        end.set()
        for thread in (serves, asking):
            thread.join(20)
    assert stopped
