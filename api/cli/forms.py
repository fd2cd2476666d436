"""The forms that verdicts can be shown in, for commands to offer: loaded before any of them is made."""

from __future__ import annotations

import click

DOCUMENTS = ("sarif", "html")
"""One document over all verdicts of a run, which comes when the last is known."""

FORMS = ("text", "json", *DOCUMENTS)
"""Text for people, a JSON report a line, or a document."""

verdict_form = click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    metavar="FORM",
    help="text (the screen), json (reports), sarif (a log), html (a page).",
)
"""The flag that chooses one."""
