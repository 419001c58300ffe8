"""The transparency log: entries, tiles, checkpoints, inventories."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0031_log"
down_revision = "0030_key_uses"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def agency() -> sa.Column[str]:
    """The column that every key begins with."""
    return sa.Column("agency_id", text(40), nullable=False)


def number(name: str) -> sa.Column[int]:
    """A column of whole numbers, which nobody counts up by itself."""
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "log_entry",
        agency(),
        number("position"),
        sa.Column("kind", text(10), nullable=False),
        sa.Column("subject", text(36), nullable=False),
        sa.Column("entry", text(1_000), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "position", name=op.f("log_entry_pkey")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("log_entry_agency_id_fkey")),
        sa.UniqueConstraint("agency_id", "kind", "subject", name=op.f("log_entry_agency_id_kind_subject_key")),
    )
    op.create_table(
        "log_tile",
        agency(),
        number("level"),
        number("number"),
        sa.Column("root", text(64), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "level", "number", name=op.f("log_tile_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_checkpoint",
        agency(),
        number("size"),
        sa.Column("note", text(1_000), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        number("witnesses"),
        sa.Column("cosignatures", text(20_000), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "size", name=op.f("log_checkpoint_pkey")),
    )
    op.create_table(
        "inventory_part",
        agency(),
        sa.Column("kind", text(12), nullable=False),
        sa.Column("part", text(60), nullable=False),
        number("number"),
        number("n"),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "kind", "part", "number", name=op.f("inventory_part_pkey")),
    )


def downgrade() -> None:
    for table in ("inventory_part", "log_checkpoint", "log_tile", "log_entry"):
        op.drop_table(table)
