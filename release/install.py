"""Install Countersign from this folder: no network, nothing but Python 3.11 or newer.

    python3 install.py DIRECTORY     makes a virtual environment there; its bin/countersign is the program

Before anything is installed, each file here is held against SHA256SUMS, and the installer holds every wheel against the
lock. Neither tells who made them: for that, verify the tar under the makers' key before you unpack it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Check, make the environment, install; 0 where it went well."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036  # whoever starts this may have an older one
        print("countersign needs Python 3.11 or newer", file=sys.stderr)
        return 1
    if altered := _altered():
        print(f"not as SHA256SUMS says: {', '.join(altered)}", file=sys.stderr)
        return 1
    directory = Path(arguments[0])
    venv.create(directory, with_pip=True, clear=False)
    python = directory / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(python), "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
    wheels = ["--find-links", str(HERE / "wheels"), "--only-binary", ":all:"]
    [ours] = HERE.glob("countersign-*.whl")
    for step in (
        [*wheels, "--no-deps", "--require-hashes", "--requirement", str(HERE / "lock.txt")],
        ["--no-deps", str(ours)],
    ):
        if subprocess.run([*pip, *step], check=False).returncode != 0:
            print("not installed; TARGETS.txt lists the systems that have their wheels here", file=sys.stderr)
            return 1
    print(f"installed: {python.parent / 'countersign'}")
    return 0


def _altered() -> list[str]:
    """Files that are not as the list says, or are not there."""
    lines = (HERE / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return [name for digest, name in (line.split("  ", 1) for line in lines) if not _is(HERE / name, digest)]


def _is(path: Path, digest: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
