"""The two roles of PostgreSQL: the owner migrates, the service works on rows; production asks for the second."""

from collections.abc import Iterator
from contextvars import Context
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text
from structlog.testing import capture_logs
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database
from app.foundation.storage.roles import ABOVE, NOT_MADE, NOT_OWNED, let_in
from app.foundation.storage.roles_store import MAINTAINS_SINCE, may_maintain
from app.startup_checks import check_startup
from app.wiring.databases import open_database
from tests.conftest import EMPTY
from tests.downgrading import downgrade
from tests.house import SECRET
from tests.postgres import PostgresServer, owners_address

# What an extension brought (views of Citus about its tables) is not ours.
GRANTED = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee = %s AND table_schema = 'public'
AND NOT EXISTS (SELECT FROM pg_depend WHERE deptype = 'e' AND objid = to_regclass('public.' || quote_ident(table_name)))
"""
RIGHTS = {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.fixture
def role(postgres: PostgresServer) -> Iterator[str]:
    """The name of a role that there is not, and that is gone afterwards."""
    name = f"Cermin-role-{uuid4().hex[:8]}"
    yield name
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture
def owned(postgres: PostgresServer, role: str) -> Iterator[tuple[str, str]]:
    """The address of an empty, migrated database for whoever owns its tables, and one for a role to be made."""
    with postgres.copy_of(EMPTY) as url:
        yield url, make_url(url).set(username=role, password="pass'phrase").render_as_string(hide_password=False)


def migrate(monkeypatch: pytest.MonkeyPatch, **addresses: str) -> str:
    """Run `cermin migrate` with these settings; what it said."""
    for name in ("CERMIN_DATABASE_URL", "CERMIN_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, url in addresses.items():
        monkeypatch.setenv(f"CERMIN_{name.upper()}", url)
    context.settings.cache_clear()
    result = CliRunner().invoke(program, ["migrate"])
    context.settings.cache_clear()
    return f"{result.exit_code} {' '.join(result.output.split())}"


def started(url: str, **changed: str) -> None:
    """What a service in production looks at before it serves, as nobody in particular."""
    values = Settings(database_url=url, environment="production", secret=SECRET, **changed)  # type: ignore[arg-type]  # by name
    database = open_database(values)
    try:
        Context().run(check_startup, values, database, SECRET.encode())
    finally:
        database.dispose()


def test_migrating_makes_the_services_role_gives_it_rows_and_nothing_else_and_repeats(
    owned: tuple[str, str], role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, service = owned
    for _ in range(2):
        assert migrate(monkeypatch, database_url=service, owner_url=owner).startswith("0 already at")
    with psycopg.connect(owner) as admin:
        granted: dict[str, set[str]] = {}
        for table, right in admin.execute(GRANTED, (role,)):
            granted.setdefault(table, set()).add(right)
        version = admin.info.server_version
        tables = {name for (name,) in admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        [(can_sign_in, above, kept)] = admin.execute(
            "SELECT rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication, "
            "rolpassword FROM pg_authid WHERE rolname = %s",
            (role,),
        ).fetchall()
        owns = admin.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", (role,)).fetchone()
    assert granted.keys() == tables
    assert granted.pop("alembic_version") - {"MAINTAIN"} == {"SELECT"}
    assert {frozenset(rights - {"MAINTAIN"}) for rights in granted.values()} == {frozenset(RIGHTS)}
    assert (can_sign_in, above, owns) == (True, False, (0,))
    # Whoever starts a process runs this, too, and finds nothing to do.
    assert migrate(monkeypatch, database_url=service).startswith("0 already at")
    downgrade(owner, "0034_sealed_months")
    assert migrate(monkeypatch, database_url=service) == f"1 {NOT_OWNED}"
    assert migrate(monkeypatch, database_url=service, owner_url=owner).startswith("0 migrated: 0034")
    # Its password reached the server as a digest.
    assert kept.startswith("SCRAM-SHA-256$")
    database = Database(service)
    with database.reading() as session:
        assert may_maintain(session, "comment") is (version >= MAINTAINS_SINCE)
    database.dispose()
    started(service)


def test_a_table_that_the_owner_makes_later_is_the_services_to_work_on(
    owned: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, service = owned
    migrate(monkeypatch, database_url=service, owner_url=owner)
    with psycopg.connect(owner) as admin:
        admin.execute("CREATE TABLE later (agency_id varchar(40) PRIMARY KEY)")
    with psycopg.connect(service) as connection:
        connection.execute("INSERT INTO later VALUES ('kota')")


def test_without_an_owner_of_its_own_nothing_is_granted(
    owned: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    owner, _ = owned
    for addresses in ({"database_url": owner}, {"database_url": owner, "owner_url": owner}):
        assert migrate(monkeypatch, **addresses).startswith("0 already at")
    sqlite = f"sqlite:///{tmp_path}/cermin.db"
    assert migrate(monkeypatch, database_url=sqlite).startswith("0 migrated: empty →")


def test_an_owner_who_may_make_no_roles_is_told_what_to_have_done(
    postgres: PostgresServer, owned: tuple[str, str]
) -> None:
    _, service = owned
    poor = Database(postgres.service_address(str(make_url(service).database)))
    with pytest.raises(StartupError) as refused:
        let_in(poor, service)
    assert str(refused.value) == NOT_MADE
    poor.dispose()


def test_production_refuses_a_role_that_row_level_security_does_not_bind(owned: tuple[str, str]) -> None:
    with pytest.raises(StartupError) as refused:
        started(owned[0])
    assert str(refused.value) == ABOVE


def test_production_refuses_a_table_without_forced_policies_and_names_it(
    postgres: PostgresServer, owned: tuple[str, str]
) -> None:
    owner, _ = owned
    service = postgres.service_address(str(make_url(owner).database))
    for change in ("DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"):
        with psycopg.connect(owner) as admin:
            admin.execute(f"ALTER TABLE comment {change}".encode())
        with pytest.raises(StartupError, match="comment"):
            started(service)
        with psycopg.connect(owner) as admin:
            admin.execute("SELECT keep_agencies_apart('comment')")
        started(service)


def test_production_warns_where_the_service_owns_the_tables(postgres: PostgresServer, owned: tuple[str, str]) -> None:
    owner, _ = owned
    service = postgres.service_address(str(make_url(owner).database))
    with capture_logs() as logs:
        started(service)
    assert logs == []
    with psycopg.connect(owner) as admin:
        admin.execute(f'ALTER TABLE rating OWNER TO "{make_url(service).username}"'.encode())
    with capture_logs() as logs:
        started(service)
    assert [each["event"] for each in logs] == ["role.owns-tables"]


def test_what_only_an_owner_may_do_is_done_by_the_owner_the_settings_name(
    owned: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, service = owned
    migrate(monkeypatch, database_url=service, owner_url=owner)
    database = open_database(Settings(database_url=service, owner_url=owner))
    who = text("SELECT current_user")
    with database.keeping() as session:
        assert session.execute(who).scalar_one() == make_url(owners_address(owner)).username
    with database.writing() as session:
        assert session.execute(who).scalar_one() == make_url(service).username
    database.dispose()
