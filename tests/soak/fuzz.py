"""One target fuzzed: libFuzzer's loop around it, guided by what the verifier's code does with each input.

python -m tests.soak.fuzz TARGET [libFuzzer's options and folders]
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .targets import Target


def instrumented() -> Any:
    """`atheris`, with every module of the verifier loaded so that it tells its branches."""
    import atheris

    with atheris.instrument_imports(include=["attestations", "verifier", "api"], enable_loader_override=False):
        for package in ("attestations", "verifier"):
            folder = importlib.import_module(package)
            for module in pkgutil.walk_packages(folder.__path__, f"{package}."):
                importlib.import_module(module.name)
    return atheris


def mutator(target: Target) -> Callable[[bytes, int, int], bytes]:
    """Half of the changes by the target's kind, half of them of single bytes."""
    from .mutation import KINDS

    change = KINDS[target.kind]

    def mutated(data: bytes, longest: int, seed: int) -> bytes:
        # Of the two modules that hold libFuzzer it is this one that runs: `atheris.Mutate` asks the other.
        mutate = importlib.import_module("atheris.core_with_libfuzzer").Mutate
        random = Random(seed)
        if random.random() < 0.5:
            return mutate(data, longest)
        changed = change(data, random, mutate)
        return changed if len(changed) <= longest else mutate(data, longest)

    return mutated


def main() -> None:
    """Fuzz until libFuzzer's options say to stop; what is no `Fault` ends the process and leaves its input."""
    atheris = instrumented()
    from .hold import refusals
    from .targets import TARGETS

    name = sys.argv.pop(1)
    target = next(each for each in TARGETS if each.name == name)

    def once(data: bytes) -> None:
        refusals(target.read, data)

    atheris.Setup(sys.argv, once, custom_mutator=mutator(target))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
