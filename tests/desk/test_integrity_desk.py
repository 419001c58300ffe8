"""Integrity reports and their keys on the pages of auditors and administrators, in a browser without JavaScript."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from re import findall

import pytest
from typer.testing import CliRunner

from app.access.principals import Role
from app.cli.program import program
from app.desk.proof_targets import confirm_address
from tests.desk.browsing import Browser, facts_of, text_of, title_of
from tests.house import House
from tests.integrity import reporting
from tests.integrity.reporting import CONTACT, WORDS, listed, new_holder, opened, proved, receipt, send, settle
from tests.people.persons import PASSPHRASE, Door

LIST, KEYS = "/desk/integrity", "/desk/integrity/keys"
Open = Callable[[], Browser]


@pytest.fixture
def auditor(door: Door, browser: Open) -> Browser:
    """Somebody who has just proved to be there."""
    one = browser()
    one.join(door, "Auditor", Role.auditor)
    return one


@pytest.fixture
def administrator(door: Door, browser: Open) -> Browser:
    """Likewise."""
    one = browser()
    one.join(door, "Administrator", Role.administrator)
    return one


def at(house: House, n: int = 0) -> str:
    """The address of a report's page."""
    return f"{LIST}/report?id={listed(house)[n]['id']}"


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
def test_keys_are_added_proved_by_hand_and_reports_opened(house: House, administrator: Browser) -> None:
    page = administrator.go(KEYS)
    assert "Tertutup: belum ada kunci terbukti; perlu dua." in text_of(page)
    states = ("Tertutup: baru satu kunci terbukti", "Tertutup: dua kunci sudah terbukti")
    for label, state in zip(("Auditor", "Kepala dinas"), states, strict=True):
        holder = new_holder()
        page = administrator.submit(
            page, f"{KEYS}/add", label=label, recipient="agency", jwk=f" {json.dumps(holder.jwk)}\n"
        )
        assert title_of(page) == label
        assert facts_of(page)["Sidik jari"] == holder.key_id
        word = administrator.send("POST", "/desk/integrity/key/word", data={"id": holder.key_id})
        assert word.headers["content-disposition"].startswith("attachment")
        wrong = administrator.submit(page, "/desk/integrity/key/prove", word="bukan ini")
        assert (wrong.status_code, 'id="prove-word-fault"' in wrong.text) == (422, True)
        said = holder.word({"sealed": word.json()})
        page = administrator.submit(page, "/desk/integrity/key/prove", word=f" {said.upper()} ")
        assert facts_of(page)["Keadaan"] == "terbukti"
        page = administrator.go(KEYS)
        assert state in text_of(page)
    page = administrator.submit(page, "/desk/integrity/settings", open="1", retention_days="45", inspectorate="")
    assert "Terbuka: setiap laporan disegel untuk 2 kunci" in text_of(page)
    assert send(house).status_code == 201
    ending = administrator.go(findall(r'<a href="(/desk/integrity/key/retire\?id=[^"]+)"',
                                      administrator.go(f"/desk/integrity/key?id={holder.key_id}").text)[0])  # fmt: skip
    page = administrator.submit(ending, "/desk/integrity/key/retire")
    assert "Tertutup: baru satu kunci terbukti" in text_of(page)
    assert send(house).status_code == 404
    gone = administrator.go(f"/desk/integrity/key?id={holder.key_id}")
    assert "/desk/integrity/key/prove" not in gone.text
    late = administrator.send("POST", "/desk/integrity/key/word", data={"id": holder.key_id})
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"jwk": ""}, "jwk", "JWK"),
        ({"jwk": "{"}, "jwk", "JWK"),
        ({"jwk": "[" * 5_000}, "jwk", "JWK"),
        ({"jwk": json.dumps({"kty": "EC", "crv": "P-256", "x": 1})}, "jwk", "teks"),
        ({"jwk": json.dumps(new_holder().jwk | {"crv": "P-384"})}, "jwk", "P-256"),
        ({"label": ""}, "label", "wajib"),
        ({"recipient": "office"}, "recipient", "agency"),
    ],
)
def test_what_is_no_key_is_told_beside_its_field(
    administrator: Browser, sent: dict[str, str], field: str, sentence: str
) -> None:
    good = {"label": "Auditor", "recipient": "agency", "jwk": json.dumps(new_holder().jwk)}
    page = administrator.send("POST", f"{KEYS}/add", data=good | sent)
    assert page.status_code == 422, text_of(page)
    assert f'id="add-{field}-fault"' in page.text
    assert sentence in text_of(page)


def test_a_private_half_that_was_pasted_is_refused_and_shown_nowhere(house: House, administrator: Browser) -> None:
    holder = new_holder()
    page = administrator.send(
        "POST", f"{KEYS}/add", data={"label": "Auditor", "recipient": "agency", "jwk": json.dumps(holder.private)}
    )
    assert page.status_code == 422
    assert holder.private["d"] not in page.text
    assert house.get(reporting.KEYS, "admin").json()["items"] == []


