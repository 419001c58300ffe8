"""`cermin check` makes every told block anew from its ratings: what agrees is found sound, each fault is named."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import text

from app.disclosure import reconciliation
from app.disclosure.reconciliation import reconcile_blocks
from app.foundation.storage.database import Database
from tests.disclosure.attacker import Town
from tests.house import NOW, furnish

START = datetime(2026, 8, 7, tzinfo=UTC)
JULY = date(2026, 7, 8)
Groups = list[tuple[str, str | None, str, str, int]]
# Office, employee, service, sheet, how many: some stand alone, some are pooled, some skip a question or are few.
GROUPS: Groups = [
    ("dukcapil", "E001", "ktp-el", "434", 24),
    ("dukcapil", "E002", "ktp-el", "444", 12),
    ("dukcapil", "E002", "skck", "121", 4),
    ("dukcapil", "E002", "ktp-el", "4-3", 11),
    ("dukcapil", None, "ktp-el", "4--", 3),
    ("upt-makassar", "E003", "ktp-el", "333", 6),
    ("upt-jayapura", None, "ktp-el", "343", 5),
]


@pytest.fixture
def town(database: Database) -> Town:
    """A town in which a quarter is told."""
    furnish(database, "kota", NOW)
    furnish(database, "desa", NOW)
    town = Town(database, "kota", START)
    draw = Random(1)
    for office, employee, service, sheet, n in GROUPS:
        town.rate(
            (office, employee, JULY + timedelta(days=draw.randrange(60)), service, draw.choice(("kiosk", "web")), sheet)
            for _ in range(n)
        )
    town.now = datetime(2026, 10, 8, tzinfo=UTC)
    town.release()
    return town


def changed(database: Database, statement: str, **values: object) -> None:
    """Change something behind the service's back."""
    with database.writing() as session:
        assert session.execute(text(statement), values).rowcount  # type: ignore[attr-defined]  # of a text an update's result has it


def one(database: Database, query: str) -> str:
    """The only value of a query."""
    with database.reading() as session:
        return str(session.execute(text(query)).scalar_one())


@pytest.mark.long
def test_a_ledger_agrees_through_releases_holds_and_their_end(town: Town) -> None:
    report = reconcile_blocks(town.database)
    assert (report.ratings, report.faults) == (sum(group[-1] for group in GROUPS), ())
    assert str(report.blocks) == one(town.database, "SELECT count(*) FROM block")
    # So many of a block are held that they leave; some of another, so that it stays as it was told.
    keys = sorted(key for key, rated in town.ratings.items() if rated.employee == "E001")
    others = sorted(key for key, rated in town.ratings.items() if rated.sheet == "333")
    for held in (keys[:13], others[:3]):
        town.hold(held)
        assert reconcile_blocks(town.database).faults == ()
        town.release()
        assert reconcile_blocks(town.database).faults == ()
    town.count_again(town.findings[0])
    town.rate([("dukcapil", "E001", JULY, "skck", "kiosk", "14-")] * 22)
    town.release(whole=True)
    report = reconcile_blocks(town.database, "kota")
    assert (report.ratings, report.faults) == (len(town.ratings), ())


def test_agencies_are_checked_apart(town: Town) -> None:
    assert reconcile_blocks(town.database, "desa") == reconciliation.LedgerReconciliation(0, 0, ())
    changed(town.database, "UPDATE block SET n = n + 1")
    assert reconcile_blocks(town.database, "desa").faults == ()
    assert reconcile_blocks(town.database).faults == reconcile_blocks(town.database, "kota").faults != ()


BLOCK = "WHERE block = {block}"
MEMBERS = "key IN (SELECT key FROM block_rating WHERE block = {block})"
FAULTS: dict[str, list[str]] = {
    f"UPDATE block SET n = n + 1 {BLOCK}": ["its number of ratings is not what its ratings give"],
    f"UPDATE block SET service_mode = 'kk' {BLOCK}": ["its most frequent service is not what its ratings give"],
    f"UPDATE block SET cell = (SELECT cell FROM block WHERE employee = 'E002' LIMIT 1) {BLOCK}": [
        "its cell is not what its ratings give"
    ],
    f"UPDATE block SET parts = '[[1]]' {BLOCK}": ["its list of parts is not what its ratings give"],
    f"UPDATE block SET employee = 'E002' {BLOCK}": ["a rating differs in its employee"],
    f"UPDATE block SET first_month = '2026-08', last_month = '2026-08' {BLOCK}": ["a rating differs in its month"],
    f"UPDATE rating SET office = 'setda' WHERE {MEMBERS}": ["a rating differs in its office"],
    f"UPDATE rating SET sheet = '444' WHERE {MEMBERS}": ["its cell is not what its ratings give"],
    f"UPDATE rating SET sheet = '9' WHERE {MEMBERS}": ["a sheet does not fit the questionnaire"],
    f"UPDATE rating SET standing = 'open' WHERE {MEMBERS}": ["open answers and others are mixed"],
    f"UPDATE rating SET instrument = 'skm-2017' WHERE {MEMBERS}": ["a rating is of another questionnaire"],
    f"DELETE FROM rating WHERE {MEMBERS}": ["{n} of its ratings do not exist", "it has fewer than ten ratings: 0"],
    f"DELETE FROM block_rating {BLOCK}": ["it has fewer than ten ratings: 0"],
}


