"""What one run has read and proved of the evidence that it was given for all of its artifacts.

    first artifact    files ──► read ──► authenticated
    every other one   files ───────────► as before

Reading a file, and authenticating an envelope or a signature over a document beside it, depends on the evidence, on
trust, keys, thresholds and the moment, and on no artifact: the second artifact of a run finds what the first one found.
A signature over an artifact itself depends on it, and is never kept. A judgement with a memory says what it says
without one; only the time differs.

What is read and proved is about one set of files under one set of terms. Others replace it, so a memory never holds
more than one run's evidence. What a request came to is kept of the last one, and of each that somebody asks about
again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from attestations.bundles import Envelope, Evidence, Metablock
from attestations.faults import Fault

from .authenticated import Authenticated

Read = TypeVar("Read")
Made = TypeVar("Made")


class Memory:
    """Of the last evidence it was asked about: what it reads as, and what authenticated or why not."""

    __slots__ = ("_about", "_derived", "_evidence", "_last", "_proved", "_read", "_settled", "_weighed")

    def __init__(self) -> None:
        self._last: tuple[object, Any] = (None, None)
        self._settled: tuple[tuple[object, ...], Any] = ((), None)
        self._weighed: dict[int, tuple[object, Any]] = {}
        self._forget((), ())

    def _forget(self, evidence: tuple[object, ...], about: tuple[object, ...]) -> None:
        self._evidence = evidence
        self._about = about
        self._read: Any = None
        self._proved: dict[tuple[int, int], Authenticated | Fault] = {}
        self._derived: dict[type, Any] = {}

    def settled(self, of: tuple[object, ...], settle: Callable[[], Made]) -> Made:
        """What `settle` makes of trust, keys and terms, `of` being all that it looks at; the last ones are known."""
        if of != self._settled[0]:
            self._settled = (of, settle())
        made: Made = self._settled[1]
        return made

    def recall(self, evidence: tuple[object, ...], *about: object) -> None:
        """Begin a judgement over the files `evidence`, under all that `about` names; forget what is about others."""
        if evidence is not self._evidence or about != self._about:
            self._forget(evidence, about)

    def read(self, read: Callable[[], Read]) -> Read:
        """What the files read as, by `read` the first time."""
        if self._read is None:
            self._read = read()
        kept: Read = self._read
        return kept

    def weighed(self, request: object, weigh: Callable[[], Made], *, keep: bool) -> Made:
        """What `weigh` comes to of this very request: of the last one, or of any that was to be kept.

        What is kept stays as long as this memory, whatever evidence comes after it.
        """
        # By identity, which nothing else takes while the request is held here.
        known = self._last if self._last[0] is request else self._weighed.get(id(request))
        if known is None:
            known = (request, weigh())
            if keep:
                self._weighed[id(request)] = known
        self._last = known
        made: Made = known[1]
        return made

    def derived(self, kind: type[Made]) -> Made:
        """What somebody keeps of what was read, one of its kind, made the first time."""
        if kind not in self._derived:
            self._derived[kind] = kind()
        made: Made = self._derived[kind]
        return made

    def proved(self, item: Evidence, prove: Callable[[], Authenticated], over: object = None) -> Authenticated:
        """What `prove` shows of an item of what was read, or the fault that it raised, again.

        `over` is the document, of what was read, that the item is held against; None for the artifact.
        """
        if over is None and not isinstance(item.bundle.content, Envelope | Metablock):
            return prove()
        # By identity: both live as long as what was read, of which they are a part.
        key = (id(item), id(over))
        known = self._proved.get(key)
        if known is None:
            try:
                known = prove()
            except Fault as fault:
                known = fault
            self._proved[key] = known
        if isinstance(known, Fault):
            raise known.with_traceback(None)
        return known
