"""Ask another engine about the evidence of a request, in a process of its own, and take its answers as opinions.

A process that dies, or takes too long, has crashed over the question that it was at; another one goes on with the next.
What it prints is hostile until it was read.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Protocol

import msgspec

from attestations.digests import Digest
from attestations.faults import Fault
from verifier.authenticated import CertificateSigner, KeySigner
from verifier.gather import sha256
from verifier.key_files import load_key_file
from verifier.opinion_forms import LONGEST
from verifier.opinions import ANSWERS, Opinion
from verifier.request import Request
from verifier.second_opinion import Question

from ..decoding import UNDECODABLE
from .questions import Answer, Asked, write_questions

SECONDS = 60
"""How long one process may take, by the clock on the wall."""

PROCESSES = 4
"""How many are started for one verdict, one after the other: what verdicts rest on is asked first."""

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from api.engines.worker import main; main()"
_ROOT = str(Path(__file__).resolve().parents[2])


class Engines(Protocol):
    """Whoever answers."""

    def ask(self, asked: list[Asked]) -> list[Answer]:
        """An answer to each question, in their order."""
        ...


class WorkerEngines:
    """The other engines, in a confined process."""

    def ask(self, asked: list[Asked]) -> list[Answer]:
        answers: list[Answer] = []
        for _ in range(PROCESSES):
            if len(answers) < len(asked):
                answers += _run(asked[len(answers) :])
        return answers + [_crashed(each, f"{PROCESSES} processes ended before it") for each in asked[len(answers) :]]


def _run(asked: list[Asked]) -> list[Answer]:
    """The answers that one process gives; where it does not come to the end, the last one is that it crashed."""
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _PROGRAM, _ROOT]
    try:
        ran = subprocess.run(
            command, input=write_questions(asked), env={}, capture_output=True, check=False, timeout=SECONDS
        )
        output, end = ran.stdout, f"its process ended with {ran.returncode}"
    except subprocess.TimeoutExpired as error:
        output, end = error.stdout or b"", f"no answer within {SECONDS} seconds"
    lines = output.split(b"\n")[:-1][: len(asked)]
    # By their place: a line that is no answer is the crash of its own question, and moves no other's answer.
    answers = [_read(line) or _crashed(each, "no answer") for line, each in zip(lines, asked, strict=False)]
    if len(answers) < len(asked):
        answers.append(_crashed(asked[len(answers)], end))
    return answers


def _crashed(asked: Asked, detail: str) -> Answer:
    return Answer("securesystemslib" if asked.key is not None else "sigstore", "", "crashed", detail)


_ANSWER = msgspec.json.Decoder(Answer)


def _read(line: bytes) -> Answer | None:
    try:
        answer = _ANSWER.decode(line)
    except UNDECODABLE:
        return None
    return answer if answer.answer in ANSWERS else None


def opinions_on(request: Request, questions: tuple[Question, ...], engines: Engines) -> tuple[Opinion, ...]:
    """What the engines say to each question that can be put to them."""
    put = [(question, asked) for question in questions if (asked := _asked(request, question)) is not None]
    answers = engines.ask([asked for _, asked in put]) if put else []
    return tuple(_opinion(question, answer) for (question, _), answer in zip(put, answers, strict=True))


def _opinion(question: Question, answer: Answer) -> Opinion:
    return Opinion(
        engine=answer.engine[:LONGEST],
        version=answer.version[:LONGEST],
        evidence=question.evidence,
        source=question.source,
        pointer=question.pointer,
        signer=question.about,
        answer=answer.answer,
        detail=answer.detail[:LONGEST],
    )


def _asked(request: Request, question: Question) -> Asked | None:
    """The question with all that belongs to it; None where the file, or the key, is not among the request's."""
    for file in request.evidence:
        # Names are the submitter's: two files may bear one, and ``a:3`` may be a file beside the third line of ``a``.
        if sha256(file.content) != question.evidence:
            continue
        line = question.source.removeprefix(f"{file.name}:") if question.source != file.name else ""
        if (line and not line.isdigit()) or (line and line == question.source):
            continue
        signer = question.signer
        key = _key(request, signer.key) if isinstance(signer, KeySigner) else None
        if isinstance(signer, KeySigner) and key is None:
            return None
        certified = signer if isinstance(signer, CertificateSigner) else None
        return Asked(
            content=file.content,
            line=int(line) if line else None,
            pointer=question.pointer,
            identity=certified.names[0] if certified is not None else None,
            issuer=certified.issuer if certified is not None else None,
            key=key,
            roots=tuple(root.content for root in request.trust),
            covered={digest.algorithm: digest.hex for digest in question.covered},
        )
    return None


def _key(request: Request, fingerprint: Digest) -> bytes | None:
    for file in request.keys:
        try:
            keys = load_key_file(file.content, name=file.name, windows={})
        except Fault:
            continue
        for each in keys:
            if each.key.fingerprint == fingerprint:
                return each.key.spki
    return None
