"""An interpreter, its standard library and all that the gate needs, copied out of what runs now into one directory.

    bin/python3                 the interpreter
    lib/python3.11/             its standard library, compiled
    lib/*.so.*                  libraries of the system that these load, but for those of libc
    app/                        our own packages, what they import, and where it starts
    SHA256SUMS                  all of it

What starts there looks nowhere else: isolated (``-I``), without `site` (``-S``), told where its libraries lie. The C
library and its loader stay the system's: they belong to the kernel, and each is followed by one that fits.
"""

from __future__ import annotations

import compileall
import importlib
import importlib.metadata
import importlib.util
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path

from attestations.faults import Place

from ...effects.writing import unwritable
from .faults import AptFault
from .sums import write_sums

PACKAGES = ("attestations", "verifier", "api", "countersign")

NEEDED = ("click", "cryptography", "jiter", "msgspec", "platformdirs", "pysequoia", "rfc8785")
"""The distributions that the gate imports; what they need themselves comes along."""

AS_DATA = ("sigstore",)
"""Read for the trust roots that it ships, and never imported by a gate: it comes alone."""

MAIN = "import sys\n\nfrom api.cli.apt_process import begin\n\nsys.exit(begin())\n"

FLAGS = ("-I", "-S", "-B", "-X", "utf8")
"""Isolated, without `site`, writing no bytecode, in UTF-8 whatever the locale."""

