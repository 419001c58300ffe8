"""Comments: what is told, ten or more at a time, for who leads the office, with a search."""

from collections.abc import Iterator
from html import unescape
from re import findall

import httpx
import pytest

from app.access.principals import Role
from tests.closing.steps import rated
from tests.closing.surveys import commented
from tests.conftest import Lend
from tests.desk.browsing import desk, fields_of, text_of
from tests.desk.closed import Seat, seats
from tests.house import House, problem
from tests.ratings.visits import put

EVIL = "<script>alert(1)</script> & 'kutip'"


@pytest.fixture(scope="module")
def house(lend: Lend) -> Iterator[House]:
    """45 comments about one office, nine about another, a dozen about a third."""
    with lend("sqlite") as (url, keys), desk(url, keys) as opened:
        put(opened.database, rated(None, 30))
        texts = [f"Antrean panjang {n:02}" for n in range(30)] + [f"Ramah {n:02}" for n in range(14)] + [EVIL]
        commented(opened.database, "dukcapil", texts, 100, "ikl-1")
        commented(opened.database, "upt-makassar", ["Rahasia Makassar"] * 9, 300, "ikl-1")
        commented(opened.database, "upt-jayapura", ["Panas sekali"] * 12, 400, "ikl-1")
        opened.release()
        yield opened


@pytest.fixture(scope="module")
def seat(house: House) -> Iterator[Seat]:
    """A way to seat somebody."""
    with seats(house) as join:
        yield join


def quoted(page: httpx.Response) -> list[str]:
    """The comments of a page."""
    return findall(r"<blockquote><p>(.*?)</p></blockquote>", page.text)


@pytest.mark.long
def test_comments_are_read_page_by_page_in_an_order_that_stays(seat: Seat) -> None:
    boss = seat("Kepala", Role.supervisor, "dukcapil")
    page = boss.go("/desk/comments?period=2026-10&instrument=ikl-1&office=&search=")
    assert "Oktober 2026: 45 komentar." in text_of(page)
    shown, pages = quoted(page), 1
    while following := findall(r'href="([^"]+)">Halaman berikutnya', page.text):
        page, pages = boss.go(following[0].replace("&amp;", "&")), pages + 1
        assert len(page.content) < 40_000
        shown += quoted(page)
    assert (len(shown), len(set(shown)), pages) == (45, 45, 3)
    assert "<script>alert" not in page.text
    assert any(each.startswith("&lt;script&gt;") for each in shown)


def test_a_search_says_of_how_many_and_keeps_its_words(seat: Seat) -> None:
    boss = seat("Kepala Dua", Role.supervisor, "dukcapil")
    page = boss.go("/desk/comments?period=2026-10&search=RAMAH")
    assert "14 dari 45 komentar memuat kata ini." in text_of(page)
    assert fields_of(page, "/desk/comments")["search"] == "RAMAH"
    assert quoted(boss.go("/desk/comments?period=2026-10&search=tiada")) == []


def test_fewer_than_ten_are_told_to_nobody_and_others_offices_are_out_of_reach(house: House, seat: Seat) -> None:
    makassar = seat("Kepala Makassar", Role.supervisor, "upt-makassar")
    page = makassar.go("/desk/comments?period=2026-10")
    assert set(quoted(page)) <= {"Panas sekali"}
    assert makassar.go("/desk/comments?period=2026-10&office=dukcapil").status_code == 403
    assert makassar.go("/desk/comments?period=2026-10&office=tiada").status_code == 404
    foreign = seat("Asing", Role.supervisor, agency="desa")
    assert quoted(foreign.go("/desk/comments?period=2026-10")) == []
    assert house.get("/v1/comments", "desa admin", params={"period": "2026-10"}).json()["told"] == 0
    asked = {"period": "2026-10", "office": "upt-makassar", "search": "rahasia"}
    assert house.get("/v1/comments", "admin", params=asked).json()["n"] == 0


