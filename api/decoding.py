"""What a decoder of JSON raises over bytes that are not what they should be, whoever wrote them."""

from __future__ import annotations

import msgspec

UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Of `msgspec`: text that is no UTF-8, and what is nested too deep, raise errors of Python's own."""
