"""The tables of unspent tickets and of the counts of all tickets ever issued."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, false
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime

# SQLite then keeps no hidden row number that tells in which order tickets came.
WITHOUT_ROWID = {"sqlite_with_rowid": False}


class Ticket(SQLModel, table=True):
    """A ticket that is issued or armed (`served_on`); spending it deletes its row, so that no rating leads back.

    `issued_at` is the minute it was issued in, where somebody waits by a promise: arming forgets it, so that a ticket
    which can be spent has no moment.
    """

    __tablename__ = "ticket"
    __table_args__ = (WITHOUT_ROWID,)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    digest: str = Field(primary_key=True, sa_type=Text(64))
    office: str = Field(sa_type=Code())
    counter: str | None = Field(default=None, sa_type=Code())
    service: str = Field(sa_type=Code())
    employee: str | None = Field(default=None, sa_type=Code())
    issued_on: date
    expires_on: date
    served_on: date | None = None
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TicketCount(SQLModel, table=True):
    """Tickets of one day by whom they were armed for; `employee` '' when nobody is named."""

    __tablename__ = "ticket_count"
    __table_args__ = (
        CheckConstraint("0 <= spent AND spent <= armed AND armed <= issued", name="order"),
        WITHOUT_ROWID,
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    issued_on: date = Field(primary_key=True)
    service: str = Field(primary_key=True, sa_type=Code())
    employee: str = Field(primary_key=True, sa_type=Code())
    issued: int
    armed: int
    spent: int
    # Written anew by a night since it was counted last.
    mixed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class SealedTicket(SQLModel, table=True):
    """How many ratings with a ticket are gone with their sealed months, so that tickets spent still add up."""

    __tablename__ = "sealed_ticket"
    __table_args__ = (CheckConstraint("n > 0", name="n"), WITHOUT_ROWID)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    service: str = Field(primary_key=True, sa_type=Code())
    employee: str = Field(primary_key=True, sa_type=Code())
    n: int
