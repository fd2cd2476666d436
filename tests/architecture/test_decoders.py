"""How JSON is read by msgspec: types are looked into when a module is loaded, and all that it may raise is caught.

Two threads that come first to a type crash the process: version 0.22.0 keeps what is known of a type in the type
itself, half made while it is made. `Decoder` makes it; ``decode(…, type=…)`` and ``convert`` make it for whoever comes
first.
"""

from __future__ import annotations

import ast

import msgspec
import pytest

from api.decoding import UNDECODABLE

from .tree import sources


def test_no_type_is_looked_into_by_whoever_reads_it_first() -> None:
    found = []
    for source in sources("api"):
        made = {ast.unparse(call.args[0]) for call in _calls(source.tree, "msgspec.json.Decoder") if call.args}
        late = [
            call for call in _calls(source.tree, "msgspec.json.decode") if any(k.arg == "type" for k in call.keywords)
        ]
        late += [call for call in _calls(source.tree, "msgspec.convert") if ast.unparse(call.args[1]) not in made]
        found += [f"{source.path}:{call.lineno}" for call in late]
    assert not found


def test_whatever_a_decoder_raises_is_caught() -> None:
    """Text that is no UTF-8 raises no error of msgspec's: whoever catches those alone crashes over it."""
    found = [
        f"{source.path}:{handler.lineno}"
        for source in sources("api")
        for handler in ast.walk(source.tree)
        if isinstance(handler, ast.ExceptHandler) and handler.type is not None
        if "msgspec." in ast.unparse(handler.type)
    ]
    assert not found


@pytest.mark.parametrize("hostile", [b'"\xff"', b"[" * 100_000, b"{", b"1"])
def test_what_cannot_be_decoded_raises_what_is_caught(hostile: bytes) -> None:
    with pytest.raises(UNDECODABLE):
        msgspec.json.Decoder(str).decode(hostile)


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == name]
