"""The page of attacks on updates, made from what was seen when the comparison was run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from verifier.reasons import REASONS

SEEN = Path(__file__).resolve().parents[1] / "tests" / "updates" / "seen.json"

ROWS: Mapping[str, str] = {
    "U01": "Arbitrary installation: no signature, or a bad one",
    "U02": "A threshold that one party meets alone",
    "U03": "Rollback: below what was accepted before",
    "U04": "Freeze: what has expired, or never will",
    "U05": "Silent hold: a mirror that keeps back what is new",
    "U06": "A client whose own configuration checks no dates",
    "U07": "Fast-forward: a number that locks out all that follow",
    "U08": "Mix and match: what was never published together",
    "U09": "Data without an end",
    "U10": "Slow retrieval: a server that never ends",
    "U11": "Other software, validly signed",
    "U12": "A role kept under one delegator, used under another",
    "U13": "A header or index that relabels what is within",
    "U14": "Stripped signatures and weaker schemes",
    "U15": "Bytes that no signature covers",
    "U16": "Several signatures, one of them bad",
    "U17": "A difference with another base or result",
    "U18": "A part of a release",
    "U19": "Names that lead elsewhere",
    "U20": "A clock that was moved",
}
"""The rows of the table of attacks, in a sentence each."""

NOTES: Mapping[str, str] = {
    "U02": (
        "apt knows no thresholds: one of the pinned keys is enough for it. In TUF ids of keys are free; ours\n"
        "counts what the keys are."
    ),
    "U05": "apt keeps the newer index that it has, and ends as if it were up to date.",
    "U06": (
        "The gate does not believe apt: it looks at the dates itself. The warning is of the\n"
        "[gate in apt](gate-apt.md)."
    ),
    "U10": "Each may wait for one second at each read. Ours has a time for the whole of a file besides.",
    "U12": "In one session: the role is kept when it is wanted under the second delegator.",
    "U15": (
        "A manifest, an index and a TUF role name the SHA-256 of a whole file: no byte of it is outside. Formats that\n"
        "sign a part of a file (Authenticode, for one) are not read."
    ),
    "U17": (
        "Neither an index of packages nor a TUF role says of a file that it is a difference to another\n"
        "([how it is decided](gate.md#differences))."
    ),
    "U18": "apt and TUF take files one by one: neither is told what a release consists of.",
    "U20": "The others have the machine's clock, which nobody sets back for a test.",
}
"""What the answers of a row do not say by themselves."""

FORMS: Mapping[str, str] = {
    "manifest": "our own manifest",
    "debian": "a Debian archive",
    "tuf": "a TUF repository",
    "server": "a server",
}

_HEAD = """\
# Attacks on updates

Each line is one hostile input that was made, run through `countersign`, and, byte for byte the same, through the others
that read its form: `apt-get update` and `apt-get download` in a root of their own with the archive's keys pinned
(`signed-by`); `gpgv`, which answers for the signature of a Release alone; the client of the `tuf` library. What stands
here was seen with {tools}, and not concluded. It says what those programs did with these
inputs; much of what they let pass is not theirs to decide.

| | |
| --- | --- |
| accepts | the hostile bytes, or the state that they lie about, were taken |
| **refuses** | they were not, and somebody was told |
| silent | they were not, and nobody was told: the program ends as if all were well |
| contained | they were, under a name that does no harm |
| waits | it goes on and on, and so did the program, for as long as it was watched |
| – | the program does not read this form |

Run it again: `python -m tests.updates` keeps what it sees in `tests/updates/seen.json`, from which this page is made,
and `python -m tests.updates --check` names what it sees otherwise. The suite does the same with whatever of the others
is on the machine ([decision](../decisions/0128-what-others-do-is-seen.md)).
"""


def attacks() -> str:
    """The page."""
    return "".join(_page(json.loads(SEEN.read_bytes())))


def _page(record: Mapping[str, Any]) -> Iterator[str]:
    tools = ", ".join(f"{name} {version}" for name, version in record["tools"].items())
    yield _HEAD.format(tools=tools)
    seen = {row: [each for each in record["seen"] if each["row"] == row] for row in (*ROWS, "control")}
    for row, title in ROWS.items():
        if seen[row]:
            yield from _section(f"{row}: {title}", seen[row])
    yield from _section("What is no attack", seen["control"])


def _section(title: str, seen: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"\n## {title}\n\n| in | what is done | ours | apt | gpgv | tuf |\n| --- | --- | --- | --- | --- | --- |\n"
    for each in seen:
        others = " | ".join(_peer(each["peers"].get(name)) for name in ("apt", "gpgv", "tuf"))
        yield f"| {FORMS[each['form']]} | {each['what']} | {_ours(each['ours'])} | {others} |\n"
    if title[:3] in NOTES:
        yield f"\n{NOTES[title[:3]]}\n"
    reasons = sorted({code for each in seen for name in ("reasons", "warnings") for code in each["ours"][name]})
    if reasons:
        yield "\n"
    for reason in reasons:
        yield f"- [`{reason}`](reasons.md#{reason.replace('.', '')}): {REASONS[reason].title}.\n"


def _ours(ours: Mapping[str, Any]) -> str:
    if ours["outcome"] == "PASSED":
        return "accepts"
    warnings = "".join(f"; warns `{reason}`" for reason in ours["warnings"])
    return f"**{ours['outcome']}** {', '.join(f'`{reason}`' for reason in ours['reasons'])}{warnings}"


def _peer(peer: Mapping[str, str] | None) -> str:
    if peer is None:
        return "–"
    return f"**{peer['answer']}**" if peer["answer"] == "refuses" else peer["answer"]
