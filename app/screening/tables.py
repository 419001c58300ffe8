"""The tables of findings, of the sheets they doubt, and of opening hours."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, Uuid
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class Finding(SQLModel, table=True):
    """One block of ratings that is doubted, or (standing `noted` at first) a pattern that no sheet shows.

    The block begins on `first_on` and has `days` days; `hour` where it is one hour of a day. `evidence` holds
    numbers only. `n` is how many sheets it held when it was raised.
    """

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('burst', 'straight-lining', 'one-device', 'one-hour', 'outside-hours', 'coverage-drop')",
            name="reason",
        ),
        CheckConstraint("standing IN ('held', 'noted', 'released', 'confirmed')", name="standing"),
        CheckConstraint("(decided_at IS NULL) = (standing IN ('held', 'noted'))", name="decided"),
        ForeignKeyConstraint(["agency_id", "office"], ["office.agency_id", "office.code"]),
        Index(None, "agency_id", "office", "first_on"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    finding_id: UUID = Field(primary_key=True)
    reason: str = Field(sa_type=Text(20))
    office: str = Field(sa_type=Code())
    employee: str | None = Field(default=None, sa_type=Code())
    first_on: date
    days: int
    hour: int | None = None
    n: int
    evidence: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    standing: str = Field(sa_type=Text(10))
    found_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, sa_type=Text(100))
    note: str | None = Field(default=None, sa_type=Text(500))


class Doubt(SQLModel, table=True):
    """A sheet that a finding doubts. Its primary key lets a sheet be doubted only once: released ones stay released."""

    __tablename__ = "doubt"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "finding_id"], ["finding.agency_id", "finding.finding_id"]),
        Index(None, "agency_id", "finding_id"),
        {"sqlite_with_rowid": False},
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    key: UUID = Field(primary_key=True, sa_type=Uuid)
    finding_id: UUID


class SealedHeld(SQLModel, table=True):
    """How many held sheets are gone with their sealed months, by all that reports tell of them; '' for nobody."""

    __tablename__ = "sealed_held"
    __table_args__ = (CheckConstraint("n > 0", name="n"), {"sqlite_with_rowid": False})

    agency_id: str = Field(primary_key=True, sa_type=Code())
    rated_on: date = Field(primary_key=True)
    office: str = Field(primary_key=True, sa_type=Code())
    service: str = Field(primary_key=True, sa_type=Code())
    employee: str = Field(primary_key=True, sa_type=Code())
    channel: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    reason: str = Field(primary_key=True, sa_type=Text(20))
    n: int


class Opening(SQLModel, table=True):
    """When an office is open on one weekday (Monday 0 to Sunday 6), in minutes after local midnight.

    Of an office without any row nothing is known; one with rows is closed on the other weekdays. Ratings of days
    before `since_on`, when the hours were recorded, are not judged by them.
    """

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="order"),
        ForeignKeyConstraint(["agency_id", "office"], ["office.agency_id", "office.code"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    weekday: int = Field(primary_key=True)
    opens: int
    closes: int
    since_on: date
