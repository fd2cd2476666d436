"""Where this machine's apt gets packages from, by its own configuration, and what weakens it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path

from attestations.apt_sources import LONGEST, AptSource, is_read, parse_sources
from attestations.faults import Fault, Place
from verifier.apt_client import weaknesses

from ...effects.faults import InputFault

Configuration = tuple[tuple[str, str], ...]

_USUAL = {
    "rootdir": "/",
    "dir": "/",
    "dir::etc": "etc/apt/",
    "dir::etc::sourcelist": "sources.list",
    "dir::etc::sourceparts": "sources.list.d",
    "dir::etc::trusted": "trusted.gpg",
    "dir::etc::trustedparts": "trusted.gpg.d",
    "dir::state": "var/lib/apt/",
    "dir::state::lists": "lists/",
    "dir::state::status": "/var/lib/dpkg/status",
}
"""What apt takes where its configuration says nothing. Spec: apt.conf(5), Directories"""


def place_of(option: str, configuration: Configuration) -> Path:
    """The path that apt takes for an option of ``Dir``, which is relative to the options above it."""
    options = _USUAL | {name.lower(): value for name, value in configuration if value}
    parts = option.lower().split("::")
    steps = [options.get("::".join(parts[: count + 1]), "") for count in range(len(parts))]
    return Path(posixpath.join(options["rootdir"], posixpath.join(*steps).lstrip("/")))


def source_files(configuration: Configuration) -> tuple[Path, ...]:
    """The files of sources that apt reads, in its order. Raises: InputFault ``input.unreadable``."""
    single = place_of("Dir::Etc::sourcelist", configuration)
    parts = place_of("Dir::Etc::sourceparts", configuration)
    return (*((single,) if single.is_file() else ()), *(path for path in listed(parts) if is_read(path.name)))


def listed(directory: Path) -> tuple[Path, ...]:
    """What is in a directory, by name; nothing where there is none. Raises: InputFault ``input.unreadable``."""
    try:
        return tuple(sorted(directory.iterdir())) if directory.is_dir() else ()
    except OSError as error:
        raise InputFault("input.unreadable", str(error.strerror), place=Place(str(directory))) from None


def read_sources(path: Path) -> tuple[AptSource, ...]:
    """The entries of one file. Raises: FormatFault ``apt.source``, ``debian.malformed``; InputFault."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
    except OSError as error:
        raise InputFault("input.unreadable", str(error.strerror), place=Place(str(path))) from None
    return parse_sources(content, str(path))


def weakened(configuration: Configuration) -> tuple[Fault, ...]:
    """What weakens apt, by its configuration and its sources; a file of them that cannot be read is among it."""
    try:
        files = source_files(configuration)
    except Fault as fault:
        return (*weaknesses(configuration, ()), fault)
    read = tuple(_each(files))
    sources = (entry for each in read if not isinstance(each, Fault) for entry in each)
    return (*weaknesses(configuration, sources), *(each for each in read if isinstance(each, Fault)))


def _each(files: Iterable[Path]) -> Iterator[tuple[AptSource, ...] | Fault]:
    for path in files:
        try:
            yield read_sources(path)
        except Fault as fault:
            yield fault
