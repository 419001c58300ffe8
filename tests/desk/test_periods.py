"""From figures to signed reports in the browser: close, replies, finalise, revise; by who answers for the whole."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.access.principals import Role
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, OCTOBER, rated
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, fields_of, text_of, title_of
from tests.desk.closed import Seat
from tests.house import House, problem
from tests.ratings.visits import put


@pytest.fixture
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Figures of October, and nothing closed."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), desk(url, keys, signing_key_file=key_file) as opened:
        put(opened.database, [*rated("E001", 12), *rated("E002", 40, "433"), *rated(None, 11)])
        opened.release()
        yield opened


def close_october(boss: Browser) -> str:
    """Close October; the address of its page."""
    page = boss.submit(boss.go("/desk/periods"), "/desk/periods/close", period="2026-10")
    assert page.status_code == 200, text_of(page)
    return boss.at


def sign(house: House) -> None:
    """Make the signing key."""
    key_file = house.services.settings.signing_key_file
    assert key_file is not None
    make_key(key_file)


@pytest.mark.long
@pytest.mark.parametrize("role", [Role.supervisor, Role.administrator])
def test_a_period_goes_from_figures_to_signed_reports(house: House, seat: Seat, role: Role) -> None:
    boss = seat("Bu Kepala", role)
    assert "Periode yang ditutup: 0" in text_of(boss.go("/desk/periods"))
    address = close_october(boss)
    page = boss.go(address)
    assert title_of(page) == "Oktober 2026, ikl-1, revisi 1"
    assert "Draf, tanggapan sampai 25 November 2026." in text_of(page)
    assert "setelah itu periode dapat disahkan" in text_of(page)
    assert "/desk/period/finalise" not in page.text
    siti = seat("Siti", Role.employee, employee="E001")
    siti.submit(siti.go("/desk/reply"), "/desk/reply/send", text="Antrean dua kali lipat.")
    assert "Tanggapan 1 dari 2 orang" in text_of(boss.go(address))
    told = boss.send("GET", "/v1/periods/2026-10/progress").json()
    assert [told[name] for name in ("persons", "replies", "notes", "may_finalise")] == [2, 1, 0, False]
    assert (told["period"]["state"], told["public_revision"]) == ("draft", None)
    problem(house.get("/v1/periods/2026-10/progress", "desa supervisor"), 404, "period-open")
    house.clock.now += AFTER_THE_WINDOW
    boss = seat("Bu Kepala Dua", role)
    page = boss.go(address)
    refused = boss.submit(page, "/desk/period/finalise")
    assert refused.status_code == 409
    assert "Ada yang perlu diubah" in text_of(refused)
    sign(house)
    done = boss.submit(page, "/desk/period/finalise")
    assert "Final sejak 26 November 2026." in text_of(done)
    assert "Oktober 2026" in text_of(seat("Pembaca", Role.viewer).go("/desk/reports"))
    again = boss.submit(page, "/desk/period/finalise")
    assert again.status_code == 409
    nothing = boss.submit(done, "/desk/period/revise")
    assert nothing.status_code == 409
    put(house.database, rated("E001", 15, day=OCTOBER), start=5_000)
    house.release()
    revised = boss.submit(done, "/desk/period/revise")
    assert title_of(revised) == "Oktober 2026, ikl-1, revisi 2"
    # Whoever sees a draft again wonders what became of the signed reports.
    assert "Revisi 1 tetap sah dan berlaku" in text_of(revised)
    assert "tetap sah dan berlaku" not in text_of(done)


@pytest.mark.long
def test_what_cannot_be_closed_is_told_and_what_was_typed_stays(seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    page = boss.go("/desk/periods")
    for period, status in (("Oktober", 404), ("2026-08", 409), ("2028-01", 409), ("", 404), ("a\x00", 404)):
        refused = boss.submit(page, "/desk/periods/close", period=period)
        assert refused.status_code == status, period
        assert "Ada yang perlu diubah" in text_of(refused)
        assert fields_of(refused, "/desk/periods/close")["period"] == period
    assert boss.submit(page, "/desk/periods/close", period="2026-10", instrument="x\x00").status_code == 404
    close_october(boss)
    assert boss.submit(page, "/desk/periods/close", period="2026-10").status_code == 409
    assert boss.send("POST", "/desk/period/finalise", data={"code": "x", "instrument": "y"}).status_code == 404


@pytest.mark.long
def test_every_step_asks_for_a_fresh_proof(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    page = boss.go("/desk/periods")
    house.clock.now += timedelta(minutes=11)
    assert "/desk/confirm?to=periods" in boss.go("/desk/periods").text
    late = boss.submit(page, "/desk/periods/close", period="2026-10")
    assert title_of(late) == "Pastikan bahwa ini Anda"
    for step in ("finalise", "revise"):
        answer = boss.send("POST", f"/desk/period/{step}", data={"code": "2026-10", "instrument": "ikl-1"})
        assert answer.headers["location"] == "/desk/confirm?to=period%3Fcode%3D2026-10%26instrument%3Dikl-1"
    assert house.get("/v1/periods").json()["items"] == []


@pytest.mark.long
def test_nobody_finalises_an_own_report(house: House, seat: Seat) -> None:
    address = close_october(seat("Bu Kepala", Role.supervisor))
    sign(house)
    house.clock.now += AFTER_THE_WINDOW
    own = seat("Siti", Role.supervisor, employee="E001")
    refused = own.submit(own.go(address), "/desk/period/finalise")
    assert refused.status_code == 403
    assert "tentang dirinya sendiri" in text_of(refused)
    other = seat("Bu Kepala Dua", Role.supervisor, employee="E003")
    assert "Final sejak" in text_of(other.submit(other.go(address), "/desk/period/finalise"))


@pytest.mark.long
def test_a_part_of_the_agency_and_another_agency_close_nothing(house: House, seat: Seat) -> None:
    address = close_october(seat("Bu Kepala", Role.supervisor))
    part = seat("Kepala Dukcapil", Role.supervisor, "dukcapil")
    page = part.go("/desk/periods")
    assert "yang bertanggung jawab atas seluruh instansi" in text_of(page)
    # Nothing was closed for it alone, which does not say that there is nothing to read.
    assert "Tidak ada periode yang ditutup khusus untuk kantor ini." in text_of(page)
    assert '<a href="/desk/reports">' in page.text
    assert "/desk/periods/close" not in page.text
    foreign = seat("Asing", Role.administrator, agency="desa")
    assert "Belum ada angka yang dirilis" in text_of(foreign.go("/desk/periods"))
    given = {"code": "2026-10", "instrument": "ikl-1", "period": "2026-10"}
    for one, status in ((part, 403), (foreign, 404)):
        assert one.go(address).status_code == 404
        for path in ("/desk/periods/close", "/desk/period/finalise", "/desk/period/revise"):
            answer = one.send("POST", path, data=given)
            assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html"), path
    [period] = house.get("/v1/periods").json()["items"]
    assert (period["state"], period["revision"]) == ("draft", 1)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_figures_of_a_final_period_are_shown_publicly_by_decision(house: House, seat: Seat) -> None:
    address = close_october(seat("Bu Kepala", Role.supervisor))
    sign(house)
    house.clock.now += AFTER_THE_WINDOW
    boss = seat("Bu Kepala Dua", Role.administrator)
    assert "Halaman publik" not in text_of(boss.go(address))
    early = boss.send("POST", "/desk/period/publish", data={"code": "2026-10", "instrument": "ikl-1"})
    assert (early.status_code, "Ada yang perlu diubah" in text_of(early)) == (409, True)
    page = boss.submit(boss.go(address), "/desk/period/finalise")
    assert "Tidak ada di halaman publik." in text_of(page)
    done = boss.submit(page, "/desk/period/publish")
    assert "Revisi 1 ada di halaman publik sejak 26 November 2026." in text_of(done)
    assert "/desk/period/publish" not in done.text
    assert "angka ditampilkan di halaman publik" in text_of(seat("Auditor", Role.auditor).go("/desk/trail"))
    for one, status in (
        (seat("Kepala Dukcapil", Role.supervisor, "dukcapil"), 403),
        (seat("Asing", Role.administrator, agency="desa"), 404),
    ):
        for step in ("publish", "withdraw"):
            given = {"code": "2026-10", "instrument": "ikl-1"}
            assert one.send("POST", f"/desk/period/{step}", data=given).status_code == status
    house.clock.now += timedelta(minutes=11)
    late = boss.send("POST", "/desk/period/withdraw", data={"code": "2026-10", "instrument": "ikl-1"})
    assert late.headers["location"] == "/desk/confirm?to=period%3Fcode%3D2026-10%26instrument%3Dikl-1"
    again = seat("Bu Kepala Tiga", Role.supervisor)
    back = again.submit(again.go(address), "/desk/period/withdraw")
    assert "Tidak ada di halaman publik." in text_of(back)
