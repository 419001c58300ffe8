"""Tells auditors once a day that integrity reports came: a night later, so that no event has a report's moment."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database, Session
from app.foundation.storage.rewriting import Apart
from app.integrity import store
from app.integrity.rules.days import untold_days
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind

# Written anew every night, as comments are: neither place nor transaction joins a report to a rating of its day.
APART = (Apart("integrity_report", within="received_on"), Apart("integrity_sealed", within="received_on"))
# Of the three zones the one whose day ends last.
LAST_ZONE = ZoneInfo("Asia/Jakarta")
NOON = time(12)


def tell_of_days(database: Database, now: datetime) -> int:
    """Write one event for each day that is over and on which reports came; how many. Again adds nothing."""
    today = now.astimezone(LAST_ZONE).date()
    with database.reading() as session:
        agencies = store.agencies_with_settings(session)
    told = 0
    for agency_id in agencies:
        with of_agency(agency_id), database.writing() as session:
            told += _tell(session, agency_id, today)
    return told


def _tell(session: Session, agency_id: str, today: date) -> int:
    setting = store.setting_of(session, agency_id, locked=True)
    if setting is None:
        return 0
    days = untold_days(store.days_since(session, agency_id, setting.told_through), setting.told_through, today)
    for day in days:
        # Noon, which is no moment of anything: that a report came says the day.
        at = datetime.combine(day, NOON, LAST_ZONE)
        about = {"day": day.isoformat()}
        tell(session, EventKind.integrity_received, agency_id=agency_id, office=None, about=about, at=at)
    if days:
        setting.told_through = days[-1]
        store.put(session, setting)
    return len(days)
