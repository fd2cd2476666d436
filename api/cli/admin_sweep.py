"""``countersign admin sweep``: the bytes of old artifacts let go of, and whatever else nobody comes back for."""

from __future__ import annotations

from typing import Any

import click

from .administering import office
from .options import example
from .serving import keeping_options


@click.command("sweep", epilog=example("countersign admin sweep --days 30"))
@click.option(
    "--days", type=click.IntRange(min=0), default=30, show_default=True, metavar="N", help="How old they are at least."
)
@keeping_options
def command(days: int, **given: Any) -> int:
    """Let go of the bytes of artifacts that came more than N days ago.

    Their digests stay, and so do evidence, trust files, reports and records: no verdict changes, each can still be
    replayed. Uploads that nobody finished within a week go, and tokens that ended a month ago. The service may be
    running. The trail says what went.
    """
    import datetime

    from ..render.words import size_words
    from ..usecases.service.ground import AT_THE_MACHINE
    from ..usecases.service.retention import sweep, sweep_begun
    from ..usecases.service.tokens import sweep_tokens
    from ..usecases.service.uploads import LIFE, sweep_uploads
    from .world import this_machine

    with office(**given) as opened:
        now = opened.clock.now()
        begun = sweep_begun(opened.blobs, now)
        while some := sweep_uploads(opened.database, opened.blobs, now - LIFE):
            begun += some
        tokens = sweep_tokens(opened)
        swept = sweep(opened, opened.blobs, AT_THE_MACHINE.actor, datetime.timedelta(days=days))
    kept = f"; {swept.shared} kept, being evidence or trust as well" if swept.shared else ""
    cut = f"; removed {begun} upload{'' if begun == 1 else 's'} that nobody finished" if begun else ""
    ended = f"; removed {tokens} token{'' if tokens == 1 else 's'} that ended" if tokens else ""
    count = f"{swept.artifacts} artifact{'' if swept.artifacts == 1 else 's'}"
    text = f"let go of the bytes of {count}, {size_words(swept.size)}{kept}{cut}{ended}\n"
    this_machine().terminal.write(text)
    return 0
