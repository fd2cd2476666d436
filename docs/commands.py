"""The page of commands, made from the commands themselves: what ``--help`` prints, one section a command."""

from __future__ import annotations

from collections.abc import Iterator

import click

from api.cli.program import program

WIDTH = 100
"""Columns of the page's texts."""

_HEAD = """# Commands

What `--help` prints, made from the code.

| exit code | |
| --- | --- |
| 0 | PASSED; or a command that gives no verdict did what it was asked |
| 1 | FAILED: this evidence does not support the claim |
| 2 | the command line is wrong |
| 3 | INCOMPLETE: a requirement lacks evidence; nothing is proven wrong |
| 4 | ERROR: it could not be decided, something that was given cannot be used, or Countersign crashed |
| 5 | a service has no verdict yet, or is not reached: ask again later |
| 130 | interrupted |

A file that is named on the command line and cannot be read is 4. A reader who leaves early (`countersign … | head`)
changes nothing about the code. Results go to standard output, everything else to standard error.

`COLUMNS`, `NO_COLOR` and a `TERM` of `dumb` are honoured, and `HTTPS_PROXY` and `SSL_CERT_FILE` where `trust update`,
`tuf` and `gate sync` fetch. No environment variable and no file in the current directory says what to trust or what to
require.
`COUNTERSIGN_SERVICE` and `COUNTERSIGN_TOKEN` say which service `remote` asks and what shows who asks, in a CI job
`COUNTERSIGN_TENANT` and, where GitHub's runner gives none, `COUNTERSIGN_ID_TOKEN`;
`COUNTERSIGN_DATA`, `COUNTERSIGN_DATABASE` and `COUNTERSIGN_BLOBS` where a service keeps its things,
`COUNTERSIGN_ISSUERS` whose word it takes on who people and CI jobs are.
"""


def commands() -> str:
    """The reference of the command line."""
    settings = {"max_content_width": WIDTH, "terminal_width": WIDTH} | program.context_settings
    context = click.Context(program, info_name="countersign", **settings)
    return _HEAD + "".join(_section(context))


def _section(context: click.Context) -> Iterator[str]:
    command = context.command
    yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _section(click.Context(below, context, info_name=name, terminal_width=WIDTH))
