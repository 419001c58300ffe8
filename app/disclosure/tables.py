"""The ledger of what is told: releases, the blocks they told, which block each rating is in, and what waits.

Comments and profiles, which no rating is joined to, and counts of service standards have blocks of their own.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, Uuid, false, text
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


def _index_of_few(name: str, condition: str, *columns: str) -> Index:
    """An index of the few blocks that a night has to look for, by a flag that most of them have the other way."""
    # As `is_(False)` is written: no store takes an index whose condition only means the same. That of PostgreSQL stands
    # in the migration alone: named here, every start on SQLite would read its dialect, which takes two MiB.
    return Index(name, *columns, sqlite_where=text(f"{condition} IS 0"))


class FigureRelease(SQLModel, table=True):
    """One release of an agency's figures. `through` is the last month (`2026-10`) that it could tell anything about."""

    __tablename__ = "figure_release"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    number: int = Field(primary_key=True)
    released_at: datetime = Field(sa_type=UtcDateTime)
    through: str = Field(sa_type=Text(7))


class FigureBlock(SQLModel, table=True):
    """At least ten ratings that are told together for ever; NULL where they differ in something.

    `released` is false once they left the figures together. `service_mode` is the service most of them are about.
    `parts` is empty where all share office, employee, month, service and channel; else it says how many there are of
    each.
    """

    __tablename__ = "block"
    __table_args__ = (
        CheckConstraint("n >= 10", name="n"),
        # The agency's months, an office's, a person's, and what a release has told or changed.
        Index(None, "agency_id", "instrument", "last_month", "first_month", "office"),
        Index(None, "agency_id", "instrument", "office", "first_month"),
        Index(None, "agency_id", "employee", "instrument", "first_month"),
        Index(None, "agency_id", "release", "instrument", "office"),
        _index_of_few("block_unsummed_idx", "summed", "agency_id", "instrument", "first_month", "last_month", "office"),
        _index_of_few("block_uncharted_idx", "charted", "agency_id", "instrument", "office", "standing", "release"),
        _index_of_few("block_left_idx", "released", "agency_id", "office", "first_month", "last_month"),
        {"sqlite_with_rowid": False},
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    block: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    instrument: str = Field(sa_type=Code())
    standing: str = Field(sa_type=Text(10))
    office: str | None = Field(default=None, sa_type=Code())
    employee: str | None = Field(default=None, sa_type=Code())
    first_month: str = Field(sa_type=Text(7))
    last_month: str = Field(sa_type=Text(7))
    complete: bool | None = None
    service: str | None = Field(default=None, sa_type=Code())
    service_mode: str = Field(sa_type=Code())
    channel: str | None = Field(default=None, sa_type=Text(10))
    released: bool = True
    # Whether the sums have it as it is now.
    summed: bool = False
    # Whether weekly charts have it as it is now, and the Mondays of the weeks in which its office's and person's do, or
    # in which it has no ratings; NULL in blocks of an older version, which no chart has seen yet.
    charted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    office_weeks: list[str] | None = Field(default=None, sa_type=JSON)
    employee_weeks: list[str] | None = Field(default=None, sa_type=JSON)
    n: int
    cell: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    parts: list[Any] = Field(default_factory=list, sa_type=JSON)
    release: int


class BlockRating(SQLModel, table=True):
    """Which block a rating is in, once it has been told; it never changes to a block of other ratings."""

    __tablename__ = "block_rating"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    key: UUID = Field(primary_key=True, sa_type=Uuid)
    block: int


class BlockSum(SQLModel, table=True):
    """Blocks added up that share office, months, service and channel, so that an agency's year is a few hundred rows.

    '' where they differ: `office` in sums of the whole agency, `service` and `channel` in sums that are not `split` by
    them. `parts` as in a block, by all that the sum keeps apart.
    """

    __tablename__ = "block_sum"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    instrument: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    split: bool = Field(primary_key=True)
    first_month: str = Field(primary_key=True, sa_type=Text(7))
    last_month: str = Field(primary_key=True, sa_type=Text(7))
    standing: str = Field(primary_key=True, sa_type=Text(10))
    service: str = Field(primary_key=True, sa_type=Code())
    channel: str = Field(primary_key=True, sa_type=Text(10))
    cell: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    parts: list[Any] = Field(default_factory=list, sa_type=JSON)


class OfficeComparison(SQLModel, table=True):
    """How an office compares with all of its agency in a period, so that nobody who asks has to compare them.

    What all of them share stands at office ''. A release removes that row with the change that makes it untrue, and
    then nothing is known of the period until the offices have been compared anew. `found` belongs to `measures/`.
    """

    __tablename__ = "office_comparison"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    instrument: str = Field(primary_key=True, sa_type=Code())
    first_month: str = Field(primary_key=True, sa_type=Text(7))
    last_month: str = Field(primary_key=True, sa_type=Text(7))
    office: str = Field(primary_key=True, sa_type=Code())
    found: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ChartMonth(SQLModel, table=True):
    """What weekly charts count of a month's weeks (by their Sunday): by Monday the cell of the week.

    `employee` is '' in the chart of the office itself; a person has one for each office at which he or she serves.
    """

    __tablename__ = "chart_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    instrument: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    employee: str = Field(primary_key=True, sa_type=Code())
    month: str = Field(primary_key=True, sa_type=Text(7))
    weeks: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Waiting(SQLModel, table=True):
    """How many ratings of an ended month the latest release could not tell, by all that tells them apart."""

    __tablename__ = "waiting"
    __table_args__ = (CheckConstraint("n > 0", name="n"), {"sqlite_with_rowid": False})

    agency_id: str = Field(primary_key=True, sa_type=Code())
    instrument: str = Field(primary_key=True, sa_type=Code())
    standing: str = Field(primary_key=True, sa_type=Text(10))
    office: str = Field(primary_key=True, sa_type=Code())
    employee: str = Field(primary_key=True, sa_type=Code())
    month: str = Field(primary_key=True, sa_type=Text(7))
    service: str = Field(primary_key=True, sa_type=Code())
    channel: str = Field(primary_key=True, sa_type=Text(10))
    n: int


class CommentBlock(SQLModel, table=True):
    """At least ten comments that are quoted together or not at all; `office` is NULL where they are of several."""

    __tablename__ = "comment_block"

    agency_id: str = Field(primary_key=True, sa_type=Code())
    block: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    instrument: str = Field(sa_type=Code())
    office: str | None = Field(default=None, sa_type=Code())
    first_month: str = Field(sa_type=Text(7))
    last_month: str = Field(sa_type=Text(7))
    release: int


class ProfileCell(SQLModel, table=True):
    """How many respondents of an office are told to have given a value; `merged` ones are told as others only."""

    __tablename__ = "profile_cell"
    __table_args__ = (CheckConstraint("n > 0", name="n"), {"sqlite_with_rowid": False})

    agency_id: str = Field(primary_key=True, sa_type=Code())
    instrument: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    first_month: str = Field(primary_key=True, sa_type=Text(7))
    last_month: str = Field(primary_key=True, sa_type=Text(7))
    attribute: str = Field(primary_key=True, sa_type=Text(12))
    value: str = Field(primary_key=True, sa_type=Text(12))
    merged: bool = Field(primary_key=True)
    n: int


class StandardBlock(SQLModel, table=True):
    """At least ten services whose times beside their promise, or steps of procedure, are told together for ever.

    `office` and `service` are NULL where they are of several; `counts` as `standards.rules.counts.WHAT` names them.
    `parts` says which counts of which months they come from, and is read by releases and by the proof alone.
    """

    __tablename__ = "standard_block"
    __table_args__ = (
        CheckConstraint("n >= 10", name="n"),
        # An office's months, and the agency's.
        Index(None, "agency_id", "office", "first_month"),
        Index(None, "agency_id", "first_month"),
        {"sqlite_with_rowid": False},
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    block: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(sa_type=Text(5))
    office: str | None = Field(default=None, sa_type=Code())
    service: str | None = Field(default=None, sa_type=Code())
    first_month: str = Field(sa_type=Text(7))
    last_month: str = Field(sa_type=Text(7))
    n: int
    counts: list[int] = Field(sa_type=JSON)
    parts: list[Any] = Field(sa_type=JSON)
    release: int
