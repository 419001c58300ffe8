"""Integrity reports on the pages of auditors, in a browser without JavaScript."""

import json
from datetime import timedelta
from pathlib import Path
from re import findall

import pytest
from typer.testing import CliRunner

from app.cli.program import program
from app.desk.proof_targets import confirm_address
from tests.desk.browsing import Browser, facts_of, text_of, title_of
from tests.desk.integrity_seats import LIST, at, auditor
from tests.house import House
from tests.integrity import reporting
from tests.integrity.reporting import CONTACT, WORDS, listed, opened, proved, receipt, send, settle
from tests.people.persons import PASSPHRASE

__all__ = ["auditor"]


def again(house: House, auditor: Browser, later: timedelta) -> None:
    """Let time pass, and prove to be there once more."""
    house.clock.now += later
    seat = auditor.go("/sign-in")
    if title_of(seat) == "Masuk":
        auditor.submit(seat, "/sign-in", name="auditor@kota", passphrase=PASSPHRASE)
        auditor.submit(auditor.go("/sign-in/code"), "/sign-in/code", code=auditor.code())


@pytest.mark.long
def test_a_report_is_handed_over_confirmed_and_erased(house: House, auditor: Browser) -> None:
    holders = opened(house)
    code = send(house).json()["receipt"]
    page = auditor.go(LIST)
    assert "1 laporan integritas menunggu diteruskan; yang pertama paling lambat 23 November 2026." in text_of(page)
    assert "Permintaan imbalan" in text_of(page)
    [address] = findall(r'<a href="(/desk/integrity/report\?id=[^"]+)"', page.text)
    page = auditor.go(address)
    assert "Teruskan paling lambat 23 November 2026." in text_of(page)
    file = auditor.send("GET", findall(r'<a href="(/desk/integrity/file\?id=[^"]+)"', page.text)[0])
    assert file.headers["content-disposition"].startswith('attachment; filename="integrity-report-')
    [request] = file.json()
    told = holders[1].reads(request["cermin_sealed"])
    assert told is not None
    assert (told["text"], told["contact"]) == (WORDS, CONTACT)
    page = auditor.submit(page, f"{LIST}/forward")
    assert facts_of(page)["Diteruskan"] == "18 November 2026"
    assert receipt(house, code).json()["state"] == "forwarded"
    page = auditor.submit(page, f"{LIST}/confirm")
    assert "Disimpan sampai 18 Desember 2026" in text_of(page)
    assert f"{LIST}/erase" not in page.text
    # Nor by whoever knows where.
    refused = auditor.send("POST", f"{LIST}/erase", data={"id": listed(house)[0]["id"]})
    assert (refused.status_code, "2026-12-18" in text_of(refused)) == (409, True)
    again(house, auditor, timedelta(days=30))
    page = auditor.go(findall(r'<a href="(/desk/integrity/erase\?id=[^"]+)"', auditor.go(address).text)[0])
    assert title_of(page) == "Hapus isi laporan ini?"
    page = auditor.submit(page, f"{LIST}/erase")
    assert "isinya sudah dihapus" in text_of(page)
    assert "/desk/integrity/file" not in page.text
    assert auditor.send("GET", file.request.url.raw_path.decode()).status_code == 409
    assert receipt(house, code).json()["state"] == "erased"


def test_without_javascript_the_files_of_the_pages_are_opened_at_a_terminal(
    house: House, auditor: Browser, tmp_path: Path
) -> None:
    holders = opened(house)
    send(house)
    key, report, word = (tmp_path / name for name in ("key.jwk", "report.json", "word.json"))
    key.write_text(json.dumps(holders[0].private))
    page = auditor.go(at(house))
    assert "cermin integrity open" in text_of(page)
    report.write_text(auditor.send("GET", at(house).replace("report?", "file?")).text)
    found = CliRunner().invoke(program, ["integrity", "open", str(report), "--key", str(key)])
    assert (found.exit_code, WORDS in found.stdout, CONTACT in found.stdout) == (0, True, True), found.output
    asked = auditor.send("POST", "/desk/integrity/key/word", data={"id": holders[0].key_id})
    word.write_text(asked.text)
    found = CliRunner().invoke(program, ["integrity", "open", str(word), "--key", str(key)])
    page = auditor.go(f"/desk/integrity/key?id={holders[0].key_id}")
    page = auditor.submit(page, "/desk/integrity/key/prove", word=found.stdout)
    assert "Terbukti" in text_of(page)
    [(n,)] = reporting.rows(house, "SELECT count(*) FROM audit_event WHERE action = 'integrity-key.proved'")
    # Both were proved before the agency opened, and this one again.
    assert n == 3


