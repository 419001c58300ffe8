"""The SQL of what is shown on the public page."""

from collections.abc import Sequence

from sqlmodel import col, delete, select

from app.closing.tables import Period, PublicFigures
from app.foundation.storage.database import Session


def shown(session: Session, agency_id: str) -> Sequence[PublicFigures]:
    """What the agency shows, the newest period first, then by root and questionnaire."""
    order = (
        col(PublicFigures.last_on).desc(),
        col(PublicFigures.first_on),
        col(PublicFigures.root),
        col(PublicFigures.instrument),
    )
    return session.exec(select(PublicFigures).where(PublicFigures.agency_id == agency_id).order_by(*order)).all()


def shown_of(session: Session, period: Period) -> PublicFigures | None:
    """What is shown of a closing, of whichever revision."""
    return session.get(PublicFigures, (period.agency_id, period.root, period.code, period.instrument))


def show(session: Session, figures: PublicFigures) -> None:
    """Show these figures, in the place of another revision's."""
    session.merge(figures)
    session.flush()


def hide(session: Session, period: Period) -> None:
    """Show nothing of a closing any more."""
    session.exec(
        delete(PublicFigures).where(
            col(PublicFigures.agency_id) == period.agency_id,
            col(PublicFigures.root) == period.root,
            col(PublicFigures.code) == period.code,
            col(PublicFigures.instrument) == period.instrument,
        )
    )
