"""Passkeys, and challenges that one has answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0019_passkeys"
down_revision = "0018_oidc"
branch_labels = None
depends_on = None

TABLES = ("passkey_challenge", "passkey")


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("passkey_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("credential", text(1_364), nullable=False),
        sa.Column("public_key", text(2_000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "passkey_id", name=op.f("passkey_pkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.person_id"],
            name=op.f("passkey_agency_id_person_id_fkey"),
        ),
        sa.UniqueConstraint("agency_id", "credential", name=op.f("passkey_agency_id_credential_key")),
    )
    op.create_index(op.f("passkey_agency_id_person_id_idx"), "passkey", ["agency_id", "person_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "digest", name=op.f("passkey_challenge_pkey")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("passkey_challenge_agency_id_fkey")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
