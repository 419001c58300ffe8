"""The outbox: what happened and is to be told, each in the transaction of the thing itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class OutboxEvent(SQLModel, table=True):
    """One event: its kind, where it happened (`office` None: the agency) and what it is `about`, by codes and ids.

    `spread_at` is when it was found out who is to be told; None until then.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]), Index(None, "agency_id", "spread_at"))

    agency_id: str = Field(primary_key=True, sa_type=Code())
    event_id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text(40))
    office: str | None = Field(default=None, sa_type=Code())
    about: dict[str, Any] = Field(sa_type=JSON)
    happened_at: datetime = Field(sa_type=UtcDateTime)
    spread_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
