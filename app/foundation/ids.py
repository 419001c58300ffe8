"""Identifiers: UUIDv7 (RFC 9562), whose first 48 bits are the Unix time in milliseconds."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return compat.uuid7()


def moment_of(identifier: UUID) -> datetime:
    """The moment a UUIDv7 was made: aware UTC, milliseconds."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
