"""Pages and paths: what every list takes, and what names one thing in a path."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

DEFAULT_SIZE = 50
LARGEST_SIZE = 200

Cursor = Annotated[
    str | None,
    Query(description="`next` of the page before", pattern="^[0-9a-f]{1,64}$", max_length=64, examples=["41"]),
]
Size = Annotated[int, Query(description="how many at most", ge=1, le=LARGEST_SIZE)]
Digest = Annotated[
    str,
    Path(
        description="SHA-256, in lower-case hex",
        pattern="^[0-9a-f]{64}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]
Id = Annotated[str, Path(description="the id that the service gave", pattern="^[A-Za-z0-9._:-]{1,64}$")]
Name = Annotated[
    str | None, Query(description="what people call it", min_length=1, max_length=255, examples=["endpoint-setup.exe"])
]
Word = Annotated[
    str,
    Path(description="a word of a release key", pattern=r"^[a-z0-9][a-z0-9._+-]{0,63}$", examples=["endpoint"]),
]
WordCursor = Annotated[
    str | None,
    Query(description="`next` of the page before", pattern=r"^[a-z0-9][a-z0-9._+-]{0,63}$", examples=["endpoint"]),
]
"""Of lists that are by an id."""
