"""Ask another client of TUF repositories about a session that ours had, in a confined process for each repository.

A process that dies, takes too long or answers what is no answer has crashed. What it prints is hostile until it was
read.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Protocol

import msgspec

from verifier.opinion_forms import LONGEST
from verifier.updates.tuf.opinions import ANSWERS, RepositoryOpinion

from .tuf_questions import AskedRepository, RepositoryAnswer, write_asked

SECONDS = 60
"""How long the process may take, by the clock on the wall."""

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from api.engines.tuf_worker import main; main()"
_ROOT = str(Path(__file__).resolve().parents[2])


class OtherClient(Protocol):
    """Whoever answers."""

    def ask(self, asked: AskedRepository) -> RepositoryOpinion:
        """What it comes to."""
        ...


class TufLibrary:
    """The client of the `tuf` library, in a confined process."""

    def ask(self, asked: AskedRepository) -> RepositoryOpinion:
        command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _PROGRAM, _ROOT]
        try:
            ran = subprocess.run(
                command,
                input=write_asked(asked),
                env={},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return _crashed(f"no answer within {SECONDS} seconds")
        except OSError as error:
            return _crashed(f"no process can be started: {error.strerror}")
        if ran.returncode != 0:
            return _crashed(f"its process ended with {ran.returncode}")
        return _read(ran.stdout) or _crashed("no answer")


_ANSWER = msgspec.json.Decoder(RepositoryAnswer)


def _read(output: bytes) -> RepositoryOpinion | None:
    try:
        answer = _ANSWER.decode(output)
    except (ValueError, RecursionError):
        return None
    if answer.answer not in ANSWERS:
        return None
    return RepositoryOpinion(
        engine=answer.engine[:LONGEST],
        version=answer.version[:LONGEST],
        answer=answer.answer,
        detail=answer.detail[:LONGEST],
        versions=answer.versions,
        length=answer.length,
        hashes=answer.hashes,
    )


def _crashed(detail: str) -> RepositoryOpinion:
    return RepositoryOpinion("tuf", "", "crashed", detail)
