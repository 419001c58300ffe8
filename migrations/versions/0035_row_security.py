"""Row-level security on PostgreSQL: a statement sees the rows of the agency that its connection names, and no other."""

from alembic import op
from sqlalchemy import text

revision = "0035_row_security"
down_revision = "0034_sealed_months"
branch_labels = None
depends_on = None

# What a connection says is a mistake where it says nothing: an empty answer would look like an empty table.
SCOPE = """
CREATE OR REPLACE FUNCTION agency_in_scope() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE scope text = current_setting('cermin.agency', true);
BEGIN
    IF scope IS NULL OR scope = '' THEN
        RAISE insufficient_privilege USING MESSAGE = 'nobody said whose rows these are',
            HINT = 'Name an agency: SET cermin.agency = ''kota-contoh'', or ''*'' for all of them.';
    END IF;
    RETURN scope;
END $$
"""
# For one table or partition; later migrations call it for what they make. Again changes nothing.
KEEP_APART = """
CREATE OR REPLACE FUNCTION keep_agencies_apart(name regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE distributed boolean = false;
BEGIN
    IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition)' INTO distributed;
    END IF;
    IF distributed THEN
        -- Its workers are not told the agency.
        RETURN;
    END IF;
    EXECUTE format('DROP POLICY IF EXISTS own_agency ON %s', name);
    -- Asked once a statement, not once a row. As a CASE, of which the planner assumes nothing: as a comparison it would
    -- be counted beside the one that every query has, and a few rows expected where there are millions.
    EXECUTE format(
        'CREATE POLICY own_agency ON %s USING (CASE (SELECT agency_in_scope() COLLATE "C") '
        'WHEN agency_id THEN true WHEN ''*'' THEN true ELSE false END)', name);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
END $$
"""
# Partitions, too: whoever asks one of them by its own name passes by what holds for the whole.
OF_AGENCIES = text(
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace IN ('public'::regnamespace, 'partition'::regnamespace) "
    "AND c.relkind IN ('r', 'p') AND a.attname = 'agency_id' AND NOT a.attisdropped ORDER BY c.relname"
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    # A table at a time: whoever writes meanwhile waits for one of them, not for all.
    with op.get_context().autocommit_block():
        op.execute(SCOPE)
        op.execute(KEEP_APART)
        for name in op.get_bind().scalars(OF_AGENCIES).all():
            op.execute(f"SELECT keep_agencies_apart('{name}')")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    # Citus changes shards over many connections, and a function over one alone: here all over one.
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    for name in op.get_bind().scalars(OF_AGENCIES).all():
        op.execute(f"DROP POLICY IF EXISTS own_agency ON {name}")
        op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION keep_agencies_apart(regclass)")
    op.execute("DROP FUNCTION agency_in_scope()")
