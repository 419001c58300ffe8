"""The SQL of what belongs to the installation as a whole."""

from datetime import datetime

from sqlalchemy import bindparam, text

from app.foundation.storage.database import Session, UtcDateTime

_MOMENTS = (bindparam("now", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime()))
TAKE = text(
    "INSERT INTO lease (name, holder, until_at) VALUES (:name, :holder, :until) ON CONFLICT (name) DO UPDATE "
    "SET holder = excluded.holder, until_at = excluded.until_at "
    "WHERE lease.until_at <= :now OR lease.holder = excluded.holder RETURNING name"
).bindparams(*_MOMENTS)
DROP = text("UPDATE lease SET until_at = :now WHERE name = :name AND holder = :holder AND until_at > :now").bindparams(
    _MOMENTS[0]
)


def take_lease(session: Session, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Write the holder where nobody else holds the lease; whether it was written."""
    values = {"name": name, "holder": holder, "now": now, "until": until}
    return session.execute(TAKE, values).first() is not None


def drop_lease(session: Session, name: str, holder: str, now: datetime) -> None:
    """Let the holder's lease end now."""
    session.execute(DROP, {"name": name, "holder": holder, "now": now})
