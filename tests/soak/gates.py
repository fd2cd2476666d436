"""What is asked of a gate's server as inputs: read as the server reads it, however the bytes come."""

from __future__ import annotations

from api.gate.messages import read_question
from api.gate.wire import read_accept, read_check

CHECKS = (
    b'{"items": [{"files": ["/srv/endpoint.exe"], "evidence": ["/srv/manifest.jsonl"], "bundles": ["/srv/verdict"],'
    b' "release": "7.2.0"}, {"files": ["sha256:' + b"9f" * 32 + b'"]}]}',
)
QUESTIONS = (
    b"GET /v1/state HTTP/1.1\r\nhost: 127.0.0.1:8471\r\nauthorization: Bearer 4wVe\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
    % (len(CHECKS[0]), CHECKS[0]),
)
_PIECE = 7
"""Bytes that come at a time."""


def question(data: bytes) -> object:
    """A question that comes in pieces comes to what it does whole."""
    pieces = iter([data[at : at + _PIECE] for at in range(0, len(data), _PIECE)])
    whole = iter([data])
    read = read_question(lambda: next(whole, b""))
    # A piece may end with the message, where the whole has more: that is what a connection of one question refuses.
    assert read_question(lambda: next(pieces, b"")) == read
    return read


def checks(data: bytes) -> object:
    """What is to be decided, and named so that a gate takes it."""
    return [each.asked for each in read_check(data).items]


def accepted(data: bytes) -> object:
    """What was installed."""
    return read_accept(data).digests


ACCEPTED = (b'{"files": ["sha256:' + b"9f" * 32 + b'"]}',)
