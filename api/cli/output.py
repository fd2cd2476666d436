"""Where verdicts go: the screen as they come, or one file at the end; as text, JSON reports, or one document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..render.layout import Look
from ..render.text import screen, summary
from .forms import DOCUMENTS
from .world import World

if TYPE_CHECKING:
    from verifier.outcome import Outcome
    from verifier.request import Request
    from verifier.verdict import Verdict

    from ..effects.keys import Signer
    from ..usecases.verify import Contents, Judged

FILE_LOOK = Look()
"""How text in a file looks: 80 columns, UTF-8, no colour."""

_NAMED = 3
"""Files that a note names; of more it says how many."""


class Output:
    """Takes each verdict as it comes. Where `quiet`, nothing is shown; a file that was asked for is written."""

    def __init__(self, world: World, *, form: str, path: str | None, quiet: bool) -> None:
        self._world = world
        self._form = form
        self._path = path
        self._quiet = quiet
        self._look = world.look if path is None else FILE_LOOK
        self._kept: list[bytes] = []
        self._verdicts: list[Verdict] = []
        self._notes: list[str] = []
        self._shown = 0
        if form == "html":
            from ..render.html import check_available

            check_available()

    def directory(self, contents: Contents) -> None:
        """Note what a directory holds besides what is judged."""
        for paths, what in (
            (contents.evidence, "read as evidence"),
            (contents.links, "links to what is in the directory"),
        ):
            if paths:
                more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
                self._notes.append(f"not judged, {what}: {', '.join(paths[:_NAMED])}{more}")

    def verdict(self, judged: Judged) -> None:
        """Show one verdict, or keep it for the document."""
        if self._form in DOCUMENTS:
            self._verdicts.append(judged.verdict)
        elif self._form == "json":
            from verifier.report import render_report

            self._emit(render_report(judged.verdict) + b"\n")
        else:
            gap = "\n" if self._shown else ""
            text = gap + screen(judged.verdict, self._look, taken=judged.taken)
            self._emit(text.encode(self._look.encoding, "backslashreplace"))
        self._shown += 1

    def end(self, outcomes: list[Outcome], combined: Outcome) -> None:
        """Add up where there is something to add up, and write the document or the file that was asked for."""
        if self._form in DOCUMENTS:
            self._emit(document(self._form, self._verdicts))
        if self._form == "text" and (len(outcomes) != 1 or self._notes):
            gap = "\n" if self._shown else ""
            text = gap + summary(outcomes, combined, self._look, notes=self._notes)
            self._emit(text.encode(self._look.encoding, "backslashreplace"))
        if self._path is not None:
            self._world.files.write(self._path, b"".join(self._kept))

    def _emit(self, content: bytes) -> None:
        if self._path is not None:
            self._kept.append(content)
        elif not self._quiet:
            self._world.terminal.write_bytes(content)


def document(form: str, verdicts: Sequence[Verdict]) -> bytes:
    """All of `verdicts` in one document of the form ``sarif`` or ``html``."""
    if form == "sarif":
        from ..render.sarif import sarif

        return sarif(verdicts)
    from ..render.html import page

    return page(verdicts)


def check_dossier(path: str | None, world: World) -> None:
    """Refuse, before anybody works for it, a dossier that could not be made in the end; None is none."""
    if path is None:
        return
    from ..render.html import check_available

    check_available()
    world.files.check_vacant(path)


def write_dossier(path: str, request: Request, verdict: Verdict, world: World) -> None:
    """Make the directory `path` the dossier of `verdict`, to which `request` came."""
    from ..usecases.dossier import dossier

    world.files.write_directory(path, dossier(request, verdict))


def write_signed(path: str, request: Request, verdict: Verdict, signer: Signer, verifier: str, world: World) -> str:
    """Make the directory `path` the signed verdict to which `request` came, and say what is in it and what is not."""
    from verifier.reasons import REASONS

    from ..render.lines import fault_line
    from ..render.verdicts import signed
    from ..usecases.verdicts import sign_verdict

    made = sign_verdict(request, verdict, signer, verifier)
    world.files.write_directory(path, made.files)
    lacking = [fault_line(fault, REASONS[fault.reason].remedy) for fault in made.lacking]
    return signed(path, made.files, lacking, world.look)
