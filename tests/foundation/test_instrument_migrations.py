"""Comments, profiles, closings and plans from before they knew their questionnaire are given the one they came with."""

import pytest
from sqlalchemy import text

from app.foundation.storage.migrations import upgrade
from tests.downgrading import downgrade
from tests.foundation.test_open_migration import writing
from tests.postgres import owners_address

BEFORE, BESIDE, CLOSINGS = "0013_no_tallies", "0014_beside", "0015_instruments"
RATING = (
    "INSERT INTO rating (agency_id, key, rated_on, office, service, channel, ticketed, standing, instrument, sheet, "
    "digest) VALUES ('kota', '{key:032x}', '2026-{month}-05', '{office}', 'ktp-el', 'web', false, 'counted', "
    "'{instrument}', '434', 'd')"
)
COMMENT = (
    "INSERT INTO comment (agency_id, comment_id, office, written_in, text, mixed) "
    "VALUES ('kota', '{key:032x}', '{office}', '2026-{month}-01', 'saran', true)"
)
PROFILE = (
    "INSERT INTO profile_tally (agency_id, office, month, attribute, value, n, mixed) "
    "VALUES ('kota', '{office}', '2026-{month}-01', 'sex', 'F', 5, true)"
)
SECOND = (
    "INSERT INTO profile_tally (agency_id, instrument, office, month, attribute, value, n, mixed) "
    "VALUES ('kota', 'ikl-1', 'b', '2026-10-01', 'sex', 'F', 2, true)"
)
PERIOD = (
    "INSERT INTO period (agency_id, root, code, revision, state, first_on, last_on, instrument, drafted_at, "
    "replies_end_at) VALUES ('kota', '{root}', '2026-10', 1, 'draft', '2026-10-01', '2026-10-31', '{instrument}', "
    "'2026-11-05', '2026-11-12')"
)
RELEASE = "INSERT INTO release (agency_id, root, code, revision, told) VALUES ('kota', '{root}', '2026-10', 1, '{{}}')"
REPORT = (
    "INSERT INTO report (agency_id, report_id, root, period, revision, kind, unit, document) "
    "VALUES ('kota', '{key:032x}', '{root}', '2026-10', 1, 'office', 'a', '{{}}')"
)
PLAN = (
    "INSERT INTO publication (agency_id, office, period, place, medium, published_on) "
    "VALUES ('kota', '{office}', '{period}', 0, 'papan', '2026-11-20')"
)


@pytest.fixture
def database_url(database_url: str) -> str:
    """Migrations are for whoever owns the tables."""
    return owners_address(database_url)


def run(url: str, *statements: str) -> None:
    """Statements in one transaction."""
    with writing(url) as connection:
        for statement in statements:
            connection.execute(text(statement))


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """What a query gives."""
    with writing(url) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def before(database_url: str) -> str:
    """A database of the schema before, without anything in it."""
    downgrade(database_url, BEFORE)
    return database_url


@pytest.mark.long
def test_comments_and_profiles_get_the_one_of_most_ratings_of_office_and_month(before: str) -> None:
    ratings = [("a", "10", "ikl-1")] * 2 + [("a", "10", "skm-2017")] * 3 + [("a", "11", "ikl-1"), ("b", "10", "own-1")]
    run(
        before,
        *(
            RATING.format(key=n + 1, office=office, month=month, instrument=each)
            for n, (office, month, each) in enumerate(ratings)
        ),
        *(
            statement.format(key=n, office=office, month=month)
            for n, (office, month) in enumerate([("a", "10"), ("a", "11"), ("b", "10"), ("c", "10")])
            for statement in (COMMENT, PROFILE)
        ),
    )
    upgrade(before, BESIDE)
    expected = [("a", "skm-2017"), ("a", "ikl-1"), ("b", "own-1"), ("c", "ikl-1")]
    assert rows(before, "SELECT office, instrument FROM comment ORDER BY comment_id") == expected
    assert rows(before, "SELECT office, instrument FROM profile_tally ORDER BY office, month") == expected
    assert rows(before, "SELECT count(*) FROM comment WHERE block IS NULL AND mixed") == [(4,)]
    # The same month by two questionnaires is one count again.
    run(before, "UPDATE profile_tally SET n = 7 WHERE office = 'b'", SECOND)
    downgrade(before, BEFORE)
    assert rows(before, "SELECT office, n FROM profile_tally ORDER BY office, month") == [
        ("a", 5), ("a", 5), ("b", 9), ("c", 5)
    ]  # fmt: skip
    upgrade(before)


@pytest.mark.long
def test_closings_reports_and_plans_get_that_of_their_period(before: str) -> None:
    upgrade(before, BESIDE)
    run(
        before,
        PERIOD.format(root="", instrument="skm-2017"),
        PERIOD.format(root="b", instrument="ikl-1"),
        *(
            statement.format(root=root, key=n + 1)
            for n, root in enumerate(("", "b"))
            for statement in (RELEASE, REPORT)
        ),
        *(PLAN.format(office=office, period="2026-10") for office in ("", "b")),
        PLAN.format(office="c", period="2026-12"),
    )
    upgrade(before, CLOSINGS)
    expected = [("", "skm-2017"), ("b", "ikl-1")]
    for table in ("period", "release", "report"):
        assert rows(before, f"SELECT root, instrument FROM {table} ORDER BY root") == expected
    published = rows(before, "SELECT office, instrument FROM publication ORDER BY office")
    assert published[:2] == expected
    assert published[2][1] in ("skm-2017", "ikl-1")
    downgrade(before, BESIDE)
    assert rows(before, "SELECT count(*) FROM report") == [(2,)]


@pytest.mark.long
def test_closings_by_two_questionnaires_are_not_undone(before: str) -> None:
    upgrade(before)
    run(before, *(PERIOD.format(root="", instrument=each) for each in ("ikl-1", "skm-2017")))
    with pytest.raises(RuntimeError, match="several questionnaires"):
        downgrade(before, BESIDE)
    assert rows(before, "SELECT count(*) FROM period") == [(2,)]
