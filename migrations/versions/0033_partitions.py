"""On PostgreSQL ratings, their traces and their places in blocks lie in partitions by month; SQLite keeps one table.

It runs while ratings go on coming. Nothing is copied: the table that is there becomes the partition of everything
before a month that has not come yet, and one for all that lies later catches what nobody has made a month for, so that
no rating is ever refused for its day. Months are made by the service and by `cermin maintain`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033_partitions"
down_revision = "0032_no_employee_index"
branch_labels = None
depends_on = None

TABLES = ("rating", "trace", "block_rating")
# A folder apart: whoever may not use it reaches rows by way of their table alone, and by its rules.
SCHEMA = "partition"
INDEXES = {"rating": "CREATE INDEX rating_office_idx ON rating (agency_id, office, rated_on)"}
# The first key of a month in which nothing can have come yet: a key begins with the day of its rating in milliseconds,
# and a client's clock may be ahead by some minutes.
CUT = """
SELECT CAST(lpad(to_hex(CAST(extract(epoch FROM date_trunc('month', greatest(current_date, max(day)) + 35)) AS bigint)
                        * 1000), 12, '0') || repeat('0', 20) AS uuid)
FROM (
    SELECT DATE '1970-01-01' + CAST(CAST(CAST('x' || substr(replace(CAST(newest.key AS text), '-', ''), 1, 12)
                                              AS bit(48)) AS bigint) / 86400000 AS integer) AS day
    FROM agency CROSS JOIN LATERAL
        (SELECT key FROM rating WHERE rating.agency_id = agency.agency_id ORDER BY key DESC LIMIT 1) AS newest
) AS days
"""
# Whoever waits for a lock keeps everybody behind it waiting: so it is asked for often, and briefly.
LOCK_MS, PAUSE, TRIES = 150, 0.25, 400
# Rows that come meanwhile are checked at once; those that are there are looked at without holding anybody up.
BOUND = f"""
DO $$
BEGIN
    PERFORM set_config('lock_timeout', '{LOCK_MS}', true);
    FOR n IN 1..{TRIES} LOOP
        BEGIN
            ALTER TABLE {{table}} DROP CONSTRAINT IF EXISTS {{table}}_before_check;
            ALTER TABLE {{table}} ADD CONSTRAINT {{table}}_before_check CHECK (key < '{{cut}}') NOT VALID;
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep({PAUSE});
        END;
    END LOOP;
    RAISE lock_not_available USING MESSAGE = 'others use {{table}} for too long';
END $$
"""
# What others may do with the former table they may do with the new one.
GRANT = f"""
DO $$
DECLARE statement text;
BEGIN
    FOR statement IN
        SELECT format('GRANT %s ON {{table}} TO %s', privilege_type,
                      CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
        FROM pg_class, aclexplode(relacl) WHERE oid = '{SCHEMA}.{{table}}_before'::regclass AND grantee <> relowner
    LOOP
        EXECUTE statement;
    END LOOP;
END $$
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    cut = connection.execute(sa.text(CUT)).scalar_one()
    with op.get_context().autocommit_block():
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for table in TABLES:
            op.execute(BOUND.format(table=table, cut=cut))
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_before_check")
    _lock(connection)
    for table in TABLES:
        _divide(connection, table, cut)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    if _is_distributed(connection, TABLES[0]):
        # A folder goes on every worker by one connection, as then all else must.
        op.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
    _lock(connection)
    for table in TABLES:
        before = f"{SCHEMA}.{table}_before"
        op.execute(f"ALTER TABLE {table} DETACH PARTITION {before}")
        op.execute(f"INSERT INTO {before} SELECT * FROM {table}")
        op.execute(f"DROP TABLE {table}")
        op.execute(f"ALTER TABLE {before} SET SCHEMA public")
        op.execute(f"ALTER TABLE {table}_before RENAME TO {table}")
    op.execute(f"DROP SCHEMA {SCHEMA}")


def _divide(connection: sa.Connection, table: str, cut: object) -> None:
    """Put a table with partitions in the place of the former one, which becomes the first of them."""
    before, later = f"{SCHEMA}.{table}_before", f"{SCHEMA}.{table}_later"
    is_distributed = _is_distributed(connection, table)
    # Its indexes go with it, and so their names are free.
    op.execute(f"ALTER TABLE {table} SET SCHEMA {SCHEMA}")
    op.execute(f"ALTER TABLE {SCHEMA}.{table} RENAME TO {table}_before")
    op.execute(
        f"CREATE TABLE {table} (LIKE {before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (key)"
    )
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_before_check")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (agency_id, key)")
    if table in INDEXES:
        op.execute(INDEXES[table])
    if is_distributed:
        op.execute(f"SELECT create_distributed_table('{table}', 'agency_id', colocate_with => '{before}')")
    # It knows from the constraint that every row fits, and looks at none.
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO ('{cut}')")
    op.execute(f"ALTER TABLE {before} DROP CONSTRAINT {table}_before_check")
    op.execute(f"CREATE TABLE {later} PARTITION OF {table} DEFAULT")
    op.execute(GRANT.format(table=table))


def _lock(connection: sa.Connection) -> None:
    """Lock the tables for the few statements that follow. Raises where others use them for long."""
    listed = ", ".join(TABLES)
    for n in range(TRIES):
        try:
            with connection.begin_nested():
                connection.execute(sa.text(f"SET LOCAL lock_timeout = {LOCK_MS}"))
                connection.execute(sa.text(f"LOCK TABLE {listed} IN ACCESS EXCLUSIVE MODE"))
        except sa.exc.OperationalError:
            if n == TRIES - 1:
                raise
            connection.execute(sa.text(f"SELECT pg_sleep({PAUSE})"))
        else:
            return


def _is_distributed(connection: sa.Connection, table: str) -> bool:
    """Whether the table lies on the workers of a Citus cluster."""
    if connection.execute(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).first() is None:
        return False
    asked = "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = CAST(:table AS regclass)"
    return connection.execute(sa.text(asked), {"table": table}).first() is not None
