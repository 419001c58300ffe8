"""Follow-up in the browser: a plan of the two lowest elements, what was done about it, and where results were told."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from re import findall

import httpx
import pytest

from app.access.principals import Role
from app.closing.survey.schemas import MOST_ITEMS
from tests.closing.steps import close, finalise, rated
from tests.closing.surveys import plan
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, facts_of, fields_of, text_of, title_of
from tests.desk.closed import Seat
from tests.house import House
from tests.ratings.visits import put

PAGE, ADD, ACTION = "/desk/follow-up", "/desk/follow-up/add", "/desk/follow-up/action"
DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October as a draft."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), desk(url, keys, signing_key_file=key_file) as opened:
        put(opened.database, [*rated("E001", 12), *rated("E002", 40, "433")])
        close(opened)
        yield opened


def links_of(page: httpx.Response) -> dict[str, str]:
    """The links of a page by their texts."""
    return {unescape(text): unescape(address) for address, text in findall(r'<a href="([^"]+)">([^<]+)</a>', page.text)}


def add(browser: Browser, **filled: str) -> httpx.Response:
    """Add an action by hand."""
    page = browser.go(f"{PAGE}/new?period=2026-10&instrument=ikl-1&element=speed")
    whole = {"problem": "Antrean.", "action": "Loket kedua.", "due_on": "2026-12-15", "owner": "Kasubbag"}
    return browser.submit(page, ADD, **(whole | filled))


def action_page(browser: Browser, place: int = 0) -> httpx.Response:
    """The page of an action of October."""
    return browser.go(f"{ACTION}?period=2026-10&instrument=ikl-1&place={place}")


def plan_of(house: House, **query: str) -> list[dict[str, object]]:
    """The plan as the API has it."""
    items: list[dict[str, object]] = house.get(
        "/v1/periods/2026-10/follow-ups", "supervisor", params={"instrument": "ikl-1", **query}
    ).json()["items"]
    return items


@pytest.mark.long
def test_from_a_proposal_to_what_was_done_with_its_proof(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor, "dukcapil")
    page = boss.go(PAGE)
    assert "Oktober 2026: belum ada rencana." in text_of(page)
    proposals = [text for text in links_of(page) if text.startswith("Rencanakan tindak lanjut tentang")]
    assert len(proposals) == 2
    form = boss.go(links_of(page)[proposals[0]])
    filled = fields_of(form, ADD)
    assert filled["element"] == "transparency"
    assert "rendah pada Oktober 2026: " in filled["problem"]
    assert filled["due_on"] == "2026-11-30"
    page = boss.submit(form, ADD, action="Biaya ditempel.", owner="Kasubbag")
    assert title_of(page).startswith("Tindak lanjut – ")
    assert "1 kegiatan, selesai: 0, terlambat: 0" in text_of(page)
    assert len([text for text in links_of(page) if text.startswith("Rencanakan tindak lanjut tentang")]) == 1
    one = boss.go(next(each for each in links_of(page).values() if each.startswith(ACTION)))
    assert "○ Direncanakan" in text_of(one)
    one = boss.submit(one, f"{PAGE}/start")
    assert "◐ Berjalan" in text_of(one)
    one = boss.submit(one, f"{PAGE}/done", done_on="2026-11-18", note="Ditempel di loket.",
                      proof_address="Surat 12/2026", proof_sha256=DIGEST)  # fmt: skip
    assert "● Selesai" in text_of(one)
    assert facts_of(one)["Bukti"] == f"Surat 12/2026 · berkas dengan SHA-256 {DIGEST}"
    page = boss.go(PAGE)
    assert "selesai: 1" in text_of(page)
    assert "100 %" in text_of(page).replace("\xa0", " ")
    one = boss.submit(action_page(boss), f"{PAGE}/start")
    assert "Bukti" not in facts_of(one)
    one = boss.submit(one, f"{PAGE}/drop", note="Pindah kantor.")
    assert "✕ Dibatalkan" in text_of(one)
    assert [each["status"] for each in plan_of(house, office="dukcapil")] == ["dropped"]


@pytest.mark.long
def test_the_newest_plan_is_opened_and_what_was_closed_since_is_named(house: House, seat: Seat) -> None:
    add(seat("Bu Kepala", Role.supervisor))
    house.clock.now += timedelta(days=50)
    close(house, "2026-Q4")
    boss = seat("Bu Kepala Dua", Role.supervisor)
    page = boss.go(PAGE)
    assert "Oktober 2026: 1 kegiatan" in text_of(page)
    newer = links_of(page)["Triwulan IV 2026, ikl-1: sudah ditutup, belum ada rencana"]
    assert "Triwulan IV 2026: belum ada rencana." in text_of(boss.go(newer))
    # Whoever asks for a period gets it, and nothing else; an office has plans of its own.
    assert "sudah ditutup, belum ada rencana" not in text_of(boss.go(newer))
    assert "Triwulan IV 2026: belum ada rencana." in text_of(boss.go(f"{PAGE}?office=dukcapil"))
    assert "Triwulan IV 2026: belum ada rencana." in text_of(
        seat("Pak Makassar", Role.supervisor, "upt-makassar").go(PAGE)
    )


@pytest.mark.long
def test_what_is_wrong_is_named_and_what_was_typed_stays(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    for filled, field in (
        ({"problem": ""}, "problem"),
        ({"action": "x" * 501}, "action"),
        ({"due_on": "besok"}, "due_on"),
        ({"owner": "a\x00"}, "owner"),
        ({"element": "a b"}, "element"),
    ):
        wrong = add(boss, **filled)
        assert wrong.status_code == 422, field
        assert f'href="#add-{field}"' in wrong.text
        assert fields_of(wrong, ADD)["owner"] == filled.get("owner", "Kasubbag")
    assert plan_of(house) == []
    add(boss)
    page = action_page(boss)
    for filled, field in (
        ({"done_on": ""}, "done_on"),
        ({"done_on": "2026-11-28"}, "done_on"),
        ({"proof_sha256": "12"}, "proof_sha256"),
        ({"proof_address": "x" * 301}, "proof_address"),
    ):
        wrong = boss.submit(page, f"{PAGE}/done", **filled)
        assert wrong.status_code == 422, filled
        assert f'href="#done-{field}"' in wrong.text
    assert 'href="#drop-note"' in boss.submit(page, f"{PAGE}/drop", note=" ").text
    assert [each["status"] for each in plan_of(house)] == ["planned"]
    for address in (f"{ACTION}?period=2026-10&place=7", f"{ACTION}?place=x", f"{PAGE}?period=2026-13", f"{PAGE}?x=1"):
        assert boss.go(address).status_code in (409, 422), address
    assert 'href="#follow-up-period"' in boss.go(f"{PAGE}?period=Oktober").text


@pytest.mark.long
def test_two_windows_do_not_overwrite_each_other(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    add(boss)
    first, second = action_page(boss), action_page(boss)
    boss.submit(first, f"{PAGE}/edit", action="Loket ketiga.")
    late = boss.submit(second, f"{PAGE}/edit", action="Loket kedua, pagi.")
    assert late.status_code == 409
    assert "Seseorang telah mengubah rencana ini" in text_of(late)
    assert fields_of(late, f"{PAGE}/edit")["action"] == "Loket kedua, pagi."
    assert [each["action"] for each in plan_of(house)] == ["Loket ketiga."]
    # The page that says so knows what is there now.
    boss.submit(late, f"{PAGE}/edit", action="Loket kedua, pagi.")
    assert [each["action"] for each in plan_of(house)] == ["Loket kedua, pagi."]


@pytest.mark.long
def test_a_form_about_no_entry_is_told_so(seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    add(boss)
    given = {"period": "2026-10", "instrument": "ikl-1", "seen": "x"} | plan(element="speed") | {"note": "x"}
    more = {"done_on": "2026-11-10", "medium": "x", "published_on": "2026-11-10"}
    for place in ("", "-1", "1", "x", "²", "٣", "9" * 5_000, "0"):
        for path in (f"{PAGE}/start", f"{PAGE}/done", f"{PAGE}/drop", f"{PAGE}/edit",
                     "/desk/publications/edit", "/desk/publications/remove"):  # fmt: skip
            answer = boss.send("POST", path, data=given | more | {"place": place})
            assert answer.status_code == 409, (path, place[:9])


@pytest.mark.long
def test_what_a_final_report_holds_is_said_and_only_its_realisation_changes(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    add(boss)
    page = action_page(boss)
    key_file = house.services.settings.signing_key_file
    assert key_file is not None
    finalise(house, key_file)
    boss = seat("Bu Kepala Dua", Role.supervisor)
    assert "Laporan final memuat 1 kegiatan pertama" in text_of(boss.go(PAGE))
    signed = action_page(boss)
    assert "telah ditandatangani dalam laporan final" in text_of(signed)
    assert f"{PAGE}/edit" not in signed.text
    refused = boss.send("POST", f"{PAGE}/edit", data=fields_of(page, f"{PAGE}/edit") | {"owner": "Lain"})
    assert refused.status_code == 409
    assert "● Selesai" in text_of(boss.submit(signed, f"{PAGE}/done", done_on="2026-11-20"))
    # What is added after the signature may still change.
    add(boss, owner="Salah")
    assert "Lain" in text_of(boss.submit(action_page(boss, 1), f"{PAGE}/edit", owner="Lain"))


@pytest.mark.long
def test_a_plan_that_is_full_says_so(house: House, seat: Seat) -> None:
    items = [plan(element="speed") for _ in range(MOST_ITEMS)]
    house.request("PUT", "/v1/periods/2026-10/follow-ups", "supervisor", json={"items": items})
    full = add(seat("Bu Kepala", Role.supervisor))
    assert full.status_code == 409
    assert f"Paling banyak {MOST_ITEMS} isian." in text_of(full)


@pytest.mark.long
def test_publications_are_added_changed_and_taken_away(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor, "dukcapil")
    page = boss.go(links_of(boss.go(PAGE))["Tempat hasil dipublikasikan (0)"])
    wrong = boss.submit(page, "/desk/publications/add", medium="Papan", published_on="kemarin")
    assert wrong.status_code == 422
    assert 'href="#add-published_on"' in wrong.text
    page = boss.submit(page, "/desk/publications/add", medium="Papan pengumuman", published_on="2026-11-10")
    assert "dipublikasikan di 1 tempat" in text_of(page)
    one = boss.go(links_of(page)["Papan pengumuman"])
    stale = boss.go(links_of(page)["Papan pengumuman"])
    page = boss.submit(one, "/desk/publications/edit", medium="Situs web", address="https://kota.example/skm")
    assert "https://kota.example/skm" in text_of(page)
    assert boss.submit(stale, "/desk/publications/remove").status_code == 409
    query = {"office": "dukcapil", "instrument": "ikl-1"}
    asked = house.get("/v1/periods/2026-10/publications", "supervisor", params=query).json()["items"]
    assert [(each["medium"], each["published_on"]) for each in asked] == [("Situs web", "2026-11-10")]
    page = boss.submit(boss.go(links_of(page)["Situs web"]), "/desk/publications/remove")
    assert "Belum ada publikasi" in text_of(page) or "dipublikasikan di 0 tempat" in text_of(page)


@pytest.mark.long
def test_what_is_no_code_of_an_office_is_refused(seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    for path in (PAGE, f"{PAGE}/new", "/desk/publications"):
        for office in ("a%00b", "%00", "x" * 41, "a b"):
            assert boss.send("GET", f"{path}?office={office}").status_code == 422, path
        assert boss.go(f"{path}?office=").status_code == 200


def test_others_offices_and_agencies_are_out_of_reach(house: House, seat: Seat) -> None:
    add(seat("Bu Kepala", Role.supervisor), action="Rahasia.")
    part = seat("Kepala Makassar", Role.supervisor, "upt-makassar")
    foreign = seat("Asing", Role.supervisor, agency="desa")
    assert "Rahasia" not in part.go(PAGE).text + foreign.go(PAGE).text
    for path in (PAGE, f"{PAGE}/new", "/desk/publications"):
        asked = f"{path}?period=2026-10&instrument=ikl-1&office="
        assert part.go(f"{asked}dukcapil").status_code == 403
        assert foreign.go(f"{asked}rsud-kota").status_code == 404
    given = {"period": "2026-10", "instrument": "ikl-1", "office": "dukcapil", "place": "0", "seen": "x"}
    for path in ("start", "done", "drop", "edit", "add"):
        more = plan(element="speed") | {"done_on": "2026-11-10", "note": "x"}
        assert part.send("POST", f"{PAGE}/{path}", data=given | more).status_code == 403, path
    for path in ("add", "edit", "remove"):
        more = {"medium": "x", "published_on": "2026-11-10"}
        assert part.send("POST", f"/desk/publications/{path}", data=given | more).status_code == 403, path


@pytest.mark.long
def test_my_office_tells_what_is_overdue_and_what_a_draft_waits_for(house: House, seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    page = boss.go("/desk/office?period=2026-10")
    assert "Oktober 2026: draf sudah siap tanggapan sampai 25 November 2026" in text_of(page)
    plans = [address for text, address in links_of(page).items() if text.startswith("Rencanakan tindak lanjut: ")]
    assert len(plans) == 2
    assert fields_of(boss.go(plans[0]), ADD)["element"] == "transparency"
    for place in range(9):
        add(boss, action=f"Tugas {place}.", due_on=f"2026-11-{20 + place}")
    house.clock.now += timedelta(days=12)
    boss = seat("Bu Kepala Dua", Role.supervisor)
    page = boss.go("/desk/office")
    told = text_of(page)
    assert "masa tanggapan berakhir, draf dapat disahkan" in told
    assert "Tindak lanjut terlambat: " in told
    assert "Tugas 0. tenggat 20 November 2026" in told
    assert "Kegiatan terlambat lainnya: 4" in told
    assert page.text.count('<li><a href="/desk/follow-up/action?') == 5
    one = boss.go(next(each for text, each in links_of(page).items() if "Tugas 0." in text))
    assert "▲ Direncanakan, terlambat" in text_of(one)
    assert "terlambat 10 hari" in facts_of(one)["Batas waktu"]
    # An office's head is told of its own plans, and closes nothing.
    part = seat("Kepala Makassar", Role.supervisor, "upt-makassar")
    own = part.go("/desk/office")
    assert "Tugas 0." not in own.text
    assert '<a href="/desk/reports?period=2026-10">' in own.text
    assert "Rencanakan tindak lanjut" not in seat("Pembaca", Role.viewer).go("/desk/office").text
