"""Types that msgspec reads are looked into when a module is loaded: two threads that come first crash the process.

Version 0.22.0 keeps what is known of a type in the type itself, half made while it is made. `Decoder` makes it;
``decode(…, type=…)`` and ``convert`` make it for whoever comes first.
"""

from __future__ import annotations

import ast

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


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == name]
