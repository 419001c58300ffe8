"""Row-level security on a Citus cluster, too: its policies may ask no subquery, so they have a form of their own."""

from alembic import op
from sqlalchemy import text

revision = "0038_citus_policies"
down_revision = "0037_office_comparison"
branch_labels = None
depends_on = None

# For one table or partition; later migrations call it for what they make. Again changes nothing.
KEEP_APART = """
CREATE OR REPLACE FUNCTION keep_agencies_apart(name regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    distributed boolean = false;
    -- Asked once a statement, not once a row. As a CASE, of which the planner assumes nothing: as a comparison it would
    -- be counted beside the one that every query has, and a few rows expected where there are millions.
    policy text = 'CASE (SELECT agency_in_scope() COLLATE "C") '
        'WHEN agency_id THEN true WHEN ''*'' THEN true ELSE false END';
BEGIN
    IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition)' INTO distributed;
    END IF;
    IF distributed THEN
        -- Citus takes no subquery in a policy. The function is asked only by a row that nobody named an agency for.
        policy = 'CASE coalesce(current_setting(''cermin.agency'', true), '''') COLLATE "C" '
            'WHEN agency_id THEN true WHEN ''*'' THEN true WHEN '''' THEN agency_in_scope() = ''*'' ELSE false END';
    END IF;
    EXECUTE format('DROP POLICY IF EXISTS own_agency ON %s', name);
    EXECUTE format('CREATE POLICY own_agency ON %s USING (%s)', name, policy);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
END $$
"""
# On a cluster nothing has a policy before, and everything afterwards; elsewhere everything has one.
WITHOUT = text(
    "SELECT c.oid::regclass::text FROM pg_class c "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id' AND NOT a.attisdropped "
    "WHERE c.relnamespace IN ('public'::regnamespace, 'partition'::regnamespace) AND c.relkind IN ('r', 'p') "
    "AND NOT c.relforcerowsecurity ORDER BY c.relname"
)
DISTRIBUTED = text("SELECT logicalrelid::text FROM pg_dist_partition ORDER BY 1")
HAS_CITUS = text("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    # A table at a time: whoever writes meanwhile waits for one of them, not for all.
    with op.get_context().autocommit_block():
        op.execute(KEEP_APART)
        if names := connection.scalars(WITHOUT).all():
            op.execute("SELECT create_distributed_function('agency_in_scope()')")
        for name in names:
            op.execute(f"SELECT keep_agencies_apart('{name}')")


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or not connection.scalar(HAS_CITUS):
        return
    # An earlier version does not tell workers the agency.
    for name in connection.scalars(DISTRIBUTED).all():
        op.execute(f"DROP POLICY IF EXISTS own_agency ON {name}")
        op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
