"""Who reads about persons leaves a trace that the person can see, and no key asks without limit."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.principals import Reach
from app.closing.replies import invite
from tests.closing.steps import close, rated
from tests.house import House, problem
from tests.postgres import owning
from tests.ratings.visits import put

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
OCTOBER = {"period": "2026-10"}
OCTOBER_DAYS = {"from": "2026-10-01", "to": "2026-10-31"}


@pytest.fixture
def office(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """A service whose agency has ratings in October."""
    url, keys = furnished
    with House.open(url, keys) as house:
        put(house.database, [*rated("E001", 12), *rated("E004", 40, "433")])
        house.release()
        yield house


def trail(house: House) -> list[tuple[str, str, Any]]:
    """Actor's kind, subject and detail of every reading, oldest first."""
    query = "SELECT actor, subject, detail FROM audit_event WHERE action = 'persons.read' ORDER BY event_id"
    with house.database.reading() as session:
        return [(actor.partition(":")[0], subject, detail) for actor, subject, detail in session.execute(text(query))]


def token_of(house: House, employee: str) -> str:
    with house.database.writing() as session:
        return invite(session, Reach("kota", None, "test"), "2026-10", None, house.clock.now)[employee]


def readings(house: House, employee: str) -> list[dict[str, Any]]:
    """What the person sees behind a new personal link."""
    response = house.post("/v1/replies/read", {"token": token_of(house, employee)}, None)
    assert response.status_code == 200, response.text
    shown: list[dict[str, Any]] = response.json()["readings"]
    return shown


@pytest.mark.parametrize(
    ("path", "query", "subject"),
    [
        ("/v1/indices", NOVEMBER | {"employee": "E001"}, "E001"),
        ("/v1/indices", NOVEMBER | {"by": "employee"}, "kota"),
        ("/v1/indices", NOVEMBER | {"by": "employee", "office": "dukcapil"}, "dukcapil"),
        ("/v1/measures/employees", OCTOBER, "kota"),
        ("/v1/measures/employees", OCTOBER | {"office": "dukcapil"}, "dukcapil"),
        ("/v1/tickets/counts", NOVEMBER | {"by": "employee"}, "kota"),
    ],
)
def test_an_answer_about_persons_leaves_one_row(office: House, path: str, query: dict[str, str], subject: str) -> None:
    assert office.get(path, params=query).status_code == 200
    [(kind, about, detail)] = trail(office)
    assert (kind, about) == ("reader", subject)
    assert "Kenari" not in str(detail)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/indices", NOVEMBER),
        ("/v1/indices", NOVEMBER | {"by": "office"}),
        ("/v1/measures/offices", OCTOBER),
        ("/v1/tickets/counts", NOVEMBER | {"by": "office"}),
        ("/v1/employees", {}),
        ("/v1/reports", OCTOBER),
    ],
)
def test_what_tells_nothing_about_a_person_leaves_none(office: House, path: str, query: dict[str, str]) -> None:
    office.get(path, params=query)
    assert trail(office) == []


def test_a_refused_question_leaves_no_row(office: House) -> None:
    assert office.get("/v1/indices", params={"employee": "E999"}).status_code == 404
    assert office.get("/v1/indices", "device", params={"by": "employee"}).status_code == 403
    assert trail(office) == []


def test_where_no_row_can_be_written_nothing_is_answered(office: House) -> None:
    with owning(office.database) as session:
        session.execute(text("ALTER TABLE audit_event RENAME TO gone"))
    for path, query in (("/v1/indices", NOVEMBER | {"by": "employee"}), ("/v1/measures/employees", OCTOBER)):
        assert office.get(path, params=query).status_code >= 500
    assert office.get("/v1/indices").status_code == 200


def test_what_is_not_told_leaves_no_row(office: House) -> None:
    for query in ({"from": "2026-10-02", "to": "2026-10-31"}, OCTOBER_DAYS | {"service": "kk"}):
        assert office.get("/v1/indices", params=query | {"by": "employee"}).status_code == 422
    assert office.get("/v1/indices", "desa reader", params=OCTOBER_DAYS | {"by": "employee"}).status_code == 404
    assert trail(office) == []


def test_a_persons_report_and_the_appraisal_file_leave_a_row_each_time_also_from_the_cache(office: House) -> None:
    close(office)
    [line] = office.get("/v1/reports", "supervisor", params=OCTOBER | {"unit": "E001"}).json()["items"]
    for _ in range(2):
        assert office.get(f"/v1/reports/{line['id']}", "supervisor").status_code == 200
    assert office.get("/v1/appraisals", "supervisor", params=OCTOBER).status_code == 200
    assert [(kind, subject) for kind, subject, _ in trail(office)] == [
        ("supervisor", "E001"), ("supervisor", "E001"), ("supervisor", "kota")
    ]  # fmt: skip


def test_the_person_sees_who_has_read_about_her_and_not_who_read_about_others(office: House) -> None:
    close(office)
    office.get("/v1/indices", params=NOVEMBER | {"employee": "E001"})
    office.get("/v1/indices", params=NOVEMBER | {"employee": "E004"})
    office.get("/v1/measures/employees", "reader dukcapil", params=OCTOBER)
    office.get("/v1/indices", "reader makassar", params=NOVEMBER | {"by": "employee"})
    seen = readings(office, "E001")
    assert [(each["by"], each["what"], each["from"], each["period"]) for each in seen] == [
        ("reader", "measures", None, "2026-10"),
        ("reader", "indices", "2026-11-01", None),
    ]
    assert datetime.fromisoformat(seen[0]["at"]) == office.clock.now.astimezone(UTC)


def test_a_reading_of_an_office_above_covers_the_person_too(office: House) -> None:
    close(office)
    office.get("/v1/indices", params=NOVEMBER | {"by": "employee", "office": "setda", "include": "children"})
    assert len(readings(office, "E001")) == 1


def test_only_the_newest_are_shown_and_none_older_than_a_year(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    office.get("/v1/indices", params={"from": "2020-01-01", "to": "2020-01-31", "by": "employee"})
    office.clock.now += timedelta(days=400)
    for month in range(1, 6):
        office.get("/v1/indices", params={"from": f"2026-0{month}-01", "to": "2026-10-31", "by": "employee"})
    close(office)
    seen = readings(office, "E001")
    assert [date.fromisoformat(each["from"]).month for each in seen] == [5, 4, 3, 2, 1]
    monkeypatch.setattr("app.access.readings.MOST_SHOWN", 3)
    assert [date.fromisoformat(each["from"]).month for each in readings(office, "E001")] == [5, 4, 3]


def test_a_key_asks_so_often_an_hour_and_another_key_is_not_disturbed(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    with House.open(url, keys, reads_per_hour=5) as house:
        house.release()
        for _ in range(5):
            assert house.get("/v1/indices").status_code == 200
        refused = house.get("/v1/measures/offices", params=OCTOBER)
        problem(refused, 429, "too-many-reads")
        assert refused.headers["retry-after"] == str(refused.json()["retry_after"]) == "720"
        assert house.get("/v1/indices", "supervisor").status_code == 200
        problem(house.get("/v1/offices"), 429, "too-many-reads")
        house.clock.now += timedelta(seconds=720)
        assert house.get("/v1/indices").status_code == 200
        problem(house.get("/v1/indices"), 429, "too-many-reads")
