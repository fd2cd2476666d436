"""What a parser is fuzzed from: everything that the vectors and the sample documents make it read.

All vectors are judged once under a profiler that sees each parser's first argument. So a parser that is new has seeds
as soon as it has vectors.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from attestations.documents import Document
from attestations.strict_json import Node
from verifier.request import Request

from ..attestations.samples import SAMPLES
from ..vectors.runner import answer
from ..vectors.test_vectors import FOLDERS
from .targets import Target

LONGEST = 64 * 1024
MOST = 150
"""Seeds of one target: more would cost its time before anything is changed."""

PACKAGES = ("verifier", "verifier.certificates", "verifier.layout", "verifier.policy")
"""Where results of parsers are kept."""

Seen = dict[CodeType, set[bytes]]


def seeds(targets: Sequence[Target]) -> Mapping[str, tuple[bytes, ...]]:
    """The seeds of each target by its name."""
    seen = watched({target.parser: target.argument for target in targets}, everything)
    return {
        target.name: tuple(dict.fromkeys((*target.further(), *_spread(seen[target.parser.__code__]))))
        for target in targets
    }


def _spread(found: set[bytes]) -> Sequence[bytes]:
    """At most `MOST` of what was found, of every length."""
    ordered = sorted(found, key=lambda seed: (len(seed), seed))
    return ordered[:: -(-len(ordered) // MOST) or 1]


def watched(functions: Mapping[Callable[..., object], str], work: Callable[[], object]) -> Seen:
    """One argument of each of `functions`, "" being the first, as bytes, each time that `work` has it called."""
    seen: Seen = defaultdict(set)
    names = {function.__code__: name or function.__code__.co_varnames[0] for function, name in functions.items()}
    with _watching(names, seen):
        work()
    return seen


def everything() -> None:
    """Judge every vector and read every sample; what was read before is forgotten, or it would not be read again."""
    for module in list(sys.modules.values()):
        if getattr(module, "__package__", "") in PACKAGES:
            for value in list(vars(module).values()):
                if callable(forget := getattr(value, "cache_clear", None)):
                    forget()
    for folder in FOLDERS:
        answer.__wrapped__(folder)
    for sample in SAMPLES.values():
        sample.read(sample.data)


@contextmanager
def _watching(names: Mapping[CodeType, str], seen: Seen) -> Iterator[None]:
    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and (code := frame.f_code) in names:
            met = frame.f_locals[names[code]]
            seen[code].update(data for data in as_bytes(met) if len(data) <= LONGEST)

    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(None)


def as_bytes(argument: Any) -> Iterator[bytes]:
    """An argument as the inputs it stands for: a text, a JSON value, the evidence of a request."""
    match argument:
        case bytes():
            yield argument
        case str():
            yield argument.encode("utf-8", "surrogatepass")
        case Node():
            yield json.dumps(argument.value).encode()
        case Document():
            yield argument.content
        case Request():
            yield from (file.content for file in argument.evidence)
