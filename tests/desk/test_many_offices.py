"""*My office* of the head of an agency with many offices: they come page by page, and only those are measured."""

from datetime import date
from re import DOTALL, findall, fullmatch
from typing import Any

import pytest
from sqlalchemy import event

from app.access.principals import Role
from app.desk import office
from app.directory.tables import Office
from app.measures import reading
from app.measures.rules.unit_measures import measure_offices
from tests.desk.browsing import Browser, text_of
from tests.desk.closed import Seat
from tests.house import House
from tests.ratings.visits import Visit, put

OCTOBER = date(2026, 10, 12)
PAGE = "/desk/office?period=2026-10"


def rate(house: House, numbers: range, *, below: str = "setda") -> None:
    """So many offices more, each with ratings in October; their names are in another order than their codes."""
    with house.database.writing() as session:
        session.add_all(
            Office(agency_id="kota", code=f"upt-{n:02}", name=f"Unit {99 - n}", parent=below, timezone="Asia/Jakarta")
            for n in numbers
        )
    sheets = ("444", "434", "343")
    visits = [
        Visit(office=f"upt-{n:02}", rated_on=OCTOBER, sheet=sheets[(n + each) % 3])
        for n in numbers
        for each in range(12 + n)
    ]
    put(house.database, visits, start=numbers.start * 10_000)
    house.release()


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there are thousands."""
    monkeypatch.setattr(office, "MOST_TOGETHER", 9)
    monkeypatch.setattr(office, "ON_A_PAGE", 4)


def lines(page: Any) -> list[tuple[str, ...]]:
    """The rows of made offices in the table of offices, as texts."""
    rows = [tuple(findall(r">([^<>]+)<", row)) for row in findall(r"<tr.*?</tr>", page.text, DOTALL)]
    return [row for row in rows if fullmatch(r"Unit \d\d", row[0])]


def walk(seat: Browser) -> tuple[list[tuple[str, ...]], int]:
    """The rows of all pages, and how many pages there were."""
    page, found, pages = seat.go(PAGE), list[tuple[str, ...]](), 1
    while True:
        found += lines(page)
        following = findall(r'<a href="([^"]+)">Halaman berikutnya', page.text)
        if not following:
            return found, pages
        page, pages = seat.go(following[0].replace("&amp;", "&")), pages + 1
        assert f"kantor di halaman {pages} dari" in text_of(page)


@pytest.mark.long
def test_page_by_page_there_are_the_same_offices_as_on_one(
    house: House, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate(house, range(11))
    heads = [seat("Bu Kepala", Role.supervisor), seat("Kepala Setda", Role.supervisor, "setda")]
    whole = [walk(head) for head in heads]
    assert {pages for _, pages in whole} == {1}
    monkeypatch.setattr(office, "MOST_TOGETHER", 9)
    monkeypatch.setattr(office, "ON_A_PAGE", 4)
    parts = [walk(head) for head in heads]
    assert min(pages for _, pages in parts) >= 3
    for (together, _), (found, _) in zip(whole, parts, strict=True):
        assert found == together
        assert len(found) == 11
        assert found == sorted(found)
    # As a file all of them come at once.
    text = heads[0].send("GET", f"{PAGE}&format=csv").text
    assert [f"Unit {99 - n}" in text for n in range(11)] == [True] * 11
    beyond = heads[0].go(f"{PAGE}&page=99")
    assert (beyond.status_code, lines(beyond)) == (200, [])


@pytest.mark.long
@pytest.mark.usefixtures("few_at_once")
def test_more_offices_cost_a_page_of_them_no_more(house: House, seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []

    def counted(scoring: Any, units: Any, compared: Any) -> Any:
        measured.append(len(units))
        return measure_offices(scoring, units, compared)

    monkeypatch.setattr(reading, "measure_offices", counted)
    rate(house, range(10))
    head = seat("Bu Kepala", Role.supervisor)
    before = cost(house, head, measured)
    rate(house, range(10, 30))
    assert cost(house, head, measured) == before
    # Four offices of which two have ratings.
    assert before[1] == [2]


def cost(house: House, seat: Browser, measured: list[int]) -> tuple[int, list[int]]:
    """How many statements a page takes after a release, and how many offices are measured for it."""
    seat.go("/desk/account")
    measured.clear()
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engines = {house.services.database.reader, house.services.database.writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    page = seat.send("GET", PAGE)
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    assert len(lines(page)) == 2
    return len(sent), list(measured)
