"""The SQL about PostgreSQL's roles: what the service's role may do, and whether row-level security binds it."""

from typing import NamedTuple

from sqlalchemy import text

from app.foundation.storage.database import Connection, Session

# Nothing that changes a table, takes it away, or (TRUNCATE) passes by row-level security.
RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
# From this version on, whoever has the right to may VACUUM and ANALYZE what belongs to somebody else.
MAINTAINS_SINCE = 170_000

_IS_THERE = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
_IS_CURRENT = text("SELECT current_user = :role")
_VERSION = text("SELECT current_setting('server_version_num')::integer")
# The server itself writes names and texts as its grammar wants them.
_MAKE = text("SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:password AS text))")
_QUOTED = text("SELECT quote_ident(:role)")

_STANDING = text(
    "SELECT r.rolsuper OR r.rolbypassrls, EXISTS (SELECT FROM pg_class c WHERE c.relname = 'rating' "
    "AND c.relnamespace = 'public'::regnamespace AND pg_has_role(c.relowner, 'USAGE')) "
    "FROM pg_roles r WHERE r.rolname = current_user"
)
_UNFORCED = text(
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id' "
    "WHERE c.relnamespace IN ('public'::regnamespace, to_regnamespace('partition')) "
    "AND c.relkind IN ('r', 'p') AND NOT a.attisdropped "
    "AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY c.relname"
)
_MAY_MAINTAIN = text("SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = CAST(:table AS regclass)")
_WAS_LET_MAINTAIN = text("SELECT has_table_privilege(CAST(:table AS regclass), 'MAINTAIN')")


class Standing(NamedTuple):
    """What a role is: above row-level security (a superuser, or with BYPASSRLS), and the owner of the tables."""

    is_above: bool
    is_owner: bool


def standing(session: Session) -> Standing:
    """What the role of this connection is."""
    return Standing(*session.execute(_STANDING).one())


def unforced(session: Session) -> list[str]:
    """The tables of agencies whose row-level security is not forced."""
    return list(session.execute(_UNFORCED).scalars())


def is_there(session: Session, role: str) -> bool:
    """Whether there is a role of this name."""
    return bool(session.execute(_IS_THERE, {"role": role}).scalar_one())


def is_current(session: Session, role: str) -> bool:
    """Whether this connection has this role."""
    return bool(session.execute(_IS_CURRENT, {"role": role}).scalar_one())


def make(session: Session, role: str, password: str) -> None:
    """Make a role that may sign in; the server gets a digest of its password, which no log of statements gives away."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None, "a statement was just executed"
    digest = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.exec_driver_sql(session.execute(_MAKE, {"role": role, "password": digest}).scalar_one())


def grant(session: Session, role: str) -> None:
    """Let a role work on the rows of all tables, also of those that this connection's role makes later."""
    name: str = session.execute(_QUOTED, {"role": role}).scalar_one()
    rights = f"{RIGHTS}, MAINTAIN" if may_let_maintain(session) else RIGHTS
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON TABLES TO {name}",
        # Which schema this is, only migrations say.
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
    ):
        session.execute(text(statement))


def may_let_maintain(session: Session | Connection) -> bool:
    """Whether this server knows the right to maintain tables of others."""
    return bool(session.execute(_VERSION).scalar_one() >= MAINTAINS_SINCE)


def may_maintain(session: Session | Connection, table: str) -> bool:
    """Whether this connection may VACUUM and ANALYZE a table. Without the right PostgreSQL leaves it out, and warns."""
    if session.execute(_MAY_MAINTAIN, {"table": table}).scalar_one():
        return True
    return may_let_maintain(session) and bool(session.execute(_WAS_LET_MAINTAIN, {"table": table}).scalar_one())
