"""One JSON document, one sequence of bytes (RFC 8785): what is digested and signed."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

import rfc8785

# Beyond it a JSON number no longer names one integer (RFC 7493, I-JSON).
GREATEST = 2**53 - 1
# Nested deeper, a document could exhaust the stack of whoever reads it.
DEEPEST = 100


def canonical(document: Any) -> bytes:
    """The document's only bytes; ValueError names the place of what has none."""
    _check(document, "", 0)
    return rfc8785.dumps(document)


def step(pointer: str, name: str | int) -> str:
    """The JSON pointer (RFC 6901) to a member or an element of what `pointer` points to."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def children(value: Any) -> Iterable[tuple[str | int, Any]]:
    """The members of an object, the elements of an array; a plain value has none."""
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, list | tuple):
        return enumerate(value)
    return ()


def _check(value: Any, pointer: str, depth: int) -> None:
    fault = _fault(value) or ("it is nested too deep" if depth > DEEPEST else None)
    if fault is not None:
        raise ValueError(f"{pointer or 'the document'}: {fault}")
    for name, child in children(value):
        _check(child, step(pointer, name), depth + 1)


def _fault(value: Any) -> str | None:
    """Why this value, apart from what it holds, has no canonical bytes."""
    match value:
        case str():
            return None if _is_text(value) else "half a surrogate pair is no text"
        case int():
            return None if abs(value) <= GREATEST else "an integer beyond 2**53 is not exact in JSON"
        case float():
            return None if isfinite(value) else "a number must be finite"
        case dict():
            return None if all(isinstance(name, str) and _is_text(name) for name in value) else "a name must be text"
        case None | list() | tuple():
            return None
    return f"{type(value).__name__} is no JSON"


def _is_text(text: str) -> bool:
    # Most texts are codes and figures, which a look at each letter would cost as much as all else here.
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def digest_in(envelope: str) -> str:
    """The digest in a sealed envelope: canonical JSON has its members in order, and this is the first (RFC 8785)."""
    return envelope.removeprefix('{"digest":"').partition('"')[0]
