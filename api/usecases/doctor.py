"""Whether this installation can judge: looked for before somebody relies on it, without a network.

good    as it should be
note    judging works without it, and somebody may want to know
bad     it would keep us from judging, or make what we say worth less than it says
"""

from __future__ import annotations

import datetime
import platform
from collections.abc import Callable, Iterator

from msgspec import Struct

from attestations.faults import Fault

from ..effects.clock import Clock
from ..effects.installation import EXTRAS, lacking, trouble_at
from ..effects.trust_store import INSTANCES, LocalTrustStore, Stored, packaged
from ..engines.probing import Confinement, probe
from ..version import VERSION
from .trust import check_usable

FORMAT = "countersign.doctor/1"
LONG = datetime.timedelta(days=90)
"""An age of a trust root that is worth a note: what policies in the examples allow."""


class Finding(Struct, frozen=True):
    """One thing that was looked at: what, how it is (``good``, ``note``, ``bad``), and why."""

    subject: str
    state: str
    detail: str


class Diagnosis(Struct, frozen=True):
    """All that was looked at, in the order of looking."""

    format: str
    version: str
    well: bool
    findings: tuple[Finding, ...]


def diagnose(store: LocalTrustStore, clock: Clock, ask: Callable[[], Confinement | None] = probe) -> Diagnosis:
    """Look at everything; whatever is wrong is a finding and stops nothing."""
    now = clock.now()
    findings = (
        Finding("version", "good", f"{VERSION}, on Python {platform.python_version()}, {platform.system()}"),
        *_extras(),
        _clock(now),
        *_store(store, now),
        _engines(ask()),
    )
    return Diagnosis(FORMAT, VERSION, all(each.state != "bad" for each in findings), findings)


def _extras() -> Iterator[Finding]:
    for extra in EXTRAS:
        absent = lacking(extra)
        detail = f"lacks {', '.join(absent)}: pip install 'countersign[{extra}]'" if absent else "there"
        yield Finding(f"extra {extra}", "note" if absent else "good", detail)


def _clock(now: datetime.datetime) -> Finding:
    """A clock behind what was installed is wrong. One that is ahead cannot be told from a root that is old."""
    newest = max(root.dated for name in INSTANCES if (root := packaged(name)) is not None)
    shown = f"{now:%Y-%m-%d %H:%M UTC}"
    if now < newest:
        return Finding("clock", "bad", f"{shown} is before {newest:%Y-%m-%d}, when an installed root's key began")
    return Finding("clock", "good", shown)


def _store(store: LocalTrustStore, now: datetime.datetime) -> Iterator[Finding]:
    try:
        directory, names = store.directory, store.names()
        paths = (directory, *sorted(directory.glob("root-*.json")))
    except (Fault, OSError) as error:
        yield Finding("store", "bad", error.detail if isinstance(error, Fault) else str(error))
        return
    troubles = [f"{path} {trouble}" for path in paths if (trouble := trouble_at(path)) is not None]
    yield from (Finding("store", "bad", trouble) for trouble in troubles)
    if not troubles:
        yield Finding("store", "good", str(directory) + ("" if directory.exists() else " (not made yet)"))
    yield from (_root(name, store, now) for name in names)


def _root(name: str, store: LocalTrustStore, now: datetime.datetime) -> Finding:
    try:
        entry = store.get(name)
        if entry is None:
            return Finding(f"trust {name}", "bad", "the installed sigstore library does not have it")
        check_usable(name, entry.content)
    except Fault as fault:
        return Finding(f"trust {name}", "bad", fault.detail)
    return Finding(f"trust {name}", *_age(entry, now))


def _age(entry: Stored, now: datetime.datetime) -> tuple[str, str]:
    age = now - entry.dated
    shown = f"{entry.origin}, dated {entry.dated:%Y-%m-%d}, sha256:{entry.sha256}"
    if age < datetime.timedelta(0):
        return "bad", f"{shown}: dated in the future"
    if age > LONG:
        return "note", f"{shown}: {age.days} days old; a policy's max_age decides"
    return "good", f"{shown}: {age.days} days old"


def _engines(found: Confinement | None) -> Finding:
    subject = "second opinion"
    if found is None:
        return Finding(subject, "bad", "its process gave no answer")
    if not found.refused:
        return Finding(subject, "bad", "its process may open connections")
    if not found.namespace:
        return Finding(subject, "note", "its process is refused connections, and shares this machine's network")
    return Finding(subject, "good", "its process is refused connections, and has no network")
