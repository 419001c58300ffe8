"""An employee reads the own report, replies once to the own draft, and sees who looked."""

from collections.abc import Iterator
from datetime import timedelta
from re import findall

import pytest

from app.access.principals import Role
from tests.closing.steps import AFTER_THE_WINDOW, finalise
from tests.conftest import Lend
from tests.desk.browsing import Browser, fields_of, text_of, title_of
from tests.desk.closed import Seat, closed_house, readings
from tests.house import House

EVIL = "Antrean <script>alert(1)</script>\nbaris kedua"


@pytest.fixture
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October as a draft."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), closed_house(url, keys, key_file) as opened:
        yield opened


def sign(house: House, seat: Seat) -> None:
    """Finalise October after the window."""
    key_file = house.services.settings.signing_key_file
    assert key_file is not None
    finalise(house, key_file)


@pytest.mark.long
def test_a_draft_is_read_and_replied_to_once(house: House, seat: Seat) -> None:
    siti = seat("Siti", Role.employee, employee="E001")
    mirror = siti.go("/desk")
    assert title_of(mirror) == "Cermin saya"
    assert "Belum ada laporan final tentang Anda." in text_of(mirror)
    [address] = findall(r'href="(/desk/reply\?id=[^"]+)"', mirror.text)
    page = siti.go(address)
    assert "Anda dapat menanggapi draf Oktober 2026 sampai 25 November 2026." in text_of(page)
    assert "DRAF" in text_of(page)
    assert "91,7" in text_of(page)
    done = siti.submit(page, "/desk/reply/send", text=EVIL)
    assert "sudah disimpan dan menjadi bagian laporan final" in text_of(done)
    assert "<script>alert" not in done.text
    assert "&lt;script&gt;alert" in done.text
    late = siti.submit(page, "/desk/reply/send", text="Lagi")
    assert late.status_code == 409
    assert "Ada yang perlu diubah" in text_of(late)
    assert "Lagi" not in text_of(late)
    assert "Tidak ada yang menunggu Anda" in text_of(siti.go("/desk/mirror"))


@pytest.mark.long
def test_a_reply_that_is_empty_or_too_long_is_asked_for_again_and_kept(house: House, seat: Seat) -> None:
    siti = seat("Siti", Role.employee, employee="E001")
    page = siti.go("/desk/reply")
    for text, told in (("", "wajib"), ("x" * 4_001, "4000"), ("a\x00b", "tidak sah")):
        refused = siti.submit(page, "/desk/reply/send", text=text)
        assert refused.status_code == 422
        assert 'href="#send-text"' in refused.text
        assert told in text_of(refused)
        assert fields_of(refused, "/desk/reply/send")["text"] == text
    # As long as it may be, in letters of which a form makes twelve bytes each.
    kept = siti.submit(page, "/desk/reply/send", text="\N{GRINNING FACE}" * 4_000)
    assert "sudah disimpan" in text_of(kept)


@pytest.mark.long
def test_the_mirror_shows_the_final_report_its_trend_and_what_it_may_be_used_for(house: House, seat: Seat) -> None:
    first = seat("Siti", Role.employee, employee="E001")
    first.submit(first.go("/desk/reply"), "/desk/reply/send", text="Antrean dua kali lipat.")
    sign(house, seat)
    siti = seat("Siti Dua", Role.employee, employee="E001")
    page = siti.go("/desk/mirror")
    told = text_of(page)
    assert "Oktober 2026: 91,7 (A)." in told
    for section in ("Tren", "Angka ini boleh digunakan untuk", "Antrean dua kali lipat."):
        assert section in told, section
    assert len(page.content) < 40_000
    assert "Tanggapan untuk" not in told
    files = findall(r'href="(/v1/reports/[^"]+)"', page.text)
    assert len(files) == 5
    kinds = [siti.go(each.replace("&amp;", "&")).headers["content-type"].partition(";")[0] for each in files]
    # The sheet of evidence, and the report itself.
    assert kinds[:2] == ["application/pdf", "application/pdf"]
    assert kinds[3:] == ["text/csv", "application/json"]
    over = siti.go("/desk/reply")
    assert "Tidak ada draf tentang Anda" in text_of(over)
    # About oneself nobody need be told.
    assert readings(house) == []


