"""Whose rows a session may touch: said to PostgreSQL with every connection, and never all by default."""

import ast
import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from pathlib import Path

import pytest
from sqlalchemy import text

import app
from app.foundation.storage.agency_scope import (
    EVERY_AGENCY,
    NO_AGENCY,
    NOBODY,
    all_agencies,
    begin_scope,
    current_scope,
    enter_agency,
    of_agency,
    of_agency_named,
)
from app.foundation.storage.database import Database, DBAPIError
from tests.lending import Lending
from tests.pgbouncer import pgbouncer

# Who may touch the rows of all agencies, and why.
OF_ALL = {
    "cli/context.py": "a command of whoever runs the installation",
    "closing/routes.py": "a report is checked by its id, which has no more than a mark of its agency",
    "devices/pairing.py": "a pairing code has no more than a mark of its agency",
    "foundation/storage/agency_scope.py": "a secret from before secrets named their agency",
    "integrity/door.py": "a receipt has no more than a mark of its agency",
    "intake/invitation/ticket_lookup.py": "a ticket has no more than a mark of its agency",
    "intake/with_ticket.py": "the same",
    "jobs.py": "the jobs of the installation, which go from agency to agency",
    "people/setting_up.py": "whether there is any agency, and the first of them",
    "startup_checks.py": "the start looks at what all agencies were counted by",
    "wiring/lifespan.py": "the start records new instruments, and the end the last heartbeats, of all agencies",
    "web/citizen.py": "an old poster names an office and no agency",
    "web/verifying.py": "a report is checked by its id, as over the API",
}
SAID = text("SELECT current_setting('cermin.agency', true)")


def named_calls(name: str) -> Iterator[str]:
    """The files of the service that call a function of this name."""
    root = Path(app.__file__).parent
    for file in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield file.relative_to(root).as_posix()


def test_those_who_may_touch_the_rows_of_all_agencies_are_known_and_have_a_reason() -> None:
    assert set(named_calls("all_agencies")) == OF_ALL.keys()
    # Whoever takes the star by itself, or the context variable, would not be found above.
    root = Path(app.__file__).parent
    texts = {each.relative_to(root).as_posix(): each.read_text() for each in root.rglob("*.py")}
    assert {name for name, text in texts.items() if "EVERY_AGENCY" in text or "_narrowed" in text} == {
        "foundation/storage/agency_scope.py"
    }
    assert {name for name, text in texts.items() if "STARRED" in text} == {
        "foundation/storage/agency_scope.py",
        "foundation/storage/backups/postgresql.py",
    }


def test_a_request_is_of_no_agency_until_one_is_known_and_then_in_all_its_threads() -> None:
    def request() -> list[str]:
        with all_agencies():
            begin_scope()
            found = [current_scope()]
            with ThreadPoolExecutor(1) as threads:
                threads.submit(copy_context().run, enter_agency, "kota").result()
                found += [current_scope(), threads.submit(copy_context().run, current_scope).result()]
        begin_scope()
        return [*found, current_scope()]

    assert Context().run(request) == [NO_AGENCY, "kota", "kota", NO_AGENCY]


def test_what_is_done_within_comes_first_and_ends_with_it() -> None:
    def request() -> list[str]:
        found = [current_scope()]
        begin_scope()
        enter_agency("kota")
        with of_agency("desa"):
            found.append(current_scope())
            with all_agencies():
                found.append(current_scope())
            found.append(current_scope())
        with of_agency_named(None):
            found.append(current_scope())
        with of_agency_named("desa"):
            found.append(current_scope())
        return [*found, current_scope()]

    assert Context().run(request) == [NO_AGENCY, "desa", EVERY_AGENCY, "desa", EVERY_AGENCY, "desa", "kota"]


@pytest.mark.parametrize("named", [EVERY_AGENCY, NO_AGENCY])
def test_a_stranger_who_names_a_star_as_the_agency_gets_nobodys_rows(named: str) -> None:
    def request() -> list[str]:
        begin_scope()
        enter_agency(named)
        found = [current_scope()]
        with of_agency(named):
            return [*found, current_scope()]

    assert Context().run(request) == [NOBODY, NOBODY]


def said_in_each(database: Database) -> set[str]:
    """What the server was told, as every kind of session finds it."""
    found = set()
    for opened in (database.reading, database.writing, database.snapshot, database.unhurried):
        with opened() as session:
            found.add(str(session.execute(SAID).scalar_one()))
    return found


def test_postgresql_is_told_with_every_session_and_what_was_said_before_is_forgotten(lending: Lending) -> None:
    with lending.lend(filled=False) as url:
        # One connection, which all of them share one after the other.
        database = Database(url, pool_size=1)
        for agency_id in ("kota", "desa", "desa"):
            with of_agency(agency_id):
                assert said_in_each(database) == {agency_id}
        with all_agencies():
            assert said_in_each(database) == {EVERY_AGENCY}
        assert Context().run(said_in_each, database) == {NO_AGENCY}
        with pytest.raises(DBAPIError), of_agency("kota"), database.writing() as session:
            session.execute(text("SELECT 1 / 0"))
        assert Context().run(said_in_each, database) == {NO_AGENCY}
        database.dispose()


def test_behind_a_pooler_it_is_said_in_each_transaction_and_to_nobody_else(lending: Lending) -> None:
    with lending.lend(filled=False) as url, pgbouncer(url) as through:
        database, other = Database(through, pool_size=1), Database(through, pool_size=1)
        for agency_id in ("kota", "desa"):
            with of_agency(agency_id):
                assert said_in_each(database) == {agency_id}
            assert Context().run(said_in_each, other) == {NO_AGENCY}
        for each in (database, other):
            each.dispose()


@pytest.mark.parametrize("pooled", [False, True])
def test_a_lane_of_ratings_says_it_when_the_agency_changes(lending: Lending, *, pooled: bool) -> None:
    async def told(database: Database) -> list[str]:
        connection = await database.loop_connection(5)
        found = []
        for agency_id in ("kota", "kota", "desa"):
            async with connection.transaction_of(agency_id):
                [row] = await (await connection.execute("SELECT current_setting('cermin.agency')")).fetchall()
                found.append(row[0])
        await connection.close()
        return found

    with lending.lend(filled=False) as url:
        if not pooled:
            database = Database(url)
            assert asyncio.run(told(database)) == ["kota", "kota", "desa"]
            database.dispose()
            return
        with pgbouncer(url) as through:
            database = Database(through)
            assert asyncio.run(told(database)) == ["kota", "kota", "desa"]
            database.dispose()
