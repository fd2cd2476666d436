"""Figures that an operator watches, in Prometheus' form, each counted by the process in which it happens.

    countersign_requests_total{method, route, status}     countersign_request_seconds{route}
    countersign_verdicts_total{outcome}                   countersign_engines_disagree_total
    countersign_pending                                   countersign_pending_age_seconds

A disagreement of engines is an alarm: one of the two reads this evidence wrongly.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, start_http_server

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Meters:
    """The figures of one process."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Counter(
            "countersign_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "countersign_request_seconds", "Time until answered.", ("route",), buckets=SECONDS, registry=registry
        )
        self._verdicts = Counter("countersign_verdicts", "Verdicts issued here.", ("outcome",), registry=registry)
        self._disagree = Counter(
            "countersign_engines_disagree", "Verdicts on which engines disagree.", registry=registry
        )
        self._pending = Gauge("countersign_pending", "Verifications without a verdict yet.", registry=registry)
        self._pending_age = Gauge("countersign_pending_age_seconds", "Age of the oldest of them.", registry=registry)
        for outcome in ("PASSED", "FAILED", "INCOMPLETE", "ERROR"):
            self._verdicts.labels(outcome)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is a template, never what a client made up."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def issued(self, outcome: str, *, engines_disagree: bool) -> None:
        """A verdict was issued."""
        self._verdicts.labels(outcome).inc()
        if engines_disagree:
            self._disagree.inc()

    def waiting(self, pending: int, age: float) -> None:
        """So many verifications wait, the oldest for `age` seconds."""
        self._pending.set(pending)
        self._pending_age.set(age)

    @contextlib.contextmanager
    def answering(self, port: int | None) -> Iterator[int | None]:
        """Give the figures to whoever asks this machine itself at `port`, 0 being any; the port. None: nobody asks.

        Raises:
            OSError: the port is taken.
        """
        if port is None:
            yield None
            return
        server, thread = start_http_server(port, "127.0.0.1", self._registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def page(self) -> bytes:
        """All figures, for Prometheus."""
        return generate_latest(self._registry)
