"""Recognition and training needs on the desk: who sees names, whose needs, and what nobody sees."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.access.principals import Role
from tests.closing.staffed import offices, staff
from tests.closing.steps import close, finalise
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, text_of
from tests.desk.closed import Seat, readings, seats
from tests.house import House


@pytest.fixture
def house(lend: Lend, tmp_path: Path) -> Iterator[House]:
    """October, closed and final, of eight employees and eight offices."""
    with lend("sqlite") as (url, keys), desk(url, keys, signing_key_file=tmp_path / "key.pem") as opened:
        staff(opened)
        offices(opened)
        close(opened)
        finalise(opened, tmp_path / "key.pem")
        yield opened


def of_report(house: House, browser: Browser, kind: str) -> str:
    """The text of the page of the agency's report."""
    items = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "kind": kind}).json()["items"]
    return text_of(browser.go(f"/desk/report?id={items[0]['id']}"))


@pytest.mark.long
def test_names_are_for_those_who_see_persons(house: House, seat: Seat) -> None:
    boss, viewer = seat("Bu Kepala", Role.supervisor), seat("Pak Lihat", Role.viewer)
    page = text_of(boss.go("/desk/recognition?period=2026-10"))
    assert "Oktober 2026: pegawai yang mendapat penghargaan: 1." in page
    assert "Zainab" in page
    assert "Siti" not in page
    assert readings(house)[-1] == ("supervisor", "kota", "measures")
    assert "tidak ada pegawai" in text_of(boss.go("/desk/recognition?period=2026-09"))
    told = of_report(house, boss, "agency")
    assert "Zainab" in told
    assert ("supervisor", "S0", "report") in readings(house)
    seen = of_report(house, viewer, "agency")
    assert "Zainab" not in seen
    assert "Pegawai yang mendapat penghargaan" in seen
    assert viewer.send("GET", "/desk/recognition").status_code == 403


@pytest.mark.long
def test_my_office_has_its_training_needs(house: House, seat: Seat) -> None:
    low, fair = (seat(f"Kepala {code}", Role.supervisor, code) for code in ("pasar-8", "pasar-2"))
    told = text_of(low.go("/desk/office?period=2026-10"))
    assert "Kebutuhan pelatihan" in told
    assert "Pasar-8, Kecepatan" in told
    assert "Tidak ada pertanyaan dengan kelemahan" in text_of(fair.go("/desk/office?period=2026-10"))


@pytest.mark.long
def test_a_persons_needs_are_on_the_own_mirror_and_with_the_appraiser_alone(house: House, seat: Seat) -> None:
    own, boss = seat("Ayu", Role.employee, employee="S7"), seat("Bu Kepala", Role.supervisor)
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    needs = "Pelatihan yang paling dahulu membantu"
    assert needs in text_of(own.go("/desk/mirror"))
    assert needs in text_of(appraiser.go("/desk/team/person?employee=S7"))
    items = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "unit": "S7"}).json()["items"]
    report = items[0]["id"]
    assert "Kebutuhan pelatihan" not in text_of(boss.go(f"/desk/report?id={report}"))
    # Likewise as a file.
    addresses = [f"/v1/reports/{report}?format={form}" for form in ("csv", "html")]
    for address in addresses:
        assert "training" in own.send("GET", address + "&lang=en").text.casefold()
        assert "training" not in boss.send("GET", address + "&lang=en").text.casefold()
    assert own.send("GET", addresses[0]).headers["cache-control"] == "private, no-store"
    assert "etag" in boss.send("GET", addresses[0]).headers
    assert own.send("GET", f"/v1/reports/{report}/beside").json()["training"][0]["figure"] == "speed"
    assert boss.send("GET", f"/v1/reports/{report}/beside").json()["training"] is None


@pytest.mark.long
def test_the_own_mirror_says_that_the_service_is_recognised(house: House, seat: Seat) -> None:
    first, other = seat("Zainab", Role.employee, employee="S0"), seat("Siti", Role.employee, employee="S1")
    assert "mendapat penghargaan" in text_of(first.go("/desk/mirror"))
    assert "enghargaan" not in text_of(other.go("/desk/mirror"))


def test_before_anything_is_told_the_page_says_so(lend: Lend) -> None:
    with lend("sqlite") as (url, keys), desk(url, keys) as opened, seats(opened) as join:
        opened.clock.now += timedelta(days=1)
        told = text_of(join("Bu Kepala", Role.supervisor).go("/desk/recognition"))
    assert "Belum ada angka" in told
