"""Closed periods and their reports. Rows of a final revision never change; a correction is the next revision."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime

# A period that is closed for the whole agency has no office at its root.
WHOLE = ""
DRAFT, FINAL = "draft", "final"


class Period(SQLModel, table=True):
    """One revision of a period closed by one questionnaire, of the whole agency or of the subtree under `root`.

    `weights` and `bands` name the weight mode and the band table by which its figures are made; NULL: the instrument's
    own, of closings from before these were written down.
    """

    __tablename__ = "period"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'final')", name="state"),
        CheckConstraint("(state = 'final') = (final_at IS NOT NULL)", name="final_at"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    root: str = Field(primary_key=True, sa_type=Code())
    code: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    revision: int = Field(primary_key=True)
    weights: str | None = Field(default=None, sa_type=Code())
    bands: str | None = Field(default=None, sa_type=Code())
    state: str = Field(sa_type=Text(10))
    first_on: date
    last_on: date
    drafted_at: datetime = Field(sa_type=UtcDateTime)
    replies_end_at: datetime = Field(sa_type=UtcDateTime)
    final_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Report(SQLModel, table=True):
    """One unit's report of one revision: the draft's document, and once final the signed envelope around it."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("kind IN ('employee', 'office', 'agency', 'skm')", name="kind"),
        ForeignKeyConstraint(
            ["agency_id", "root", "period", "instrument", "revision"],
            ["period.agency_id", "period.root", "period.code", "period.instrument", "period.revision"],
        ),
        UniqueConstraint("agency_id", "root", "period", "instrument", "revision", "kind", "unit"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True)
    root: str = Field(sa_type=Code())
    period: str = Field(sa_type=Text(10))
    instrument: str = Field(sa_type=Code())
    revision: int
    kind: str = Field(sa_type=Text(10))
    unit: str = Field(sa_type=Code())
    office: str | None = Field(default=None, sa_type=Code())
    document: str = Field(sa_type=SqlText)
    envelope: str | None = Field(default=None, sa_type=SqlText)


class Release(SQLModel, table=True):
    """Of which release of figures one revision was made (`told`): a later one sees what has changed since.

    Closings from before there were releases have here the cells of their figures, for the first release.
    """

    __tablename__ = "release"
    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "root", "code", "instrument", "revision"],
            ["period.agency_id", "period.root", "period.code", "period.instrument", "period.revision"],
        ),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    root: str = Field(primary_key=True, sa_type=Code())
    code: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    revision: int = Field(primary_key=True)
    told: dict[str, Any] = Field(sa_type=JSON)


class Reply(SQLModel, table=True):
    """What the employee says to the own draft; once, and part of the final report."""

    __tablename__ = "reply"
    __table_args__ = (ForeignKeyConstraint(["agency_id", "report_id"], ["report.agency_id", "report.report_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True)
    text: str = Field(sa_type=Text(4_000))
    replied_at: datetime = Field(sa_type=UtcDateTime)


class Note(SQLModel, table=True):
    """What the supervisor says beside a draft; the last one counts and is part of the final report."""

    __tablename__ = "note"
    __table_args__ = (ForeignKeyConstraint(["agency_id", "report_id"], ["report.agency_id", "report.report_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True)
    text: str = Field(sa_type=Text(4_000))
    noted_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(SQLModel, table=True):
    """A personal link to read the own draft and to reply once; only a digest of its secret is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "report_id"], ["report.agency_id", "report.report_id"]),
        Index(None, "agency_id", "lookup"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True)
    lookup: str = Field(sa_type=Text(16))
    digest: str = Field(sa_type=Text(64))
    expires_at: datetime = Field(sa_type=UtcDateTime)


class FollowUp(SQLModel, table=True):
    """One action of the plan (*rencana tindak lanjut*) that follows a period, of an office or ('') the agency.

    As planned it is part of that period's survey report, as realised of the next one's.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("status IN ('planned', 'started', 'done', 'dropped')", name="status"),
        CheckConstraint("(status = 'done') = (done_on IS NOT NULL)", name="done_on"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    period: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    place: int = Field(primary_key=True)
    element: str = Field(sa_type=Code())
    problem: str = Field(sa_type=Text(500))
    action: str = Field(sa_type=Text(500))
    due_on: date
    owner: str = Field(sa_type=Text(100))
    status: str = Field(default="planned", sa_type=Text(10))
    done_on: date | None = None
    note: str | None = Field(default=None, sa_type=Text(500))
    # What shows that it was done: where it can be seen, or the SHA-256 of a file, which is kept elsewhere.
    proof_address: str | None = Field(default=None, sa_type=Text(300))
    proof_sha256: str | None = Field(default=None, sa_type=Text(64))


class Publication(SQLModel, table=True):
    """Where and when the results of a period were made public, for an office or ('') the agency."""

    __tablename__ = "publication"

    agency_id: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(primary_key=True, sa_type=Code())
    period: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    place: int = Field(primary_key=True)
    medium: str = Field(sa_type=Text(100))
    published_on: date
    address: str | None = Field(default=None, sa_type=Text(300))


class PublicClosing(SQLModel, table=True):
    """What the public page shows of a closing: by somebody's decision, taken from its signed reports (`figures`)."""

    __tablename__ = "public_closing"
    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "root", "code", "instrument", "revision"],
            ["period.agency_id", "period.root", "period.code", "period.instrument", "period.revision"],
        ),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    root: str = Field(primary_key=True, sa_type=Code())
    code: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    revision: int
    first_on: date
    last_on: date
    shown_at: datetime = Field(sa_type=UtcDateTime)
    figures: str = Field(sa_type=SqlText)


class Recognition(SQLModel, table=True):
    """That a closing recognises an employee, beside the agency's report, whose signed document names nobody.

    `office` is where the employee was posted at the end of the period.
    """

    __tablename__ = "recognition"
    __table_args__ = (ForeignKeyConstraint(["agency_id", "report_id"], ["report.agency_id", "report.report_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True)
    employee: str = Field(primary_key=True, sa_type=Code())
    office: str = Field(sa_type=Code())


class TrainingNeed(SQLModel, table=True):
    """A question that is a training need of the person a report is about, for that person and the appraiser alone.

    So it stands beside the signed document, which others read, too. `reasons` are joined by commas.
    """

    __tablename__ = "training_need"
    __table_args__ = (ForeignKeyConstraint(["agency_id", "report_id"], ["report.agency_id", "report.report_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    report_id: UUID = Field(primary_key=True)
    figure: str = Field(primary_key=True, sa_type=Code())
    reasons: str = Field(sa_type=Text(20))
