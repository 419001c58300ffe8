"""The SQL of looking after what is stored: proving the tallies, purging what is kept apart."""

from collections import Counter
from datetime import date
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import CursorResult, Date, TextClause, Uuid, bindparam, text

from app.foundation.storage.database import Session
from app.ratings import statements


class TallyDifference(NamedTuple):
    """A key whose tally is not the number of its ratings."""

    agency_id: str
    grain: str
    unit: str
    period_start: date
    service: str
    channel: str
    standing: str
    instrument: str
    sheet: str
    tallied: int
    counted: int


def count_rows(session: Session, agency_id: str | None) -> tuple[int, int]:
    """How many ratings and how many tally rows there are."""
    values = {"agency_id": agency_id}
    return session.execute(COUNT_RATINGS, values).scalar_one(), session.execute(COUNT_TALLIES, values).scalar_one()


def tally_differences(session: Session, agency_id: str | None, most: int) -> list[TallyDifference]:
    """Every key whose tally differs from a recount, up to `most`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = SQLITE_DIFFERENCES if is_sqlite else POSTGRESQL_DIFFERENCES
    rows = session.execute(statement, {"agency_id": agency_id, "most": most})
    return [TallyDifference(*(getattr(row, name) for name in TallyDifference._fields)) for row in rows]


def stray_codes(session: Session, agency_id: str | None, most: int) -> list[str]:
    """Codes in ratings that the agency's directory does not have, as sentences."""
    return [
        f"{row.agency_id}: ratings name the {row.kind} {row.code}, which the directory does not have"
        for statement in STRAYS
        for row in session.execute(statement, {"agency_id": agency_id, "most": most})
    ]


def purge_comments(session: Session, oldest_month: date) -> Counter[str]:
    """Delete the comments written in months before `oldest_month`; how many each agency lost."""
    return Counter(session.execute(PURGE, {"oldest_month": oldest_month}).scalars())


def forget_traces(session: Session, before: UUID) -> int:
    """Delete the traces of every agency whose keys come before this one."""
    # Agency by agency: then the key's own index finds them.
    agencies = session.execute(AGENCIES).scalars().all()
    return sum(
        cast("CursorResult[Any]", session.execute(FORGET, {"agency_id": each, "before": before})).rowcount
        for each in agencies
    )


def _optional(statement: str) -> TextClause:
    """A statement with an agency that may be left out; the type tells PostgreSQL what NULL is."""
    return text(statement.replace(":agency_id", "CAST(:agency_id AS VARCHAR)"))


def _dated(statement: str, name: str) -> TextClause:
    return text(statement).bindparams(bindparam(name, type_=Date))


AGENCIES = text("SELECT agency_id FROM agency ORDER BY agency_id")
FORGET = text("DELETE FROM trace WHERE agency_id = :agency_id AND key < :before").bindparams(
    bindparam("before", type_=Uuid())
)
PURGE = _dated("DELETE FROM comment WHERE written_in < :oldest_month RETURNING agency_id", "oldest_month")
COUNT_RATINGS = _optional("SELECT count(*) FROM rating WHERE :agency_id IS NULL OR agency_id = :agency_id")
COUNT_TALLIES = _optional("SELECT count(*) FROM tally WHERE :agency_id IS NULL OR agency_id = :agency_id")
POSTGRESQL_DIFFERENCES = _optional(statements.differences(statements.POSTGRESQL_MONTH))
SQLITE_DIFFERENCES = _optional(statements.differences(statements.SQLITE_MONTH))
STRAYS = tuple(_optional(statement) for statement in statements.strays())
