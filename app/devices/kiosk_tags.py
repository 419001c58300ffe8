"""Keeps the entity tag of what each kiosk shows, so that most of their questions touch no database."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.principals import Principal
from app.devices.kiosk import Kiosk
from app.directory.versions import DirectoryVersions

# Far more kiosks than a process meets; then all are worked out anew, which needs no finer eviction.
MOST_TAGS = 50_000


@dataclass(frozen=True, slots=True)
class KeptTag:
    """A tag with the version of the directory and the local day (from, until) for which it was worked out."""

    tag: str
    version: UUID
    begins: datetime
    ends: datetime


class KioskTags:
    """The tags that this process has worked out lately, by the kiosk's key.

    Whatever else a tag depends on never changes for a key: its place, and its device's questionnaire and PIN.
    """

    def __init__(self, versions: DirectoryVersions) -> None:
        self._versions = versions
        self._kept: dict[UUID, KeptTag] = {}

    def known(self, principal: Principal, now: datetime) -> str | None:
        """The tag of what this kiosk shows now; None if it must be worked out."""
        kept = self._kept.get(principal.key_id)
        if kept is None or not kept.begins <= now < kept.ends:
            return None
        return kept.tag if kept.version == self._versions.known(principal.agency_id) else None

    def keep(self, kiosk: Kiosk) -> None:
        """Keep the tag of a kiosk just read."""
        if len(self._kept) >= MOST_TAGS:
            self._kept.clear()
        midnight = datetime.combine(kiosk.today, time(), ZoneInfo(kiosk.office.timezone))
        self._kept[kiosk.principal.key_id] = KeptTag(kiosk.tag, kiosk.version, midnight, midnight + timedelta(days=1))
