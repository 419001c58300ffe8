"""The tables of ratings and their traces, and of comments and profiles, which no key links to a rating.

The rating row has no foreign keys (they would more than halve the intake): codes are checked
against the cached directory at intake, and `cermin check` proves that every one exists.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Uuid, false
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime

CHANNELS = ("kiosk", "mobile", "web", "import")

# SQLite then keeps rows in the order of their key, as PostgreSQL's index does, and no hidden row
# number tells in which order ratings and comments arrived.
WITHOUT_ROWID = {"sqlite_with_rowid": False}


class Rating(SQLModel, table=True):
    """One answer sheet, append-only. Nothing in it is finer than the office's local day."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint("standing IN ('counted', 'held', 'open')", name="standing"),
        CheckConstraint("sheet <> ''", name="sheet"),
        # For screening and releases, which read an office at a time. Every index is paid for by every rating.
        Index("rating_office_idx", "agency_id", "office", "rated_on"),
        WITHOUT_ROWID,
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    key: UUID = Field(primary_key=True, sa_type=Uuid)
    rated_on: date
    office: str = Field(sa_type=Code())
    counter: str | None = Field(default=None, sa_type=Code())
    service: str = Field(sa_type=Code())
    employee: str | None = Field(default=None, sa_type=Code())
    channel: str = Field(sa_type=Text(10))
    ticketed: bool = False
    standing: str = Field(default="counted", sa_type=Text(10))
    instrument: str = Field(sa_type=Code())
    sheet: str = Field(sa_type=Text(40))
    digest: str = Field(sa_type=Text(32))


class Trace(SQLModel, table=True):
    """At which local hour a rating was given, and which key sent it: kept for some weeks, for screening alone."""

    __tablename__ = "trace"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour"), WITHOUT_ROWID)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    key: UUID = Field(primary_key=True, sa_type=Uuid)
    hour: int
    source: UUID | None = Field(default=None, sa_type=Uuid)


class SealedMonth(SQLModel, table=True):
    """A month (by `rated_on`) whose ratings are past their retention: what is told of it never changes any more.

    How many `blocks` were sealed with it and `ratings` it had, how many of these were never told and how many are gone
    by now; `digest` is keyed, over all that is told of it.
    """

    __tablename__ = "sealed_month"
    __table_args__ = (
        CheckConstraint("0 <= dropped AND dropped <= ratings", name="dropped"),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    month: str = Field(primary_key=True, sa_type=Text(7))
    sealed_at: datetime = Field(sa_type=UtcDateTime)
    blocks: int
    ratings: int
    untold: int
    dropped: int = 0
    digest: str = Field(sa_type=Text(64))


class Comment(SQLModel, table=True):
    """A citizen's words, redacted, with no way back to the rating: a random id, questionnaire, office and month only.

    `block` is that of the comments it is told with; NULL while it is not told.
    """

    __tablename__ = "comment"
    __table_args__ = (Index(None, "agency_id", "office", "written_in"), WITHOUT_ROWID)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    comment_id: UUID = Field(primary_key=True, sa_type=Uuid)
    office: str = Field(sa_type=Code())
    instrument: str = Field(sa_type=Code())
    written_in: date
    text: str = Field(sa_type=Text(1_000))
    block: int | None = None
    # Written anew by a night since it came.
    mixed: bool = False


class CommentMark(SQLModel, table=True):
    """What an official noted on a comment that is told: which element it is about, whether it was acted on, a remark.

    It names the comment by its random id and no rating. It has no foreign key: a night deletes and inserts comments
    anew. It goes when its comment is purged.
    """

    __tablename__ = "comment_mark"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]), WITHOUT_ROWID)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    comment_id: UUID = Field(primary_key=True, sa_type=Uuid)
    element: str | None = Field(default=None, sa_type=Code())
    handled: bool
    note: str | None = Field(default=None, sa_type=Text(500))
    marked_by: str = Field(sa_type=Text(100))
    marked_on: date


class ProfileTally(SQLModel, table=True):
    """How many respondents of a questionnaire, office and month gave one value of one attribute; joined to no sheet."""

    __tablename__ = "profile_tally"
    __table_args__ = (CheckConstraint("n > 0", name="n"), WITHOUT_ROWID)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    instrument: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    month: date = Field(primary_key=True)
    attribute: str = Field(primary_key=True, sa_type=Text(12))
    value: str = Field(primary_key=True, sa_type=Text(12))
    n: int
    # Written anew by a night since it was counted last.
    mixed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
