"""How a gate is set up: its own file (TOML), or flags that come to the same values.

    format = "countersign.gate/1"
    state = "state"                              what was accepted, and every decision
    observe_until = 2026-04-01T00:00:00Z         till then all is let through, and told
    waivers = "waivers"                          a directory of waivers, signed by approvers

    [[guard]]
    policy = "policies/bookworm.toml"
    trust = ["keys/archive.asc", "sigstore"]     files, or names out of `trust show`
    evidence = ["lists"]                         what stands by for every file: files and directories
    synced = ["synced"]                          what `gate sync` brought: the verdicts on each file are taken along

    [[approver]]
    name = "ada"
    key = "sha256:9f…"
    file = "approvers/ada.pub"

    [content]
    data = ["*.cvd"]                             names of files that are data; everything else is code

    [tell]
    syslog = true
    textfile = "countersign.prom"

Paths are relative to the file. An unknown field is refused and never ignored.
"""

from __future__ import annotations

import datetime
import os
import tomllib

from msgspec import Struct

from attestations.digests import Digest, parse_digest
from attestations.faults import Fault, FormatFault, Place
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import Node

from ..effects.files import Files
from ..effects.paths import shown
from ..usecases.trust import is_name
from .faults import GateFault

FORMAT = "countersign.gate/1"

LONGEST = datetime.timedelta(days=60)
"""For how long a gate may look on without holding anything up."""


class Guard(Struct, frozen=True):
    """A policy, whom it trusts (paths, or names out of the store), and the evidence that stands by for every file.

    `synced` are directories of verdicts, of which those on a file are taken along for it.
    """

    policy: str
    trust: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    synced: tuple[str, ...] = ()


class ApproverFile(Struct, frozen=True):
    """Somebody who may sign waivers: the one key in `file`, of the fingerprint `key` where it is said."""

    name: str
    file: str
    key: Digest | None = None


class Tell(Struct, frozen=True):
    """Who else is told of each decision: the system's log, and a file of figures that a Prometheus exporter reads."""

    syslog: bool = False
    textfile: str | None = None


class GateSettings(Struct, frozen=True):
    """What a gate is set up with. `observe_until` is aware, in UTC; `data` are patterns of the names of files that are
    data; `source` is the file that says it, "" for flags."""

    state: str
    guards: tuple[Guard, ...]
    observe_until: datetime.datetime | None = None
    waivers: str | None = None
    approvers: tuple[ApproverFile, ...] = ()
    data: tuple[str, ...] = ()
    tell: Tell = Tell()
    source: str = ""

    def beside(self, name: str) -> str:
        """The file that is called `name` where the settings are: no file of the directory we are called in (T71)."""
        return _beside(self.source, name) if self.source else name

    def observes(self, at: datetime.datetime) -> bool:
        """Whether everything is let through at `at`, and only told.

        Raises:
            GateFault: ``gate.observes_too_long``: a gate that only ever looks on guards nothing.
        """
        until = self.observe_until
        if until is not None and until > at + LONGEST:
            raise GateFault(
                "gate.observes_too_long",
                "a gate may look on for 60 days at most",
                place=Place(self.source),
                expected=f"observe_until = {at + LONGEST:%Y-%m-%dT%H:%M:%SZ}, or sooner",
                actual=f"{until:%Y-%m-%dT%H:%M:%SZ}",
            )
        return until is not None and at < until


def read_settings(path: str, files: Files) -> GateSettings:
    """The settings in the file at `path`.

    Raises:
        InputFault: ``input.*``; LimitFault: ``limit.policy``.
        GateFault: ``gate.settings``, with the place in the file.
    """
    content = files.read(path, "policy", DEFAULT_LIMITS)
    source = shown(path)
    try:
        tree = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise GateFault("gate.settings", f"not TOML: {error}", place=Place(source)) from None
    try:
        return _Reader(path).settings(Node(tree, source))
    except FormatFault as fault:
        raise _refused(fault) from None


