"""Who is logged in. Two cookies, both for this host alone, unseen by scripts, over TLS:

    __Host-countersign-login     a login under way, for ten minutes: what the provider's answer must fit
    __Host-countersign           the token that it led to, for eight hours

Browsers hold this machine itself (``localhost``) to be as good as TLS.

Spec: RFC 6265bis section 4.1.3 (``__Host-``); Fetch Metadata, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import datetime

from fastapi import Request

from ..effects.faults import AccessFault
from ..usecases.service.authentication import authenticate_bearer
from ..usecases.service.service import Principal, Service

SESSION, UNDER_WAY = "__Host-countersign", "__Host-countersign-login"

_READING = ("GET", "HEAD", "OPTIONS")


def session(service: Service, request: Request, now: datetime.datetime) -> Principal | None:
    """Whoever is logged in, by the cookie; a credential of `api.http.auth`.

    A browser sends it along whoever asks it to. What changes something is therefore done for pages of this very host
    alone, which every browser of today says.

    Raises:
        AccessFault: ``login.cross_site``, and those of `authenticate_bearer`.
    """
    secret = request.cookies.get(SESSION)
    if secret is None:
        return None
    if request.method not in _READING and request.headers.get("sec-fetch-site") != "same-origin":
        site = request.headers.get("sec-fetch-site", "none said")
        raise AccessFault("login.cross_site", "not from a page of this host", expected="same-origin", actual=site[:40])
    return authenticate_bearer(service, secret, now)
