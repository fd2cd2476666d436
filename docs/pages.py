"""The pages that are made from tables: written by ``make docs``, held current by ``make check``.

python -m docs.pages [--check]
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from verifier.reasons import REASONS, Reason
from verifier.signatures import SCHEMES

from .api import http
from .attacks import attacks
from .commands import commands
from .roles import roles
from .settings import settings_page

DOCS = Path(__file__).resolve().parent


def reasons() -> str:
    """The catalogue of reasons: one section an area, one entry a code."""
    return "".join(_reasons())


def _reasons() -> Iterator[str]:
    yield (
        "# Reasons\n\n"
        "Every refusal and every warning carries one of these codes. A code comes to exactly one outcome; its text\n"
        "may change, the code does not. `countersign explain CODE` prints the same. Made from "
        "`verifier/reasons.toml`.\n\n"
        "| kind | outcome | |\n| --- | --- | --- |\n"
        "| refuted | FAILED | this evidence does not support the claim |\n"
        "| misbehaviour | FAILED | a self-contained proof signed by the accused |\n"
        "| missing | INCOMPLETE | a requirement lacks evidence; nothing is proven wrong |\n"
        "| undecided | ERROR | we could not decide |\n"
        "| finding | PASSED | a warning that never changes an outcome |\n"
    )
    ordered = sorted(REASONS.values(), key=lambda reason: reason.code)
    for area, rows in itertools.groupby(ordered, key=lambda reason: reason.code.partition(".")[0]):
        yield f"\n## {area}\n"
        yield from map(_entry, rows)


def _entry(reason: Reason) -> str:
    return f"\n### {reason.code}\n\n{reason.outcome.value}, {reason.kind}. {reason.title}.\n\n{reason.remedy}\n"


def signatures() -> str:
    """The table of signature schemes, in the order in which a key tries its own."""
    return "".join(_signatures())


def _signatures() -> Iterator[str]:
    yield (
        "# Signatures\n\n"
        "Where a trust root or a format names the scheme, that one is used. Where nothing names one, a key tries\n"
        "its own schemes in this order, explicit ones never:\n"
        "[why](../decisions/0011-signature-schemes-by-name.md). A scheme without a hash signs the bytes themselves\n"
        "and cannot be checked against a digest (`signature.needs_bytes`). RSA keys have 2048 to 8192 bits; elliptic\n"
        "curves are named; Ed25519 keys of\n"
        "[small order](../decisions/0010-ed25519-keys-of-small-order.md) are refused.\n"
        "Made from `verifier/signatures/`.\n\n"
        "| scheme | key | hash | |\n| --- | --- | --- | --- |\n"
    )
    for scheme in SCHEMES:
        hashing, how = scheme.hash or "–", "explicit" if scheme.explicit else ""
        yield f"| `{scheme.name}` | {', '.join(scheme.keys)} | {hashing} | {how} |\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/api.md": http,
    "reference/cli.md": commands,
    "reference/reasons.md": reasons,
    "reference/settings.md": settings_page,
    "reference/roles.md": roles,
    "reference/signatures.md": signatures,
    "reference/update-attacks.md": attacks,
}
"""Each page made from a table: its path under ``docs/``, and what makes it."""


def stale() -> list[str]:
    """The pages whose file is not what their table makes."""
    return [path for path, make in PAGES.items() if not _holds(DOCS / path, make())]


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def main() -> int:
    """Write what is stale, or with ``--check`` name it and exit 1."""
    parser = argparse.ArgumentParser(prog="python -m docs.pages", description="Write the pages made from tables.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is not current")
    checking = parser.parse_args().check
    paths = stale()
    for path in paths:
        if checking:
            print(f"docs/{path} is not current: make docs", file=sys.stderr)
        else:
            (DOCS / path).write_text(PAGES[path](), encoding="utf-8")
    return 1 if checking and paths else 0


if __name__ == "__main__":
    sys.exit(main())