def _refused(fault: Fault) -> GateFault:
    return GateFault("gate.settings", fault.detail, place=fault.place, expected=fault.expected, actual=fault.actual)


class _Reader:
    """Reads the settings of the file at `path`: what is relative is relative to it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def settings(self, file: Node) -> GateSettings:
        file.only("format", "state", "observe_until", "waivers", "guard", "approver", "content", "tell")
        if file.field("format").text() != FORMAT:
            raise file.field("format").fault("json.value", "settings of a form that is not read", expected=FORMAT)
        guards = tuple(map(self._guard, file.field("guard").items()))
        if not guards:
            raise file.field("guard").fault("json.value", "a gate without a policy guards nothing")
        until, waivers, tell = file.get("observe_until"), file.get("waivers"), file.get("tell")
        approvers, content = file.get("approver"), file.get("content")
        return GateSettings(
            state=self._place(file.field("state")),
            guards=guards,
            observe_until=_time(until) if until is not None else None,
            waivers=self._place(waivers) if waivers is not None else None,
            approvers=tuple(map(self._approver, approvers.items())) if approvers is not None else (),
            data=_data(content) if content is not None else (),
            tell=self._tell(tell) if tell is not None else Tell(),
            source=self._path,
        )

    def _guard(self, node: Node) -> Guard:
        node.only("policy", "trust", "evidence", "synced")
        trust, evidence, synced = node.get("trust"), node.get("evidence"), node.get("synced")
        return Guard(
            policy=self._place(node.field("policy")),
            trust=tuple(map(self._trusted, trust.items())) if trust is not None else (),
            evidence=tuple(map(self._place, evidence.items())) if evidence is not None else (),
            synced=tuple(map(self._place, synced.items())) if synced is not None else (),
        )

    def _approver(self, node: Node) -> ApproverFile:
        node.only("name", "file", "key")
        key = node.get("key")
        pinned = _digest(key) if key is not None else None
        return ApproverFile(node.field("name").text(), self._place(node.field("file")), pinned)

    def _tell(self, node: Node) -> Tell:
        node.only("syslog", "textfile")
        syslog, textfile = node.get("syslog"), node.get("textfile")
        return Tell(
            syslog=syslog.boolean() if syslog is not None else False,
            textfile=self._place(textfile) if textfile is not None else None,
        )

    def _trusted(self, node: Node) -> str:
        """A path; or what could be one or a name out of the store, which the gate finds out (`GateSettings.beside`)."""
        return node.text() if is_name(node.text()) else self._place(node)

    def _place(self, node: Node) -> str:
        """A path, from where we are."""
        if not node.text() or "\0" in node.text():
            raise node.fault("json.value", "not a path")
        return _beside(self._path, node.text())


def _beside(source: str, path: str) -> str:
    """`path` as the settings in the file `source` say it, from where we are; never a bare name."""
    return os.path.join(os.path.dirname(source) or ".", path)  # noqa: PTH118, PTH120  # keeps bytes


def _digest(node: Node) -> Digest:
    try:
        return parse_digest(node.text())
    except FormatFault as fault:
        raise node.fault("json.value", fault.detail, expected="sha256: and 64 hex digits") from None


def _data(node: Node) -> tuple[str, ...]:
    """The patterns in ``[content]``, of which each can match something."""
    from verifier.layout.patterns import compile_path_pattern

    node.only("data")
    items = tuple(node.field("data").items())
    for item in items:
        try:
            compile_path_pattern(item.text())
        except FormatFault as fault:
            raise item.fault("json.value", fault.detail, expected=fault.expected) from None
    return tuple(item.text() for item in items)


def _time(node: Node) -> datetime.datetime:
    value = node.value
    if not isinstance(value, datetime.datetime) or value.utcoffset() != datetime.timedelta(0):
        shape = Node(str(value), node.source, node.pointer)
        raise shape.fault("json.value", "not a time in UTC", expected="2026-04-01T00:00:00Z, without quotes")
    return value.astimezone(datetime.UTC)
