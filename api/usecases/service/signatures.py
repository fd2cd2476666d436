"""What a webhook's receiver verifies: that a message is ours, whole, and of now.

    webhook-id: event-4f2c…                 the same in every attempt: whoever has seen it is done
    webhook-timestamp: 1772449440           seconds since 1970, of this attempt
    webhook-signature: v1,<base64>          HMAC-SHA256 over <id>.<timestamp>.<body>, under the webhook's secret

A secret is shown once, as ``whsec_`` and its 32 bytes in base64.

Spec: Standard Webhooks 1.0, https://github.com/standard-webhooks/standard-webhooks
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
from collections.abc import Mapping

SECRET_SIZE = 32
_SHOWN = "whsec_"


def show_secret(secret: bytes) -> str:
    """The secret as it is told to whoever made the webhook."""
    return _SHOWN + base64.b64encode(secret).decode("ascii")


def signed_fields(secret: bytes, message: str, at: datetime.datetime, body: bytes) -> Mapping[str, str]:
    """The fields that go with `body`, for the message of that id."""
    stamp = str(int(at.timestamp()))
    code = hmac.digest(secret, f"{message}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(code).decode("ascii"),
    }
