"""Where verdicts go: the screen as they come, or one file at the end; as text, or a JSON report a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..render.layout import Look
from ..render.text import screen, summary
from .world import World

if TYPE_CHECKING:
    from verifier.outcome import Outcome

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
        self._notes: list[str] = []
        self._shown = 0

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
        """Show one verdict."""
        if self._form == "json":
            from verifier.report import render_report

            self._emit(render_report(judged.verdict) + b"\n")
        else:
            gap = "\n" if self._shown else ""
            text = gap + screen(judged.verdict, self._look, taken=judged.taken)
            self._emit(text.encode(self._look.encoding, "backslashreplace"))
        self._shown += 1

    def end(self, outcomes: list[Outcome], combined: Outcome) -> None:
        """Add up where there is something to add up, and write the file that was asked for."""
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
