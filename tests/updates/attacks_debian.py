"""Attacks in the form of a Debian archive: what ours must answer to each, and how apt and gpgv are asked the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from fixtures.world.debian import entry, index, package
from verifier.apt_client import weaknesses

from .archives import DAY, KEY, STRANGER, Archive, Guarded, Mirror, certificates
from .debian_tools import Apt, gpgv
from .seen import ACCEPTS, Ours, Peer

FORM = "debian"


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile archive, after an honest one was accepted where `before` says so.

    `threshold` is how many of the archive's two parties the fleet's policy wants; `configured` are options of apt's own
    configuration; our clock was set back by `back`. `release` says that the Release is what is hostile; where it
    is not, gpgv has nothing to say. Of the first key the certificate is `revoked`, or was good for `lasts` seconds.
    `reasons` are ours, none where the archive is honest; `warnings` are those of the gate in apt.
    """

    row: str
    what: str
    hostile: Archive
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    before: Archive | None = None
    threshold: int = 1
    configured: tuple[tuple[str, str], ...] = ()
    back: datetime.timedelta = datetime.timedelta(0)
    release: bool = True
    revoked: bool = False
    lasts: int = 0

    def ours(self, folder: Path, now: datetime.datetime) -> Ours:
        """What our gate decides."""
        guarded = Guarded(folder, now, self.threshold, self._keyring(now))
        if self.before is not None:
            guarded.install(self.before, now)
        decided = guarded.check(self.hostile, now - self.back)
        weakened = weaknesses(self.configured, ())
        return structs.replace(decided, warnings=tuple(sorted(fault.reason for fault in weakened)))

    def peers(self, folder: Path, now: datetime.datetime) -> Mapping[str, Callable[[], Peer]]:
        """apt, and where a Release is what is hostile gpgv; a clock that is set back is ours alone."""
        if self.back:
            return {}
        asking = {"apt": lambda: self._apt(folder / "apt", now)}
        return asking | ({"gpgv": lambda: self._gpgv(folder / "gpgv", now)} if self.release else {})

    def _keyring(self, now: datetime.datetime) -> list[bytes]:
        return certificates(now, revoked=self.revoked, lasts=self.lasts)

    def _apt(self, folder: Path, now: datetime.datetime) -> Peer:
        mirror = Mirror(folder, now)
        more = "".join(f'{name} "{value}";\n' for name, value in self.configured)
        apt = Apt(folder / "root", f"copy:{mirror.folder}", b"".join(self._keyring(now)), more)
        if self.before is not None:
            honest = apt.take(mirror.serve(self.before))
            assert honest.answer == ACCEPTS, honest
        return apt.take(mirror.serve(self.hostile))

    def _gpgv(self, folder: Path, now: datetime.datetime) -> Peer:
        mirror = Mirror(folder, now)
        mirror.serve(self.hostile)
        return gpgv(folder, mirror.folder, b"".join(self._keyring(now)))


def _altered(signed: bytes) -> bytes:
    return signed.replace(b"Suite: stable", b"Suite: st4ble")


OLD = package(version="7.0.9")
OTHER = index(entry(package("other"), "other"), entry(package()))
HONEST, NEWER = Archive(), Archive("7.2.0", date=DAY / 2)
LONG_AGO = Archive(date=60 * DAY, until=None)
UNCHECKED = (("Acquire::Check-Valid-Until", "false"),)
MD5_ALONE = {
    "SHA256": None,
    "MD5Sum": "\n d41d8cd98f00b204e9800998ecf8427e 0 main/binary-amd64/Packages",
}

CONTROLS = (
    Attack("control", "an honest archive", HONEST),
    Attack("control", "an honest archive, after an older one of it", NEWER, before=HONEST),
    Attack("control", "an honest archive, signed by both of two parties who must have", HONEST, threshold=2),
)

