"""Waiting: in whatever order it is expected, told of and waited for, who waits hears of it, and need not look it up."""

from __future__ import annotations

import itertools
import threading

import pytest

from api.jobs import waiting
from api.jobs.waiting import Waiting

PATIENCE = 60


def never(_: str) -> bool:
    raise AssertionError("it need not be looked up")


@pytest.mark.parametrize("order", list(itertools.permutations(["expect", "tell"])))
def test_what_is_told_is_heard_without_a_look(order: tuple[str, ...]) -> None:
    made = Waiting(never)
    for step in order:
        made.expect("a") if step == "expect" else made.tell(["a"])
    assert made.wait("a", 0)


def test_who_waits_already_is_woken() -> None:
    made = Waiting(never)
    made.expect("a")
    heard: list[bool] = []
    thread = threading.Thread(target=lambda: heard.append(made.wait("a", PATIENCE)))
    thread.start()
    while not made.awaited():
        thread.join(0.001)
    made.tell(["b", "a"])
    thread.join(PATIENCE)
    assert heard == [True]
    assert made.awaited() == ()


def test_what_nobody_was_told_of_is_looked_up() -> None:
    done = {"a"}
    made = Waiting(done.__contains__)
    assert made.wait("a", 0)
    assert not made.wait("b", 0)


def test_what_ended_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "REMEMBERED", 2)
    looked: list[str] = []

    def look(each: str) -> bool:
        looked.append(each)
        return True

    made = Waiting(look)
    made.tell(["a", "b", "c"])
    assert all(made.wait(each, 0) for each in "abc")
    assert looked == ["a"]
