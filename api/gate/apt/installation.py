"""Where the gate stands under a root, and how it comes there, is mended, and goes.

    etc/apt/apt.conf.d/99countersign     has apt call the launcher; written last, removed first
    usr/lib/countersign/
        apt-gate                         the launcher
        environment                      a link to the environment in use; it is exchanged in one step
        environments/<sha256>/           by the digest of the list of its files
        kept/<sha256>.tar.gz             the same once more
        installed.json                   which of them, and the gate's file

All of these are files of ours. Whenever a run is cut off, apt either does not ask yet, or asks a gate that is whole.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from attestations.faults import Place

from ...decoding import UNDECODABLE
from ...effects.writing import unwritable
from . import kept
from .environment import FLAGS, build, check_start
from .faults import AptFault
from .hooks import HEAD, config_of, configuration, launcher, unsafe_characters
from .sums import check_sums

APT = ("etc", "apt", "apt.conf.d")
PREFIX = ("usr", "lib", "countersign")
CONFIGURATION = "99countersign"


class Installed(Struct, frozen=True, forbid_unknown_fields=True):
    """What was installed: the environment's digest, the gate's own file, and our version."""

    environment: str
    config: str
    version: str


_INSTALLED = msgspec.json.Decoder(Installed)


class Installation:
    """The gate in the apt of one root. Paths that it writes down are as seen from here: with the root."""

    def __init__(self, root: Path) -> None:
        root = Path(os.path.abspath(root))  # noqa: PTH100  # a link stays: resolved it could mean another root
        self.root = root
        self.parts = root.joinpath(*APT)
        self.prefix = root.joinpath(*PREFIX)
        self.configuration = self.parts / CONFIGURATION
        self.launcher = self.prefix / "apt-gate"
        self.link = self.prefix / "environment"
        self._record = self.prefix / "installed.json"

    def environment(self, digest: str) -> Path:
        """Where the environment of this digest stands."""
        return self.prefix / "environments" / digest

    def kept(self, digest: str) -> Path:
        """Where it is kept once more."""
        return self.prefix / "kept" / f"{digest}.tar.gz"

    def installed(self) -> Installed:
        """What was installed; where that cannot be read, what apt's configuration still says of it.

        Raises:
            AptFault: ``apt.not_installed``.
        """
        try:
            return _INSTALLED.decode(self._record.read_bytes())
        except (OSError, *UNDECODABLE):
            pass
        try:
            named = config_of(self.configuration.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError):
            named = None
        if named is None:
            raise self.absent()
        return Installed("", named, "")

    def absent(self) -> AptFault:
        """The refusal where no gate is installed."""
        return AptFault("apt.not_installed", "there is no gate of ours in this apt", place=Place(str(self.prefix)))

    def install(self, config: Path, version: str) -> Installed:
        """Have apt ask a gate of its own, made from what runs now; what stood before is followed in one step.

        Raises:
            AptFault: ``apt.absent``, ``apt.foreign``, ``apt.path``, ``apt.unfit``, ``apt.no_start``.
            OutputFault: ``output.unwritable``.
        """
        self._check_place(str(config))
        with unwritable(str(self.prefix)), alone_writable():
            self.prefix.mkdir(exist_ok=True)
            self.prefix.chmod(0o755)
            self.write_launcher()
            digest = self.make(build)
            self.keep(digest)
            self.use(digest)
            installed = Installed(digest, str(config), version)
            self.write_record(installed)
            self.write_configuration(installed)
            self._sweep(digest)
        return installed

    def remove(self) -> None:
        """Leave apt as it was: its configuration first, so that it works at any moment.

        Raises:
            AptFault: ``apt.not_installed``, ``apt.foreign``.
            OutputFault: ``output.unwritable``.
        """
        if not self.configuration.exists() and not self.prefix.exists():
            raise self.absent()
        self._check_ours()
        with unwritable(str(self.prefix)):
            self.configuration.unlink(missing_ok=True)
            self._sweep_parts()
            os.sync()
            if self.prefix.exists():
                shutil.rmtree(self.prefix)

    def make(self, fill: Callable[[Path], str]) -> str:
        """An environment that `fill` fills, proved to start, under its name; its digest.

        Raises: as `fill`; AptFault ``apt.no_start``.
        """
        scratch = self.scratch()
        try:
            digest = fill(scratch)
            check_start(scratch)
            place = self.environment(digest)
            if not _is_whole(place, digest):
                # What stands there is damaged, and starts for nobody: until the next line is done, apt is stopped.
                shutil.rmtree(place, ignore_errors=True)
                scratch.rename(place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return digest

    def scratch(self) -> Path:
        """A name for an environment that is being made, which nobody else has."""
        (self.prefix / "environments").mkdir(parents=True, exist_ok=True)
        return self.prefix / "environments" / _new()

    def keep(self, digest: str) -> None:
        """Keep this environment once more."""
        target = self.kept(digest)
        target.parent.mkdir(exist_ok=True)
        scratch = target.with_name(_new())
        kept.pack(self.environment(digest), scratch)
        scratch.replace(target)

    def use(self, digest: str) -> None:
        """Have the launcher start this environment, once it is on the disk."""
        os.sync()
        scratch = self.prefix / _new()
        scratch.symlink_to(Path("environments", digest))
        scratch.replace(self.link)

    def write_launcher(self) -> None:
        """Put the launcher into its place."""
        _write(self.launcher, launcher(FLAGS).encode(), 0o755)

    def write_record(self, installed: Installed) -> None:
        """Write down what is installed."""
        _write(self._record, msgspec.json.encode(installed), 0o644)

    def write_configuration(self, installed: Installed) -> None:
        """Have apt call the launcher, once all that it starts is on the disk."""
        os.sync()
        _write(self.configuration, self.wanted_configuration(installed), 0o644)

    def wanted_configuration(self, installed: Installed) -> bytes:
        """What apt's configuration of ours consists of."""
        return configuration(str(self.launcher), installed.config).encode()

    def _check_place(self, config: str) -> None:
        """Refuse a root without apt, a place that is another's, and a path that would mean something to a shell."""
        for directory in (self.parts, self.prefix.parent):
            if not directory.is_dir():
                raise AptFault(
                    "apt.absent", "there is no apt here", place=Place(str(directory)), expected="a directory"
                )
        for path in (str(self.launcher), config):
            if unsafe := "".join(dict.fromkeys(unsafe_characters(path))):
                detail = "a path with such characters is not written into apt's configuration"
                raise AptFault(
                    "apt.path", detail, place=Place(path), expected="letters, digits, / . _ -", actual=unsafe
                )
        self._check_ours()

    def _check_ours(self) -> None:
        """Refuse where something of another's stands."""
        present = {path.name for path in self.prefix.iterdir()} if self.prefix.is_dir() else set()
        strange = [self.prefix / name for name in present - _OURS if not name.startswith(_NEW)]
        written = (path for path in (self.launcher, self.configuration) if path.exists())
        strange += [path for path in written if HEAD.encode() not in path.read_bytes()]
        if strange:
            detail = "another's file stands where the gate would: nothing was touched"
            raise AptFault("apt.foreign", detail, place=Place(str(min(strange))))

    def _sweep(self, digest: str) -> None:
        """Take away what is used no more, and what runs that were cut off left."""
        stays = {digest, f"{digest}.tar.gz"}
        for folder in ("environments", "kept", "."):
            for path in (self.prefix / folder).iterdir():
                if path.name.startswith(_NEW) or (folder != "." and path.name not in stays):
                    _take_away(path)
        self._sweep_parts()

    def _sweep_parts(self) -> None:
        for path in self.parts.glob(f"{_NEW}*"):
            path.unlink()


_OURS = frozenset({"apt-gate", "environment", "environments", "kept", "installed.json"})

_NEW = ".countersign-new-"
"""How a file begins that is not finished. apt reads none whose name has a full stop in front."""


@contextlib.contextmanager
def alone_writable() -> Iterator[None]:
    """What is made meanwhile nobody else can write to, and everybody can read, whatever mask the caller came with."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _new() -> str:
    return _NEW + os.urandom(8).hex()


def _write(path: Path, content: bytes, mode: int) -> None:
    """Make `path` this file, in one step."""
    scratch = path.with_name(_new())
    with scratch.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.chmod(mode)
    scratch.replace(path)


def _is_whole(directory: Path, digest: str) -> bool:
    try:
        check_sums(directory, digest)
    except AptFault:
        return False
    return True


def _take_away(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
