"""What a tenant, or somebody without a token, could do to others over HTTP: each test is one attack that fails."""

from __future__ import annotations

from api.usecases.service.uploads import begin_upload, end_upload, take_part

from ..service.making import AUDITOR
from .asking import OTHER_TENANT, Asking, sha256

Headers = dict[str, str]
CONTENT = bytes(range(256)) * 40


def test_an_upload_that_is_broken_off_takes_nobodys_evidence_with_it(asking: Asking) -> None:
    """A vendor foresees the bytes in which its part is kept, has an auditor hand them in, and lets go of the part."""
    progress = begin_upload(asking.service, AUDITOR, sha256(CONTENT), None, len(CONTENT))
    foreseen = f"part of {progress.upload.id}\n".encode() + CONTENT[:4096]
    others = asking.token(OTHER_TENANT)
    sent = asking.client.put(
        f"/v1/evidence/{sha256(foreseen)}",
        content=foreseen,
        headers=others | {"Content-Type": "application/octet-stream"},
    )
    assert sent.status_code == 201
    take_part(asking.service, AUDITOR, progress.upload.id, 0, [CONTENT[:4096]])
    end_upload(asking.service, AUDITOR, progress.upload.id)
    kept = asking.client.get(f"/v1/evidence/{sha256(foreseen)}/content", headers=others)
    assert (kept.status_code, kept.content) == (200, foreseen)
