"""The program's own gate, asked as an administrator asks it: by its command, in this process."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

from api.cli import main
from verifier.reasons import outcome_of

from .seen import Ours


class Gate:
    """A gate with a state of its own, begun anew in `folder`."""

    def __init__(self, folder: Path, policy: str, trust: Iterable[bytes]) -> None:
        self._state, self._policy = folder / "gate", folder / "policy.toml"
        self._policy.write_text(policy, encoding="utf-8")
        self._trust = [folder / f"trust-{number}.key" for number, _ in enumerate(trust)]
        for path, content in zip(self._trust, trust, strict=True):
            path.write_bytes(content)
        run("gate", "init", "--state", self._state)

    def check(self, files: Iterable[Path], evidence: Iterable[Path], now: datetime.datetime) -> Ours:
        """What the gate decides about `files`, to be installed together at `now`."""
        given = [word for path in evidence for word in ("-e", path)]
        before = self._decisions()
        code, said = run("gate", "check", *files, *given, *self._terms(now))
        if self._decisions() == before:
            # What is too large to be read is not judged; the gate stops with the reason alone.
            return Ours("hold", outcome_of(said).value, (said,))
        decision = json.loads(self._decisions()[-1])
        assert (code == 0) is (decision["action"] == "allow")
        return Ours(decision["action"], decision["outcome"], tuple(sorted(decision["reasons"])))

    def _decisions(self) -> list[bytes]:
        journal = self._state / "decisions.jsonl"
        return journal.read_bytes().splitlines() if journal.exists() else []

    def stage(self, source: Path, target: Path, evidence: str, now: datetime.datetime) -> int:
        """Serve what is in `source` at `target`, where all of it is allowed: the exit code."""
        return run("stage", source, target, "-e", evidence, *self._terms(now))[0]

    def _terms(self, now: datetime.datetime) -> tuple[object, ...]:
        trust = (word for path in self._trust for word in ("--trust", path))
        moment = now.isoformat().replace("+00:00", "Z")
        return ("--state", self._state, "--policy", self._policy, "--now", moment, *trust)

    def accept(self, files: Iterable[Path]) -> str:
        """The files are installed: the reason why the gate does not take it, or ""."""
        code, reason = run("gate", "accept", "--state", self._state, *files)
        assert (code == 0) is (reason == "")
        return reason


def run(*words: object) -> tuple[int, str]:
    """The program's exit code, and the reason that it stopped for, "" where it did not."""
    errors = _nowhere()
    with contextlib.redirect_stdout(_nowhere()), contextlib.redirect_stderr(errors):
        code = main([str(word) for word in words])
    errors.flush()
    assert isinstance(errors.buffer, io.BytesIO)
    said = re.search(rb"\[([a-z_]+\.[a-z_]+)\]", errors.buffer.getvalue())
    return code, said[1].decode() if said is not None else ""


def _nowhere() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
