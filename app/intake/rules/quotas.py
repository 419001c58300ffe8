"""Quotas: how fast one device may rate, by the moments at which its sheets arrive. Pure: in memory, no clock.

A bucket of `burst` sheets that fills by `per_hour`, and an interval between two live sheets. Only what is stored
counts: whatever is refused is taken later, so a device that sends again loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple
from uuid import UUID

HOUR = 3_600.0
# An older sheet waited in the device, perhaps a week without network: when it arrives says nothing about citizens.
LIVE = timedelta(seconds=60)


@dataclass(frozen=True)
class DevicePace:
    """The limits of every device: 0 ratings an hour or 0 seconds switch one off."""

    per_hour: int
    burst: int
    interval_seconds: float

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.per_hour > 0 or self.interval_seconds > 0


@dataclass(slots=True)
class _Device:
    """Sheets left in the bucket at a Unix second, and when the last live one came."""

    left: float
    at: float
    live_at: float | None = None


class QuotaShare(NamedTuple):
    """One sheet's share, to be given back if the sheet is not stored after all."""

    device: UUID
    live_before: float | None
    live_at: float | None


class DeviceQuotas:
    """The state of every device key's bucket, in one process; called from the event loop's thread alone."""

    def __init__(self, pace: DevicePace) -> None:
        self.pace = pace
        # It cannot be filled by strangers: there are as many entries as device keys, each given by an administrator.
        self._devices: dict[UUID, _Device] = {}

    def take(self, device: UUID, rated_at: datetime, now: datetime) -> QuotaShare | int:
        """A share for a sheet that arrives now, or the whole seconds after which it should come again."""
        second = now.timestamp()
        state = self._filled(device, second)
        is_live = abs(now - rated_at) <= LIVE
        wait = max(self._until_filled(state), self._until_apart(state, second) if is_live else 0.0)
        if wait > 0:
            return max(1, ceil(wait))
        taken = QuotaShare(device, state.live_at, second if is_live else None)
        if self.pace.per_hour:
            state.left -= 1
        if is_live:
            state.live_at = second
        return taken

    def give_back(self, shares: Sequence[QuotaShare]) -> None:
        """Return the shares of sheets that were not newly stored, given in the order in which they were taken."""
        for share in reversed(shares):
            state = self._devices[share.device]
            if self.pace.per_hour:
                state.left = min(float(self.pace.burst), state.left + 1)
            # Only if nothing later was taken since, or its interval would be forgotten.
            if share.live_at is not None and share.live_at == state.live_at:
                state.live_at = share.live_before

    def _filled(self, device: UUID, second: float) -> _Device:
        state = self._devices.get(device)
        if state is None:
            state = self._devices[device] = _Device(float(self.pace.burst), second)
        # A clock that was set back fills nothing.
        grown = max(0.0, second - state.at) * self.pace.per_hour / HOUR
        state.left, state.at = min(float(self.pace.burst), state.left + grown), second
        return state

    def _until_filled(self, state: _Device) -> float:
        return (1 - state.left) * HOUR / self.pace.per_hour if self.pace.per_hour and state.left < 1 else 0.0

    def _until_apart(self, state: _Device, second: float) -> float:
        passed = None if state.live_at is None else second - state.live_at
        # A last sheet in the future was taken before the clock was set back; waiting for it could take years.
        return self.pace.interval_seconds - passed if passed is not None and passed >= 0 else 0.0
