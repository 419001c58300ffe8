"""A borrowed database is as good as a new one, whatever the borrower before did to it."""

import psycopg
import pytest

from app.foundation.storage.database import Database, metadata
from tests.lending import Lending
from tests.postgres import owners_address

# What is wrong with a database after a test, and whether it can still be lent.
CHANGES = {
    "DELETE FROM duty": True,
    "UPDATE agency SET name = 'another'": True,
    "TRUNCATE employee CASCADE": True,
    "ALTER TABLE audit_event RENAME TO audit_elsewhere": False,
    "ALTER TABLE office ADD COLUMN more text": False,
    "ALTER TABLE comment ADD CONSTRAINT no CHECK (text <> '')": False,
    "CREATE INDEX more ON rating (digest)": False,
    "CREATE FUNCTION no() RETURNS int LANGUAGE sql AS 'SELECT 1'": False,
    "UPDATE alembic_version SET version_num = '0001_house'": False,
    "DROP TABLE alembic_version": False,
}


def rows(url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    database = Database(url)
    with database.reading() as session:
        found = {
            table.name: sorted(str(tuple(row)) for row in session.execute(table.select()))
            for table in metadata.sorted_tables
        }
    database.dispose()
    return found


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES)
def test_the_next_borrower_finds_what_the_first_one_found(lending: Lending, change: str) -> None:
    with lending.lend(filled=True) as url:
        first = rows(url)
        with psycopg.connect(owners_address(url)) as connection:
            connection.execute(change.encode())
    made = lending.made
    with lending.lend(filled=True) as url:
        assert rows(url) == first
    assert (lending.made == made) is CHANGES[change]
    assert first["agency"]
    with lending.lend(filled=False) as url:
        assert not any(rows(url).values())


def test_many_rows_go_as_few_do(lending: Lending) -> None:
    event = "INSERT INTO lease (name, holder, until_at) SELECT 'l' || n, 'h', now() FROM generate_series(1, 20000) n"
    with lending.lend(filled=False) as url, psycopg.connect(url) as connection:
        connection.execute(event)
    with lending.lend(filled=False) as url:
        assert not any(rows(url).values())


def test_who_is_still_connected_is_sent_away(lending: Lending) -> None:
    with lending.lend(filled=True) as url:
        left = psycopg.connect(url)
        left.execute("LOCK TABLE rating IN ACCESS EXCLUSIVE MODE")
    with lending.lend(filled=True) as again:
        assert again == url
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
    left.close()


def test_two_borrowers_have_two_databases(lending: Lending) -> None:
    with lending.lend(filled=True) as one, lending.lend(filled=True) as other:
        assert one != other
        assert rows(one) == rows(other)