@pytest.mark.long
def test_nobody_but_the_holder_reads_what_was_written(house: House, auditor: Browser) -> None:
    opened(house)
    send(house)
    for path in (LIST, at(house), at(house).replace("report?", "file?"), f"{LIST}?format=csv", "/desk/trail"):
        page = auditor.send("GET", path)
        assert page.status_code == 200, path
        for word in (WORDS, CONTACT, "uang rokok"):
            assert word not in page.text, path


@pytest.mark.long
def test_what_is_overdue_is_said_in_words_and_waits_where_auditors_land(house: House, auditor: Browser) -> None:
    opened(house)
    assert "laporan integritas menunggu" not in text_of(auditor.go("/desk"))
    send(house)
    assert "teruskan paling lambat 23 November 2026" in text_of(auditor.go("/desk"))
    again(house, auditor, timedelta(days=5))
    send(house)
    page = auditor.go("/desk")
    assert title_of(page) == "Temuan"
    assert "2 laporan integritas menunggu diteruskan teruskan hari ini, 23 November 2026" in text_of(page)
    again(house, auditor, timedelta(days=1))
    assert "terlambat: teruskan sekarang; paling lambat seharusnya 23 November 2026" in text_of(auditor.go("/desk"))
    said = text_of(auditor.go(LIST))
    assert "2 laporan integritas menunggu diteruskan; 1 di antaranya terlambat." in said
    assert "Terlambat: teruskan sekarang" in text_of(auditor.go(at(house)))


def test_a_report_for_the_inspectorate_opens_with_its_keys_alone(house: House, auditor: Browser) -> None:
    holders = opened(house)
    theirs = proved(house, "inspectorate")
    settle(house, inspectorate="Inspektorat Kota")
    send(house, recipient="inspectorate")
    page = auditor.go(at(house))
    assert "disegel untuk Inspektorat Kota: orang lain tidak dapat membukanya" in text_of(page)
    assert "data-does" not in page.text
    [request] = auditor.send("GET", at(house).replace("report?", "file?")).json()
    assert holders[0].reads(request["cermin_sealed"]) is None
    assert theirs[0].reads(request["cermin_sealed"]) is not None


@pytest.mark.long
def test_lists_are_narrowed_and_taken_along_whole(house: House, auditor: Browser) -> None:
    opened(house)
    for _ in range(28):
        send(house)
    house.clock.now += timedelta(minutes=20)
    for _ in range(28):
        send(house, kind="partiality")
    reporting.step(house, listed(house)[0]["id"], "forward")
    page = auditor.go(LIST)
    assert page.text.count("/desk/integrity/report?id=") == 50
    following = findall(r'<a href="([^"]+)">Halaman berikutnya', page.text)[0].replace("&amp;", "&")
    assert auditor.go(following).text.count("/desk/integrity/report?id=") == 6
    assert auditor.go(f"{LIST}?state=forwarded").text.count("/desk/integrity/report?id=") == 1
    file = auditor.send("GET", f"{LIST}?format=csv").text
    assert file.count("Dukcapil") == 56
    assert auditor.send("GET", f"{LIST}?state=lost").status_code == 422
    assert auditor.send("GET", f"{LIST}?after=x").status_code == 422


@pytest.mark.long
def test_without_a_fresh_proof_nothing_is_taken_or_changed(house: House, auditor: Browser) -> None:
    opened(house)
    send(house)
    page = at(house)
    known = listed(house)[0]["id"]
    house.clock.now += timedelta(minutes=11)
    shown = auditor.go(page)
    # Back to this very report, as soon as the proof is given.
    proof = confirm_address("integrity-report", {"id": known})
    assert proof in shown.text
    assert "/desk/integrity/file" not in shown.text
    assert auditor.send("GET", f"{LIST}/file?id={known}").headers["location"] == proof
    assert reporting.rows(house, "SELECT count(*) FROM audit_event WHERE action = 'integrity-report.taken'") == [(0,)]
    for step in ("forward", "confirm", "erase"):
        assert auditor.send("POST", f"{LIST}/{step}", data={"id": known}).status_code == 303
    assert listed(house)[0]["state"] == "received"
    auditor.submit(auditor.go(proof), "/desk/confirm", passphrase=PASSPHRASE, code=auditor.code())
    assert auditor.at == page


@pytest.mark.long
def test_a_step_that_somebody_else_has_taken_is_told(house: House, auditor: Browser) -> None:
    opened(house)
    send(house)
    page = auditor.go(at(house))
    for step in ("forward", "confirm"):
        reporting.step(house, listed(house)[0]["id"], step)
    refused = auditor.submit(page, f"{LIST}/forward")
    assert refused.status_code == 409
    assert 'class="faults"' in refused.text
