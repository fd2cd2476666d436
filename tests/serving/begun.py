"""A data directory as the first start leaves it, without the service around it."""

from __future__ import annotations

from pathlib import Path

from api.effects.clock import SystemClock
from api.serving.beginning import begin_operator, begin_signer, prepare, publish_public_root
from api.serving.composing import Office, stored
from api.serving.settings import Setup
from api.signer.published import Published

BASE = "https://audit.example"


def begun(data: Path) -> Setup:
    """The setup of a service that was begun in `data`."""
    made = Setup(data, base=BASE)
    made.directory.make()
    with stored(made) as (database, blobs):
        prepare(database)
        begin_signer(made.directory, BASE)
        office = Office(made, database, blobs, SystemClock(), Published(made.directory.signer / "published"))
        begin_operator(office, made.directory)
        publish_public_root(office, blobs, office.published)
    return made
