"""Whether a key works. Pure."""

from datetime import datetime
from typing import Literal, TypeAlias

KeyState: TypeAlias = Literal["valid", "expired", "revoked"]


def state_of(expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> KeyState:
    """The state of a key at this moment; one that was revoked is called so, whenever it would have expired."""
    if revoked_at is not None:
        return "revoked"
    return "expired" if expires_at is not None and expires_at <= now else "valid"
