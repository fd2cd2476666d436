"""Cases for judges, out of the vectors' scenes."""

from __future__ import annotations

from typing import Any

import msgspec

from api.judges.judgements import Case
from fixtures.recipes.scene import HONEST_FILE, Scene
from tests.verifier.judging import request_of
from verifier.request import Request

HONEST = Scene(evidence=(HONEST_FILE,))


def case_of(scene: Scene = HONEST, *, asking: bool = False, **changes: Any) -> Case:
    """The case that a scene stands for; `changes` are fields of `Case`."""
    request = request_of(scene)
    given = {name: getattr(request, name) for name in Case.__struct_fields__ if name in Request.__struct_fields__}
    case = Case(**(given | {"policy": scene.policy.content, "asking": asking}))
    return msgspec.structs.replace(case, **changes)
