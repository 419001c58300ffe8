"""Device quotas under watch: which shares were taken and not given back, and when."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from app.intake.rules.quotas import HOUR, DevicePace, DeviceQuotas, QuotaShare


class WatchedQuotas(DeviceQuotas):
    """The service's quotas, with a record of what they gave."""

    def __init__(self, pace: DevicePace) -> None:
        super().__init__(pace)
        # Shares by device, each with the second at which it was taken.
        self._kept: dict[UUID, list[tuple[float, QuotaShare]]] = defaultdict(list)

    @property
    def used(self) -> int:
        """How many shares are used up, of all devices."""
        return sum(map(len, self._kept.values()))

    def take(self, device: UUID, rated_at: datetime, now: datetime) -> QuotaShare | int:
        """As ever; a share that is given is remembered."""
        taken = super().take(device, rated_at, now)
        if isinstance(taken, QuotaShare):
            self._kept[device].append((now.timestamp(), taken))
        return taken

    def give_back(self, shares: Sequence[QuotaShare]) -> None:
        """As ever; a share that comes back is forgotten."""
        super().give_back(shares)
        for share in shares:
            kept = self._kept[share.device]
            del kept[next(index for index, (_, each) in enumerate(kept) if each is share)]

    def faults(self) -> Iterator[str]:
        """Where more was given than the pace allows: in a window of time, or too close to each other."""
        for shares in self._kept.values():
            moments = [moment for moment, _ in shares]
            if self.pace.per_hour:
                for first, begin in enumerate(moments):
                    for last in range(first, len(moments)):
                        most = self.pace.burst + (moments[last] - begin) * self.pace.per_hour / HOUR
                        if last - first + 1 > most + 1e-6:
                            yield f"{last - first + 1} ratings of a device within {moments[last] - begin:.0f} s"
                            return
            lively = [share.live_at for _, share in shares if share.live_at is not None]
            for one, next_one in pairwise(lively):
                if next_one - one < self.pace.interval_seconds - 1e-6:
                    yield f"two live ratings of a device within {next_one - one:.3f} s"
                    return
