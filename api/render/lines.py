"""One line for one fault: the file, the place in it, what is wrong, the reason code, and what to do."""

from __future__ import annotations

from attestations.faults import Fault, LimitFault

from .layout import Look

PLAIN = Look()


def fault_line(fault: Fault, remedy: str, look: Look = PLAIN) -> str:
    """``policy.toml@12: not TOML: … (expected …, actual …) [policy.malformed] Correct …``"""
    where = f"{fault.place}: " if str(fault.place) else ""
    return look.clean(where) + look.clean(fault.detail) + look.clean(_compared(fault)) + f" [{fault.reason}] {remedy}"


def _compared(fault: Fault) -> str:
    if isinstance(fault, LimitFault):
        return ""  # its detail has both figures
    parts = [f"{word} {text}" for word, text in (("expected", fault.expected), ("actual", fault.actual)) if text]
    return f" ({', '.join(parts)})" if parts else ""
