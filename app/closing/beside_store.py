"""The SQL of what stands beside reports: who is recognised, and training needs of persons."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from app.closing.tables import Recognition, TrainingNeed
from app.foundation.storage.database import Session


def add_beside(session: Session, rows: Collection[Recognition | TrainingNeed]) -> None:
    """Write the rows of a new revision, in the caller's transaction."""
    session.add_all(rows)
    session.flush()


def recognitions(session: Session, agency_id: str, report_id: UUID) -> Sequence[Recognition]:
    """Who is recognised beside this report of an agency, by code."""
    query = select(Recognition).where(Recognition.agency_id == agency_id, Recognition.report_id == report_id)
    return session.exec(query.order_by(col(Recognition.employee))).all()


def training_needs(session: Session, agency_id: str, report_id: UUID) -> Sequence[TrainingNeed]:
    """The training needs beside this report of a person, by question."""
    query = select(TrainingNeed).where(TrainingNeed.agency_id == agency_id, TrainingNeed.report_id == report_id)
    return session.exec(query.order_by(col(TrainingNeed.figure))).all()