ATTACKS = (
    Attack(
        "U01",
        "the key that signed is revoked",
        Archive(signers=(KEY,)),
        ("openpgp.revoked", "trust.key_not_given"),
        revoked=True,
    ),
    Attack(
        "U01",
        "the key that signed was good for a day, a year ago",
        Archive(signers=(KEY,)),
        ("time.outside_key_window",),
        lasts=86_400,
    ),
    Attack("U01", "a stranger signed the Release", Archive(signers=(STRANGER,)), ("signature.invalid",)),
    Attack("U01", "the Release was altered after it was signed", Archive(spoil=_altered), ("signature.invalid",)),
    Attack("U01", "nobody signed the Release", Archive(signers=()), ("debian.absent",)),
    Attack(
        "U02",
        "two parties must have signed, and one did, twice",
        Archive(signers=(KEY, KEY)),
        ("threshold.unmet",),
        threshold=2,
    ),
    Attack(
        "U03",
        "an older archive after a newer one was accepted, still valid",
        HONEST,
        ("update.rollback",),
        before=NEWER,
    ),
    Attack("U04", "the Release expired an hour ago", Archive(until=-DAY / 24), ("debian.expired", "update.expired")),
    Attack("U04", "the Release never expires, and is 60 days old", LONG_AGO, ("debian.stale",)),
    Attack(
        "U05",
        "a mirror serves the archive of 60 days ago, as if nothing had come since",
        Archive("7.0.0", date=60 * DAY, until=None),
        ("debian.stale", "update.rollback"),
        before=Archive(until=None),
    ),
    Attack(
        "U06",
        "the client's own apt checks no dates, and the Release has expired",
        Archive(until=-DAY / 24),
        ("debian.expired", "update.expired"),
        ("client.weakened",),
        configured=UNCHECKED,
    ),
    Attack(
        "U07",
        "the Release is dated 68 years ahead, to lock out all that follow",
        Archive(date=-24855 * DAY, until=None),
        ("debian.future",),
    ),
    Attack(
        "U08",
        "the index is of another day than the Release",
        Archive(served=OTHER),
        ("debian.index_unlisted",),
        release=False,
    ),
    Attack(
        "U09",
        "a Release that goes on for 5 MB",
        Archive(spoil=lambda signed: signed + b"\n" * (5 << 20)),
        ("limit.bundle",),
    ),
    Attack(
        "U11",
        "the archive of another product, by the same vendor and key",
        Archive(fields={"Label": "acme-server"}),
        ("debian.label",),
    ),
    Attack(
        "U13",
        "the signed index calls an old package by the new version",
        Archive(content=OLD),
        ("debian.header",),
        release=False,
    ),
    Attack(
        "U14", "the second of two signatures was stripped", Archive(signers=(KEY,)), ("threshold.unmet",), threshold=2
    ),
    Attack("U14", "the Release lists its indexes by MD5 alone", Archive(fields=MD5_ALONE), ("debian.weak",)),
    Attack(
        "U15",
        "text stands behind the signed text",
        Archive(spoil=lambda signed: signed + b"Suite: evil\n"),
        ("openpgp.malformed",),
    ),
    Attack(
        "U15",
        "text stands before the signed text",
        Archive(spoil=lambda signed: b"Suite: evil\n" + signed),
        ("debian.absent",),
    ),
    Attack(
        "U15",
        "bytes are appended to the package",
        Archive(swap=lambda deb: deb + b"evil"),
        ("debian.unlisted",),
        release=False,
    ),
    Attack(
        "U16",
        "two must have signed; beside a good signature stands a stranger's",
        Archive(signers=(STRANGER, KEY)),
        ("threshold.unmet",),
        threshold=2,
    ),
    Attack(
        "U19",
        "the index leads to a file outside the archive",
        Archive(says={"Filename": "../outside/endpoint_7.1.0_amd64.deb"}),
        ("debian.malformed", "update.inconsistent"),
        release=False,
    ),
    Attack(
        "U20",
        "the clock was set back by ten days",
        Archive(date=25 * DAY),
        ("clock.suspect",),
        before=Archive(date=25 * DAY),
        back=10 * DAY,
    ),
)
