"""Keys and the audit trail."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, false
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class ApiKey(SQLModel, table=True):
    """One key of any kind; only a digest of its secret is kept. `last_used_on` is a day in UTC, told by the minute."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("kind IN ('device', 'app', 'queue', 'reader', 'supervisor', 'auditor', 'admin')", name="kind"),
        Index(None, "agency_id", "lookup"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    key_id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text(10))
    lookup: str = Field(sa_type=Text(16))
    digest: str = Field(sa_type=Text(64))
    label: str = Field(sa_type=Text(100))
    office: str | None = Field(default=None, sa_type=Code())
    counter: str | None = Field(default=None, sa_type=Code())
    sees_nip: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    issued_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_on: date | None = None


class AuditEvent(SQLModel, table=True):
    """A sensitive action, written in the transaction of the action itself."""

    __tablename__ = "audit_event"

    agency_id: str = Field(primary_key=True, sa_type=Code())
    event_id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=Text(100))
    action: str = Field(sa_type=Text(40))
    subject: str = Field(sa_type=Text(200))
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