@pytest.mark.long
@pytest.mark.parametrize("statement", FAULTS)
def test_what_does_not_agree_is_found_and_named_by_block_and_office(town: Town, statement: str) -> None:
    told = town.database
    block = one(told, "SELECT min(block) FROM block WHERE employee = 'E001' AND first_month = '2026-07'")
    n = one(told, f"SELECT n FROM block WHERE block = {block}")
    changed(told, statement.format(block=block))
    faults = reconcile_blocks(told).faults
    for expected in FAULTS[statement]:
        assert f"kota: block {block} of dukcapil: {expected.format(n=n)}" in faults
    assert all(fault.startswith(f"kota: block {block} of dukcapil: ") for fault in faults)
    assert not any("E00" in fault for fault in faults)


@pytest.mark.long
def test_a_rating_that_is_deleted_or_moved_is_missed(town: Town) -> None:
    database = town.database
    with database.writing() as session:
        found = session.execute(text("SELECT block, office FROM block WHERE employee IS NOT NULL ORDER BY block"))
        (one_block, one_office), (other_block, other_office) = found.all()[:2]
        key = session.execute(text(f"SELECT key FROM block_rating WHERE block = {one_block} LIMIT 1")).scalar_one()
        values = {"key": key, "block": other_block}
        session.execute(text("UPDATE block_rating SET block = :block WHERE key = :key"), values)
    faults = reconcile_blocks(database).faults
    assert f"kota: block {one_block} of {one_office}: its number of ratings is not what its ratings give" in faults
    assert f"kota: block {other_block} of {other_office}: its number of ratings is not what its ratings give" in faults
    changed(database, "UPDATE block_rating SET block = :block WHERE key = :key", key=key, block=one_block)
    assert reconcile_blocks(database).faults == ()
    changed(database, "DELETE FROM rating WHERE key = :key", key=key)
    faults = reconcile_blocks(database).faults
    assert f"kota: block {one_block} of {one_office}: 1 of its ratings do not exist" in faults


def test_a_block_of_several_offices_and_ratings_of_no_block_are_named(town: Town) -> None:
    database = town.database
    several = one(database, "SELECT block FROM block WHERE office IS NULL")
    changed(database, "UPDATE rating SET service = 'kk' WHERE office = 'upt-jayapura'")
    assert reconcile_blocks(database).faults == (
        f"kota: block {several} of several offices: a rating differs in its service",
        f"kota: block {several} of several offices: its list of parts is not what its ratings give",
    )
    changed(database, "DELETE FROM block")
    report = reconcile_blocks(database)
    assert (report.ratings, report.blocks) == (0, 0)
    assert f"kota: block {several}: there is none, but 11 ratings are in it" in report.faults


def test_a_report_of_very_many_faults_ends(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "LONGEST_REPORT", 3)
    changed(town.database, "UPDATE block SET n = n + 1")
    assert len(reconcile_blocks(town.database).faults) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE block_sum SET cell = (SELECT cell FROM block_sum WHERE office = '' LIMIT 1) WHERE office = 'dukcapil'",
        "DELETE FROM block_sum WHERE office = 'dukcapil' AND split",
        "UPDATE block_sum SET first_month = '2026-05' WHERE office = 'dukcapil' AND first_month = "
        "(SELECT min(first_month) FROM block_sum)",
    ],
)
def test_a_sum_that_is_not_that_of_its_blocks_is_found(town: Town, statement: str) -> None:
    changed(town.database, statement)
    faults = reconcile_blocks(town.database).faults
    assert any(fault.startswith("kota: the sum of dukcapil, 2026-") for fault in faults)
    assert all(fault.endswith(" is not what its blocks give") for fault in faults)


@pytest.mark.long
def test_what_a_release_is_still_to_add_up_is_no_fault(town: Town) -> None:
    changed(town.database, "DELETE FROM block_sum")
    assert reconcile_blocks(town.database).faults != ()
    # As it is for a moment in the middle of every release, and for longer where one was interrupted.
    changed(town.database, "UPDATE block SET summed = false")
    assert reconcile_blocks(town.database).faults == ()
    town.release()
    assert reconcile_blocks(town.database).faults == ()