@pytest.mark.parametrize(
    "sent", [{"retention_days": "0"}, {"retention_days": ""}, {"retention_days": "x"}, {"inspectorate": "a\nb" * 200}]
)
def test_wrong_settings_are_told_beside_their_field(administrator: Browser, sent: dict[str, str]) -> None:
    good = {"open": "0", "retention_days": "30", "inspectorate": ""}
    page = administrator.send("POST", "/desk/integrity/settings", data=good | sent)
    assert page.status_code == 422
    assert f'id="settings-{next(iter(sent))}-fault"' in page.text


@pytest.mark.parametrize("sent", ["", "x", "a\x00b", "ä" * 43, "\x00" * 43, "x" * 43])
def test_what_is_no_key_of_the_agency_is_told_as_such_whatever_a_form_sends(administrator: Browser, sent: str) -> None:
    for path in ("word", "prove", "retire"):
        page = administrator.send("POST", f"/desk/integrity/key/{path}", data={"id": sent, "word": "x"})
        assert page.status_code == 404, path


def test_what_cannot_be_opened_stays_closed(administrator: Browser) -> None:
    page = administrator.submit(administrator.go(KEYS), "/desk/integrity/settings", open="1")
    assert page.status_code == 422
    assert 'id="settings-open-fault"' in page.text


def test_the_holder_proves_a_key_and_changes_nothing_else(house: House, auditor: Browser) -> None:
    holder = new_holder()
    reporting.add(house, holder)
    page = auditor.go(f"/desk/integrity/key?id={holder.key_id}")
    word = auditor.send("POST", "/desk/integrity/key/word", data={"id": holder.key_id}).json()
    page = auditor.submit(page, "/desk/integrity/key/prove", word=holder.word({"sealed": word}))
    assert facts_of(page)["Keadaan"] == "terbukti"
    assert "/desk/integrity/key/retire" not in page.text
    page = auditor.go(KEYS)
    for path in (f"{KEYS}/add", "/desk/integrity/settings", "/desk/integrity/key/retire"):
        assert f'action="{path}"' not in page.text
        assert auditor.send("POST", path, data={"id": holder.key_id}).status_code == 403
    assert auditor.send("GET", f"/desk/integrity/key/retire?id={holder.key_id}").status_code == 403


@pytest.mark.long
def test_another_agencys_reports_and_keys_are_none(house: House, door: Door, browser: Open) -> None:
    holders = opened(house)
    send(house)
    known, key = listed(house)[0]["id"], holders[0].key_id
    theirs, boss = browser(), browser()
    theirs.join(door, "Tetangga", Role.auditor, agency="desa")
    boss.join(door, "Ketua", Role.administrator, agency="desa")
    assert "Tidak ada laporan integritas" in text_of(theirs.go(LIST))
    assert holders[0].key_id not in boss.go(KEYS).text
    for path in (f"{LIST}/report?id={known}", f"{LIST}/file?id={known}", f"{LIST}/erase?id={known}"):
        assert theirs.send("GET", path).status_code == 404, path
    for step in ("forward", "confirm", "erase"):
        assert theirs.send("POST", f"{LIST}/{step}", data={"id": known}).status_code == 404, step
    for path in (f"/desk/integrity/key?id={key}", f"/desk/integrity/key/retire?id={key}"):
        assert boss.send("GET", path).status_code == 404, path
    for path in ("word", "prove", "retire"):
        sent = {"id": key, "word": "x"}
        assert boss.send("POST", f"/desk/integrity/key/{path}", data=sent).status_code == 404, path
    assert listed(house)[0]["state"] == "received"
    assert len(house.get(reporting.KEYS, "admin").json()["open"]) == 1


@pytest.mark.long
def test_whoever_answers_for_a_part_sees_no_link_and_no_page(house: House, door: Door, browser: Open) -> None:
    opened(house)
    send(house, office="dukcapil")
    for role in (Role.auditor, Role.administrator):
        part = browser()
        part.join(door, f"Bagian {role}", role, "dukcapil")
        assert "/desk/integrity" not in part.go("/desk").text
        assert part.send("GET", KEYS).status_code == 403
        assert "laporan integritas" not in text_of(part.go("/desk"))
        if role is Role.auditor:
            for path in (LIST, at(house), at(house).replace("report?", "file?")):
                assert part.send("GET", path).status_code == 403
    for role, office in ((Role.supervisor, None), (Role.supervisor, "dukcapil"), (Role.viewer, None)):
        other = browser()
        other.join(door, f"Lain {role} {office}", role, office)
        assert "/desk/integrity" not in other.go("/desk").text
        for path in (LIST, KEYS, at(house)):
            assert other.send("GET", path).status_code == 403


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


def test_scripts_in_labels_and_names_stay_text(house: House, administrator: Browser, auditor: Browser) -> None:
    evil = "<script>alert(1)</script>\"'>"
    holder = new_holder()
    assert reporting.add(house, holder, label=evil).status_code == 201
    proved(house)
    settle(house, inspectorate=evil)
    pages = [administrator.go(KEYS), administrator.go(f"/desk/integrity/key?id={holder.key_id}"), auditor.go(KEYS),
             administrator.go(f"/desk/integrity/key/retire?id={holder.key_id}")]  # fmt: skip
    for page in pages:
        assert "<script>alert" not in page.text
        assert "alert(1)" in page.text
