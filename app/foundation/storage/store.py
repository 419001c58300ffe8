"""The SQL of what belongs to the installation as a whole."""

from datetime import datetime

from sqlalchemy import bindparam, text

from app.foundation.storage.database import Session, UtcDateTime

_MOMENTS = (bindparam("now", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime()))
# Read and written in two steps, two processes could both find the lease free. `RETURNING` says whether it was taken:
# the row counts of an upsert that did nothing differ between the two drivers.
TAKE = text(
    "INSERT INTO lease (name, holder, until_at) VALUES (:name, :holder, :until) ON CONFLICT (name) DO UPDATE "
    "SET holder = excluded.holder, until_at = excluded.until_at "
    "WHERE lease.until_at <= :now OR lease.holder = excluded.holder RETURNING name"
).bindparams(*_MOMENTS)
# A holder that stood still may find that others had the lease meanwhile, and did its work. Then it is free again, and
# still not the holder's to extend.
KEEP = text("UPDATE lease SET until_at = :until WHERE name = :name AND holder = :holder RETURNING name").bindparams(
    _MOMENTS[1]
)
# A holder that was slow may find its lease taken over; it must not end that of its successor.
DROP = text("UPDATE lease SET until_at = :now WHERE name = :name AND holder = :holder AND until_at > :now").bindparams(
    _MOMENTS[0]
)

# The moment of PostgreSQL's own clock, in microseconds: what a read replica shows of it is how old its state is. Of
# several processes that write at once one is enough.
WRITE_PRIMARY_TIME = text(
    "INSERT INTO installation (name, value) VALUES "
    "('primary-time', CAST(CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS text)) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value "
    "WHERE CAST(installation.value AS bigint) < CAST(excluded.value AS bigint) - 1000000"
)
PRIMARY_TIME = text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)")


def take_lease(session: Session, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Make this holder the lease's holder unless somebody else is; says whether it is now."""
    values = {"name": name, "holder": holder, "now": now, "until": until}
    return session.execute(TAKE, values).first() is not None


def keep_lease(session: Session, name: str, holder: str, until: datetime) -> bool:
    """Extend this holder's lease unless somebody else has had it since; says whether it is still the holder's."""
    values = {"name": name, "holder": holder, "until": until}
    return session.execute(KEEP, values).first() is not None


def drop_lease(session: Session, name: str, holder: str, now: datetime) -> None:
    """End this holder's lease now."""
    session.execute(DROP, {"name": name, "holder": holder, "now": now})


def write_primary_time(session: Session) -> None:
    """Write down what time it is at the primary, for its replicas; PostgreSQL alone."""
    session.execute(WRITE_PRIMARY_TIME)


def primary_time(session: Session) -> float:
    """What time it is at this server (Unix seconds); PostgreSQL alone."""
    return float(session.execute(PRIMARY_TIME).scalar_one())
