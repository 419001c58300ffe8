"""The SQL of looking after what is stored: stray codes, purging what is kept apart."""

from collections import Counter
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Date, TextClause, Uuid, bindparam, text

from app.foundation.storage.database import Session
from app.ratings import statements


def count_ratings(session: Session, agency_id: str | None) -> int:
    """How many ratings there are."""
    n: int = session.execute(COUNT_RATINGS, {"agency_id": agency_id}).scalar_one()
    return n


def stray_codes(session: Session, agency_id: str | None, most: int) -> list[str]:
    """Codes in ratings that the agency's directory does not have, as sentences."""
    return [
        f"{row.agency_id}: ratings name the {row.kind} {row.code}, which the directory does not have"
        for statement in STRAYS
        for row in session.execute(statement, {"agency_id": agency_id, "most": most})
    ]


def purge_comments(session: Session, oldest_month: date) -> Counter[str]:
    """Delete the comments written in months before `oldest_month`, with their marks; how many each agency lost."""
    purged = Counter(session.execute(PURGE, {"oldest_month": oldest_month}).scalars())
    session.execute(PURGE_MARKS)
    return purged


def forget_traces(session: Session, before: UUID) -> int:
    """Delete the traces of every agency whose keys come before this one."""
    # Agency by agency: then the key's own index finds them.
    agencies = session.execute(AGENCIES).scalars().all()
    return sum(
        cast("CursorResult[Any]", session.execute(FORGET, {"agency_id": each, "before": before})).rowcount
        for each in agencies
    )


def newest_key(session: Session) -> UUID | None:
    """The newest rating's key, of any agency; None where there is no rating."""
    # Agency by agency: then the key's own index finds it.
    agencies = session.execute(AGENCIES).scalars().all()
    found = [session.execute(NEWEST, {"agency_id": each}).scalar() for each in agencies]
    return max((each for each in found if each is not None), default=None)


def _optional(statement: str) -> TextClause:
    """A statement with an agency that may be left out; the type tells PostgreSQL what NULL is."""
    return text(statement.replace(":agency_id", "CAST(:agency_id AS VARCHAR)"))


def _dated(statement: str, name: str) -> TextClause:
    return text(statement).bindparams(bindparam(name, type_=Date))


AGENCIES = text("SELECT agency_id FROM agency ORDER BY agency_id")
FORGET = text("DELETE FROM trace WHERE agency_id = :agency_id AND key < :before").bindparams(
    bindparam("before", type_=Uuid())
)
NEWEST = text("SELECT key FROM rating WHERE agency_id = :agency_id ORDER BY key DESC LIMIT 1").columns(key=Uuid())
PURGE = _dated("DELETE FROM comment WHERE written_in < :oldest_month RETURNING agency_id", "oldest_month")
PURGE_MARKS = text(
    "DELETE FROM comment_mark WHERE NOT EXISTS (SELECT 1 FROM comment "
    "WHERE comment.agency_id = comment_mark.agency_id AND comment.comment_id = comment_mark.comment_id)"
)
COUNT_RATINGS = _optional("SELECT count(*) FROM rating WHERE :agency_id IS NULL OR agency_id = :agency_id")
STRAYS = tuple(_optional(statement) for statement in statements.strays())
