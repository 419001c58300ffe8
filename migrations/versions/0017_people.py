"""Persons who sign in: their grants, links, recovery codes and sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0017_people"
down_revision = "0016_charts"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """A column of an aware moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("login", text(40), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("employee", text(40), nullable=True),
        moment("invited_at"),
        sa.Column("passphrase", text(200), nullable=True),
        sa.Column("totp", text(200), nullable=True),
        sa.Column("totp_next", text(200), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "person_id", name=op.f("person_pkey")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("person_agency_id_fkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee"],
            ["employee.agency_id", "employee.code"],
            name=op.f("person_agency_id_employee_fkey"),
        ),
        sa.UniqueConstraint("agency_id", "login", name=op.f("person_agency_id_login_key")),
    )
    op.create_index(op.f("person_agency_id_employee_idx"), "person", ["agency_id", "employee"])
    op.create_table(
        "role_grant",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", text(20), nullable=False),
        sa.Column("office", text(40), nullable=True),
        moment("granted_at"),
        sa.Column("granted_by", text(100), nullable=False),
        moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "grant_id", name=op.f("role_grant_pkey")),
        sa.CheckConstraint(
            "role IN ('supervisor', 'appraiser', 'employee', 'auditor', 'administrator', 'viewer')",
            name=op.f("role_grant_role_check"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.person_id"],
            name=op.f("role_grant_agency_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "office"],
            ["office.agency_id", "office.code"],
            name=op.f("role_grant_agency_id_office_fkey"),
        ),
    )
    op.create_index(op.f("role_grant_agency_id_person_id_idx"), "role_grant", ["agency_id", "person_id"])
    op.create_table(
        "sign_in_link",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("agency_id", "person_id", name=op.f("sign_in_link_pkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.person_id"],
            name=op.f("sign_in_link_agency_id_person_id_fkey"),
        ),
        sa.UniqueConstraint("agency_id", "digest", name=op.f("sign_in_link_agency_id_digest_key")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "person_id", "digest", name=op.f("recovery_code_pkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.person_id"],
            name=op.f("recovery_code_agency_id_person_id_fkey"),
        ),
    )
    op.create_table(
        "person_session",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("browser", text(40), nullable=False),
        moment("started_at"),
        moment("seen_at"),
        moment("proven_at"),
        moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "session_id", name=op.f("person_session_pkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.person_id"],
            name=op.f("person_session_agency_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "grant_id"],
            ["role_grant.agency_id", "role_grant.grant_id"],
            name=op.f("person_session_agency_id_grant_id_fkey"),
        ),
        sa.UniqueConstraint("agency_id", "digest", name=op.f("person_session_agency_id_digest_key")),
    )
    op.create_index(op.f("person_session_agency_id_person_id_idx"), "person_session", ["agency_id", "person_id"])


def downgrade() -> None:
    for table in ("person_session", "recovery_code", "sign_in_link", "role_grant", "person"):
        op.drop_table(table)
