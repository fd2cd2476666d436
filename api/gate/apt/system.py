"""What this machine's apt and dpkg say when they are asked."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from attestations.faults import Place

from .faults import AptFault
from .sources import Configuration, place_of

Query = Callable[[str], bytes]
"""What dpkg with this directory says of its packages, a line each: `dpkg_query`."""

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def dpkg_directory(configuration: Configuration) -> str:
    """Where dpkg keeps what is installed, as apt's configuration has it."""
    return str(place_of("Dir::State::status", configuration).parent)


def dpkg_query(directory: str) -> bytes:
    """What dpkg with this directory says of its packages: name, version, architecture, status. Raises: AptFault."""
    form = "--showformat=${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Status}\\n"
    return _said(["dpkg-query", f"--admindir={directory}", "--show", form], {})


def apt_configuration(root: Path) -> bytes:
    """The configuration that apt has with this root, as it tells it a hook. Raises: AptFault ``apt.program``."""
    dump = ["apt-config", "dump", "--format", "%F=%V%n"]
    if root == Path("/"):
        return _said(dump, {})
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as file:
        file.write(f'Dir "{root}";\n')
        file.flush()
        return _said(dump, {"APT_CONFIG": file.name})


def _said(command: list[str], variables: Mapping[str, str]) -> bytes:
    place = Place(command[0])
    try:
        ran = subprocess.run(
            command, env={"PATH": _PATH, "LC_ALL": "C.UTF-8", **variables}, check=False, capture_output=True
        )
    except OSError as error:
        raise AptFault("apt.program", f"it does not start: {error.strerror}", place=place) from None
    if ran.returncode != 0:
        said = ran.stderr.decode("utf-8", "replace").strip()[:300]
        raise AptFault("apt.program", f"it ended with {ran.returncode}", place=place, actual=said)
    return ran.stdout