@pytest.mark.long
def test_after_the_window_no_reply_is_taken(house: House, seat: Seat) -> None:
    early = seat("Siti", Role.employee, employee="E001")
    given = fields_of(early.go("/desk/reply"), "/desk/reply/send")
    house.clock.now += AFTER_THE_WINDOW
    siti = seat("Siti Dua", Role.employee, employee="E001")
    page = siti.go("/desk/reply")
    assert "tidak diterima lagi" in text_of(page)
    assert "/desk/reply/send" not in page.text
    late = siti.send("POST", "/desk/reply/send", data=given | {"text": "Terlambat"})
    assert late.status_code == 409
    sign(house, seat)
    last = seat("Siti Tiga", Role.employee, employee="E001").send(
        "POST", "/desk/reply/send", data=given | {"text": "Terlambat"}
    )
    assert last.status_code == 409
    assert "Terlambat" not in text_of(last)


@pytest.mark.long
def test_nobody_reads_or_answers_for_somebody_else(house: House, seat: Seat) -> None:
    siti = seat("Siti", Role.employee, employee="E001")
    given = fields_of(siti.go("/desk/reply"), "/desk/reply/send")
    address = siti.at
    report = given["report"]
    colleague = seat("Budi", Role.employee, employee="E004")
    foreign = seat("Asing", Role.employee, agency="desa", employee="E001")
    nobody = seat("Lain", Role.employee, employee="E003")
    for one, status in ((colleague, 403), (foreign, 404), (nobody, 403)):
        for answer in (
            one.send("GET", f"/desk/reply?id={report}"),
            one.send("GET", f"/desk/report?id={report}"),
            one.send("POST", "/desk/reply/send", data=given | {"text": "x"}),
            one.send("GET", f"/v1/reports/{report}"),
        ):
            assert answer.status_code == status, (answer.request.url, status)
            assert "91,7" not in answer.text
    assert "Tidak ada draf" in text_of(nobody.go("/desk/reply"))
    listed = colleague.send("GET", "/v1/reports?period=2026-10").json()["items"]
    assert [each["unit"] for each in listed] == ["E004"]
    assert "/desk/reply/send" in siti.go(address).text


@pytest.mark.long
def test_who_looked_is_told_by_name_and_role(house: House, seat: Seat) -> None:
    siti = seat("Siti", Role.employee, employee="E001")
    assert "belum ada yang membaca" in text_of(siti.go("/desk/readers"))
    report = fields_of(siti.go("/desk/reply"), "/desk/reply/send")["report"]
    boss = seat("Bu Kepala", Role.supervisor, "dukcapil")
    assert boss.go(f"/desk/report?id={report}").status_code == 200
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    assert appraiser.go("/desk/team").status_code == 200
    told = text_of(siti.go("/desk/readers"))
    assert "3 kali dalam satu tahun" in told
    assert "Bu Kepala atasan Laporan Oktober 2026" in told
    assert "Pak Penilai pejabat penilai Laporan" in told
    # When, in the zone of the employee's agency.
    assert f"{(house.clock.now + timedelta(hours=7)):%H.%M}\xa0WIB" in siti.go("/desk/readers").text
    assert "+07:00" in siti.go("/desk/readers?format=csv").text
    house.clock.now += timedelta(days=367)
    assert "belum ada yang membaca" in text_of(seat("Siti Dua", Role.employee, employee="E001").go("/desk/readers"))


@pytest.mark.long
def test_the_page_of_a_report_is_for_whom_the_role_says(house: House, seat: Seat) -> None:
    siti = seat("Siti", Role.employee, employee="E001")
    person = fields_of(siti.go("/desk/reply"), "/desk/reply/send")["report"]
    items = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "unit": "dukcapil"}).json()["items"]
    office = next(each["id"] for each in items if each["kind"] == "office")

    def seen(browser: Browser) -> tuple[int, int]:
        return tuple(browser.send("GET", f"/desk/report?id={each}").status_code for each in (person, office))  # type: ignore[return-value]

    drafts = {
        Role.supervisor: (200, 200),
        Role.administrator: (200, 200),
        Role.auditor: (409, 409),
        Role.viewer: (403, 409),
        Role.employee: (200, 403),
        Role.appraiser: (200, 403),
    }
    finals = drafts | {Role.auditor: (200, 200), Role.viewer: (403, 200)}
    code = {Role.employee: "E001", Role.appraiser: "E002"}

    def row(expected: dict[Role, tuple[int, int]], when: str) -> None:
        for role, statuses in expected.items():
            more = {"employee": code[role]} if role in code else {}
            assert seen(seat(f"{when} {role}", role, **more)) == statuses, (when, role)

    row(drafts, "draf")
    sign(house, seat)
    row(finals, "final")
    far = seat("Jauh", Role.supervisor, "upt-jayapura")
    assert seen(far) == (403, 403)
    assert seen(seat("Asing", Role.administrator, agency="desa")) == (404, 404)
