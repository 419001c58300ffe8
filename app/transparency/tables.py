"""The log of an agency: its entries, the roots of its full tiles, its checkpoints, and the inventories of rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class LogEntry(SQLModel, table=True):
    """One entry, appended for ever. `entry` is published; what it is about (`kind`, `subject`) and `detail` are not."""

    __tablename__ = "log_entry"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
        UniqueConstraint("agency_id", "kind", "subject"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(sa_type=Text(10))
    # The id of a report, the number of an inventory.
    subject: str = Field(sa_type=Text(36))
    entry: str = Field(sa_type=Text(1_000))
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class LogTile(SQLModel, table=True):
    """The root of a full tile: a hash of the level above, which need not be made anew from 256 others."""

    __tablename__ = "log_tile"
    __table_args__ = ({"sqlite_with_rowid": False},)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    root: str = Field(sa_type=Text(64))


class LogCheckpoint(SQLModel, table=True):
    """How large the log was and its root, signed; the lines of the witnesses who have seen it, and its time stamp."""

    __tablename__ = "log_checkpoint"

    agency_id: str = Field(primary_key=True, sa_type=Code())
    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str = Field(sa_type=Text(1_000))
    signed_at: datetime = Field(sa_type=UtcDateTime)
    witnesses: int = 0
    cosignatures: str = Field(default="", sa_type=Text(20_000))
    # An authority's whole answer (RFC 3161), as it was checked.
    stamp: bytes | None = Field(default=None, sa_type=LargeBinary)


class InventoryPart(SQLModel, table=True):
    """Rows that an inventory found for the first time, or changed by a release: 32 bytes each, id and keyed mark."""

    __tablename__ = "inventory_part"

    agency_id: str = Field(primary_key=True, sa_type=Code())
    kind: str = Field(primary_key=True, sa_type=Text(12))
    # `2026-11-03/disdukcapil`, `release 12`, `2026-11-03`.
    part: str = Field(primary_key=True, sa_type=Text(60))
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    n: int
    rows: bytes = Field(sa_type=LargeBinary)
