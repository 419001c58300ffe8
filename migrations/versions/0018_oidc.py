"""Accounts at a provider, what a session keeps of it, and logout tokens that were taken."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0018_oidc"
down_revision = "0017_people"
branch_labels = None
depends_on = None

KEPT = ("linked_by", "provider_sid", "provider_hint")


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "person_identity",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("issuer", text(255), nullable=False),
        sa.Column("subject", text(255), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by", text(10), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "issuer", "subject", name=op.f("person_identity_pkey")),
        sa.CheckConstraint("linked_by IN ('invitation', 'nip')", name=op.f("person_identity_linked_by_check")),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.person_id"],
            name=op.f("person_identity_agency_id_person_id_fkey"),
        ),
        sa.UniqueConstraint(
            "agency_id", "person_id", "issuer", name=op.f("person_identity_agency_id_person_id_issuer_key")
        ),
    )
    op.create_table(
        "logout_token",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "digest", name=op.f("logout_token_pkey")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("logout_token_agency_id_fkey")),
    )
    op.add_column("person_session", sa.Column("linked_by", text(10), nullable=True))
    op.add_column("person_session", sa.Column("provider_sid", text(255), nullable=True))
    op.add_column("person_session", sa.Column("provider_hint", text(8_000), nullable=True))
    op.create_index(op.f("person_session_agency_id_provider_sid_idx"), "person_session", ["agency_id", "provider_sid"])


def downgrade() -> None:
    op.drop_index(op.f("person_session_agency_id_provider_sid_idx"), "person_session")
    with op.batch_alter_table("person_session") as batch:
        for column in KEPT:
            batch.drop_column(column)
    for table in ("logout_token", "person_identity"):
        op.drop_table(table)
