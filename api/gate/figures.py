"""What a gate did, in figures: kept beside its state, and written as a file that a Prometheus exporter reads.

    countersign_gate_decisions_total{action="block",observed="false"} 1
    countersign_gate_reasons_total{reason="update.rollback"} 1
    countersign_gate_last_decision_timestamp_seconds 1773478800

A damaged or missing file of figures begins again at nothing, which whoever reads counters knows how to take.

Spec: Prometheus text exposition format, https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..decoding import UNDECODABLE
from ..effects.writing import unwritable, write_whole
from .decisions import Action, Decision

NAME = "figures.json"


class Figures(Struct, frozen=True, forbid_unknown_fields=True):
    """Counts since the gate began, and moments in seconds of Unix time.

    `decisions` are by action, continued with ``, observed`` where the gate only looked on.
    """

    decisions: Mapping[str, int] = {}
    reasons: Mapping[str, int] = {}
    waived: int = 0
    accepted: int = 0
    decided_at: int = 0
    accepted_at: int = 0


_FIGURES = msgspec.json.Decoder(Figures)
_OBSERVED = ", observed"


def after_decision(figures: Figures, decision: Decision, at: datetime.datetime) -> Figures:
    """The figures with one more decision."""
    kind = decision.action.value + (_OBSERVED if decision.observed else "")
    return replace(
        figures,
        decisions=_counted(figures.decisions, (kind,)),
        reasons=_counted(figures.reasons, decision.reasons),
        waived=figures.waived + bool(decision.waivers),
        decided_at=int(at.timestamp()),
    )


def after_acceptance(figures: Figures, at: datetime.datetime) -> Figures:
    """The figures with one more installation."""
    return replace(figures, accepted=figures.accepted + 1, accepted_at=int(at.timestamp()))


def _counted(counts: Mapping[str, int], more: Iterable[str]) -> dict[str, int]:
    return {**counts, **{name: counts.get(name, 0) + 1 for name in more}}


def exposition(figures: Figures, until: datetime.datetime | None) -> str:
    """The figures for an exporter; `until` is when a gate that only looks on ends doing so."""
    kinds = [(action.value, observed) for action in Action for observed in (False, True)]
    decisions = [
        (
            f'{{action="{action}",observed="{str(observed).lower()}"}}',
            figures.decisions.get(action + (_OBSERVED if observed else ""), 0),
        )
        for action, observed in kinds
    ]
    reasons = [(f'{{reason="{reason}"}}', count) for reason, count in sorted(figures.reasons.items())]
    observing = int(until.timestamp()) if until is not None else 0
    return "".join(
        (
            *_metric("decisions_total", "counter", "Decisions, by what the gate does or would do.", decisions),
            *_metric("reasons_total", "counter", "Decisions that a reason stood against.", reasons),
            *_metric("waived_total", "counter", "Decisions let through by waivers.", [("", figures.waived)]),
            *_metric("accepted_total", "counter", "Installations that were accepted.", [("", figures.accepted)]),
            *_moment("last_decision", "When the gate decided last; 0: never.", figures.decided_at),
            *_moment("last_accepted", "When an installation was accepted last; 0: never.", figures.accepted_at),
            *_moment("observing_until", "Until when the gate only looks on; 0: it enforces.", observing),
        )
    )


def _moment(name: str, says: str, seconds: int) -> Iterator[str]:
    return _metric(f"{name}_timestamp_seconds", "gauge", says, [("", seconds)])


def _metric(name: str, kind: str, says: str, samples: Iterable[tuple[str, int]]) -> Iterator[str]:
    name = f"countersign_gate_{name}"
    yield f"# HELP {name} {says}\n# TYPE {name} {kind}\n"
    for labels, value in samples:
        yield f"{name}{labels} {value}\n"


def kept_figures(directory: Path) -> Figures:
    """The figures of the gate whose state is there; none, where they are not there or not whole."""
    try:
        return _FIGURES.decode((directory / NAME).read_bytes())
    except (OSError, *UNDECODABLE):
        return Figures()


def keep_figures(directory: Path, figures: Figures) -> None:
    """Keep the figures. Raises: OutputFault ``output.unwritable``."""
    write_whole(str(directory / NAME), msgspec.json.encode(figures))


@contextlib.contextmanager
def counting(directory: Path) -> Iterator[None]:
    """Nobody else counts meanwhile, where the system has locks of files.

    Raises:
        OutputFault: ``output.unwritable``.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with unwritable(str(directory)):
        descriptor = os.open(directory / f"{NAME}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
