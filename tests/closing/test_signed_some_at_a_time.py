"""Reports are signed a few at a time, and what is signed is the same however few these are."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.access.principals import Reach
from app.closing import store
from app.closing.replies import invite
from app.closing.rules.documents import WHOLE_UNIT, final_document
from app.closing.signed import SignedReports, written_now
from app.closing.survey.records import records_about
from app.closing.survey.store import Surveyed
from app.closing.tables import Period
from app.disclosure.rules.calendar import span_of
from app.foundation.storage.database import Session
from app.seals.rules.canonical_json import canonical
from app.seals.rules.envelopes import sign
from app.seals.signing import SigningKey, load_key, make_key
from tests.closing.steps import AFTER_THE_WINDOW, OCTOBER, close, finalise, open_offices
from tests.closing.surveys import plan
from tests.house import House
from tests.ratings.visits import Visit, put

PERIOD = "/v1/periods/2026-10"
PUBLICATION = {"medium": "website", "published_on": "2026-11-20", "address": "https://kota.example/skm"}


def written(house: House) -> None:
    """People reply to drafts, note beside them, plan and publish."""
    note = {"employee": "E001", "text": "Loket sering penuh."}
    assert house.post(f"{PERIOD}/notes", note, "supervisor").status_code == 204
    with house.database.writing() as session:
        links = dict(invite(session, Reach("kota", None, "test"), "2026-10", None, house.clock.now))
    reply = {"token": links["E002"], "text": "Antrean dua kali lipat."}
    assert house.post("/v1/replies", reply, None).status_code == 204
    for where in ({"office": "dukcapil"}, {}, {"office": "pasar-2"}):
        action = plan(element="speed", owner=str(where))
        for path, item in (("follow-ups", action), ("publications", PUBLICATION)):
            answer = house.put(f"{PERIOD}/{path}", {"items": [item]} | where, "supervisor")
            assert answer.status_code == 200, answer.text


def plainly_signed(session: Session, period: Period, key: SigningKey, house: House) -> dict[UUID, str]:
    """What is signed of every report, all of them read at once and one after the other looked up."""
    span, found = span_of(period.code), {}
    assert span is not None
    for report in store.reports_of(session, period):
        [reply, note] = [
            each[report.report_id].text if each else None
            for each in (
                store.replies_to(session, "kota", [report.report_id]),
                store.notes_on(session, "kota", [report.report_id]),
            )
        ]
        entered: dict[str, Any] = {}
        if report.kind == "skm":
            where = period.root if report.unit == WHOLE_UNIT else report.unit
            entered = records_about(session, Surveyed("kota", where, period.code, period.instrument), span).plain()
        document = final_document(report.document, reply, note, house.clock.now, entered)
        found[report.report_id] = canonical(sign(document, key)).decode()
    return found


@pytest.fixture
def drafted(office: House, key_file: Path) -> House:
    """Some offices more, and drafts of them that people have written to."""
    visits = [Visit(office=code, rated_on=OCTOBER) for code in open_offices(office, 4) for _ in range(14)]
    put(office.database, visits, start=9_000)
    close(office)
    written(office)
    make_key(key_file)
    return office


def test_what_is_signed_is_the_same_however_few_reports_are_signed_together(
    drafted: House, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = load_key(key_file)
    drafted.clock.now += AFTER_THE_WINDOW
    with drafted.database.snapshot() as session:
        [period] = store.periods_of(session, "kota")
        expected, seen = plainly_signed(session, period, key, drafted), set()
        for together in (1, 3, 1_000):
            monkeypatch.setattr(store, "SIGNED_TOGETHER", together)
            with SignedReports() as signed:
                signed.sign_all(session, period, key, drafted.clock.now)
                assert dict(signed.envelopes()) == expected
                # Gone through as often as one likes.
                assert [report_id for report_id, _ in signed.envelopes()] == [each.report_id for each in signed.logged]
                seen |= {signed.written, written_now(session, period)}
    assert len(seen) == 1
    texts = "".join(expected.values())
    said = ("Loket sering penuh.", "Antrean dua kali lipat.", "pasar-2", "{}", "https://kota.example/skm")
    assert [each for each in said if each not in texts] == []
    assert len(expected) > 12
    monkeypatch.setattr(store, "SIGNED_TOGETHER", 2)
    drafted.clock.now -= AFTER_THE_WINDOW
    finalise(drafted, key_file)
    with drafted.database.snapshot() as session:
        assert dict(store.every_envelope(session, "kota")) == expected


@pytest.mark.parametrize("what", ["note", "follow-ups", "publications"])
def test_whatever_is_written_changes_what_stands_for_it(drafted: House, what: str) -> None:
    def now() -> str:
        with drafted.database.snapshot() as session:
            return written_now(session, store.periods_of(session, "kota")[0])

    before = now()
    assert now() == before
    if what == "note":
        body = {"employee": "E001", "text": "Loket jarang penuh."}
        assert drafted.post(f"{PERIOD}/notes", body, "supervisor").status_code == 204
    else:
        item = plan(element="transparency") if what == "follow-ups" else PUBLICATION | {"medium": "board"}
        answer = drafted.put(f"{PERIOD}/{what}", {"items": [item], "office": "pasar-2"}, "supervisor")
        assert answer.status_code == 200, answer.text
    assert now() != before


def test_signing_leaves_no_file_behind(
    drafted: House, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "waiting"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    finalise(drafted, key_file)
    assert not list(folder.iterdir())
