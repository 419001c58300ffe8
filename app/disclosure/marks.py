"""Notes what an official says of a comment that is told: about which element it is, and whether it was acted on."""

from datetime import date
from uuid import UUID

from app.disclosure import marks_store
from app.disclosure.rules.comments import Mark
from app.foundation.storage.database import Session
from app.ratings.tables import CommentMark


def keep_mark(session: Session, agency_id: str, comment_id: UUID, mark: Mark, on: date) -> None:
    """Write a mark over the one before; one that says nothing is none."""
    if not mark.handled and mark.element is None and mark.note is None:
        marks_store.delete_mark(session, agency_id, comment_id)
        return
    row = CommentMark(
        agency_id=agency_id,
        comment_id=comment_id,
        element=mark.element,
        handled=mark.handled,
        note=mark.note,
        marked_by=mark.by,
        marked_on=on,
    )
    marks_store.put_mark(session, row)
