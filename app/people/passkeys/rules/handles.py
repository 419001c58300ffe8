"""The user handle that a passkey carries: whose it is, with the agency in which to look. Pure."""

from uuid import UUID

from app.people.rules.codes import is_code

ID_BYTES = 16


def handle_of(agency_id: str, person_id: UUID) -> bytes:
    """At most 56 bytes (64 are allowed), the same for all passkeys of a person; it names nobody."""
    return person_id.bytes + agency_id.encode()


def read_handle(handle: bytes | None) -> tuple[str, UUID] | None:
    """The agency and the person; None for what has not that form."""
    if handle is None or len(handle) <= ID_BYTES:
        return None
    try:
        agency = handle[ID_BYTES:].decode("ascii")
    except UnicodeDecodeError:
        return None
    return (agency, UUID(bytes=handle[:ID_BYTES])) if is_code(agency) else None
