"""Tables of an agency's directory. Rows are deactivated, never deleted: ratings name them by code for ever."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


class Agency(SQLModel, table=True):
    """A tenant. `directory_version` changes with every change of its directory, so that caches see it.

    `period_months` is how long its own period is, by which exact figures are told: a quarter (3) or a month (1).
    """

    __tablename__ = "agency"

    agency_id: str = Field(primary_key=True, sa_type=Code())
    name: str = Field(sa_type=Text(200))
    directory_version: UUID
    created_at: datetime = Field(sa_type=UtcDateTime)
    period_months: int = Field(default=3, sa_column_kwargs={"server_default": "3"})


class Office(SQLModel, table=True):
    """A place of service; its zone decides on which day a rating falls."""

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint("timezone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')", name="timezone"),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
        ForeignKeyConstraint(["agency_id", "parent"], ["office.agency_id", "office.code"]),
        Index(None, "agency_id", "parent"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    code: str = Field(primary_key=True, sa_type=Code())
    name: str = Field(sa_type=Text(200))
    parent: str | None = Field(default=None, sa_type=Code())
    timezone: str = Field(sa_type=Text(20))
    region_code: str | None = Field(default=None, sa_type=Text(13))
    active: bool = True


class Service(SQLModel, table=True):
    """A kind of service; people are compared only within its family, as permits are slow whoever serves them."""

    __tablename__ = "service"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    code: str = Field(primary_key=True, sa_type=Code())
    name: str = Field(sa_type=Text(200))
    family: str = Field(sa_type=Code())
    active: bool = True


class Counter(SQLModel, table=True):
    """A counter of an office and the services it gives (none named: every service of the agency)."""

    __tablename__ = "counter"
    __table_args__ = (ForeignKeyConstraint(["agency_id", "office"], ["office.agency_id", "office.code"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    code: str = Field(primary_key=True, sa_type=Code())
    name: str = Field(sa_type=Text(200))
    services: list[str] = Field(default_factory=list, sa_type=JSON)
    active: bool = True


class Employee(SQLModel, table=True):
    """The person rated. The NIP reveals birth date and sex: it leaves this row for keys that may see it only.

    `appraiser` is the code of the employee who appraises this one (*pejabat penilai*).
    """

    __tablename__ = "employee"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
        ForeignKeyConstraint(
            ["agency_id", "appraiser"],
            ["employee.agency_id", "employee.code"],
            # A sheet may name an appraiser who stands further down in it.
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    code: str = Field(primary_key=True, sa_type=Code())
    name: str = Field(sa_type=Text(200))
    nip: str | None = Field(default=None, sa_type=Text(18))
    position: str | None = Field(default=None, sa_type=Text(200))
    grade: str | None = Field(default=None, sa_type=Text(20))
    appraiser: str | None = Field(default=None, sa_type=Code())
    active: bool = True


class Posting(SQLModel, table=True):
    """Employee at office from one local day to another, both included; a transfer adds a row."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="order"),
        ForeignKeyConstraint(["agency_id", "employee"], ["employee.agency_id", "employee.code"]),
        ForeignKeyConstraint(["agency_id", "office"], ["office.agency_id", "office.code"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    employee: str = Field(primary_key=True, sa_type=Code())
    from_on: date = Field(primary_key=True)
    until_on: date | None = None
    office: str = Field(sa_type=Code())


class Duty(SQLModel, table=True):
    """Employee at counter from one moment up to another (not included)."""

    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="order"),
        ForeignKeyConstraint(["agency_id", "employee"], ["employee.agency_id", "employee.code"]),
        ForeignKeyConstraint(
            ["agency_id", "office", "counter"], ["counter.agency_id", "counter.office", "counter.code"]
        ),
        # The catalogue reads the duties that end after some moment.
        Index(None, "agency_id", "until_at"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    counter: str = Field(primary_key=True, sa_type=Code())
    from_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    until_at: datetime = Field(sa_type=UtcDateTime)
    employee: str = Field(sa_type=Code())


class Volume(SQLModel, table=True):
    """How many people were served, and offered a rating, on one local day; `employee` is '' when nobody is named."""

    __tablename__ = "volume"
    __table_args__ = (
        CheckConstraint("served >= 0", name="served"),
        CheckConstraint("offered >= 0", name="offered"),
        ForeignKeyConstraint(["agency_id", "office"], ["office.agency_id", "office.code"]),
        # A report asks for the days of one period in every office.
        Index(None, "agency_id", "served_on"),
        {"sqlite_with_rowid": False},
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    served_on: date = Field(primary_key=True)
    service: str = Field(primary_key=True, sa_type=Code())
    # Not NULL, since a primary key takes none: volumes without an employee are '' here and null in JSON.
    employee: str = Field(primary_key=True, sa_type=Code())
    served: int
    offered: int | None = None


class DirectoryUpload(SQLModel, table=True):
    """A workbook that a person sent, for an hour at most; it and what came of it are sealed by a key kept elsewhere."""

    __tablename__ = "directory_upload"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'checked', 'outdated', 'faulty', 'confirmed', 'imported', 'failed')", name="state"
        ),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
        Index(None, "agency_id", "person_id"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    upload_id: UUID = Field(primary_key=True)
    person_id: UUID
    state: str = Field(sa_type=Text(10))
    content: bytes
    outcome: bytes | None = None
    taken_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    claimed_until_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
