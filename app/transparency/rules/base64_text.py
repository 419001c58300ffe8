"""Base64 as signed notes have it: one text for each value (RFC 4648 §4)."""

from base64 import b64decode, b64encode


def encoded(value: bytes) -> str:
    """The value as text."""
    return b64encode(value).decode()


def decoded(text: str) -> bytes:
    """The value of a text. Raises ValueError for any but the one text that is written for it."""
    value = b64decode(text, validate=True)
    # Several texts decode to the same bytes.
    if encoded(value) != text:
        raise ValueError("base64 that nobody writes")
    return value
