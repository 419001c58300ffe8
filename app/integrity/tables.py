"""The tables of integrity reports. No key, time or order in them leads to a rating, and none of them names a person.

A report has a random id and the day alone; both tables of reports are written anew every night.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, Uuid, false
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime
from app.integrity.rules.kinds import ReportRecipient, ReportState

RECIPIENTS = tuple(map(str, ReportRecipient))
STATES = tuple(map(str, ReportState))
# SQLite then keeps no hidden row number that tells in which order reports came.
WITHOUT_ROWID = {"sqlite_with_rowid": False}


class IntegrityReport(SQLModel, table=True):
    """What is kept of a report for good: what it is about, on which days what became of it, its receipt's digest."""

    __tablename__ = "integrity_report"
    __table_args__ = (
        CheckConstraint(f"recipient IN {RECIPIENTS}", name="recipient"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(
            "(forwarded_on IS NULL) = (state = 'received') "
            "AND (confirmed_on IS NULL) = (state IN ('received', 'forwarded')) "
            "AND (erased_on IS NULL) = (state <> 'erased')",
            name="days",
        ),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
        UniqueConstraint("agency_id", "digest"),
        Index(None, "agency_id", "received_on"),
        WITHOUT_ROWID,
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True, sa_type=Uuid)
    digest: str = Field(sa_type=Text(64))
    office: str = Field(sa_type=Code())
    kind: str = Field(sa_type=Text(40))
    recipient: str = Field(sa_type=Text(12))
    received_on: date
    state: str = Field(default=ReportState.received, sa_type=Text(10))
    forwarded_on: date | None = None
    confirmed_on: date | None = None
    erased_on: date | None = None
    # Written anew by a night since it came.
    mixed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class IntegritySealed(SQLModel, table=True):
    """What a report says, sealed; gone when the report is erased. No foreign key: nights delete and insert anew.

    `retention_days` is what the citizen was told: so long it is kept after its receiver has confirmed it.
    """

    __tablename__ = "integrity_sealed"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]), WITHOUT_ROWID)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True, sa_type=Uuid)
    received_on: date
    sealed: str = Field(sa_type=Text(48_000))
    retention_days: int
    mixed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class IntegrityKey(SQLModel, table=True):
    """The public half of a key that reports are sealed to, once its holder has proved to have the other half.

    `challenge` is the digest of the word that was sealed to it last, which its holder has to send back in time.
    """

    __tablename__ = "integrity_key"
    __table_args__ = (
        CheckConstraint(f"recipient IN {RECIPIENTS}", name="recipient"),
        CheckConstraint("(challenge IS NULL) = (challenged_at IS NULL)", name="challenge"),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    key_id: str = Field(primary_key=True, sa_type=Text(43))
    recipient: str = Field(sa_type=Text(12))
    label: str = Field(sa_type=Text(100))
    x: str = Field(sa_type=Text(43))
    y: str = Field(sa_type=Text(43))
    added_by: str = Field(sa_type=Text(100))
    added_at: datetime = Field(sa_type=UtcDateTime)
    challenge: str | None = Field(default=None, sa_type=Text(64))
    challenged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IntegritySetting(SQLModel, table=True):
    """Whether an agency takes integrity reports, who its inspectorate is, and how long it keeps what was confirmed.

    `told_through` is the last day of whose reports its auditors are told.
    """

    __tablename__ = "integrity_setting"
    __table_args__ = (
        CheckConstraint("retention_days BETWEEN 1 AND 3650", name="retention_days"),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    is_open: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    retention_days: int
    inspectorate: str | None = Field(default=None, sa_type=Text(200))
    told_through: date | None = None
