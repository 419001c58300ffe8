"""The check of an agency's sealed months: what is told of them is what was sealed, and no more of them is gone."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from app.foundation.storage.database import Session
from app.ratings.sealed_store import seal_faults, sealed_months
from app.transparency import sealing_store, store
from app.transparency.rules.entries import SEALED, sealed_entry
from app.transparency.rules.inventories import Marker


class SealedUpTo(NamedTuple):
    """Up to which month an agency's ratings are sealed, the day since when, and how many of them are gone."""

    agency_id: str
    month: str
    since: date
    gone: int


class Seals:
    """The sealed months of one agency, and how many of their ratings were found to be gone."""

    def __init__(self, session: Session, agency_id: str, marker: Marker) -> None:
        self._session = session
        self._agency_id = agency_id
        self._marker = marker
        self.months = sealed_months(session, agency_id)
        self._gone = 0

    def up_to(self) -> SealedUpTo:
        """What is sealed, in short."""
        newest = self.months[-1]
        gone = sum(each.dropped for each in self.months)
        return SealedUpTo(self._agency_id, newest.month, newest.sealed_at.date(), gone)

    def has(self, day: str) -> bool:
        """Whether a rating of a day (`2026-11-29`) may be gone with its month."""
        return bool(self.months) and day[:7] <= self.months[-1].month

    def excuse(self, day: str, n: int) -> bool:
        """The same, of n ratings that are gone."""
        if not self.has(day):
            return False
        self._gone += n
        return True

    def faults(self) -> Iterator[str]:
        """Where seals and log differ, or a month and its seal."""
        logged = dict(store.entries_about(self._session, self._agency_id, SEALED))
        written = set(logged.values())
        after = None
        for each in self.months:
            if sealed_entry(each.month, each.digest).decode() not in written:
                yield f"month {each.month} is sealed, and the log does not say so"
            counts = {"blocks": each.blocks, "ratings": each.ratings, "untold": each.untold}
            lines = sealing_store.told_lines(self._session, self._agency_id, after, each.month)
            if self._marker.seal(each.month, counts, lines) != each.digest:
                yield f"month {each.month}, sealed since {each.sealed_at:%Y-%m-%d}: what is told of it was changed"
            after = each.month
        known = {each.month for each in self.months}
        # A restored backup may not know of a seal that was published; its entry is named otherwise.
        yield from (
            f"the log says that month {month} is sealed, and its seal is gone"
            for month in sorted(logged)
            if month not in known and not month.startswith("of entry")
        )
        yield from seal_faults(self._session, self._agency_id)

    def surplus(self) -> Iterator[str]:
        """Whether more ratings of sealed months are gone than were dropped; asked after all rows were looked at."""
        dropped = sum(each.dropped for each in self.months)
        if self._gone > dropped:
            yield f"{self._gone} ratings of sealed months are gone, and {dropped} were dropped"
