"""The tables of promises, and of the counts of what was kept of them and of procedure."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, false, text
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class PromiseRow(SQLModel, table=True):
    """How long a service takes at most from a month on (`2026-10`), by which document; NULL: nothing is promised.

    A later row takes its place from its own month on; none is taken away, so that it is known what held when.
    """

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("unit IN ('minutes', 'hours', 'working-days')", name="unit"),
        CheckConstraint("amount BETWEEN 1 AND 600", name="amount"),
        CheckConstraint("(amount IS NULL) = (unit IS NULL) AND (amount IS NULL) = (source IS NULL)", name="whole"),
        ForeignKeyConstraint(["agency_id", "service"], ["service.agency_id", "service.code"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    service: str = Field(primary_key=True, sa_type=Code())
    valid_from: str = Field(primary_key=True, sa_type=Text(7))
    amount: int | None = None
    unit: str | None = Field(default=None, sa_type=Text(12))
    source: str | None = Field(default=None, sa_type=Text(300))
    set_by: str = Field(sa_type=Text(100))
    set_at: datetime = Field(sa_type=UtcDateTime)


class StandardCount(SQLModel, table=True):
    """One count of a month (`standards.rules.counts`): `what` of a service at an office, and how much of it is told.

    Nothing finer than the month is kept, and nobody is named: no rating leads here, and nothing here to one.
    """

    __tablename__ = "standard_count"
    __table_args__ = (
        CheckConstraint("0 <= told AND told <= n", name="told"),
        # What a night has to look for is little beside all there is. On PostgreSQL, too, by its migration.
        Index("standard_count_untold_idx", "agency_id", "month", sqlite_where=text("n > told")),
        {"sqlite_with_rowid": False},
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    service: str = Field(primary_key=True, sa_type=Code())
    month: str = Field(primary_key=True, sa_type=Text(7))
    source: str = Field(primary_key=True, sa_type=Text(6))
    what: str = Field(primary_key=True, sa_type=Text(12))
    n: int
    told: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    # Written anew by a night since it was counted last.
    mixed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
