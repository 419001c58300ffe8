"""Looks every minute for what begins or ends without anybody doing anything, and has it told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.closing import store as closing_store
from app.closing.rules.follow_up import today
from app.closing.survey.store import open_actions_due_before
from app.closing.tables import DRAFT
from app.devices import store as devices_store
from app.directory.catalogue_store import agency_ids
from app.disclosure.reading import release_state, told_instruments
from app.disclosure.rules.calendar import span_between
from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database, Session
from app.foundation.storage.leases import Lease
from app.indices.reading import scoring_of
from app.measures.reading import alarms_of
from app.measures.rules.alarms import Alarms, AlarmState
from app.notifications.lasting import Seen, note
from app.notifications.rules.silence import is_missed
from app.outbox.rules.kinds import EventKind
from app.ratings.rules.selection import By
from app.screening.store import weeks_of

NAME = "watching"
# Renewed by whoever looks for longer than a third of it: thousands of agencies after a release take a while.
LEASE = timedelta(minutes=3)
# How long before the end of a reply window those are told who have not replied.
BEFORE_THE_END = timedelta(days=2)


class Watcher:
    """What one process watches for all agencies."""

    def __init__(self, database: Database, clock: Clock, *, silent_after: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._silent_after = silent_after
        self._lease = Lease(database, NAME, new_id().hex, LEASE)
        # Since when this process could write at every look; None: not at the last one.
        self._writing_since: datetime | None = None
        # Of which release alarms were looked for, by agency.
        self._looked: dict[str, tuple[int, datetime]] = {}

    def look(self) -> int:
        """One look at every agency, by whichever process holds the lease; how many events it has written."""
        now = self._clock()
        since, self._writing_since = self._writing_since, None
        # While nothing can be written no kiosk is heard, either: then silence says nothing about kiosks.
        held = self._lease.take(now)
        self._writing_since = now if since is None else since
        if not held:
            return 0
        with self._database.reading() as session:
            agencies = agency_ids(session)
        told, kept = 0, now
        for agency_id in agencies:
            if (at := self._clock()) - kept > LEASE / 3:
                if not self._lease.keep(at):
                    # This process stood still, and another one has looked meanwhile.
                    break
                kept = at
            told += self._look_at(agency_id, now)
        return told

    def _look_at(self, agency_id: str, now: datetime) -> int:
        with of_agency(agency_id):
            with self._database.reading() as session:
                ending, overdue = ending_windows(session, agency_id, now), overdue_actions(session, agency_id, now)
            told = note(self._database, agency_id, EventKind.ending, ending, now)
            told += note(self._database, agency_id, EventKind.overdue, overdue, now)
            return told + self._kiosks(agency_id, now) + self._alarms(agency_id, now)

    def _kiosks(self, agency_id: str, now: datetime) -> int:
        assert self._writing_since is not None, "the lease was taken"
        if now - self._writing_since < self._silent_after:
            return 0
        with self._database.reading() as session:
            silent = silent_kiosks(session, agency_id, now, self._silent_after)
        return note(self._database, agency_id, EventKind.silent, silent, now)

    def _alarms(self, agency_id: str, now: datetime) -> int:
        with self._database.snapshot(hurried=False) as session:
            try:
                state = release_state(session, agency_id)
            except Problem:
                # Nothing was released so far.
                return 0
            newest = (state.number, state.released_at)
            if self._looked.get(agency_id) == newest:
                return 0
            fallen = drops(session, agency_id)
        told = note(self._database, agency_id, EventKind.drop, fallen, now)
        self._looked[agency_id] = newest
        return told


def ending_windows(session: Session, agency_id: str, now: datetime) -> list[Seen]:
    """The drafts whose reply window ends soon."""
    periods = closing_store.periods_of(session, agency_id)
    return [
        Seen(
            f"{each.root}/{each.code}/{each.instrument}/{each.revision}",
            each.root or None,
            {"period": each.code, "instrument": each.instrument, "revision": str(each.revision)},
        )
        for each in periods
        if each.state == DRAFT and each.replies_end_at - BEFORE_THE_END <= now < each.replies_end_at
    ]


def overdue_actions(session: Session, agency_id: str, now: datetime) -> list[Seen]:
    """The actions of plans that are open after the day they were due."""
    return [
        Seen(
            f"{each.office}/{each.period}/{each.instrument}/{each.place}",
            each.office or None,
            {"period": each.period, "instrument": each.instrument},
        )
        for each in open_actions_due_before(session, agency_id, today(now))
    ]


def silent_kiosks(session: Session, agency_id: str, now: datetime, after: timedelta) -> list[Seen]:
    """The kiosks that have not been heard for so long while their offices were open."""
    found = devices_store.silent_of(session, agency_id, now, now - after)
    weeks = weeks_of(session, agency_id, {each.office for each in found})
    return [
        Seen(str(each.device_id), each.office, {"device": str(each.device_id)})
        for each in found
        if is_missed(weeks.get(each.office), ZoneInfo(each.timezone), each.seen_at, now, after)
    ]


def drops(session: Session, agency_id: str) -> list[Seen]:
    """The offices whose figures dropped in the newest period that is told, by questionnaire; never persons."""
    first, last = release_state(session, agency_id).newest_period
    span, found = span_between(first, last), list[Seen]()
    for instrument in told_instruments(session, agency_id):
        made = alarms_of(session, agency_id, scoring_of(session, agency_id, instrument), span, By.office, None)
        about = {"period": span.code, "instrument": instrument}
        found += [Seen(f"{office}/{instrument}", office, about) for office in sorted(made) if _fell(made[office])]
    return found


def _fell(found: Alarms) -> bool:
    drops: Sequence[AlarmState] = [found.composite.state, *(each.state for each in found.items)]
    return AlarmState.alarm in drops
