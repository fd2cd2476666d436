"""An environment packed into one file, for the day on which the one in use is damaged.

It is called by the digest of the list of what it holds, as the environment itself is, and that list is compared when it
is unpacked: a damaged copy is found out, and never stands in.

Spec: POSIX.1-2017, pax, ustar interchange format
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from attestations.faults import Place

from ...effects.paths import meaning
from ...effects.writing import unwritable
from .faults import AptFault
from .sums import check_sums, digest_of

_LEVEL = 1
"""How hard it is packed: it is written at every installation, and read once in years."""


def pack(environment: Path, target: Path) -> None:
    """Pack all files of `environment` into `target`, which is on the disk when this returns."""
    with unwritable(str(target)), target.open("xb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_LEVEL, format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(environment.rglob("*")):
                archive.add(path, str(path.relative_to(environment)), recursive=False, filter=_plain)
        file.flush()
        os.fsync(file.fileno())


def unpack(source: Path, environment: Path, digest: str) -> None:
    """Unpack `source` into `environment`, which is not there yet, and prove that it is the one of this digest.

    Raises:
        AptFault: ``apt.damaged``.
        OutputFault: ``output.unwritable``.
    """
    with unwritable(str(environment)):
        environment.mkdir(parents=True)
    with _opened(source) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                _put(environment, member, content.read(), source)
    check_sums(environment, digest)


def _put(environment: Path, member: tarfile.TarInfo, content: bytes, source: Path) -> None:
    """A file of the archive, in its place in `environment` and nowhere else."""
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise AptFault("apt.damaged", "it holds a file of another place", place=Place(str(source)), actual=member.name)
    target = environment / name
    with unwritable(str(target)):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if member.mode & 0o100 else 0o644)


def check(source: Path, digest: str) -> None:
    """Prove that the environment of this digest could be unpacked from `source`.

    Raises:
        AptFault: ``apt.damaged``.
    """
    files: dict[str, str] = {}
    with _opened(source) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                files[member.name] = hashlib.sha256(content.read()).hexdigest()
    if digest_of(files) != digest:
        raise AptFault("apt.damaged", "it does not hold what was installed", place=Place(str(source)))


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r|gz") as archive:
            yield archive
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        raise AptFault("apt.damaged", f"it cannot be unpacked: {meaning(error)}", place=Place(str(source))) from None


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Files and directories, of nobody in particular."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member if member.isfile() or member.isdir() else None
