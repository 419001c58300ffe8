"""Rules of the schema that let it be distributed by agency and addressed by name."""

from collections.abc import Sequence
from itertools import chain

import pytest
from sqlalchemy import (
    CheckConstraint,
    Constraint,
    DateTime,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    inspect,
)

import app.main
import app.screening.tables  # noqa: F401 - every table registers itself in the metadata
from app.foundation.storage.database import Database, UtcDateTime, metadata
from app.foundation.storage.distribution import STAYS

TABLES = metadata.sorted_tables
OF_THE_INSTALLATION = STAYS.keys() - {"alembic_version"}
TENANTS = [table for table in TABLES if table.name not in OF_THE_INSTALLATION]


def of_kind(table: Table, kind: type[Constraint]) -> list[Constraint]:
    """The constraints of one kind, by name."""
    return sorted((each for each in table.constraints if isinstance(each, kind)), key=lambda each: str(each.name))


def test_only_the_installation_belongs_to_no_agency() -> None:
    assert len(TENANTS) == len(TABLES) - len(OF_THE_INSTALLATION) >= 12
    assert [table.name for table in TENANTS if "agency_id" not in table.columns] == []


def test_the_agency_comes_first_in_every_key() -> None:
    for table in TENANTS:
        for key in (*of_kind(table, PrimaryKeyConstraint), *of_kind(table, UniqueConstraint)):
            assert isinstance(key, PrimaryKeyConstraint | UniqueConstraint)
            assert next(iter(key.columns)).name == "agency_id", key.name


def test_the_agency_comes_first_on_both_sides_of_every_foreign_key() -> None:
    for table in TENANTS:
        for key in of_kind(table, ForeignKeyConstraint):
            assert isinstance(key, ForeignKeyConstraint)
            assert key.column_keys[0] == "agency_id", key.name
            assert key.elements[0].column.name == "agency_id", key.name


def test_the_agency_comes_first_in_every_index() -> None:
    for table in TENANTS:
        for index in table.indexes:
            assert next(iter(index.columns)).name == "agency_id", index.name


def test_the_agency_comes_first_in_all_that_the_database_itself_keeps_apart(database: Database) -> None:
    """By the catalogue, which also knows what a migration made and no table tells of."""
    found = inspect(database.reader)
    seen = 0
    for table in sorted(set(found.get_table_names()) - OF_THE_INSTALLATION - {"alembic_version"}):
        columns: list[tuple[str | None, Sequence[str | None]]] = [
            ("primary key", found.get_pk_constraint(table)["constrained_columns"]),
            *((each["name"], each["column_names"]) for each in found.get_unique_constraints(table)),
            *((each["name"], each["column_names"]) for each in found.get_indexes(table)),
        ]
        seen += len(columns)
        assert [name for name, named in columns if list(named[:1]) != ["agency_id"]] == [], table
    assert seen > 60


def test_what_stays_on_a_coordinator_is_there_has_a_reason_and_is_referred_to_by_nothing() -> None:
    assert {table.name for table in TABLES} >= OF_THE_INSTALLATION
    assert all(STAYS.values())
    for table in TABLES:
        apart = table.name in OF_THE_INSTALLATION
        assert [key for key in table.foreign_keys if apart or key.column.table.name in OF_THE_INSTALLATION] == []


def test_no_rule_of_the_schema_changes_an_agency_or_asks_about_others() -> None:
    """What Citus refuses of a distributed table: it could lead from one shard to another."""
    for table in TENANTS:
        for key in of_kind(table, ForeignKeyConstraint):
            assert isinstance(key, ForeignKeyConstraint)
            # Actions that would write the column by which rows are distributed.
            assert key.onupdate in (None, "NO ACTION", "RESTRICT"), key.name
            assert key.ondelete in (None, "NO ACTION", "RESTRICT", "CASCADE"), key.name
            # An agency's row refers to that agency's rows, in the same place on both sides.
            pairs = [(each.parent.name, each.column.name) for each in key.elements]
            assert [pair for pair in pairs if "agency_id" in pair] == [("agency_id", "agency_id")], key.name
        assert [each for each in table.constraints if type(each).__visit_name__ == "exclude_constraint"] == []


def test_an_agency_is_named_alike_everywhere_and_always() -> None:
    for table in TENANTS:
        column = table.columns["agency_id"]
        assert isinstance(column.type, String)
        assert (column.type.length, column.nullable) == (40, False), table.name


def test_the_hot_rows_have_no_foreign_keys() -> None:
    for name in ("rating", "trace", "block_rating", "comment", "profile_tally"):
        assert of_kind(metadata.tables[name], ForeignKeyConstraint) == []


def test_what_was_rated_cannot_be_found_through_what_was_said() -> None:
    comment, rating = metadata.tables["comment"].columns.keys(), metadata.tables["rating"].columns.keys()
    # Only codes and months shared by many: nothing that names one rating, its day or its employee.
    assert set(comment) & set(rating) == {"agency_id", "office", "instrument"}
    profile = metadata.tables["profile_tally"].columns.keys()
    assert set(profile) & set(rating) == {"agency_id", "office", "instrument"}


def test_no_number_is_drawn_from_a_sequence() -> None:
    for table in TABLES:
        assert table.autoincrement_column is None, table.name
        assert [
            column.name for column in table.columns if column.default is not None and column.default.is_sequence
        ] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_constraints_have_the_names_of_the_convention(table: Table) -> None:
    for constraint in table.constraints:
        name = str(constraint.name)
        if isinstance(constraint, PrimaryKeyConstraint):
            assert name == f"{table.name}_pkey"
        elif isinstance(constraint, ForeignKeyConstraint):
            assert name == f"{table.name}_{'_'.join(constraint.column_keys)}_fkey"
        elif isinstance(constraint, UniqueConstraint):
            assert name == f"{table.name}_{'_'.join(constraint.columns.keys())}_key"
        else:
            assert isinstance(constraint, CheckConstraint)
            assert name.startswith(f"{table.name}_")
            assert name.endswith("_check")
    for index in table.indexes:
        assert str(index.name).startswith(f"{table.name}_")
        assert str(index.name).endswith("_idx")
        assert len(str(index.name)) < 64, "PostgreSQL would cut the name"


def test_names_are_singular_words_and_columns_say_what_they_hold() -> None:
    for table in TABLES:
        assert table.name == table.name.lower()
        assert not table.name.endswith("s")
        for column in table.columns:
            is_moment = isinstance(column.type, UtcDateTime | DateTime)
            assert is_moment == (column.name == "at" or column.name.endswith("_at")), f"{table.name}.{column.name}"


# Written by the service itself, and as long as the agency has offices.
AS_LONG = {"report", "public_closing"}


def test_every_text_is_bounded() -> None:
    columns = chain.from_iterable(table.columns for table in TABLES if table.name not in AS_LONG)
    assert [str(column) for column in columns if isinstance(column.type, String) and not column.type.length] == []
