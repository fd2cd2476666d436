"""Logs: one JSON object a line on standard error, with the id of the request that a line belongs to.

    {"at": "2026-03-02T11:04:00.120Z", "event": "request", "level": "info", "request": "5f0c…", "route": "/v1/trail", …}

Whatever a client sends is a value in it and never a line of its own. No token, no body, no query string is logged.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog

LOGGERS = ("countersign",)
"""Whose lines are wanted. Of the rest, warnings and worse."""

_TRACES = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Where something crashed, without the values it had there: a token may be among them."""

_LONGEST = 500
"""Characters of a text in a line: enough for any of ours."""


def log_to(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Have every log line of this process written to `stream` as JSON, ours and those of the libraries."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.ExceptionRenderer(_TRACES),
        _bounded,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=()), *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(level)


def _bounded(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in line.items()}
