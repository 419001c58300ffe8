"""Whatever ends an import, the trail says of every rating that is stored which file brought it, and who."""

import os
from collections.abc import Iterable, Sequence
from multiprocessing import get_context
from unittest.mock import patch

import pytest
from sqlalchemy import Connection

from app.directory.catalogue_cache import read_catalogue
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database
from app.instruments.loading import shipped
from app.ratings.csv_import import storing
from app.ratings.csv_import.counts import CountsProposal, propose_counts, store_counts
from app.ratings.csv_import.csv_file import AnswersFile, CsvLine
from app.ratings.csv_import.importing import ImportProposal, propose, store_answers
from app.ratings.rating import NewRating, Stored
from app.ratings.reconciliation import reconcile
from app.ratings.store import RatingStore
from app.ratings.validation import KnownCodes
from tests.house import NOW
from tests.ratings.csv_rows import FORM, IKL, KEYS, changed, lines
from tests.ratings.test_csv_import import audits, random_rows, stored_by

KILLED, GROUP, ROWS = 9, 50, 120


@pytest.fixture
def opened(furnished: tuple[str, dict[str, str]]) -> Iterable[Database]:
    """A database with the agencies of the house."""
    database = Database(furnished[0])
    yield database
    database.dispose()


def answers(database: Database) -> ImportProposal:
    """A file of answers."""
    catalogue = read_catalogue(database, "kota", NOW)
    assert catalogue is not None
    form = changed(FORM, office=catalogue.offices["dukcapil"], service="kk")
    return propose(lines(random_rows(ROWS)), form, KnownCodes(catalogue, shipped()), KEYS, NOW)


def counts(database: Database) -> CountsProposal:
    """A file of counts of as many sheets."""
    catalogue = read_catalogue(database, "kota", NOW)
    assert catalogue is not None
    about = {"office": "dukcapil", "service": "kk", "month": "2026-09"}
    rows = [
        CsvLine(row, {**about, "question": item, "1": "0", "2": "20", "3": "40", "4": f"{ROWS - 60}"})
        for row, item in enumerate(IKL.codes, start=2)
    ]
    return propose_counts(AnswersFile(rows, [], "0" * 64), IKL, catalogue, KEYS, NOW)


def stored(database: Database, kind: str) -> None:
    """Store the file of this kind, in groups of fifty."""
    with patch.object(storing, "STORED_TOGETHER", GROUP):
        if kind == "ratings":
            store_answers(database, answers(database), actor="test", now=NOW)
        else:
            store_counts(database, counts(database), actor="test", now=NOW)


def store_until(url: str, kind: str, group: int, *, inserted: bool) -> None:
    """Store the file and be killed at a group: when its ratings are inserted but not told, or before either."""
    database, reached = Database(url), 0
    add_all = RatingStore.add_all

    def adding(store: RatingStore, connection: Connection, ratings: Sequence[NewRating]) -> list[Stored]:
        nonlocal reached
        reached += 1
        if reached == group and not inserted:
            os._exit(KILLED)
        found = add_all(store, connection, ratings)
        if reached == group:
            os._exit(KILLED)
        return found

    with of_agency("kota"), patch.object(RatingStore, "add_all", adding):
        stored(database, kind)


@pytest.mark.parametrize("kind", ["ratings", "counts"])
@pytest.mark.parametrize("inserted", [True, False])
def test_an_import_that_is_killed_leaves_no_rating_without_its_row_in_the_trail(
    opened: Database, furnished: tuple[str, dict[str, str]], kind: str, inserted: bool
) -> None:
    # A process that is killed does nothing in the end, as one that is interrupted does.
    process = get_context("spawn").Process(
        target=store_until, args=(furnished[0], kind, 2), kwargs={"inserted": inserted}
    )
    process.start()
    process.join(120)
    assert process.exitcode == KILLED
    action = f"{kind}.imported"
    assert reconcile(opened).ratings == GROUP
    assert [stored_by(event) for event in audits(opened, action)] == [GROUP]
    stored(opened, kind)
    assert reconcile(opened).ratings == ROWS
    told = audits(opened, action)
    assert [stored_by(event) for event in told] == [GROUP, GROUP, ROWS - 2 * GROUP]
    for event in told:
        assert event.actor == "test"
        assert "0" * 64 in str(event.detail)
    stored(opened, kind)
    assert [stored_by(event) for event in audits(opened, action)] == [GROUP, GROUP, ROWS - 2 * GROUP, 0]
