"""Trend, services and counters of an office, for who leads it."""

from collections.abc import Iterator
from datetime import date
from re import findall

import pytest

from app.access.principals import Role
from tests.conftest import Lend
from tests.desk.browsing import desk, text_of
from tests.desk.closed import Seat, seats
from tests.house import House
from tests.ratings.visits import Visit, put

SEPTEMBER, OCTOBER = date(2026, 9, 14), date(2026, 10, 12)


def rated(n: int, office: str = "dukcapil", day: date = OCTOBER, service: str = "ktp-el") -> list[Visit]:
    """So many ratings."""
    return [Visit(employee=None, sheet="434", rated_on=day, office=office, service=service) for _ in range(n)]


@pytest.fixture(scope="module")
def house(lend: Lend) -> Iterator[House]:
    """Two months, two services, of one office; a few of another."""
    with lend("sqlite") as (url, keys), desk(url, keys) as opened:
        few = rated(3, service="skck")
        put(opened.database, [*rated(40), *rated(30, service="kk"), *few, *rated(12, "upt-makassar")])
        put(opened.database, rated(25, day=SEPTEMBER), start=1_000)
        opened.release()
        yield opened


@pytest.fixture(scope="module")
def seat(house: House) -> Iterator[Seat]:
    """A way to seat somebody."""
    with seats(house) as join:
        yield join


@pytest.mark.long
def test_months_stand_as_a_chart_and_as_the_same_values(seat: Seat) -> None:
    page = seat("Kepala", Role.supervisor, "dukcapil").go("/desk/trend")
    told = text_of(page)
    assert "Okt 2026: 91,67 (A); Sep 2026: 91,67." in told
    assert "<svg" in page.text
    assert len(page.content) < 40_000
    rows = findall(r"<th[^>]+>([^<]+)</th><td[^>]+>([^<]+)</td>", page.text)
    assert [month for month, _ in rows] == ["Sep 2026", "Okt 2026"]
    assert rows[0][1] == "25"


def test_services_stand_in_the_order_of_the_directory_and_small_ones_without_figures(seat: Seat) -> None:
    page = seat("Kepala Dua", Role.supervisor, "dukcapil").go("/desk/services?period=2026-10")
    told = text_of(page)
    rows = findall(
        r"<th[^>]+>([^<]+)</th><td[^>]+>([^<]*)</td><td[^>]+>([^<]*)</td>",
        page.text,
    )
    names = [name for name, *_ in rows]
    # By code: kk, ktp-el, skck; though more people rated the second.
    assert names[:2] == ["KK", "KTP-EL"]
    assert all(index == "–" for name, _, index in rows if name == "SKCK")
    assert "Loket 1" in told
    # By their names, not by their codes.
    assert "KK, KTP-EL" in told or "KTP-EL, KK" in told
    assert "loket-1" not in told


@pytest.mark.long
def test_each_sees_the_own_office(seat: Seat) -> None:
    one = seat("Kepala Makassar", Role.supervisor, "upt-makassar")
    assert [n for _, n in findall(r'<th[^>]+>([^<]+ 2026)</th><td[^>]+>([^<]+)</td>',
                                  one.go("/desk/trend").text)] == ["12"]  # fmt: skip
    assert "Loket 1" not in text_of(one.go("/desk/services"))
    foreign = seat("Asing", Role.supervisor, agency="desa")
    for path in ("/desk/trend", "/desk/services"):
        assert "Belum ada angka." in text_of(foreign.go(path))
        assert "91,67" not in text_of(foreign.go(path))
    nobody = seat("Kepala Jayapura", Role.supervisor, "upt-jayapura")
    assert "Belum ada angka." in text_of(nobody.go("/desk/trend"))


@pytest.mark.parametrize("path", ["/desk/trend", "/desk/services"])
def test_an_unknown_questionnaire_is_told_in_words(seat: Seat, path: str) -> None:
    boss = seat(f"Kepala {path[6:]}", Role.supervisor)
    assert boss.go(f"{path}?instrument=ikl-1").status_code == 200
    periods = (("period=2026-13", 404), ("period=2028-01", 422)) if path == "/desk/services" else ()
    for query, status in (*periods, ("instrument=tiada-1", 404), ("instrument=%00", 422), ("tiada=1", 422)):
        answer = boss.go(f"{path}?{query}")
        assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")
