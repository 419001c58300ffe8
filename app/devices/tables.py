"""Tables of devices, of the codes that pair them, and of their last heartbeats."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class Device(SQLModel, table=True):
    """A kiosk at a counter; `key_id` is the key it got when it was paired, `pin` the digest of its PIN."""

    __tablename__ = "device"
    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "office", "counter"], ["counter.agency_id", "counter.office", "counter.code"]
        ),
        ForeignKeyConstraint(["agency_id", "key_id"], ["api_key.agency_id", "api_key.key_id"]),
        UniqueConstraint("agency_id", "key_id"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    device_id: UUID = Field(primary_key=True)
    office: str = Field(sa_type=Code())
    counter: str = Field(sa_type=Code())
    label: str = Field(sa_type=Text(100))
    instrument: str = Field(sa_type=Code())
    pin: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    added_at: datetime = Field(sa_type=UtcDateTime)
    key_id: UUID | None = None
    paired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Pairing(SQLModel, table=True):
    """The digest of a device's code, as long as it was not exchanged."""

    __tablename__ = "pairing"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "device_id"], ["device.agency_id", "device.device_id"]),
        Index(None, "agency_id", "digest", unique=True),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    device_id: UUID = Field(primary_key=True)
    digest: str = Field(sa_type=Text(64))
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Heartbeat(SQLModel, table=True):
    """The last heartbeat of a device key; each replaces the one before."""

    __tablename__ = "heartbeat"
    __table_args__ = (ForeignKeyConstraint(["agency_id", "key_id"], ["api_key.agency_id", "api_key.key_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    key_id: UUID = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    app_version: str = Field(sa_type=Text(40))
    queue_depth: int
    parked: int
    # A clock may be half a century wrong, which no 32 bits hold.
    clock_offset_ms: int = Field(sa_type=BigInteger)
    unsent_seconds: int | None = Field(default=None, sa_type=BigInteger)
    # How many parked ratings were refused with which code.
    parked_codes: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    storage_persisted: bool | None = None
    storage_free_bytes: int | None = Field(default=None, sa_type=BigInteger)
