"""The SQL of workbooks that were sent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, delete, select, update

from app.directory.tables import DirectoryUpload
from app.foundation.storage.database import Session


def find(session: Session, agency_id: str, person_id: UUID, upload_id: UUID, now: datetime) -> DirectoryUpload | None:
    """A person's workbook that is not to be erased yet."""
    return session.exec(
        select(DirectoryUpload).where(
            DirectoryUpload.agency_id == agency_id,
            DirectoryUpload.upload_id == upload_id,
            DirectoryUpload.person_id == person_id,
            col(DirectoryUpload.expires_at) > now,
        )
    ).first()


def newest(session: Session, agency_id: str, person_id: UUID, now: datetime) -> DirectoryUpload | None:
    """The workbook that a person sent last."""
    return session.exec(
        select(DirectoryUpload)
        .where(
            DirectoryUpload.agency_id == agency_id,
            DirectoryUpload.person_id == person_id,
            col(DirectoryUpload.expires_at) > now,
        )
        .order_by(col(DirectoryUpload.taken_at).desc())
    ).first()


def begin(
    session: Session, agency_id: str, upload_id: UUID, states: Sequence[str], now: datetime, until: datetime
) -> str | None:
    """Take up the work that is due, until then; the state it is in. None where there is none, or somebody works."""
    return session.exec(
        update(DirectoryUpload)
        .where(
            col(DirectoryUpload.agency_id) == agency_id,
            col(DirectoryUpload.upload_id) == upload_id,
            col(DirectoryUpload.state).in_(states),
            or_(col(DirectoryUpload.claimed_until_at).is_(None), col(DirectoryUpload.claimed_until_at) <= now),
        )
        .values(claimed_until_at=until)
        .returning(col(DirectoryUpload.state))
    ).scalar_one_or_none()


def change_state(session: Session, agency_id: str, upload_id: UUID, before: str, after: str) -> bool:
    """Go on from one state to another; False where somebody else has done so."""
    changed = session.exec(
        update(DirectoryUpload)
        .where(
            col(DirectoryUpload.agency_id) == agency_id,
            col(DirectoryUpload.upload_id) == upload_id,
            col(DirectoryUpload.state) == before,
        )
        .values(state=after)
        .returning(col(DirectoryUpload.state))
    )
    return changed.scalar_one_or_none() is not None


def finish(
    session: Session, agency_id: str, upload_id: UUID, state: str, content: bytes, outcome: bytes | None
) -> None:
    """Keep what came of the work, which is done; nothing where it was erased meanwhile."""
    session.exec(
        update(DirectoryUpload)
        .where(col(DirectoryUpload.agency_id) == agency_id, col(DirectoryUpload.upload_id) == upload_id)
        .values(state=state, content=content, outcome=outcome, claimed_until_at=None)
    )


def erase_of(session: Session, agency_id: str, person_id: UUID) -> None:
    """Erase what a person sent."""
    session.exec(
        delete(DirectoryUpload).where(
            col(DirectoryUpload.agency_id) == agency_id, col(DirectoryUpload.person_id) == person_id
        )
    )


def any_expired(session: Session, now: datetime) -> bool:
    """Whether any agency's workbook is to be erased."""
    return (
        session.exec(select(DirectoryUpload.upload_id).where(col(DirectoryUpload.expires_at) <= now)).first()
        is not None
    )


def erase_expired(session: Session, now: datetime) -> None:
    """Erase what is to be erased, of all agencies."""
    session.exec(delete(DirectoryUpload).where(col(DirectoryUpload.expires_at) <= now))
