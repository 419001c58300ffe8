"""The table of the logout tokens that were taken."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class LogoutToken(SQLModel, table=True):
    """A logout token that was taken, by the digest of its id; until it expires it is not taken again."""

    __tablename__ = "logout_token"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    digest: str = Field(primary_key=True, sa_type=Text(64))
    expires_at: datetime = Field(sa_type=UtcDateTime)
