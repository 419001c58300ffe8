"""The agency comes first in every index: what is looked up by a secret alone now carries its agency."""

from alembic import op

revision = "0020_agency_first"
down_revision = "0019_passkeys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Tickets and reports are found by their primary keys, which begin with the agency.
    op.drop_index(op.f("ticket_digest_idx"), "ticket")
    op.drop_index(op.f("report_report_id_idx"), "report")
    op.drop_index(op.f("pairing_digest_idx"), "pairing")
    op.create_index(op.f("pairing_agency_id_digest_idx"), "pairing", ["agency_id", "digest"], unique=True)
    for table in ("api_key", "invitation"):
        op.drop_index(op.f(f"{table}_lookup_idx"), table)
        op.create_index(op.f(f"{table}_agency_id_lookup_idx"), table, ["agency_id", "lookup"])


def downgrade() -> None:
    for table in ("invitation", "api_key"):
        op.drop_index(op.f(f"{table}_agency_id_lookup_idx"), table)
        op.create_index(op.f(f"{table}_lookup_idx"), table, ["lookup"])
    op.drop_index(op.f("pairing_agency_id_digest_idx"), "pairing")
    op.create_index(op.f("pairing_digest_idx"), "pairing", ["digest"], unique=True)
    op.create_index(op.f("report_report_id_idx"), "report", ["report_id"])
    op.create_index(op.f("ticket_digest_idx"), "ticket", ["digest"], unique=True)
