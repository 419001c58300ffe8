"""A period from open to final over HTTP, and everything that is refused on the way."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.access.principals import Reach
from app.access.tables import AuditEvent
from app.closing import lifecycle, signed, store
from app.closing.addressing import asked
from app.closing.lifecycle import Method
from app.closing.lifecycle import close as close_period
from app.closing.replies import invite
from app.closing.tables import Period, Report
from app.foundation.problems import Problem
from app.seals.keyring import trusted_keys
from app.seals.rules.envelopes import sign
from app.seals.rules.verification import Outcome, verify
from app.seals.signing import load_key, make_key
from tests.closing.steps import AFTER_THE_WINDOW, close, finalise, rated, refused, report
from tests.house import RETRIES, House
from tests.ratings.visits import put


@pytest.mark.long
def test_a_period_becomes_a_draft_then_final_and_its_reports_verify(office: House, key_file: Path) -> None:
    period = close(office)
    assert (period["state"], period["revision"], period["reply_until"]) == ("draft", 1, "2026-11-25T17:00:00Z")
    draft = report(office, "E001")["document"]
    assert (draft["state"], draft["n"], draft["figures"]["index"]["value"]) == ("draft", 12, "91.7")
    assert [(line["month"], line["n"]) for line in draft["trend"]] == [("2026-09", 15), ("2026-10", 12)]
    assert draft["subject"]["nip_masked"] == "***************004"

    assert finalise(office, key_file)["state"] == "final"
    sealed = report(office, "E001", "reader")
    assert sealed["document"]["state"] == "final"
    envelope = {name: sealed[name] for name in ("document", "sections", "digest", "signature")}
    assert verify(envelope, trusted_keys(key_file)).outcome is Outcome.valid
    online = office.get(f"/v1/reports/{sealed['id']}/verification", None).json()
    assert (online["outcome"], online["digest"], online["altered"]) == ("valid", sealed["digest"], [])


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_too_few_ratings_give_a_report_without_figures(office: House) -> None:
    close(office)
    few = report(office, "E004")["document"]
    assert few["figures"]["suppressed"]
    assert few["figures"]["index"] is few["figures"]["n"] is None
    assert (few["n"], few["trend"], few["feedback"]) == (0, [], None)
    # The office counts these nine, too, in one block with a rating of another one, so no subtraction tells them.
    assert report(office, "dukcapil")["document"]["n"] == 72


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_reply_and_the_note_become_part_of_the_final_report(office: House, key_file: Path) -> None:
    close(office)
    note = {"employee": "E001", "text": "Loket sering penuh."}
    for text in ("Draf.", note["text"]):
        assert office.post("/v1/periods/2026-10/notes", note | {"text": text}, "supervisor").status_code == 204
    token = invited(office)["E001"]
    opened = office.post("/v1/replies/read", {"token": token}, None)
    assert opened.json()["document"]["subject"]["code"] == "E001"
    assert (opened.json()["state"], opened.json()["may_reply"]) == ("draft", True)
    assert office.post("/v1/replies", {"token": token, "text": "Antrean dua kali lipat."}, None).status_code == 204
    assert refused(office.post("/v1/replies", {"token": token, "text": "Lagi."}, None)) == (409, "reply-given")
    finalise(office, key_file)
    final = report(office, "E001")["document"]
    assert (final["reply"], final["note"]) == ("Antrean dua kali lipat.", "Loket sering penuh.")
    # The link shows what became of the draft, for a year.
    opened = office.post("/v1/replies/read", {"token": token}, None).json()
    assert (opened["state"], opened["may_reply"], opened["document"]) == ("final", False, final)
    late = {"token": token, "text": "Terlambat."}
    assert refused(office.post("/v1/replies", late, None)) == (409, "reply-window-over")
    office.clock.now += timedelta(days=366)
    assert refused(office.post("/v1/replies/read", {"token": token}, None)) == (409, "reply-window-over")
    office.clock.now -= timedelta(days=366)
    assert refused(office.post("/v1/periods/2026-10/notes", note, "supervisor")) == (409, "period-final")


def invited(house: House) -> dict[str, str]:
    with house.database.writing() as session:
        return dict(invite(session, Reach("kota", None, "test"), "2026-10", None, house.clock.now))


@pytest.mark.long
def test_a_text_that_a_store_cannot_keep_is_refused(office: House) -> None:
    close(office)
    note = {"employee": "E001", "text": "Loket\x00penuh"}
    reply = {"token": invited(office)["E001"], "text": "Antrean\x00panjang"}
    assert refused(office.post("/v1/periods/2026-10/notes", note, "supervisor")) == (422, "invalid-request")
    assert refused(office.post("/v1/replies", reply, None)) == (422, "invalid-request")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_wrong_and_a_replaced_link_get_one_and_the_same_answer(office: House) -> None:
    close(office)
    first = invited(office)["E001"]
    second = invited(office)["E001"]
    answers = [
        office.post("/v1/replies/read", {"token": token}, None)
        for token in (first, second[:-1] + "#", "crm_reply_x_y", "x", "crm_reply_")
    ]
    assert {refused(answer) for answer in answers} == {(404, "link-unknown")}
    assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
    assert office.post("/v1/replies/read", {"token": second}, None).status_code == 200


@pytest.mark.once
@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("2026-13", (404, "period-unknown")),
        ("2026-11", (409, "period-not-over")),
        ("2026-Q4", (409, "period-not-over")),
        ("2026-08", (409, "period-empty")),
    ],
)
def test_what_cannot_be_closed_is_told(office: House, code: str, answer: tuple[int, str]) -> None:
    office.release()
    assert refused(office.post(f"/v1/periods/{code}/close", {}, "supervisor")) == answer


@pytest.mark.sqlite_daily
def test_that_a_period_is_not_closed_by_open_answers_is_told(office: House) -> None:
    office.release()
    by = {"instrument": "kepercayaan-2025"}
    assert refused(office.post("/v1/periods/2026-10/close", by, "supervisor")) == (409, "period-open-answers")
    # Of one that takes others, too, it is only that there are none.
    by = {"instrument": "maladministrasi-2025"}
    assert refused(office.post("/v1/periods/2026-10/close", by, "supervisor")) == (409, "period-empty")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_what_is_not_released_is_not_closed(office: House) -> None:
    assert refused(office.post("/v1/periods/2026-10/close", {}, "supervisor")) == (404, "nothing-released")
    office.release(now=datetime(2026, 10, 31, 16, 59, tzinfo=UTC))
    assert refused(office.post("/v1/periods/2026-10/close", {}, "supervisor")) == (422, "not-released")
    assert office.post("/v1/periods/2026-09/close", {}, "supervisor").status_code == 201
    close(office)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_every_step_out_of_order_is_refused_and_changes_nothing(office: House, key_file: Path) -> None:
    for step in ("finalise", "revise"):
        assert refused(office.post(f"/v1/periods/2026-10/{step}", {}, "supervisor")) == (404, "period-open")
    assert refused(office.get("/v1/reports", params={"period": "2026-10"})) == (404, "period-open")
    close(office)
    assert refused(office.post("/v1/periods/2026-10/close", {}, "admin")) == (409, "period-closed")
    assert refused(office.post("/v1/periods/2026-10/finalise", {}, "supervisor")) == (409, "reply-window-open")
    assert refused(office.post("/v1/periods/2026-10/revise", {}, "supervisor")) == (409, "period-draft")
    office.clock.now += AFTER_THE_WINDOW
    assert refused(office.post("/v1/periods/2026-10/finalise", {}, "supervisor")) == (409, "signing-key-missing")
    office.clock.now -= AFTER_THE_WINDOW
    finalise(office, key_file)
    assert refused(office.post("/v1/periods/2026-10/finalise", {}, "supervisor")) == (409, "period-final")
    assert refused(office.post("/v1/periods/2026-10/revise", {}, "supervisor")) == (409, "revision-unchanged")
    [period] = office.get("/v1/periods").json()["items"]
    assert (period["revision"], period["state"]) == (1, "final")


@pytest.mark.sqlite_daily
def test_a_person_whose_figures_would_tell_about_a_colleague_has_none(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    with House.open(url, keys) as house:
        put(house.database, [*rated("E001", 10), *rated("E002", 10), *rated("E004", 9)])
        close(house)
        documents = {unit: report(house, unit)["document"] for unit in ("E001", "E002", "E004", "dukcapil")}
    assert {unit: document["withheld"] for unit, document in documents.items()} == {
        "E001": None, "E002": "difference", "E004": "few", "dukcapil": None,
    }  # fmt: skip
    assert (documents["E002"]["n"], documents["E002"]["trend"], documents["dukcapil"]["n"]) == (0, [], 29)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_reader_sees_no_draft_and_only_the_own_subtree(office: House, key_file: Path) -> None:
    close(office)
    draft = report(office, "E001")
    assert office.get("/v1/reports", params={"period": "2026-10"}).json()["items"] == []
    assert refused(office.get(f"/v1/reports/{draft['id']}")) == (409, "report-draft")
    assert refused(office.get(f"/v1/reports/{draft['id']}/verification", None)) == (404, "report-unknown")
    finalise(office, key_file)
    query = {"period": "2026-10"}
    units = [line["unit"] for line in office.get("/v1/reports", "reader dukcapil", params=query).json()["items"]]
    assert units == ["E001", "E002", "E004", "dukcapil", "dukcapil"]
    assert office.get("/v1/reports", "reader makassar", params=query).json()["items"] == []
    assert refused(office.get(f"/v1/reports/{draft['id']}", "reader makassar")) == (403, "out-of-scope")
    assert refused(office.get(f"/v1/reports/{draft['id']}", "desa reader")) == (404, "report-unknown")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_final_report_is_asked_for_again_without_being_sent_again(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    path = f"/v1/reports/{report(office, 'E001')['id']}"
    etag = office.get(path).headers["etag"]
    again = office.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


@pytest.mark.long
def test_a_report_that_somebody_altered_in_the_database_is_found_and_located(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    sealed = report(office, "E001")
    with office.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE report SET envelope = replace(envelope, '91.7', '99.7')")
    online = office.get(f"/v1/reports/{sealed['id']}/verification", None).json()
    assert online["outcome"] == "altered"
    assert "/document/figures/index" in {place["pointer"] for place in online["altered"]}


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_damaged_key_file_hides_nothing_that_the_others_prove(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    path = f"/v1/reports/{report(office, 'E001')['id']}/verification"
    key_file.with_name("former.pub.pem").write_text("damaged", "utf-8")
    assert office.get(path, None).json()["outcome"] == "valid"
    for file in key_file.parent.iterdir():
        file.write_text("damaged", "utf-8")
    answer = office.get(path, None)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "unknown-key")


@pytest.mark.sqlite_daily
def test_a_part_and_the_whole_cannot_both_be_closed(furnished: tuple[str, dict[str, str]], key_file: Path) -> None:
    url, keys = furnished
    with House.open(url, keys, signing_key_file=key_file) as house:
        put(house.database, rated("E001", 12))
        house.release()
        close_period(
            house.database,
            Reach("kota", "dukcapil", "test"),
            asked("2026-10"),
            by=Method("ikl-1"),
            now=house.clock.now,
            working_days=5,
        )
        assert refused(house.post("/v1/periods/2026-10/close", {}, "supervisor")) == (409, "period-closed")
        [period] = house.get("/v1/periods").json()["items"]
        assert period["office"] == "dukcapil"


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_each_step_leaves_its_audit_row(office: House, key_file: Path) -> None:
    close(office)
    invited(office)
    finalise(office, key_file)
    with office.database.reading() as session:
        actions = [event.action for event in session.exec(select(AuditEvent))]
    assert {"period.closed", "period.invited", "period.finalised"} <= set(actions)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_clock_of_a_period_is_the_zone_whose_day_ends_last(office: House) -> None:
    office.clock.now = datetime(2026, 10, 31, 16, 59, tzinfo=UTC)
    assert refused(office.post("/v1/periods/2026-10/close", {}, "supervisor")) == (409, "period-not-over")
    office.clock.now = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
    close(office)


@pytest.mark.long
def test_what_is_published_meanwhile_sends_a_closing_back(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = lifecycle._made

    def overtaken(*asked: Any) -> Any:
        monkeypatch.setattr(lifecycle, "_made", compute)
        close(office, "2026-09")
        return compute(*asked)

    office.release()
    monkeypatch.setattr(lifecycle, "_made", overtaken)
    response = office.post("/v1/periods/2026-10/close", {}, "supervisor")
    assert refused(response) == (503, "busy")
    assert response.headers["retry-after"] in RETRIES
    close(office)


@pytest.mark.long
def test_a_note_that_comes_while_reports_are_signed_is_not_lost(
    office: House, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(office)
    make_key(key_file)
    office.clock.now += AFTER_THE_WINDOW

    def overtaken(document: Any, key: Any) -> dict[str, Any]:
        monkeypatch.setattr(signed, "sign", sign)
        note = {"employee": "E001", "text": "Baru saja."}
        assert office.post("/v1/periods/2026-10/notes", note, "supervisor").status_code == 204
        return sign(document, key)

    monkeypatch.setattr(signed, "sign", overtaken)
    with office.database.reading() as session:
        before = [period.state for period in store.periods_of(session, "kota")]
    with pytest.raises(Problem) as refusal:
        lifecycle.finalise(
            office.database,
            Reach("kota", None, "test"),
            asked("2026-10"),
            key=load_key(key_file),
            now=office.clock.now,
        )
    assert (refusal.value.code, before) == ("busy", ["draft"])
    assert office.post("/v1/periods/2026-10/finalise", {}, "supervisor").status_code == 200
    assert report(office, "E001")["document"]["note"] == "Baru saja."


@pytest.mark.long
def test_a_closing_that_breaks_half_way_leaves_nothing(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went out")

    office.release()
    monkeypatch.setattr(lifecycle, "audit", broken)
    assert refused(office.post("/v1/periods/2026-10/close", {}, "supervisor")) == (500, "internal-error")
    monkeypatch.undo()
    with office.database.reading() as session:
        assert [len(session.exec(select(table)).all()) for table in (Period, Report)] == [0, 0]
    close(office)
