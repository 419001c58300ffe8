"""Works out in which state a device is, and whether it has been silent for too long. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class DeviceState(StrEnum):
    """Its code waits to be typed or has expired unused; it is paired; or its key no longer holds."""

    waiting = "waiting"
    expired = "expired"
    paired = "paired"
    revoked = "revoked"


def state_of(
    now: datetime, *, has_key: bool, ended_at: datetime | None, code_expires_at: datetime | None
) -> DeviceState:
    """The state; `ended_at` is when the device or its key was or will be ended."""
    if ended_at is not None and ended_at <= now:
        return DeviceState.revoked
    if has_key:
        return DeviceState.paired
    if code_expires_at is not None and code_expires_at > now:
        return DeviceState.waiting
    return DeviceState.expired


def is_silent(
    now: datetime, state: DeviceState, *, paired_at: datetime | None, seen_at: datetime | None, after: timedelta
) -> bool:
    """Whether a paired device was not seen for longer than `after`; one never seen counts from its pairing."""
    # Only a paired kiosk can be silent: one that waits for its code, or was revoked, has no reason to speak.
    last = seen_at or paired_at
    return state is DeviceState.paired and last is not None and now - last > after
