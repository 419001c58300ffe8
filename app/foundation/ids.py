"""Identifiers: UUIDv7 (RFC 9562), whose first 48 bits are the Unix time in milliseconds."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return compat.uuid7()


def text_of(identifier: UUID) -> str:
    """The same as `str` of it, which takes four times as long."""
    digits = identifier.bytes.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def moment_of(identifier: UUID) -> datetime:
    """The moment a UUIDv7 was made: aware UTC, milliseconds."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
