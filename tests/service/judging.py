"""A judge in this very process, for tests of what comes before and after judging."""

from __future__ import annotations

from typing import Any

import msgspec

from api.judges.judgements import Case, Judgement
from api.judges.manifests import Glance, Glanced
from api.judges.work import answer


class JudgeHere:
    """Judges as a judge's process does, without the process."""

    def judge(self, case: Case, tenant: str, engines: Any) -> Judgement:
        return msgspec.msgpack.decode(answer(msgspec.msgpack.encode(case), lambda message: b""), type=Judgement)

    def glance(self, glance: Glance, tenant: str) -> Glanced:
        return msgspec.msgpack.decode(answer(msgspec.msgpack.encode(glance), lambda message: b""), type=Glanced)
