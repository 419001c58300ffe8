"""The tables of targets, and of the periods whose targets do not change any more."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class TargetRow(SQLModel, table=True):
    """What one figure of an office or employee shall be in a period by a questionnaire.

    `figure` is `index` or the code of a question; `hundredths` is the target on the scale of the index (8800: 88.00).
    """

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("kind IN ('office', 'employee')", name="kind"),
        CheckConstraint("hundredths BETWEEN 1 AND 10000", name="hundredths"),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    period: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    kind: str = Field(primary_key=True, sa_type=Text(10))
    unit: str = Field(primary_key=True, sa_type=Code())
    figure: str = Field(primary_key=True, sa_type=Code())
    hundredths: int
    set_by: str = Field(sa_type=Text(100))
    set_at: datetime = Field(sa_type=UtcDateTime)


class TargetsFixed(SQLModel, table=True):
    """That targets of a period by a questionnaire stay as they are, since some part of the agency closed it."""

    __tablename__ = "targets_fixed"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    period: str = Field(primary_key=True, sa_type=Text(10))
    instrument: str = Field(primary_key=True, sa_type=Code())
    fixed_at: datetime = Field(sa_type=UtcDateTime)
