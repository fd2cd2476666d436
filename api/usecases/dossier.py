"""A dossier: all that a reader of one verdict needs, in one directory that stands by itself.

    index.html    what was asked, what came out, what that means and what it does not, and how to repeat it
    report.html   the whole report for people         report.txt   the same as a screen
    report.json   the report, byte for byte           report.sarif the same for tools that show findings
    record.json   all that the verdict follows from   policy.toml  what was required
    repeat.txt    the commands that repeat it
    evidence/ trust/ keys/   the files that were judged with, each as it was given
    SHA256SUMS    the digest of every other file

It follows from the request and the version alone: whoever replays the record makes the same directory, byte for byte.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from attestations.strict_json import loads
from verifier.engine import raised
from verifier.policy.model import Policy
from verifier.policy.parse import read_policy
from verifier.policy.plain import canonical, format_time
from verifier.policy.toml import to_toml
from verifier.record import write_record
from verifier.report import render_report
from verifier.request import EvidenceFile, KeyFile, Request, TrustFile
from verifier.verdict import Verdict

from ..render.html import page, render
from ..render.layout import Look
from ..render.proofs import proofs
from ..render.sarif import sarif
from ..render.text import screen
from ..render.visible import visible
from ..version import VERSION
from .trust import root_digest

RECORD, POLICY, STATE, SUMS = "record.json", "policy.toml", "releases.json", "SHA256SUMS"

_File = EvidenceFile | TrustFile | KeyFile

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
_LONGEST_NAME = 80


class Step(Struct, frozen=True):
    """One command that repeats something, and what for."""

    words: tuple[str, ...]
    purpose: str

    @property
    def line(self) -> str:
        """The command as a shell takes it."""
        return shlex.join(self.words)


def dossier(request: Request, verdict: Verdict) -> Mapping[str, bytes]:
    """The files of the dossier about `verdict`, which is what `request` comes to.

    Raises:
        RenderFault: ``output.unavailable``.
    """
    report = render_report(verdict)
    steps = tuple(_steps(request))
    files = {
        "report.html": page([verdict]),
        "report.txt": screen(verdict, Look()).encode(),
        "report.json": report,
        "report.sarif": sarif([verdict]),
        RECORD: write_record(request, report),
        POLICY: to_toml(_in_one_order(request)).encode(),
        "repeat.txt": _repeat(steps, request).encode(),
        **dict(_numbered("evidence", request.evidence)),
        **dict(_numbered("trust", request.trust)),
        **dict(_numbered("keys", request.keys)),
        **({STATE: request.state} if request.state is not None else {}),
    }
    files["index.html"] = render(
        "dossier.html",
        verdict=verdict,
        proofs=proofs(verdict.results, None),
        steps=steps,
        contents=tuple(_contents(files)),
    )
    files[SUMS] = _sums(files)
    return files


def _in_one_order(request: Request) -> Policy:
    """The policy as a record gives it back, its tables in the order of their names: a replay knows no other."""
    return read_policy(loads(canonical(request.policy), limits=request.limits), POLICY, request.limits)


def _numbered(folder: str, files: Sequence[_File]) -> Iterator[tuple[str, bytes]]:
    """Each file under a name that any system takes, and that no file's own name chooses."""
    for number in range(len(files)):
        yield _path(folder, files, number), files[number].content


def _path(folder: str, files: Sequence[_File], number: int) -> str:
    digits = len(str(len(files)))
    name = _UNSAFE.sub("_", _last(files[number].name))[-_LONGEST_NAME:]
    return f"{folder}/{number + 1:0{digits}}-{name}"


def _last(name: str) -> str:
    """The last part of a path as any system writes it: a dossier is the same wherever it is made."""
    return re.split(r"[/\\]", name)[-1]


def _steps(request: Request) -> Iterator[Step]:
    """How to repeat the verdict, from the least that must be believed to the most that can be asked."""
    seen = request.artifact.size is not None
    product = "./" + visible(_last(request.artifact.name)) if seen else request.artifact.name
    yield Step(("sha256sum", "--check", SUMS), "To see that no file in this directory changed since it was made")
    yield Step(
        ("countersign", "replay", RECORD, *(("--artifact", product) if seen else ())),
        "To get the same report out of the record again, byte for byte, without a network",
    )
    yield Step(
        ("countersign", "verify", product, *_conditions(request)),
        "To ask again under your own trust roots; and, with a policy of yours in the place of this one, for what you"
        " require",
    )


def _conditions(request: Request) -> Iterator[str]:
    """What `verify` is told besides the artifact. A trust root out of a store is the reader's own of that name.

    Its age is known to stores alone, and a file that lies in a dossier has none.
    """
    yield from ("--policy", POLICY)
    if request.release is not None:
        yield from ("--release", request.release)
    yield from ("--now", format_time(request.now))
    for number, root in enumerate(request.trust):
        if root_digest(root) in request.policy.trust.roots:
            yield from ("--trust", root.name if root.dated else _path("trust", request.trust, number))
    for number in range(len(request.keys)):
        yield from ("--trust", _path("keys", request.keys, number))
    if request.state is not None:
        yield from ("--state", STATE)
    for limit in raised(request.limits):
        yield from ("--limit", limit)
    for number in range(len(request.evidence)):
        yield from ("--evidence", _path("evidence", request.evidence, number))
    if request.opinions:
        yield "--second-opinion"


def _repeat(steps: Sequence[Step], request: Request) -> str:
    """The commands as a file of their own, each under its purpose."""
    where = "Put the product into this directory, or give its path where the commands name it.\n"
    head = (
        (where if request.artifact.size is not None else "")
        + f"The commands are those of countersign {VERSION}. sha256sum is the system's own: shasum -a 256 on macOS,\n"
        "Get-FileHash on Windows.\n"
    )
    return "\n".join([head, *(f"{step.purpose}:\n\n    {step.line}\n" for step in steps)])


_ABOUT = {
    "report.html": "the whole report, for people",
    "report.txt": "the report as a screen shows it",
    "report.json": "the report itself, an in-toto statement: these bytes come out of every replay",
    "report.sarif": "the report for tools that show findings",
    RECORD: "everything that the verdict follows from",
    POLICY: "what was required",
    STATE: "what had been accepted before",
    "repeat.txt": "the commands that repeat the verdict",
}
"""What each file is for. Those in a folder are what was judged with."""


def _contents(files: Mapping[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """Each file's path, what it is for, and its SHA-256."""
    for path, content in files.items():
        yield path, _ABOUT.get(path, "as it was given"), hashlib.sha256(content).hexdigest()


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()
