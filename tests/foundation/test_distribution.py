"""`cermin distribute` without a cluster: in which order, and what it refuses."""

from collections.abc import Sequence

import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from app.foundation.storage.distribution import NO_EXTENSION, NOT_MIGRATED, NOT_POSTGRESQL, STAYS, steps
from app.foundation.storage.distribution_store import ForeignKey, Table
from tests.citus import CITUS_URL
from tests.downgrading import downgrade


def local(*names: str) -> list[Table]:
    """Ordinary tables of an agency."""
    return [Table(name, "agency_id", None) for name in names]


def key(table: str, refers_to: str) -> ForeignKey:
    """A foreign key between two tables."""
    return ForeignKey(f"{table}_{refers_to}_fkey", table, refers_to, "FOREIGN KEY …")


def in_order(tables: Sequence[Table], keys: Sequence[ForeignKey]) -> list[tuple[str, ...]]:
    """The tables of each step."""
    return [step.tables for step in steps(tables, keys)]


def test_what_foreign_keys_join_is_one_step_and_every_other_table_one_of_its_own() -> None:
    tables = local("agency", "block", "office", "rating")
    keys = [key("office", "agency"), key("office", "office")]
    assert in_order(tables, keys) == [("agency", "office"), ("block",), ("rating",)]
    assert next(steps(tables, keys)).foreign_keys == tuple(keys)


def test_what_is_distributed_is_left_alone_and_a_new_table_joins_it() -> None:
    there = [Table("agency", "agency_id", "distributed"), Table("office", "agency_id", "distributed")]
    keys = [key("office", "agency"), key("counter", "office")]
    [step] = steps([*there, *local("counter")], keys)
    # The key between the other two is in force meanwhile.
    assert step == (("counter",), (key("counter", "office"),))
    assert in_order(there, keys[:1]) == []


def test_what_belongs_to_the_installation_stays() -> None:
    assert in_order([Table(name, "name", None) for name in STAYS], []) == []


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_a_database_that_cannot_be_distributed_is_refused_with_the_reason(
    database_url: str, dry_run: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if CITUS_URL is not None and not database_url.startswith("sqlite"):
        pytest.skip("every database of this run has Citus")
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    context.settings.cache_clear()
    reason = NOT_POSTGRESQL if database_url.startswith("sqlite") else NO_EXTENSION
    for revision in (None, "0028_public_closing"):
        if revision is not None and not database_url.startswith("sqlite"):
            downgrade(database_url, revision)
            reason = NOT_MIGRATED
        result = CliRunner().invoke(program, ["distribute", *dry_run])
        assert (result.exit_code, " ".join(result.output.split())) == (1, reason)
    context.settings.cache_clear()
