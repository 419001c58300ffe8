"""Row-level security on PostgreSQL: whatever a statement forgets, an agency's connection touches no other's row."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import FeatureNotSupported, InsufficientPrivilege
from sqlalchemy import make_url

from app.foundation.storage.database import Database
from app.foundation.storage.distribution import STAYS
from app.foundation.storage.roles_store import unforced
from tests.citus import CITUS_URL
from tests.conftest import EMPTY
from tests.foundation.one_row_each import fill, insertion
from tests.postgres import SERVICE, PostgresServer

POLICIES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
    (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid),
    p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}' AND p.polwithcheck IS NULL,
    pg_get_expr(p.polqual, c.oid)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id'
LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'own_agency'
WHERE c.relnamespace IN ('public'::regnamespace, 'partition'::regnamespace)
AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
"""
OTHERS = """
SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'f', 'v')
AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency_id')
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
# What runs with the rights of whoever made it could read past the policies.
AS_ITS_MAKER = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
MADE_LATER = """
CREATE TABLE made_later (agency_id varchar(40) NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
SELECT keep_agencies_apart('made_later');
CREATE TABLE made_later_2026 PARTITION OF made_later FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE forgotten (agency_id varchar(40) PRIMARY KEY);
"""
MOVES_NONE = "row-level security" if CITUS_URL is None else "modifying the partition value of rows is not allowed"


class Filled(NamedTuple):
    """A database with a row of `kota` and one of `desa` in every table of agencies."""

    tables: list[str]
    admin: str
    service: str


@pytest.fixture(scope="module")
def filled(postgres: PostgresServer) -> Iterator[Filled]:
    """Such a database, which its tests leave as it was."""
    with postgres.copy_of(EMPTY) as url:
        names = fill(url, ("kota", "desa"))
        yield Filled(names, url, postgres.service_address(str(make_url(url).database)))


class OfAnAgency(psycopg.Connection[Any]):
    """A connection whose every statement is a transaction that says whose rows it may touch, also to workers."""

    agency: str | None = None

    def execute(self, *given: Any, **how: Any) -> Any:
        """Say it, and execute a statement."""
        if self.agency is None:
            return super().execute(*given, **how)
        with self.transaction():
            super().execute("SET LOCAL citus.propagate_set_commands = 'local'")
            super().execute(f"SET LOCAL cermin.agency = '{self.agency}'".encode())
            return super().execute(*given, **how)


def connected(url: str, agency: str | None) -> OfAnAgency:
    """A connection that says whose rows it may touch."""
    connection = OfAnAgency.connect(url, autocommit=True)
    connection.agency = agency
    return connection


def named(statement: str, table: str) -> sql.Composed:
    """The statement about this table."""
    return sql.SQL(statement).format(sql.Identifier(table))


def test_every_table_of_agencies_has_the_policy_forced_and_no_other_that_adds_to_it(filled: Filled) -> None:
    with connected(filled.admin, None) as admin:
        found = {name: rest for name, *rest in admin.execute(POLICIES).fetchall()}
        rating = found["rating"]
        assert "agency_in_scope()" in rating[3]
        assert {name: rest for name, rest in found.items() if rest != [True, 1, True, rating[3]]} == {}
        assert len(found) > 60
        assert {name for (name,) in admin.execute(OTHERS)} == STAYS.keys()
        assert admin.execute(AS_ITS_MAKER).fetchall() == []


def test_a_table_that_a_later_migration_forgot_is_found_a_partition_too_and_one_call_mends_it(
    postgres: PostgresServer,
) -> None:
    with postgres.copy_of(EMPTY) as url:
        database = Database(url)

        def without() -> list[str]:
            with database.reading() as session:
                return unforced(session)

        assert without() == []
        with connected(url, None) as admin:
            admin.execute(MADE_LATER.encode())
            assert without() == ["forgotten", "made_later_2026"]
            # Again changes nothing.
            for name in ("forgotten", "made_later_2026", "made_later"):
                admin.execute("SELECT keep_agencies_apart(CAST(%s AS regclass))", (name,))
        assert without() == []
        database.dispose()


def test_an_agency_sees_changes_and_deletes_its_own_rows_and_no_others_in_every_table(filled: Filled) -> None:
    with connected(filled.service, "kota") as service:
        assert service.info.user == SERVICE
        for table in filled.tables:
            with service.transaction(force_rollback=True):
                seen = service.execute(named("SELECT DISTINCT agency_id FROM {}", table)).fetchall()
                assert seen == [("kota",)], table
                others = named("SELECT count(*) FROM {} WHERE agency_id = 'desa'", table)
                assert service.execute(others).fetchone() == (0,), table
                # Without any condition.
                assert service.execute(named("UPDATE {} SET agency_id = agency_id", table)).rowcount == 1, table
                assert service.execute(named("DELETE FROM {} WHERE agency_id = 'desa'", table)).rowcount == 0, table
                assert service.execute(named("DELETE FROM {}", table)).rowcount == 1, table
    with connected(filled.admin, None) as admin:
        for table in filled.tables:
            assert admin.execute(named("SELECT count(*) FROM {} WHERE agency_id = 'desa'", table)).fetchone() == (1,)


def test_an_agency_writes_no_row_for_another_and_makes_none_of_its_own_anothers(filled: Filled) -> None:
    with connected(filled.service, "kota") as service:
        for table in filled.tables:
            with pytest.raises(InsufficientPrivilege, match="row-level security"):
                service.execute(*insertion(service, table, "desa"))
            # Citus lets nobody move a row to another agency, before it would ask a policy.
            with pytest.raises((InsufficientPrivilege, FeatureNotSupported), match=MOVES_NONE):
                service.execute(named("UPDATE {} SET agency_id = 'desa'", table))


def test_who_names_no_agency_gets_no_row_but_the_reason(filled: Filled) -> None:
    with connected(filled.service, "") as service:
        for table in filled.tables:
            for statement in ("SELECT * FROM {}", "DELETE FROM {}", "UPDATE {} SET agency_id = agency_id"):
                with pytest.raises(InsufficientPrivilege, match="nobody said whose rows these are"):
                    service.execute(named(statement, table))
    # Who has never heard of the setting: the policies ask this function.
    with connected(filled.admin, None) as admin, pytest.raises(InsufficientPrivilege, match="nobody said whose rows"):
        admin.execute("SELECT agency_in_scope()")


def test_who_names_all_of_them_sees_all_of_them(filled: Filled) -> None:
    with connected(filled.service, "*") as service:
        for table in filled.tables:
            assert service.execute(named("SELECT count(*) FROM {}", table)).fetchone() == (2,), table


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE {}",
        "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_agency ON {}",
        "DROP TABLE {}",
    ],
)
def test_the_services_role_cannot_take_the_policies_away_nor_pass_by_them(filled: Filled, statement: str) -> None:
    with connected(filled.service, "kota") as service:
        for table in filled.tables:
            with pytest.raises(InsufficientPrivilege):
                service.execute(named(statement, table))


PARTITIONS = """
SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'partition'::regnamespace AND c.relkind = 'r'
"""


def test_a_partition_is_no_way_round_its_table(filled: Filled) -> None:
    with connected(filled.admin, None) as admin, connected(filled.service, "kota") as service:
        names = [name for (name,) in admin.execute(PARTITIONS)]
        assert len(names) >= 6
        for name in names:
            with pytest.raises(InsufficientPrivilege, match="schema partition"):
                service.execute(f"SELECT * FROM {name}".encode())
        # Nor for somebody who may use the schema.
        rights = ("USAGE ON SCHEMA partition", "SELECT ON ALL TABLES IN SCHEMA partition")
        try:
            for right in rights:
                admin.execute(f"GRANT {right} TO {SERVICE}".encode())
            for name in names:
                found = service.execute(f"SELECT DISTINCT agency_id FROM {name}".encode()).fetchall()
                assert found in ([("kota",)], []), name
        finally:
            for right in rights:
                admin.execute(f"REVOKE {right} FROM {SERVICE}".encode())


def test_the_owner_of_the_tables_is_bound_too(postgres: PostgresServer) -> None:
    with postgres.copy_of(EMPTY) as url:
        names = fill(url, ("kota", "desa"))
        with connected(url, None) as admin:
            for table in names:
                admin.execute(named(f"ALTER TABLE {{}} OWNER TO {SERVICE}", table))
        with connected(postgres.service_address(str(make_url(url).database)), "kota") as owner:
            for table in names:
                assert owner.execute(named("SELECT agency_id FROM {}", table)).fetchall() == [("kota",)], table
