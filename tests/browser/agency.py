"""The agency of the browser tests: as everywhere in the tests, and with people at a counter today, whenever that is."""

from datetime import UTC, datetime, timedelta

from app.directory.tables import Counter, Duty
from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from tests.house import furnish

AGENCY, OFFICE, COUNTER = "kota", "dukcapil", "loket-3"
SERVICES = ("ktp-el", "kk")
MORNING, AFTERNOON = "E001", "E004"
# Days with duties on either side of today.
DAYS = 9


def furnish_today(database_url: str, now: datetime | None = None) -> dict[str, str]:
    """Migrate and furnish; returns the keys by name. The duties change at noon and at midnight UTC."""
    migrating.upgrade(database_url)
    database = Database(database_url)
    now = now or datetime.now(UTC)
    try:
        keys = furnish(database, AGENCY, now)
        with database.writing() as session:
            session.add(Counter(agency_id=AGENCY, office=OFFICE, code=COUNTER, name="Loket 3", services=list(SERVICES)))
            session.flush()
            session.add_all(_duties(now))
        return keys
    finally:
        database.dispose()


def _duties(now: datetime) -> list[Duty]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    halves = [today + timedelta(hours=12 * n) for n in range(-2 * DAYS, 2 * DAYS)]
    return [
        Duty(
            agency_id=AGENCY,
            office=OFFICE,
            counter=COUNTER,
            employee=MORNING if start.hour == 0 else AFTERNOON,
            from_at=start,
            until_at=start + timedelta(hours=12),
        )
        for start in halves
    ]