def test_wrong_questions_are_named_and_kept(seat: Seat) -> None:
    boss = seat("Kepala Tiga", Role.supervisor)
    for query, field in (
        ("period=Oktober", "period"),
        ("period=2026-10&office=%21", "office"),
        (f"period=2026-10&search={'x' * 101}", "search"),
        ("period=2026-10&search=a%00", "search"),
    ):
        page = boss.go(f"/desk/comments?{query}")
        assert page.status_code == 422
        assert f'href="#comments-{field}"' in page.text, query
    assert fields_of(boss.go("/desk/comments?period=2026-13"), "/desk/comments")["period"] == "2026-13"
    assert "Komentar" in text_of(boss.go("/desk/comments"))
    assert boss.go("/desk/comments?tiada=1").status_code == 422


def test_the_api_pages_through_the_same(house: House) -> None:
    asked = {"period": "2026-10", "office": "dukcapil", "limit": "20"}
    found, after = [], None
    while True:
        told = house.get(
            "/v1/comments", "supervisor", params=asked | ({} if after is None else {"after": after})
        ).json()
        found += [each["id"] for each in told["items"]]
        after = told["next"]
        if after is None:
            break
    assert (len(found), told["n"], told["told"]) == (45, 45, 45)
    assert found == sorted(found)
    problem(house.get("/v1/comments", "supervisor", params={"period": "2026-13"}), 404, "period-unknown")


@pytest.mark.long
def test_a_comment_is_marked_found_by_that_and_becomes_an_action(house: House, seat: Seat) -> None:
    boss = seat("Kepala Empat", Role.supervisor, "upt-jayapura")
    page = boss.go("/desk/comments?period=2026-10")
    [address, *_] = [unescape(each) for each in findall(r'href="(/desk/comment\?[^"]+)"', page.text)]
    assert "Beri catatan: Panas sekali" in text_of(page)
    one = boss.go(address)
    assert quoted(one) == ["Panas sekali"]
    assert "○ Belum ditindaklanjuti" in text_of(one)
    wrong = boss.submit(one, "/desk/comment/mark", note="x" * 501)
    assert wrong.status_code == 422
    assert 'href="#mark-note"' in wrong.text
    one = boss.submit(one, "/desk/comment/mark", handled="true", element="speed", note="Kipas dipasang.")
    assert "● Ditindaklanjuti (Kecepatan" in text_of(one)
    assert ": Kipas dipasang. – Kepala Empat, " in text_of(one)
    listed = boss.go("/desk/comments?period=2026-10&state=handled&element=speed")
    assert "1 dari 12 komentar bertanda demikian." in text_of(listed)
    assert len(quoted(listed)) == 1
    assert len(quoted(boss.go("/desk/comments?period=2026-10&state=open"))) == 11
    assert boss.go("/desk/comments?period=2026-10&state=tiada").status_code == 422
    form = boss.go(next(unescape(each) for each in findall(r'href="(/desk/follow-up/new\?[^"]+)"', one.text)))
    filled = fields_of(form, "/desk/follow-up/add")
    assert (filled["element"], filled["problem"], filled["action"]) == ("speed", "Kipas dipasang.", "")
    assert "Panas sekali" not in form.text
    # Others neither read nor mark it, whoever sends the form.
    for other in (seat("Kepala Lima", Role.supervisor, "dukcapil"), seat("Asing Dua", Role.supervisor, agency="desa")):
        assert other.go(address).status_code == 404
        given = {"comment": address.partition("id=")[2], "handled": "true"}
        assert other.send("POST", "/desk/comment/mark", data=given).status_code == 404
    assert house.get("/v1/comments", "supervisor", params={"period": "2026-10"}).json()["handled"] == 1
    one = boss.submit(boss.go(address), "/desk/comment/mark", handled="", element="", note="")
    assert "○ Belum ditindaklanjuti" in text_of(one)
