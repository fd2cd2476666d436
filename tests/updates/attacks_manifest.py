"""Attacks in the form of our own manifest, which no other program reads: what our gate must answer to each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fixtures.world.debian import package

from .releases import DAY, KEY, SECOND, STRANGER, WEAKER, Fleet, Release
from .seen import Ours, Peer

FORM = "manifest"


@dataclass(frozen=True, slots=True)
class Attack:
    """A release that is offered `later` than `before` was installed. `reasons` are ours, none where all is honest."""

    row: str
    what: str
    hostile: Release
    reasons: tuple[str, ...] = ()
    before: Release | None = None
    later: datetime.timedelta = DAY
    threshold: int = 1
    match: tuple[str, ...] = ("sha256", "size")

    def ours(self, folder: Path, now: datetime.datetime) -> Ours:
        """What our gate decides."""
        fleet = Fleet(folder, threshold=self.threshold, match=self.match)
        if self.before is not None:
            fleet.install(self.before, now)
            now += self.later
        return fleet.check(self.hostile, now)

    def peers(self, _folder: Path, _now: datetime.datetime) -> Mapping[str, Callable[[], Peer]]:
        """Nobody else reads it."""
        return {}


def ends(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


LAST = Release()
NEXT = Release(713, {"endpoint.exe": b"bytes of 713"})
TWO = {"endpoint.exe": b"bytes of 713", "driver.sys": b"driver of 713"}
OLD, NEW, OTHER = b"bytes of 712", b"bytes of 713", b"bytes of 711"
LONG_OVER = {"expires": "2020-01-01T00:00:00Z"}


def patch(base: bytes, result: bytes) -> Release:
    """Release 713 as a difference, from `base` to `result`."""
    difference = {"endpoint.patch": b"713 - 712"}
    return Release(
        713, difference, listed={"endpoint.exe": NEW, **difference}, deltas={"endpoint.patch": (base, result)}
    )


HEADED = ("sha256", "header")
DEBS = {version: {"endpoint.deb": package(version=version)} for version in ("7.712.0", "7.713.0-1")}

CONTROLS = (
    Attack(
        "control",
        "an honest package of Debian's, whose own header declares the release's version (U13)",
        Release(713, DEBS["7.713.0-1"]),
        match=HEADED,
    ),
    Attack("control", "an honest difference to the release that is installed (U17)", patch(OLD, NEW), before=LAST),
    Attack("control", "an honest release, after the one before it", NEXT, before=LAST),
    Attack(
        "control",
        "an honest release of two files, by both of two parties who must have signed",
        Release(713, TWO, signers=(KEY, SECOND)),
        threshold=2,
    ),
)

ATTACKS = (
    Attack("U01", "a stranger signed the manifest", Release(signers=(STRANGER,)), ("signature.invalid",)),
    Attack("U01", "the signature is over something else", Release(signed=False), ("signature.invalid",)),
    Attack("U01", "nobody signed anything", Release(signers=()), ("envelope.unsigned",)),
    Attack(
        "U02",
        "two parties must have signed, and one did, twice",
        Release(signers=(KEY, KEY)),
        ("threshold.unmet",),
        threshold=2,
    ),
    Attack("U03", "an older release after a newer one was installed", LAST, ("update.rollback",), before=NEXT),
    Attack("U04", "the manifest has expired", Release(fields=LONG_OVER), ("manifest.expired", "update.expired")),
    Attack(
        "U05",
        "the same release, offered for longer than the policy allows",
        LAST,
        ("update.stale_source",),
        before=LAST,
        later=8 * DAY,
    ),
    Attack(
        "U07",
        "a number so far ahead that nothing could follow",
        Release((1 << 53) - 1),
        ("update.fast_forward",),
        before=LAST,
    ),
    Attack(
        "U08",
        "a file of the last release among those of this one",
        Release(713, {"endpoint.exe": b"bytes of 713", "driver.sys": b"driver of 712"}, listed=TWO),
        ("subject.mismatch", "update.incomplete"),
    ),
    Attack(
        "U11",
        "a release of another product, by the same vendor and key",
        Release(fields={"product": "server"}),
        ("manifest.product",),
    ),
    Attack("U11", "a release of another channel", Release(fields={"channel": "beta"}), ("manifest.channel",)),
    Attack("U11", "a release for another platform", Release(fields={"platform": "linux"}), ("manifest.platform",)),
    Attack(
        "U13",
        "the manifest calls an old package by the new version",
        Release(713, DEBS["7.712.0"]),
        ("update.header_mismatch",),
        match=HEADED,
    ),
    Attack(
        "U14",
        "a weaker signature than the release before had",
        Release(713, signers=(WEAKER,)),
        ("update.weaker_scheme",),
        before=LAST,
    ),
    Attack(
        "U15",
        "bytes are appended to the file",
        Release(files={"endpoint.exe": b"bytes of 712evil"}, listed={"endpoint.exe": b"bytes of 712"}),
        ("subject.mismatch",),
    ),
    Attack(
        "U16",
        "two parties must have signed; beside a good signature stands a stranger's",
        Release(signers=(KEY, STRANGER)),
        ("threshold.unmet",),
        threshold=2,
    ),
    Attack(
        "U17", "a difference to a release that is not installed", patch(OTHER, NEW), ("update.delta_base",), before=LAST
    ),
    Attack(
        "U17",
        "a difference that makes a file which the manifest does not list",
        patch(OLD, OTHER),
        ("update.delta_result", "update.incomplete"),
        before=LAST,
    ),
    Attack(
        "U18",
        "a part of the release",
        Release(713, {"endpoint.exe": b"bytes of 713"}, listed=TWO),
        ("update.incomplete",),
    ),
    Attack(
        "U19",
        "the manifest names its file by a path outside the folder",
        Release(listed={"../../outside/evil.exe": b"bytes of 712"}),
        ("json.value",),
    ),
    Attack("U20", "the clock was set back by ten days", NEXT, ("clock.suspect",), before=LAST, later=-10 * DAY),
)
