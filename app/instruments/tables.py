"""Instruments an agency uses: the digest pins every one, the source holds those it wrote itself."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class InstrumentVersion(SQLModel, table=True):
    """Once an agency may have used a version it never changes: another digest is refused."""

    __tablename__ = "instrument_version"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    instrument: str = Field(primary_key=True, sa_type=Code())
    digest: str = Field(sa_type=Text(64))
    source: str | None = Field(default=None, sa_type=Text(65_536))
    added_at: datetime = Field(sa_type=UtcDateTime)
