"""The SQL of what is shown on the public page."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select as sql_select
from sqlmodel import col, delete

from app.closing.tables import Period, PublicClosing
from app.foundation.storage.database import Session
from app.foundation.storage.upsert import put


class Shown(NamedTuple):
    """One closing of which figures are shown, without the figures."""

    root: str
    code: str
    instrument: str
    revision: int
    shown_at: datetime


def shown(session: Session, agency_id: str) -> list[Shown]:
    """What the agency shows, the newest period first, then by root and questionnaire."""
    order = (
        col(PublicClosing.last_on).desc(),
        col(PublicClosing.first_on),
        col(PublicClosing.root),
        col(PublicClosing.instrument),
    )
    columns = [col(getattr(PublicClosing, name)) for name in Shown._fields]
    query = sql_select(*columns).where(col(PublicClosing.agency_id) == agency_id).order_by(*order)
    return [Shown(*row) for row in session.execute(query)]


def text_of(session: Session, agency_id: str, one: Shown) -> str:
    """The figures of one closing as canonical JSON."""
    return session.get_one(PublicClosing, (agency_id, one.root, one.code, one.instrument)).figures


def shown_of(session: Session, period: Period) -> PublicClosing | None:
    """What is shown of a closing, of whichever revision."""
    return session.get(PublicClosing, (period.agency_id, period.root, period.code, period.instrument))


def show(session: Session, figures: PublicClosing) -> None:
    """Show these figures, in the place of another revision's."""
    put(session, figures)


def hide(session: Session, period: Period) -> None:
    """Show nothing of a closing any more."""
    session.exec(
        delete(PublicClosing).where(
            col(PublicClosing.agency_id) == period.agency_id,
            col(PublicClosing.root) == period.root,
            col(PublicClosing.code) == period.code,
            col(PublicClosing.instrument) == period.instrument,
        )
    )
