"""What was accepted, in a directory: each state a file of its own, numbered, and none ever written over.

    releases.000012.json    a state (`verifier.updates.streams`); the highest number is the present one
    offered/<sha256>.json   what was allowed and may be being installed: the state to follow, and the one it follows

The next number is taken by linking a whole file to it, which fails where somebody has it: of two who accept at once one
does, and the other must look again. A power cut leaves the last state, or the next one, and never half of one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from verifier.faults import UpdateFault
from verifier.updates.streams import ReleaseState, read_state, write_state

from ..decoding import UNDECODABLE
from ..effects.faults import InputFault, OutputFault
from ..effects.paths import meaning

_NAME = re.compile(r"releases\.([0-9]{6,})\.json")
KEPT = 3
"""States that stay: the present one, and what to look at where it surprises."""

OFFERED = "offered"

ABANDONED = 3600.0
"""Seconds after which a file that is being written is nobody's: to write one takes a moment."""

_SCRATCH = ".new-"


class Offered(Struct, frozen=True, forbid_unknown_fields=True):
    """Allowed, and not yet said to be installed: files by SHA-256, the state before and the one after, in base64."""

    artifacts: tuple[str, ...]
    before: str
    after: str


_OFFERED = msgspec.json.Decoder(Offered)


class States:
    """The states of one asker."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def begin(self) -> None:
        """Make the directory, with a state in which nothing was accepted.

        Raises:
            OutputFault: ``output.not_empty``, ``output.unwritable``.
        """
        with _writing(self._directory):
            self._directory.mkdir(parents=True, exist_ok=True)
            if self._numbers():
                place = Place(str(self._directory))
                raise OutputFault(
                    "output.not_empty", "a state is there already: to begin anew, move it away", place=place
                )
            self._link(1, write_state(ReleaseState()))

    def present(self) -> bytes:
        """The state, as bytes; the reader finds what is wrong with them.

        Raises:
            InputFault: ``input.not_found``, ``input.unreadable``.
        """
        numbers = self._numbers()
        if not numbers:
            detail = "holds no state: make one with `countersign gate init`"
            raise InputFault("input.not_found", detail, place=Place(str(self._directory)))
        try:
            return self._path(numbers[-1]).read_bytes()
        except OSError as error:
            raise InputFault("input.unreadable", meaning(error), place=Place(str(self._directory))) from None

    def offer(self, artifacts: tuple[str, ...], before: bytes, after: bytes) -> None:
        """Remember what was allowed, so that it can be accepted once it is installed.

        Raises:
            OutputFault: ``output.unwritable``.
            LimitFault: ``limit.record``: a state that would not be read again is none to allow anything into.
        """
        DEFAULT_LIMITS.check("record", len(after), Place(str(self._directory)))
        offered = Offered(tuple(sorted(artifacts)), b64encode(before).decode(), b64encode(after).decode())
        content = msgspec.json.encode(offered)
        with _writing(self._directory):
            folder = self._directory / OFFERED
            folder.mkdir(exist_ok=True)
            _write(folder / f"{_set_name(artifacts)}.json", content)
            _sync(folder)
            _sync(self._directory)

    def accept(self, artifacts: tuple[str, ...]) -> bytes:
        """Take the state that belongs to these files, which were installed; the new state. Twice changes nothing.

        Raises:
            UpdateFault: ``update.not_offered``: it was never allowed, or something else was accepted since.
            OutputFault: ``output.unwritable``.
            InputFault: as `present`.
        """
        path = self._directory / OFFERED / f"{_set_name(artifacts)}.json"
        present = self.present()
        try:
            offered = _OFFERED.decode(path.read_bytes())
            before, after = b64decode(offered.before), b64decode(offered.after)
        except (OSError, ValueError, *UNDECODABLE):
            if _is_of(present, artifacts):
                return present
            detail = "these files were not allowed by this gate, or something was accepted since then"
            raise UpdateFault("update.not_offered", detail, place=Place(str(self._directory))) from None
        if present != after:
            if present != before:
                detail = "something else was accepted since these files were allowed: check them again"
                raise UpdateFault("update.not_offered", detail, place=Place(str(self._directory)))
            with _writing(self._directory):
                self._link(self._numbers()[-1] + 1, after)
        with _writing(self._directory):
            path.unlink(missing_ok=True)
            for number in self._numbers()[:-KEPT]:
                self._path(number).unlink(missing_ok=True)
            self._sweep(after)
        return after

    def _sweep(self, present: bytes) -> None:
        """Remove what nobody comes back for: sets that followed an older state, and what writers who ended left."""
        for path in (self._directory / OFFERED).glob("*.json"):
            if not _follows(path, present):
                path.unlink(missing_ok=True)
        # By the file system's own clock: a state was written just now.
        now = self._path(self._numbers()[-1]).stat().st_mtime
        for folder in (self._directory, self._directory / OFFERED):
            for path in folder.glob(f"{_SCRATCH}*"):
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < now - ABANDONED:
                        path.unlink()

    def _numbers(self) -> list[int]:
        try:
            names = [path.name for path in self._directory.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InputFault("input.unreadable", meaning(error), place=Place(str(self._directory))) from None
        return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))

    def _path(self, number: int) -> Path:
        return self._directory / f"releases.{number:06d}.json"

    def _link(self, number: int, content: bytes) -> None:
        """Give `content` the number, unless somebody has it."""
        scratch = self._directory / f"{_SCRATCH}{os.urandom(8).hex()}"
        _write(scratch, content)
        try:
            os.link(scratch, self._path(number))
        except FileExistsError:
            detail = "another state was accepted at the same moment: check again"
            raise UpdateFault("update.not_offered", detail, place=Place(str(self._directory))) from None
        finally:
            scratch.unlink(missing_ok=True)
        _sync(self._directory)


def _follows(path: Path, present: bytes) -> bool:
    """Whether a set that was allowed follows the present state, or led to it."""
    try:
        offered = _OFFERED.decode(path.read_bytes())
    except (OSError, *UNDECODABLE):
        return False
    return b64encode(present).decode() in (offered.before, offered.after)


def _is_of(state: bytes, artifacts: tuple[str, ...]) -> bool:
    """Whether these files, and there is one, are what was accepted last: who says so again is right."""
    streams = read_state(state, "state").streams.values()
    accepted = {artifact.hex for each in streams for artifact in each.artifacts}
    return bool(artifacts) and accepted.issuperset(artifacts)


def _set_name(artifacts: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(sorted(set(artifacts))).encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    scratch = path.with_name(f"{_SCRATCH}{os.urandom(8).hex()}")
    with scratch.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def _sync(directory: Path) -> None:
    """Have the directory's names on the disk, where a system can be asked for it."""
    with contextlib.suppress(OSError, PermissionError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _writing(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputFault("output.unwritable", str(error.strerror), place=Place(str(directory))) from None
