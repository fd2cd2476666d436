"""The process that answers: questions on standard input, one answer a line on standard output, in their order.

Each line is out before the next question is looked at: where evidence kills the process, what it had answered stands.
"""

from __future__ import annotations

import os
import sys

import msgspec

from .confinement import confine
from .questions import Answer, Asked, document, read_questions

BUNDLES = "application/vnd.dev.sigstore.bundle"


def main() -> None:
    """Read all questions, give up what is not needed, answer. What a library prints goes to standard error."""
    data = sys.stdin.buffer.read()
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)
        confine()
        for asked in read_questions(data):
            answers.write(msgspec.json.encode(answer_to(asked)) + b"\n")


def answer_to(asked: Asked) -> Answer:
    """What an engine says, or that it broke, or that none reads this."""
    try:
        found = document(asked)
    except (ValueError, LookupError, TypeError) as error:
        return Answer("json", "", "cannot_read", f"{type(error).__name__}: {error}")
    name = "securesystemslib" if asked.key is not None else "sigstore"
    try:
        return _asking(asked, found)
    except Exception as error:  # noqa: BLE001  # a library that breaks on evidence has given no answer: that is one, too
        return Answer(name, "", "crashed", f"{type(error).__name__}: {error}")


def _asking(asked: Asked, found: object) -> Answer:
    """Which engine reads this, if any: its libraries are loaded then."""
    bundle = found if isinstance(found, dict) and str(found.get("mediaType", "")).startswith(BUNDLES) else None
    envelope = bundle.get("dsseEnvelope") if bundle is not None else found
    if asked.key is not None:
        if not (isinstance(envelope, dict) and {"payload", "payloadType", "signatures"} <= envelope.keys()):
            return Answer("securesystemslib", "", "cannot_read", "no envelope")
        from . import dsse_engine

        return dsse_engine.answer(asked, envelope)
    if bundle is None:
        return Answer("sigstore", "", "cannot_read", "no Sigstore bundle")
    from . import sigstore_engine

    return sigstore_engine.answer(asked, bundle)


if __name__ == "__main__":
    main()
