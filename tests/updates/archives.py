"""A Debian archive as a mirror serves it, true or hostile, in a form that ours, apt and gpgv read."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.recipes.scene import fingerprint
from fixtures.world.debian import entry, index, package, release
from fixtures.world.keys import SigningKey, ed25519_key
from fixtures.world.openpgp import certificate, clearsigned

from .gates import Gate
from .seen import Ours

KEY, SECOND, STRANGER = (ed25519_key(f"updates archive {name}") for name in ("one", "two", "stranger"))
DAY = datetime.timedelta(days=1)
INDEX = "main/binary-amd64/Packages"
RELEASE, PACKAGES = "dists/seven/InRelease", f"dists/seven/{INDEX}"
POLICY = """\
format = "countersign.policy/1"
id = "https://fleet.example/policies/archive"
version = 1

[signers.first]
group = "acme"
key = "{first}"

[signers.second]
group = "acme-automatic"
key = "{second}"

[[require]]
check = "debian"
signers = ["first", "second"]
threshold = {threshold}
origin = "acme"
label = "acme-endpoint"
codename = "seven"
component = "main"
architecture = "amd64"
max_age = "30d"
current = true
"""


def deb_path(version: str) -> str:
    """Where the archive has the package of a version."""
    return f"pool/main/e/endpoint/endpoint_{version}_amd64.deb"


def _same(content: bytes) -> bytes:
    return content


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive publishes at `date` (before now), valid `until` (after now); the rest is what a hostile one does.

    `content` is the package, whose index entry says `says` besides; `served` is an index that takes the place of the
    one that is listed; `spoil` is done to the signed Release, and `swap` to the package, on their way.
    """

    version: str = "7.1.0"
    date: datetime.timedelta = DAY
    until: datetime.timedelta | None = 7 * DAY
    signers: tuple[SigningKey, ...] = (KEY, SECOND)
    content: bytes | None = None
    says: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str | None] = field(default_factory=dict)
    served: bytes | None = None
    spoil: Callable[[bytes], bytes] = _same
    swap: Callable[[bytes], bytes] = _same

    def listing(self) -> bytes:
        """The index that the Release lists."""
        return index({**entry(self.package(), version=self.version), **self.says})

    def package(self) -> bytes:
        return self.content if self.content is not None else package(version=self.version)

    def files(self, now: datetime.datetime) -> dict[str, bytes]:
        """What the mirror serves at `now`, by path."""
        now = now.replace(microsecond=0)
        listed = self.listing()
        until = now + self.until if self.until is not None else None
        text = release({INDEX: listed}, now - self.date, until, **self.fields).replace(b"Sum: \n", b"Sum:\n")
        made = born(now)
        signed = summed(clearsigned(text, self.signers[0], made, *self.signers[1:])) if self.signers else text
        content = self.swap(self.package())
        return {
            RELEASE: self.spoil(signed),
            PACKAGES: listed if self.served is None else self.served,
            deb_path(self.version): content,
            self.says.get("Filename", deb_path(self.version)): content,
        }


def born(now: datetime.datetime) -> datetime.datetime:
    """When the archive's keys were made."""
    return (now - 400 * DAY).replace(microsecond=0)


def summed(armoured: bytes) -> bytes:
    """An armoured signature with the checksum that may be left out, and that gpgv will not do without.

    Spec: RFC 9580, section 6.1.1 (CRC-24)
    """
    head, _, coded = armoured.rpartition(b"SIGNATURE-----\n\n")
    coded, end, _ = coded.partition(b"-----END")
    sum24 = 0xB704CE
    for byte in base64.b64decode(coded):
        sum24 ^= byte << 16
        for _bit in range(8):
            sum24 = (sum24 << 1) ^ (0x1864CFB if sum24 & 0x800000 else 0)
    checksum = b"=" + base64.b64encode(sum24.to_bytes(3, "big")) + b"\n"
    return head + b"SIGNATURE-----\n\n" + coded + checksum + end + b" PGP SIGNATURE-----\n"


class Mirror:
    """A directory that a mirror serves."""

    def __init__(self, folder: Path, now: datetime.datetime) -> None:
        self.folder, self._now = folder / "mirror", now

    def serve(self, archive: Archive) -> Path:
        """Serve `archive` in the place of whatever stood there; the packages that were there stay. Its package."""
        for name, content in archive.files(self._now).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return self.folder / deb_path(archive.version)


def certificates(now: datetime.datetime, *, revoked: bool = False, lasts: int = 0) -> list[bytes]:
    """Those of the two parties who sign the archive; the first is `revoked`, or was good for `lasts` seconds alone."""
    first = certificate(KEY, born(now), lasts=lasts, revoked=revoked)
    return [first, certificate(SECOND, born(now))]


class Guarded:
    """A mirror with our gate in front of it, whose policy wants as many of the two parties as `threshold`.

    `keyring` holds the parties' certificates.
    """

    def __init__(self, folder: Path, now: datetime.datetime, threshold: int, keyring: Sequence[bytes]) -> None:
        self._mirror = Mirror(folder, now)
        policy = POLICY.format(first=fingerprint(KEY), second=fingerprint(SECOND), threshold=threshold)
        self._gate = Gate(folder, policy, keyring)

    def check(self, archive: Archive, now: datetime.datetime) -> Ours:
        """What the gate decides about the package of `archive`, which the mirror now serves."""
        deb = self._mirror.serve(archive)
        return self._gate.check([deb], [self._mirror.folder / RELEASE, self._mirror.folder / PACKAGES], now)

    def install(self, archive: Archive, now: datetime.datetime) -> None:
        """The gate allows the package, and is told that it is installed."""
        decided = self.check(archive, now)
        assert decided.action == "allow", decided
        assert not self._gate.accept([self._mirror.serve(archive)])
