"""The page of the service's settings: the flags of its commands, and every figure that it keeps to.

Flags come from the commands, figures from where the code holds them. A figure without a meaning here, or a meaning
without a figure, makes no page.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import asdict

from api.cli.serve import command as serve
from api.cli.worker import command as worker
from api.effects import egress
from api.http import bodies, paging
from api.judges import judges
from api.serving import settings
from api.usecases.service import identities, judging, tokens, webhooks
from api.usecases.service.service import Settings
from api.usecases.service.throttle import Allowance

MIB = 1 << 20

BOUNDS: Mapping[str, str] = {
    "limits": "bounds of evidence: those of [checks](checks.md#limits)",
    "largest_artifact": "bytes of an artifact that is uploaded; of a larger one, hand in the digest",
    "largest_body": "bytes of a request's JSON",
    "longest_wait": "seconds that `Prefer: wait` may ask for",
    "largest_batch": "requests in one batch",
    "largest_page": "entries on one page",
}
"""What each of the service's bounds is: the fields of `Settings` that no flag sets."""

BY_FLAG = ("version", "second_opinion")
"""Fields of `Settings` that are a flag's, or nobody's to set."""

ALLOWANCES: Mapping[str, str] = {
    "requests_per_minute": "requests of a tenant",
    "bytes_per_day": "bytes that a tenant sends",
    "pending": "verifications of a tenant without a verdict yet",
    "logins_per_minute": "attempts of one address to log in or to exchange a CI job's identity; not a tenant's",
}
"""What each allowance is of."""

FIGURES: tuple[tuple[str, Any, str], ...] = (
    ("what is under way gets, once the service is told to end", settings.DRAIN, "seconds"),
    ("attempts at a verification whose judge dies, before its verdict is `ERROR`", judging.MOST_ATTEMPTS, ""),
    ("a worker may be silent before another takes up what it was at", judging.LEASE, ""),
    ("judging one request may take, of wall clock", judges.SECONDS, "seconds"),
    ("a client may take between two pieces of a body", bodies.PAUSE, "seconds"),
    ("a body must come to, each second", bodies.SLOWEST, "bytes"),
    ("entries on a page where nothing is asked for", paging.DEFAULT_SIZE, ""),
    ("life of a token where nothing else is said", tokens.DEFAULT_LIFE, ""),
    ("longest life of a token", tokens.LONGEST_LIFE, ""),
    ("life of a token that a CI job's identity was exchanged for", identities.JOB_LIFE, ""),
    ("life of a person's session", identities.SESSION_LIFE, ""),
    ("webhooks of a tenant", webhooks.MOST_WEBHOOKS, ""),
    ("an address that a tenant named may take to answer", egress.LONGEST_WAIT, "seconds"),
    ("its answer is read up to", egress.LONGEST_ANSWER, "bytes"),
)
"""Figures of the code that an operator meets: what each is, the figure, and its unit."""

_INTRODUCTION = """# Settings of the service

A service needs none of these: `countersign serve` in an empty directory is whole. Made from the code.
"""


def settings_page() -> str:
    """The page."""
    return "".join(_page())


def _page() -> Iterator[str]:
    yield _INTRODUCTION
    yield "\n## Flags\n\nOf `serve` and `worker`. A variable counts where its flag is not given.\n\n"
    yield "| flag | variable | default | |\n| --- | --- | --- | --- |\n"
    yield from _flags()
    yield (
        "\nThe credentials of an object store are its own variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, "
        "`AWS_SESSION_TOKEN`. A\npassword of PostgreSQL belongs into `COUNTERSIGN_DATABASE`, or into the file that "
        "`PGPASSFILE` names; on the command\nline it is refused, since others could read it there.\n"
    )
    yield "\n## Of each tenant\n\n"
    yield "`countersign admin tenant limit ID --limit NAME=N` gives a tenant figures of its own.\n"
    yield "The operator is held to none.\n\n| limit | default | |\n| --- | --- | --- |\n"
    yield from _fields(Allowance(), ALLOWANCES, ())
    yield "\n## Bounds\n\nThese are the code's, and no flag changes them.\n\n| bound | | |\n| --- | --- | --- |\n"
    yield from _fields(Settings(""), BOUNDS, BY_FLAG)
    yield "\n| figure | |\n| --- | --- |\n"
    for meaning, value, unit in FIGURES:
        yield f"| {meaning} | {figure(value)}{' ' + unit if unit else ''} |\n"


def _flags() -> Iterator[str]:
    seen: set[str] = set()
    for command in (serve, worker):
        for option in command.params:
            if isinstance(option, click.Option) and option.name not in seen and option.name is not None:
                seen.add(option.name)
                variable = f"`{option.envvar}`" if option.envvar else ""
                stated = isinstance(option.default, str | int) and not option.is_flag
                default = f"`{option.default}`" if stated else ""
                metavar = f" {option.metavar}" if option.metavar else ""
                yield f"| `{option.opts[0]}{metavar}` | {variable} | {default} | {option.help} |\n"


def _fields(values: Struct, meanings: Mapping[str, str], without: tuple[str, ...]) -> Iterator[str]:
    fields = {name: value for name, value in asdict(values).items() if name not in without}
    if fields.keys() != meanings.keys():
        raise KeyError(f"settings without a meaning, or meanings of none: {sorted(fields.keys() ^ meanings.keys())}")
    for name, value in fields.items():
        yield f"| `{name}` | {figure(value) if not isinstance(value, Struct) else ''} | {meanings[name]} |\n"


def figure(value: float | datetime.timedelta) -> str:
    """A figure in the words of the page: sizes and spans in their largest unit that is whole, others as they are."""
    if isinstance(value, datetime.timedelta):
        return _in_units(int(value.total_seconds()), ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")))
    if isinstance(value, int) and value >= MIB:
        return _in_units(value, ((MIB << 10, "GiB"), (MIB, "MiB"))).removesuffix("s")
    return f"{value:g}"


def _in_units(value: int, units: tuple[tuple[int, str], ...]) -> str:
    for unit, name in units:
        if value % unit == 0:
            return f"{value // unit} {name}{'' if value == unit else 's'}"
    return str(value)