_LEFT_OUT = frozenset(
    {"__pycache__", "dist-packages", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tests"}
    | {"tkinter", "turtledemo", "venv", "turtle.py", "sitecustomize.py", "_tkinter", "_curses", "_curses_panel"}
    | {"_dbm", "_gdbm", "readline", "nis", "_sqlite3", "ossaudiodev"}
)
"""Of the standard library, what no gate imports; of extension modules, by the name before the first full stop."""

_SYSTEMS = re.compile(r"(linux-vdso|ld-linux|ld64|ld-musl|lib(c|m|dl|pthread|rt|util|resolv|anl|nsl|BrokenLocale)\.so)")
"""Libraries that are the system's own, and are never taken along."""

_LINKED = re.compile(r"^\s+(\S+) => (/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)


def build(directory: Path) -> str:
    """Fill `directory`, which is not there yet, from what runs now; the SHA-256 of the list of its files.

    Raises:
        AptFault: ``apt.unfit``: what runs now cannot be copied.
        OutputFault: ``output.unwritable``.
    """
    with unwritable(str(directory)):
        (directory / "bin").mkdir(parents=True)
        (directory / "app").mkdir()
        _copy(Path(os.path.realpath(sys._base_executable)), directory / "bin" / "python3")  # type: ignore[attr-defined]  # noqa: SLF001  # the interpreter below a virtual environment has no other name
        _copy_library(directory)
        for name in PACKAGES:
            _copy_package(name, directory / "app")
        for name in [*_closure(NEEDED), *AS_DATA]:
            _copy_distribution(name, directory / "app")
        (directory / "app" / "__main__.py").write_text(MAIN, encoding="utf-8")
        _copy_linked(directory)
        _compile(directory)
        for folder, _, _ in os.walk(directory):
            Path(folder).chmod(0o755)
        return write_sums(directory)


def _copy(source: Path, target: Path) -> None:
    """The bytes of a file, whatever links lead to it; readable by all, and executable where it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)


def _copy_library(directory: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for key in ("stdlib", "platstdlib"):
        source = Path(sysconfig.get_path(key, vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix}))
        _copy_tree(source, directory / "lib" / version, _is_library)


def _is_library(path: Path) -> bool:
    own = path.name.partition(".")[0] if path.suffix == ".so" else path.name
    apart = own.startswith(("config-", "_test", "_xx", "xx")) or path.suffix in (".a", ".exe", ".pth")
    return own not in _LEFT_OUT and not apart


def _copy_package(name: str, target: Path) -> None:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise _unfit(f"the package {name} is not there")
    for folder in spec.submodule_search_locations:
        _copy_tree(Path(folder), target / name, lambda path: path.name != "__pycache__")


def _copy_tree(source: Path, target: Path, wanted: Callable[[Path], bool]) -> None:
    for path in sorted(source.iterdir()):
        if not wanted(path):
            continue
        if path.is_dir():
            _copy_tree(path, target / path.name, wanted)
        elif path.is_file() and not (target / path.name).exists():
            _copy(path, target / path.name)


def _closure(names: Iterable[str]) -> list[str]:
    """These distributions and all that they need, without what only their extras do."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            needs = importlib.metadata.distribution(name).requires or ()
        except importlib.metadata.PackageNotFoundError:
            if name in NEEDED:
                extra = ": install 'countersign[formats]'" if name == "pysequoia" else ""
                raise _unfit(f"{name} is not installed{extra}") from None
            continue  # under a marker that does not hold here: the start shows whether anything is missed
        found[key] = None
        waiting += [need for line in needs if "extra ==" not in line and (need := _named(line))]
    return list(found)


def _named(requirement: str) -> str:
    matched = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
    return matched[0] if matched else ""


def _copy_distribution(name: str, target: Path) -> None:
    files = importlib.metadata.distribution(name).files
    if files is None:
        raise _unfit(f"{name} does not say which files it consists of")
    for file in files:
        source = Path(str(file.locate()))
        if ".." not in file.parts and "__pycache__" not in file.parts and source.is_file():
            _copy(source, target / file.as_posix())


def _copy_linked(directory: Path) -> None:
    """Take along the libraries of the system that what was copied is linked to, each under the name it is asked by."""
    binaries = [directory / "bin" / "python3", *directory.rglob("*.so"), *directory.rglob("*.so.*")]
    ran = subprocess.run(
        ["ldd", *map(str, binaries)], env={"PATH": os.defpath, "LC_ALL": "C"}, check=False, capture_output=True
    )
    for name, path in dict(_LINKED.findall(ran.stdout.decode("utf-8", "replace"))).items():
        if not _SYSTEMS.match(name) and not Path(path).is_relative_to(directory):
            _copy(Path(path), directory / "lib" / name)


def _compile(directory: Path) -> None:
    """Compile all of it once: bytecode that is taken as it stands, since the list of sums holds it too."""
    for folder, shown in ((directory / "lib", "lib"), (directory / "app", "app")):
        compileall.compile_dir(
            folder,
            quiet=2,
            maxlevels=32,
            ddir=shown,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


_PROBE = """\
import os, sys
sys.path.insert(0, sys.argv[1])
from api.cli.apt_process import load
load()
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
    files += [line.split(None, 5)[5].rstrip() for line in maps if ".so" in line]
print(*sorted({os.path.realpath(file) for file in files if file}), sep="\\n")
"""


def check_start(directory: Path) -> None:
    """Prove that an interpreter starts there, loads all that a gate uses, and takes none of it from elsewhere.

    Raises:
        AptFault: ``apt.no_start``.
    """
    place = Place(str(directory))
    command = [str(directory / "bin" / "python3"), *FLAGS, "-c", _PROBE, str(directory / "app")]
    variables = {"LD_LIBRARY_PATH": str(directory / "lib"), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    try:
        ran = subprocess.run(command, env=variables, check=False, capture_output=True, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AptFault("apt.no_start", f"its interpreter does not start: {error}", place=place) from None
    said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
    if ran.returncode != 0:
        actual = said[-1][:300] if said else f"exit code {ran.returncode}"
        raise AptFault("apt.no_start", "it does not load what a gate uses", place=place, actual=actual)
    within = directory.resolve()
    for path in map(Path, ran.stdout.decode("utf-8", "surrogateescape").splitlines()):
        if not path.is_relative_to(within) and not _SYSTEMS.match(path.name):
            raise AptFault("apt.no_start", "it loads a file from elsewhere", place=place, actual=str(path))


_PATIENCE = 60
"""Seconds in which an interpreter starts, on a machine that is busy with other things."""


def _unfit(detail: str) -> AptFault:
    return AptFault("apt.unfit", detail, place=Place(sys.prefix))
